/* How an alert stands, its mails, and its test, over REST. */
#include "api/test_api.h"

#include "base/clock.h"
#include "events/events.h"
#include "store/status.h"
#include "store/test_store.h"

#include "base/test.h"

#define AS_ADMINISTRATOR(api, what, ...) test_api_call(api, &test_administrator, what, __VA_ARGS__)

static int must_be(struct test_api *api, const struct caller *caller, const char *what, const char *body)
{
	struct test_answer *answer CLEANUP(test_answer_freep) = test_api_call(api, caller, what, body);

	return answer->status;
}

static void create_alert(struct test_api *api)
{
	static const char *const records[][2] = {
	        {"POST /api/v1/accounts", "{\"id\": \"support\", \"receive\": {\"enabled\": false},"
	                                  " \"send\": {\"address\": \"s@example.test\", \"host\": \"localhost\"}}"},
	        {"POST /api/v1/alerts",
	         "{\"id\": \"admins\", \"to\": [\"ann@example.test\"], \"account\": \"support\"}"},
	        {"POST /api/v1/alerts",
	         "{\"id\": \"off\", \"to\": [\"ann@example.test\"], \"account\": \"support\", \"enabled\": false,"
	         " \"events\": [\"message.*\", \"listener.works\", \"sender.*\"]}"}};

	for (size_t i = 0; i < ARRAY_LEN(records); i++)
		assert_int_equal(must_be(api, &test_administrator, records[i][0], records[i][1]), 201);
}

struct happening {
	struct work work;
	const char *kind, *data;
};

static int run_happening(struct work *work, struct db *db, struct error *err)
{
	const struct happening *h = (const struct happening *)(const void *)work;
	const struct new_event event = {.kind = h->kind, .data = str_of(h->data), .at = clock_now_ms()};
	const struct status status = {.kind = "sender", .id = "support", .state = "failed", .error = ""};
	int r = event_add(db, &event, err);

	return r < 0 || strcmp(h->kind, "sender.failed") != 0 ? r : status_put(db, &status, err);
}

/* It happens, and what follows from it is done. */
static void happens(struct store *store, const char *kind, const char *data)
{
	struct happening happening = {.work = {.run = run_happening}, .kind = kind, .data = data};
	struct error err;

	if (kind)
		assert_ok(store_do(store, &happening.work, &err), &err);
	assert_ok(events_catch_up(store, &plain_sealer, NULL, "", &err), &err);
}

/* ---------------------------------------------------------------- how it stands */

static void check_state(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_answer *a;

	create_alert(api);
	a = AS_ADMINISTRATOR(api, "GET /api/v1/alerts/admins/state", NULL);
	assert_int_equal(a->status, 200);
	assert_int_equal(test_number(a, "mails"), 0);
	assert_false(test_has(a, "mailed_at"));
	assert_false(test_has(a, "next_at"));
	assert_string_equal(test_text(a, "sender"), "support");
	assert_true(str_find(a->body, STR("\"listener.failed\"")) > 0);
	assert_true(str_find(a->body, STR("case.created")) < 0);
	test_answer_free(a);

	happens(store, "listener.failed", "{\"listener\":\"post\",\"state\":\"failed\",\"error\":\"no answer\"}");
	happens(store, "inlet.failed", "{\"inlet\":\"door\",\"error\":\"\"}");
	a = AS_ADMINISTRATOR(api, "GET /api/v1/alerts/admins/state", NULL);
	assert_int_equal(test_number(a, "mails"), 1);
	assert_int_equal(test_number(a, "waiting"), 1); /* the second within a quarter of an hour */
	assert_true(test_has(a, "next_at"));
	assert_string_equal(test_text(a, "failing/0/subject"), "post");
	assert_string_equal(test_text(a, "failing/1/kind"), "inlet.failed");
	test_answer_free(a);

	happens(store, "inlet.works", "{\"inlet\":\"door\",\"error\":\"\"}");
	happens(store, "sender.failed", "{\"sender\":\"support\",\"state\":\"failed\",\"error\":\"\"}");
	a = AS_ADMINISTRATOR(api, "GET /api/v1/alerts/admins/state", NULL);
	assert_string_equal(test_text(a, "failing/1/kind"), "sender.failed");
	assert_true(json_is_true(test_json(a, "sender_fails")));
	test_answer_free(a);
}

static void an_alert_says_what_fails_and_when_it_mails(void **state UNUSED)
{
	test_store_each(check_state);
}

static void check_watches(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_answer *a;

	create_alert(api);
	a = AS_ADMINISTRATOR(api, "GET /api/v1/alerts/off/state", NULL);
	assert_true(str_find(a->body, STR("message.parked")) > 0);
	assert_true(str_find(a->body, STR("listener.works")) > 0); /* named alone */
	assert_true(str_find(a->body, STR("sender.failed")) > 0);
	assert_true(str_find(a->body, STR("sender.works")) < 0); /* beside its begin */
	assert_true(str_find(a->body, STR("message.filed")) < 0);
	test_answer_free(a);
}

static void it_names_what_it_tells_of_and_no_more(void **state UNUSED)
{
	test_store_each(check_watches);
}

/* ---------------------------------------------------------------- trying it */

