/* A small IMAP server for benches and tests: thousands of TLS connections on one thread, any user and password, every
 *account's INBOX full of generated mails that differ from each other (Message-ID <UID.USER@fake.test>). It says only
 *what our client asks for.
 *
 *	fake_imap [--certificate PEM --key PEM] [--messages N] [--bytes N] [--idle no]
 *
 * Both ports are free ones: the first line of the output is "imap PORT control PORT". The control port takes lines and
 *answers each with one:
 *
 *	count        CONNECTIONS IDLING
 *	push USER    NANOSECONDS TOLD: one more mail for USER, told to TOLD connections in IDLE; the time
 *(CLOCK_REALTIME) is just before the sending hang-up      CONNECTIONS that were closed */
#include "base/base64.h"
#include "base/map.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES KIB(64)
#define OUT_MAX_BYTES  MIB(64)
#define CAPABILITIES   "IMAP4rev1 SASL-IR LITERAL+ UIDPLUS AUTH=PLAIN"

struct account {
	char *name;
	uint32_t messages; /* their UIDs are 1 to this */
	struct client *clients;
};

enum client_kind { KIND_LISTEN_IMAP, KIND_LISTEN_CONTROL, KIND_CONTROL, KIND_IMAP };

struct client {
	enum client_kind kind;
	int fd;
	SSL *ssl; /* NULL: plain */
	bool ended, shaking_hands, wants_credentials, idling;
	char tag[32]; /* of the command that goes on */
	struct buf in, out;
	struct account *account;           /* NULL before the login */
	struct client *next, **link;       /* all of the server */
	struct client *next_of, **link_of; /* all of the account */
};

struct server {
	int epoll;
	SSL_CTX *tls; /* NULL: plain */
	struct map *accounts;
	struct client *clients;
	struct client imap, control; /* listening */
	size_t connections, idling;
	uint32_t messages; /* in every account at first */
	size_t bytes;      /* of a mail */
	const char *capabilities;
};

/* ---------------------------------------------------------------- connections */

static void watch(const struct server *server, struct client *client, int operation, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = client};

	must(epoll_ctl(server->epoll, operation, client->fd, &event) == 0);
}

static void set_idling(struct server *server, struct client *client, bool idling)
{
	if (client->idling != idling)
		server->idling += idling ? 1 : (size_t)-1;
	client->idling = idling;
}

static void drop(struct server *server, struct client *client)
{
	set_idling(server, client, false);
	if (client->kind == KIND_IMAP)
		server->connections--;
	*client->link = client->next;
	if (client->next)
		client->next->link = client->link;
	if (client->account) {
		*client->link_of = client->next_of;
		if (client->next_of)
			client->next_of->link_of = client->link_of;
	}
	SSL_free(client->ssl);
	close(client->fd);
	buf_done(&client->in);
	buf_done(&client->out);
	free(client);
}

