/* What carries a stream's bytes: a socket, TLS over a socket, or memory. Every call tries once without waiting; waiting
 * and deadlines are the stream's. Only the net folder uses this. */
#ifndef NET_CHANNEL_H
#define NET_CHANNEL_H

#include "base/buf.h"
#include "base/error.h"
#include "security/tls.h"

struct channel {
	int fd;             /* -1: memory */
	SSL *ssl;           /* owned; NULL: plain */
	struct str input;   /* memory: what is left to read, borrowed */
	struct buf *output; /* memory: borrowed; may be NULL */
};

/* Results of one try, besides a count of bytes above zero. */
enum {
	CHANNEL_EOF = 0,
	CHANNEL_WANT_READ = -1,  /* nothing now: wait until the socket is readable */
	CHANNEL_WANT_WRITE = -2, /* … writable */
	CHANNEL_FAILED = -3,     /* *err is written */
};

/* Bytes read or written: at most `n`, which is above 0. */
ptrdiff_t channel_read(struct channel *channel, char *to, size_t n, struct error *err) NODISCARD;
ptrdiff_t channel_write(struct channel *channel, struct str bytes, struct error *err) NODISCARD;

/* True where channel_read() would not wait for the network. */
bool channel_has_input(const struct channel *channel);

/* Puts TLS (owned from now on) over the socket; the handshake follows. */
void channel_add_tls(struct channel *channel, SSL *ssl);

/* One try of the handshake: 1 when it is done, else a result from above. */
int channel_handshake(struct channel *channel, struct error *err) NODISCARD;

/* Sends TLS close-notify without waiting where `orderly`, closes the socket. */
void channel_close(struct channel *channel, bool orderly);

#endif
