#include "shim.h"

/* Without this OpenSSL frees its tables in an exit handler, under threads that may still hash: a
   program that ends in an error while the history writes would crash instead. It must come before
   every other call, so it runs when the program is loaded. */
__attribute__((constructor)) static void copenssl_never_clean_up_at_exit(void) {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}
