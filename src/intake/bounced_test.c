/* What a report makes of the mail that it speaks of, and what it can't, on both databases. */
#include "intake/test_office.h"

#include "base/clock.h"
#include "store/cases.h"
#include "store/outbox_reports.h"

#include "base/test.h"

/* ---------------------------------------------------------------- mail that went out, and what comes back */

/* A case with an acknowledgement to ann that was sent; returns its outbox row, and its Message-ID in *ret_ident. */
static int64_t acknowledge(struct office *o, const char *id, struct str *ret_ident)
{
	struct outbox_row *rows;

	must_become(o, mail(o, "ann", id, id, "", "please"), "created");
	assert_true(outbox_list(o->db, NULL, 1, o->arena, &rows, &o->err) == 1);
	*ret_ident = str_of(rows[0].message_ident);
	assert_true(ret_ident->n > 26);
	assert_ok(db_exec(o->db, "UPDATE outbox SET state = 'sent', sent_at = 1 WHERE id = $1",
	                  DB_ARGS(DB_INT(rows[0].id)), &o->err),
	          &o->err);
	assert_ok(db_exec(o->db, "UPDATE outbox_recipient SET state = 'sent' WHERE outbox_id = $1",
	                  DB_ARGS(DB_INT(rows[0].id)), &o->err),
	          &o->err);
	return rows[0].id;
}

/* A report with one part of fields; `more` are header fields of the mail itself. */
static struct str report(struct office *o, const char *type, const char *fields, const char *more)
{
	static int n;
	const char *report_type = strstr(type, "feedback")  ? "feedback-report"
	                          : strstr(type, "disposi") ? "disposition-notification"
	                                                    : "delivery-status";

	return arena_printf(o->arena,
	                    "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org\r\nTo: support@example.com\r\n"
	                    "Subject: Delivery report %d\r\nMIME-Version: 1.0\r\n%sContent-Type: multipart/report; "
	                    "report-type=%s; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nA report.\r\n"
	                    "--b\r\nContent-Type: %s\r\n\r\n%s\r\n--b--\r\n",
	                    ++n, more, report_type, type, fields);
}

/* A delivery report on the mail with this ENVID. */
static struct str delivery(struct office *o, struct str ident, const char *recipients)
{
	return report(o, "message/delivery-status",
	              arena_printf(o->arena,
	                           "Reporting-MTA: dns; mx.example.org\r\nOriginal-Envelope-Id: " STR_FMT "\r\n\r\n%s",
	                           STR_ARG(ident), recipients)
	                      .p,
	              "");
}

#define FAILED(address, status, words)                                                                \
	"Final-Recipient: rfc822; " address "\r\nAction: failed\r\nStatus: " status "\r\nDiagnostic-" \
	"Code: smtp; " words "\r\n\r\n"

#define DELIVERED(address) "Final-Recipient: rfc822; " address "\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n"

static struct outbox_row row_of(struct office *o, int64_t id)
{
	struct outbox_row row = {0};

	assert_int_equal(outbox_get(o->db, id, o->arena, &row, &o->err), 1);
	return row;
}

static int64_t suppressed(struct office *o)
{
	return count(o, "SELECT COUNT(*) FROM suppression WHERE active = 1");
}

/* ---------------------------------------------------------------- bounces */

static void check_bounce(struct store *store)
{
	struct outbox_row row;
	struct stored_case c;
	struct office o;
	struct str ident;
	int64_t id, now;

	open_office(&o, store);
	id = acknowledge(&o, "b1", &ident);
	row = row_of(&o, id);
	now = clock_now_ms();
	assert_ok(case_set_status(o.db, row.case_id, "done", now, now, &o.err), &o.err);
	must_become(&o, delivery(&o, ident, FAILED("ANN@example.org", "5.1.1", "550 5.1.1 no such user")), "filed");
	assert_string_equal(newest_row(&o).answer, "a report on mail of ours gets no answer");
	assert_int_equal(newest_row(&o).case_id, row.case_id);
	row = row_of(&o, id);
	assert_string_equal(row.state, "bounced");
	assert_string_equal(row.recipients[0].state, "bounced");
	assert_string_equal(row.recipients[0].status, "5.1.1");
	assert_string_equal(row.recipients[0].reason, "userunknown");
	assert_string_equal(row.recipients[0].diagnostic, "550 5.1.1 no such user");
	assert_string_equal(row.recipients[0].mta, "mx.example.org");
	assert_int_equal(row.recipients[0].report_id, newest_row(&o).message_id);

	/* On the case, which stays as it was; not answered; told once; the address gets no more. */
	assert_int_equal(case_get(o.db, row.case_id, o.arena, &c, &o.err), 1);
	assert_string_equal(c.status, "done");
	assert_int_equal(c.message_count, 3);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM outbox"), 1);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE kind = 'mail.bounced'"), 1);
	assert_int_equal(suppressed(&o), 1);
	close_office(&o);
}

