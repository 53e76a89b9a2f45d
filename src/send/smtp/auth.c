/* Log-in (RFC 4954): the lines of AUTH; what goes into them is auth/sasl.h's. The mechanisms are those offered after
 * TLS. */
#include "send/smtp/smtp.h"

#define MAX_INITIAL \
	400 /* a longer first response goes on a line of its own: RFC 5321 lets servers cut commands at 512 */

static int write_line(struct smtp *smtp, struct str line, struct error *err)
{
	int rc = stream_write_secret(smtp->stream, line, err);

	return rc < 0 ? rc : stream_write(smtp->stream, STR("\r\n"), err);
}

static int begin(void *ctx, const char *name, struct str initial, struct error *err)
{
	struct smtp *smtp = ctx;
	int rc = stream_printf(smtp->stream, err, "AUTH %s%s", name, initial.p ? " " : "");

	if (rc < 0)
		return rc;
	return initial.p ? write_line(smtp, initial, err) : stream_write(smtp->stream, STR("\r\n"), err);
}

static int respond(void *ctx, struct str line, struct error *err)
{
	return write_line(ctx, line, err);
}

static void take_line(void *ctx, struct str words)
{
	*(struct str *)ctx = words;
}

/* 5xx: a person must act. 4xx, as 454 from a server whose user database is away, passes. 500 to 504 say that the server
 * can't do what it offers, or not for this user; no password was looked at. */
static int read_answer(void *ctx, struct sasl_answer *ret, struct error *err)
{
	struct smtp *smtp = ctx;
	struct reply reply;
	struct str text = STR_NULL;
	int rc = smtp_read_reply(smtp, "log-in", smtp->step_timeout_ms, &reply, take_line, &text, err);

	if (rc < 0)
		return rc;
	ret->text = text;
	if (reply.code == 334) {
		ret->kind = SASL_CHALLENGE;
	} else if (reply.code == 235) {
		ret->kind = SASL_DONE;
	} else if (reply.code < 400) {
		return fail(err, E_PROTOCOL, RETRY_LATER, "log-in: the server answers %d instead of 235", reply.code);
	} else {
		ret->kind = reply.code >= 500 && reply.code <= 504 && reply.code != 503 ? SASL_CANNOT : SASL_REFUSED;
		smtp_refused(&reply, E_AUTH, "log-in", &ret->fault);
	}
	return 0;
}

static int nothing_offered(const struct smtp *smtp, struct error *err)
{
	if (!stream_is_tls(smtp->stream) && smtp->capabilities & CAN_STARTTLS)
		return fail(err, E_UNSUPPORTED, RETRY_NEVER,
		            "log-in: the server offers it only over TLS: set security to starttls");
	return fail(err, E_UNSUPPORTED, RETRY_NEVER,
	            "log-in: the server offers none on this port; is it the submission port (587 or 465)?");
}

int smtp_log_in(struct smtp *smtp, const struct sender_options *options, struct error *err)
{
	static const struct sasl_peer peer = {.begin = begin, .respond = respond, .read = read_answer};
	const struct sasl_options sasl = {
	        .login = &options->login,
	        .stream = smtp->stream,
	        .host = options->stream.host,
	        .port = options->stream.port,
	        .offer = &smtp->offer,
	        .max_initial = MAX_INITIAL,
	        .peer = &peer,
	        .ctx = smtp,
	};

	if (!smtp->offer.mechanisms && !*smtp->offer.other)
		return nothing_offered(smtp, err);
	return sasl_log_in(&sasl, err);
}
