/* What each kind of mail becomes, on both databases. */
#include "intake/test_office.h"

#include "store/cases.h"
#include "store/folders.h"
#include "store/messages.h"
#include "store/outbox.h"

#include <stdio.h>

#include "base/test.h"

/* ---------------------------------------------------------------- cases */

static void check_opening(struct store *store)
{
	struct outbox_row *outbox;
	struct stored_case c;
	struct office o;

	open_office(&o, store);
	must_become(&o, mail(&o, "ann", "a1", "Help", "", "please"), "created");
	assert_string_equal(o.number, "SUP-00001");
	assert_int_equal(case_find_number(o.db, STR("SUP-00001"), o.arena, &c, &o.err), 1);
	assert_string_equal(c.status, "open");
	assert_str(c.subject, "Help");
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM contact_address WHERE address = 'ann@example.org'"), 1);
	assert_int_equal(outbox_list(o.db, NULL, 10, o.arena, &outbox, &o.err), 1);
	assert_string_equal(outbox[0].recipients[0].address, "ann@example.org");
	assert_string_equal(newest_row(&o).answer, "queued");
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE kind = 'case.created'"), 1);
	close_office(&o);
}

static void a_new_mail_opens_a_case_and_is_acknowledged(void **state UNUSED)
{
	test_store_each(check_opening);
}

static void check_reply(struct store *store)
{
	struct office o;
	struct db_rows *rows = NULL;
	struct str answer;

	open_office(&o, store);
	must_become(&o, mail(&o, "ann", "a1", "Help", "", "please"), "created");
	must_become(&o, mail(&o, "ann", "a2", "Re: Help", "In-Reply-To: <a1@example.org>\r\n", "more"), "updated");
	assert_int_equal(
	        db_query(o.db, "SELECT message_ident FROM message WHERE direction = 'out'", DB_NO_ARGS, &rows, &o.err),
	        0);
	assert_int_equal(db_next(rows, &o.err), 1);
	answer = arena_printf(o.arena, "References: <unknown@x> <" STR_FMT ">\r\n", STR_ARG(db_col_str(rows, 0)));
	db_rows_free(rows);
	must_become(&o, mail(&o, "ann", "a3", "Re: Re: Help", answer.p, "thanks"), "updated");
	must_become(&o, mail(&o, "ann", "a4", "about [SUP-00001]", "", "one thing more"), "updated");
	must_become(&o, mail(&o, "bob", "b1", "about [SUP-00001]", "", "I can count"), "created");
	must_become(&o, mail(&o, "bob", "b2", "about SUP-000011", "", "no such number"), "created");
	assert_int_equal(count(&o, "SELECT message_count FROM cases WHERE number = 'SUP-00001'"), 5);
	close_office(&o);
}

static void a_reply_joins_its_case(void **state UNUSED)
{
	test_store_each(check_reply);
}

/* Somebody else with Ann's token: not shut out, but marked, not answered, and no part of the case for all that. */
static void check_stranger(struct store *store)
{
	struct db_rows *rows = NULL;
	struct office o;
	struct str ident;

	open_office(&o, store);
	must_become(&o, mail(&o, "ann", "a1", "Help", "Cc: carl@example.org\r\n", "please"), "created");
	assert_int_equal(
	        db_query(o.db, "SELECT message_ident FROM message WHERE direction = 'out'", DB_NO_ARGS, &rows, &o.err),
	        0);
	assert_int_equal(db_next(rows, &o.err), 1);
	ident = arena_printf(o.arena, "In-Reply-To: <" STR_FMT ">\r\n", STR_ARG(db_col_str(rows, 0)));
	db_rows_free(rows);
	must_become(&o,
	            mail(&o, "mal", "m1", "Re: Help",
	                 arena_printf(o.arena, STR_FMT "Cc: eve@example.org\r\n", STR_ARG(ident)).p, "I go on"),
	            "updated");
	assert_string_equal(newest_row(&o).answer_code, "stranger");
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE kind = 'case.stranger'"), 1);
	must_become(&o, mail(&o, "mal", "m2", "SUP-00001", "", "and on"), "created");
	must_become(&o, mail(&o, "eve", "e1", "SUP-00001", "", "so do I"), "created");
	must_become(&o, mail(&o, "carl", "c1", "SUP-00001", ident.p, "I may"), "updated");
	assert_string_not_equal(newest_row(&o).answer_code, "stranger");
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE kind = 'case.stranger'"), 1);
	assert_int_equal(count(&o,
	                       "SELECT COUNT(*) FROM message WHERE evidence LIKE 'won: In-Reply-To names our message "
	                       "(strong):%made for ann@example.org; the sender has no part in that case%'"),
	                 1);
	close_office(&o);
}

static void a_stranger_joins_marked_and_unanswered(void **state UNUSED)
{
	test_store_each(check_stranger);
}

