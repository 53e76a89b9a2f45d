/* The server on a real socket: clients that are slow, greedy or many. */
#include "api/test_server.h"

#include "base/clock.h"
#include "store/test_store.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/test.h"

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
	    "POST /t/note HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 104857600\r\n\r\n",
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

/* The client comes to read why, and may go on. */
static void a_body_that_is_not_wanted_is_read_over(void **state UNUSED)
{
	static const struct {
		const char *path, *status;
	} cases[] = {{"/t/note", "HTTP/1.1 413"}, {"/t/private", "HTTP/1.1 401"}, {"/t/nothing", "HTTP/1.1 404"}};
	struct server server = server_start_with("", "", NULL);
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(8));
	int fd = dial(&server);
	HEARD;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_clear(&text);
		buf_printf(&text,
		           "POST %s HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
		           cases[i].path, MIB(5));
		memset(buf_room(&text, MIB(5)), 'x', MIB(5));
		buf_added(&text, MIB(5));
		assert_true(tell(fd, buf_str(&text)));
		buf_clear(&heard);
		assert_true(listen_for(fd, &heard, "\"retry\":\"never\""));
		assert_true(STARTS(cases[i].status));
	}
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

	atomic_store(&hearers_left, 0);
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
	WAIT(atomic_load(&hearers_left) == COUNT); /* noticed without anything being said */
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
	pthread_mutex_lock(&test_gate);
	assert_true(tell(slow, STR("GET /t/gate HTTP/1.1\r\n" HOST "\r\n")));
	(void)poll(NULL, 0, 50); /* that it began before the stop is likely, and not needed */
	must(pthread_create(&stopper, NULL, (void *(*)(void *))(uintptr_t)api_stop, server.api) == 0);
	pthread_mutex_unlock(&test_gate);
	assert_false(listen_for(stream, &heard, "never said"));
	buf_clear(&heard);
	(void)listen_for(slow, &heard, NULL);
	pthread_join(stopper, NULL);
	assert_int_equal(hearers_now(), 0);
	assert_true(HAS("through") || STARTS("HTTP/1.1 503") || heard.n == 0);
	close(stream);
	close(slow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(who_drips_is_cut_off),
	        cmocka_unit_test(who_does_not_read_is_cut_off),
	        cmocka_unit_test(what_is_too_large_is_refused),
	        cmocka_unit_test(a_body_that_is_not_wanted_is_read_over),
	        cmocka_unit_test(an_endless_upload_is_ended),
	        cmocka_unit_test(a_continue_is_asked_for_and_given),
	        cmocka_unit_test(five_hundred_hear_what_is_said),
	        cmocka_unit_test(a_stop_ends_streams_and_lets_handlers_finish),
	};
	return cmocka_run_group_tests(tests, test_server_open_store, test_server_close_store);
}
