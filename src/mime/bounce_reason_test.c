/* mime: the reason behind a diagnostic, in delivery reports that say as little as possible otherwise. */
#include "mime/bounce.h"

#include "base/test.h"

#define REPORT                                                                                             \
	"From: MAILER-DAEMON@mx.example.org\nTo: a@example.org\nSubject: Undelivered\nMIME-Version: 1.0\n" \
	"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n"               \
	"%s\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"         \
	"Final-Recipient: rfc822; cat@example.com\nAction: %s\nStatus: %s\nDiagnostic-Code: %s\n\n--b--\n"

static struct bounce_recipient only_recipient(struct arena *arena, const char *prose, const char *action,
                                              const char *status, const char *diagnostic)
{
	struct str raw = arena_printf(arena, REPORT, prose, action, status, diagnostic);
	struct bounces b = message_bounces(arena, message_parse(arena, raw, NULL));

	assert_true(b.is_bounce);
	assert_int_equal(b.count, 1);
	return b.recipients[0];
}

static const struct {
	const char *status, *diagnostic;
	enum bounce_reason reason;
	bool is_hard;
	const char *best; /* status */
} reason_cases[] = {
        /* clang-format off */
	{"5.1.1", "smtp; 550 5.1.1 <cat@example.com>: Recipient address rejected: User unknown", REASON_USERUNKNOWN, true, "5.1.1"},
	{"5.0.0", "smtp; 550 5.1.1 no such user here", REASON_USERUNKNOWN, true, "5.1.1"},
	{"5.0.0", "smtp; 550 <cat@example.com>: User unknown (in reply to RCPT TO command)", REASON_USERUNKNOWN, true, "5.0.0"},
	{"5.0.0", "smtp; 550 Unknown user cat@example.com", REASON_FILTERED, false, "5.0.0"},
	{"5.0.0", "smtp; 550 Unknown user (in reply to end of DATA command)", REASON_FILTERED, false, "5.0.0"},
	{"5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied [X.example.net]", REASON_USERUNKNOWN, true, "5.4.1"},
	{"5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; nothing found", REASON_USERUNKNOWN, true, "5.1.10"},
	{"5.0.0", "smtp; 550 Benutzer unbekannt (in reply to RCPT TO command)", REASON_USERUNKNOWN, true, "5.0.0"},
	{"5.1.1", "smtp; 550 5.1.1 Adresse destinataire invalide", REASON_USERUNKNOWN, true, "5.1.1"},
	{"5.1.1", "smtp; 550 5.1.1 Пользователь не найден", REASON_USERUNKNOWN, true, "5.1.1"},
	{"5.1.1", "smtp; 550 5.1.1 something in no language we know", REASON_USERUNKNOWN, true, "5.1.1"},
	{"5.1.2", "smtp; 550 5.1.2 Bad destination system address", REASON_HOSTUNKNOWN, true, "5.1.2"},
	{"5.4.4", "X-Postfix; Host or domain name not found. Name service error for name=nowhere.example type=A: Host not found", REASON_HOSTUNKNOWN, true, "5.4.4"},
	{"4.4.3", "X-Postfix; Host not found, try again", REASON_NETWORKERROR, false, "4.4.3"},
	{"5.1.6", "smtp; 551 5.1.6 gone", REASON_HASMOVED, true, "5.1.6"},
	{"5.0.0", "smtp; 550 recipient has moved to another place", REASON_HASMOVED, true, "5.0.0"},
	{"5.1.10", "smtp; 556 5.1.10 the domain publishes a null MX", REASON_NOTACCEPT, true, "5.1.10"},
	{"4.0.0", "smtp; DNS error: example.com does not accept mail (nullMX)", REASON_NOTACCEPT, false, "4.0.0"},
	{"5.2.2", "smtp; 552 5.2.2 <cat@example.com>... no", REASON_MAILBOXFULL, false, "5.2.2"},
	{"5.1.1", "smtp; 550 5.1.1 Mailbox is full", REASON_MAILBOXFULL, false, "5.1.1"},
	{"5.0.0", "smtp; 552 Postfach ist voll", REASON_MAILBOXFULL, false, "5.0.0"},
	{"5.0.0", "smtp; 550 la cuota excedida del usuario", REASON_MAILBOXFULL, false, "5.0.0"},
	{"4.2.2", "smtp; 452-4.2.2 The email account is over\n quota", REASON_MAILBOXFULL, false, "4.2.2"},
	{"5.2.1", "smtp; 550 5.2.1 no", REASON_SUSPEND, false, "5.2.1"},
	{"5.0.0", "smtp; 554 This account has been disabled", REASON_SUSPEND, false, "5.0.0"},
	{"5.2.3", "smtp; 552 5.2.3 too long for this one", REASON_EXCEEDLIMIT, false, "5.2.3"},
	{"5.3.4", "smtp; 552 5.3.4 Message too big for system", REASON_MESGTOOBIG, false, "5.3.4"},
	{"4.3.1", "smtp; 452 4.3.1 Insufficient system storage", REASON_SYSTEMFULL, false, "4.3.1"},
	{"5.1.8", "smtp; 553 5.1.8 <a@example.org>... Domain of sender address does not exist", REASON_REJECTED, false, "5.1.8"},
	{"5.0.0", "smtp; 550 go away (in reply to MAIL FROM command)", REASON_REJECTED, false, "5.0.0"},
	{"5.7.1", "smtp; 554 5.7.1 Service unavailable; client [192.0.2.1] blocked using bl.example.net", REASON_BLOCKED, false, "5.7.1"},
	{"5.7.606", "smtp; 550 5.7.606 denied [192.0.2.1]", REASON_BLOCKED, false, "5.7.606"},
	{"5.0.0", "smtp; 550 no PTR record for 192.0.2.1", REASON_REQUIREPTR, false, "5.0.0"},
	{"5.7.25", "smtp; 550 5.7.25 the sending address is nobody's", REASON_REQUIREPTR, false, "5.7.25"},
	{"5.7.26", "smtp; 550-5.7.26 This mail is not\n 550 5.7.26 what we want", REASON_AUTHFAILURE, false, "5.7.26"},
	{"5.7.1", "smtp; 550 5.7.1 rejected due to the domain's DMARC policy", REASON_AUTHFAILURE, false, "5.7.1"},
	{"5.7.1", "smtp; 550-5.7.1 the very low reputation of the\n sending domain", REASON_BADREPUTATION, false, "5.7.1"},
	{"5.7.1", "smtp; 550 5.7.1 This message is spam", REASON_SPAMDETECTED, false, "5.7.1"},
	{"5.7.1", "smtp; 550 5.7.1 denied by policy", REASON_POLICYVIOLATION, false, "5.7.1"},
	{"5.7.1", "smtp; 554 5.7.1 <cat@example.com>: Relay access denied", REASON_NORELAYING, false, "5.7.1"},
	{"5.7.1", "smtp; 554 5.7.1 Virus found in this mail", REASON_VIRUSDETECTED, false, "5.7.1"},
	{"5.7.0", "smtp; 530 5.7.0 Must issue a STARTTLS command first", REASON_FAILEDSTARTTLS, false, "5.7.0"},
	{"5.0.0", "smtp; 530 Authentication required", REASON_SECURITYERROR, false, "5.0.0"},
	{"5.0.0", "smtp; 550 missing From header, see RFC 5322", REASON_NOTCOMPLIANTRFC, false, "5.0.0"},
	{"5.6.0", "smtp; 552 5.6.0 hm", REASON_CONTENTERROR, false, "5.6.0"},
	{"4.7.28", "smtp; 421 4.7.28 too much of this", REASON_SPEEDING, false, "4.7.28"},
	{"4.3.2", "smtp; 452 4.3.2 Connection rate limit exceeded", REASON_TOOMANYCONN, false, "4.3.2"},
	{"4.4.7", "smtp; 550 4.4.7 message expired", REASON_EXPIRED, false, "4.4.7"},
	{"4.4.1", "X-Postfix; connect to mx.example.com[192.0.2.3]:25: Connection timed out", REASON_EXPIRED, false, "4.4.1"},
	{"5.4.6", "smtp; 554 5.4.6 Too many hops", REASON_NETWORKERROR, false, "5.4.6"},
	{"5.3.0", "x-unix; procmail: the disk said no", REASON_MAILERERROR, false, "5.3.0"},
	{"5.3.5", "smtp; 553 5.3.5 hm", REASON_SYSTEMERROR, false, "5.3.5"},
	{"5.5.0", "smtp; 503 bad sequence of commands", REASON_SYNTAXERROR, false, "5.5.0"},
	{"4.0.0", "smtp; 450 on hold", REASON_ONHOLD, false, "4.0.0"},
	{"5.0.0", "smtp; 552 hm", REASON_EXCEEDLIMIT, false, "5.0.0"},
	{"5.0.0", "smtp; Sorry, no mailbox here by that name. (#5.1.1)", REASON_USERUNKNOWN, true, "5.1.1"},
	{"5.0.0", "smtp; 550 from 5.9.3.2 (v 4.85.5.36), see 4.16.55.1", REASON_ONHOLD, false, "5.0.0"},
        /* clang-format on */
};

