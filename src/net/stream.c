/* See stream.h. What a stream does when it is open: waiting under deadlines, reading, writing, parking. What every byte
 * passes stands in this one file. */
#include "net/stream_parts.h"

#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

#define READ_BUFFER_SIZE  KIB(32)
#define DIRECT_READ_BYTES KIB(8) /* from here on, exact reads bypass the buffer */
#define IO_TIMEOUT_MS     60000

/* ---------------------------------------------------------------- deadlines */

void stream_step(struct stream *s, const char *name, int timeout_ms)
{
	s->step = name;
	s->step_deadline = timeout_ms > 0 ? clock_mono_ms() + timeout_ms : 0;
}

void stream_set_io_timeout(struct stream *s, int timeout_ms)
{
	s->io_timeout_ms = timeout_ms > 0 ? timeout_ms : IO_TIMEOUT_MS;
}

int stream_dies(struct stream *s, const struct error *why, struct error *err)
{
	if (!s->dead) {
		s->dead = mem_new(1, sizeof *s->dead);
		*s->dead = *why;
		s->out_n = 0;
	}
	if (err)
		*err = *s->dead;
	return s->dead->code;
}

/* What the channel reported: the end of the input, or a fault that it wrote into *why. */
static int channel_ended(struct stream *s, ptrdiff_t result, struct error *why, struct error *err)
{
	if (result == CHANNEL_EOF)
		fail(why, E_CLOSED, RETRY_LATER, "%s: the other side closed the connection", s->step);
	else
		error_prefix(why, "%s", s->step);
	return stream_dies(s, why, err);
}

static int times_out(struct stream *s, int64_t waited_ms, struct error *err)
{
	struct error why;

	fail(&why, E_TIMEOUT, RETRY_LATER, "%s: no answer within %lld ms", s->step, (long long)waited_ms);
	return stream_dies(s, &why, err);
}

int stream_wait_ready(struct stream *s, ptrdiff_t wanted, struct error *err)
{
	struct pollfd socket = {.fd = s->channel.fd, .events = wanted == CHANNEL_WANT_READ ? POLLIN : POLLOUT};
	int64_t began = clock_mono_ms(), until = began + s->io_timeout_ms;
	struct error why;

	if (s->step_deadline)
		until = MIN(until, s->step_deadline);
	for (;;) {
		int64_t left = until - clock_mono_ms();
		int rc = left > 0 ? poll(&socket, 1, (int)left) : 0;

		if (rc > 0)
			return 0;
		if (rc == 0)
			return times_out(s, clock_mono_ms() - began, err);
		if (errno != EINTR) {
			fail_errno(&why, errno, "poll");
			return stream_dies(s, &why, err);
		}
	}
}

static int check_step(struct stream *s, struct error *err)
{
	struct error why;

	if (s->dead)
		return stream_dies(s, s->dead, err);
	if (!s->step_deadline || clock_mono_ms() < s->step_deadline)
		return 0;
	fail(&why, E_TIMEOUT, RETRY_LATER, "%s: not done in the time allowed", s->step);
	return stream_dies(s, &why, err);
}

/* ---------------------------------------------------------------- receiving */

/* Once through the channel, waiting as often as it wants. Returns the count of bytes, above 0. */
static ptrdiff_t receive(struct stream *s, char *to, size_t n, struct error *err)
{
	struct error why;
	ptrdiff_t got;
	int rc;

	for (;;) {
		rc = check_step(s, err);
		if (rc < 0)
			return rc;
		got = channel_read(&s->channel, to, n, &why);
		if (got > 0)
			break;
		if (got == CHANNEL_EOF || got == CHANNEL_FAILED)
			return channel_ended(s, got, &why, err);
		rc = stream_wait_ready(s, got, err);
		if (rc < 0)
			return rc;
	}
	s->bytes_read += (uint64_t)got;
	return got;
}

/* Room behind what is buffered, for at least one byte: moves it to the front, or grows for a long line. */
static void make_room(struct stream *s)
{
	if (s->in_at == s->in_end) {
		s->in_at = s->in_end = 0;
		if (s->in_size > READ_BUFFER_SIZE) { /* grown for one long line */
			free(s->in);
			s->in = NULL;
		}
	}
	if (!s->in) {
		s->in = mem_resize(NULL, READ_BUFFER_SIZE, 1);
		s->in_size = READ_BUFFER_SIZE;
	}
	if (s->in_end < s->in_size)
		return;
	if (s->in_at > 0) {
		memmove(s->in, s->in + s->in_at, s->in_end - s->in_at);
		s->in_end -= s->in_at;
		s->in_at = 0;
	} else {
		s->in_size *= 2;
		s->in = mem_resize(s->in, s->in_size, 1);
	}
}

