/* Runs, as a session makes them, on both databases: a failing mail harms no other, nothing is lost or handled twice. */
#include "intake/test_office.h"

#include "store/cases.h"
#include "store/folders.h"
#include "store/outbox.h"

#include <stdio.h>

#include "base/test.h"

/* The position fell behind the ledger (a server that took its old UIDVALIDITY up again, a second reader). */
static void check_met_again(struct store *store)
{
	struct intake_run *run;
	struct office o;

	open_office(&o, store);
	for (uint32_t uidvalidity = 7; uidvalidity <= 8; uidvalidity++) {
		run = begin_run(&o, uidvalidity, false);
		submit(&o, run, 1, mail(&o, "ann", "g1", "one", "", "1"));
		assert_ok(intake_finish(run, &o.err), &o.err);
		intake_run_free(run);
	}
	run = begin_run(&o, 7, false);
	submit(&o, run, 1, mail(&o, "ann", "g1", "one", "", "1"));
	submit(&o, run, 2, mail(&o, "ann", "g2", "two", "", "2"));
	assert_ok(intake_finish(run, &o.err), &o.err);
	assert_int_equal(intake_run_counts(run).messages, 1);
	intake_run_free(run);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM cases"), 2);
	assert_int_equal(count(&o, "SELECT uid FROM folder WHERE uidvalidity = 7"), 2);
	close_office(&o);
}

/* A folder whose mail is handled although it came another way before: renumbered, it is known by its own rows. */
static void check_own_rows(struct store *store)
{
	struct intake_options options = {.store = store, .folder_id = 77};
	struct intake_run *run;
	struct office o;
	struct str raw;

	open_office(&o, store);
	options.setup = o.setup;
	options.listener = setup_listener(o.setup, "other");
	raw = mail(&o, "ann", "o1", "one", "", "1");
	must_become(&o, raw, "created");
	assert_ok(db_exec(o.db, "INSERT INTO folder (id, account, name) VALUES (77, 'support', 'Other')", DB_NO_ARGS,
	                  &o.err),
	          &o.err);
	for (options.uidvalidity = 7; options.uidvalidity <= 8; options.uidvalidity++) {
		assert_ok(intake_run_new(&options, &run, &o.err), &o.err);
		submit(&o, run, 1, raw);
		assert_ok(intake_finish(run, &o.err), &o.err);
		assert_int_equal(intake_run_counts(run).seen_before, options.uidvalidity == 8);
		intake_run_free(run);
	}
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM cases"), 2);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE data LIKE '%\"ledger\":0}'"), 0);
	close_office(&o);
}

static void a_renumbered_folder_knows_its_own_rows(void **state UNUSED)
{
	test_store_each(check_own_rows);
}

static void mail_that_the_ledger_has_is_passed_over(void **state UNUSED)
{
	test_store_each(check_met_again);
}
static void check_run(struct store *store)
{
	struct intake_run *run;
	struct intake_counts counts;
	struct folder folder;
	uint32_t uids[100];
	struct office o;
	char id[16];
	size_t n;

	open_office(&o, store);
	run = begin_run(&o, 7, false);
	for (uint32_t uid = 1; uid <= 60; uid++) {
		snprintf(id, sizeof id, "r%u", uid);
		submit(&o, run, uid, mail(&o, "ann", id, uid % 10 == 0 ? "invoice" : "Help", "", id));
	}
	assert_ok(intake_finish(run, &o.err), &o.err);
	n = intake_collect(run, uids, ARRAY_LEN(uids));
	assert_int_equal(n, 54); /* the parked ones stay as they are on the server */
	for (size_t i = 1; i < n; i++)
		assert_true(uids[i] > uids[i - 1]);
	assert_int_equal(intake_collect_parked(run, uids, ARRAY_LEN(uids)), 6);
	counts = intake_run_counts(run);
	assert_int_equal(counts.messages, 60);
	assert_int_equal(counts.created, 54);
	assert_int_equal(counts.parked, 6);
	intake_run_free(run);
	assert_int_equal(folder_find(o.db, "support", "INBOX", &folder, &o.err), 1);
	assert_int_equal(folder.uid, 60);
	assert_int_equal(folder.uidvalidity, 7);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger"), 60);
	close_office(&o);
}

