/* Plays a dialogue on its own thread, with blocking sockets that give up after a minute. SIGPIPE is blocked on this
 * thread only, so that a test still notices when the code under test would raise it. */
#include "net/dialogue/script.h"

#include "base/buf.h"
#include "base/mem.h"
#include "net/dialogue/interrupted.h"

#include "base/test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define STEP_TIMEOUT_S 60
#define MAX_UNREAD     MIB(64)
#define MAX_TAGS       16
#define MAX_SHOWN      120

struct tag {
	char name[16], value[64];
};

struct player {
	const struct dialogue *dialogue;
	const struct certificates *certificates;
	pthread_t thread;
	int listener, fd; /* -1: none */
	int finish;       /* an eventfd that player_finish() raises */
	SSL *ssl;
	struct buf in; /* received and not yet compared */
	struct tag tags[MAX_TAGS];
	size_t tag_count;
	char server_name[256];
	char difference[600]; /* "" while all is well */
};

/* ---------------------------------------------------------------- what went wrong */

PRINTF(3, 4)
static bool differs(struct player *p, int line, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(p->difference, sizeof p->difference, "%s:%d (%s): ", p->dialogue->file_name, line,
	                 p->dialogue->name);

	va_start(ap, fmt);
	vsnprintf(p->difference + n, sizeof p->difference - (size_t)n, fmt, ap);
	va_end(ap);
	return false;
}

static const char *shown(struct str bytes, char ret_text[MAX_SHOWN * 4 + 8])
{
	size_t n = 0;

	for (size_t i = 0; i < MIN(bytes.n, (size_t)MAX_SHOWN); i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		if (c >= 0x20 && c < 0x7f)
			ret_text[n++] = (char)c;
		else
			n += (size_t)snprintf(ret_text + n, 5, c == '\r' ? "\\r" : c == '\n' ? "\\n" : "\\x%02x", c);
	}
	snprintf(ret_text + n, 8, "%s", bytes.n > MAX_SHOWN ? "..." : "");
	return ret_text;
}

/* ---------------------------------------------------------------- bytes in and out */

static ssize_t receive_more(struct player *p)
{
	char *room = buf_room(&p->in, KIB(16));
	ssize_t got;

	must(room != NULL);
	do {
		errno = 0;
		got = p->ssl ? SSL_read(p->ssl, room, (int)KIB(16)) : recv(p->fd, room, KIB(16), 0);
	} while (is_interrupted(got));
	if (got > 0)
		buf_added(&p->in, (size_t)got);
	if (p->ssl)
		ERR_clear_error();
	return got;
}