static void words_statuses_and_codes_name_the_reason(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(reason_cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct bounce_recipient r = only_recipient(arena, "It was not to be.", "failed", reason_cases[i].status,
		                                           reason_cases[i].diagnostic);

		if (r.reason != reason_cases[i].reason)
			print_error("%s: %s by %.*s\n", reason_cases[i].diagnostic, bounce_reason_word(r.reason),
			            STR_ARG(r.evidence));
		assert_int_equal(r.reason, reason_cases[i].reason);
		assert_int_equal(r.is_hard, reason_cases[i].is_hard);
		assert_str(r.status, reason_cases[i].best);
		assert_int_equal(r.is_temporary, reason_cases[i].best[0] == '4');
	}
}

static void the_prose_counts_where_the_fields_are_silent(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct bounce_recipient r =
	        only_recipient(arena, "cat@example.com: 550 5.7.25 No PTR record", "failed", "5.0.0", "");

	assert_int_equal(r.reason, REASON_REQUIREPTR);
	assert_str(r.status, "5.7.25");
	assert_str(r.code, "550");
	r = only_recipient(arena, "...\n>>> DATA\n<<< 550 user unknown", "failed", "5.0.0", "smtp; 550 user unknown");
	assert_int_equal(r.reason, REASON_FILTERED);
	r = only_recipient(arena, "...\n>>> RCPT To:<cat@example.com>\n<<< 550 user unknown", "failed", "5.0.0",
	                   "smtp; 550 user unknown");
	assert_int_equal(r.reason, REASON_USERUNKNOWN);
	r = only_recipient(arena, "It takes a while.", "delayed", "", "");
	assert_int_equal(r.reason, REASON_EXPIRED);
	assert_true(r.is_temporary);
}