static void check_test(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_answer *a;

	create_alert(api);
	happens(store, "listener.failed", "{\"listener\":\"post\",\"state\":\"failed\",\"error\":\"no answer\"}");
	assert_int_equal(must_be(api, &test_administrator, "POST /api/v1/alerts/admins/test", NULL), 204);
	happens(store, NULL, NULL); /* at once, though there was one just now */
	a = AS_ADMINISTRATOR(api, "GET /api/v1/alerts/admins/mails?limit=1", NULL);
	assert_int_equal(a->status, 200);
	assert_string_equal(test_text(a, "items/0/subject"), "[Hauspost] This is a test");
	assert_string_equal(test_text(a, "items/0/state"), "queued");
	assert_string_equal(test_text(a, "items/0/recipients/0/address"), "ann@example.test");
	assert_false(test_has(a, "items/1/subject"));
	const char *next = arena_printf(a->answer->arena, "GET /api/v1/alerts/admins/mails?limit=1&cursor=%s",
	                                test_text(a, "next"))
	                           .p;
	struct test_answer *b CLEANUP(test_answer_freep) = AS_ADMINISTRATOR(api, next, NULL);
	assert_string_equal(test_text(b, "items/0/subject"), "[Hauspost] Listener post can't read its mailbox");
	assert_false(test_has(b, "next"));
	test_answer_free(a);

	a = AS_ADMINISTRATOR(api, "GET /api/v1/audit?limit=1", NULL);
	assert_string_equal(test_text(a, "items/0/action"), "alert.test");
	assert_string_equal(test_text(a, "items/0/kind"), "alert");
	assert_string_equal(test_text(a, "items/0/id"), "admins");
	test_answer_free(a);
}

static void a_test_goes_out_at_once_and_is_noted(void **state UNUSED)
{
	test_store_each(check_test);
}

static void check_refused(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_caller room;
	const struct caller *eva =
	        test_caller_init(&room, "eva", RIGHT_BIT(RIGHT_WEBHOOKS_MANAGE), "support", ACCOUNT_MANAGE);
	struct test_answer *a;

	create_alert(api);
	assert_int_equal(must_be(api, &test_administrator, "POST /api/v1/alerts/off/test", NULL), 409);
	assert_int_equal(must_be(api, &test_administrator, "POST /api/v1/alerts/none/test", NULL), 404);
	assert_int_equal(must_be(api, eva, "POST /api/v1/alerts/admins/test", NULL), 404); /* not all accounts */
	assert_int_equal(must_be(api, eva, "GET /api/v1/alerts/admins/mails", NULL), 404);
	eva = test_caller_init(&room, "eva", RIGHT_BIT(RIGHT_LISTENERS_MANAGE), "support", ACCOUNT_MANAGE);
	assert_int_equal(must_be(api, eva, "GET /api/v1/alerts/admins/state", NULL), 403);
	a = test_api_call(api, &test_administrator, "POST /api/v1/alerts/admins/test", NULL, "Cookie: hauspost=x");
	assert_int_equal(a->status, 403); /* without the token against forged requests */
	test_answer_free(a);
	/* Deleted with all that was known of it. */
	assert_int_equal(must_be(api, &test_administrator, "POST /api/v1/alerts/admins/test", NULL), 204);
	happens(store, NULL, NULL);
	a = test_api_call(api, &test_administrator, "DELETE /api/v1/alerts/admins", NULL, "If-Match: *");
	assert_int_equal(a->status, 204);
	test_answer_free(a);
	assert_int_equal(must_be(api, &test_administrator, "POST /api/v1/alerts",
	                         "{\"id\": \"admins\", \"to\": [\"ann@example.test\"], \"account\": \"support\"}"),
	                 201);
	a = AS_ADMINISTRATOR(api, "GET /api/v1/alerts/admins/mails", NULL);
	assert_false(test_has(a, "items/0/id"));
	test_answer_free(a);
}

static void others_and_what_is_off_are_refused(void **state UNUSED)
{
	test_store_each(check_refused);
}

/* ---------------------------------------------------------------- what can't be told */

static void check_never(struct store *store)
{
	static const struct {
		const char *kind, *at;
	} cases[] = {{"message.filed", "alerts/round/events/2"},
	             {"alert.test", "alerts/round/events/2"},
	             {"listner.failed", "alerts/round/events/2"}};
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	char body[300];

	create_alert(api);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(body, sizeof body,
		         "{\"id\": \"round\", \"to\": [\"ann@example.test\"], \"account\": \"support\","
		         " \"events\": [\"message.held\", \"%s\"]}",
		         cases[i].kind);
		struct test_answer *a CLEANUP(test_answer_freep) = AS_ADMINISTRATOR(api, "POST /api/v1/alerts", body);
		assert_int_equal(a->status, 400);
		assert_string_equal(test_text(a, "path"), cases[i].at);
		assert_non_null(strstr(test_text(a, "detail"), cases[i].kind));
	}
}

static void what_is_never_told_is_refused_by_name(void **state UNUSED)
{
	test_store_each(check_never);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_alert_says_what_fails_and_when_it_mails),
	        cmocka_unit_test(it_names_what_it_tells_of_and_no_more),
	        cmocka_unit_test(a_test_goes_out_at_once_and_is_noted),
	        cmocka_unit_test(others_and_what_is_off_are_refused),
	        cmocka_unit_test(what_is_never_told_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
