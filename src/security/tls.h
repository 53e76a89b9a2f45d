/* What a TLS connection must fulfil, and the OpenSSL contexts that follow from it. Contexts are shared by all
 * connections of the same policy, with SSL_MODE_RELEASE_BUFFERS, so that an idle connection is small. */
#ifndef SECURITY_TLS_H
#define SECURITY_TLS_H

#include "base/error.h"
#include "security/keystore.h"

#include <openssl/ssl.h>

enum tls_version { TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 };

struct tls_policy {
	enum tls_version lowest;
	enum tls_version highest; /* TLS_1_0 (0): the newest there is */
	const char *truststore;   /* PEM file of CA certificates; "" or NULL: the system's */
	/* Instead of a file; `truststore` is then the keystore's name, for errors. Borrowed, as that is. */
	struct keystore_source trust;
	bool skip_verify; /* certificate and host name unchecked; the caller shows, logs and audits it */
};

/* A shared client context (borrowed; lives until tls_forget_contexts()). Thread-safe. A truststore file that changed is
 * read anew; the context of its old content is freed an hour later. A truststore that is missing, unreadable or holds
 * no certificate fails. Contexts of a keystore are found by its content's digest. */
int tls_client_context(const struct tls_policy *policy, SSL_CTX **ret_ctx, struct error *err) NODISCARD;
void tls_forget_contexts(void);

/* A client connection of that policy that wants the certificate to name `host` (a name or an IP address; names are sent
 * as SNI). Owned: SSL_free(). The caller sets the BIO and shakes hands, then calls tls_handshake_done(). */
int tls_client_new(const struct tls_policy *policy, const char *host, SSL **ret_ssl, struct error *err) NODISCARD;

/* Gives back what only a handshake needs. */
void tls_handshake_done(SSL *ssl);

/* Writes E_TLS in words for an administrator after SSL_connect() failed: RETRY_NEVER where the certificate or the
 * policy forbids the connection, else RETRY_LATER. Empties OpenSSL's error queue. */
int tls_handshake_failed(SSL *ssl, struct error *err);

/* Empties OpenSSL's error queue into one text: "certificate has expired", "wrong version number (is this a plain-text
 * port?)". For a handshake failure of `ssl` the verify result is named first. */
void tls_error_text(SSL *ssl, char *ret_text, size_t size);

#endif