static void an_answer_says_whether_the_address_is_good(void **state UNUSED)
{
	static const struct {
		int code;
		const char *words;
		bool to_rcpt;
		enum bounce_reason reason;
		enum address_verdict verdict;
	} cases[] = {
	        /* clang-format off */
		{550, "5.1.1 no such user", true, REASON_USERUNKNOWN, ADDRESS_DEAD},
		{550, "no such user here", true, REASON_USERUNKNOWN, ADDRESS_DEAD},
		{450, "4.1.1 user unknown in virtual mailbox table", true, REASON_USERUNKNOWN, ADDRESS_TROUBLED},
		{550, "no", true, REASON_USERUNKNOWN, ADDRESS_TROUBLED},
		{550, "user unknown", false, REASON_FILTERED, ADDRESS_TROUBLED},
		{552, "5.2.2 mailbox full", true, REASON_MAILBOXFULL, ADDRESS_TROUBLED},
		{554, "5.7.1 relay access denied", true, REASON_NORELAYING, ADDRESS_UNJUDGED},
		{554, "5.7.1 message looks like spam", false, REASON_SPAMDETECTED, ADDRESS_UNJUDGED},
		{552, "5.3.4 message too big", false, REASON_MESGTOOBIG, ADDRESS_UNJUDGED},
		{550, "5.7.26 fails to pass authentication checks (SPF or DKIM)", false, REASON_AUTHFAILURE, ADDRESS_UNJUDGED},
	        /* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct bounce_recipient r =
		        bounce_of_answer(arena, cases[i].code, str_of(cases[i].words), cases[i].to_rcpt);

		if (r.reason != cases[i].reason || bounce_verdict(&r) != cases[i].verdict)
			print_error("%s: %s by %.*s, verdict %d\n", cases[i].words, bounce_reason_word(r.reason),
			            STR_ARG(r.evidence), (int)bounce_verdict(&r));
		assert_int_equal(r.reason, cases[i].reason);
		assert_int_equal(bounce_verdict(&r), cases[i].verdict);
	}
}

static void every_reason_has_a_word(void **state UNUSED)
{
	for (int i = REASON_UNDEFINED; i <= REASON_DELIVERED; i++)
		assert_true(strlen(bounce_reason_word((enum bounce_reason)i)) > 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(words_statuses_and_codes_name_the_reason),
	        cmocka_unit_test(the_prose_counts_where_the_fields_are_silent),
	        cmocka_unit_test(an_answer_says_whether_the_address_is_good),
	        cmocka_unit_test(every_reason_has_a_word),
	};
	return cmocka_run_group_tests_name("mime/bounce_reason", tests, NULL, NULL);
}
