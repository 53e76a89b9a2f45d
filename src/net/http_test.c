/* HTTP against servers that behave and servers that don't. */
#include "net/http.h"

#include "base/buf.h"
#include "base/clock.h"
#include "net/dialogue/certificates.h"
#include "net/dialogue/http_server.h"

#include "base/test.h"

#include <pthread.h>
#include <stdio.h>

#define TOKEN "tok-en.0123456789"

static struct certificates *certificates;

/* ---------------------------------------------------------------- a test's server and client */

struct office {
	struct http_server *server;
	struct http *http;
	struct arena *arena;
	char url[80];
	struct buf transcript;
	char seen[4096]; /* the last request's head */
	char seen_body[256];
	int asked; /* requests so far */
	pthread_mutex_t lock;
};

static void office_open(struct office *o, SSL_CTX *tls, http_answerer answer, const struct http_options *options)
{
	memset(o, 0, sizeof *o);
	pthread_mutex_init(&o->lock, NULL);
	buf_init(&o->transcript, KIB(64));
	o->server = http_server_start(tls, answer, o);
	o->arena = arena_new();
	o->http = http_new(options);
	snprintf(o->url, sizeof o->url, "%s://%s:%d/a?b=1", tls ? "https" : "http", tls ? "localhost" : "127.0.0.1",
	         http_server_port(o->server));
}

static void office_close(struct office *o)
{
	http_free(o->http);
	http_server_stop(o->server);
	arena_free(o->arena);
	buf_done(&o->transcript);
	pthread_mutex_destroy(&o->lock);
}

static const struct http_options plain = {.allow_private = true, .allow_plain = true};

static void note(struct office *o, const struct http_asked *asked)
{
	pthread_mutex_lock(&o->lock);
	snprintf(o->seen, sizeof o->seen, STR_FMT, STR_ARG(asked->head));
	snprintf(o->seen_body, sizeof o->seen_body, STR_FMT, STR_ARG(asked->body));
	o->asked = asked->number;
	pthread_mutex_unlock(&o->lock);
}

static void say_ok(void *ctx, const struct http_asked *asked, struct http_saying *saying)
{
	note(ctx, asked);
	http_say_json(saying, 200, "{\"a\":1}");
}

static int get(struct office *o, struct http_answer *answer, struct error *err)
{
	struct http_request request = {.method = "GET", .url = o->url};

	return http_do(o->http, &request, o->arena, answer, err);
}

/* ---------------------------------------------------------------- what works */

static void request_is_sent_and_answered(void **state)
{
	static const char *const fields[] = {"Content-Type: text/plain", "X-Other: 7"};
	struct secret token = {0};
	struct http_answer answer;
	struct error err;
	struct office o;

	(void)state;
	secret_set(&token, STR(TOKEN));
	office_open(&o, NULL, say_ok, &plain);
	struct http_request request = {.method = "PATCH",
	                               .url = o.url,
	                               .fields = fields,
	                               .field_count = 2,
	                               .bearer = &token,
	                               .body = STR("hello")};
	assert_ok(http_do(o.http, &request, o.arena, &answer, &err), &err);
	assert_int_equal(answer.status, 200);
	assert_str(answer.body, "{\"a\":1}");
	assert_str(answer.content_type, "application/json");
	assert_str(http_field(&answer, "content-length"), "7");
	assert_int_equal(answer.retry_after_ms, -1);
	assert_int_equal(answer.date, 0);
	assert_non_null(strstr(o.seen, "PATCH /a?b=1 HTTP/1.1\r\n"));
	assert_non_null(strstr(o.seen, "\r\nContent-Type: text/plain\r\n"));
	assert_non_null(strstr(o.seen, "\r\nX-Other: 7\r\n"));
	assert_non_null(strstr(o.seen, "\r\nAuthorization: Bearer " TOKEN "\r\n"));
	assert_string_equal(o.seen_body, "hello");
	secret_done(&token);
	office_close(&o);
}

