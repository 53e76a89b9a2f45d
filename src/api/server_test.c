/* The server on a real socket: what it answers to whom. */
#include "api/test_server.h"

#include "base/clock.h"
#include "setup/setup.h"
#include "store/test_store.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/test.h"

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

/* What came behind its header would be taken for the next answer, and nobody waits for an end that isn't told. */
static void a_stream_has_no_body_for_head(void **state UNUSED)
{
	static const char *const requests[] = {"HEAD /t/stream HTTP/1.1\r\n" HOST CLOSE "\r\n",
	                                       "HEAD /t/stream HTTP/1.1\r\n" HOST "\r\n"};
	struct server server = server_start_with("", "", NULL);
	HEARD;

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		buf_clear(&heard);
		ask(&server, requests[i], &heard);
		if (!STARTS("HTTP/1.1 200") || !HAS("Content-Type: text/event-stream\r\n") ||
		    !HAS("Connection: close\r\n") ||
		    str_find(buf_str(&heard), STR("\r\n\r\n")) != (ptrdiff_t)heard.n - 4)
			FAIL_CASE("%s\n%s\n", requests[i], buf_cstr(&heard));
	}
	WAIT(hearers_now() == 0);
	server_end(&server);
}

static void a_slow_handler_holds_up_nobody(void **state UNUSED)
{
	struct server server = server_start_with("", "", NULL);
	int slow[4];
	HEARD;

	pthread_mutex_lock(&test_gate);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		slow[i] = dial(&server);
		assert_true(tell(slow[i], STR("GET /t/gate HTTP/1.1\r\n" HOST CLOSE "\r\n")));
	}
	for (int i = 0; i < 8; i++) { /* on both of the threads that read sockets */
		ask(&server, "GET /t/client HTTP/1.1\r\n" HOST CLOSE "\r\n", &heard);
		assert_true(STARTS("HTTP/1.1 200"));
	}
	pthread_mutex_unlock(&test_gate);
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

/* Set up by another program, and used through us at once: nothing of it may be unknown. */
static void every_request_sees_the_newest_set_up(void **state UNUSED)
{
	static const char look[] = "GET /t/accounts HTTP/1.1\r\n" HOST CLOSE "\r\n";
	struct server server = server_start_with("", "", NULL);
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;
	HEARD;

	assert_ok(store_connect(server.store, &db, &err), &err);
	for (int i = 0; i < 5; i++) {
		char name[20];
		json_t *document CLEANUP(json_decrefp) = NULL;

		snprintf(name, sizeof name, "office-%d", i);
		document = json_pack("{s:{s:{}}}", "accounts", name);
		ask(&server, look, &heard);
		assert_true(HAS("accounts:"));
		assert_false(HAS(name));
		assert_ok(setup_apply(db, &plain_sealer, document, "test", false, NULL, &err), &err);
		ask(&server, look, &heard);
		if (!HAS(name))
			FAIL_CASE("%s\n%s\n", name, buf_cstr(&heard));
	}
	server_end(&server);
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
	        cmocka_unit_test(a_stream_has_no_body_for_head),
	        cmocka_unit_test(a_slow_handler_holds_up_nobody),
	        cmocka_unit_test(foreign_names_and_pages_are_refused),
	        cmocka_unit_test(the_client_is_who_a_trusted_proxy_says),
	        cmocka_unit_test(every_request_sees_the_newest_set_up),
	        cmocka_unit_test(a_taken_port_is_told),
	};
	return cmocka_run_group_tests(tests, test_server_open_store, test_server_close_store);
}
