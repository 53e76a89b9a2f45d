/* The envelope of a mail that is never sent: MAIL, RCPT, RSET, for a test of the account. */
#include "send/smtp/smtp.h"

/* What could end the command or the path. */
static bool is_writable(const char *address)
{
	for (const char *p = address; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '<' || *p == '>')
			return false;
	return true;
}

/* 2xx, or the refusal; 421 is the end of the session. */
static int answered(struct smtp *smtp, const char *step, struct error *err)
{
	struct reply reply;
	int rc = smtp_reply(smtp, step, &reply, err);

	if (rc < 0 || reply.code == 421)
		smtp->broken = true;
	if (rc < 0 || reply.code < 300)
		return MIN(rc, 0);
	return smtp_refused(&reply, reply.code == 421 ? E_CLOSED : E_REFUSED, step, err);
}

static int command(struct smtp *smtp, const char *verb, const char *step, const char *address, struct error *err)
{
	int rc = stream_printf(smtp->stream, err, "%s:<%s>\r\n", verb, address);

	return rc < 0 ? rc : answered(smtp, step, err);
}

int smtp_try_envelope(struct sender *s, const char *from, const char *to, struct error *err)
{
	struct smtp *smtp = (struct smtp *)s;
	struct error ignored;
	int rc;

	if (!is_writable(from) || !is_writable(to))
		return fail(err, E_INVALID, RETRY_NEVER, "the address \"%.100s\" can't stand in a command",
		            is_writable(from) ? to : from);
	rc = command(smtp, "MAIL FROM", "sender", from, err);
	if (rc == 0)
		rc = command(smtp, "RCPT TO", "recipient", to, err);
	if (smtp->broken)
		return rc;
	if (stream_write(smtp->stream, STR("RSET\r\n"), &ignored) < 0 || answered(smtp, "RSET", &ignored) < 0)
		smtp->broken = true;
	return rc;
}
