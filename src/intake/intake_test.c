/* The intake on both databases: what each kind of mail becomes, and that a failing one harms no other. Mail is handed
 * over as a receiver would. */
#include "intake/intake.h"

#include "base/mem.h"
#include "store/cases.h"
#include "store/folders.h"
#include "store/ledger.h"
#include "store/outbox.h"
#include "store/test_store.h"

#include <stdio.h>

#include "base/test.h"

static const char set_up[] =
        "accounts:\n"
        "  support:\n"
        "    name: Support\n"
        "    send: {address: support@example.com, display_name: Support, host: mail.example.com, answers_per_hour: 2}\n"
        "    receive: {host: mail.example.com, user: support, password: pw}\n"
        "case_types:\n"
        "  request:\n"
        "    name: Request\n"
        "    number_mask: 'SUP-{number:5}'\n"
        "    statuses: [{id: open, name: Open}, {id: done, name: Done, resolved: true}]\n"
        "    reopen_days: 30\n"
        "    fields: [{id: amount, name: Amount, type: number}]\n"
        "templates:\n"
        "  ack: {name: Acknowledgement, text: 'Thanks, this is {{case.number}}.'}\n"
        "  sorry: {name: Sorry, text: 'Which amount?'}\n"
        "rules:\n"
        "  support:\n"
        "    name: Support\n"
        "    branches:\n"
        "      - {name: spam, when: [{field: subject, operator: contains, value: lottery}], activity: discard}\n"
        "      - name: invoices\n"
        "        when: [{field: subject, operator: contains, value: invoice}]\n"
        "        activity: create-case\n"
        "        case_type: request\n"
        "        map: [{target: amount, source: 'regex:body:amount (\\S+)', required: true}]\n"
        "      - {name: rest, activity: create-case, case_type: request}\n"
        "    responses: [{when: created, template: ack}, {when: mapping-error, template: sorry}]\n"
        "listeners:\n"
        "  inbox: {name: Inbox, account: support, rule: support, tries: 3}\n"
        "  other: {name: Other, account: support, folder: Other, rule: support, duplicates: handle}\n";

static int seal_plainly(void *ctx UNUSED, const char *context UNUSED, struct str plain, struct buf *out,
                        struct error *err UNUSED)
{
	buf_add(out, plain);
	return 0;
}

static int open_plainly(void *ctx UNUSED, const char *context UNUSED, struct str sealed, struct secret *ret,
                        struct error *err UNUSED)
{
	secret_set(ret, sealed);
	return 0;
}

static const struct sealer sealer = {NULL, seal_plainly, open_plainly};

/* ---------------------------------------------------------------- a store with a set-up, and mail for it */

struct office {
	struct store *store;
	struct db *db;
	struct setup *setup;
	struct arena *arena;
	struct error err;
	char outcome[32], number[64];
	int64_t folder_id;
};

static void open_office(struct office *o, struct store *store)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *document = NULL;

	*o = (struct office){.store = store, .arena = arena_new()};
	assert_ok(store_connect(store, &o->db, &o->err), &o->err);
	assert_ok(yaml_read(str_of(set_up), "set-up", &document, &o->err), &o->err);
	assert_ok(setup_apply(o->db, &sealer, document, "tester", false, &report, &o->err), &o->err);
	assert_ok(setup_load(o->db, &sealer, &o->setup, &o->err), &o->err);
	json_decref(document);
}

static void close_office(struct office *o)
{
	setup_free(o->setup);
	db_close(o->db);
	arena_free(o->arena);
}

/* A mail from `from` (a local part at example.org). */
static struct str mail(struct office *o, const char *from, const char *id, const char *subject, const char *more,
                       const char *body)
{
	return arena_printf(o->arena,
	                    "From: <%s@example.org>\r\nTo: support@example.com\r\nMessage-ID: <%s@example.org>\r\n"
	                    "Subject: %s\r\nDate: Sat, 21 Nov 2026 07:39:31 +0000\r\n%s\r\n%s\r\n",
	                    from, id, subject, more, body);
}

static int take_in(struct office *o, struct str raw)
{
	return intake_one(o->store, o->setup, setup_listener(o->setup, "inbox"), raw, o->outcome, o->number, &o->err);
}

/* Checks what became of it. */
static void must_become(struct office *o, struct str raw, const char *outcome)
{
	assert_ok(take_in(o, raw), &o->err);
	assert_string_equal(o->outcome, outcome);
}

static int64_t count(struct office *o, const char *sql)
{
	int64_t n = -1;

	assert_int_equal(db_query_int(o->db, sql, DB_NO_ARGS, &n, &o->err), 1);
	return n;
}

static struct ledger_row newest_row(struct office *o)
{
	struct ledger_row *rows = NULL;

	assert_int_equal(ledger_list(o->db, NULL, 1, o->arena, &rows, &o->err), 1);
	return rows[0];
}