static void check_reopening(struct store *store)
{
	struct stored_case c;
	struct office o;
	int64_t now = 0;

	open_office(&o, store);
	must_become(&o, mail(&o, "ann", "a1", "Help", "", "please"), "created");
	assert_int_equal(case_find_number(o.db, STR("SUP-00001"), o.arena, &c, &o.err), 1);
	now = c.created_at;
	assert_ok(case_set_status(o.db, c.id, "done", now, now, &o.err), &o.err);
	must_become(&o, mail(&o, "ann", "a2", "Re: Help", "In-Reply-To: <a1@example.org>\r\n", "not yet"), "reopened");
	assert_int_equal(case_get(o.db, c.id, o.arena, &c, &o.err), 1);
	assert_string_equal(c.status, "open");
	assert_int_equal(c.resolved_at, 0);
	assert_ok(case_set_status(o.db, c.id, "done", now - INT64_C(31) * 24 * 3600 * 1000, now, &o.err), &o.err);
	must_become(&o, mail(&o, "ann", "a3", "Re: Help", "In-Reply-To: <a1@example.org>\r\n", "a year on"), "created");
	assert_int_equal(count(&o, "SELECT previous_id FROM cases WHERE number = 'SUP-00002'"), c.id);
	close_office(&o);
}

static void a_resolved_case_is_reopened_or_followed(void **state UNUSED)
{
	test_store_each(check_reopening);
}

/* ---------------------------------------------------------------- no answer */

static void check_silence(struct store *store)
{
	static const struct {
		const char *id, *from, *subject, *header, *outcome, *answer;
	} cases[] = {
	        {"s1", "ann", "Away", "Auto-Submitted: auto-replied\r\n", "filed", "automatic mail gets no answer"},
	        {"s2", "news", "News", "List-Unsubscribe: <mailto:u@example.org>\r\nPrecedence: bulk\r\n", "filed",
	         "automatic mail gets no answer"},
	        {"s3", "ann", "Returned", "Return-Path: <>\r\n", "filed", "automatic mail gets no answer"},
	        {"s4", "ann", "You won the lottery", "", "discarded", "discarded mail gets no answer"},
	};
	struct office o;

	open_office(&o, store);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		must_become(&o, mail(&o, cases[i].from, cases[i].id, cases[i].subject, cases[i].header, "x"),
		            cases[i].outcome);
		assert_string_equal(newest_row(&o).answer, cases[i].answer);
	}
	must_become(&o,
	            STR("From: support@example.com\r\nSubject: from us\r\nMessage-ID: <us@example.com>\r\n\r\nx\r\n"),
	            "filed");
	assert_string_equal(newest_row(&o).answer, "own mail gets no answer");
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM cases"), 0);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM outbox"), 0);
	close_office(&o);
}

static void automatic_and_own_mail_gets_no_answer(void **state UNUSED)
{
	test_store_each(check_silence);
}

static void check_budget(struct store *store)
{
	struct office o;

	open_office(&o, store);
	must_become(&o, mail(&o, "ann", "b1", "one", "", "1"), "created");
	must_become(&o, mail(&o, "ann", "b2", "two", "", "2"), "created");
	must_become(&o, mail(&o, "ann", "b3", "three", "", "3"), "created");
	assert_string_equal(newest_row(&o).answer, "this address had its answers of the hour");
	must_become(&o, mail(&o, "bob", "b4", "four", "", "4"), "created");
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM outbox"), 3);
	close_office(&o);
}

static void one_address_gets_only_so_many_answers(void **state UNUSED)
{
	test_store_each(check_budget);
}

/* One letter written as two, and the case of ASCII letters, are one address: one contact, one hourly limit, one
 * suppression. */
static void check_beyond_ascii(struct store *store)
{
	static const char *const froms[] = {"m\303\274ller@example.org", "Mu\314\210LLER@Example.org",
	                                    "m\303\274ller@EXAMPLE.org", "m\303\274ller@b\303\274ro.example"};
	struct outbox_row *outbox;
	struct office o;
	struct buf raw CLEANUP(buf_done) = BUF_INIT(KIB(64));
	const char *const answers[] = {"queued", "queued", "this address had its answers of the hour", "queued"};

	open_office(&o, store);
	for (size_t i = 0; i < ARRAY_LEN(froms); i++) {
		must_become(&o,
		            arena_printf(o.arena,
		                         "From: %s\r\nTo: support@example.com\r\nSubject: \303\234 %zu\r\n"
		                         "Message-ID: <u%zu@x>\r\n\r\nx\r\n",
		                         froms[i], i, i),
		            "created");
		assert_string_equal(newest_row(&o).answer, answers[i]);
	}
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM contact"), 2);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM outbox WHERE answer_to = 'm\303\274ller@example.org'"), 2);
	assert_int_equal(outbox_list(o.db, NULL, 10, o.arena, &outbox, &o.err), 3);
	assert_string_equal(outbox[0].recipients[0].address, froms[3]);
	assert_ok(raw_get(o.db, outbox[0].message_id, &raw, &o.err), &o.err);
	assert_int_not_equal(str_find(buf_str(&raw), STR("To: m\303\274ller@b\303\274ro.example\r\n")), -1);
	assert_int_not_equal(str_find(buf_str(&raw), STR("From: Support <support@example.com>\r\n")), -1);
	close_office(&o);
}

