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

/* Of a connection whose handshake is done. `choice` 0 is what the RFCs want: on TLS 1.3 tls-exporter, on TLS 1.2
 * tls-unique where the extended master secret (RFC 7627) was agreed on, else tls-server-end-point. 1 is for servers
 * that know another alone: tls-unique on TLS 1.3, where nothing defines it, but Cyrus IMAP has it as the client's
 * Finished; tls-server-end-point on TLS 1.2. False where there is none (any more). */
bool channel_binding_of(SSL *ssl, unsigned choice, struct channel_binding *ret_binding);

#endif