static bool send_all(struct player *p, struct str bytes)
{
	while (bytes.n) {
		ssize_t put;

		do {
			errno = 0;
			put = p->ssl ? SSL_write(p->ssl, bytes.p, (int)MIN(bytes.n, KIB(16)))
			             : send(p->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		} while (is_interrupted(put));
		if (put <= 0)
			return false;
		bytes = str_slice(bytes, (size_t)put, bytes.n);
	}
	return true;
}

/* Reads and drops until the client has closed. */
static void ignore_rest(struct player *p)
{
	do
		buf_clear(&p->in);
	while (receive_more(p) > 0);
}

static void close_connection(struct player *p)
{
	SSL_free(p->ssl);
	p->ssl = NULL;
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	buf_clear(&p->in);
}

static bool use_connection(struct player *p, int fd)
{
	struct timeval limit = {.tv_sec = STEP_TIMEOUT_S};

	p->fd = fd;
	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0;
}

static bool accept_next(struct player *p, int line)
{
	struct pollfd listener = {.fd = p->listener, .events = POLLIN};

	if (p->fd >= 0)
		ignore_rest(p);
	close_connection(p);
	if (p->listener < 0)
		return differs(p, line, "accept needs player_listen()");
	if (poll(&listener, 1, STEP_TIMEOUT_S * 1000) != 1)
		return differs(p, line, "the client didn't connect");
	return use_connection(p, accept4(p->listener, NULL, NULL, SOCK_CLOEXEC)) || differs(p, line, "accept failed");
}

/* ---------------------------------------------------------------- tags and wildcards */

static struct tag *find_tag(struct player *p, struct str name)
{
	for (size_t i = 0; i < p->tag_count; i++)
		if (str_eq(name, str_of(p->tags[i].name)))
			return &p->tags[i];
	return NULL;
}

/* "<tag…>" at the beginning of `text`: its name, else nothing. */
static struct str tag_name(struct str text)
{
	ptrdiff_t end = str_find_char(text, '>');

	if (end < 0 || !str_starts(text, STR("<tag")))
		return STR_NULL;
	for (ptrdiff_t i = 4; i < end; i++)
		if (!is_digit(text.p[i]) && !is_alpha(text.p[i]))
			return STR_NULL;
	return str_slice(text, 1, (size_t)end);
}

static void keep_tag(struct player *p, struct str name, struct str value)
{
	struct tag *tag = find_tag(p, name);

	if (!tag) {
		must(p->tag_count < MAX_TAGS);
		tag = &p->tags[p->tag_count++];
		snprintf(tag->name, sizeof tag->name, STR_FMT, STR_ARG(name));
	}
	snprintf(tag->value, sizeof tag->value, STR_FMT, STR_ARG(value));
}

static size_t word_length(struct str text)
{
	size_t n = 0;

	while (n < text.n && (is_digit(text.p[n]) || is_alpha(text.p[n])))
		n++;
	return n;
}

static bool matches(struct player *p, struct str pattern, struct str text)
{
	while (pattern.n) {
		struct str name = tag_name(pattern);

		if (name.n) {
			size_t n = word_length(text);

			if (!n)
				return false;
			keep_tag(p, name, str_slice(text, 0, n));
			pattern = str_slice(pattern, name.n + 2, pattern.n);
			text = str_slice(text, n, text.n);
		} else if (str_starts(pattern, STR("<*>"))) {
			pattern = str_slice(pattern, 3, pattern.n);
			for (size_t skip = 0; skip <= text.n; skip++)
				if (matches(p, pattern, str_slice(text, skip, text.n)))
					return true;
			return false;
		} else {
			if (!text.n || *text.p != *pattern.p)
				return false;
			pattern = str_slice(pattern, 1, pattern.n);
			text = str_slice(text, 1, text.n);
		}
	}
	return !text.n;
}

/* ---------------------------------------------------------------- steps */

static bool play_send(struct player *p, const struct step *step)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(4));
	struct str rest = step->bytes;

	while (rest.n) {
		struct str name = tag_name(rest);
		struct tag *tag = name.n ? find_tag(p, name) : NULL;

		if (name.n && !tag)
			return differs(p, step->line, "<" STR_FMT "> is not known yet", STR_ARG(name));
		if (tag)
			buf_add_cstr(&out, tag->value);
		else
			buf_add_char(&out, *rest.p);
		rest = str_slice(rest, tag ? name.n + 2 : 1, rest.n);
	}
	return send_all(p, buf_str(&out)) || differs(p, step->line, "the client took no more bytes");
}

static bool play_filler(struct player *p, const struct step *step)
{
	char *bytes CLEANUP(freep) = mem_new(step->count + 1, 1);

	for (size_t i = 0; i < step->count; i++)
		bytes[i] = (char)('a' + i % 26);
	return send_all(p, str_new(bytes, step->count)) || differs(p, step->line, "the client took no more bytes");
}

static bool play_mail(struct player *p, const struct step *step)
{
	static const char head[] = "Subject: filler\r\n\r\n";
	struct buf mail CLEANUP(buf_done) = BUF_INIT(step->count);

	must(step->count >= 64);
	buf_add_cstr(&mail, head);
	while (step->count - mail.n > 80)
		buf_add_cstr(&mail, "0123456789012345678901234567890123456789012345678901234567890\r\n");
	while (step->count - mail.n > 2)
		buf_add_char(&mail, '-');
	buf_add_cstr(&mail, "\r\n");
	must(mail.n == step->count);
	return send_all(p, buf_str(&mail)) || differs(p, step->line, "the client took no more bytes");
}

static bool no_more(struct player *p, const struct step *step, ssize_t got)
{
	char text[MAX_SHOWN * 4 + 8], have[MAX_SHOWN * 4 + 8];

	return differs(p, step->line, "expected \"%.120s\", but the client %s (sent \"%.120s\")",
	               shown(step->bytes, text), got == 0 ? "closed" : "sent nothing more",
	               shown(buf_str(&p->in), have));
}

