/* The server on a real socket: what a client may do to it. */
#include "api/api.h"
#include "api/route.h"
#include "base/clock.h"
#include "base/mem.h"
#include "setup/setup.h"
#include "store/test_store.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test.h"

#define PATIENCE_MS 10000

/* ---------------------------------------------------------------- routes of this test */

struct note {
	const char *text;
};

static const struct field note_fields[] = {FIELD_TEXT(struct note, text, "Text", .max = KIB(64))};
static const struct record_type note_type = RECORD_TYPE("note", "notes", struct note, note_fields, "Note");

static int echo_note(struct request *request, struct answer *answer, struct error *err)
{
	void *note;
	int r = request_record(request, &note, err);

	return r < 0 ? r : answer_record(answer, &note_type, note, err);
}

static int count_file(struct request *request, struct answer *answer, struct error *err UNUSED)
{
	char text[4096];
	uint64_t n = 0;
	ssize_t got;

	while ((got = read(request->body_fd, text, sizeof text)) > 0)
		n += (uint64_t)got;
	answer_text(answer, "text/plain",
	            arena_printf(request->arena, "%llu of %llu", (unsigned long long)n,
	                         (unsigned long long)request->body_size));
	return 0;
}

static int show_client(struct request *request, struct answer *answer, struct error *err UNUSED)
{
	answer_text(answer, "text/plain",
	            arena_printf(request->arena, "%s %s %s", request->client, request->is_secure ? "secure" : "plain",
	                         request->url));
	return 0;
}

static int answer_much(struct request *request UNUSED, struct answer *answer, struct error *err UNUSED)
{
	char *room = buf_room(&answer->body, MIB(16));

	must(room);
	memset(room, 'a', MIB(16));
	buf_added(&answer->body, MIB(16));
	answer->type = "text/plain";
	return 0;
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static int wait_at_gate(struct request *request UNUSED, struct answer *answer, struct error *err UNUSED)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	answer_text(answer, "text/plain", STR("through"));
	return 0;
}

/* A stream that everybody hears: what is said goes to all. */
#define MAX_HEARERS 600

struct hearer {
	struct stream_body stream; /* first */
	int heard;
	bool endless;
};

static pthread_mutex_t hall = PTHREAD_MUTEX_INITIALIZER;
static struct hearer *hearers[MAX_HEARERS]; /* guarded by hall */
static int hearer_count, said;              /* guarded by hall */
static atomic_int left;

static ssize_t hear(struct stream_body *stream, char *room, size_t size)
{
	struct hearer *hearer = (struct hearer *)stream;
	int news;

	pthread_mutex_lock(&hall);
	news = said - hearer->heard;
	hearer->heard = said;
	pthread_mutex_unlock(&hall);
	if (hearer->endless) {
		memset(room, 'x', size);
		return (ssize_t)size;
	}
	if (news <= 0)
		return 0;
	must(size >= 8);
	memcpy(room, "data: 1\n", 8);
	return 8;
}

static void leave(struct stream_body *stream)
{
	pthread_mutex_lock(&hall);
	for (int i = 0; i < hearer_count; i++) {
		if (hearers[i] != (struct hearer *)stream)
			continue;
		hearers[i] = hearers[--hearer_count];
		break;
	}
	pthread_mutex_unlock(&hall);
	free(stream);
	atomic_fetch_add(&left, 1);
}

static int open_stream(struct request *request, struct answer *answer, struct error *err UNUSED)
{
	struct hearer *hearer = mem_new(1, sizeof *hearer);

	hearer->stream = (struct stream_body){.read = hear, .done = leave};
	hearer->endless = request_query(request, "endless") != NULL;
	answer_stream(answer, "text/event-stream", &hearer->stream);
	pthread_mutex_lock(&hall);
	must(hearer_count < MAX_HEARERS);
	hearer->heard = said;
	hearers[hearer_count++] = hearer;
	pthread_mutex_unlock(&hall);
	return 0;
}

