/* The Graph client: addresses, links, tokens, what answers mean. */
#include "auth/graph.h"

#include "auth/test_graph.h"

static const struct graph_line none[1];

static void path_segments_and_literals_are_encoded(void **state)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(1));

	(void)state;
	graph_add_segment(&out, STR("AAk/+=_-.~ \xc3\xbc?#"));
	assert_string_equal(buf_cstr(&out), "AAk%2F%2B%3D_-.~%20%C3%BC%3F%23");
	buf_clear(&out);
	graph_add_literal(&out, STR("O'Brien's 100%'"));
	assert_string_equal(buf_cstr(&out), "%27O%27%27Brien%27%27s%20100%25%27%27%27");
}

static void urls_name_host_version_and_mailbox(void **state)
{
	struct graph_script script = {.lines = none};
	struct graph *graph CLEANUP(graph_closep) = graph_script_open(&script);
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(1));

	(void)state;
	graph_url(graph, &out);
	assert_string_equal(buf_cstr(&out), "https://graph.microsoft.com/v1.0/users/ann%40b.test");
	buf_clear(&out);
	graph_batch_url(graph, &out);
	assert_string_equal(buf_cstr(&out), "https://graph.microsoft.com/v1.0/$batch");
}

static void only_links_to_the_same_host_are_followed(void **state)
{
	static const struct {
		const char *link;
		bool good;
	} cases[] = {
	        {"https://graph.microsoft.com/v1.0/users/x/messages/delta?$deltatoken=a", true},
	        {"https://GRAPH.microsoft.com/v1.0/users('x')/messages", true},
	        {"https://graph.microsoft.com.evil.test/v1.0/users/x", false},
	        {"https://graph.microsoft.com@evil.test/v1.0/users/x", false},
	        {"https://graph.microsoft.com:444/v1.0/users/x", false},
	        {"http://graph.microsoft.com/v1.0/users/x", false},
	        {"https://evil.test/v1.0/users/x", false},
	        {"https://graph.microsoft.com/beta/users/x", false},
	        {"https://graph.microsoft.com/v1.0/a\r\nX: y", false},
	        {"https://graph.microsoft.com/v1.0/a b", false},
	        {"https://graph.microsoft.com/v1.0", false},
	        {"", false},
	};
	struct graph_script script = {.lines = none};
	struct graph *graph CLEANUP(graph_closep) = graph_script_open(&script);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = {0};
		bool good = graph_check_link(graph, str_of(cases[i].link), &err) == 0;

		if (good != cases[i].good)
			print_error("%s\n", cases[i].link);
		assert_int_equal(good, cases[i].good);
	}
}

static int get(struct graph *graph, struct arena *arena, struct http_answer *answer, struct error *err)
{
	return graph_do(graph, &(struct graph_request){.method = "GET", .url = "https://x/a"}, arena, answer, err);
}

static void refused_token_is_renewed_once(void **state)
{
	static const struct graph_line lines[] = {
	        {"GET", "/a", .status = 401},
	        {"GET", "/a", .status = 200, .answer = "{}"},
	        {"GET", "/a", .status = 401},
	        {"GET", "/a", .status = 401},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct graph *graph CLEANUP(graph_closep) = graph_script_open(&script);
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct http_answer answer;
	struct error err = {0};

	(void)state;
	assert_ok(get(graph, arena, &answer, &err), &err);
	assert_int_equal(answer.status, 200);
	assert_int_equal(script.tokens_refused, 1);
	assert_ok(get(graph, arena, &answer, &err), &err);
	assert_int_equal(answer.status, 401);
	assert_int_equal(graph_refused(graph, &answer, "x", &err), E_AUTH);
	assert_int_equal(err.retry, RETRY_NEVER);
	assert_int_equal(script.tokens_refused, 2);
}

static void password_alone_is_not_enough(void **state)
{
	const struct stream_options stream = {.host = GRAPH_HOST};
	const struct login login = {.user = "ann@b.test"};
	struct graph *graph;
	struct error err = {0};

	(void)state;
	assert_int_equal(graph_open(&(struct graph_options){.stream = &stream, .login = &login}, &graph, &err),
	                 E_INVALID);
	assert_non_null(strstr(err.text, "profile"));
}

static void answers_say_what_to_do(void **state)
{
	static const struct {
		int status;
		int64_t retry_after_ms;
		const char *body;
		int code;
		enum retry retry;
		const char *words;
	} cases[] = {
	        {429, 7000, "{\"error\":{\"code\":\"ApplicationThrottled\"}}", E_THROTTLED, RETRY_LATER, "429"},
	        {429, -1, "", E_THROTTLED, RETRY_LATER, "429"},
	        {503, 3000, "", E_THROTTLED, RETRY_LATER, "503"},
	        {503, -1, "", E_REFUSED, RETRY_LATER, "503"},
	        {504, 1000, "", E_THROTTLED, RETRY_LATER, "504"},
	        {500, -1, "not JSON", E_REFUSED, RETRY_LATER, "500"},
	        {403, -1, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"Access is denied.\"}}", E_AUTH,
	         RETRY_NEVER, "Mail.ReadWrite"},
	        {404, -1, "{\"error\":{\"code\":\"ErrorInvalidUser\"}}", E_NOT_FOUND, RETRY_NEVER, "principal name"},
	        {404, -1, "{\"error\":{\"code\":\"MailboxNotEnabledForRESTAPI\"}}", E_NOT_FOUND, RETRY_NEVER,
	         "licence"},
	        {403, -1, "{\"error\":{\"code\":\"ErrorMailboxDisabled\"}}", E_AUTH, RETRY_NEVER, "disabled"},
	        {302, -1, "", E_PROTOCOL, RETRY_NEVER, "302"},
	        {400, -1, "{\"error\":{\"code\":7,\"message\":[]}}", E_REFUSED, RETRY_NEVER, "400"},
	};
	struct graph_script script = {.lines = none};
	struct graph *graph CLEANUP(graph_closep) = graph_script_open(&script);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http_answer answer = {.status = cases[i].status,
		                             .body = str_of(cases[i].body),
		                             .retry_after_ms = cases[i].retry_after_ms};
		struct error err = {0};

		assert_int_equal(graph_refused(graph, &answer, "folder Inbox", &err), cases[i].code);
		assert_int_equal(err.retry, cases[i].retry);
		assert_int_equal(err.retry_after_ms, MAX(cases[i].retry_after_ms, 0));
		assert_non_null(strstr(err.text, cases[i].words));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(path_segments_and_literals_are_encoded),
	        cmocka_unit_test(urls_name_host_version_and_mailbox),
	        cmocka_unit_test(only_links_to_the_same_host_are_followed),
	        cmocka_unit_test(refused_token_is_renewed_once),
	        cmocka_unit_test(password_alone_is_not_enough),
	        cmocka_unit_test(answers_say_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