static void a_bounce_is_noted_on_its_case(void **state UNUSED)
{
	test_store_each(check_bounce);
}

static void check_ways(struct store *store)
{
	static const char *const ways[] = {
	        /* a header of the mail that came back */
	        "From: MAILER-DAEMON@mx.example.org\r\nSubject: failure notice\r\n\r\nHi. This is the qmail-send "
	        "program "
	        "at mx.example.org.\r\nI'm afraid I wasn't able to deliver your message to the following addresses.\r\n"
	        "This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n<ann@example.org>:\r\n"
	        "192.0.2.1 does not like recipient.\r\nRemote host said: 550 5.1.1 no such user\r\n\r\n"
	        "--- Below this line is a copy of the message.\r\n\r\nMessage-ID: <%s>\r\nFrom: support@example.com\r\n"
	        "To: ann@example.org\r\nSubject: hello\r\n\r\nhello\r\n",
	        /* a provider gave it another, and kept ours */
	        "From: MAILER-DAEMON@mx.example.org\r\nSubject: Undelivered Mail Returned to Sender\r\nContent-Type: "
	        "multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: "
	        "text/plain\r\n\r\n"
	        "no\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: "
	        "dns;mx\r\n\r\nFinal-Recipient: "
	        "rfc822;ann@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp;550 5.1.1 no such "
	        "user\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nX-Google-Original-Message-ID: "
	        "<%s>\r\nMessage-ID: "
	        "<x@provider.example>\r\nSubject: hello\r\n\r\nhello\r\n--b--\r\n",
	        /* what it answers */
	        "From: postmaster@mx.example.org\r\nSubject: Undeliverable: hello\r\nIn-Reply-To: "
	        "<%s>\r\nContent-Type: "
	        "multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: "
	        "text/plain\r\n\r\n"
	        "no\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: "
	        "dns;mx\r\n\r\nFinal-Recipient: "
	        "rfc822;ann@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp;550 5.1.1 no such "
	        "user\r\n\r\n--b--\r\n",
	        /* words */
	        "From: MAILER-DAEMON@mx.example.org\r\nSubject: Undelivered Mail Returned to Sender\r\nContent-Type: "
	        "multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: "
	        "text/plain\r\n\r\n"
	        "Message-Id: <%s> (a mail of yours).\r\n--b\r\nContent-Type: "
	        "message/delivery-status\r\n\r\nReporting-MTA: "
	        "dns;mx\r\n\r\nFinal-Recipient: rfc822;ann@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
	        "Diagnostic-Code: smtp;550 5.1.1 no such user\r\n\r\n--b--\r\n",
	};
	struct office o;

	open_office(&o, store);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct buf raw CLEANUP(buf_done) = BUF_INIT(KIB(8));
		const char *place = strstr(ways[i], "%s");
		struct str ident;
		int64_t id;

		assert_ok(db_exec(o.db, "DELETE FROM suppression", DB_NO_ARGS, &o.err), &o.err);
		assert_ok(db_exec(o.db, "UPDATE outbox SET created_at = created_at - 7200000", DB_NO_ARGS, &o.err),
		          &o.err);
		id = acknowledge(&o, arena_printf(o.arena, "w%zu", i).p, &ident);
		buf_add(&raw, str_new(ways[i], (size_t)(place - ways[i])));
		buf_add(&raw, ident);
		buf_add_cstr(&raw, place + 2);
		must_become(&o, buf_str(&raw), "filed");
		assert_string_equal(row_of(&o, id).state, "bounced");
		assert_int_equal(suppressed(&o), 1);
	}
	close_office(&o);
}