static void say(void)
{
	pthread_mutex_lock(&hall);
	said++;
	for (int i = 0; i < hearer_count; i++)
		stream_wake(&hearers[i]->stream);
	pthread_mutex_unlock(&hall);
}

static int hearers_now(void)
{
	int n;

	pthread_mutex_lock(&hall);
	n = hearer_count;
	pthread_mutex_unlock(&hall);
	return n;
}

static const struct route test_routes[] = {
        /* clang-format off */
	{API_POST, "/t/note", "echo", "T", "T", .right = RIGHT_NONE, .body = &note_type, .answer = &note_type,
	 .without_csrf = true, .handle = echo_note},
	{API_POST, "/t/private", "private", "T", "T", .right = RIGHT_SIGNED, .body_type = "*/*", .spools = true,
	 .body_max = MIB(2000), .answer_type = "text/plain", .handle = count_file},
	{API_POST, "/t/file", "file", "T", "T", .right = RIGHT_NONE, .body_type = "*/*", .spools = true,
	 .body_max = MIB(3), .answer_type = "text/plain", .handle = count_file},
	{API_GET, "/t/client", "client", "T", "T", .right = RIGHT_NONE, .answer_type = "text/plain", .handle = show_client},
	{API_GET, "/t/much", "much", "T", "T", .right = RIGHT_NONE, .answer_type = "text/plain", .handle = answer_much},
	{API_GET, "/t/gate", "gate", "T", "T", .right = RIGHT_NONE, .answer_type = "text/plain", .handle = wait_at_gate},
	{API_GET, "/t/stream", "stream", "T", "T", .right = RIGHT_NONE, .answer_type = "text/event-stream",
	 .handle = open_stream},
	{API_NONE},
        /* clang-format on */
};

/* ---------------------------------------------------------------- a client */

static struct store *store; /* of all tests: none writes */

static int open_store(void **state UNUSED)
{
	struct error err;

	return store_open(&(struct store_options){.url = test_store_url(DB_SQLITE), .create = true}, &store, &err);
}

static int close_store(void **state UNUSED)
{
	store_close(store);
	return 0;
}

struct server {
	struct store *store;
	struct api *api;
	int port;
};

static const struct api_limits short_limits = {
        .connections = 700,
        .per_address = 10,
        .header_bytes = (int)KIB(8),
        .header_ms = 400,
        .idle_ms = 1500,
        .grace_ms = 600,
        .bytes_per_s = (int)MIB(64),
        .bodies_bytes = MIB(2),
        .spools = 2,
};

static struct server server_start_with(const char *url, const char *proxies, const struct api_limits *limits)
{
	struct server server = {.store = store};
	struct error err;

	assert_ok(api_start(&(struct api_options){.address = "127.0.0.1:0",
	                                          .url = url,
	                                          .trusted_proxies = proxies,
	                                          .store = server.store,
	                                          .sealer = &plain_sealer,
	                                          .limits = limits,
	                                          .more_routes = test_routes},
	                    &server.api, &err),
	          &err);
	server.port = api_port(server.api);
	return server;
}

static void server_end(struct server *server)
{
	api_stop(server->api);
}

