/* What tells one TLS connection from every other, for proofs that are worth nothing elsewhere (RFC 5056, 5929, 9266).
 */
#ifndef SECURITY_CHANNEL_BINDING_H
#define SECURITY_CHANNEL_BINDING_H

#include "base/base.h"

#include <openssl/ssl.h>

#define CHANNEL_BINDING_MAX 64

struct channel_binding {
	const char *type; /* "tls-exporter" …, static; NULL: none */
	unsigned char bytes[CHANNEL_BINDING_MAX];
	size_t n;
};

/* Of a connection whose handshake is done. TLS 1.3: tls-exporter. TLS 1.2: tls-unique where the extended master secret
 * (RFC 7627) was agreed on, else tls-server-end-point. False where there is none. */
bool channel_binding_of(SSL *ssl, struct channel_binding *ret_binding);

#endif
