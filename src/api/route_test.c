#include "api/test_api.h"

#include "base/log.h"
#include "store/test_store.h"

#include <stdio.h>
#include <unistd.h>

#include "base/test.h"

/* ---------------------------------------------------------------- routes of this test */

struct thing {
	const char *id, *note;
	int64_t size;
	struct secret password;
};

static const struct field thing_fields[] = {
        FIELD_ID(struct thing, id, "ID"),
        FIELD_TEXT(struct thing, note, "Note"),
        FIELD_INT(struct thing, size, "Size", .low = 1, .high = 10, .preset = 3),
        FIELD_SECRET(struct thing, password, "Password"),
};
static const struct record_type thing_type = RECORD_TYPE("thing", "things", struct thing, thing_fields, "Thing");

static int put_thing(struct request *request, struct answer *answer, struct error *err)
{
	void *thing;
	int r = request_record(request, &thing, err);

	if (r < 0)
		return r;
	answer_etag(answer, request->if_revision + 1);
	r = answer_record(answer, &thing_type, thing, err);
	record_done(&thing_type, thing);
	return r;
}

/* Numbers from the cursor on, ten in all. */
static int list_things(struct request *request, struct answer *answer, struct error *err)
{
	int64_t from = 0, at;
	struct str text = STR("");
	int r = request_cursor(request, &from, &text, err);

	answer_list_begin(answer);
	for (at = from; r == 0 && at < 10 && at < from + (int64_t)request->limit; at++) {
		struct thing thing = {.id = "t", .note = text.n ? text.p : "", .size = at};

		r = answer_list_add(answer, &thing_type, &thing, err);
	}
	answer_list_end(answer, at < 10, at, STR("key"));
	return r;
}

static int get_thing(struct request *request, struct answer *answer, struct error *err)
{
	int64_t id;
	int r = request_id(request, 0, "thing", &id, err);

	if (r < 0)
		return r;
	answer_etag(answer, id);
	answer_text(answer, "text/plain", str_of(request->client));
	return 0;
}

static int fail_as_asked(struct request *request, struct answer *answer UNUSED, struct error *err)
{
	int64_t code = 0;

	(void)request_query_int(request, "code", &code);
	answer_text(answer, "text/plain", STR("half an answer"));
	fail(err, (int)code, RETRY_LATER, "receive/port: went wrong");
	err->retry_after_ms = 1500;
	return err->code;
}

static int answer_nothing(struct request *request UNUSED, struct answer *answer UNUSED, struct error *err UNUSED)
{
	return 0;
}

static int answer_file(struct request *request, struct answer *answer, struct error *err UNUSED)
{
	answer->type = "application/octet-stream";
	answer->fd = dup(request->body_fd);
	answer->fd_size = request->body_size;
	answer_disposition(answer, "attachment", request->parameters[0]);
	return 0;
}

struct ticks {
	struct stream_body stream;
	int left;
	bool said;
	bool *ret_done;
};

static bool ticks_are_done;

/* "tick\n" at every second call, waking itself for the next. */
static ssize_t read_tick(struct stream_body *stream, char *room, size_t size)
{
	struct ticks *ticks = (struct ticks *)stream;

	must(size >= 5);
	if (ticks->left == 0)
		return -1;
	ticks->said = !ticks->said;
	if (ticks->said) {
		stream_wake(stream);
		return 0;
	}
	ticks->left--;
	memcpy(room, "tick\n", 5);
	return 5;
}

static void ticks_done(struct stream_body *stream)
{
	*((struct ticks *)stream)->ret_done = true;
}

static int stream_ticks(struct request *request, struct answer *answer, struct error *err UNUSED)
{
	struct ticks *ticks = ARENA_NEW(request->arena, struct ticks);

	*ticks = (struct ticks){
	        .stream = {.read = read_tick, .done = ticks_done}, .left = 3, .ret_done = &ticks_are_done};
	answer_stream(answer, "application/x-ndjson", &ticks->stream);
	return 0;
}

static const char *const state_words[] = {"open", "closed", NULL};
static const struct route_query thing_query[] = {
        {"state", QUERY_TEXT, "State", state_words},
        {"since", QUERY_TIME, "Since"},
        {"size", QUERY_INT, "Size"},
        {"all", QUERY_BOOL, "All"},
        {NULL},
};
static const struct route_query fail_query[] = {{"code", QUERY_INT, "Code"}, {NULL}};