static int dial(const struct server *server)
{
	struct sockaddr_in at = {
	        .sin_family = AF_INET, .sin_port = htons((uint16_t)server->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

/* False where the other side has closed. */
static bool tell(int fd, struct str text)
{
	while (text.n > 0) {
		ssize_t n = send(fd, text.p, text.n, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		text = str_slice(text, (size_t)n, text.n);
	}
	return true;
}

/* Reads until `want` is in it, the other side closes (false), or patience ends. */
static bool listen_for(int fd, struct buf *heard, const char *want)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	char text[8192];

	for (;;) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		ssize_t n;

		if (want && str_find(buf_str(heard), str_of(want)) >= 0)
			return true;
		if (poll(&ready, 1, (int)MAX(until - clock_mono_ms(), 0)) <= 0)
			FAIL_CASE("nothing more came after: %s\n", buf_cstr(heard));
		n = recv(fd, text, sizeof text, 0);
		if (n <= 0)
			return false;
		buf_add(heard, str_new(text, (size_t)n));
	}
}

/* One request on a connection of its own; everything until the server closes. */
static void ask(const struct server *server, const char *text, struct buf *heard)
{
	int fd = dial(server);

	buf_clear(heard);
	assert_true(tell(fd, str_of(text)));
	(void)listen_for(fd, heard, NULL);
	close(fd);
}

#define HEARD     struct buf heard CLEANUP(buf_done) = BUF_INIT(MIB(32))
#define HOST      "Host: 127.0.0.1\r\n"
#define CLOSE     "Connection: close\r\n"
#define STARTS(s) (strncmp(buf_cstr(&heard), (s), strlen(s)) == 0)
#define HAS(s)    (strstr(buf_cstr(&heard), (s)) != NULL)
#define WAIT(cond)                                                      \
	do {                                                            \
		int64_t until_ = clock_mono_ms() + PATIENCE_MS;         \
		while (!(cond)) {                                       \
			assert_true(clock_mono_ms() < until_ && #cond); \
			(void)poll(NULL, 0, 2);                         \
		}                                                       \
	} while (0)

/* ---------------------------------------------------------------- ordinary requests */

static void requests_are_answered(void **state UNUSED)
{
	static const struct {
		const char *request, *status, *has;
	} cases[] = {
	        /* clang-format off */
		{"GET /healthz HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 200", "{\"status\":\"ok\"}"},
		{"HEAD /healthz HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 200", "Content-Length: 15\r\n\r\n"},
		{"GET /readyz HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 200", "\"status\":\"ready\""},
		{"GET /api/v1/nothing HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 404", "application/problem+json"},
		{"GET /%2e%2e/%2e%2e/etc/passwd.txt HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 404", "\"status\":404"},
		{"GET /../../etc/passwd.txt HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 404", "\"status\":404"},
		{"DELETE /healthz HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 405", "Allow: GET, HEAD, OPTIONS\r\n"},
		{"BREW /healthz HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 405", "Allow: GET, HEAD, OPTIONS\r\n"},
		{"OPTIONS /t/note HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 204", "Allow: POST, OPTIONS\r\n"},
		{"GET /t/note?a=%zz HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 400", "\"status\":400"},
		{"POST /t/note HTTP/1.1\r\n" HOST CLOSE "Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"text\":\"hey\"}",
		 "HTTP/1.1 200", "{\"text\":\"hey\"}"},
		{"POST /t/note HTTP/1.1\r\n" HOST CLOSE "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
		 "5\r\n{\"tex\r\n9\r\nt\":\"hey\"}\r\n0\r\n\r\n", "HTTP/1.1 200", "{\"text\":\"hey\"}"},
		{"POST /t/note HTTP/1.1\r\n" HOST CLOSE "Content-Type: application/json\r\n\r\n", "HTTP/1.1 400", "not JSON"},
		{"POST /t/file HTTP/1.1\r\n" HOST CLOSE "Content-Length: 5\r\n\r\nhello", "HTTP/1.1 200", "5 of 5"},
		{"POST /t/private HTTP/1.1\r\n" HOST CLOSE "Content-Length: 1073741824\r\n\r\n", "HTTP/1.1 401", "sign in"},
	        /* clang-format on */
	};
	struct server server = server_start_with("", "", NULL);
	HEARD;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ask(&server, cases[i].request, &heard);
		if (!STARTS(cases[i].status) || !HAS(cases[i].has) || !HAS("X-Content-Type-Options: nosniff\r\n") ||
		    !HAS("Cache-Control: no-store\r\n") || !HAS("frame-ancestors 'none'"))
			FAIL_CASE("%s\n%s\n", cases[i].request, buf_cstr(&heard));
	}
	server_end(&server);
}

static void what_can_be_read_two_ways_is_refused(void **state UNUSED)
{
#define JSON "Content-Type: application/json\r\n"
	static const char *const requests[] = {
	        "POST /t/note HTTP/1.1\r\n" HOST JSON
	        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	        "POST /t/note HTTP/1.1\r\n" HOST JSON "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
	        "POST /t/note HTTP/1.1\r\n" HOST JSON "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
	        "GET /healthz HTTP/1.1\r\n" HOST "Host: other\r\n" CLOSE "\r\n",
	        "GET /healthz HTTP/1.1\r\n" CLOSE "\r\n",
	        "POST /t/note HTTP/1.1\r\n" HOST JSON "Content-Length: -2\r\n\r\n{}",
	        "POST /t/note HTTP/1.1\r\n" HOST JSON "Content-Length: 0x2\r\n\r\n{}",
	        "POST /t/note HTTP/1.1\r\n" HOST JSON "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}",
	};
	struct server server = server_start_with("", "", &short_limits);
	HEARD;

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		ask(&server, requests[i], &heard);
		if (heard.n > 0 && !STARTS("HTTP/1.1 400"))
			FAIL_CASE("%s\n%s\n", requests[i], buf_cstr(&heard));
	}
	server_end(&server);
}

static void connections_are_kept(void **state UNUSED)
{
	struct server server = server_start_with("", "", NULL);
	int fd = dial(&server);

	for (int i = 0; i < 50; i++) {
		HEARD;

		assert_true(tell(
		        fd,
		        i % 3 == 0 ? STR("GET /t/client HTTP/1.1\r\n" HOST "\r\n")
		        : i % 3 == 1
		                ? STR("GET /healthz HTTP/1.1\r\n" HOST "\r\n")
		                : STR("POST /t/note HTTP/1.1\r\n" HOST
		                      "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"text\":\"k\"}")));
		assert_true(listen_for(fd, &heard,
		                       i % 3 == 0   ? "127.0.0.1 plain http://127.0.0.1:"
		                       : i % 3 == 1 ? "ok\"}"
		                                    : "\"k\"}"));
		assert_true(STARTS("HTTP/1.1 200"));
	}
	close(fd);
	server_end(&server);
}

static void a_slow_handler_holds_up_nobody(void **state UNUSED)
{
	struct server server = server_start_with("", "", NULL);
	int slow[4];
	HEARD;

	pthread_mutex_lock(&gate);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		slow[i] = dial(&server);
		assert_true(tell(slow[i], STR("GET /t/gate HTTP/1.1\r\n" HOST CLOSE "\r\n")));
	}
	for (int i = 0; i < 8; i++) { /* on both of the threads that read sockets */
		ask(&server, "GET /t/client HTTP/1.1\r\n" HOST CLOSE "\r\n", &heard);
		assert_true(STARTS("HTTP/1.1 200"));
	}
	pthread_mutex_unlock(&gate);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		buf_clear(&heard);
		assert_true(listen_for(slow[i], &heard, "through"));
		close(slow[i]);
	}
	server_end(&server);
}