static void basic_is_user_and_password(void **state)
{
	struct secret password = {0};
	struct http_answer answer;
	struct error err;
	struct office o;

	(void)state;
	secret_set(&password, STR("open sesame"));
	office_open(&o, NULL, say_ok, &plain);
	struct http_request request = {
	        .method = "POST", .url = o.url, .basic_user = "Aladdin", .basic_password = &password};
	assert_ok(http_do(o.http, &request, o.arena, &answer, &err), &err);
	assert_non_null(strstr(o.seen, "\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
	assert_non_null(strstr(o.seen, "\r\nContent-Length: 0\r\n"));
	assert_null(strstr(o.seen, "Content-Type"));
	secret_done(&password);
	office_close(&o);
}

static void connection_is_kept(void **state)
{
	struct http_answer answer;
	struct error err;
	struct office o;

	(void)state;
	office_open(&o, certificates_context(certificates, CERTIFICATE_GOOD), say_ok,
	            &(struct http_options){
	                    .allow_private = true,
	                    .policy = {.lowest = TLS_1_2, .truststore = certificates_ca_file(certificates)}});
	for (int i = 0; i < 5; i++)
		assert_ok(get(&o, &answer, &err), &err);
	assert_int_equal(http_server_connections(o.server), 1);
	office_close(&o);
}

static void say_and_close(void *ctx, const struct http_asked *asked, struct http_saying *saying)
{
	say_ok(ctx, asked, saying);
	http_say_close(saying);
}

static void closed_connection_is_made_anew(void **state)
{
	struct http_answer answer;
	struct error err;
	struct office o;

	(void)state;
	office_open(&o, NULL, say_and_close, &plain);
	for (int i = 0; i < 3; i++)
		assert_ok(get(&o, &answer, &err), &err);
	assert_int_equal(http_server_connections(o.server), 3);
	office_close(&o);
}

/* Takes the second request and hangs up without an answer. */
static void say_all_but_the_second(void *ctx, const struct http_asked *asked, struct http_saying *saying)
{
	note(ctx, asked);
	if (asked->number == 2)
		http_say_close(saying);
	else
		http_say_json(saying, 200, "{}");
}

/* A kept connection that dies under a request is replaced and the request made again, unless that must never be. */
static void request_that_must_go_once_is_not_repeated(void **state)
{
	static const char *const bodies[] = {"a mail", NULL};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		bool started = false;
		struct http_answer answer;
		struct error err = {0};
		struct office o;

		office_open(&o, NULL, say_all_but_the_second, &plain);
		struct http_request request = {.method = "POST",
		                               .url = o.url,
		                               .body = str_of(bodies[i]),
		                               .once = true,
		                               .ret_started = &started};
		assert_ok(get(&o, &answer, &err), &err);
		assert_int_equal(http_do(o.http, &request, o.arena, &answer, &err), E_CLOSED);
		assert_true(started);
		pthread_mutex_lock(&o.lock);
		assert_string_equal(o.seen_body, bodies[i] ? bodies[i] : "");
		assert_int_equal(o.asked, 2);
		pthread_mutex_unlock(&o.lock);
		assert_ok(http_do(o.http, &request, o.arena, &answer, &err), &err);
		office_close(&o);
	}
}

static void nothing_has_left_where_nobody_listens(void **state)
{
	bool started = true;
	struct http_request request = {.method = "POST",
	                               .url = "http://127.0.0.1:1/",
	                               .body = STR("x"),
	                               .once = true,
	                               .ret_started = &started};
	struct http_answer answer;
	struct error err = {0};
	struct office o;

	(void)state;
	office_open(&o, NULL, say_ok, &plain);
	assert_int_equal(http_do(o.http, &request, o.arena, &answer, &err), E_CONNECT);
	assert_false(started);
	office_close(&o);
}

static int count(void *ctx, struct str piece, struct error *err)
{
	size_t *n = ctx;

	*n += piece.n;
	return *n > 100 ? fail(err, E_STORE, RETRY_LATER, "no room") : 0;
}

static void body_streams_to_a_sink(void **state)
{
	struct http_answer answer;
	struct error err;
	size_t n = 0;
	struct office o;

	(void)state;
	office_open(&o, NULL, say_ok, &plain);
	struct http_request request = {.method = "GET", .url = o.url, .sink = count, .sink_ctx = &n};
	assert_ok(http_do(o.http, &request, o.arena, &answer, &err), &err);
	assert_int_equal(n, 7);
	assert_int_equal(answer.body.n, 0);
	n = 100;
	assert_int_equal(http_do(o.http, &request, o.arena, &answer, &err), E_STORE);
	assert_string_equal(err.text, "no room");
	office_close(&o);
}

/* ---------------------------------------------------------------- answers of all kinds */

static const char *raw_answer;

static void say_raw(void *ctx, const struct http_asked *asked, struct http_saying *saying)
{
	note(ctx, asked);
	http_say(saying, str_of(raw_answer));
	http_say_close(saying);
}

/* clang-format off */
static const struct {
	const char *answer;
	int status; /* or an error */
	const char *body, *field, *value;
} answers[] = {
	{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", NULL, NULL},
	{"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, "until the end", NULL, NULL},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: trailer\r\n\r\n", 200, "ok", "x-t", ""},
	{"HTTP/1.1 100 Continue\r\nX: interim\r\n\r\nHTTP/1.1 204 No\r\nY: 1\r\n\r\n", 204, "", "x", ""},
	{"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n", 301, "", "location", "http://127.0.0.1:9/"},
	{"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 4\r\n\r\nwhat", 401, "what", "www-authenticate", "Basic"},
	{"HTTP/1.1 400 No\r\nDate: Sat, 21 Nov 2026 14:00:00 GMT\r\nContent-Length: 0\r\n\r\n", 400, "", "date", "Sat, 21 Nov 2026 14:00:00 GMT"},
	{"HTTP/1.1 429 Slow\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n", 429, "", NULL, NULL},
	{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", E_CLOSED, NULL, NULL, NULL},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort", E_CLOSED, NULL, NULL, NULL},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort", E_PROTOCOL, NULL, NULL, NULL},
	{"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nshort", E_PROTOCOL, NULL, NULL, NULL},
	{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nshort", E_CLOSED, NULL, NULL, NULL},
	{"* OK IMAP4rev1 ready\r\n", E_PROTOCOL, NULL, NULL, NULL},
	{"<html>HTTP/0.9</html>", E_PROTOCOL, NULL, NULL, NULL},
	{"", E_CLOSED, NULL, NULL, NULL},
};
/* clang-format on */

static void answers_are_understood(void **state)
{
	struct http_answer answer;
	struct error err;
	struct office o;
	int rc;

	(void)state;
	office_open(&o, NULL, say_raw, &plain);
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		raw_answer = answers[i].answer;
		rc = get(&o, &answer, &err);
		if ((rc < 0 ? rc : answer.status) != answers[i].status)
			FAIL_CASE("\"%s\": %d %s", answers[i].answer, rc < 0 ? rc : answer.status,
			          rc < 0 ? err.text : "");
		if (rc < 0) {
			assert_int_equal(err.retry, RETRY_LATER);
			continue;
		}
		assert_str(answer.body, answers[i].body);
		if (answers[i].field)
			assert_str(http_field(&answer, answers[i].field), answers[i].value);
		assert_int_equal(answer.date, answers[i].status == 400 ? 1795269600000 : 0);
		assert_int_equal(answer.retry_after_ms, answers[i].status == 429 ? 17000 : -1);
	}
	office_close(&o);
}

/* ---------------------------------------------------------------- hostile servers */

enum { ENDLESS_HEAD, ENDLESS_INTERIM, LONG_FIELD, ENDLESS_BODY, SILENT, DRIP_HEAD, DRIP_BODY } hostility;

static void say_without_end(struct http_saying *saying, const char *begin, const char *more)
{
	struct str piece = str_of(more);
	bool here = http_say(saying, str_of(begin));

	while (here)
		here = http_say(saying, piece);
}

static void say_slowly(struct http_saying *saying, const char *begin)
{
	struct timespec pause = {.tv_nsec = 20000000};
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t never = PTHREAD_COND_INITIALIZER;
	bool here = http_say(saying, str_of(begin));

	while (here) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += pause.tv_nsec;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_mutex_lock(&lock);
		pthread_cond_timedwait(&never, &lock, &until);
		pthread_mutex_unlock(&lock);
		here = http_say(saying, STR("x"));
	}
}

static void be_hostile(void *ctx, const struct http_asked *asked, struct http_saying *saying)
{
	static char big[20000];

	(void)ctx;
	(void)asked;
	memset(big, 'x', sizeof big - 1);
	switch (hostility) {
	case ENDLESS_HEAD:
		say_without_end(saying, "HTTP/1.1 200 OK\r\n", "X-More: of this\r\n");
		return;
	case ENDLESS_INTERIM:
		say_without_end(saying, "", "HTTP/1.1 100 Go on\r\n\r\n");
		return;
	case LONG_FIELD:
		say_without_end(saying, "HTTP/1.1 200 OK\r\nX-More: ", big);
		return;
	case ENDLESS_BODY:
		say_without_end(saying, "HTTP/1.1 200 OK\r\n\r\n", big);
		return;
	case SILENT:
		http_say_nothing(saying);
		return;
	case DRIP_HEAD:
		say_slowly(saying, "HTTP/1.1 200 OK\r\nX-More: ");
		return;
	case DRIP_BODY:
		say_slowly(saying, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
		return;
	}
}

static void hostile_servers_end_soon(void **state)
{
	static const int expected[] = {
	        [ENDLESS_HEAD] = E_LIMIT, [ENDLESS_INTERIM] = E_LIMIT, [LONG_FIELD] = E_LIMIT, [ENDLESS_BODY] = E_LIMIT,
	        [SILENT] = E_TIMEOUT,     [DRIP_HEAD] = E_TIMEOUT,     [DRIP_BODY] = E_TIMEOUT};
	struct http_options options = plain;
	struct http_answer answer;
	struct error err;
	struct office o;
	int64_t began;
	int rc;

	(void)state;
	for (hostility = 0; hostility <= DRIP_BODY; hostility++) {
		options.timeout_ms = expected[hostility] == E_TIMEOUT ? 150 : 60000;
		office_open(&o, NULL, be_hostile, &options);
		began = clock_mono_ms();
		rc = get(&o, &answer, &err);
		if (rc != expected[hostility])
			FAIL_CASE("hostility %d: %d %s", (int)hostility, rc, rc < 0 ? err.text : "");
		assert_true(clock_mono_ms() - began < 20000);
		office_close(&o);
	}
}

static void drip_into_a_sink_is_no_progress(void **state)
{
	struct http_options options = plain;
	struct http_answer answer;
	struct error err;
	struct office o;
	size_t n = 0;

	(void)state;
	options.timeout_ms = 150;
	hostility = DRIP_BODY;
	office_open(&o, NULL, be_hostile, &options);
	struct http_request request = {.method = "GET", .url = o.url, .sink = count, .sink_ctx = &n};
	assert_int_equal(http_do(o.http, &request, o.arena, &answer, &err), E_TIMEOUT);
	assert_int_equal(err.retry, RETRY_LATER);
	office_close(&o);
}

/* ---------------------------------------------------------------- where it doesn't go */

static void say_elsewhere(void *ctx, const struct http_asked *asked, struct http_saying *saying)
{
	char answer[200];

	note(ctx, asked);
	snprintf(answer, sizeof answer, "HTTP/1.1 307 There\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
	         ((struct office *)ctx)->url);
	http_say(saying, str_of(answer));
	must(asked->number == 1);
}

static void redirect_is_not_followed(void **state)
{
	struct http_answer answer;
	struct error err;
	struct office o;

	(void)state;
	office_open(&o, NULL, say_elsewhere, &plain);
	assert_ok(get(&o, &answer, &err), &err);
	assert_int_equal(answer.status, 307);
	assert_str(answer.location, o.url);
	office_close(&o);
}

static void inside_addresses_are_refused(void **state)
{
	static const char *const hosts[] = {
	        "127.0.0.1",  "localhost",          "[::1]",           "0x7f.1",  "2130706433",
	        "0177.0.0.1", "[::ffff:127.0.0.1]", "169.254.169.254", "0.0.0.0", "10.0.0.1"};
	struct http_options outside = {.allow_plain = true, .connect_timeout_ms = 20000};
	struct http_answer answer;
	struct error err;
	struct office o;

	(void)state;
	office_open(&o, NULL, say_ok, &outside);
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		snprintf(o.url, sizeof o.url, "http://%s:%d/", hosts[i], http_server_port(o.server));
		if (get(&o, &answer, &err) != E_INSECURE || err.retry != RETRY_NEVER)
			FAIL_CASE("%s: %d %s", hosts[i], err.code, err.text);
	}
	assert_int_equal(http_server_connections(o.server), 0);
	office_close(&o);
}

static void metadata_address_is_refused_even_inside(void **state)
{
	struct http *http = http_new(&plain);
	struct arena *arena = arena_new();
	struct http_answer answer;
	struct error err;

	(void)state;
	assert_int_equal(http_do(http, &(struct http_request){.method = "GET", .url = "http://169.254.169.254/latest"},
	                         arena, &answer, &err),
	                 E_INSECURE);
	assert_string_equal(
	        err.text, "host 169.254.169.254: its address is link-local (169.254.0.0/16), which may not be reached");
	arena_free(arena);
	http_free(http);
}

/* clang-format off */
static const struct {
	const char *url, *field;
	int error;
} bad_requests[] = {
	{"http://127.0.0.1:1/", NULL, E_INSECURE},   /* plain isn't allowed */
	{"ftp://127.0.0.1/", NULL, E_INSECURE},
	{"file:///etc/passwd", NULL, E_INVALID},
	{"https://user:pw@127.0.0.1/", NULL, E_INVALID},
	{"https://127.0.0.1:99999/", NULL, E_INVALID},
	{"https://127.0.0.1\r\nX: y/", NULL, E_INVALID},
	{"https://b\xc3\xbc" "cher.example/", NULL, E_INVALID},
	{"/relative", NULL, E_INVALID},
	{"", NULL, E_INVALID},
	{"https://127.0.0.1:1/", "X: a\r\nY: b", E_INVALID},
	{"https://127.0.0.1:1/", "no colon", E_INVALID},
	{"https://127.0.0.1:1/", NULL, E_CONNECT},
	{"https://no-such-host.invalid/", NULL, E_CONNECT},
};
/* clang-format on */

static void bad_requests_are_refused(void **state)
{
	struct http *http CLEANUP(http_freep) = http_new(&(struct http_options){.allow_private = true});
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct http_answer answer;
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_requests); i++) {
		struct http_request request = {.method = "GET",
		                               .url = bad_requests[i].url,
		                               .fields = &bad_requests[i].field,
		                               .field_count = bad_requests[i].field ? 1 : 0};
		int rc = http_do(http, &request, arena, &answer, &err);

		if (rc != bad_requests[i].error)
			FAIL_CASE("%s %s: %d %s", bad_requests[i].url, bad_requests[i].field, rc, err.text);
	}
}

