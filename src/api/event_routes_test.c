/* The list of events, the stream, metrics. */
#include "api/test_api.h"

#include "base/clock.h"
#include "events/events.h"
#include "store/test_store.h"

#include <jansson.h>

#include "base/test.h"

struct adding {
	struct work work;
	const char *kind, *account;
};

static int run_adding(struct work *work, struct db *db, struct error *err)
{
	const struct adding *adding = (const struct adding *)(const void *)work;

	return event_add(
	        db, &(struct new_event){.kind = adding->kind, .account = adding->account, .at = clock_now_ms()}, err);
}

static void add(struct store *store, const char *kind, const char *account)
{
	struct adding adding = {.work = {.run = run_adding}, .kind = kind, .account = account};
	struct error err;

	assert_ok(store_do(store, &adding.work, &err), &err);
}

static struct events *start(struct store *store)
{
	const struct events_options options = {.store = store, .sealer = &plain_sealer, .source = "https://post.test"};
	struct events *events;
	struct error err;

	assert_ok(events_start(&options, &events, &err), &err);
	return events;
}

/* Waits until the last of three events is there. */
static void add_three(struct test_api *api, struct store *store)
{
	struct test_answer *live CLEANUP(test_answer_freep) =
	        test_api_call(api, &test_administrator, "GET /api/v1/events", NULL, "Accept: text/event-stream");

	assert_int_equal(live->status, 200);
	assert_string_equal(live->type, "text/event-stream");
	add(store, "case.created", "support");
	add(store, "outbox.sent", "sales");
	add(store, "case.updated", "support");
	assert_true(test_stream_wait(live, "id: 3\n"));
	assert_true(str_find(live->body, STR("\"type\":\"hauspost.outbox.sent\"")) > 0);
}

static void check_list(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct events *events = start(store);
	struct test_answer *answer;

	add_three(api, store);
	answer = test_api_call(api, &test_administrator, "GET /api/v1/events?limit=2", NULL);
	assert_int_equal(answer->status, 200);
	assert_string_equal(test_text(answer, "items/0/id"), "3");
	assert_string_equal(test_text(answer, "items/0/type"), "hauspost.case.updated");
	assert_string_equal(test_text(answer, "items/0/data/account"), "support");
	assert_string_equal(test_text(answer, "items/1/id"), "2");
	assert_true(test_has(answer, "next"));
	test_answer_free(answer);
	answer = test_api_call(api, &test_administrator, "GET /api/v1/events?after=1&kind=case.*", NULL);
	assert_string_equal(test_text(answer, "items/0/id"), "3");
	assert_int_equal(json_array_size(test_json(answer, "items")), 1);
	assert_false(test_has(answer, "next"));
	test_answer_free(answer);
	answer = test_api_call(api, &test_administrator, "GET /api/v1/events?kind=case.wonder", NULL);
	assert_int_equal(answer->status, 400);
	test_answer_free(answer);
	answer = test_api_call(api, &test_administrator, "GET /api/v1/events?after=1&order=desc", NULL);
	assert_int_equal(answer->status, 400);
	test_answer_free(answer);
	answer = test_api_call(api, &test_administrator, "GET /api/v1/events?case=SUP-1", NULL);
	assert_int_equal(answer->status, 404);
	test_answer_free(answer);
	events_stop(events);
}

static void events_are_listed_and_filtered(void **state UNUSED)
{
	test_store_each(check_list);
}

static void check_rights(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct events *events = start(store);
	struct test_caller sales, nobody;
	struct test_answer *answer;

	test_caller_init(&sales, "sven", RIGHT_BIT(RIGHT_EVENTS_READ) | RIGHT_BIT(RIGHT_METRICS_READ), "sales",
	                 ACCOUNT_READ);
	test_caller_init(&nobody, "nora", RIGHT_BIT(RIGHT_CASES_READ), "sales", ACCOUNT_READ);
	add_three(api, store);
	answer = test_api_call(api, &sales.caller, "GET /api/v1/events", NULL);
	assert_int_equal(json_array_size(test_json(answer, "items")), 1);
	assert_string_equal(test_text(answer, "items/0/data/account"), "sales");
	test_answer_free(answer);
	answer = test_api_call(api, &sales.caller, "GET /api/v1/events", NULL, "Accept: text/event-stream",
	                       "Last-Event-ID: 0");
	add(store, "automatic-mail.off", ""); /* nobody's: for those who see all */
	add(store, "case.created", "sales");
	assert_true(test_stream_wait(answer, "id: 5\n"));
	assert_true(str_find(answer->body, STR("id: 2\n")) > 0);
	assert_true(str_find(answer->body, STR("support")) < 0);
	assert_true(str_find(answer->body, STR("id: 4\n")) < 0);
	test_answer_free(answer);
	answer = test_api_call(api, &sales.caller, "GET /api/v1/events?account=support", NULL);
	assert_int_equal(answer->status, 404);
	test_answer_free(answer);
	answer = test_api_call(api, &nobody.caller, "GET /api/v1/events", NULL);
	assert_int_equal(answer->status, 403);
	test_answer_free(answer);
	answer = test_api_call(api, &sales.caller, "GET /metrics", NULL);
	assert_int_equal(answer->status, 403);
	test_answer_free(answer);
	events_stop(events);
}

static void nobody_sees_events_of_others(void **state UNUSED)
{
	test_store_each(check_rights);
}

static void check_metrics(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct events *events = start(store);
	struct test_answer *answer;

	add_three(api, store);
	answer = test_api_call(api, &test_administrator, "GET /metrics", NULL);
	assert_int_equal(answer->status, 200);
	assert_true(str_find(answer->body, STR("\nhauspost_messages_sent_total{account=\"sales\",result=\"sent\"} ")) >
	            0);
	assert_true(str_find(answer->body, STR("\nhauspost_build_info{version=\"" HAUSPOST_VERSION "\"} 1\n")) > 0);
	assert_true(str_find(answer->body, STR("\nhauspost_ledger_messages{state=\"parked\"} 0\n")) > 0);
	assert_true(str_find(answer->body, STR("\nprocess_open_fds ")) > 0);
	assert_true(str_find(answer->body, STR("\nhauspost_event_streams 0\n")) > 0);
	test_answer_free(answer);
	events_stop(events);
}

static void metrics_tell_how_things_stand(void **state UNUSED)
{
	test_store_each(check_metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(events_are_listed_and_filtered),
	        cmocka_unit_test(nobody_sees_events_of_others),
	        cmocka_unit_test(metrics_tell_how_things_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