/* ---------------------------------------------------------------- whose pages, whose names */

static void foreign_names_and_pages_are_refused(void **state UNUSED)
{
	static const struct {
		const char *header, *status;
	} cases[] = {
	        /* clang-format off */
		{"Host: evil.example", "HTTP/1.1 421"},
		{"Host: mail.example.com", "HTTP/1.1 200"},
		{"Host: MAIL.example.com:8443", "HTTP/1.1 200"},
		{"Host: localhost:1", "HTTP/1.1 200"},
		{"Host: [::1]:1", "HTTP/1.1 200"},
		{"Host: 10.1.2.3", "HTTP/1.1 200"},
		{"Host: localhost:x", "HTTP/1.1 421"},
		{"Host: localhost\r\nOrigin: https://evil.example", "HTTP/1.1 403"},
		{"Host: localhost\r\nOrigin: null", "HTTP/1.1 403"},
		{"Host: localhost\r\nOrigin: https://mail.example.com", "HTTP/1.1 200"},
		{"Host: localhost:5173\r\nOrigin: http://localhost:5173", "HTTP/1.1 200"},
		{"Host: localhost\r\nOrigin: http://localhost:9", "HTTP/1.1 403"},
		{"Host: localhost\r\nSec-Fetch-Site: cross-site", "HTTP/1.1 403"},
		{"Host: localhost\r\nSec-Fetch-Site: same-origin", "HTTP/1.1 200"},
	        /* clang-format on */
	};
	struct server server = server_start_with("https://mail.example.com/", "", NULL);
	HEARD;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[400];

		snprintf(text, sizeof text,
		         "POST /t/note HTTP/1.1\r\n%s\r\nContent-Type: application/json\r\nContent-Length: 2\r\n" CLOSE
		         "\r\n{}",
		         cases[i].header);
		ask(&server, text, &heard);
		if (!STARTS(cases[i].status) || !HAS("Strict-Transport-Security: max-age="))
			FAIL_CASE("%s: %s\n", cases[i].header, buf_cstr(&heard));
	}
	server_end(&server);
}