static int fill(struct stream *s, struct error *err)
{
	ptrdiff_t got;

	make_room(s);
	got = receive(s, s->in + s->in_end, s->in_size - s->in_end, err);
	if (got < 0)
		return (int)got;
	s->in_end += (size_t)got;
	return 0;
}

/* Every read begins so: what was written must reach the other side before an answer can come. */
static int begin_read(struct stream *s, struct error *err)
{
	if (s->dead)
		return stream_dies(s, s->dead, err);
	return s->out_n ? stream_flush(s, err) : 0;
}

static int line_too_long(struct stream *s, size_t max, struct error *err)
{
	struct error why;

	fail(&why, E_LIMIT, RETRY_LATER, "%s: a line of more than %zu bytes arrived", s->step, max);
	return stream_dies(s, &why, err);
}

/* A line whose LF stands at s->in[end]. */
static int take_line(struct stream *s, size_t end, size_t max, struct str *ret_line, struct error *err)
{
	struct str line = str_new(s->in + s->in_at, end - s->in_at);

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n > max)
		return line_too_long(s, max, err);
	if (s->echo)
		echo_blank(s->echo, s->in + s->in_at, line.n);
	s->in_at = end + 1;
	transcript_received(s->transcript, line);
	*ret_line = line;
	return 1;
}

int stream_read_line(struct stream *s, size_t max, struct str *ret_line, struct error *err)
{
	size_t searched = 0; /* bytes behind in_at known to hold no LF */
	int rc = begin_read(s, err);

	while (rc >= 0) {
		size_t have = s->in_end - s->in_at;
		const char *lf = have > searched ? memchr(s->in + s->in_at + searched, '\n', have - searched) : NULL;

		if (lf)
			return take_line(s, (size_t)(lf - s->in), max, ret_line, err);
		if (have > max + 1) /* one more for a CR */
			return line_too_long(s, max, err);
		searched = have;
		rc = fill(s, err);
	}
	return rc;
}

static size_t take_buffered(struct stream *s, char *to, size_t n)
{
	n = MIN(n, s->in_end - s->in_at);
	if (n)
		memcpy(to, s->in + s->in_at, n);
	s->in_at += n;
	return n;
}

int stream_read_exactly(struct stream *s, char *to, size_t n, struct error *err)
{
	int rc = begin_read(s, err);
	size_t done = 0;

	while (rc >= 0) {
		done += take_buffered(s, to + done, n - done);
		if (done == n)
			break;
		if (n - done >= DIRECT_READ_BYTES) {
			ptrdiff_t got = receive(s, to + done, n - done, err);

			rc = (int)MIN(got, 0);
			done += (size_t)MAX(got, 0);
		} else {
			rc = fill(s, err);
		}
	}
	if (rc < 0)
		return rc;
	transcript_received_bulk(s->transcript, n);
	return 0;
}

int stream_peek(struct stream *s, struct str *ret_bytes, struct error *err)
{
	int rc = begin_read(s, err);

	if (rc >= 0 && s->in_at == s->in_end)
		rc = fill(s, err);
	if (rc < 0)
		return rc;
	*ret_bytes = str_new(s->in + s->in_at, s->in_end - s->in_at);
	return 1;
}

void stream_taken(struct stream *s, size_t n)
{
	must(n <= s->in_end - s->in_at);
	s->in_at += n;
	transcript_received_bulk(s->transcript, n);
}

int stream_read_some(struct stream *s, size_t max, struct str *ret_bytes, struct error *err)
{
	int rc = stream_peek(s, ret_bytes, err);

	must(max > 0);
	if (rc < 0)
		return rc;
	*ret_bytes = str_slice(*ret_bytes, 0, max);
	stream_taken(s, ret_bytes->n);
	return 1;
}

void stream_tell(struct stream *s, enum watch_kind kind, struct str text)
{
	if (kind == WATCH_LOGGED_IN) { /* from here on, lines are mail's and may say anything */
		echo_free(s->echo);
		s->echo = NULL;
	}
	watch_tell(s->watch, kind, text);
}

bool stream_has_input(const struct stream *s)
{
	return s->in_at < s->in_end || (!s->dead && channel_has_input(&s->channel));
}