static void a_writer_beyond_ascii_is_acknowledged(void **state UNUSED)
{
	test_store_each(check_beyond_ascii);
}

/* Mail whose sender can't be written to: it is handled all the same, and so is what comes behind it. */
static void check_unanswerable(struct store *store)
{
	static const char *const froms[] = {"j\342\200\256rgen@example.org", "\"a b\"c d@example.org",
	                                    "=?utf-8?q?x=00y?= <x@y@z>"};
	struct intake_run *run;
	struct office o;
	struct str raw;
	char *subject;

	open_office(&o, store);
	for (size_t i = 0; i < ARRAY_LEN(froms); i++) {
		raw = arena_printf(o.arena, "From: %s\r\nSubject: Help %zu\r\nMessage-ID: <n%zu@x>\r\n\r\nx\r\n",
		                   froms[i], i, i);
		must_become(&o, raw, "created");
	}
	subject = arena_bytes(o.arena, 5001);
	memset(subject, 'x', 5000);
	subject[5000] = '\0';
	must_become(&o, mail(&o, "ann", "long", subject, "", "x"), "created");
	assert_string_equal(newest_row(&o).answer, "queued");

	/* In a run: the one that can't be mapped can't be answered, too, and must not end the run. */
	run = begin_run(&o, 7, false);
	submit(&o, run, 1,
	       arena_printf(o.arena, "From: %s\r\nSubject: invoice\r\nMessage-ID: <m1@x>\r\n\r\nx\r\n", froms[0]));
	submit(&o, run, 2, mail(&o, "ann", "m2", "Help", "", "x"));
	assert_ok(intake_finish(run, &o.err), &o.err);
	assert_int_equal(intake_run_counts(run).parked, 1);
	assert_int_equal(intake_run_counts(run).created, 1);
	intake_run_free(run);
	close_office(&o);
}

static void mail_that_cannot_be_answered_is_handled(void **state UNUSED)
{
	test_store_each(check_unanswerable);
}

/* Rows that can't be tried again must not be looked at for ever, nor stand before those that can. */
static void check_hopeless(struct store *store)
{
	struct ledger_row row;
	struct office o;
	int64_t id, kept;

	open_office(&o, store);
	assert_int_equal(take_in(&o, mail(&o, "ann", "h1", "invoice", "", "no number at all")), E_REFUSED);
	row = newest_row(&o);
	id = row.id;
	kept = row.message_id;
	for (int64_t i = 0; i < 120; i++) {
		row.id = 800000 + i;
		row.listener = i % 2 ? "gone" : "inbox";
		row.message_id = i % 2 ? kept : 999999;
		row.state = "failed";
		row.next_try_at = 1;
		assert_ok(ledger_insert(o.db, &row, &o.err), &o.err);
	}
	assert_ok(db_exec(o.db, "UPDATE ledger SET id = 900000, state = 'failed', next_try_at = 1 WHERE id = $1",
	                  DB_ARGS(DB_INT(id)), &o.err),
	          &o.err);
	assert_ok(db_exec(o.db, "UPDATE raw SET data = $1 WHERE message_id = $2",
	                  DB_ARGS(DB_BLOB(STR("damaged")), DB_INT(kept)), &o.err),
	          &o.err);
	assert_int_equal(intake_retry_due(store, o.setup, NULL, &o.err), 0);
	assert_int_equal(intake_retry_due(store, o.setup, NULL, &o.err), 0);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger WHERE state = 'failed'"), 0);
	assert_int_equal(
	        count(&o, "SELECT COUNT(*) FROM ledger WHERE state = 'parked' AND category = 'retry' AND reason <> ''"),
	        121);
	close_office(&o);
}

static void rows_that_cannot_be_tried_again_are_parked(void **state UNUSED)
{
	test_store_each(check_hopeless);
}

