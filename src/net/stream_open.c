/* See stream.h. How a stream is opened, secured and closed, and what it says of itself. */
#include "net/stream_parts.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/connect.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>

#define CONNECT_TIMEOUT_MS 30000

/* ---------------------------------------------------------------- opening and closing */

static struct stream *stream_new(int fd, int io_timeout_ms)
{
	struct stream *s = mem_new(1, sizeof *s);

	s->channel.fd = fd;
	stream_set_io_timeout(s, io_timeout_ms);
	s->step = "connection";
	snprintf(s->security, sizeof s->security, "plain");
	return s;
}

struct stream *stream_of_fd(int fd, int io_timeout_ms)
{
	must(fd >= 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0);
	return stream_new(fd, io_timeout_ms);
}

struct stream *stream_of_memory(struct str input, struct buf *output)
{
	struct stream *s = stream_new(-1, 0);

	s->channel.input = input;
	s->channel.output = output;
	return s;
}

void stream_memory_waits(struct stream *s)
{
	must(s->channel.fd < 0);
	s->waits = true;
}

void stream_memory_as_tls(struct stream *s)
{
	must(s->channel.fd < 0);
	s->as_tls = true;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	channel_close(&s->channel, !s->dead);
	transcript_free(s->transcript);
	echo_free(s->echo);
	mem_wipe_free(s->out, WRITE_BUFFER_SIZE); /* a password may have passed through it */
	free(s->in);
	free(s->dead);
	free(s);
}

/* ---------------------------------------------------------------- TLS */

static void describe_security(struct stream *s)
{
	snprintf(s->security, sizeof s->security, "%s %s", SSL_get_version(s->channel.ssl),
	         SSL_get_cipher_name(s->channel.ssl));
}

struct tls_peer stream_peer(const struct stream *s, struct arena *arena)
{
	return s->channel.ssl ? tls_peer_of(s->channel.ssl, arena) : (struct tls_peer){0};
}

static void tell_of_tls(const struct stream *s, enum watch_kind kind)
{
	struct arena *arena CLEANUP(arena_freep) = NULL;
	struct watch_event event = {.kind = kind};
	struct tls_peer peer;

	if (!s->watch)
		return;
	arena = arena_new();
	if (kind == WATCH_SECURED) {
		peer = stream_peer(s, arena);
		event.peer = &peer;
	} else {
		event.problem = tls_problem_of(s->channel.ssl);
	}
	s->watch->event(s->watch->ctx, &event);
}

static int shake_hands(struct stream *s, struct error *err)
{
	struct error why;
	int rc;

	for (;;) {
		rc = channel_handshake(&s->channel, &why);
		if (rc == 1)
			break;
		if (rc == CHANNEL_EOF)
			fail(&why, E_CLOSED, RETRY_LATER, "the server closed the connection during the TLS handshake");
		if (rc == CHANNEL_EOF || rc == CHANNEL_FAILED) {
			tell_of_tls(s, WATCH_TLS_FAILED);
			return stream_dies(s, &why, err);
		}
		rc = stream_wait_ready(s, rc, err);
		if (rc < 0)
			return rc;
	}
	describe_security(s);
	tell_of_tls(s, WATCH_SECURED);
	return 0;
}

static int add_tls(struct stream *s, const struct stream_options *options, struct error *err)
{
	struct error why;
	SSL *ssl = NULL;

	if (tls_client_new(&options->policy, options->host, &ssl, &why) < 0)
		return stream_dies(s, &why, err);
	channel_add_tls(&s->channel, ssl);
	return shake_hands(s, err);
}

int stream_starttls(struct stream *s, const struct stream_options *options, struct error *err)
{
	struct error why;
	int rc = stream_flush(s, err);

	if (rc < 0)
		return rc;
	must(s->channel.fd >= 0 && !s->channel.ssl);
	if (s->in_at < s->in_end) {
		fail(&why, E_INSECURE, RETRY_NEVER,
		     "%zu bytes arrived in clear behind the answer to STARTTLS: somebody may be injecting commands",
		     s->in_end - s->in_at);
		return stream_dies(s, &why, err);
	}
	stream_step(s, "TLS handshake",
	            options->connect_timeout_ms > 0 ? options->connect_timeout_ms : CONNECT_TIMEOUT_MS);
	rc = add_tls(s, options, err);
	stream_step(s, "connection", 0);
	return rc;
}

static int secure_connected(struct stream *s, const struct stream_options *options, int64_t deadline, struct error *err)
{
	int rc;

	if (!options->tls)
		return 0;
	s->step = "TLS handshake";
	s->step_deadline = deadline;
	rc = add_tls(s, options, err);
	stream_step(s, "connection", 0);
	return rc;
}

static int check_options(const struct stream_options *options, struct error *err)
{
	if (!options->host || !*options->host)
		return fail(err, E_INVALID, RETRY_NEVER, "no host is set");
	if (options->port < 1 || options->port > 65535)
		return fail(err, E_INVALID, RETRY_NEVER, "%s: port %d is not between 1 and 65535", options->host,
		            options->port);
	return 0;
}

int stream_connect(const struct stream_options *options, struct stream **ret_stream, struct error *err)
{
	int timeout_ms = options->connect_timeout_ms > 0 ? options->connect_timeout_ms : CONNECT_TIMEOUT_MS;
	int64_t deadline = clock_mono_ms() + timeout_ms;
	struct stream *s CLEANUP(stream_closep) = NULL;
	int fd = -1, rc = check_options(options, err);

	if (rc < 0)
		return rc;
	rc = connect_host(options->host, options->port, deadline, options->watch, &fd, err);
	if (rc < 0)
		return error_prefix(err, "%.80s port %d", options->host, options->port);
	s = stream_new(fd, options->io_timeout_ms);
	s->watch = options->watch;
	rc = secure_connected(s, options, deadline, err);
	if (rc < 0)
		return error_prefix(err, "%.80s port %d", options->host, options->port);
	*ret_stream = take(s);
	return 0;
}

/* ---------------------------------------------------------------- questions */

int stream_fd(const struct stream *s)
{
	return s->channel.fd;
}

bool stream_is_tls(const struct stream *s)
{
	return s->channel.ssl != NULL || s->as_tls;
}

const char *stream_security_text(const struct stream *s)
{
	return s->security;
}

uint64_t stream_bytes_read(const struct stream *s)
{
	return s->bytes_read;
}

bool stream_channel_binding(const struct stream *s, unsigned choice, struct channel_binding *ret_binding)
{
	return s->channel.ssl && !s->dead && channel_binding_of(s->channel.ssl, choice, ret_binding);
}

void stream_set_transcript(struct stream *s, void (*line)(void *ctx, const char *text), void *ctx)
{
	transcript_free(s->transcript);
	s->transcript = line ? transcript_new(line, ctx) : NULL;
}
