/* What an inlet's trace shows of whose mail. */
#include "listen/inlet_trace.h"

#include "base/mem.h"

#include "base/test.h"

static void add_line(void *ctx, const char *line)
{
	buf_printf(ctx, "%s\n", line);
}

/* A line each: "!" says that the recipient's mailbox is personal, "?" that it isn't. */
static void play(struct str script, struct buf *out)
{
	struct inlet_trace trace;
	struct str line;

	inlet_trace_init(&trace, add_line);
	trace.ctx = out;
	while (str_split(&script, '\n', &line)) {
		char *text CLEANUP(freep) = str_dup(line);

		if (line.n == 0)
			continue;
		if (line.n == 1)
			inlet_trace_recipient(&trace, line.p[0] == '!');
		else
			inlet_trace_line(&trace, text);
	}
	inlet_trace_done(&trace);
}

static const struct {
	const char *name, *said, *shown;
} cases[] = {
        {"all is shown of mail for others",
         "S: 220 x\nC: LHLO a\nS: 250 x\nC: MAIL FROM:<a@x>\nS: 250 2.1.0 ok\n"
         "C: RCPT TO:<b@y>\n?\nS: 250 2.1.5 ok\nC: DATA\nS: 354 go\nC: <9 bytes>\n"
         "?\nS: 250 2.0.0 7 created\nC: QUIT\nS: 221 2.0.0 bye\n",
         "S: 220 x\nC: LHLO a\nS: 250 x\nC: MAIL FROM:<a@x>\nS: 250 2.1.0 ok\nC: RCPT TO:<b@y>\nS: 250 2.1.5 ok\n"
         "C: DATA\nS: 354 go\nC: <9 bytes>\nS: 250 2.0.0 7 created\nC: QUIT\nS: 221 2.0.0 bye\n"},
        {"codes of a personal mailbox's",
         "C: mail from:<a@x>\nS: 250 2.1.0 ok\nC: rcpt to:<eva@y>\n!\nS: 250 2.1.5 ok\nC: DATA\nS: 354 go\n"
         "C: <9 bytes>\n!\nS: 552 5.3.4 larger than listener eva takes\nC: NOOP\nS: 250 2.0.0 ok\n"
         "C: MAIL FROM:<c@x>\nS: 250 2.1.0 ok\nC: RCPT TO:<b@y>\n?\nS: 250 2.1.5 ok\n",
         "C: mail "
         "<a personal mailbox's: left out>\nS: 250 2.1.0 <a personal mailbox's: left out>\n"
         "C: rcpt <a personal mailbox's: left out>\nS: 250 2.1.5 <a personal mailbox's: left out>\nC: DATA\n"
         "S: 354 <a personal mailbox's: left out>\nC: <9 bytes>\n"
         "S: 552 5.3.4 <a personal mailbox's: left out>\nC: NOOP\nS: 250 2.0.0 ok\n"
         "C: MAIL FROM:<c@x>\nS: 250 2.1.0 ok\nC: RCPT TO:<b@y>\nS: 250 2.1.5 ok\n"},
        {"a sender of both",
         "C: MAIL FROM:<a@x>\nS: 250 2.1.0 ok\nC: RCPT TO:<b@y>\n?\nS: 250 2.1.5 ok\n"
         "C: RCPT TO:<eva@y>\n!\nS: 451 4.2.1 listener eva is paused\nC: RSET\nS: 250 2.0.0 ok\n",
         "C: MAIL FROM:<a@x>\nS: 250 2.1.0 ok\nC: RCPT TO:<b@y>\nS: 250 2.1.5 ok\n"
         "C: RCPT <a personal mailbox's: left out>\nS: 451 4.2.1 <a personal mailbox's: left out>\nC: RSET\n"
         "S: 250 2.0.0 ok\n"},
        {"a mail that nobody gets", "C: MAIL FROM:<a@x>\nS: 250 2.1.0 ok\nC: QUIT\nS: 221 2.0.0 bye\n",
         "C: MAIL FROM:<a@x>\nS: 250 2.1.0 ok\nC: QUIT\nS: 221 2.0.0 bye\n"},
        {"a connection that ended before the answer", "C: MAIL FROM:<a@x>\nS: 250 2.1.0 ok\nC: RCPT TO:<eva@y>\n!\n",
         "C: MAIL <a personal mailbox's: left out>\nS: 250 2.1.0 <a personal mailbox's: left out>\n"
         "C: RCPT <a personal mailbox's: left out>\n"},
        {"a trace that began behind the recipients", "C: DATA\nS: 354 go\nC: <9 bytes>\n!\nS: 250 2.0.0 7 created\n",
         "C: DATA\nS: 354 go\nC: <9 bytes>\nS: 250 2.0.0 <a personal mailbox's: left out>\n"},
        {"commands out of order",
         "C: RCPT\nS: 503 5.5.1 MAIL first\nC: MAIL\nC: MAIL\nC: RCPT\nC: RCPT\nC: RCPT\nS: \nS:\n",
         "C: RCPT\nS: 503 5.5.1 MAIL first\nC: MAIL\nC: MAIL\nC: RCPT\nC: RCPT\nC: RCPT\nS: \nS:\n"},
};

static void a_personal_mailbox_is_left_out(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(16));

		play(str_of(cases[i].said), &out);
		if (strcmp(buf_cstr(&out), cases[i].shown) != 0)
			FAIL_CASE("%s:\n%s", cases[i].name, buf_cstr(&out));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(a_personal_mailbox_is_left_out)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
