/* What a TLS connection must fulfil, and the OpenSSL contexts that follow from it. Contexts are shared by all connections of the
 * same policy, with SSL_MODE_RELEASE_BUFFERS, so that an idle connection is small. */
#ifndef SECURITY_TLS_H
#define SECURITY_TLS_H

#include "base/error.h"

#include <openssl/ssl.h>

enum tls_version { TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 };

struct tls_policy {
	enum tls_version lowest;
	const char *truststore; /* PEM file of CA certificates; "" or NULL: the system's */
	bool skip_verify;       /* certificate and host name unchecked; the caller shows, logs and audits it */
};

/* A shared client context (borrowed; lives until tls_forget_contexts()). Thread-safe. A truststore file that changed is read anew. */
int tls_client_context(const struct tls_policy *policy, SSL_CTX **ret_ctx, struct error *err) NODISCARD;
void tls_forget_contexts(void);

/* Empties OpenSSL's error queue into one text: "certificate has expired", "wrong version number (is this a plain-text port?)". For a
 * handshake failure of `ssl` the verify result is named first. */
void tls_error_text(SSL *ssl, char *ret_text, size_t size);

#endif