/* One look without waiting: 1 where application bytes came. A socket may be readable without any (a TLS session
 * ticket). */
static int look(struct stream *s, ptrdiff_t *ret_wanted, struct error *err)
{
	struct error why;
	ptrdiff_t got;

	make_room(s);
	got = channel_read(&s->channel, s->in + s->in_end, s->in_size - s->in_end, &why);
	if (got == CHANNEL_EOF || got == CHANNEL_FAILED)
		return channel_ended(s, got, &why, err);
	if (got < 0) {
		*ret_wanted = got;
		return 0;
	}
	s->in_end += (size_t)got;
	s->bytes_read += (uint64_t)got;
	return 1;
}

int stream_wait(struct stream *s, int timeout_ms, struct error *err)
{
	int64_t until = clock_mono_ms() + timeout_ms;
	struct pollfd socket = {.fd = s->channel.fd};
	int rc = begin_read(s, err);

	if (rc < 0 || s->waits || s->in_at < s->in_end)
		return rc < 0 ? rc : !s->waits;
	for (;;) {
		ptrdiff_t wanted = 0;
		int64_t left;

		rc = look(s, &wanted, err);
		if (rc != 0)
			return rc;
		left = until - clock_mono_ms();
		if (left <= 0)
			return 0;
		socket.events = wanted == CHANNEL_WANT_READ ? POLLIN : POLLOUT;
		rc = poll(&socket, 1, (int)left);
		if (rc == 0)
			return 0;
	}
}

/* ---------------------------------------------------------------- sending */

/* All of it through the channel. */
static int transmit(struct stream *s, struct str bytes, struct error *err)
{
	struct error why;
	ptrdiff_t put;
	int rc = 0;

	while (rc >= 0 && bytes.n) {
		rc = check_step(s, err);
		if (rc < 0)
			break;
		put = channel_write(&s->channel, bytes, &why);
		if (put > 0)
			bytes = str_slice(bytes, (size_t)put, bytes.n);
		else
			rc = put == CHANNEL_FAILED ? channel_ended(s, put, &why, err) : stream_wait_ready(s, put, err);
	}
	return rc;
}

int stream_flush(struct stream *s, struct error *err)
{
	int rc;

	if (s->dead)
		return stream_dies(s, s->dead, err);
	rc = transmit(s, str_new(s->out, s->out_n), err);
	s->out_n = 0;
	return rc;
}

/* Gathers small pieces so that a pipeline of commands leaves in one packet; a large piece goes out from where it lies.
 */
static int put(struct stream *s, struct str bytes, struct error *err)
{
	int rc = s->dead ? stream_dies(s, s->dead, err) : 0;

	if (rc >= 0 && s->out_n && s->out_n + bytes.n > WRITE_BUFFER_SIZE)
		rc = stream_flush(s, err);
	if (rc < 0)
		return rc;
	if (bytes.n >= WRITE_BUFFER_SIZE)
		return transmit(s, bytes, err);
	if (!s->out)
		s->out = mem_resize(NULL, WRITE_BUFFER_SIZE, 1);
	if (bytes.n)
		memcpy(s->out + s->out_n, bytes.p, bytes.n);
	s->out_n += bytes.n;
	return 0;
}

int stream_write(struct stream *s, struct str bytes, struct error *err)
{
	transcript_sent(s->transcript, bytes);
	return put(s, bytes, err);
}

int stream_write_bulk(struct stream *s, struct str bytes, struct error *err)
{
	transcript_sent_bulk(s->transcript, bytes.n);
	return put(s, bytes, err);
}

int stream_write_secret(struct stream *s, struct str bytes, struct error *err)
{
	transcript_sent_secret(s->transcript, bytes);
	if (!s->echo)
		s->echo = echo_new();
	echo_sent(s->echo, bytes);
	return put(s, bytes, err);
}

int stream_printf(struct stream *s, struct error *err, const char *fmt, ...)
{
	char *text CLEANUP(freep) = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	must(n >= 0);
	return stream_write(s, str_new(text, (size_t)n), err);
}

/* ---------------------------------------------------------------- parking */

void stream_shrink(struct stream *s)
{
	if (s->in_at == s->in_end) {
		free(s->in);
		s->in = NULL;
		s->in_size = s->in_at = s->in_end = 0;
	}
	if (!s->out_n) {
		mem_wipe_free(s->out, WRITE_BUFFER_SIZE);
		s->out = NULL;
	}
}