/* Sends what it can; the rest when the socket takes more. */
static void pump(struct server *server, struct client *client)
{
	while (!client->ended && !client->shaking_hands && client->out.n) {
		ptrdiff_t n =
		        client->ssl ? SSL_write(client->ssl, client->out.p, (int)MIN(client->out.n, (size_t)INT32_MAX))
		                    : send(client->fd, client->out.p, client->out.n, MSG_NOSIGNAL);

		if (n > 0) {
			buf_consume(&client->out, (size_t)n);
			continue;
		}
		if (client->ssl ? SSL_get_error(client->ssl, (int)n) != SSL_ERROR_WANT_WRITE : errno != EAGAIN)
			client->ended = true;
		else
			watch(server, client, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
		return;
	}
	if (!client->out.n)
		buf_done(&client->out);
	if (!client->ended)
		watch(server, client, EPOLL_CTL_MOD, EPOLLIN);
}

static void greet(const struct server *server, struct client *client)
{
	buf_printf(&client->out, "* OK [CAPABILITY %s] ready\r\n", server->capabilities);
}

static void accept_one(struct server *server, int fd, enum client_kind kind)
{
	struct client *client = mem_new(1, sizeof *client);
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	client->kind = kind;
	client->fd = fd;
	buf_init(&client->in, LINE_MAX_BYTES);
	buf_init(&client->out, OUT_MAX_BYTES);
	client->next = server->clients;
	client->link = &server->clients;
	if (client->next)
		client->next->link = &client->next;
	server->clients = client;
	watch(server, client, EPOLL_CTL_ADD, EPOLLIN);
	if (kind == KIND_CONTROL)
		return;
	server->connections++;
	if (server->tls) {
		client->ssl = SSL_new(server->tls);
		must(client->ssl && SSL_set_fd(client->ssl, fd) == 1);
		SSL_set_accept_state(client->ssl);
		client->shaking_hands = true;
		return;
	}
	greet(server, client);
	pump(server, client);
}

static void accept_all(struct server *server, const struct client *listening, enum client_kind kind)
{
	int fd;

	while ((fd = accept4(listening->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		accept_one(server, fd, kind);
}

/* ---------------------------------------------------------------- accounts and their mails */

static struct account *find_account(struct server *server, struct str name)
{
	struct account *account = map_get(server->accounts, name);

	if (!account) {
		account = mem_new(1, sizeof *account);
		account->name = str_dup(name);
		account->messages = server->messages;
		map_set(server->accounts, name, account);
	}
	return account;
}

static void join_account(struct server *server, struct client *client, struct str name)
{
	struct account *account = find_account(server, name);

	if (client->account)
		return;
	client->account = account;
	client->next_of = account->clients;
	client->link_of = &account->clients;
	if (client->next_of)
		client->next_of->link_of = &client->next_of;
	account->clients = client;
}

/* Every mail has the same size, so that RFC822.SIZE needs no look at it. */
static void put_mail(struct buf *out, const struct server *server, const struct account *account, uint32_t uid)
{
	size_t end = out->n + server->bytes;

	buf_printf(out,
	           "From: Person %u <person%u.%s@customer.test>\r\nTo: <%s@fake.test>\r\nSubject: Question %u of %s\r\n"
	           "Date: Mon, 1 Jun 2026 10:00:00 +0000\r\nMessage-ID: <%u.%s@fake.test>\r\n"
	           "Content-Type: text/plain; charset=us-ascii\r\n\r\n",
	           uid, uid, account->name, account->name, uid, account->name, uid, account->name);
	while (out->n < end)
		buf_add(out, str_slice(STR("Could somebody look at the printer on the second floor, please?\r\n"), 0,
		                       end - out->n));
}

/* ---------------------------------------------------------------- commands */

static void answer(struct client *client, struct str tag, const char *text)
{
	buf_printf(&client->out, STR_FMT " %s\r\n", STR_ARG(tag), text);
}

/* authorization NUL name NUL password (RFC 4616). */
static void take_credentials(struct server *server, struct client *client, struct str tag, struct str words)
{
	struct buf plain CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct str rest, name;
	bool whole;

	if (!base64_decode(&plain, str_trim(words))) {
		answer(client, tag, "BAD not base64");
		return;
	}
	rest = buf_str(&plain);
	whole = str_split(&rest, '\0', &name); /* for whom: of no matter here */
	whole = whole && str_split(&rest, '\0', &name);
	if (!whole || name.n == 0) {
		answer(client, tag, "BAD no name in it");
		return;
	}
	join_account(server, client, name);
	answer(client, tag, "OK logged in");
}

static void authenticate(struct server *server, struct client *client, struct str tag, struct str words)
{
	struct str mechanism;

	str_split(&words, ' ', &mechanism);
	if (!str_eq_nocase(mechanism, STR("PLAIN"))) {
		answer(client, tag, "NO only PLAIN");
	} else if (words.n) {
		take_credentials(server, client, tag, words);
	} else {
		client->wants_credentials = true;
		snprintf(client->tag, sizeof client->tag, STR_FMT, STR_ARG(tag));
		buf_add(&client->out, STR("+ \r\n"));
	}
}

static void select_folder(struct server *server UNUSED, struct client *client, struct str tag, struct str words UNUSED)
{
	buf_printf(&client->out,
	           "* FLAGS (\\Seen \\Deleted)\r\n* OK [PERMANENTFLAGS (\\Seen \\Deleted)] kept\r\n* %u EXISTS\r\n* 0 "
	           "RECENT\r\n"
	           "* OK [UIDVALIDITY 1] valid\r\n* OK [UIDNEXT %u] next\r\n",
	           client->account->messages, client->account->messages + 1);
	answer(client, tag, "OK [READ-WRITE] selected");
}

static void put_fetched(const struct server *server, struct client *client, uint32_t uid, bool with_body)
{
	buf_printf(&client->out, "* %u FETCH (UID %u RFC822.SIZE %zu", uid, uid, server->bytes);
	if (with_body) {
		buf_printf(&client->out, " FLAGS () INTERNALDATE \"01-Jun-2026 10:00:00 +0000\" BODY[] {%zu}\r\n",
		           server->bytes);
		put_mail(&client->out, server, client->account, uid);
	}
	buf_add(&client->out, STR(")\r\n"));
}

static bool read_uid(struct str word, uint32_t last, uint32_t *ret)
{
	uint64_t n = last;

	if (!str_eq(word, STR("*")) && !str_to_uint(word, UINT32_MAX, &n))
		return false;
	*ret = (uint32_t)n;
	return true;
}

static void fetch(struct server *server, struct client *client, struct str tag, struct str words)
{
	bool with_body = str_find_nocase(words, STR("BODY.PEEK[")) >= 0;
	uint32_t last = client->account->messages;
	struct str set, range;

	str_split(&words, ' ', &set);
	while (str_split(&set, ',', &range)) {
		uint32_t from, to;
		struct str low;

		str_split(&range, ':', &low);
		if (!read_uid(low, last, &from) || !read_uid(range.n ? range : low, last, &to)) {
			answer(client, tag, "BAD set");
			return;
		}
		for (uint32_t uid = MAX(MIN(from, to), 1U); uid <= MIN(MAX(from, to), last); uid++)
			put_fetched(server, client, uid, with_body);
	}
	answer(client, tag, "OK fetched");
}

static void search(struct server *server UNUSED, struct client *client, struct str tag, struct str words)
{
	buf_add(&client->out, STR("* SEARCH"));
	for (uint32_t uid = 1; str_find_nocase(words, STR("DELETED")) < 0 && uid <= client->account->messages; uid++)
		buf_printf(&client->out, " %u", uid);
	buf_add(&client->out, STR("\r\n"));
	answer(client, tag, "OK searched");
}

static void noop(struct server *server UNUSED, struct client *client, struct str tag, struct str words UNUSED)
{
	if (client->account)
		buf_printf(&client->out, "* %u EXISTS\r\n", client->account->messages);
	answer(client, tag, "OK done");
}

static void store_flags(struct server *server UNUSED, struct client *client, struct str tag, struct str words UNUSED)
{
	answer(client, tag, "OK done");
}

static void idle(struct server *server, struct client *client, struct str tag, struct str words UNUSED)
{
	snprintf(client->tag, sizeof client->tag, STR_FMT, STR_ARG(tag));
	set_idling(server, client, true);
	buf_add(&client->out, STR("+ idling\r\n"));
}

static void log_out(struct server *server, struct client *client, struct str tag, struct str words UNUSED)
{
	buf_add(&client->out, STR("* BYE see you\r\n"));
	answer(client, tag, "OK");
	pump(server, client);
	client->ended = true;
}

static void tell_capabilities(struct server *server, struct client *client, struct str tag, struct str words UNUSED)
{
	buf_printf(&client->out, "* CAPABILITY %s\r\n", server->capabilities);
	answer(client, tag, "OK done");
}

static const struct {
	const char *name;
	bool logged_in; /* needs a login */
	void (*run)(struct server *, struct client *, struct str tag, struct str words);
} commands[] = {
        {"CAPABILITY", false, tell_capabilities},
        {"AUTHENTICATE", false, authenticate},
        {"LOGOUT", false, log_out},
        {"NOOP", false, noop},
        {"SELECT", true, select_folder},
        {"UID FETCH", true, fetch},
        {"UID STORE", true, store_flags},
        {"UID SEARCH", true, search},
        {"IDLE", true, idle},
};

static void take_command(struct server *server, struct client *client, struct str line)
{
	struct str tag;

	str_split(&line, ' ', &tag);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		size_t n = strlen(commands[i].name);

		if (!str_starts_nocase(line, str_of(commands[i].name)) || (line.n > n && line.p[n] != ' '))
			continue;
		if (commands[i].logged_in && !client->account)
			answer(client, tag, "BAD log in first");
		else
			commands[i].run(server, client, tag, str_slice(line, n + 1, line.n));
		return;
	}
	answer(client, tag, "BAD not known here");
}

static void take_imap_line(struct server *server, struct client *client, struct str line)
{
	if (client->wants_credentials) {
		client->wants_credentials = false;
		take_credentials(server, client, str_of(client->tag), line);
	} else if (client->idling && str_eq_nocase(line, STR("DONE"))) {
		set_idling(server, client, false);
		answer(client, str_of(client->tag), "OK idled");
	} else {
		take_command(server, client, line);
	}
}

/* ---------------------------------------------------------------- the control port */

static void push(struct server *server, struct client *control, struct str name)
{
	struct account *account = find_account(server, name);
	struct timespec now;
	size_t told = 0;

	account->messages++;
	clock_gettime(CLOCK_REALTIME, &now);
	for (struct client *client = account->clients; client; client = client->next_of) {
		if (!client->idling)
			continue;
		buf_printf(&client->out, "* %u EXISTS\r\n", account->messages);
		pump(server, client);
		told++;
	}
	buf_printf(&control->out, "%lld %zu\n", (long long)now.tv_sec * 1000000000 + now.tv_nsec, told);
}

/* Without a word, as by a crash: each client is dropped when the end of its connection is noticed. */
static void hang_up(struct server *server, struct client *control)
{
	size_t n = 0;

	for (struct client *client = server->clients; client; client = client->next) {
		if (client->kind != KIND_IMAP)
			continue;
		shutdown(client->fd, SHUT_RDWR);
		n++;
	}
	buf_printf(&control->out, "%zu\n", n);
}

static void take_control_line(struct server *server, struct client *control, struct str line)
{
	struct str word;

	str_split(&line, ' ', &word);
	if (str_eq(word, STR("count")))
		buf_printf(&control->out, "%zu %zu\n", server->connections, server->idling);
	else if (str_eq(word, STR("push")) && line.n)
		push(server, control, line);
	else if (str_eq(word, STR("hang-up")))
		hang_up(server, control);
	else
		buf_add(&control->out, STR("what?\n"));
}

/* ---------------------------------------------------------------- what comes in */

static void take_lines(struct server *server, struct client *client)
{
	ptrdiff_t end;

	while (!client->ended && (end = str_find_char(buf_str(&client->in), '\n')) >= 0) {
		struct str line = str_trim(str_new(client->in.p, (size_t)end));

		if (client->kind == KIND_CONTROL)
			take_control_line(server, client, line);
		else
			take_imap_line(server, client, line);
		buf_consume(&client->in, (size_t)end + 1);
	}
	if (!client->in.n)
		buf_done(&client->in);
}

static bool shake_hands(const struct server *server, struct client *client)
{
	int r = SSL_do_handshake(client->ssl);

	if (r == 1) {
		client->shaking_hands = false;
		greet(server, client);
		return true;
	}
	r = SSL_get_error(client->ssl, r);
	client->ended = r != SSL_ERROR_WANT_READ && r != SSL_ERROR_WANT_WRITE;
	return false;
}

static void receive(struct server *server, struct client *client)
{
	while (!client->ended) {
		char *to = buf_room(&client->in, KIB(4));
		ptrdiff_t n;

		if (!to) {
			client->ended = true; /* a line without end */
			return;
		}
		n = client->ssl ? SSL_read(client->ssl, to, KIB(4)) : recv(client->fd, to, KIB(4), 0);
		if (n <= 0) {
			client->ended = client->ssl ? SSL_get_error(client->ssl, (int)n) != SSL_ERROR_WANT_READ
			                            : n == 0 || errno != EAGAIN;
			break;
		}
		buf_added(&client->in, (size_t)n);
		take_lines(server, client);
	}
	if (!client->in.n)
		buf_done(&client->in);
}

static void serve(struct server *server, struct client *client)
{
	if (client->kind == KIND_LISTEN_IMAP) {
		accept_all(server, client, KIND_IMAP);
		return;
	}
	if (client->kind == KIND_LISTEN_CONTROL) {
		accept_all(server, client, KIND_CONTROL);
		return;
	}
	ERR_clear_error();
	if (!client->shaking_hands || shake_hands(server, client))
		receive(server, client);
	if (!client->ended)
		pump(server, client);
	if (client->ended)
		drop(server, client);
}

/* ---------------------------------------------------------------- starting */

static int listen_somewhere(struct server *server, struct client *listening, enum client_kind kind)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;

	listening->kind = kind;
	listening->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	must(listening->fd >= 0 && bind(listening->fd, (struct sockaddr *)&address, size) == 0 &&
	     listen(listening->fd, 4096) == 0);
	must(getsockname(listening->fd, (struct sockaddr *)&address, &size) == 0);
	watch(server, listening, EPOLL_CTL_ADD, EPOLLIN);
	return ntohs(address.sin_port);
}

static SSL_CTX *load_certificate(const char *certificate, const char *key)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	must(tls != NULL);
	SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
	                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	if (SSL_CTX_use_certificate_chain_file(tls, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "fake_imap: %s or %s can't be used\n", certificate, key);
		exit(2);
	}
	return tls;
}

static void read_options(struct server *server, int argc, char **argv)
{
	static const struct option options[] = {
	        {"certificate", required_argument, NULL, 'c'}, {"key", required_argument, NULL, 'k'},
	        {"messages", required_argument, NULL, 'm'},    {"bytes", required_argument, NULL, 'b'},
	        {"idle", required_argument, NULL, 'i'},        {NULL, 0, NULL, 0}};
	const char *certificate = NULL, *key = "";
	uint64_t n = 0;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?' || ((c == 'm' || c == 'b') && !str_to_uint(str_of(optarg), MIB(16), &n)) ||
		    (c == 'b' && n < KIB(2)))
			exit(2); /* a mail's header wants its room */
		if (c == 'c')
			certificate = optarg;
		else if (c == 'k')
			key = optarg;
		else if (c == 'm')
			server->messages = (uint32_t)n;
		else if (c == 'b')
			server->bytes = (size_t)n;
		else
			server->capabilities = strcmp(optarg, "no") == 0 ? CAPABILITIES : CAPABILITIES " IDLE";
	}
	if (certificate)
		server->tls = load_certificate(certificate, key);
}

int main(int argc, char **argv)
{
	struct server server = {.accounts = map_new(), .bytes = KIB(2), .capabilities = CAPABILITIES " IDLE"};
	struct rlimit files;
	int imap, control;

	signal(SIGPIPE, SIG_IGN);
	read_options(&server, argc, argv);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	server.epoll = epoll_create1(EPOLL_CLOEXEC);
	must(server.epoll >= 0);
	imap = listen_somewhere(&server, &server.imap, KIND_LISTEN_IMAP);
	control = listen_somewhere(&server, &server.control, KIND_LISTEN_CONTROL);
	printf("imap %d control %d\n", imap, control);
	fflush(stdout);
	for (;;) {
		struct epoll_event event;

		/* One at a time: what is done for one client may send to another, but only its own event ends it. */
		if (epoll_wait(server.epoll, &event, 1, -1) == 1)
			serve(&server, event.data.ptr);
	}
}