static const struct route test_routes[] = {
        /* clang-format off */
	{API_GET, "/t/things", "listThings", "T", "Things", .right = RIGHT_CASES_READ, .answer = &thing_type, .is_list = true,
	 .query = thing_query, .handle = list_things},
	{API_PUT, "/t/things/{id}", "putThing", "T", "Thing", .right = RIGHT_CASES_WRITE, .body = &thing_type,
	 .answer = &thing_type, .needs_revision = true, .handle = put_thing},
	{API_GET, "/t/things/{id}", "getThing", "T", "Thing", .right = RIGHT_SIGNED, .answer_type = "text/plain",
	 .handle = get_thing},
	{API_GET, "/t/fail", "fail", "T", "Fails", .right = RIGHT_NONE, .query = fail_query, .handle = fail_as_asked},
	{API_POST, "/t/nothing", "nothing", "T", "Nothing", .right = RIGHT_SIGNED, .handle = answer_nothing},
	{API_POST, "/t/open", "open", "T", "Nothing", .right = RIGHT_NONE, .without_csrf = true, .handle = answer_nothing},
	{API_POST, "/t/files/{name}", "file", "T", "File", .right = RIGHT_SIGNED, .body_type = "message/rfc822", .spools = true,
	 .answer_type = "application/octet-stream", .handle = answer_file},
	{API_GET, "/t/ticks", "ticks", "T", "Ticks", .right = RIGHT_NONE, .answer_type = "application/x-ndjson",
	 .handle = stream_ticks},
	{API_NONE},
        /* clang-format on */
};

#define CALL(...) test_api_call(api, &test_administrator, __VA_ARGS__)
#define ANSWER    struct test_answer *answer CLEANUP(test_answer_freep)

static void (*with_api)(struct test_api *api);

static void make_api(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);

	test_api_add(api, test_routes);
	with_api(api);
}

/* Nothing here depends on the database. */
static void run_with_api(void (*test)(struct test_api *api))
{
	struct store *store CLEANUP(store_closep) = NULL;
	struct error err;

	with_api = test;
	assert_ok(store_open(&(struct store_options){.url = test_store_url(DB_SQLITE), .create = true}, &store, &err),
	          &err);
	make_api(store);
}