static void environment_names_no_proxy(void **state)
{
	struct http_answer answer;
	struct error err;
	struct office o;

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	office_open(&o, NULL, say_ok, &plain);
	assert_ok(get(&o, &answer, &err), &err);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	office_close(&o);
}

/* ---------------------------------------------------------------- TLS */

static void certificates_are_checked(void **state)
{
	static const enum certificate_kind kinds[] = {CERTIFICATE_EXPIRED, CERTIFICATE_OTHER_HOST,
	                                              CERTIFICATE_SELF_SIGNED, CERTIFICATE_OLD};
	struct http_options options = {.allow_private = true,
	                               .policy = {.lowest = TLS_1_2, .truststore = certificates_ca_file(certificates)}};
	struct http_answer answer;
	struct error err;
	struct office o;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		office_open(&o, certificates_context(certificates, kinds[i]), say_ok, &options);
		if (get(&o, &answer, &err) != E_TLS || err.retry != RETRY_NEVER)
			FAIL_CASE("kind %d: %d %s", (int)kinds[i], err.code, err.text);
		assert_string_equal(o.seen, "");
		office_close(&o);
	}
	options.policy.lowest = TLS_1_0;
	office_open(&o, certificates_context(certificates, CERTIFICATE_OLD), say_ok, &options);
	assert_ok(get(&o, &answer, &err), &err);
	office_close(&o);
	options.policy.truststore = "/nowhere.pem";
	office_open(&o, certificates_context(certificates, CERTIFICATE_GOOD), say_ok, &options);
	assert_int_equal(get(&o, &answer, &err), E_INVALID);
	office_close(&o);
}

