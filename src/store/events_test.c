/* Numbers of events, on both databases. */
#include "store/events.h"
#include "store/test_store.h"

#include "base/test.h"

#define NOW INT64_C(1700000000000)

static int64_t last_number(struct db *db)
{
	int64_t first, last;
	struct error err;

	assert_ok(events_range(db, &first, &last, &err), &err);
	return last;
}

/* Numbers what waits, in a transaction; returns how many. */
static int number_all(struct db *db, struct arena *arena, struct stored_event **ret_events)
{
	struct error err;
	int n;

	assert_ok(db_begin(db, &err), &err);
	n = events_number(db, 100, NULL, NULL, arena, ret_events, &err);
	assert_ok(n, &err);
	assert_ok(db_commit(db, &err), &err);
	return n;
}

static void add(struct db *db, const char *kind, int64_t at)
{
	struct error err;

	assert_ok(event_add(db, &(struct new_event){.kind = kind, .account = "a", .at = at}, &err), &err);
}

static void check_late_commit(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *slow CLEANUP(db_closep) = NULL, *quick CLEANUP(db_closep) = NULL;
	struct stored_event *events;
	struct error err;

	assert_ok(store_connect(store, &slow, &err), &err);
	assert_ok(store_connect(store, &quick, &err), &err);
	if (db_kind(slow) == DB_SQLITE) /* has one writer at a time */
		return;
	assert_ok(db_begin(slow, &err), &err);
	add(slow, "first.begun", NOW);
	add(quick, "first.seen", NOW + 1);
	assert_int_equal(number_all(quick, arena, &events), 1);
	assert_string_equal(events[0].kind, "first.seen");
	assert_int_equal(events[0].number, 1);
	assert_ok(db_commit(slow, &err), &err);
	assert_int_equal(number_all(quick, arena, &events), 1);
	assert_string_equal(events[0].kind, "first.begun");
	assert_int_equal(events[0].number, 2);
}

static void what_is_committed_late_gets_a_later_number(void **state UNUSED)
{
	test_store_each(check_late_commit);
}

static void check_undone(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct stored_event *events;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	add(db, "a.b", NOW);
	assert_ok(db_begin(db, &err), &err);
	assert_int_equal(events_number(db, 100, NULL, NULL, arena, &events, &err), 1);
	db_rollback(db);
	assert_int_equal(last_number(db), 0);
	assert_int_equal(events_waiting(db, &err), 1);
	assert_int_equal(number_all(db, arena, &events), 1);
	assert_int_equal(number_all(db, arena, &events), 0);
	assert_int_equal(last_number(db), 1);
}

static void an_undone_numbering_leaves_no_gap(void **state UNUSED)
{
	test_store_each(check_undone);
}

static void check_lists(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct event_query query = {.max = 2, .descending = true};
	struct db *db CLEANUP(db_closep) = NULL;
	struct stored_event *events;
	int64_t first, last;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	for (int i = 0; i < 5; i++)
		add(db, "a.b", NOW + i);
	assert_int_equal(events_list(db, &query, arena, &events, &err), 0); /* not yet */
	assert_int_equal(number_all(db, arena, &events), 5);
	assert_int_equal(events_list(db, &query, arena, &events, &err), 2);
	assert_int_equal(events[0].number, 5);
	query = (struct event_query){.from = 3, .max = 10};
	assert_int_equal(events_list(db, &query, arena, &events, &err), 2);
	assert_int_equal(events[0].number, 4);
	assert_string_equal(events[0].account, "a");
	assert_str(events[0].data, "{}");
	assert_int_equal(events_prune(db, NOW + 3, 2, &err), 2); /* in portions */
	assert_int_equal(events_prune(db, NOW + 3, 100, &err), 1);
	assert_int_equal(events_prune(db, NOW + 3, 100, &err), 0);
	assert_ok(events_range(db, &first, &last, &err), &err);
	assert_int_equal(first, 4);
	assert_int_equal(last, 5);
	assert_int_equal(events_prune(db, NOW + 30, 100, &err), 2);
	add(db, "a.b", NOW + 40);
	assert_int_equal(number_all(db, arena, &events), 1);
	assert_int_equal(events[0].number, 6); /* no number is given twice */
}

static void lists_go_both_ways_and_old_ones_are_forgotten(void **state UNUSED)
{
	test_store_each(check_lists);
}

static void give_account(void *ctx, struct stored_event *event)
{
	event->account = ctx;
}

static void check_accounts(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct stored_event *events;
	struct error err;
	char sales[] = "sales";

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(
	        db_script(
	                db,
	                "INSERT INTO message (id, direction, account, message_ident, from_address, from_name, to_text,"
	                " subject, automatic, date, created_at, size, evidence, body_text)"
	                " VALUES (7, 'in', 'support', 'x', '', '', '', '', 'none', 0, 0, 0, '', '')",
	                &err),
	        &err);
	assert_ok(db_begin(db, &err), &err);
	assert_ok(event_insert(db, "message.filed", 0, 7, STR("{}"), NOW, &err), &err);
	assert_ok(event_insert(db, "listener.failed", 0, 0, STR("{}"), NOW + 1, &err), &err);
	assert_int_equal(events_number(db, 10, give_account, sales, arena, &events, &err), 2);
	assert_ok(db_commit(db, &err), &err);
	assert_string_equal(events[0].account, "support");
	assert_string_equal(events[1].account, "sales");
}

static void an_event_belongs_to_the_account_of_its_message(void **state UNUSED)
{
	test_store_each(check_accounts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_committed_late_gets_a_later_number),
	        cmocka_unit_test(an_undone_numbering_leaves_no_gap),
	        cmocka_unit_test(lists_go_both_ways_and_old_ones_are_forgotten),
	        cmocka_unit_test(an_event_belongs_to_the_account_of_its_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
