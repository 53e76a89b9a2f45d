/* A connection that reads and writes with deadlines: TCP, TLS, TCP turned TLS by STARTTLS, or a pair of buffers in
 *tests. One thread at a time.
 *
 *	stream_step(s, "greeting", 30000);
 *	if (stream_read_line(s, 8192, &line, err) < 0)
 *		return error_prefix(err, "%s", options->host);
 *
 * Errors: E_TIMEOUT names the step; E_CLOSED where the other side closed or reset; E_TLS with OpenSSL's words. All are
 *RETRY_LATER, except a certificate or policy fault, which is RETRY_NEVER. After an error the stream is dead: every
 *later call fails with the same error. */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "base/buf.h"
#include "base/error.h"
#include "security/channel_binding.h"
#include "net/watch.h"
#include "security/tls.h"

struct stream;

struct stream_options {
	const char *host; /* name, IPv4 or IPv6 address; also what the certificate must name */
	int port;
	bool tls; /* TLS from the first byte; STARTTLS is stream_starttls() later */
	struct tls_policy policy;
	int connect_timeout_ms;           /* name look-up, TCP and TLS together; 0: 30,000 */
	int io_timeout_ms;                /* one read or write that makes no progress; 0: 60,000 */
	const struct stream_watch *watch; /* who is told of each step; outlives the stream; NULL: nobody */
};

/* Resolves, connects (IPv6 and IPv4 in turn, the next started 250 ms after the one before: RFC 8305), sets TCP_NODELAY
 * and keep-alive, and with `tls` shakes hands. */
int stream_connect(const struct stream_options *options, struct stream **ret_stream, struct error *err) NODISCARD;

/* A stream over an existing socket (one of a pair in tests); it becomes non-blocking and is closed with the stream. */
struct stream *stream_of_fd(int fd, int io_timeout_ms) NODISCARD;

/* Reads from `input` (borrowed), then E_CLOSED; what is written is appended to `output` (borrowed; may be NULL). */
struct stream *stream_of_memory(struct str input, struct buf *output) NODISCARD;

/* From now on such a stream plays a server that never speaks before it is asked: stream_wait() finds nothing. */
void stream_memory_waits(struct stream *stream);

/* From now on such a stream counts as one over TLS, so that a test gets to what never goes in clear. */
void stream_memory_as_tls(struct stream *stream);

/* Turns plain into TLS after the protocol's STARTTLS was accepted. Bytes already received behind that answer are a
 * command injection: E_INSECURE, RETRY_NEVER. Not for memory streams. */
int stream_starttls(struct stream *stream, const struct stream_options *options, struct error *err) NODISCARD;

void stream_close(struct stream *stream); /* frees; sends TLS close-notify without waiting. NULL is fine */
DEFINE_CLEANUP(struct stream *, stream_close)

/* Begins a named step that must end within `timeout_ms` as a whole, whatever progress it makes; 0: no bound but the io
 * timeout. `name` is static text. */
void stream_step(struct stream *stream, const char *name, int timeout_ms);

/* Another io timeout from now on; 0: 60,000. For steps whose answer may take longer than the network ever should. */
void stream_set_io_timeout(struct stream *stream, int timeout_ms);

/* A line without its CRLF (a bare LF is taken as well), at most `max` bytes (E_LIMIT beyond). The view is valid until
 * the next read. Flushes what was written first, as do all reads. Returns 1. */
int stream_read_line(struct stream *stream, size_t max, struct str *ret_line, struct error *err) NODISCARD;

/* Exactly `n` bytes into `to`; large ones are received there directly. */
int stream_read_exactly(struct stream *stream, char *to, size_t n, struct error *err) NODISCARD;

/* What is there, at least one and at most `max` bytes, without copying where possible: a view valid until the next
 * read. Returns 1. */
int stream_read_some(struct stream *stream, size_t max, struct str *ret_bytes, struct error *err) NODISCARD;

/* All bytes that are there, at least one: a view valid until the next read. They stay where they are until
 * stream_taken() says how many were used: for data that doesn't say how long it is. Returns 1. */
int stream_peek(struct stream *stream, struct str *ret_bytes, struct error *err) NODISCARD;
void stream_taken(struct stream *stream, size_t n);

/* True where a read would find bytes without waiting for the network (buffered here or in TLS). */
bool stream_has_input(const struct stream *stream);

/* Waits until bytes are there: 1; or `timeout_ms` passed (0: only looks): 0, and the stream lives on. Flushes first.
 * The step's deadline doesn't count, so that a connection may idle. */
int stream_wait(struct stream *stream, int timeout_ms, struct error *err) NODISCARD;

/* Buffered; sent by stream_flush(), by any read, or when 16 KiB have gathered. */
int stream_write(struct stream *stream, struct str bytes, struct error *err) NODISCARD;
int stream_printf(struct stream *stream, struct error *err, const char *fmt, ...) PRINTF(3, 4) NODISCARD;
int stream_flush(struct stream *stream, struct error *err) NODISCARD;

/* As stream_write(), for message text: large pieces go out without being copied and the transcript shows "<N bytes>".
 */
int stream_write_bulk(struct stream *stream, struct str bytes, struct error *err) NODISCARD;

/* As stream_write(), but the transcript shows "<secret>" instead. Where the other side sends it back before the log-in
 * is over (WATCH_LOGGED_IN), the line that is read has '*' in its place. */
int stream_write_secret(struct stream *stream, struct str bytes, struct error *err) NODISCARD;

/* Gives back read and write buffers that are empty: before parking. */
void stream_shrink(struct stream *stream);

int stream_fd(const struct stream *stream); /* for epoll; -1 for memory */
bool stream_is_tls(const struct stream *stream);
const char *stream_security_text(const struct stream *stream); /* "TLSv1.3 TLS_AES_256_GCM_SHA384" or "plain" */
/* What TLS agreed on and the server's certificates; all empty for a plain stream. Strings live in the arena. */
struct tls_peer stream_peer(const struct stream *stream, struct arena *arena);
uint64_t stream_bytes_read(const struct stream *stream);

/* What tells this TLS connection from every other (channel_binding.h); false in clear and where there is none. */
bool stream_channel_binding(const struct stream *stream, unsigned choice, struct channel_binding *ret_binding);

/* For protocols: tells who watches, if anybody does. */
void stream_tell(struct stream *stream, enum watch_kind kind, struct str text);

/* Calls `line` for every line sent ("C: …") and received ("S: …"), secrets blanked, literals as "<N bytes>" ; NULL
 * stops it. */
void stream_set_transcript(struct stream *stream, void (*line)(void *ctx, const char *text), void *ctx);

#endif