static struct intake_run *begin_run(struct office *o, uint32_t uidvalidity, bool careful);
static void submit(struct office *o, struct intake_run *run, uint32_t uid, struct str raw);

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
	must_become(&o, mail(&o, "bob", "b1", "about [SUP-00001]", "", "me, too"), "updated");
	must_become(&o, mail(&o, "bob", "b2", "about SUP-000011", "", "no such number"), "created");
	assert_int_equal(count(&o, "SELECT message_count FROM cases WHERE number = 'SUP-00001'"), 4);
	close_office(&o);
}

static void a_reply_joins_its_case(void **state UNUSED)
{
	test_store_each(check_reply);
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

/* Mail whose sender can't be written to: it is handled all the same, and so is what comes behind it. */
static void check_unanswerable(struct store *store)
{
	static const char *const froms[] = {"j\303\274rgen@example.org", "\"a b\"c d@example.org",
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
	assert_ok(setup_apply(o.db, &sealer, document, "tester", false, &report, &o.err), &o.err);
	json_decref(document);
	setup_free(o.setup);
	assert_ok(setup_load(o.db, &sealer, &o.setup, &o.err), &o.err);
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

/* ---------------------------------------------------------------- runs, as a session makes them */

struct find_folder {
	struct work work;
	int64_t id;
};

static int run_find_folder(struct work *work, struct db *db, struct error *err)
{
	struct folder folder;
	int r = folder_open(db, "support", "INBOX", &folder, err);

	((struct find_folder *)(void *)work)->id = r == 0 ? folder.id : 0;
	return r;
}

static struct intake_run *begin_run_with(struct office *o, uint32_t uidvalidity, bool careful, bool refetch)
{
	struct find_folder find = {.work = {.run = run_find_folder}};
	struct intake_options options = {
	        .store = o->store,
	        .setup = o->setup,
	        .listener = setup_listener(o->setup, "inbox"),
	        .uidvalidity = uidvalidity,
	        .careful = careful,
	        .refetch = refetch,
	};
	struct intake_run *run = NULL;

	assert_ok(store_do(o->store, &find.work, &o->err), &o->err);
	o->folder_id = options.folder_id = find.id;
	assert_ok(intake_run_new(&options, &run, &o->err), &o->err);
	return run;
}

static struct intake_run *begin_run(struct office *o, uint32_t uidvalidity, bool careful)
{
	return begin_run_with(o, uidvalidity, careful, false);
}

static struct intake_run *begin_run_again(struct office *o, uint32_t uidvalidity)
{
	return begin_run_with(o, uidvalidity, false, true);
}

static void submit(struct office *o, struct intake_run *run, uint32_t uid, struct str raw)
{
	struct incoming *incoming = mem_new(1, sizeof *incoming);

	incoming->uid = uid;
	incoming->size = raw.n;
	incoming->memory = str_dup(raw);
	incoming->raw = str_new(incoming->memory, raw.n);
	assert_ok(intake_submit(run, incoming, &o->err), &o->err);
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
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM cases"), 2);
	close_office(&o);
}

static void after_an_unclean_stop_nothing_is_lost_or_doubled(void **state UNUSED)
{
	test_store_each(check_careful);
}

static void submit_without_mail(struct office *o, struct intake_run *run, uint32_t uid, enum incoming_kind kind)
{
	struct incoming *incoming = mem_new(1, sizeof *incoming);

	incoming->kind = kind;
	incoming->uid = uid;
	incoming->size = 100;
	if (kind == INCOMING_FAILED) {
		incoming->fault = mem_new(1, sizeof *incoming->fault);
		fail(incoming->fault, E_REFUSED, RETRY_LATER, "the server says NO: broken");
	}
	assert_ok(intake_submit(run, incoming, &o->err), &o->err);
}

static void end_run(struct office *o, struct intake_run *run)
{
	assert_ok(intake_finish(run, &o->err), &o->err);
	intake_run_free(run);
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
	        cmocka_unit_test(a_new_mail_opens_a_case_and_is_acknowledged),
	        cmocka_unit_test(a_reply_joins_its_case),
	        cmocka_unit_test(a_resolved_case_is_reopened_or_followed),
	        cmocka_unit_test(automatic_and_own_mail_gets_no_answer),
	        cmocka_unit_test(one_address_gets_only_so_many_answers),
	        cmocka_unit_test(mail_that_cannot_be_answered_is_handled),
	        cmocka_unit_test(mail_that_the_ledger_has_is_passed_over),
	        cmocka_unit_test(a_renumbered_folder_knows_its_own_rows),
	        cmocka_unit_test(rows_that_cannot_be_tried_again_are_parked),
	        cmocka_unit_test(odd_sizes_are_taken_alike),
	        cmocka_unit_test(the_same_mail_is_handled_once),
	        cmocka_unit_test(mail_that_cannot_be_mapped_is_parked_and_kept),
	        cmocka_unit_test(parked_mail_comes_back_when_the_rule_is_mended),
	        cmocka_unit_test(a_failing_mail_harms_no_other_of_its_batch),
	        cmocka_unit_test(a_renumbered_folder_brings_nothing_twice),
	        cmocka_unit_test(mail_that_cannot_be_fetched_is_fetched_later),
	        cmocka_unit_test(too_large_mail_is_parked_and_may_be_fetched_after_all),
	        cmocka_unit_test(after_an_unclean_stop_nothing_is_lost_or_doubled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
