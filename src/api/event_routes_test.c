/* The list of events, the stream, metrics. */
#include "api/test_api.h"

#include "base/clock.h"
#include "events/events.h"
#include "store/statistics.h"
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
	answer = test_api_call(api, &test_administrator, "GET /api/v1/events?after=4",
	                       NULL); /* of a store that is gone */
	assert_int_equal(answer->status, 400);
	assert_true(str_find(answer->body, STR("the newest is 3")) > 0);
	test_answer_free(answer);
	answer = test_api_call(api, &test_administrator, "GET /api/v1/events", NULL, "Accept: text/event-stream",
	                       "Last-Event-ID: 4");
	assert_true(test_stream_wait(answer, "id: 3\nevent: restored\ndata: {\"after\":4,\"last\":3}\n\n"));
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

static int run_counts(struct work *work UNUSED, struct db *db, struct error *err)
{
	int64_t now = clock_now_ms();
	int r = statistic_add(db, "sent", "sales", now, 3, err);

	if (r == 0)
		r = statistic_add(db, "sent", "support", now, 4, err);
	if (r == 0)
		r = statistic_add(db, "latency", "sales/500", now, 90, err);
	if (r == 0)
		r = statistic_add(db, "latency", "sales/5000", now, 10, err);
	if (r == 0)
		r = statistic_note(db, "queued", "sales", now, 5, err);
	return r < 0 ? r : statistic_note(db, "queued", "sales", now, 2, err);
}

/* All of a series together. */
static int64_t total(const struct test_answer *answer, const char *series)
{
	const json_t *all = test_json(answer, "series"), *item;
	size_t at;
	int64_t sum = 0;

	json_array_foreach (all, at, item) {
		const json_t *values = json_object_get(item, "values"), *value;
		size_t i;

		if (strcmp(json_string_value(json_object_get(item, "series")), series) != 0)
			continue;
		json_array_foreach (values, i, value)
			sum += json_integer_value(value);
	}
	return sum;
}

static void check_statistics(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct work work = {.run = run_counts};
	struct test_caller sales;
	struct test_answer *answer;
	struct error err;

	assert_ok(store_do(store, &work, &err), &err);
	answer = test_api_call(api, &test_administrator, "GET /api/v1/statistics", NULL);
	assert_int_equal(answer->status, 200);
	assert_int_equal(test_number(answer, "step_s"), 300);
	assert_int_equal(total(answer, "sent"), 7);
	assert_int_equal(total(answer, "queued"), 5);
	assert_true(total(answer, "latency_p50") > 250 && total(answer, "latency_p50") <= 500);
	assert_true(total(answer, "latency_p95") > 2500 && total(answer, "latency_p95") <= 5000);
	assert_int_equal(total(answer, "latency_all_p50"), total(answer, "latency_p50"));
	assert_int_equal(total(answer, "latency_all_p95"), total(answer, "latency_p95"));
	test_answer_free(answer);
	test_caller_init(&sales, "sven", RIGHT_BIT(RIGHT_LISTENERS_READ), "sales", ACCOUNT_READ);
	answer = test_api_call(api, &sales.caller, "GET /api/v1/statistics?step=3600", NULL);
	assert_int_equal(test_number(answer, "step_s"), 3600);
	assert_int_equal(total(answer, "sent"), 3);
	test_answer_free(answer);
	answer = test_api_call(api, &test_administrator, "GET /api/v1/statistics?from=2026-11-21&to=2026-11-20", NULL);
	assert_int_equal(answer->status, 400);
	test_answer_free(answer);
}

static void counts_over_time_are_those_of_the_callers_accounts(void **state UNUSED)
{
	test_store_each(check_statistics);
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
	        cmocka_unit_test(counts_over_time_are_those_of_the_callers_accounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
