/* The log-in: the lines of AUTH (RFC 5034), what goes into them being auth/sasl.h's; and USER and PASS.
 *
 * APOP (RFC 1939 §7) isn't used: its MD5 has been broken for just this use since 2007, within TLS it is needless, and
 * servers greet with its time stamp though they can't do it, so that trying it costs a failed log-in. */
#include "receive/pop3/session.h"

#define INITIAL_MAX 220 /* RFC 5034 §4: a line of 255 with CRLF, "AUTH SCRAM-SHA-256-PLUS " before it */

/* One log-in: what was sent of the try that runs. */
struct attempt {
	struct pop3 *pop3;
	bool told; /* something that the server could judge */
};

static int send_secret(struct pop3 *pop3, struct str text, struct error *err)
{
	return stream_write_secret(pop3->stream, text, err) < 0 ? pop3_break(pop3, err) : 0;
}

/* POP3 has one -ERR for everything: before anything was told, it is the mechanism that is refused. */
static void take_status(const struct attempt *attempt, const struct pop3_reply *reply, struct sasl_answer *ret)
{
	ret->kind = reply->ok ? SASL_DONE : attempt->told ? SASL_REFUSED : SASL_CANNOT;
	if (!reply->ok)
		pop3_refused(reply, "login", SCOPE_ACCOUNT, E_AUTH, RETRY_NEVER, &ret->fault);
}

/* ---------------------------------------------------------------- AUTH */

static int begin(void *ctx, const char *name, struct str initial, struct error *err)
{
	struct attempt *attempt = ctx;
	struct pop3 *pop3 = attempt->pop3;
	int r;

	attempt->told = initial.p != NULL;
	if (!initial.p)
		return pop3_send(pop3, err, "AUTH %s", name);
	r = stream_printf(pop3->stream, err, "AUTH %s ", name) < 0 ? pop3_break(pop3, err) : 0;
	if (r == 0)
		r = send_secret(pop3, initial, err);
	return r < 0 ? r : send_secret(pop3, STR("\r\n"), err);
}

static int respond(void *ctx, struct str line, struct error *err)
{
	struct attempt *attempt = ctx;
	int r = send_secret(attempt->pop3, line, err);

	attempt->told = true;
	return r < 0 ? r : send_secret(attempt->pop3, STR("\r\n"), err);
}

static int read_status(void *ctx, struct sasl_answer *ret, struct error *err)
{
	struct attempt *attempt = ctx;
	struct pop3_reply reply;
	int r = pop3_read_challenge(attempt->pop3, &reply, err);

	if (r < 0)
		return r;
	if (reply.is_challenge) {
		ret->kind = SASL_CHALLENGE;
		ret->text = reply.text;
	} else {
		take_status(attempt, &reply, ret);
	}
	return 0;
}

/* ---------------------------------------------------------------- USER and PASS */

/* The rest of the line is the text, spaces included. */
static int send_line(struct pop3 *pop3, struct str word, struct str text, struct error *err)
{
	int r = stream_write(pop3->stream, word, err) < 0 ? pop3_break(pop3, err) : 0;

	if (r == 0)
		r = send_secret(pop3, text, err);
	return r < 0 ? r : send_secret(pop3, STR("\r\n"), err);
}

/* With PIPELINING both lines leave together. */
static int log_in_by_command(void *ctx, struct str user, struct str password, struct sasl_answer *ret,
                             struct error *err)
{
	struct attempt *attempt = ctx;
	struct pop3 *pop3 = attempt->pop3;
	bool together = pop3_is_pipelined(pop3);
	struct pop3_reply reply;
	int r = send_line(pop3, STR("USER "), user, err);

	attempt->told = true;
	if (r == 0 && together)
		r = send_line(pop3, STR("PASS "), password, err);
	if (r == 0)
		r = pop3_read_reply(pop3, "login", &reply, err);
	if (r == 0 && reply.ok) {
		if (!together)
			r = send_line(pop3, STR("PASS "), password, err);
		if (r == 0)
			r = pop3_read_reply(pop3, "login", &reply, err);
	}
	if (r < 0)
		return r;
	take_status(attempt, &reply, ret);
	return 0;
}

/* ---------------------------------------------------------------- both */

int pop3_log_in(struct pop3 *pop3, const struct receiver_options *options, struct error *err)
{
	static const struct sasl_peer peer = {
	        .begin = begin, .respond = respond, .read = read_status, .command = log_in_by_command};
	struct attempt attempt = {.pop3 = pop3};
	struct sasl_offer offer = pop3->offer;
	const struct sasl_options sasl = {
	        .login = &options->login,
	        .stream = pop3->stream,
	        .host = options->stream.host,
	        .port = options->stream.port,
	        .offer = &offer,
	        .max_initial = INITIAL_MAX,
	        .peer = &peer,
	        .ctx = &attempt,
	};
	int r;

	/* RFC 2449 §6.3: without USER the two commands aren't there; a server without CAPA has nothing else. */
	if ((pop3->capabilities & POP3_CAP_USER) || !pop3->has_capabilities)
		offer.mechanisms |= SASL_BIT(SASL_COMMAND);
	r = sasl_log_in(&sasl, err);
	return r < 0 && !pop3->broken.code ? pop3_break(pop3, err) : r;
}
