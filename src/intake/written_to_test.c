/* Which of our addresses a mail was written to, and whether its answer goes out from there. */
#include "intake/written_to.h"

#include "intake/test_office.h"

#include "base/test.h"

static const char set_up[] =
        "accounts:\n"
        "  support:\n"
        "    send: {address: support@example.com, display_name: Support, host: mail.example.com, reply_token: plus,\n"
        "           aliases: [sales@example.com, Help@other.example]}\n"
        "    receive: {host: mail.example.com, user: support, password: pw}\n"
        "case_types:\n"
        "  request: {name: Request, number_mask: 'SUP-{number:5}', statuses: [{id: open, name: Open}]}\n"
        "templates: {ack: {name: Acknowledgement, text: 'From {{account.address}}.'}}\n"
        "rules:\n"
        "  support:\n"
        "    branches: [{name: rest, activity: create-case, case_type: request}]\n"
        "    responses: [{when: created, template: ack}]\n"
        "listeners: {inbox: {name: Inbox, account: support, rule: support}}\n";

static struct str letter(struct office *o, int i, const char *fields)
{
	return arena_printf(o->arena,
	                    "From: <ann%d@example.org>\r\n%sMessage-ID: <%d@example.org>\r\nSubject: Hello %d\r\n"
	                    "Date: Sat, 21 Nov 2026 07:39:31 +0000\r\n\r\nHello\r\n",
	                    i, fields, i, i);
}

static struct str text_of(struct office *o, const char *sql)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;

	assert_ok(db_query(o->db, sql, DB_NO_ARGS, &rows, &o->err), &o->err);
	assert_int_equal(db_next(rows, &o->err), 1);
	return arena_str(o->arena, db_col_str(rows, 0));
}

static void check_answers(struct store *store)
{
	static const struct {
		const char *fields, *from;
	} cases[] = {
	        {"To: support@example.com\r\n", "support@example.com"},
	        {"To: Sales <SALES@example.com>\r\n", "sales@example.com"},
	        {"To: x@y.example, sales+spring@example.com, support@example.com\r\n", "sales@example.com"},
	        {"To: x@y.example\r\nCc: help@other.example\r\n", "Help@other.example"},
	        {"To: support@example.com\r\nCc: sales@example.com\r\n", "support@example.com"},
	        {"To: undisclosed:;\r\nDelivered-To: support@example.com\r\nX-Original-To: sales@example.com\r\n",
	         "sales@example.com"},
	        {"To: undisclosed:;\r\nEnvelope-To: <sales@example.com>\r\n", "sales@example.com"},
	        {"To: sales@example.com.evil.example\r\n", "support@example.com"},
	        {"", "support@example.com"},
	};
	struct office o;

	open_office_with(&o, store, set_up);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("case %zu\n", i);
		must_become(&o, letter(&o, (int)i, cases[i].fields), "created");
		assert_str(text_of(&o,
		                   "SELECT from_address FROM message WHERE direction = 'out' ORDER BY id DESC LIMIT 1"),
		           cases[i].from);
		assert_true(str_starts(text_of(&o, "SELECT envelope_from FROM outbox ORDER BY id DESC LIMIT 1"),
		                       str_of(cases[i].from)));
	}
	close_office(&o);
}

static void answers_go_out_from_the_alias_that_was_written_to(void **state UNUSED)
{
	test_store_each(check_answers);
}

static void check_own(struct store *store)
{
	struct office o;

	open_office_with(&o, store, set_up);
	assert_true(setup_owns_address(o.setup, STR("sales@EXAMPLE.com")));
	assert_true(setup_owns_address(o.setup, STR("help+x@other.example")));
	assert_false(setup_owns_address(o.setup, STR("help@example.com")));
	must_become(
	        &o,
	        STR("From: sales@example.com\r\nTo: support@example.com\r\nMessage-ID: <own@example.com>\r\nSubject: "
	            "Own\r\n\r\nHello\r\n"),
	        "filed");
	assert_string_equal(newest_row(&o).answer, "own mail gets no answer");
	close_office(&o);
}

static void mail_from_an_alias_is_our_own(void **state UNUSED)
{
	test_store_each(check_own);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(answers_go_out_from_the_alias_that_was_written_to),
	        cmocka_unit_test(mail_from_an_alias_is_our_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