static void no_newer_version_than_the_highest(void **state)
{
	struct http_options options = {.allow_private = true,
	                               .policy = {.lowest = TLS_1_0, .truststore = certificates_ca_file(certificates)}};
	struct http_answer answer;
	struct error err;
	struct office o;

	(void)state;
	office_open(&o, certificates_context(certificates, CERTIFICATE_GOOD), say_ok, &options);
	assert_ok(get(&o, &answer, &err), &err);
	office_close(&o);
	options.policy.highest = TLS_1_1;
	office_open(&o, certificates_context(certificates, CERTIFICATE_GOOD), say_ok, &options);
	assert_int_equal(get(&o, &answer, &err), E_TLS);
	office_close(&o);
}

static void unverified_only_where_asked(void **state)
{
	struct http_options system = {.allow_private = true, .policy = {.lowest = TLS_1_2}}, unverified = system;
	struct http_answer answer;
	struct error err;
	struct office o;

	(void)state;
	office_open(&o, certificates_context(certificates, CERTIFICATE_GOOD), say_ok, &system);
	assert_int_equal(get(&o, &answer, &err), E_TLS);
	office_close(&o);
	unverified.policy.skip_verify = true;
	office_open(&o, certificates_context(certificates, CERTIFICATE_OTHER_HOST), say_ok, &unverified);
	assert_ok(get(&o, &answer, &err), &err);
	office_close(&o);
}

