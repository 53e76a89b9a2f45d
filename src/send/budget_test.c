/* Allowances of the last hour and day. */
#include "send/budget.h"

#include "base/clock.h"
#include "store/test_store.h"
#include "store/traffic.h"

#include "base/test.h"

#define NOW INT64_C(1700000400000) /* the begin of a slot */

static void sent(struct db *db, int64_t recipients, int64_t bytes, int64_t at)
{
	struct error err;

	assert_ok(traffic_add(db, "a", &(struct traffic){.messages = 1, .recipients = recipients, .bytes = bytes}, at,
	                      &err),
	          &err);
}

static struct budget_left ask(struct db *db, const struct budget *budget, int64_t now)
{
	struct budget_left left = {0};
	struct error err;

	assert_ok(budget_ask(db, "a", budget, now, &left, &err), &err);
	return left;
}

static void check_hours(struct store *store)
{
	const struct budget budget = {.messages_per_hour = 3, .messages_per_day = 5};
	struct db *db CLEANUP(db_closep) = NULL;
	struct budget_left left;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_int_equal(ask(db, &budget, NOW).messages, 3);
	sent(db, 1, 10, NOW);
	sent(db, 1, 10, NOW + MINUTES_MS(30));
	assert_int_equal(ask(db, &budget, NOW + MINUTES_MS(31)).messages, 1);
	sent(db, 1, 10, NOW + MINUTES_MS(31));
	left = ask(db, &budget, NOW + MINUTES_MS(32));
	assert_int_equal(left.messages, 0);
	assert_string_equal(left.spent, "messages_per_hour");
	/* the first slot's end, an hour later */
	assert_int_equal(left.send_at, NOW + MINUTES_MS(70));
	assert_int_equal(ask(db, &budget, left.send_at - 1).messages, 0);
	assert_int_equal(ask(db, &budget, left.send_at).messages, 1);
	/* of the day two are left when the hour is over */
	assert_int_equal(ask(db, &budget, NOW + HOURS_MS(3)).messages, 2);
	assert_int_equal(ask(db, &budget, NOW + HOURS_MS(26)).messages, 3);
}

static void messages_an_hour_and_a_day(void **state UNUSED)
{
	test_store_each(check_hours);
}

static void check_sizes(struct store *store)
{
	const struct budget budget = {.recipients_per_day = 10, .bytes_per_day = 1000};
	struct db *db CLEANUP(db_closep) = NULL;
	struct budget_left left;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	sent(db, 4, 300, NOW);
	left = ask(db, &budget, NOW);
	assert_int_equal(left.recipients, 6);
	assert_int_equal(left.bytes, 700);
	assert_true(left.messages > 0);
	sent(db, 1, 800, NOW);
	left = ask(db, &budget, NOW);
	assert_int_equal(left.messages, 0);
	assert_string_equal(left.spent, "send_mb_per_day");
	assert_true(ask(db, &(struct budget){0}, NOW).messages == INT64_MAX);
}

static void recipients_and_bytes_a_day(void **state UNUSED)
{
	test_store_each(check_sizes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(messages_an_hour_and_a_day),
	        cmocka_unit_test(recipients_and_bytes_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
