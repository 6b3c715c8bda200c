/* The door to OpenSSL 3: one inline function for each macro or variadic call that Swift cannot
   see, named after it. */
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/hmac.h>
#include <openssl/ocsp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* A macro: text in UTF-8 for a name. */
static inline int copenssl_utf8_type(void) { return MBSTRING_UTF8; }

/* Variadic `BIO_get_mem_data`: the octets that a memory BIO holds. */
static inline long copenssl_BIO_get_mem_data(BIO *bio, char **data) {
    return BIO_get_mem_data(bio, data);
}

/* The string types of a name are macros with a cast. */
static inline int copenssl_string_type(int type) { return type; }

/* A name as RFC 2253 text, UTF-8 kept as it is; the flags are macros. */
static inline int copenssl_X509_NAME_print_rfc2253(BIO *bio, const X509_NAME *name) {
    return X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}

/* Macros over the variadic `EVP_PKEY_Q_keygen`. */
static inline EVP_PKEY *copenssl_EVP_RSA_gen(unsigned int bits) { return EVP_RSA_gen(bits); }
static inline EVP_PKEY *copenssl_EVP_EC_gen(const char *curve) { return EVP_EC_gen(curve); }

/* Macros over a stack of certificates. */
static inline STACK_OF(X509) *copenssl_sk_X509_new_null(void) { return sk_X509_new_null(); }
static inline int copenssl_sk_X509_push(STACK_OF(X509) *stack, X509 *certificate) {
    return sk_X509_push(stack, certificate);
}
static inline void copenssl_sk_X509_free(STACK_OF(X509) *stack) { sk_X509_free(stack); }
static inline int copenssl_sk_X509_num(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *copenssl_sk_X509_value(const STACK_OF(X509) *stack, int index) {
    return sk_X509_value(stack, index);
}

/* Macros over a cipher's control call: where an AEAD's tag and nonce size are set. */
static inline int copenssl_EVP_set_tag(EVP_CIPHER_CTX *context, int count, void *tag) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, count, tag);
}
static inline int copenssl_EVP_get_tag(EVP_CIPHER_CTX *context, int count, void *tag) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, count, tag);
}

/* Macros: detached, binary, no attributes. */
static inline unsigned int copenssl_CMS_detached_flags(void) {
    return CMS_DETACHED | CMS_BINARY | CMS_NOATTR;
}
/* The signer is one that the caller names, whatever certificates come along. */
static inline unsigned int copenssl_CMS_named_signer_flags(void) {
    return CMS_DETACHED | CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY;
}
static inline int copenssl_CMS_is_unknown_signer(unsigned long error) {
    return ERR_GET_LIB(error) == ERR_LIB_CMS
        && ERR_GET_REASON(error) == CMS_R_SIGNER_CERTIFICATE_NOT_FOUND;
}
/* Enveloped for one certificate (RFC 5652, AuthEnvelopedData of RFC 5083 with AES-256-GCM): RSA with
   OAEP and SHA-256 (RFC 3560), or ephemeral ECDH with SHA-256 (RFC 5753). */
static inline CMS_ContentInfo *copenssl_CMS_envelop(X509 *recipient, BIO *content) {
    CMS_ContentInfo *cms = CMS_encrypt(
        NULL, NULL, EVP_aes_256_gcm(), CMS_BINARY | CMS_PARTIAL);
    CMS_RecipientInfo *info = cms == NULL ? NULL
        : CMS_add1_recipient_cert(cms, recipient, CMS_BINARY | CMS_KEY_PARAM);
    EVP_PKEY_CTX *context = info == NULL ? NULL : CMS_RecipientInfo_get0_pkey_ctx(info);
    int isReady = context != NULL;
    if (isReady && CMS_RecipientInfo_type(info) == CMS_RECIPINFO_TRANS) {
        isReady = EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0
            && EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0
            && EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0;
    } else if (isReady) {
        isReady = EVP_PKEY_CTX_set_ecdh_kdf_md(context, EVP_sha256()) > 0;
    }
    if (isReady && CMS_final(cms, content, NULL, CMS_BINARY) == 1) { return cms; }
    CMS_ContentInfo_free(cms);
    return NULL;
}

/* A stack of one certificate, which stays the caller's. */
static inline STACK_OF(X509) *copenssl_X509_stack(X509 *certificate) {
    STACK_OF(X509) *stack = sk_X509_new_null();
    if (stack && !sk_X509_push(stack, certificate)) {
        sk_X509_free(stack);
        return NULL;
    }
    return stack;
}
static inline void copenssl_X509_stack_free(STACK_OF(X509) *stack) { sk_X509_free(stack); }

static inline int copenssl_SSL_CTX_require_tls13(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
}

/* Values and calls that are macros. */
static inline uint64_t copenssl_SSL_OP_NO_TICKET(void) { return SSL_OP_NO_TICKET; }
static inline void copenssl_SSL_CTX_no_session_cache(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}
static inline long copenssl_SSL_set_tlsext_host_name(SSL *ssl, const char *name) {
    return SSL_set_tlsext_host_name(ssl, name);
}
/* The name must stand in subjectAltName; the flags are macros. */
static inline void copenssl_SSL_check_names_only(SSL *ssl) {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS);
}
/* The alert that the other side sent, as OpenSSL writes it into its error code; 0 for others. */
static inline int copenssl_alert_of(unsigned long code) {
    int reason = ERR_GET_REASON(code);
    return ERR_GET_LIB(code) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET
        ? reason - SSL_AD_REASON_OFFSET : 0;
}
/* A digest of octets in memory, with a context that the thread keeps; 1, or 0 where memory ends. */
int copenssl_digest(const EVP_MD *algorithm, const void *octets, size_t count, void *digest);

#endif
