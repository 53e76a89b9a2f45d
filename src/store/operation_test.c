/* Throttles, pauses, states and counts, on both databases. */
#include "base/clock.h"
#include "store/traffic.h"
#include "store/status.h"
#include "store/test_store.h"
#include "store/throttles.h"

#include "base/test.h"

#define NOW INT64_C(1700000000000)

static int64_t count(struct db *db, const char *sql)
{
	struct error err;
	int64_t n = -1;

	assert_int_equal(db_query_int(db, sql, DB_NO_ARGS, &n, &err), 1);
	return n;
}

static void check_named_time(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t until = 0;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(throttle_raise(db, "a", 5000, "slow", NOW, &until, &err), &err);
	assert_int_equal(until, NOW + 5000);
	/* a second listener hears it, too: one request, not two in a row */
	assert_ok(throttle_raise(db, "a", 3000, "slow", NOW + 1000, &until, &err), &err);
	assert_int_equal(until, NOW + 5000);
	assert_int_equal(count(db, "SELECT level FROM throttle"), 1);
	assert_int_equal(count(db, "SELECT COUNT(*) FROM event WHERE kind = 'account.throttled'"), 1);
	assert_int_equal(throttle_end(db, "a", NOW + 4999, &err), 0);
	assert_int_equal(throttle_end(db, "a", NOW + 5000, &err), 1);
	assert_int_equal(throttle_end(db, "a", NOW + 5000, &err), 0);
	assert_ok(throttle_raise(db, "lifted", HOURS_MS(900), "slow down", NOW, &until, &err), &err);
	assert_int_equal(until, NOW + HOURS_MS(24)); /* whatever was named */
	assert_int_equal(throttle_lift(db, "lifted", NOW + 1, &err), 1);
	assert_int_equal(throttle_lift(db, "lifted", NOW + 1, &err), 0);
	assert_int_equal(count(db, "SELECT COUNT(*) FROM event WHERE kind = 'account.resumed'"), 2);
	assert_ok(throttle_until(db, "a", NOW, &until, &err), &err);
	assert_int_equal(until, 0);
}

static void a_named_time_is_kept(void **state UNUSED)
{
	test_store_each(check_named_time);
}

static void check_growing(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t now = NOW, until = 0;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	for (int level = 1; level <= 9; level++) {
		int64_t least = throttle_wait_ms(level);

		assert_ok(throttle_raise(db, "a", 0, "slow", now, &until, &err), &err);
		assert_true(until - now >= least && until - now <= least + least / 4);
		now = until;
	}
	assert_int_equal(throttle_wait_ms(9), HOURS_MS(1));
	/* nor is a time believed for ever that never is enough */
	assert_ok(throttle_raise(db, "a", 10, "slow", now, &until, &err), &err);
	assert_true(until - now >= MINUTES_MS(30));
}

static void without_a_time_it_grows(void **state UNUSED)
{
	test_store_each(check_growing);
}

static void check_pauses(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_int_equal(pause_set(db, "listener", "x", true, "me", NOW, &err), 1);
	assert_int_equal(pause_set(db, "listener", "x", true, "me", NOW, &err), 0);
	assert_int_equal(pause_is(db, "listener", "x", &err), 1);
	assert_int_equal(pause_is(db, "account", "x", &err), 0);
	assert_int_equal(pause_set(db, "listener", "x", false, "me", NOW, &err), 1);
	assert_int_equal(pause_set(db, "listener", "x", false, "me", NOW, &err), 0);
	assert_int_equal(count(db, "SELECT COUNT(*) FROM event WHERE kind LIKE 'listener.%paused'"), 2);
}

static void a_pause_is_said_once(void **state UNUSED)
{
	test_store_each(check_pauses);
}

struct sum {
	int64_t slots, messages, bytes;
};

static void add(void *ctx, int64_t slot UNUSED, const struct traffic *t)
{
	struct sum *sum = ctx;

	sum->slots++;
	sum->messages += t->messages;
	sum->bytes += t->bytes;
}

static void sent(struct db *db, const char *account, int64_t bytes, int64_t at)
{
	struct error err;

	assert_ok(traffic_add(db, account, &(struct traffic){.messages = 1, .recipients = 1, .bytes = bytes}, at, &err),
	          &err);
}

static void check_counts(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct sum sum = {0};
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	sent(db, "a", 100, NOW);
	sent(db, "a", 10, NOW + 1000);
	sent(db, "b", 7, NOW);
	sent(db, "a", 1, NOW + HOURS_MS(2));
	assert_ok(traffic_each(db, "a", NOW - 1, add, &sum, &err), &err);
	assert_int_equal(sum.slots, 2);
	assert_int_equal(sum.messages, 3);
	assert_int_equal(sum.bytes, 111);
	sent(db, "a", 1, NOW + HOURS_MS(60));
	assert_int_equal(count(db, "SELECT COUNT(*) FROM traffic WHERE account = 'a'"), 1);
	assert_int_equal(count(db, "SELECT COUNT(*) FROM traffic"), 2);
}

static void what_is_sent_is_counted_by_slots(void **state UNUSED)
{
	test_store_each(check_counts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_named_time_is_kept),
	        cmocka_unit_test(without_a_time_it_grows),
	        cmocka_unit_test(a_pause_is_said_once),
	        cmocka_unit_test(what_is_sent_is_counted_by_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