static void a_failing_mail_harms_no_other_of_its_batch(void **state UNUSED)
{
	test_store_each(check_run);
}

static void check_renumbering(struct store *store)
{
	struct intake_run *run;
	struct office o;

	open_office(&o, store);
	run = begin_run(&o, 7, false);
	submit(&o, run, 1, mail(&o, "ann", "u1", "one", "", "1"));
	submit(&o, run, 2, mail(&o, "ann", "u2", "two", "", "2"));
	assert_ok(intake_finish(run, &o.err), &o.err);
	intake_run_free(run);
	run = begin_run(&o, 8, false);
	submit(&o, run, 1, mail(&o, "ann", "u2", "two", "", "2"));
	submit(&o, run, 2, mail(&o, "ann", "u1", "one", "", "1"));
	submit(&o, run, 3, mail(&o, "ann", "u3", "three", "", "3"));
	assert_ok(intake_finish(run, &o.err), &o.err);
	assert_int_equal(intake_run_counts(run).seen_before, 2);
	assert_int_equal(intake_run_counts(run).created, 1);
	intake_run_free(run);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM cases"), 3);
	close_office(&o);
}

static void a_renumbered_folder_brings_nothing_twice(void **state UNUSED)
{
	test_store_each(check_renumbering);
}

static void check_careful(struct store *store)
{
	struct intake_run *run;
	struct office o;

	open_office(&o, store);
	run = begin_run(&o, 7, false);
	submit(&o, run, 1, mail(&o, "ann", "c1", "one", "", "1"));
	assert_ok(intake_finish(run, &o.err), &o.err);
	intake_run_free(run);

	/* Met again after an unclean stop: handled mail is passed over, new mail is not. */
	run = begin_run(&o, 7, true);
	submit(&o, run, 1, mail(&o, "ann", "c1", "one", "", "1"));
	submit(&o, run, 2, mail(&o, "ann", "c2", "two", "", "2"));
	assert_ok(intake_finish(run, &o.err), &o.err);
	assert_int_equal(intake_run_counts(run).messages, 1);
	intake_run_free(run);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM cases"), 2);

	/* A mail that the process died of three times is parked unread. */
	assert_ok(db_exec(o.db,
	                  "INSERT INTO ledger (id, listener, folder_id, uidvalidity, uid, state, outcome, answer, "
	                  "category, reason, tries, "
	                  "message_ident, content_key, size, received_at) VALUES (900000, 'inbox', $1, 7, 3, "
	                  "'received', '', '', '', '', 3, '', 0, 1, 1)",
	                  DB_ARGS(DB_INT(o.folder_id)), &o.err),
	          &o.err);
	run = begin_run(&o, 7, true);
	submit(&o, run, 3, mail(&o, "ann", "c3", "deadly", "", "3"));
	assert_ok(intake_finish(run, &o.err), &o.err);
	assert_int_equal(intake_run_counts(run).parked, 1);
	intake_run_free(run);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger WHERE state = 'parked' AND category = 'crash' AND "
	                           "message_id IS NOT NULL"),
	                 1);
	/* Written ahead, and gone before it was handled. */
	assert_ok(db_exec(o.db, "UPDATE ledger SET state = 'received' WHERE uid = 3", DB_NO_ARGS, &o.err), &o.err);
	assert_ok(ledger_park_vanished(o.db, o.folder_id, 7, UINT32_MAX, 1, &o.err), &o.err);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger WHERE state = 'parked' AND category = 'gone'"), 1);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM cases"), 2);
	close_office(&o);
}

static void after_an_unclean_stop_nothing_is_lost_or_doubled(void **state UNUSED)
{
	test_store_each(check_careful);
}

