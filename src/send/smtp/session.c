/* From a connection to a session that may send: greeting, EHLO, STARTTLS, EHLO again, log-in; and its end. */
#include "send/smtp/smtp.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#define STEP_TIMEOUT_MS 40000
#define DOT_TIMEOUT_MS  600000
#define MAX_WORDS       1000

static void smtp_free(struct smtp *smtp)
{
	stream_close(smtp->stream);
	buf_done(&smtp->words);
	free(smtp);
}
DEFINE_CLEANUP(struct smtp *, smtp_free)

/* ---------------------------------------------------------------- greeting and EHLO */

/* 5xx greets from a block list or a closed service: people act on it elsewhere, so the same try may succeed later. */
static int read_greeting(struct smtp *smtp, struct error *err)
{
	struct reply reply;
	int rc = smtp_reply(smtp, "greeting", &reply, err);

	if (rc >= 0 && reply.code == 220)
		stream_tell(smtp->stream, WATCH_GREETED, reply.words);
	if (rc < 0 || reply.code == 220)
		return rc;
	if (reply.code < 400)
		return fail(err, E_PROTOCOL, RETRY_LATER, "greeting: the server answers %d instead of 220", reply.code);
	rc = smtp_refused(&reply, E_REFUSED, "greeting", err);
	if (err)
		err->retry = RETRY_LATER;
	return rc;
}

static void read_mechanisms(struct smtp *smtp, struct str list)
{
	struct str name;

	while (str_split(&list, ' ', &name))
		sasl_offer_add(&smtp->offer, name);
}

struct hello {
	struct smtp *smtp;
	bool named;         /* the first line, the server's name, was read */
	struct buf offered; /* for who watches */
};

/* One line of the answer to EHLO. "AUTH=" is an old habit of servers. */
static void read_capability(void *ctx, struct str words)
{
	struct hello *hello = ctx;
	struct smtp *smtp = hello->smtp;
	struct str keyword = STR_NULL, rest = words;

	if (!hello->named) {
		hello->named = true;
		return;
	}
	if (hello->offered.n)
		buf_add(&hello->offered, STR(", "));
	buf_add(&hello->offered, words);
	if (str_starts_nocase(words, STR("AUTH="))) {
		read_mechanisms(smtp, str_slice(words, 5, words.n));
		return;
	}
	str_split(&rest, ' ', &keyword);
	if (str_eq_nocase(keyword, STR("STARTTLS")))
		smtp->capabilities |= CAN_STARTTLS;
	else if (str_eq_nocase(keyword, STR("PIPELINING")))
		smtp->capabilities |= CAN_PIPELINE;
	else if (str_eq_nocase(keyword, STR("8BITMIME")))
		smtp->capabilities |= CAN_8BIT;
	else if (str_eq_nocase(keyword, STR("SMTPUTF8")))
		smtp->capabilities |= CAN_UTF8;
	else if (str_eq_nocase(keyword, STR("CHUNKING")))
		smtp->capabilities |= CAN_CHUNK;
	else if (str_eq_nocase(keyword, STR("DSN")))
		smtp->capabilities |= CAN_DSN;
	else if (str_eq_nocase(keyword, STR("AUTH")))
		read_mechanisms(smtp, rest);
	else if (str_eq_nocase(keyword, STR("SIZE"))) {
		smtp->capabilities |= CAN_SIZE;
		if (!str_to_uint(str_trim(rest), UINT64_MAX, &smtp->max_bytes))
			smtp->max_bytes = 0;
	}
}

/* Without a name of ours: the address literal of our side (RFC 5321 §4.1.3). */
static void own_name(const struct smtp *smtp, char *ret_name, size_t size)
{
	struct sockaddr_storage sa = {0};
	char address[INET6_ADDRSTRLEN] = "127.0.0.1";
	socklen_t len = sizeof sa;
	bool six;

	if (stream_fd(smtp->stream) >= 0)
		getsockname(stream_fd(smtp->stream), (struct sockaddr *)&sa, &len);
	six = sa.ss_family == AF_INET6;
	if (six)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)&sa)->sin6_addr, address,
		          sizeof address);
	else if (sa.ss_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)&sa)->sin_addr, address, sizeof address);
	snprintf(ret_name, size, six ? "[IPv6:%s]" : "[%s]", address);
}

static bool is_plain_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if (*p <= ' ' || *p >= 0x7f)
			return false;
	return strlen(name) <= 255;
}

static void hello_done(struct hello *hello)
{
	buf_done(&hello->offered);
}

static int say_hello(struct smtp *smtp, const char *helo_name, struct error *err)
{
	struct hello hello CLEANUP(hello_done) = {.smtp = smtp, .offered = BUF_INIT(MAX_WORDS)};
	char own[80];
	struct reply reply;
	int rc;

	if (!helo_name || !*helo_name) {
		own_name(smtp, own, sizeof own);
		helo_name = own;
	}
	if (!is_plain_name(helo_name))
		return fail(err, E_INVALID, RETRY_NEVER, "HELO name \"%.80s\" is no host name", helo_name);
	smtp->capabilities = 0;
	smtp->offer = (struct sasl_offer){0};
	smtp->max_bytes = 0;
	rc = stream_printf(smtp->stream, err, "EHLO %s\r\n", helo_name);
	if (rc >= 0)
		rc = smtp_read_reply(smtp, "EHLO", smtp->step_timeout_ms, &reply, read_capability, &hello, err);
	if (rc >= 0 && reply.code == 250)
		stream_tell(smtp->stream, WATCH_CAPABLE, buf_str(&hello.offered));
	if (rc < 0 || reply.code == 250)
		return rc;
	smtp->capabilities = 0;
	if (reply.code < 500)
		return smtp_refused(&reply, E_REFUSED, "EHLO", err);
	/* RFC 5321 §3.2: a server from before 1994, or a proxy in between */
	rc = stream_printf(smtp->stream, err, "HELO %s\r\n", helo_name);
	if (rc >= 0)
		rc = smtp_reply(smtp, "HELO", &reply, err);
	if (rc < 0 || reply.code == 250)
		return rc;
	return smtp_refused(&reply, E_REFUSED, "HELO", err);
}