#define API_TEST(name)                                 \
	static void name##_with(struct test_api *api); \
	static void name(void **state UNUSED)          \
	{                                              \
		run_with_api(name##_with);             \
	}                                              \
	static void name##_with(struct test_api *api)

/* ---------------------------------------------------------------- who may */

API_TEST(nobody_is_asked_to_sign_in)
{
	ANSWER = test_api_call(api, &caller_nobody, "GET /t/things/1", NULL);

	assert_int_equal(answer->status, 401);
	assert_string_equal(answer->type, "application/problem+json");
	assert_string_equal(test_text(answer, "code"), "auth");
	assert_int_equal(test_number(answer, "status"), 401);
	assert_non_null(strstr(test_header(answer, "WWW-Authenticate"), "Bearer"));
}

API_TEST(a_missing_right_is_forbidden)
{
	struct test_caller test;
	const struct caller *berta = test_caller_init(&test, "berta", RIGHT_BIT(RIGHT_CASES_READ), "", ACCOUNT_READ);
	ANSWER = test_api_call(api, berta, "PUT /t/things/a", "{}", "If-Match: *");
	struct test_answer *list CLEANUP(test_answer_freep) = test_api_call(api, berta, "GET /t/things", NULL);

	assert_int_equal(answer->status, 403);
	assert_non_null(strstr(test_text(answer, "detail"), "cases.write"));
	assert_int_equal(list->status, 200);
}

API_TEST(a_cookie_alone_changes_nothing)
{
	static const struct {
		const char *what, *header;
		int status;
	} cases[] = {
	        {"POST /t/nothing", "Cookie: s=1", 403},
	        {"GET /t/things/1", "Cookie: s=1", 200},
	        {"POST /t/open", "Cookie: s=1", 204},
	        {"POST /t/nothing", NULL, 204},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ANSWER = CALL(cases[i].what, NULL, cases[i].header);

		assert_int_equal(answer->status, cases[i].status);
	}
}

/* ---------------------------------------------------------------- what is asked */

API_TEST(a_query_is_checked_by_its_kinds)
{
	static const struct {
		const char *query;
		int status;
	} cases[] = {
	        /* clang-format off */
		{"state=open&all=true&size=-4", 200}, {"state=", 200}, {"since=2026-11-21", 200}, {"since=2026-11-21T08:00:00.5+01:00", 200}, {"limit=500", 200},
		{"state=opened", 400}, {"all=maybe", 400}, {"size=4x", 400}, {"since=yesterday", 400}, {"limit=0", 400},
		{"limit=501", 400}, {"limit=-1", 400}, {"cursor=abc", 400}, {"satte=open", 400}, {"state=open&state=open", 400},
	        /* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char what[100];

		snprintf(what, sizeof what, "GET /t/things?%s", cases[i].query);
		ANSWER = CALL(what, NULL);
		if (answer->status != cases[i].status)
			FAIL_CASE("%s: %d\n", what, answer->status);
	}
}

API_TEST(a_list_is_read_page_by_page)
{
	struct test_answer *first CLEANUP(test_answer_freep) = CALL("GET /t/things?limit=4", NULL);
	char what[200];

	assert_int_equal(json_array_size(test_json(first, "items")), 4);
	snprintf(what, sizeof what, "GET /t/things?limit=6&cursor=%s", test_text(first, "next"));
	ANSWER = CALL(what, NULL);
	assert_int_equal(json_array_size(test_json(answer, "items")), 6);
	assert_int_equal(test_number(answer, "items/0/size"), 4);
	assert_string_equal(test_text(answer, "items/0/note"), "key");
	assert_true(json_is_null(test_json(answer, "next")));
}

API_TEST(a_change_names_the_version_it_changes)
{
	static const struct {
		const char *header;
		int status;
		const char *etag;
	} cases[] = {
	        {NULL, 428, NULL},
	        {"If-Match: \"6\"", 200, "\"7\""},
	        {"If-Match: W/\"6\"", 200, "\"7\""},
	        {"If-Match: *", 200, "\"-1\""},
	        {"If-Match: 6", 400, NULL},
	        {"If-Match: \"x\"", 400, NULL},
	        {"If-Match: \"-3\"", 400, NULL},
	        {"If-Match: \"", 400, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ANSWER = CALL("PUT /t/things/a", "{\"id\": \"a\"}", cases[i].header);

		assert_int_equal(answer->status, cases[i].status);
		if (cases[i].etag)
			assert_string_equal(test_header(answer, "ETag"), cases[i].etag);
	}
}

API_TEST(a_body_is_read_by_its_record)
{
	static const struct {
		const char *body;
		int status;
		const char *path;
	} cases[] = {
	        {"{\"id\": \"a\", \"size\": 10, \"password\": \"secret word\"}", 200, NULL},
	        {"{\"id\": \"a\", \"size\": 11}", 400, "size"},
	        {"{\"size\": 4}", 400, "id"},
	        {"{\"id\": \"a\", \"other\": 1}", 400, "other"},
	        {"{\"id\": \"a\", \"password\": {\"sealed\": \"x\"}}", 400, "password"},
	        {"[]", 400, NULL},
	        {"{", 400, NULL},
	        {"", 400, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ANSWER = CALL("PUT /t/things/a", cases[i].body, "If-Match: *");

		if (answer->status != cases[i].status)
			FAIL_CASE("%s: %d " STR_FMT "\n", cases[i].body, answer->status, STR_ARG(answer->body));
		if (cases[i].path)
			assert_string_equal(test_text(answer, "path"), cases[i].path);
		assert_true(str_find(answer->body, STR("secret word")) < 0);
	}
}

API_TEST(a_body_of_another_kind_is_refused)
{
	static const struct {
		const char *what, *type;
		int status;
	} cases[] = {
	        {"PUT /t/things/a", "Content-Type: text/plain", 415},
	        {"PUT /t/things/a", "Content-Type: application/x-www-form-urlencoded", 415},
	        {"PUT /t/things/a", "Content-Type: Application/JSON; charset=utf-8", 200},
	        {"PUT /t/things/a", "Content-Type: application/merge-patch+json", 200},
	        {"POST /t/files/a", "Content-Type: message/rfc822", 200},
	        {"POST /t/files/a", "Content-Type: text/html", 415},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ANSWER = CALL(cases[i].what, "{\"id\": \"a\"}", cases[i].type, "If-Match: *");

		assert_int_equal(answer->status, cases[i].status);
	}
}

/* ---------------------------------------------------------------- what is answered */

API_TEST(a_failure_is_a_problem)
{
	static const struct {
		int code, status;
		const char *path;
	} cases[] = {
	        {E_INVALID, 400, "receive/port"},
	        {E_AUTH, 401, NULL},
	        {E_REFUSED, 403, NULL},
	        {E_NOT_FOUND, 404, NULL},
	        {E_CONFLICT, 409, "receive/port"},
	        {E_THROTTLED, 429, NULL},
	        {E_STOPPED, 503, NULL},
	        {E_TIMEOUT, 504, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char what[60];

		snprintf(what, sizeof what, "GET /t/fail?code=%d", cases[i].code);
		ANSWER = CALL(what, NULL);
		assert_int_equal(answer->status, cases[i].status);
		assert_string_equal(answer->type, "application/problem+json");
		assert_string_equal(test_text(answer, "detail"), "receive/port: went wrong");
		assert_string_equal(test_text(answer, "code"), error_word(cases[i].code));
		assert_string_equal(test_text(answer, "retry"), "later");
		assert_string_equal(test_header(answer, "Retry-After"), "2");
		assert_int_equal(test_has(answer, "path"), cases[i].path != NULL);
	}
}

static void drop_line(enum log_level level UNUSED, const char *line UNUSED)
{
}

API_TEST(strangers_do_not_see_what_failed_inside)
{
	char what[60];

	snprintf(what, sizeof what, "GET /t/fail?code=%d", E_STORE);
	log_set_sink(drop_line);
	struct test_answer *nobody CLEANUP(test_answer_freep) = test_api_call(api, &caller_nobody, what, NULL);
	ANSWER = CALL(what, NULL);
	log_set_sink(NULL);

	assert_int_equal(nobody->status, 503);
	assert_null(strstr(test_text(nobody, "detail"), "port"));
	assert_non_null(strstr(test_text(answer, "detail"), "port"));
}

API_TEST(a_path_is_found_or_not)
{
	struct test_answer *nothing CLEANUP(test_answer_freep) = CALL("GET /t/../etc/passwd", NULL);
	struct test_answer *method CLEANUP(test_answer_freep) = CALL("DELETE /t/things", NULL);
	struct test_answer *number CLEANUP(test_answer_freep) = CALL("GET /t/things/7x", NULL);

	assert_int_equal(nothing->status, 404);
	assert_int_equal(method->status, 405);
	assert_int_equal(number->status, 404);
}

API_TEST(what_is_known_already_is_not_sent_again)
{
	static const struct {
		const char *header;
		int status;
	} cases[] = {
	        {"If-None-Match: \"7\"", 304}, {"If-None-Match: \"1\", W/\"7\"", 304}, {"If-None-Match: *", 304},
	        {"If-None-Match: \"8\"", 200}, {"X-Forwarded-For: 198.51.100.7", 200},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ANSWER = CALL("GET /t/things/7", NULL, cases[i].header);

		assert_int_equal(answer->status, cases[i].status);
		assert_string_equal(test_header(answer, "ETag"), "\"7\"");
		assert_int_equal(answer->body.n > 0, cases[i].status == 200);
	}
}

API_TEST(a_file_goes_through_a_file)
{
	ANSWER = CALL("POST /t/files/..%2F%22Gr%C3%BC%C3%9Fe%22%0d%0a.txt", "From: a@b\n\nHello",
	              "Content-Type: message/rfc822");

	assert_int_equal(answer->status, 200);
	assert_str(answer->body, "From: a@b\n\nHello");
	assert_string_equal(test_header(answer, "Content-Disposition"),
	                    "attachment; filename=\".._"
	                    "_Gr__e___.txt\"; "
	                    "filename*=UTF-8''.._%22Gr%C3%BC%C3%9Fe%22__.txt");
}

API_TEST(a_stream_is_read_to_its_end)
{
	ticks_are_done = false;
	{
		ANSWER = CALL("GET /t/ticks", NULL);
		assert_true(test_stream_wait(answer, "tick"));
		assert_true(test_stream_wait(answer, NULL));
		assert_str(answer->body, "tick\ntick\ntick\n");
		assert_false(ticks_are_done);
	}
	assert_true(ticks_are_done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nobody_is_asked_to_sign_in),
	        cmocka_unit_test(a_missing_right_is_forbidden),
	        cmocka_unit_test(a_cookie_alone_changes_nothing),
	        cmocka_unit_test(a_query_is_checked_by_its_kinds),
	        cmocka_unit_test(a_list_is_read_page_by_page),
	        cmocka_unit_test(a_change_names_the_version_it_changes),
	        cmocka_unit_test(a_body_is_read_by_its_record),
	        cmocka_unit_test(a_body_of_another_kind_is_refused),
	        cmocka_unit_test(a_failure_is_a_problem),
	        cmocka_unit_test(strangers_do_not_see_what_failed_inside),
	        cmocka_unit_test(a_path_is_found_or_not),
	        cmocka_unit_test(what_is_known_already_is_not_sent_again),
	        cmocka_unit_test(a_file_goes_through_a_file),
	        cmocka_unit_test(a_stream_is_read_to_its_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
