/* One copy in memory of a server's certificates, however many connections lead to it: parsed, a chain takes 5 to 20 KB,
 * and OpenSSL keeps one for each connection as long as that lives. Only tls.c uses this. */
#ifndef SECURITY_TLS_SHARED_H
#define SECURITY_TLS_SHARED_H

#include <openssl/ssl.h>

#define TLS_SHARED_MAX 256 /* certificates that are remembered, those used last */

/* For SSL_CTX_set_cert_verify_callback(): puts the copies that are known into the chain that the server sent, then
 * verifies as ever. Thread-safe. */
int tls_shared_verify(X509_STORE_CTX *store, void *arg);

void tls_shared_forget(void);

#endif