static void the_client_is_who_a_trusted_proxy_says(void **state UNUSED)
{
	static const struct {
		const char *url, *proxies, *header, *want;
	} cases[] = {
	        /* clang-format off */
		{"", "", "X-Forwarded-For: 192.0.2.7\r\n", "127.0.0.1 plain"},
		{"https://m.example", "", "X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7 secure"},
		{"https://m.example", "", "X-Forwarded-For: 10.9.9.9, 192.0.2.7\r\nX-Forwarded-Proto: http\r\n", "192.0.2.7 plain"},
		{"https://m.example", "10.0.0.0/8", "X-Forwarded-For: 192.0.2.7\r\n", "127.0.0.1 secure"},
		{"", "127.0.0.0/8, 10.0.0.0/8", "X-Forwarded-For: 203.0.113.1, 192.0.2.7\r\nX-Forwarded-For: 10.1.1.1\r\n",
		 "192.0.2.7 plain"},
		{"", "127.0.0.1", "X-Forwarded-For: [2001:db8::7]:4000\r\nX-Forwarded-Proto: https\r\n", "2001:db8::7 secure"},
		{"", "127.0.0.1", "X-Forwarded-For: nonsense\r\n", "127.0.0.1 plain"},
	        /* clang-format on */
	};
	HEARD;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct server server = server_start_with(cases[i].url, cases[i].proxies, NULL);
		char text[400];

		snprintf(text, sizeof text, "GET /t/client HTTP/1.1\r\n" HOST CLOSE "%s\r\n", cases[i].header);
		ask(&server, text, &heard);
		if (!HAS(cases[i].want))
			FAIL_CASE("%zu: %s\n", i, buf_cstr(&heard));
		server_end(&server);
	}
}

/* ---------------------------------------------------------------- clients that are slow or greedy */

static void who_drips_is_cut_off(void **state UNUSED)
{
	static const char *const beginnings[] = {
	        "GET /healthz HTTP/1.1\r\n" HOST,
	        "POST /t/note HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n{",
	        "POST /t/file HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n",
	};
	struct server server = server_start_with("", "", &short_limits);

	for (size_t i = 0; i < ARRAY_LEN(beginnings); i++) {
		int64_t began = clock_mono_ms();
		int fd = dial(&server);

		assert_true(tell(fd, str_of(beginnings[i])));
		while (tell(fd, i == 0 ? STR("X-A: b\r\n") : i == 1 ? STR(" ") : STR("1\r\nx\r\n"))) {
			assert_true(clock_mono_ms() - began < PATIENCE_MS);
			(void)poll(NULL, 0, 20);
		}
		close(fd);
	}
	server_end(&server);
}

