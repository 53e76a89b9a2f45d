/* Hostile and ordinary LMTP clients. */
#include "listen/lmtp.h"
#include "listen/lmtp_text.h"

#include <stdio.h>

#include "base/test.h"

struct office {
	struct buf mails; /* each with "|" behind it, without the trace lines */
	struct buf recipients;
	int store_is_away;
};

static bool take_recipient(void *ctx UNUSED, struct str address, char ret_to[65], struct lmtp_answer *ret_refusal)
{
	if (str_starts(address, STR("paused"))) {
		lmtp_answer(ret_refusal, 451, "4.2.1 paused");
		return false;
	}
	if (!str_ends_nocase(address, STR("@here.test")))
		return false;
	snprintf(ret_to, 65, STR_FMT, STR_ARG(str_slice(address, 0, 10)));
	return true;
}

static void take_mail(void *ctx, const struct lmtp_mail *mail, struct lmtp_answer *ret_answers)
{
	struct office *office = ctx;
	struct incoming *incoming CLEANUP(incoming_freep) = NULL;
	struct error err;

	assert_ok(spool_incoming(mail->spool, &incoming, &err), &err);
	assert_true(str_starts(incoming->raw, STR("Return-Path: <")));
	for (size_t i = 0; i < mail->count; i++) {
		buf_printf(&office->recipients, "%s ", mail->recipients[i].address);
		if (!office->store_is_away || i)
			lmtp_answer(&ret_answers[i], 250, "2.0.0 row %zu", i + 1);
	}
	if (!office->store_is_away)
		buf_add(&office->mails,
		        str_slice(incoming->raw, (size_t)str_find(incoming->raw, STR("\r\nReceived:")) + 2, SIZE_MAX));
	buf_add(&office->mails, STR("|"));
}

/* What the server says to these lines; the caller frees. */
static int talk(struct office *office, struct str input, struct buf *out, struct error *err)
{
	struct stream *stream CLEANUP(stream_closep) = stream_of_memory(input, out);
	const struct lmtp_options options = {.name = "here.test",
	                                     .max_message_bytes = 1000,
	                                     .max_recipients = 3,
	                                     .timeout_ms = 20000,
	                                     .recipient = take_recipient,
	                                     .deliver = take_mail,
	                                     .ctx = office};

	return lmtp_serve(stream, &options, err);
}

/* The codes of the answers in order, without greeting and the lines of LHLO but the last: "250 354 550 ". */
static void codes_of(struct str out, struct buf *codes)
{
	struct str line;

	str_split(&out, '\n', &line);
	while (str_split(&out, '\n', &line))
		if (line.n > 3 && line.p[3] == ' ')
			buf_printf(codes, STR_FMT " ", STR_ARG(str_slice(line, 0, 3)));
}

#define HELLO "LHLO c.test\r\n"
#define BEGIN HELLO "MAIL FROM:<a@b.test>\r\nRCPT TO:<x@here.test>\r\n"

static const struct {
	const char *input, *codes;
	const char *mail; /* how the text of the only mail ends; NULL: there is none */
} dialogues[] = {
        {BEGIN "DATA\r\nS: x\r\n\r\nhi\r\n.\r\nQUIT\r\n", "250 250 250 354 250 221 ", "\r\nS: x\r\n\r\nhi\r\n|"},
        {BEGIN "DATA\r\n.\r\nQUIT\r\n", "250 250 250 354 250 221 ", "\r\n|"},
        {BEGIN "DATA\r\n..a\r\n.b\r\n...\r\n.\r\n", "250 250 250 354 250 ", "\r\n.a\r\nb\r\n..\r\n|"},
        /* nothing but CR LF . CR LF ends a text: no second mail inside the first */
        {BEGIN "DATA\r\na\n.\nMAIL FROM:<evil@x>\r\n.\n\r\n.\r\r\n.\r\n", "250 250 250 354 250 ",
         "\r\na\n.\nMAIL FROM:<evil@x>\r\n\n\r\n\r\r\n|"},
        {BEGIN "DATA\r\na\r.\r\n\r\n.\r\n", "250 250 250 354 250 ", "\r\na\r.\r\n\r\n|"},
        {BEGIN "BDAT 3\r\na\r\nBDAT 0\r\nBDAT 4 LAST\r\n.\r\n.NOOP\r\n", "250 250 250 250 250 250 250 ",
         "\r\na\r\n.\r\n.|"},
        {BEGIN "BDAT 3\r\nabcRSET\r\nNOOP\r\n", "250 250 250 250 250 250 ", NULL},
        /* an answer for each recipient, the refused ones not */
        {HELLO "MAIL FROM:<>\r\nRCPT TO:<x@here.test>\r\nRCPT TO:<y@else.test>\r\nRCPT TO:<z@here.test>\r\n"
               "DATA\r\nm\r\n.\r\n",
         "250 250 250 550 250 354 250 250 ", "m\r\n|"},
        {HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<paused@here.test>\r\nDATA\r\n", "250 250 451 503 ", NULL},
        {HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<1@here.test>\r\nRCPT TO:<2@here.test>\r\nRCPT TO:<3@here.test>\r\n"
               "RCPT TO:<4@here.test>\r\n",
         "250 250 250 250 250 452 ", NULL},
        /* order and form */
        {"MAIL FROM:<a@b>\r\n", "503 ", NULL},
        {"EHLO x\r\nHELO x\r\n", "500 500 ", NULL},
        {"LHLO\r\nLHLO  \r\nLHLO a b\r\n", "500 501 501 ", NULL},
        {HELLO "RCPT TO:<x@here.test>\r\nDATA\r\n", "250 503 503 ", NULL},
        {HELLO "MAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\nDATA\r\n", "250 250 503 503 ", NULL},
        {HELLO "MAIL FROM:a@b\r\nMAIL FROM:<a@b\r\nMAIL FROM:<a b@c>\r\nMAIL TO:<a@b>\r\nMAIL\r\n",
         "250 501 501 501 501 500 ", NULL},
        {HELLO "MAIL FROM:<a@b> SIZE=1001\r\nMAIL FROM:<a@b> SIZE=x\r\nMAIL FROM:<a@b> BODY=BINARYMIME\r\n"
               "MAIL FROM:<a@b> RET=FULL\r\nMAIL FROM:<a@b> SIZE=1000 BODY=8BITMIME SMTPUTF8\r\n",
         "250 552 501 501 555 250 ", NULL},
        {BEGIN "RCPT TO:<x@here.test> NOTIFY=NEVER\r\nRCPT TO:<>\r\n", "250 250 250 555 501 ", NULL},
        {HELLO "MAIL FROM:<\"a>b\\\"c\"@d>\r\nRCPT TO:<@r.test,@s.test:x@here.test>\r\n", "250 250 250 ", NULL},
        {HELLO "NOOP x\r\nVRFY x\r\nRSET\r\nHELP\r\n", "250 250 252 250 500 ", NULL},
        {HELLO "BDAT x\r\nNOOP\r\n", "250 501 ", NULL},
        {HELLO "BDAT 4 LAST\r\nNOOPNOOP\r\n", "250 503 250 ", NULL},
};

static void dialogues_are_answered(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(dialogues); i++) {
		struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1)), codes CLEANUP(buf_done) = BUF_INIT(KIB(64));
		struct office office = {BUF_INIT(MIB(1)), BUF_INIT(KIB(64)), 0};
		struct str end = str_of(dialogues[i].mail);
		struct error err = {0};

		if (talk(&office, str_of(dialogues[i].input), &out, &err) < 0)
			assert_int_equal(err.code, E_CLOSED);
		codes_of(buf_str(&out), &codes);
		if (strcmp(buf_cstr(&codes), dialogues[i].codes) != 0)
			print_error("%s\n", dialogues[i].input);
		assert_string_equal(buf_cstr(&codes), dialogues[i].codes);
		if (end.p)
			assert_true(str_ends_nocase(buf_str(&office.mails), end));
		else
			assert_int_equal(office.mails.n, 0);
		buf_done(&office.mails);
		buf_done(&office.recipients);
	}
}