/* ---------------------------------------------------------------- STARTTLS */

static int start_tls(struct smtp *smtp, const struct sender_options *options, struct error *err)
{
	struct reply reply;
	int rc;

	if (!(smtp->capabilities & CAN_STARTTLS))
		return fail(
		        err, E_INSECURE, RETRY_NEVER,
		        "the server doesn't offer STARTTLS, or somebody in between removed it: nothing was sent; set "
		        "security to tls, or to none if plain text is really wanted");
	rc = stream_write(smtp->stream, STR("STARTTLS\r\n"), err);
	if (rc >= 0)
		rc = smtp_reply(smtp, "STARTTLS", &reply, err);
	if (rc < 0)
		return rc;
	if (reply.code != 220)
		return smtp_refused(&reply, reply.code >= 500 ? E_INSECURE : E_TLS, "STARTTLS", err);
	return stream_starttls(smtp->stream, &options->stream, err);
}

/* ---------------------------------------------------------------- opening */

static int establish(struct smtp *smtp, const struct sender_options *options, struct error *err)
{
	int rc = read_greeting(smtp, err);

	if (rc >= 0)
		rc = say_hello(smtp, options->helo_name, err);
	if (rc >= 0 && options->security == SECURITY_STARTTLS) {
		rc = start_tls(smtp, options, err);
		if (rc >= 0) /* what was offered in clear counts for nothing (RFC 3207 §4.2) */
			rc = say_hello(smtp, options->helo_name, err);
	}
	if (options->no_pipelining)
		smtp->capabilities &= ~(unsigned)CAN_PIPELINE;
	if (options->no_chunking)
		smtp->capabilities &= ~(unsigned)CAN_CHUNK;
	if (rc < 0 || !options->login.user || !*options->login.user)
		return rc;
	stream_tell(smtp->stream, WATCH_LOGGING_IN, STR(""));
	rc = smtp_log_in(smtp, options, err);
	if (rc >= 0)
		stream_tell(smtp->stream, WATCH_LOGGED_IN, STR(""));
	return rc;
}

static struct smtp *smtp_new(const struct sender_options *options, struct stream *stream)
{
	struct smtp *smtp = mem_new(1, sizeof *smtp);

	smtp->base.ops = &smtp_sender;
	smtp->stream = stream;
	smtp->step_timeout_ms = options->step_timeout_ms > 0 ? options->step_timeout_ms : STEP_TIMEOUT_MS;
	smtp->dot_timeout_ms = options->dot_timeout_ms > 0 ? options->dot_timeout_ms : DOT_TIMEOUT_MS;
	smtp->io_timeout_ms = options->stream.io_timeout_ms;
	smtp->before_dot = options->before_dot;
	smtp->before_dot_ctx = options->before_dot_ctx;
	buf_init(&smtp->words, MAX_WORDS);
	return smtp;
}

int smtp_begin(const struct sender_options *options, struct stream *stream, struct sender **ret_sender,
               struct error *err)
{
	struct smtp *smtp CLEANUP(smtp_freep) = smtp_new(options, stream);
	int rc;

	if (options->transcript)
		stream_set_transcript(stream, options->transcript, options->transcript_ctx);
	rc = establish(smtp, options, err);
	if (rc < 0)
		return rc;
	*ret_sender = &take(smtp)->base;
	return 0;
}

static int smtp_open(const struct sender_options *options, struct sender **ret_sender, struct error *err)
{
	struct stream_options stream_options = options->stream;
	struct stream *stream = NULL;
	int rc;

	stream_options.tls = options->security == SECURITY_TLS;
	rc = stream_connect(&stream_options, &stream, err);
	if (rc < 0)
		return rc;
	rc = smtp_begin(options, stream, ret_sender, err);
	return rc < 0 ? error_prefix(err, "%.80s port %d", options->stream.host, options->stream.port) : 0;
}

/* ---------------------------------------------------------------- idling and closing */

/* Between messages a server has nothing to say but 421, or that it closed. */
static bool smtp_is_alive(struct sender *s)
{
	struct smtp *smtp = (struct smtp *)s;
	struct error err;

	if (!smtp->broken && stream_wait(smtp->stream, 0, &err) != 0)
		smtp->broken = true;
	return !smtp->broken;
}

static void smtp_close(struct sender *s)
{
	struct smtp *smtp = (struct smtp *)s;
	struct error err;

	if (!smtp->broken) {
		stream_set_io_timeout(smtp->stream, 1); /* a full socket buffer is no reason to wait */
		if (stream_write(smtp->stream, STR("QUIT\r\n"), &err) < 0 || stream_flush(smtp->stream, &err) < 0)
			smtp->broken = true;
	}
	smtp_free(smtp);
}

const struct sender_ops smtp_sender = {
        .name = "smtp",
        .open = smtp_open,
        .send = smtp_send,
        .try_envelope = smtp_try_envelope,
        .is_alive = smtp_is_alive,
        .close = smtp_close,
};