static void who_does_not_read_is_cut_off(void **state UNUSED)
{
	static const char *const requests[] = {"GET /t/much HTTP/1.1\r\n" HOST "\r\n",
	                                       "GET /t/stream?endless HTTP/1.1\r\n" HOST "\r\n"};
	struct api_limits limits = short_limits;
	struct server server;

	limits.idle_ms = 1000;
	server = server_start_with("", "", &limits);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct pollfd gone = {.events = POLLHUP | POLLERR | POLLRDHUP};

		gone.fd = dial(&server);
		assert_true(tell(gone.fd, str_of(requests[i])));
		assert_int_equal(poll(&gone, 1, PATIENCE_MS), 1);
		close(gone.fd);
	}
	WAIT(hearers_now() == 0);
	server_end(&server);
}

static void what_is_too_large_is_refused(void **state UNUSED)
{
	struct server server = server_start_with("", "", &short_limits);
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(16));
	int fd = dial(&server);
	HEARD;

	ask(&server,
	    "POST /t/note HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 1048577\r\n\r\n",
	    &heard);
	assert_true(STARTS("HTTP/1.1 413"));
	ask(&server,
	    "POST /t/note HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nExpect: 100-continue\r\n"
	    "Content-Length: 99999999999999999999999\r\n\r\n",
	    &heard);
	assert_true(STARTS("HTTP/1.1 413") && !HAS("100 Continue"));

	buf_add(&text, STR("POST /t/file HTTP/1.1\r\n" HOST CLOSE "Transfer-Encoding: chunked\r\n\r\n400000\r\n"));
	memset(buf_room(&text, MIB(4)), 'x', MIB(4));
	buf_added(&text, MIB(4));
	buf_add(&text, STR("\r\n0\r\n\r\n"));
	assert_true(tell(fd, buf_str(&text)));
	buf_clear(&heard);
	(void)listen_for(fd, &heard, NULL);
	assert_true(STARTS("HTTP/1.1 413"));
	close(fd);

	buf_clear(&text);
	buf_add(&text, STR("GET /healthz HTTP/1.1\r\n" HOST));
	for (int i = 0; i < 4000; i++)
		buf_printf(&text, "X-Header-%d: a value of some length\r\n", i);
	fd = dial(&server);
	buf_clear(&heard);
	(void)tell(fd, buf_str(&text));
	(void)listen_for(fd, &heard, NULL);
	assert_true(heard.n == 0 || STARTS("HTTP/1.1 431") || STARTS("HTTP/1.1 413"));
	close(fd);
	server_end(&server);
}

/* However long it goes on, and without an end. */
static void an_endless_upload_is_ended(void **state UNUSED)
{
	struct server server = server_start_with("", "", NULL);
	int fd = dial(&server);
	char piece[KIB(16) + 8];
	size_t sent = 0;

	memcpy(piece, "4000\r\n", 6);
	memset(piece + 6, 'x', KIB(16));
	memcpy(piece + 6 + KIB(16), "\r\n", 2);
	assert_true(tell(fd, STR("POST /t/file HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n")));
	while (tell(fd, str_new(piece, sizeof piece))) {
		sent += KIB(16);
		assert_true(sent < MIB(64));
	}
	close(fd);
	server_end(&server);
}

static void a_continue_is_asked_for_and_given(void **state UNUSED)
{
	struct server server = server_start_with("", "", NULL);
	int fd = dial(&server);
	HEARD;

	assert_true(tell(
	        fd, STR("POST /t/file HTTP/1.1\r\n" HOST CLOSE "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")));
	assert_true(listen_for(fd, &heard, "100 Continue"));
	assert_true(tell(fd, STR("hello")));
	assert_true(listen_for(fd, &heard, "5 of 5"));
	close(fd);
	server_end(&server);
}

/* ---------------------------------------------------------------- streams */

