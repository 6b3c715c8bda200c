#include "shim.h"

/* Without this OpenSSL frees its tables in an exit handler, under threads that may still hash: a
   program that ends in an error while the history writes would crash instead. It must come before
   every other call, so it runs when the program is loaded. */
__attribute__((constructor)) static void copenssl_never_clean_up_at_exit(void) {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}

#include <pthread.h>

/* One context a thread: making one costs more than hashing a hundred octets. */
static pthread_key_t hash_context;
static pthread_once_t hash_once = PTHREAD_ONCE_INIT;
static void free_context(void *context) { EVP_MD_CTX_free(context); }
static void make_key(void) {
    if (pthread_key_create(&hash_context, free_context) != 0) abort();
}

int copenssl_digest(const EVP_MD *algorithm, const void *octets, size_t count, void *digest) {
    pthread_once(&hash_once, make_key);
    EVP_MD_CTX *context = pthread_getspecific(hash_context);
    if (!context) {
        context = EVP_MD_CTX_new();
        if (!context || pthread_setspecific(hash_context, context) != 0) {
            EVP_MD_CTX_free(context);
            return 0;
        }
    }
    return EVP_DigestInit_ex2(context, algorithm, NULL) == 1
        && EVP_DigestUpdate(context, octets, count) == 1
        && EVP_DigestFinal_ex(context, digest, NULL) == 1;
}
