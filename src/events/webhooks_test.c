/* What webhooks are owed, on both databases; what they are sent: tests/test_api_events.py. */
#include "events/webhooks.h"

#include "base/clock.h"
#include "store/test_store.h"

#include "base/test.h"

#define NOW INT64_C(1700000000000)

static const char document[] =
        "{\"accounts\":{\"support\":{\"name\":\"S\",\"send\":{\"address\":\"s@example.test\",\"host\":\"localhost\"}}},"
        "\"webhooks\":{"
        "\"all\":{\"url\":\"https://a.test/\",\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"},"
        "\"some\":{\"url\":\"https://a.test/\",\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\","
        "\"events\":[\"case.*\"],\"accounts\":[\"support\"]},"
        "\"off\":{\"url\":\"https://a.test/"
        "\",\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\",\"enabled\":false}}}";

static const struct stored_event events[] = {
        {.number = 1, .kind = "case.created", .account = "support", .data = STR_INIT("{}")},
        {.number = 2, .kind = "case.created", .account = "sales", .data = STR_INIT("{}")},
        {.number = 3, .kind = "outbox.sent", .account = "support", .data = STR_INIT("{}")},
        {.number = 4, .kind = "webhook.test", .account = "", .data = STR_INIT("{\"webhook\":\"some\"}")},
};

static struct setup *open_setup(struct db *db)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *json = json_loads(document, 0, NULL);
	struct setup *setup;
	struct error err;

	assert_non_null(json);
	assert_ok(setup_apply(db, &plain_sealer, json, "anna", false, &report, &err), &err);
	assert_ok(setup_load(db, &plain_sealer, &setup, &err), &err);
	json_decref(json);
	return setup;
}

static int64_t waiting(struct db *db, const char *webhook)
{
	int64_t n = -1;
	struct error err;

	assert_ok(delivery_waiting(db, webhook, &n, &err), &err);
	return n;
}

static void check_owed(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	struct setup *setup CLEANUP(setup_freep) = open_setup(db);
	for (int i = 0; i < 2; i++) /* once for each webhook and event, whatever happens */
		assert_ok(webhooks_owe(db, setup, events, ARRAY_LEN(events), &err), &err);
	assert_int_equal(waiting(db, "all"), 3);
	assert_int_equal(waiting(db, "some"), 2); /* of its account, and its test */
	assert_int_equal(waiting(db, "off"), 0);
}

static void each_webhook_is_owed_what_it_wants_once(void **state UNUSED)
{
	test_store_each(check_owed);
}

static void check_disabled(struct store *store)
{
	struct webhook_state gone = {.webhook = "all", .reason = "it answers 410"};
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	struct setup *setup CLEANUP(setup_freep) = open_setup(db);
	gone.disabled_at = clock_now_ms() + 10;
	assert_ok(webhook_state_put(db, &gone, &err), &err);
	assert_int_equal(webhook_is_disabled(db, "all", &err), 1);
	assert_ok(webhooks_owe(db, setup, events, ARRAY_LEN(events), &err), &err);
	assert_int_equal(waiting(db, "all"), 0);
	gone.disabled_at = NOW; /* before the record was changed */
	assert_ok(webhook_state_put(db, &gone, &err), &err);
	assert_int_equal(webhook_is_disabled(db, "all", &err), 0);
	assert_int_equal(webhook_is_disabled(db, "some", &err), 0);
}

static void what_disabled_itself_is_enabled_by_a_change(void **state UNUSED)
{
	test_store_each(check_disabled);
}

static void check_taken(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct delivery *list;
	struct delivery_try *tries;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(delivery_add(db, "w", 7, "case.created", NOW, &err), &err);
	assert_int_equal(delivery_due(db, "w", NOW - 1, 5, arena, &list, &err), 0);
	assert_int_equal(delivery_due(db, "w", NOW, 5, arena, &list, &err), 1);
	assert_int_equal(delivery_take(db, list[0].id, NOW, NOW + 1000, &err), 1);
	assert_int_equal(delivery_take(db, list[0].id, NOW, NOW + 1000, &err), 0);
	assert_int_equal(delivery_replay(db, "w", list[0].id, NOW, &err), 0);          /* it is being sent */
	assert_int_equal(delivery_due(db, "w", NOW + 1000, 5, arena, &list, &err), 1); /* interrupted */
	list[0].state = "failed";
	list[0].reason = "it answers 500";
	list[0].done_at = NOW + 5;
	assert_ok(delivery_write(db, &list[0], &(struct delivery_try){.at = NOW, .reason = "x", .answer = "no"}, &err),
	          &err);
	assert_int_equal(delivery_tries(db, list[0].id, arena, &tries, &err), 1);
	assert_string_equal(tries[0].answer, "no");
	assert_int_equal(delivery_replay_failed(db, "w", 7, NOW, &err), 0);
	assert_int_equal(delivery_replay_failed(db, "w", 6, NOW, &err), 1);
	assert_int_equal(waiting(db, "w"), 1);
	assert_int_equal(delivery_prune(db, NOW + 6, 10, &err), 0); /* it is wanted again */
	list[0].state = "delivered";
	assert_ok(delivery_write(db, &list[0], &(struct delivery_try){.at = NOW, .reason = "", .answer = ""}, &err),
	          &err);
	assert_int_equal(delivery_any_done_before(db, NOW + 6, &err), 1);
	assert_int_equal(delivery_prune(db, NOW + 6, 10, &err), 1);
	assert_int_equal(delivery_tries(db, list[0].id, arena, &tries, &err), 0);
}

static void a_delivery_is_taken_by_one_and_can_be_sent_again(void **state UNUSED)
{
	test_store_each(check_taken);
}

static void tries_go_on_for_three_days(void **state UNUSED)
{
	int64_t sum = 0;

	for (int64_t tries = 1; webhook_delay_ms(tries); tries++) {
		assert_true(webhook_delay_ms(tries) <= webhook_delay_ms(tries + 1) || tries == WEBHOOK_TRIES - 1);
		sum += webhook_delay_ms(tries);
	}
	assert_int_equal(webhook_delay_ms(1), 5000);
	assert_int_equal(webhook_delay_ms(13), HOURS_MS(10));
	assert_true(sum > HOURS_MS(72) && sum < HOURS_MS(80));
	assert_int_equal(webhook_pause_ms(1), 2000);
	assert_int_equal(webhook_pause_ms(100), MINUTES_MS(5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_webhook_is_owed_what_it_wants_once),
	        cmocka_unit_test(what_disabled_itself_is_enabled_by_a_change),
	        cmocka_unit_test(a_delivery_is_taken_by_one_and_can_be_sent_again),
	        cmocka_unit_test(tries_go_on_for_three_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