/* The mail that came back has lost its name; those before it in the conversation must not pay for it. */
static void check_older(struct store *store)
{
	struct office o;
	struct str ident, fields;
	int64_t id;

	open_office(&o, store);
	id = acknowledge(&o, "o1", &ident);
	fields = arena_printf(o.arena,
	                      "Reporting-MTA: dns;mx\r\n\r\n" FAILED(
	                              "ann@example.org", "5.1.1",
	                              "550 no such user") "--b\r\nContent-Type: text/plain\r\n\r\nMessage-ID: "
	                                                  "<new@provider.example>\r\nReferences: "
	                                                  "<" STR_FMT ">\r\n <" STR_FMT
	                                                  ">\r\nSubject: hello\r\n--b\r\nContent-Type: "
	                                                  "text/rfc822-headers\r\n\r\nMessage-ID: "
	                                                  "<new@provider.example>\r\nReferences: <" STR_FMT ">\r\n",
	                      STR_ARG(ident), STR_ARG(ident), STR_ARG(ident));
	must_become(
	        &o,
	        report(&o, "message/delivery-status", fields.p,
	               arena_printf(o.arena, "References: <" STR_FMT "> <new@provider.example>\r\n", STR_ARG(ident)).p),
	        "filed");
	assert_string_equal(row_of(&o, id).state, "sent");
	assert_int_equal(suppressed(&o), 0);
	close_office(&o);
}

static void older_mail_of_the_conversation_did_not_come_back(void **state UNUSED)
{
	test_store_each(check_older);
}

static void our_message_id_is_found_wherever_it_stands(void **state UNUSED)
{
	test_store_each(check_ways);
}

static void check_recipients(struct store *store)
{
	struct outbox_recipient to[] = {{.address = "ann@example.org", .state = "sent", .reply = ""},
	                                {.address = "bob@example.org", .state = "sent", .reply = ""},
	                                {.address = "carl@example.org", .state = "sent", .reply = ""}};
	struct outbox_row row;
	struct office o;
	struct str ident;
	int64_t id;

	open_office(&o, store);
	id = acknowledge(&o, "r1", &ident);
	for (size_t i = 1; i < 3; i++)
		assert_ok(db_exec(o.db,
		                  "INSERT INTO outbox_recipient (outbox_id, position, address, state, code, reply) "
		                  "VALUES "
		                  "($1, $2, $3, 'sent', 250, '')",
		                  DB_ARGS(DB_INT(id), DB_INT(i), DB_TEXT(to[i].address)), &o.err),
		          &o.err);
	must_become(&o,
	            delivery(&o, ident,
	                     FAILED("ann@example.org", "5.7.1", "554 5.7.1 rejected by policy")
	                             FAILED("eve@example.org", "5.1.1",
	                                    "550 5.1.1 no such user") "Original-Recipient: rfc822; "
	                                                              "bob@example.org\r\n" FAILED(
	                                                                      "bob@elsewhere.example", "5.1.1",
	                                                                      "550 5.1.1 no such user")
	                                                                      FAILED("bob@example.org", "5.1.1",
	                                                                             "550 5.1.1 no such user")),
	            "filed");
	row = row_of(&o, id);
	assert_string_equal(row.recipients[0].state, "bounced");
	assert_string_equal(row.recipients[1].state, "bounced");
	assert_string_equal(row.recipients[2].state, "sent");
	assert_string_equal(row.state, "sent"); /* carl has it */
	assert_int_equal(suppressed(&o), 1); /* bob; nobody says that ann's address is no good, and eve's is not ours */
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM suppression WHERE address = 'bob@example.org'"), 1);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE kind = 'mail.bounced'"), 2);
	close_office(&o);
}

static void each_recipient_has_its_own_end(void **state UNUSED)
{
	test_store_each(check_recipients);
}

/* ---------------------------------------------------------------- what is not believed */