/* ---------------------------------------------------------------- the transcript */

static void add_line(void *ctx, const char *line)
{
	buf_printf(ctx, "%s\n", line);
}

static void say_with_secrets(void *ctx, const struct http_asked *asked, struct http_saying *saying)
{
	note(ctx, asked);
	http_say(saying,
	         STR("HTTP/1.1 302 There\r\nSet-Cookie: s=" TOKEN "\r\nLocation: https://else.example/x?code=" TOKEN
	             "&state\r\nContent-Length: 17\r\n\r\n" TOKEN));
}

static void transcript_shows_no_secret(void **state)
{
	static const char *const fields[] = {"Cookie: a=" TOKEN};
	struct http_options options = plain;
	struct secret token = {0};
	struct http_answer answer;
	struct error err;
	struct office o;
	char *shown;

	(void)state;
	secret_set(&token, STR(TOKEN));
	options.transcript = add_line;
	options.transcript_ctx = &o.transcript;
	office_open(&o, NULL, say_with_secrets, &options);
	snprintf(o.url, sizeof o.url, "http://127.0.0.1:%d/p?$top=5&t=" TOKEN, http_server_port(o.server));
	struct http_request request = {.method = "POST",
	                               .url = o.url,
	                               .fields = fields,
	                               .field_count = 1,
	                               .bearer = &token,
	                               .body = STR("secret=" TOKEN)};
	assert_ok(http_do(o.http, &request, o.arena, &answer, &err), &err);
	shown = o.transcript.p;
	assert_null(strstr(shown, TOKEN));
	assert_non_null(strstr(shown, "C: POST /p?$top=5&t=<...> HTTP/1.1\n"));
	assert_non_null(strstr(shown, "C: Authorization: <secret>\n"));
	assert_non_null(strstr(shown, "C: <24 bytes>\nS: HTTP/1.1 302 There\nS: Set-Cookie: <secret>\n"
	                              "S: Location: https://else.example/x?code=<...>&<...>\n"));
	assert_non_null(strstr(shown, "S: <17 bytes>\n"));
	secret_done(&token);
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(request_is_sent_and_answered),
	        cmocka_unit_test(basic_is_user_and_password),
	        cmocka_unit_test(connection_is_kept),
	        cmocka_unit_test(closed_connection_is_made_anew),
	        cmocka_unit_test(request_that_must_go_once_is_not_repeated),
	        cmocka_unit_test(nothing_has_left_where_nobody_listens),
	        cmocka_unit_test(body_streams_to_a_sink),
	        cmocka_unit_test(answers_are_understood),
	        cmocka_unit_test(hostile_servers_end_soon),
	        cmocka_unit_test(drip_into_a_sink_is_no_progress),
	        cmocka_unit_test(redirect_is_not_followed),
	        cmocka_unit_test(inside_addresses_are_refused),
	        cmocka_unit_test(metadata_address_is_refused_even_inside),
	        cmocka_unit_test(bad_requests_are_refused),
	        cmocka_unit_test(environment_names_no_proxy),
	        cmocka_unit_test(certificates_are_checked),
	        cmocka_unit_test(no_newer_version_than_the_highest),
	        cmocka_unit_test(unverified_only_where_asked),
	        cmocka_unit_test(transcript_shows_no_secret),
	};
	int failed;

	certificates = certificates_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	certificates_free(certificates);
	return failed;
}