static void a_store_that_is_away_is_no_250(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct office office = {BUF_INIT(MIB(1)), BUF_INIT(KIB(64)), 1};
	struct error err;

	assert_ok(talk(&office, STR(BEGIN "RCPT TO:<y@here.test>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"), &out, &err), &err);
	assert_true(str_find(buf_str(&out), STR("\r\n451 4.3.0 not stored\r\n250 2.0.0 row 2\r\n")) > 0);
	buf_done(&office.mails);
	buf_done(&office.recipients);
}

static void a_mail_too_large_is_refused_and_the_next_goes_on(void **state UNUSED)
{
	struct buf in CLEANUP(buf_done) = BUF_INIT(MIB(1)), out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct office office = {BUF_INIT(MIB(1)), BUF_INIT(KIB(64)), 0};
	struct error err;

	buf_add_cstr(&in, BEGIN "DATA\r\n");
	for (int i = 0; i < 200; i++)
		buf_add_cstr(&in, "0123456789\r\n");
	buf_add_cstr(&in, ".\r\nMAIL FROM:<a@b>\r\nRCPT TO:<x@here.test>\r\nDATA\r\nsmall\r\n.\r\nQUIT\r\n");
	assert_ok(talk(&office, buf_str(&in), &out, &err), &err);
	assert_true(str_find(buf_str(&out), STR("\r\n552 5.3.4")) > 0);
	assert_true(str_ends_nocase(buf_str(&office.mails), STR("small\r\n|")));
	buf_done(&office.mails);
	buf_done(&office.recipients);
}

static void endless_texts_and_mistakes_end_the_connection(void **state UNUSED)
{
	struct buf in CLEANUP(buf_done) = BUF_INIT(MIB(1)), out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct office office = {BUF_INIT(MIB(1)), BUF_INIT(KIB(64)), 0};
	struct error err = {0};

	buf_add_cstr(&in, BEGIN "DATA\r\n");
	for (int i = 0; i < 1000; i++)
		buf_add_cstr(&in, "0123456789\r\n");
	assert_int_equal(talk(&office, buf_str(&in), &out, &err), E_LIMIT);
	buf_clear(&in);
	buf_clear(&out);
	for (int i = 0; i < 100; i++)
		buf_add_cstr(&in, "WHAT\r\n");
	assert_ok(talk(&office, buf_str(&in), &out, &err), &err);
	assert_true(str_ends_nocase(buf_str(&out), STR("421 4.7.0 too many errors\r\n")));
	assert_int_equal(talk(&office, STR(BEGIN "BDAT 99999999999999\r\n"), &out, &err), E_LIMIT);
	assert_int_equal(talk(&office, STR(BEGIN "DATA\r\nthe half of a mail"), &out, &err), E_CLOSED);
	assert_int_equal(office.mails.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(dialogues_are_answered),
	        cmocka_unit_test(a_store_that_is_away_is_no_250),
	        cmocka_unit_test(a_mail_too_large_is_refused_and_the_next_goes_on),
	        cmocka_unit_test(endless_texts_and_mistakes_end_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
