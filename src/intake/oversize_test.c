/* Mail that is larger than its listener takes: who is told, who isn't, and how often, on both databases. */
#include "intake/test_office.h"

#include "base/clock.h"
#include "base/mem.h"
#include "mime/message.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/suppressions.h"

#include "base/test.h"

#define LARGE (61 * 1024 * 1024 + 300000) /* more than 61.2 MB */

static const char set_up[] =
        "accounts:\n"
        "  support:\n"
        "    name: Support\n"
        "    send: {address: support@example.com, host: mail.example.com, answers_per_hour: 2}\n"
        "    receive: {host: mail.example.com, user: support, password: pw}\n"
        "case_types: {request: {name: Request, number_mask: 'SUP-{number:5}', statuses: [{id: open, name: Open}]}}\n"
        "templates:\n"
        "  ack: {name: Ack, text: 'It is {{case.number}}.'}\n"
        "  large: {name: Large, subject: 'Too large: {{message.subject}}', text: 'It has {{message.size}}, we take "
        "{{message.limit}}.'}\n"
        "rules:\n"
        "  support: {name: Support, branches: [{name: all, activity: create-case, case_type: request}],\n"
        "            responses: [{when: created, template: ack}]}\n"
        "listeners:\n"
        "  inbox: {name: Inbox, account: support, rule: support, oversize_template: large}\n"
        "  silent: {name: Silent, account: support, rule: support, folder: Other}\n";

/* A mail of which the server gives only the header. */
static void submit_header(struct office *o, struct intake_run *run, uint32_t uid, struct str header)
{
	struct incoming *incoming = mem_new(1, sizeof *incoming);

	incoming->kind = INCOMING_TOO_LARGE;
	incoming->uid = uid;
	incoming->size = LARGE;
	incoming->memory = str_dup(header);
	incoming->raw = str_new(incoming->memory, header.n);
	assert_ok(intake_submit(run, incoming, &o->err), &o->err);
}

static struct str header_of(struct office *o, const char *from, const char *id, const char *more)
{
	return arena_printf(o->arena,
	                    "From: <%s>\r\nTo: support@example.com\r\nMessage-ID: <%s@example.org>\r\nSubject: Plans "
	                    "%s\r\nDate: Sat, 21 Nov 2026 07:39:31 +0000\r\n%s\r\n",
	                    from, id, id, more);
}

static struct ledger_row meet(struct office *o, uint32_t uidvalidity, uint32_t uid, struct str header)
{
	struct intake_run *run = begin_run(o, uidvalidity, false);

	submit_header(o, run, uid, header);
	end_run(o, run);
	return newest_row(o);
}

static int64_t outbox_count(struct office *o)
{
	return count(o, "SELECT COUNT(*) FROM outbox");
}

/* ---------------------------------------------------------------- told, once */

static void check_told(struct store *store)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(KIB(64));
	struct outbox_row *rows;
	struct ledger_row row;
	struct office o;
	struct str header;
	const struct message *m;

	open_office_with(&o, store, set_up);
	header = header_of(&o, "ann@example.org", "a1", "");
	row = meet(&o, 7, 1, header);
	assert_string_equal(row.state, "parked");
	assert_string_equal(row.outcome, "too-large");
	assert_string_equal(row.answer, "queued");
	assert_int_equal(row.message_id, 0);
	assert_int_equal(outbox_list(o.db, NULL, 10, o.arena, &rows, &o.err), 1);
	assert_string_equal(rows[0].recipients[0].address, "ann@example.org");
	assert_string_equal(rows[0].kind, "answer");
	assert_int_equal(rows[0].case_id, 0);
	assert_ok(raw_get(o.db, rows[0].message_id, &raw, &o.err), &o.err);
	m = message_parse(o.arena, buf_str(&raw), NULL);
	assert_str(m->subject, "Too large: Plans a1");
	assert_str(m->in_reply_to[0], "a1@example.org");
	assert_str(message_body_text(o.arena, m), "It has 61.3 MB, we take 50 MB.\n");
	assert_str(header_text(o.arena, message_header(m, "Auto-Submitted")), "auto-replied");

	/* Renumbered, and in another folder: the same mail. */
	row = meet(&o, 8, 5, header);
	assert_string_equal(row.state, "parked");
	assert_string_equal(row.answer_code, "duplicate");
	assert_int_equal(outbox_count(&o), 1);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE kind = 'message.parked'"), 2);
	close_office(&o);
}

static void who_sent_it_is_told_once(void **state UNUSED)
{
	test_store_each(check_told);
}