static void check_unfetched(struct store *store)
{
	struct intake_run *run;
	struct folder folder;
	uint32_t uids[10];
	struct office o;

	open_office(&o, store);
	run = begin_run(&o, 7, false);
	submit_without_mail(&o, run, 1, INCOMING_FAILED);
	submit_without_mail(&o, run, 2, INCOMING_FAILED);
	submit(&o, run, 3, mail(&o, "ann", "f3", "three", "", "3"));
	end_run(&o, run);
	assert_int_equal(folder_find(o.db, "support", "INBOX", &folder, &o.err), 1);
	assert_int_equal(folder.uid, 3);
	assert_int_equal(ledger_unfetched(o.db, folder.id, 7, INT64_MAX, uids, ARRAY_LEN(uids), &o.err), 2);
	assert_int_equal(uids[0], 1);
	assert_int_equal(intake_retry_due(store, o.setup, NULL, &o.err), 0); /* nothing of it is here */

	run = begin_run_again(&o, 7);
	submit(&o, run, 1, mail(&o, "ann", "f1", "one", "", "1"));
	submit_without_mail(&o, run, 2, INCOMING_GONE);
	end_run(&o, run);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM cases"), 2);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger"), 3);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger WHERE state = 'parked' AND category = 'gone'"), 1);
	assert_int_equal(ledger_unfetched(o.db, folder.id, 7, INT64_MAX, uids, ARRAY_LEN(uids), &o.err), 0);
	assert_int_equal(folder_find(o.db, "support", "INBOX", &folder, &o.err), 1);
	assert_int_equal(folder.uid, 3);
	close_office(&o);
}

static void mail_that_cannot_be_fetched_is_fetched_later(void **state UNUSED)
{
	test_store_each(check_unfetched);
}

/* As a process leaves the row that ended while it handled the mail again, at its last try. */
static void check_deadly_again(struct store *store)
{
	struct ledger_row row;
	struct office o;

	open_office(&o, store);
	take_in(&o, mail(&o, "ann", "d1", "invoice", "", "1"));
	row = newest_row(&o);
	assert_int_equal(ledger_retry(o.db, row.id, 1, &o.err), 1);
	assert_int_equal(intake_retry_due(store, o.setup, NULL, &o.err), 0);
	row = newest_row(&o);
	assert_string_equal(row.state, "parked"); /* the usual way: its one try counts once */
	assert_int_equal(row.tries, 1);

	assert_ok(db_exec(o.db, "UPDATE ledger SET state = 'failed', tries = 99, next_try_at = 1", DB_NO_ARGS, &o.err),
	          &o.err);
	assert_int_equal(intake_retry_due(store, o.setup, NULL, &o.err), 0);
	row = newest_row(&o);
	assert_string_equal(row.state, "parked");
	assert_string_equal(row.category, "crash");
	assert_int_equal(row.tries, 99);
	close_office(&o);
}

static void stored_mail_that_ends_the_process_is_parked(void **state UNUSED)
{
	test_store_each(check_deadly_again);
}

static void check_too_large(struct store *store)
{
	struct intake_run *run;
	struct ledger_row row;
	uint32_t uids[10];
	struct office o;

	open_office(&o, store);
	run = begin_run(&o, 7, false);
	submit_without_mail(&o, run, 1, INCOMING_TOO_LARGE);
	end_run(&o, run);
	row = newest_row(&o);
	assert_string_equal(row.state, "parked");
	assert_string_equal(row.outcome, "too-large");
	assert_int_equal(ledger_unmoved(o.db, o.folder_id, 7, uids, ARRAY_LEN(uids), &o.err), 1);
	assert_int_equal(ledger_retry(o.db, row.id, 1, &o.err),
	                 1); /* the limit was raised: fetched when the listener reads next */
	assert_int_equal(ledger_unfetched(o.db, o.folder_id, 7, INT64_MAX, uids, ARRAY_LEN(uids), &o.err), 1);
	run = begin_run_again(&o, 7);
	submit(&o, run, 1, mail(&o, "ann", "f1", "one", "", "1"));
	end_run(&o, run);
	assert_string_equal(newest_row(&o).outcome, "created");
	close_office(&o);
}

static void too_large_mail_is_parked_and_may_be_fetched_after_all(void **state UNUSED)
{
	test_store_each(check_too_large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(mail_that_the_ledger_has_is_passed_over),
	        cmocka_unit_test(a_renumbered_folder_knows_its_own_rows),
	        cmocka_unit_test(a_failing_mail_harms_no_other_of_its_batch),
	        cmocka_unit_test(a_renumbered_folder_brings_nothing_twice),
	        cmocka_unit_test(mail_that_cannot_be_fetched_is_fetched_later),
	        cmocka_unit_test(stored_mail_that_ends_the_process_is_parked),
	        cmocka_unit_test(too_large_mail_is_parked_and_may_be_fetched_after_all),
	        cmocka_unit_test(after_an_unclean_stop_nothing_is_lost_or_doubled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
