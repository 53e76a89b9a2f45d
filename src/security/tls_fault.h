/* Why a TLS handshake failed, in an administrator's words. OpenSSL forgets the certificate and the version of a
 * handshake that it refused, so both are noted while it runs. Only tls.c uses this. */
#ifndef SECURITY_TLS_FAULT_H
#define SECURITY_TLS_FAULT_H

#include "security/tls.h"

/* Notes on `ssl` what its handshake shows; until unwatch or SSL_free(). */
void tls_fault_watch(SSL *ssl, enum tls_version lowest, const char *host);
void tls_fault_unwatch(SSL *ssl);

/* The verify callback of contexts that verify. */
int tls_fault_on_verify(int ok, X509_STORE_CTX *store);

#endif
