/* What the files of a stream share: stream.c (deadlines, reading, writing), stream_open.c (opening, TLS, closing).
 * Private to this folder. */
#ifndef NET_STREAM_PARTS_H
#define NET_STREAM_PARTS_H

#include "net/channel.h"
#include "net/echo.h"
#include "net/stream.h"
#include "net/transcript.h"

#define WRITE_BUFFER_SIZE KIB(16)

/* Small, because thousands are parked: buffers exist only while something is in them. */
struct stream {
	struct channel channel;
	char *in; /* owned; NULL while empty and shrunk */
	size_t in_size, in_at, in_end;
	char *out; /* owned, WRITE_BUFFER_SIZE; NULL until something is written */
	size_t out_n;
	const char *step;
	int64_t step_deadline; /* monotonic ms; 0: none */
	int io_timeout_ms;
	uint64_t bytes_read;
	struct transcript *transcript; /* owned; NULL where nobody listens */
	struct error *dead;            /* owned; the error that ended the stream */
	char security[64];
	const struct stream_watch *watch; /* borrowed; NULL where nobody watches */
	struct echo *echo;                /* owned; the secrets of a log-in under way, else NULL */
	bool waits;                       /* of memory: nothing comes unasked */
	bool as_tls;                      /* of memory: counts as encrypted */
};

/* The stream ends with this error: nobody can know what the other side has seen. Returns its code. */
int stream_dies(struct stream *s, const struct error *why, struct error *err);

/* Waits until the socket is ready for the wanted direction, within the io timeout and the step's deadline. */
int stream_wait_ready(struct stream *s, ptrdiff_t wanted, struct error *err) NODISCARD;

#endif