/* Odd sizes: both databases take them alike. */
static void check_sizes(struct store *store)
{
	struct office o;
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(64));

	open_office(&o, store);
	buf_add(&text, STR("From: <"));
	for (int i = 0; i < 159; i++)
		buf_add(&text, STR("\303\274"));
	buf_add(&text,
	        STR("x\303\274\303\274\303\274@example.org>\r\nSubject: wide\r\nMessage-ID: <w@x>\r\n\r\nx\r\n"));
	must_become(&o, buf_str(&text), "created");

	buf_clear(&text);
	buf_add(&text, STR("From: <ann@example.org>\r\nSubject: long id\r\nMessage-ID:\r\n <"));
	for (unsigned i = 0, x = 1; i < 9000; i++, x = x * 1103515245 + 12345)
		buf_add_char(&text, (char)('a' + (x >> 16) % 26));
	buf_add(&text, STR("@x>\r\n\r\nx\r\n"));
	must_become(&o, buf_str(&text), "created");
	close_office(&o);
}

static void odd_sizes_are_taken_alike(void **state UNUSED)
{
	test_store_each(check_sizes);
}

/* ---------------------------------------------------------------- twice the same, and mail that can't be handled */

static void check_duplicates(struct store *store)
{
	struct office o;
	struct str raw;

	open_office(&o, store);
	raw = mail(&o, "ann", "d1", "Help", "", "please");
	must_become(&o, raw, "created");
	must_become(&o, raw, "duplicate");
	must_become(&o, arena_printf(o.arena, "Received: by another way\r\n" STR_FMT, STR_ARG(raw)), "duplicate");
	assert_ok(intake_one(store, o.setup, setup_listener(o.setup, "other"), raw, o.outcome, o.number, &o.err),
	          &o.err);
	assert_string_equal(o.outcome, "created");
	close_office(&o);
}

static void the_same_mail_is_handled_once(void **state UNUSED)
{
	test_store_each(check_duplicates);
}

static void check_parking(struct store *store)
{
	struct ledger_row row;
	struct office o;
	int64_t id;

	open_office(&o, store);
	assert_int_equal(take_in(&o, mail(&o, "ann", "p1", "invoice", "", "no number at all")), E_REFUSED);
	row = newest_row(&o);
	id = row.id;
	assert_string_equal(row.state, "parked");
	assert_string_equal(row.category, "mapping");
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM cases"), 0);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM outbox"), 1); /* "Which amount?" */
	must_become(&o, mail(&o, "ann", "p2", "Help", "", "goes on"), "created");

	/* Retried with the same rule it is parked again, and nobody is asked twice. */
	assert_int_equal(ledger_retry(o.db, id, 1, &o.err), 1);
	assert_int_equal(intake_retry_due(store, o.setup, NULL, &o.err), 0);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM outbox"), 2);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger WHERE state = 'parked'"), 1);
	close_office(&o);
}

static void mail_that_cannot_be_mapped_is_parked_and_kept(void **state UNUSED)
{
	test_store_each(check_parking);
}

static void check_retry(struct store *store)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *document = NULL;
	struct office o;

	open_office(&o, store);
	assert_int_equal(take_in(&o, mail(&o, "ann", "p1", "invoice", "", "no number at all")), E_REFUSED);
	assert_ok(yaml_read(STR("rules: {support: {name: Support, branches: [{name: all, activity: create-case, "
	                        "case_type: request}]}}"),
	                    "mended", &document, &o.err),
	          &o.err);
	assert_ok(setup_apply(o.db, &plain_sealer, document, "tester", false, &report, &o.err), &o.err);
	json_decref(document);
	setup_free(o.setup);
	assert_ok(setup_load(o.db, &plain_sealer, &o.setup, &o.err), &o.err);
	assert_int_equal(ledger_retry(o.db, 0, 1, &o.err), 1);
	assert_int_equal(intake_retry_due(store, o.setup, NULL, &o.err), 1);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM cases"), 1);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM message WHERE direction = 'in'"), 1);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger WHERE state = 'parked'"), 0);
	close_office(&o);
}

static void parked_mail_comes_back_when_the_rule_is_mended(void **state UNUSED)
{
	test_store_each(check_retry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_new_mail_opens_a_case_and_is_acknowledged),
	        cmocka_unit_test(a_reply_joins_its_case),
	        cmocka_unit_test(a_stranger_joins_marked_and_unanswered),
	        cmocka_unit_test(a_resolved_case_is_reopened_or_followed),
	        cmocka_unit_test(automatic_and_own_mail_gets_no_answer),
	        cmocka_unit_test(one_address_gets_only_so_many_answers),
	        cmocka_unit_test(a_writer_beyond_ascii_is_acknowledged),
	        cmocka_unit_test(mail_that_cannot_be_answered_is_handled),
	        cmocka_unit_test(rows_that_cannot_be_tried_again_are_parked),
	        cmocka_unit_test(odd_sizes_are_taken_alike),
	        cmocka_unit_test(the_same_mail_is_handled_once),
	        cmocka_unit_test(mail_that_cannot_be_mapped_is_parked_and_kept),
	        cmocka_unit_test(parked_mail_comes_back_when_the_rule_is_mended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