static void check_forged(struct store *store)
{
	struct office o;
	struct str ident;
	int64_t id;

	open_office(&o, store);
	id = acknowledge(&o, "f1", &ident);
	must_become(&o, delivery(&o, STR("guess@example.com"), FAILED("ann@example.org", "5.1.1", "550 5.1.1 no")),
	            "filed");
	assert_string_equal(newest_row(&o).answer,
	                    arena_printf(o.arena,
	                                 "a report gets no answer; it knows no id of ours, only an address (outbox row "
	                                 "%lld)",
	                                 (long long)id)
	                            .p);
	assert_int_equal(newest_row(&o).case_id, 0);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM message WHERE evidence LIKE 'weak: no id of ours%'"), 1);
	assert_string_equal(row_of(&o, id).state, "sent");

	must_become(&o, delivery(&o, STR(""), FAILED("eve@example.org", "5.1.1", "550 5.1.1 no")), "filed");
	assert_string_equal(newest_row(&o).answer, "a report gets no answer; it names no mail of ours");

	/* A name that is known, but a month late. */
	assert_ok(db_exec(o.db, "UPDATE outbox SET created_at = $1",
	                  DB_ARGS(DB_INT(clock_now_ms() - HOURS_MS(24 * 31))), &o.err),
	          &o.err);
	must_become(&o, delivery(&o, ident, FAILED("ann@example.org", "5.1.1", "550 5.1.1 no")), "filed");
	assert_string_equal(newest_row(&o).answer, "a report gets no answer; the mail that it names is too old");
	assert_true(newest_row(&o).case_id != 0);
	assert_string_equal(row_of(&o, id).state, "sent");
	assert_int_equal(suppressed(&o), 0);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM cases"), 1);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE kind LIKE 'mail.%'"), 0);
	close_office(&o);
}

static void a_report_without_our_id_changes_nothing(void **state UNUSED)
{
	test_store_each(check_forged);
}

/* ---------------------------------------------------------------- delays, successes, receipts, complaints */

/* The events that reports left, one behind the other. */
static const char *told(struct office *o)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct str kinds = STR("");

	assert_ok(db_query(o->db, "SELECT kind FROM event WHERE kind LIKE 'mail.%' ORDER BY id", DB_NO_ARGS, &rows,
	                   &o->err),
	          &o->err);
	while (db_next(rows, &o->err) > 0)
		kinds = arena_printf(o->arena, STR_FMT STR_FMT, STR_ARG(kinds), STR_ARG(db_col_str(rows, 0)));
	return kinds.p;
}

/* What the process that sent it didn't live to know: the mail left, and a copy is due in the Sent folder, once. */
static void check_doubt(struct store *store)
{
	struct office o;
	struct str ident;
	int64_t id;

	open_office(&o, store);
	id = acknowledge(&o, "d1", &ident);
	assert_ok(db_exec(o.db, "UPDATE outbox SET state = 'uncertain', sent_at = NULL", DB_NO_ARGS, &o.err), &o.err);
	assert_ok(db_exec(o.db, "UPDATE outbox_recipient SET state = 'uncertain'", DB_NO_ARGS, &o.err), &o.err);
	for (int i = 0; i < 2; i++) {
		must_become(&o, delivery(&o, ident, DELIVERED("ann@example.org")), "filed");
		assert_string_equal(row_of(&o, id).state, "sent");
		assert_int_equal(count(&o, "SELECT COUNT(*) FROM sent_copy WHERE account = 'support'"), 1);
	}
	close_office(&o);
}

static void what_was_in_doubt_and_left_has_a_copy(void **state UNUSED)
{
	test_store_each(check_doubt);
}

