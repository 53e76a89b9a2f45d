/* What is read for minutes or hours ends with what let somebody read it. */
#include "api/test_operators.h"

#include "base/clock.h"
#include "events/events.h"
#include "store/event_data.h"
#include "store/sessions.h"
#include "store/test_store.h"
#include "store/traces.h"

#include "base/test.h"

/* Eve reads events and changes account support; Carl sees all accounts but others' own. */
static const char staff[] = "{'operators': {'eve': {'rights': ['events.read', 'accounts.read', 'accounts.manage'],"
                            "   'accounts': [{'account': 'support', 'manage': true}]},"
                            " 'carl': {'rights': ['events.read', 'accounts.read', 'accounts.manage']}}}";

static struct test_answer *open_as(struct test_operators *test, const char *who, const char *what, const char *accept)
{
	struct test_browser browser;
	struct test_answer *answer;

	test_enter(test, who, &browser);
	answer = test_api_call(test->api, NULL, what, NULL, browser.cookie, accept);
	assert_int_equal(answer->status, 200);
	return answer;
}

struct telling {
	struct work work;
	const char *kind, *author;
};

static int tell(struct work *work, struct db *db, struct error *err)
{
	const struct telling *t = (const struct telling *)(const void *)work;
	struct new_event event = {.kind = t->kind, .account = "support", .author = t->author, .at = clock_now_ms()};

	return event_add(db, &event, err);
}

/* What a stream shows of it and of no other event. Lives until the next one. */
static const char *happens(struct store *store, const char *kind)
{
	static char mark[32];
	static int count;
	struct telling telling = {.work = {.run = tell}, .kind = kind, .author = mark};
	struct error err;

	snprintf(mark, sizeof mark, "author-%d.", ++count);
	assert_ok(store_do(store, &telling.work, &err), &err);
	return mark;
}

/* ---------------------------------------------------------------- events */

static void check_rights(struct store *store)
{
	static const struct {
		const char *who, *change;
		bool ends;
	} cases[] = {
	        {"eve", "{'templates': {'ack': {'text': 'Hello'}}}", false},
	        {"eve", "{'accounts': {'sales': {'name': 'Sales'}}}", false},
	        {"eve", "{'operators': {'eve': {'rights': ['accounts.read'], 'accounts': [{'account': 'support'}]}}}",
	         true},
	        {"eve", "{'operators': {'eve': {'rights': ['events.read'], 'accounts': [{'account': 'sales'}]}}}",
	         true},
	        {"eve", "{'operators': {'eve': {'disabled': true}}}", true},
	        {"eve", "{'accounts': {'support': {'owner': 'carl'}}}", true},
	        {"carl", "{'accounts': {'eves': {'owner': 'eve'}}}", true}, /* saw all there were */
	};
	const struct events_options options = {.store = store, .sealer = &plain_sealer};
	struct test_operators test;
	struct events *events;
	struct error err;

	test_operators_init(&test, store);
	assert_ok(events_start(&options, &events, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct test_answer *live;
		const char *mark;

		test_operators_apply(&test, "{'accounts': {'support': {}}}");
		test_operators_apply(&test, staff);
		live = open_as(&test, cases[i].who, "GET /api/v1/events?kind=case.*", "Accept: text/event-stream");
		assert_true(test_stream_wait(live, happens(store, "case.created")));
		test_operators_apply(&test, cases[i].change);
		mark = happens(store, "case.updated");
		if (!test_stream_wait(live, cases[i].ends ? NULL : mark) ||
		    (cases[i].ends && str_find(live->body, str_of(mark)) >= 0))
			FAIL_CASE("%zu: " STR_FMT "\n", i, STR_ARG(live->body));
		test_answer_free(live);
	}
	events_stop(events);
	test_operators_done(&test);
}

static void a_stream_ends_where_other_things_may_be_seen(void **state UNUSED)
{
	test_store_each(check_rights);
}

static void check_sign_out(struct store *store)
{
	const struct events_options options = {.store = store, .sealer = &plain_sealer};
	struct test_answer *live, *stays;
	struct test_operators test;
	struct events *events;
	struct error err;

	test_operators_init(&test, store);
	test_operators_apply(&test, staff);
	assert_ok(events_start(&options, &events, &err), &err);
	live = open_as(&test, "eve", "GET /api/v1/events", "Accept: text/event-stream");
	stays = open_as(&test, "carl", "GET /api/v1/events", "Accept: text/event-stream");
	assert_int_equal(session_end_all(test.db, "eve", 0, &err), 1);
	assert_true(test_stream_wait(live, NULL));
	assert_true(test_stream_wait(stays, happens(store, "case.created")));
	test_answer_free(live);
	test_answer_free(stays);
	events_stop(events);
	test_operators_done(&test);
}

static void a_stream_ends_with_the_session(void **state UNUSED)
{
	test_store_each(check_sign_out);
}

/* ---------------------------------------------------------------- a trace */

static void check_transcript(struct store *store)
{
	static const char *const changes[] = {
	        "{'operators': {'eve': {'rights': ['events.read'], 'accounts': [{'account': 'support'}]}}}", NULL};
	struct test_operators test;
	struct error err;

	test_operators_init(&test, store);
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct test_answer *live;

		test_operators_apply(&test, staff);
		assert_int_equal(trace_set(test.db, TRACE_ACCOUNT, "support", 10, "anna", "", clock_now_ms(), &err), 1);
		assert_ok(trace_append(test.db, TRACE_ACCOUNT, "support", STR("C: one\n"), &err), &err);
		live = open_as(&test, "eve", "GET /api/v1/accounts/support/trace/transcript?follow=true", NULL);
		assert_true(test_stream_wait(live, "C: one"));
		if (changes[i])
			test_operators_apply(&test, changes[i]);
		else
			assert_true(session_end_all(test.db, "eve", 0, &err) > 0);
		assert_true(test_stream_wait(live, NULL));
		test_answer_free(live);
		assert_int_equal(trace_set(test.db, TRACE_ACCOUNT, "support", 0, "anna", "", clock_now_ms(), &err), 1);
	}
	test_operators_done(&test);
}

static void a_transcript_ends_with_who_follows_it(void **state UNUSED)
{
	test_store_each(check_transcript);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_stream_ends_where_other_things_may_be_seen),
	        cmocka_unit_test(a_stream_ends_with_the_session),
	        cmocka_unit_test(a_transcript_ends_with_who_follows_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
