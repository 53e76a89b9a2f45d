/* What is counted for charts: the length of queues. */
#include "store/statistics.h"

#include "store/messages.h"
#include "store/outbox.h"
#include "store/test_outbox.h"
#include "store/test_store.h"

#include "base/test.h"

#define AT (INT64_C(1000) * STATISTIC_LONG_MS)

static void add_mail(struct db *db, const char *account, const char *state)
{
	test_outbox_add(db, &(struct outbox_row){.account = account, .state = state}, "m@x");
}

static void note(void *ctx, const struct statistic *s)
{
	if (strcmp(s->series, "queued") == 0)
		buf_printf(ctx, "%s:%lld ", s->name, (long long)s->value);
}

static void check_queues(struct store *store)
{
	struct buf said CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_int_equal(statistic_any_queue(db, &err), 0);
	assert_int_equal(statistic_note_queues(db, AT, &err), 0);
	add_mail(db, "shop", "queued");
	add_mail(db, "shop", "later");
	add_mail(db, "shop", "sent");
	add_mail(db, "desk", "failed");
	assert_int_equal(statistic_any_queue(db, &err), 1);
	assert_int_equal(statistic_note_queues(db, AT, &err), 1);
	add_mail(db, "desk", "queued");
	assert_int_equal(statistic_note_queues(db, AT + 1, &err), 2);
	assert_int_equal(statistic_each(db, STATISTIC_SHORT_MS, AT, AT + STATISTIC_SHORT_MS, 100, note, &said, &err),
	                 2);
	assert_true(str_eq(buf_str(&said), STR("desk:1 shop:2 ")));
}

static void queues_are_noted_by_account(void **state UNUSED)
{
	test_store_each(check_queues);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(queues_are_noted_by_account)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