/* The client's next line, CRLF taken off, into *ret_line: valid until consumed. */
static bool next_line(struct player *p, const struct step *step, struct str *ret_line)
{
	char text[MAX_SHOWN * 4 + 8];
	ptrdiff_t end;

	while ((end = str_find_char(buf_str(&p->in), '\n')) < 0) {
		ssize_t got = receive_more(p);

		if (got <= 0)
			return no_more(p, step, got);
	}
	if (end == 0 || p->in.p[end - 1] != '\r')
		return differs(p, step->line, "a line that doesn't end with CRLF: \"%s\"",
		               shown(str_new(p->in.p, (size_t)end + 1), text));
	*ret_line = str_new(p->in.p, (size_t)end - 1);
	return true;
}

static bool play_expect(struct player *p, const struct step *step)
{
	char want[MAX_SHOWN * 4 + 8], got[MAX_SHOWN * 4 + 8];
	struct str line;

	if (!next_line(p, step, &line))
		return false;
	if (!matches(p, step->bytes, line))
		return differs(p, step->line, "expected \"%.240s\", got \"%.240s\"", shown(step->bytes, want),
		               shown(line, got));
	buf_consume(&p->in, line.n + 2);
	return true;
}

static bool play_until(struct player *p, const struct step *step)
{
	struct str line;
	bool found;

	do {
		if (!next_line(p, step, &line))
			return false;
		found = matches(p, step->bytes, line);
		buf_consume(&p->in, line.n + 2);
	} while (!found);
	return true;
}

static bool gather(struct player *p, const struct step *step, size_t n)
{
	while (p->in.n < n) {
		ssize_t got = receive_more(p);

		if (got <= 0)
			return no_more(p, step, got);
	}
	return true;
}

static bool play_raw(struct player *p, const struct step *step)
{
	char want[MAX_SHOWN * 4 + 8], got[MAX_SHOWN * 4 + 8];

	if (!gather(p, step, step->bytes.n))
		return false;
	if (!str_starts(buf_str(&p->in), step->bytes))
		return differs(p, step->line, "expected \"%.240s\", got \"%.240s\"", shown(step->bytes, want),
		               shown(str_new(p->in.p, step->bytes.n), got));
	buf_consume(&p->in, step->bytes.n);
	return true;
}

/* The last step may be a handshake that the client refuses. */
static bool play_tls(struct player *p, const struct step *step)
{
	bool last = step == &p->dialogue->steps[p->dialogue->n - 1];
	const char *name;
	int accepted;

	must(p->certificates && !p->ssl);
	if (p->in.n)
		return differs(p, step->line, "the client sent %zu bytes in clear before the handshake", p->in.n);
	p->ssl = SSL_new(certificates_context(p->certificates, step->certificate));
	must(p->ssl && SSL_set_fd(p->ssl, p->fd) == 1);
	do {
		errno = 0;
		accepted = SSL_accept(p->ssl);
	} while (is_interrupted(accepted));
	if (accepted != 1) {
		ERR_clear_error();
		return last || differs(p, step->line, "the TLS handshake failed");
	}
	name = SSL_get_servername(p->ssl, TLSEXT_NAMETYPE_host_name);
	snprintf(p->server_name, sizeof p->server_name, "%s", name ? name : "-");
	return true;
}

static bool play_server_name(struct player *p, const struct step *step)
{
	return str_eq(step->bytes, str_of(p->server_name)) ||
	       differs(p, step->line, "the client asked for server \"%s\"", p->server_name);
}

static void play_reset(struct player *p)
{
	struct linger at_once = {.l_onoff = 1};

	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close_connection(p);
}

static void play_cut(struct player *p)
{
	shutdown(p->fd, SHUT_WR);
	SSL_free(p->ssl);
	p->ssl = NULL;
	ignore_rest(p);
	close_connection(p);
}

static bool wait_for_finish(struct player *p, const struct step *step)
{
	struct pollfd finish = {.fd = p->finish, .events = POLLIN};

	if (poll(&finish, 1, STEP_TIMEOUT_S * 1000) != 1)
		return differs(p, step->line, "the test didn't finish");
	close_connection(p);
	return true;
}