static void check_kinds(struct store *store)
{
	static const struct {
		const char *type, *fields; /* %s: our Message-ID */
		const char *state, *event;
		int suppressed;
	} cases[] = {
	        /* clang-format off */
		{"message/delivery-status", "Reporting-MTA: dns;mx\r\nOriginal-Envelope-Id: %s\r\n\r\nFinal-Recipient: rfc822;ann@example.org\r\nAction: delayed\r\nStatus: 4.4.1\r\n", "delayed", "mail.delayed", 0},
		{"message/delivery-status", "Reporting-MTA: dns;mx\r\nOriginal-Envelope-Id: %s\r\n\r\nFinal-Recipient: rfc822;ann@example.org\r\nAction: delivered\r\nStatus: 2.0.0\r\n", "delivered", "mail.delivered", 0},
		{"message/delivery-status", "Reporting-MTA: dns;mx\r\nOriginal-Envelope-Id: %s\r\n\r\nFinal-Recipient: rfc822;ann@example.org\r\nAction: relayed\r\nStatus: 2.0.0\r\n", "sent", "", 0},
		{"message/disposition-notification", "Final-Recipient: rfc822; ann@example.org\r\nOriginal-Message-ID: <%s>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n", "delivered", "mail.delivered", 0},
		{"message/disposition-notification", "Final-Recipient: rfc822; ann@example.org\r\nOriginal-Message-ID: <%s>\r\nDisposition: manual-action/MDN-sent-manually; deleted\r\n", "sent", "", 0},
		{"message/feedback-report", "Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\nOriginal-Envelope-Id: %s\r\nOriginal-Rcpt-To: <ann@example.org>\r\n", "delivered", "mail.complaint", 1},
		{"message/feedback-report", "Feedback-Type: not-spam\r\nUser-Agent: x/1\r\nVersion: 1\r\nOriginal-Envelope-Id: %s\r\nOriginal-Rcpt-To: <ann@example.org>\r\n", "sent", "", 0},
		{"message/feedback-report", "Feedback-Type: auth-failure\r\nUser-Agent: x/1\r\nVersion: 1\r\nOriginal-Envelope-Id: %s\r\nOriginal-Rcpt-To: <ann@example.org>\r\n", "sent", "", 0},
		{"message/feedback-report", "Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\nOriginal-Envelope-Id: %s\r\nOriginal-Rcpt-To: <eve@example.org>\r\n", "delivered", "mail.complaint", 0},
	        /* clang-format on */
	};
	struct office o;

	open_office(&o, store);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf fields CLEANUP(buf_done) = BUF_INIT(KIB(2));
		const char *place = strstr(cases[i].fields, "%s");
		struct str ident;
		int64_t id;

		assert_ok(db_exec(o.db, "DELETE FROM suppression", DB_NO_ARGS, &o.err), &o.err);
		assert_ok(db_exec(o.db, "DELETE FROM event", DB_NO_ARGS, &o.err), &o.err);
		assert_ok(db_exec(o.db, "UPDATE outbox SET created_at = created_at - 7200000", DB_NO_ARGS, &o.err),
		          &o.err);
		id = acknowledge(&o, arena_printf(o.arena, "k%zu", i).p, &ident);
		buf_add(&fields, str_new(cases[i].fields, (size_t)(place - cases[i].fields)));
		buf_add(&fields, ident);
		buf_add_cstr(&fields, place + 2);
		must_become(&o, report(&o, cases[i].type, buf_cstr(&fields), ""), "filed");
		if (strcmp(row_of(&o, id).recipients[0].state, cases[i].state) != 0)
			print_error("case %zu\n", i);
		assert_string_equal(row_of(&o, id).recipients[0].state, cases[i].state);
		assert_string_equal(row_of(&o, id).state, "sent");
		assert_int_equal(suppressed(&o), cases[i].suppressed);
		assert_string_equal(told(&o), cases[i].event);
	}
	close_office(&o);
}

static void each_kind_of_report_says_its_own(void **state UNUSED)
{
	test_store_each(check_kinds);
}

/* ---------------------------------------------------------------- answers */

static void check_answers(struct store *store)
{
	struct office o;
	struct str ident;

	open_office(&o, store);
	(void)acknowledge(&o, "a1", &ident);
	must_become(&o, delivery(&o, ident, FAILED("ann@example.org", "5.1.1", "550 5.1.1 no such user")), "filed");
	assert_int_equal(suppressed(&o), 1);

	/* Another's mail that asks for the answer to go to ann: none is written. Her own shows that she is there. */
	must_become(&o, mail(&o, "bob", "a2", "for ann", "Reply-To: ann@example.org\r\n", "x"), "created");
	assert_int_equal(strncmp(newest_row(&o).answer, "the address is suppressed: hard-bounce 5.1.1", 44), 0);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM outbox"), 1);
	must_become(&o, mail(&o, "ann", "a3", "I am here", "", "x"), "created");
	assert_string_equal(newest_row(&o).answer, "queued");
	assert_int_equal(suppressed(&o), 0);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE kind = 'suppression.lifted'"), 1);
	close_office(&o);
}

static void a_suppressed_address_gets_no_answer(void **state UNUSED)
{
	test_store_each(check_answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_bounce_is_noted_on_its_case),
	        cmocka_unit_test(our_message_id_is_found_wherever_it_stands),
	        cmocka_unit_test(older_mail_of_the_conversation_did_not_come_back),
	        cmocka_unit_test(each_recipient_has_its_own_end),
	        cmocka_unit_test(a_report_without_our_id_changes_nothing),
	        cmocka_unit_test(each_kind_of_report_says_its_own),
	        cmocka_unit_test(what_was_in_doubt_and_left_has_a_copy),
	        cmocka_unit_test(a_suppressed_address_gets_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