static void five_hundred_hear_what_is_said(void **state UNUSED)
{
	enum { COUNT = 500 };
	struct server server = server_start_with("", "", NULL);
	int fds[COUNT];
	struct buf heard[COUNT];

	atomic_store(&left, 0);
	for (int i = 0; i < COUNT; i++) {
		buf_init(&heard[i], KIB(16));
		fds[i] = dial(&server);
		assert_true(tell(fds[i], STR("GET /t/stream HTTP/1.1\r\n" HOST "\r\n")));
	}
	WAIT(hearers_now() == COUNT);
	for (int round = 0; round < 3; round++) {
		say();
		for (int i = 0; i < COUNT; i++) {
			assert_true(listen_for(fds[i], &heard[i], "data: 1\n"));
			buf_clear(&heard[i]);
		}
	}
	for (int i = 0; i < COUNT; i++) {
		close(fds[i]);
		buf_done(&heard[i]);
	}
	WAIT(atomic_load(&left) == COUNT); /* noticed without anything being said */
	server_end(&server);
}

static void a_stop_ends_streams_and_lets_handlers_finish(void **state UNUSED)
{
	struct server server = server_start_with("", "", NULL);
	int stream = dial(&server), slow = dial(&server);
	pthread_t stopper;
	HEARD;

	assert_true(tell(stream, STR("GET /t/stream HTTP/1.1\r\n" HOST "\r\n")));
	WAIT(hearers_now() == 1);
	pthread_mutex_lock(&gate);
	assert_true(tell(slow, STR("GET /t/gate HTTP/1.1\r\n" HOST "\r\n")));
	(void)poll(NULL, 0, 50); /* that it began before the stop is likely, and not needed */
	must(pthread_create(&stopper, NULL, (void *(*)(void *))(uintptr_t)api_stop, server.api) == 0);
	pthread_mutex_unlock(&gate);
	assert_false(listen_for(stream, &heard, "never said"));
	buf_clear(&heard);
	(void)listen_for(slow, &heard, NULL);
	pthread_join(stopper, NULL);
	assert_int_equal(hearers_now(), 0);
	assert_true(HAS("through") || STARTS("HTTP/1.1 503") || heard.n == 0);
	close(stream);
	close(slow);
}

static void a_taken_port_is_told(void **state UNUSED)
{
	struct server server = server_start_with("", "", NULL);
	struct api_options options = {.store = server.store, .sealer = &plain_sealer};
	struct api *api;
	struct error err;
	char address[40];

	snprintf(address, sizeof address, "127.0.0.1:%d", server.port);
	options.address = address;
	assert_int_equal(api_start(&options, &api, &err), E_IN_USE);
	assert_non_null(strstr(err.text, address));
	options.address = "127.0.0.1";
	assert_int_equal(api_start(&options, &api, &err), E_INVALID);
	options.address = "127.0.0.1:0";
	options.url = "ftp://mail.example.com";
	assert_int_equal(api_start(&options, &api, &err), E_INVALID);
	options.url = "https://mail.example.com/path";
	assert_int_equal(api_start(&options, &api, &err), E_INVALID);
	options.url = "";
	options.trusted_proxies = "10.0.0.0/33";
	assert_int_equal(api_start(&options, &api, &err), E_INVALID);
	server_end(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(requests_are_answered),
	        cmocka_unit_test(what_can_be_read_two_ways_is_refused),
	        cmocka_unit_test(connections_are_kept),
	        cmocka_unit_test(a_slow_handler_holds_up_nobody),
	        cmocka_unit_test(foreign_names_and_pages_are_refused),
	        cmocka_unit_test(the_client_is_who_a_trusted_proxy_says),
	        cmocka_unit_test(who_drips_is_cut_off),
	        cmocka_unit_test(who_does_not_read_is_cut_off),
	        cmocka_unit_test(what_is_too_large_is_refused),
	        cmocka_unit_test(an_endless_upload_is_ended),
	        cmocka_unit_test(a_continue_is_asked_for_and_given),
	        cmocka_unit_test(five_hundred_hear_what_is_said),
	        cmocka_unit_test(a_stop_ends_streams_and_lets_handlers_finish),
	        cmocka_unit_test(a_taken_port_is_told),
	};
	return cmocka_run_group_tests(tests, open_store, close_store);
}