static bool play_step(struct player *p, const struct step *step)
{
	if (p->fd < 0 && step->kind != STEP_ACCEPT)
		return differs(p, step->line, "there is no connection: accept is missing");
	switch (step->kind) {
	case STEP_SEND:
		return play_send(p, step);
	case STEP_SEND_FILLER:
		return play_filler(p, step);
	case STEP_SEND_MAIL:
		return play_mail(p, step);
	case STEP_EXPECT:
		return play_expect(p, step);
	case STEP_EXPECT_RAW:
		return play_raw(p, step);
	case STEP_EXPECT_COUNT:
		if (!gather(p, step, step->count))
			return false;
		buf_consume(&p->in, step->count);
		return true;
	case STEP_EXPECT_UNTIL:
		return play_until(p, step);
	case STEP_TLS:
		return play_tls(p, step);
	case STEP_SERVER_NAME:
		return play_server_name(p, step);
	case STEP_CUT:
		play_cut(p);
		return true;
	case STEP_RESET:
		play_reset(p);
		return true;
	case STEP_SILENCE:
		ignore_rest(p);
		return true;
	case STEP_DEAF:
		return wait_for_finish(p, step);
	case STEP_ACCEPT:
		return accept_next(p, step->line);
	}
	return false;
}

static void play_end(struct player *p)
{
	char text[MAX_SHOWN * 4 + 8];
	int line = p->dialogue->n ? p->dialogue->steps[p->dialogue->n - 1].line : 0;
	ssize_t got;

	if (p->fd < 0)
		return;
	got = p->in.n ? 1 : receive_more(p);
	if (got > 0)
		differs(p, line, "after the last step the client sent \"%s\"", shown(buf_str(&p->in), text));
	else if (got < 0 && !p->ssl && errno == EAGAIN)
		differs(p, line, "after the last step the client didn't close");
}

static void *play(void *arg)
{
	struct player *p = arg;
	sigset_t pipe;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, NULL);
	if (p->fd < 0 && !accept_next(p, 0))
		return NULL;
	for (size_t i = 0; i < p->dialogue->n; i++)
		if (!play_step(p, &p->dialogue->steps[i])) {
			close_connection(p);
			return NULL;
		}
	play_end(p);
	close_connection(p);
	return NULL;
}

/* ---------------------------------------------------------------- starting and finishing */

static struct player *start(const struct dialogue *dialogue, const struct certificates *certificates, int fd,
                            int listener)
{
	struct player *p = mem_new(1, sizeof *p);

	p->dialogue = dialogue;
	p->certificates = certificates;
	p->listener = listener;
	p->fd = -1;
	p->finish = eventfd(0, EFD_CLOEXEC);
	must(p->finish >= 0);
	buf_init(&p->in, MAX_UNREAD);
	if (fd >= 0)
		must(use_connection(p, fd));
	must(pthread_create(&p->thread, NULL, play, p) == 0);
	return p;
}

struct player *player_pair(const struct dialogue *dialogue, const struct certificates *certificates, int *ret_fd)
{
	int fds[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	*ret_fd = fds[1];
	return start(dialogue, certificates, fds[0], -1);
}

struct player *player_listen(const struct dialogue *dialogue, const struct certificates *certificates, int *ret_port)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof sa;

	must(fd >= 0 && bind(fd, (struct sockaddr *)&sa, sizeof sa) == 0 && listen(fd, 8) == 0);
	must(getsockname(fd, (struct sockaddr *)&sa, &len) == 0);
	*ret_port = ntohs(sa.sin_port);
	return start(dialogue, certificates, -1, fd);
}

void player_finish_text(struct player *p, char *ret_text, size_t size)
{
	must(eventfd_write(p->finish, 1) == 0);
	must(pthread_join(p->thread, NULL) == 0);
	snprintf(ret_text, size, "%s", p->difference);
	if (p->listener >= 0)
		close(p->listener);
	close(p->finish);
	buf_done(&p->in);
	free(p);
}

void player_finish(struct player *p)
{
	char text[sizeof p->difference];

	player_finish_text(p, text, sizeof text);
	if (*text) {
		print_error("%s\n", text);
		assert_string_equal(text, "");
	}
}
