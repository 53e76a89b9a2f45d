/* mime: mail that came back, in the forms that servers have. */
#include "mime/bounce.h"

#include "mime/classify.h"

#include "base/test.h"

#define DAEMON  "From: MAILER-DAEMON@mx.example.org\nTo: a@example.org\nSubject: failure notice\n\n"
#define MASTER  "From: Postmaster <postmaster@mx.example.org>\nTo: a@example.org\nSubject: Undeliverable: x\n\n"
#define ENCLOSE "From: a@example.org\nTo: cat@example.com\nSubject: Food\nMessage-ID: <1@example.org>\n\nhello\n"
#define SES     "From: SES <no-reply@sns.amazonaws.com>\nSubject: AWS Notification Message\n\n"

static struct bounces bounces_of(struct arena *arena, const char *raw)
{
	return message_bounces(arena, message_parse(arena, str_of(raw), NULL));
}

static void prose_of_all_kinds_is_read(void **state UNUSED)
{
	static const struct {
		const char *raw, *address, *status, *code;
		enum bounce_reason reason;
		bool has_original;
	} cases[] = {
	        /* clang-format off */
		{DAEMON "Hi. This is the qmail-send program at mx.example.org.\n\n<cat@example.com>:\nRemote host said: 550 5.1.1 no such user\n"
		 "Giving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <a@example.org>\n" ENCLOSE, "cat@example.com", "5.1.1", "550", REASON_USERUNKNOWN, true},
		{DAEMON "This message was created automatically.\nThe following address(es) failed:\n\n  cat@example.com\n    host mx.example.com [192.0.2.1]\n"
		 "    SMTP error from remote mail server after RCPT TO:<cat@example.com>:\n    552 5.2.2 Over quota\n\n------ This is a copy of the message, including all the headers. ------\n\n" ENCLOSE, "cat@example.com", "5.2.2", "552", REASON_MAILBOXFULL, true},
		{DAEMON "A message sent by\n\n  <a@example.org>\n\ncould not be delivered. The following address(es) failed:\n\n  cat@example.com\n    retry timeout exceeded\n", "cat@example.com", "", "", REASON_EXPIRED, false},
		{DAEMON "I'm sorry to have to inform you that your message could not\nbe delivered.\n\n<cat@example.com>: host mx.example.com[192.0.2.1] said: 554 5.7.1\n"
		 "    <a@example.org>: Sender address rejected: Access denied (in reply to RCPT\n    TO command)\n", "cat@example.com", "5.7.1", "554", REASON_REJECTED, false},
		{DAEMON "Delivery to the following recipient failed permanently:\n\n     cat@example.com\n\nTechnical details of permanent failure:\nThe error was:\n550 5.2.1 The account is disabled\n\n----- Original message -----\n\n" ENCLOSE, "cat@example.com", "5.2.1", "550", REASON_SUSPEND, true},
		{DAEMON "Sorry, we were unable to deliver your message to the following address.\n\n<cat@example.com>:\nNo MX record found for domain=example.com\n\n--- Below this line is a copy of the message.\n\n" ENCLOSE, "cat@example.com", "", "", REASON_NOTACCEPT, true},
		{DAEMON "   ----- The following addresses had permanent fatal errors -----\n<cat@example.com>\n    (reason: 550 5.1.1 User unknown)\n\n   ----- Transcript of session follows -----\n550 5.1.1 <cat@example.com>... User unknown\n", "cat@example.com", "5.1.1", "550", REASON_USERUNKNOWN, false},
		{DAEMON "   ----- Transcript of session follows -----\nWhile talking to mx.example.com:\n>>> RCPT To:<cat@example.com>\n<<< 550 User Unknown\n550 <cat@example.com>... User unknown\n\n   ----- Unsent message follows -----\n" ENCLOSE, "cat@example.com", "", "550", REASON_USERUNKNOWN, true},
		{DAEMON "    Hi!\n\n    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\ncat@example.com: 550 5.7.25 no reverse DNS\n\n    Below is a copy of the original message:\n\n" ENCLOSE, "cat@example.com", "5.7.25", "550", REASON_REQUIREPTR, true},
		{DAEMON "This is the DragonFly Mail Agent.\n\nThere was an error delivering your mail to <cat@example.com>.\n\nmx.example.com [192.0.2.1] did not like our RCPT TO:\n550 5.1.1 unknown user\n\nMessage headers follow.\n\n" ENCLOSE, "cat@example.com", "5.1.1", "550", REASON_USERUNKNOWN, true},
		{MASTER "Your message\n\n  To:      somebody@example.com\n  Subject: x\n\ndid not reach the following recipient(s):\n\ncat@example.com on Thu, 29 Apr 2010 00:00:00 -0000\n    The recipient name is not recognized\n", "cat@example.com", "", "", REASON_USERUNKNOWN, false},
		{MASTER "Your message\n\n  Subject: x\n\nwas not delivered to:\n\n  cat@example.com\n\nbecause:\n\n  User Cat (cat@example.com) not listed in Domino Directory\n", "cat@example.com", "", "", REASON_USERUNKNOWN, false},
		{MASTER "------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\ncat@example.com\n\n------- Returned Message --------\n\n" ENCLOSE, "cat@example.com", "", "", REASON_USERUNKNOWN, true},
		{MASTER "Unknown user: cat@example.com\n\nOriginal message follows.\n\n" ENCLOSE, "cat@example.com", "", "", REASON_USERUNKNOWN, true},
		{DAEMON "The following address\nfailed:\n\n\"cat@example.com\":\nSMTP error from remote server after RCPT command:\n5.2.2 full\n\n--- The header of the original message is following. ---\n\n" ENCLOSE, "cat@example.com", "5.2.2", "", REASON_MAILBOXFULL, true},
		{DAEMON "Unable to deliver message to: <cat@example.com>\nDelivery failed for the following reason:\nServer mx.example.com[192.0.2.1] failed with: 552 message too large\n", "cat@example.com", "", "552", REASON_MESGTOOBIG, false},
		{DAEMON "We had trouble delivering your message.\n\n1 error(s):\n\nThe following recipients returned permanent errors: cat@example.com. Reason: refused, with the following error message: [554 5.4.6 Hop count exceeded]\n", "cat@example.com", "5.4.6", "554", REASON_NETWORKERROR, false},
		{DAEMON "A message that you sent could not be delivered.\n\ncat@example.com Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <cat@example.com>... User Unknown\n", "cat@example.com", "5.1.1", "550", REASON_USERUNKNOWN, false},
		{DAEMON "Each of the following recipients was rejected by a remote mail server.\n\n    Recipient: <cat@example.com>\n    >>> MAIL FROM:<a@example.org>\n    <<< 550 go away\n", "cat@example.com", "", "550", REASON_FILTERED, false},
		{"From: System Administrator <x@example.org>\nSubject: =?utf-8?q?Unzustellbar=3A_x?=\n\nIhre Nachricht konnte nicht zugestellt werden:\n\ncat@example.com\nDas Postfach ist voll.\n", "cat@example.com", "", "", REASON_MAILBOXFULL, false},
		{"From: Mailer <cat-admin@example.com>\nSubject: You a@example.org are not member (cats)\n\nYou are not a member of this mailing list <cats@example.com>.\n", "cats@example.com", "", "", REASON_REJECTED, false},
		{"From: no-reply@example.com\nSubject: mail\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nYour mail\n  Could not be delivered to: <cat@example.com>\n  As their mailbox is full.\n--b\nContent-Type: message/rfc822\n\n" ENCLOSE "--b--\n", "cat@example.com", "", "", REASON_MAILBOXFULL, true},
		{"From: MAILER-DAEMON@example.org\nX-Failed-Recipients: cat@example.com\nSubject: x\n\nIt did not work out with the group.\nhttps://groups.google.com/support/\n", "cat@example.com", "", "", REASON_REJECTED, false},
		{DAEMON "An error occurred:\n\nReporting-MTA: dns; mx.example.org\n\nAction: failed\nFinal-Recipient: rfc822; cat@example.com\nDiagnostic-Code: smtp; 550 5.3.5 broken\nStatus: 5.3.5\n", "cat@example.com", "5.3.5", "550", REASON_SYSTEMERROR, false},
	        /* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct bounces b = bounces_of(arena, cases[i].raw);

		if (!b.is_bounce || b.count != 1 || b.recipients[0].reason != cases[i].reason)
			print_error("case %zu: %zu recipients, %s\n", i, b.count,
			            b.count ? bounce_reason_word(b.recipients[0].reason) : "");
		assert_true(b.is_bounce);
		assert_int_equal(b.count, 1);
		assert_str(b.recipients[0].address, cases[i].address);
		assert_str(b.recipients[0].status, cases[i].status);
		assert_str(b.recipients[0].code, cases[i].code);
		assert_int_equal(b.recipients[0].reason, cases[i].reason);
		assert_str(b.original_message_id, cases[i].has_original ? "1@example.org" : "");
		assert_str(b.original_subject, cases[i].has_original ? "Food" : "");
	}
}

/* A room full of customers: what they write must never be taken for a bounce. */
static void mail_of_people_and_shops_is_no_bounce(void **state UNUSED)
{
	static const char *const cases[] = {
	        "From: ann@example.com\nSubject: A question\n\nMy mail to <b@example.com>: user unknown?\n",
	        "From: ann@example.com\nSubject: Fwd: Undelivered Mail Returned to Sender\n\nWhat is this?\n\n"
	        "<cat@example.com>: host mx said: 550 5.1.1 User unknown\n\n--- Below this line is a copy of the "
	        "message.\n\n" ENCLOSE,
	        "From: ann@example.com\nSubject: Mail delivery failed\n\nThe message could not be delivered:\n\n"
	        "cat@example.com\n\nFinal-Recipient: rfc822; cat@example.com\nAction: failed\nStatus: 5.1.1\n",
	        "From: DHL <no-reply@example.com>\nSubject: Delivery failed\n\nYour parcel could not be delivered to "
	        "cat@example.com.\n",
	        "Return-Path: <>\nFrom: shop@example.com\nSubject: Delivery failure\n\nYour order was not delivered.\n",
	        "Return-Path: <>\nFrom: shop@example.com\nSubject: Thank you\n\nWe got your order.\n",
	        "From: postmaster@example.com\nSubject: New rules for your mailbox\n\nDear customers,\nwrite to "
	        "<help@example.com>.\n",
	        "From: ann@example.com\nSubject: x\nContent-Type: message/rfc822\n\nFrom: MAILER-DAEMON@example.org\n"
	        "Subject: failure notice\n\n<cat@example.com>:\n550 no\n",
	        "From: cats-admin@example.com\nSubject: Meeting of members\n\nYou are not a member of the board "
	        "<x@example.com>.\n",
	        "Subject: no sender\n\nhello\n",
	        "",
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct bounces b = bounces_of(arena, cases[i]);

		if (b.is_bounce)
			print_error("case %zu\n", i);
		assert_false(b.is_bounce);
	}
}

#define REPORT_HEAD                                                                                      \
	"From: postmaster@mx.example.org\nSubject: report\nContent-Type: multipart/report; boundary=b; " \
	"report-type=delivery-status\n\n--b\n\nSee below.\n--b\nContent-Type: message/delivery-status\n\n"

static void every_recipient_of_a_report_is_told(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct bounces b =
	        bounces_of(arena, REPORT_HEAD
	                   "Reporting-MTA: dns; mx.example.org\n\nOriginal-Recipient: rfc822;cats@example.com\n"
	                   "Final-Recipient: rfc822; <cat@example.com>\nAction: failed\nStatus: 5.1.1 (no such user)\n"
	                   "Remote-MTA: dns; mx.example.com\nDiagnostic-Code: smtp; 550 5.1.1 user\n unknown\n\n"
	                   "Final-Recipient: rfc822; dog@example.com\nAction: delayed\nStatus: 4.2.2\n\n"
	                   "Final-Recipient: rfc822; cow@example.com\nAction: delivered\nStatus: 2.0.0\n--b\n"
	                   "Content-Type: text/rfc822-headers\n\n" ENCLOSE "--b--\n");

	assert_true(b.is_bounce);
	assert_false(b.is_temporary);
	assert_int_equal(b.count, 3);
	assert_str(b.reporting_mta, "mx.example.org");
	assert_str(b.recipients[0].address, "cat@example.com");
	assert_str(b.recipients[0].original, "cats@example.com");
	assert_str(b.recipients[0].remote_mta, "mx.example.com");
	assert_str(b.recipients[0].code, "550");
	assert_true(b.recipients[0].is_hard);
	assert_str(b.recipients[1].action, "delayed");
	assert_int_equal(b.recipients[1].reason, REASON_MAILBOXFULL);
	assert_true(b.recipients[1].is_temporary);
	assert_int_equal(b.recipients[2].reason, REASON_DELIVERED);
	assert_str(b.original_message_id, "1@example.org");
	assert_str(b.original_from, "a@example.org");
	assert_str(b.original_to, "cat@example.com");
}

static void sloppy_reports_are_read(void **state UNUSED)
{
	static const char *const fields[] = {
	        "Final-Recipient: rfc822; cat@example.com\n\nAction: failed\n\nStatus: 5.1.1\n\n",
	        "Action: failed\nStatus: 5.1.1\nfinal-recipient: cat@example.com\n",
	        "Original-Recipient: <cat@example.com>\nDiagnostic-Code: 550 5.1.1 no; really not\n",
	        "Reporting-MTA: x\nFinal-Recipient: RFC822;cat@example.com\nStatus: 5.1.1 (bad)\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct bounces b =
		        bounces_of(arena, arena_cstr(arena, arena_printf(arena, REPORT_HEAD "%s--b--\n", fields[i])));

		assert_true(b.is_bounce);
		assert_int_equal(b.count, 1);
		assert_str(b.recipients[0].address, "cat@example.com");
		assert_str(b.recipients[0].status, "5.1.1");
		assert_str(b.recipients[0].action, "failed");
	}
}

static void a_delivered_or_delayed_mail_is_told_apart(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct bounces b = bounces_of(
	        arena, REPORT_HEAD "Final-Recipient: rfc822; cat@example.com\nAction: relayed\nStatus: 2.1.5\n--b--\n");

	assert_false(b.is_bounce);
	assert_int_equal(b.recipients[0].reason, REASON_DELIVERED);
	b = bounces_of(arena, DAEMON "Warning only.\nYour message has not yet been delivered to:\n\n  cat@example.com\n"
	                             "    host mx [192.0.2.1]: 450 4.2.1 later\n");
	assert_true(b.is_bounce && b.is_temporary);
	assert_false(b.recipients[0].is_hard);
}

static void one_message_may_name_many_recipients(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct bounces b =
	        bounces_of(arena, DAEMON
	                   "I wasn't able to deliver your message to the following addresses.\n\n<cat@example.com>:\n"
	                   "Remote host said: 550 5.1.1 user unknown\n\n<dog@example.com>:\n192.0.2.1 does not like "
	                   "recipient.\nRemote host said: 552 5.2.2 mailbox full\n\n--- Enclosed\n");

	assert_int_equal(b.count, 2);
	assert_int_equal(b.recipients[0].reason, REASON_USERUNKNOWN);
	assert_int_equal(b.recipients[1].reason, REASON_MAILBOXFULL);
	assert_str(b.recipients[1].status, "5.2.2");
}

static void notifications_of_amazon_are_read(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct bounces b = bounces_of(arena, SES "{\n \"Type\" : \"Notification\",\n \"Message\" : "
	                                         "\"{\\\"notificationType\\\":\\\"Bounce\\\",\\\"bounce\\\":{"
	                                         "\\\"bounceType\\\":\\\"Permanent\\\",\\\"bouncedRecipients\\\":[{"
	                                         "\\\"emailAddress\\\":\\\"cat@exam!\n ple.com\\\","
	                                         "\\\"action\\\":\\\"failed\\\",\\\"status\\\":\\\"5.1.1\\\","
	                                         "\\\"diagnosticCode\\\":\\\"smtp; 550 5.1.1 gone\\\"}]},"
	                                         "\\\"mail\\\":{\\\"messageId\\\":\\\"0102\\\",\\\"commonHeaders\\\":{"
	                                         "\\\"messageId\\\":\\\"<1@example.org>\\\","
	                                         "\\\"subject\\\":\\\"F\\\\u00f6od\\\"}}}\"\n}\n");

	assert_true(b.is_bounce);
	assert_int_equal(b.count, 1);
	assert_str(b.recipients[0].address, "cat@example.com");
	assert_str(b.recipients[0].code, "550");
	assert_int_equal(b.recipients[0].reason, REASON_USERUNKNOWN);
	assert_str(b.original_message_id, "1@example.org");
	b = bounces_of(arena, SES "{\"notificationType\":\"Complaint\",\"complaint\":{\"complainedRecipients\":[{"
	                          "\"emailAddress\":\"cat@example.com\"}]}}\n");
	assert_false(b.is_bounce);
	assert_int_equal(b.recipients[0].reason, REASON_FEEDBACK);
	b = bounces_of(arena,
	               SES "{\"notificationType\":\"Delivery\",\"delivery\":{\"recipients\":[\"cat@example.com\"]}}");
	assert_false(b.is_bounce);
	assert_int_equal(b.recipients[0].reason, REASON_DELIVERED);
	b = bounces_of(arena,
	               SES "{\"notificationType\":\"Bounce\", \"bouncedRecipients\":[{\"emailAddress\": \"cut of");
	assert_int_equal(b.count, 1);
}

static void complaints_and_absences_have_their_recipient(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct bounces b = bounces_of(
	        arena,
	        "From: fbl@example.net\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
	        "--b\n\nAbuse\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
	        "Original-Rcpt-To: <cat@example.com>\nOriginal-Rcpt-To: dog@example.com\n--b\n"
	        "Content-Type: message/rfc822\n\n" ENCLOSE "--b--\n");

	assert_false(b.is_bounce);
	assert_int_equal(b.count, 2);
	assert_str(b.recipients[1].address, "dog@example.com");
	assert_int_equal(b.recipients[0].reason, REASON_FEEDBACK);
	assert_str(b.original_message_id, "1@example.org");
	b = bounces_of(arena, "From: ann@example.com\nAuto-Submitted: auto-replied\nSubject: Away\n\nuntil May\n");
	assert_false(b.is_bounce);
	assert_int_equal(b.recipients[0].reason, REASON_VACATION);
	assert_str(b.recipients[0].address, "ann@example.com");
}

static void a_bounce_inside_a_bounce_counts(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct bounces b = bounces_of(
	        arena,
	        "From: MAILER-DAEMON@gate.example.org\nSubject: Returned mail\nContent-Type: multipart/mixed; "
	        "boundary=o\n\n--o\n\nThe following had errors\n--o\nContent-Type: message/rfc822\n\n" REPORT_HEAD
	        "Final-Recipient: rfc822; cat@example.com\nAction: failed\nStatus: 5.1.1\n--b--\n--o--\n");

	assert_true(b.is_bounce);
	assert_int_equal(b.count, 1);
	assert_str(b.recipients[0].address, "cat@example.com");
}

static void prose_bounces_are_delivery_reports(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str raw = str_of("From: System Administrator <x@example.org>\nSubject: Undeliverable: x\n\n"
	                        "Your message was not delivered to:\n\ncat@example.com\nno such user\n");

	assert_int_equal(message_classify(arena, message_parse(arena, raw, NULL)).kind, AUTO_DELIVERY_REPORT);
}

/* 20,000 records and as many recipient lines: what is kept is bounded, and each line is read once. */
static void a_flood_is_bounded(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(8));
	struct bounces b;

	buf_add(&raw, STR(DAEMON));
	for (int i = 0; i < 20000; i++)
		buf_printf(&raw, "<c%d@example.com>:\n550 \"<<< [[[\n", i);
	b = message_bounces(arena, message_parse(arena, buf_str(&raw), NULL));
	assert_int_equal(b.count, 1000);
	buf_clear(&raw);
	buf_add(&raw, STR(REPORT_HEAD));
	for (int i = 0; i < 20000; i++)
		buf_add(&raw, STR("Final-Recipient: x;cat@example.com\nStatus: 5.1.1\n\n"));
	b = message_bounces(arena, message_parse(arena, buf_str(&raw), NULL));
	assert_int_equal(b.count, 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(prose_of_all_kinds_is_read),
	        cmocka_unit_test(mail_of_people_and_shops_is_no_bounce),
	        cmocka_unit_test(every_recipient_of_a_report_is_told),
	        cmocka_unit_test(sloppy_reports_are_read),
	        cmocka_unit_test(a_delivered_or_delayed_mail_is_told_apart),
	        cmocka_unit_test(one_message_may_name_many_recipients),
	        cmocka_unit_test(notifications_of_amazon_are_read),
	        cmocka_unit_test(complaints_and_absences_have_their_recipient),
	        cmocka_unit_test(a_bounce_inside_a_bounce_counts),
	        cmocka_unit_test(prose_bounces_are_delivery_reports),
	        cmocka_unit_test(a_flood_is_bounded),
	};
	return cmocka_run_group_tests_name("mime/bounce", tests, NULL, NULL);
}