/* A person has it fetched once more: still too large, nobody is told again. With a higher limit it is a mail as any. */
static void check_again(struct store *store)
{
	struct intake_run *run;
	struct ledger_row row;
	struct office o;
	struct str header;

	open_office_with(&o, store, set_up);
	header = header_of(&o, "ann@example.org", "a1", "");
	row = meet(&o, 7, 1, header);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ledger_retry(o.db, row.id, 1, &o.err), 1);
		run = begin_run_again(&o, 7);
		submit_header(&o, run, 1, header);
		end_run(&o, run);
		assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger"), 1);
		assert_string_equal(newest_row(&o).state, "parked");
		assert_string_equal(newest_row(&o).answer, "queued");
		assert_int_equal(outbox_count(&o), 1);
	}
	assert_int_equal(ledger_retry(o.db, row.id, 1, &o.err), 1);
	run = begin_run_again(&o, 7);
	submit(&o, run, 1, arena_printf(o.arena, STR_FMT "The plans.\r\n", STR_ARG(header)));
	end_run(&o, run);
	assert_string_equal(newest_row(&o).outcome, "created");
	assert_string_equal(newest_row(&o).answer, "queued");
	assert_int_equal(outbox_count(&o), 2);
	close_office(&o);
}

static void fetched_after_all_it_is_answered_as_any(void **state UNUSED)
{
	test_store_each(check_again);
}

/* ---------------------------------------------------------------- not told, and why */

static void check_refusals(struct store *store)
{
	static const struct {
		const char *from, *more, *code;
	} cases[] = {
	        {"robot@example.org", "Auto-Submitted: auto-generated\r\n", "automatic"},
	        {"list@example.org", "List-Id: <l.example.org>\r\nPrecedence: list\r\n", "automatic"},
	        {"MAILER-DAEMON@example.org", "Return-Path: <>\r\nContent-Type: multipart/report; boundary=b\r\n",
	         "automatic"},
	        {"support@example.com", "", "own-mail"},
	        {"ann@example.org", "Reply-To: support@example.com\r\n", "own-address"},
	        {"ann@example.org", "Reply-To: noreply@example.org\r\n", "blocked"},
	        {"", "", "no-address"},
	        {"dead@example.org", "", "suppressed"},
	        {"bob@example.org", "", ""},
	        {"bob@example.org", "", ""},
	        {"bob@example.org", "", "budget"},
	};
	struct office o;
	uint32_t uid = 0;

	open_office_with(&o, store, set_up);
	assert_ok(suppression_add(o.db, o.arena, STR("dead@example.org"), "", "", "tester", 1, &o.err), &o.err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ledger_row row = meet(
		        &o, 7, ++uid, header_of(&o, cases[i].from, arena_printf(o.arena, "c%zu", i).p, cases[i].more));

		if (strcmp(row.answer_code, cases[i].code) != 0)
			print_error("case %zu: %s\n", i, row.answer);
		assert_string_equal(row.answer_code, cases[i].code);
		assert_string_equal(row.state, "parked");
	}
	assert_int_equal(outbox_count(&o), 2);

	/* What isn't known can't be answered. */
	assert_string_equal(meet(&o, 7, ++uid, STR("")).answer_code, "no-address");
	char *filler = arena_bytes(o.arena, KIB(256) + 1);
	memset(filler, 'x', KIB(256));
	filler[KIB(256)] = '\0';
	assert_string_equal(
	        meet(&o, 7, ++uid,
	             header_of(&o, "eve@example.org", "e", arena_printf(o.arena, "X-Long: %s\r\n", filler).p))
	                .answer_code,
	        "unwanted");
	assert_int_equal(outbox_count(&o), 2);
	close_office(&o);
}

static void mail_that_must_not_be_answered_is_not(void **state UNUSED)
{
	test_store_each(check_refusals);
}

static void check_off(struct store *store)
{
	struct intake_options options = {.store = store, .folder_id = 77, .uidvalidity = 7};
	struct intake_run *run;
	struct office o;

	open_office_with(&o, store, set_up);
	assert_ok(db_exec(o.db, "INSERT INTO folder (id, account, name) VALUES (77, 'support', 'Other')", DB_NO_ARGS,
	                  &o.err),
	          &o.err);
	options.setup = o.setup;
	options.listener = setup_listener(o.setup, "silent");
	assert_ok(intake_run_new(&options, &run, &o.err), &o.err);
	submit_header(&o, run, 1, header_of(&o, "ann@example.org", "s1", ""));
	end_run(&o, run);
	assert_string_equal(newest_row(&o).state, "parked");
	assert_string_equal(newest_row(&o).answer, "the listener has no oversize_template");
	assert_int_equal(outbox_count(&o), 0);
	close_office(&o);
}

static void without_a_template_nobody_is_told(void **state UNUSED)
{
	test_store_each(check_off);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(who_sent_it_is_told_once),
	        cmocka_unit_test(fetched_after_all_it_is_answered_as_any),
	        cmocka_unit_test(mail_that_must_not_be_answered_is_not),
	        cmocka_unit_test(without_a_template_nobody_is_told),
	};

	return cmocka_run_group_tests_name("intake/oversize", tests, NULL, NULL);
}
