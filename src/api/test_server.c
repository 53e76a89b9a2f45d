/* See test_server.h. */
#include "api/test_server.h"

#include "api/route.h"
#include "base/clock.h"
#include "base/mem.h"
#include "setup/setup.h"
#include "store/test_store.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test.h"

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

static int name_accounts(struct request *request, struct answer *answer, struct error *err UNUSED)
{
	const void *const *accounts;
	struct str names = STR("accounts:");

	for (size_t i = 0, n = setup_list(request->setup, &account_type, &accounts); i < n; i++)
		names = arena_printf(request->arena, "%s %s", names.p, ((const struct account *)accounts[i])->id);
	answer_text(answer, "text/plain", names);
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

pthread_mutex_t test_gate = PTHREAD_MUTEX_INITIALIZER;

static int wait_at_gate(struct request *request UNUSED, struct answer *answer, struct error *err UNUSED)
{
	pthread_mutex_lock(&test_gate);
	pthread_mutex_unlock(&test_gate);
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
atomic_int hearers_left;

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
	atomic_fetch_add(&hearers_left, 1);
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

void say(void)
{
	pthread_mutex_lock(&hall);
	said++;
	for (int i = 0; i < hearer_count; i++)
		stream_wake(&hearers[i]->stream);
	pthread_mutex_unlock(&hall);
}

int hearers_now(void)
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
	{API_GET, "/t/accounts", "seeAccounts", "T", "T", .right = RIGHT_NONE, .answer_type = "text/plain",
	 .handle = name_accounts},
	{API_GET, "/t/much", "much", "T", "T", .right = RIGHT_NONE, .answer_type = "text/plain", .handle = answer_much},
	{API_GET, "/t/gate", "gate", "T", "T", .right = RIGHT_NONE, .answer_type = "text/plain", .handle = wait_at_gate},
	{API_GET, "/t/stream", "stream", "T", "T", .right = RIGHT_NONE, .answer_type = "text/event-stream",
	 .others_query = true, .handle = open_stream},
	{API_NONE},
        /* clang-format on */
};

/* ---------------------------------------------------------------- a client */

static struct store *store; /* of all tests */

int test_server_open_store(void **state UNUSED)
{
	struct error err;

	return store_open(&(struct store_options){.url = test_store_url(DB_SQLITE), .create = true}, &store, &err);
}

int test_server_close_store(void **state UNUSED)
{
	store_close(store);
	return 0;
}

const struct api_limits short_limits = {
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

struct server server_start_with(const char *url, const char *proxies, const struct api_limits *limits)
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

void server_end(struct server *server)
{
	api_stop(server->api);
}

int dial(const struct server *server)
{
	struct sockaddr_in at = {
	        .sin_family = AF_INET, .sin_port = htons((uint16_t)server->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

/* False where the other side has closed. */
bool tell(int fd, struct str text)
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
bool listen_for(int fd, struct buf *heard, const char *want)
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
void ask(const struct server *server, const char *text, struct buf *heard)
{
	int fd = dial(server);

	buf_clear(heard);
	assert_true(tell(fd, str_of(text)));
	(void)listen_for(fd, heard, NULL);
	close(fd);
}
