/* Choosing a mechanism, moving its exchange, and what follows from the answer. See sasl.h. */
#include "auth/sasl.h"

#include "auth/mechanism.h"
#include "base/base64.h"
#include "base/mem.h"

#include <stdio.h>

#define ROUNDS_MAX 8

#define TOKEN_MECHANISMS (SASL_BIT(SASL_OAUTHBEARER) | SASL_BIT(SASL_XOAUTH2))
#define PLUS_MECHANISMS  (SASL_BIT(SASL_SCRAM_SHA_256_PLUS) | SASL_BIT(SASL_SCRAM_SHA_1_PLUS))

/* One log-in, over all tries. */
struct sasl {
	const struct sasl_options *options;
	uint32_t usable; /* mechanisms not tried in vain yet */
	struct channel_binding binding;
	unsigned binding_choice;
	struct secret token;
	bool renewed;          /* the token was asked for anew */
	struct error fault;    /* of the last mechanism that the server couldn't do */
	bool plus_unavailable; /* offered, and the server couldn't do it after all */
};

void sasl_offer_add(struct sasl_offer *offer, struct str name)
{
	int mechanism = sasl_mechanism_find(name);
	size_t n = strlen(offer->other);

	if (mechanism >= 0 && mechanism != SASL_COMMAND) {
		offer->mechanisms |= SASL_BIT(mechanism);
		return;
	}
	if (str_ends_nocase(name, STR("-PLUS")))
		offer->other_plus = true;
	if (name.n && n + name.n + 3 < sizeof offer->other)
		snprintf(offer->other + n, sizeof offer->other - n, "%s" STR_FMT, n ? ", " : "", STR_ARG(name));
}

/* ---------------------------------------------------------------- before anything is sent */

static int check_password(const struct login *login, struct error *err)
{
	struct str user = str_of(login->user), password;

	if (!login->password || !secret_is_set(login->password))
		return fail(err, E_AUTH, RETRY_NEVER, "log-in: user %.80s has no password set", login->user);
	password = secret_reveal(login->password);
	if (user.n + password.n > SASL_SECRET_MAX / 4)
		return fail(err, E_INVALID, RETRY_NEVER, "log-in: user and password can't be longer than %zu bytes",
		            SASL_SECRET_MAX / 4);
	if (str_find_char(password, '\0') >= 0 || str_find_char(password, '\r') >= 0 ||
	    str_find_char(password, '\n') >= 0)
		return fail(err, E_INVALID, RETRY_NEVER, "log-in: the password has a line break or NUL in it");
	return 0;
}

static int check_login(const struct sasl_options *o, struct error *err)
{
	const struct login *login = o->login;

	if (!login->user || !*login->user)
		return fail(err, E_INVALID, RETRY_NEVER, "log-in: the user name is missing");
	if (strpbrk(login->user, "\r\n\001"))
		return fail(err, E_INVALID, RETRY_NEVER, "log-in: the user name has a line break in it");
	if (!stream_is_tls(o->stream) && login->tokens)
		return fail(err, E_INSECURE, RETRY_NEVER,
		            "log-in: the connection is not encrypted, so no access token was sent; set security to "
		            "starttls or tls");
	if (!stream_is_tls(o->stream) && !login->allow_insecure)
		return fail(err, E_INSECURE, RETRY_NEVER,
		            "log-in: the connection is not encrypted, so no password was sent; set security to "
		            "starttls or tls (or allow an insecure log-in)");
	return login->tokens ? 0 : check_password(login, err);
}

static int get_token(struct sasl *sasl, bool refused, struct error *err)
{
	const struct login *login = sasl->options->login;
	const struct token_wish wish = {refused, login->transcript, login->transcript_ctx};
	struct secret token = {0};
	int rc = login->tokens->get(login->tokens, &wish, &token, err);

	if (rc < 0)
		return rc;
	secret_done(&sasl->token);
	sasl->token = token;
	if (!secret_is_set(&token) || token.n + strlen(login->user) > SASL_SECRET_MAX / 2)
		return fail(err, E_INVALID, RETRY_NEVER, "log-in: the access token is empty or longer than %zu bytes",
		            SASL_SECRET_MAX / 2);
	return 0;
}

/* ---------------------------------------------------------------- choosing */

/* What this log-in may use at all. */
static uint32_t permitted(const struct sasl_options *o)
{
	uint32_t all = (SASL_BIT(SASL_MECHANISMS) - 1) & ~o->login->disabled;

	if (!o->peer->command)
		all &= ~SASL_BIT(SASL_COMMAND);
	return o->login->tokens ? all & TOKEN_MECHANISMS : all & ~TOKEN_MECHANISMS;
}

/* -1: none is left. */
static int choose(const struct sasl *sasl)
{
	bool command = sasl->usable & SASL_BIT(SASL_COMMAND);

	for (int m = 0; m < SASL_MECHANISMS; m++) {
		if (m == SASL_PLAIN && command && sasl->options->command_first)
			return SASL_COMMAND;
		if (sasl->usable & SASL_BIT(m))
			return m;
	}
	return -1;
}

static void list_mechanisms(uint32_t mechanisms, const char *other, char *ret_text, size_t size)
{
	size_t n = 0;

	*ret_text = '\0';
	for (int m = 0; m < SASL_MECHANISMS; m++)
		if (mechanisms & SASL_BIT(m) && n < size)
			n += (size_t)snprintf(ret_text + n, size - n, "%s%s", n ? ", " : "", sasl_mechanism_name(m));
	if (*other && n < size)
		snprintf(ret_text + n, size - n, "%s%s", n ? ", " : "", other);
}

static int nothing_in_common(const struct sasl_options *o, struct error *err)
{
	char offered[120];

	list_mechanisms(o->offer->mechanisms, o->offer->other, offered, sizeof offered);
	if (o->offer->mechanisms & o->login->disabled)
		return fail(err, E_UNSUPPORTED, RETRY_NEVER,
		            "log-in: the server offers %s, and the account disables what could be used of it", offered);
	if (o->login->tokens)
		return fail(err, E_UNSUPPORTED, RETRY_NEVER,
		            "log-in: the server takes no access token (XOAUTH2 or OAUTHBEARER), it offers %s",
		            *offered ? offered : "nothing");
	if (o->offer->mechanisms & TOKEN_MECHANISMS)
		return fail(err, E_UNSUPPORTED, RETRY_NEVER,
		            "log-in: the server takes no password, it offers %s: the account needs OAuth", offered);
	return fail(err, E_UNSUPPORTED, RETRY_NEVER, "log-in: the server offers %s, and nothing that we can",
	            *offered ? offered : "nothing");
}

/* ---------------------------------------------------------------- one exchange */

static int send_response(const struct sasl_options *o, struct str raw, struct error *err)
{
	struct buf line CLEANUP(buf_wipe) = BUF_INIT(2 * SASL_RESPONSE_MAX);

	must(buf_room(&line, raw.n * 4 / 3 + 8) != NULL);
	base64_encode(&line, raw);
	return o->peer->respond(o->ctx, line.p ? buf_str(&line) : STR(""), err);
}

/* The server is told that this exchange ends; what it says to that is of no interest. */
static int cancel(const struct sasl_options *o, int rc)
{
	struct sasl_answer answer;
	struct error unread;

	if (o->peer->respond(o->ctx, STR("*"), &unread) == 0 && o->peer->read(o->ctx, &answer, &unread) < 0)
		return rc;
	return rc;
}

static int answer_challenge(const struct sasl_options *o, struct exchange *exchange, struct str text, struct error *err)
{
	struct buf challenge CLEANUP(buf_done) = BUF_INIT(KIB(64)), out CLEANUP(buf_wipe) = BUF_INIT(SASL_RESPONSE_MAX);
	int rc = 0;

	must(buf_room(&out, SASL_RESPONSE_MAX - 1) != NULL);
	if (exchange_reads_challenges(exchange) && !base64_decode(&challenge, str_trim(text)))
		rc = fail(err, E_PROTOCOL, RETRY_LATER, "log-in: the server's %s challenge isn't base64: " STR_FMT,
		          sasl_mechanism_name(exchange->mechanism), STR_ARG(str_slice(text, 0, 60)));
	if (rc == 0)
		rc = exchange_respond(exchange, buf_str(&challenge), &out, err);
	return rc < 0 ? cancel(o, rc) : send_response(o, buf_str(&out), err);
}

/* With the initial response where it may stand there. *ret_said: it was sent. */
static int begin_exchange(const struct sasl_options *o, struct exchange *exchange, bool *ret_said, struct error *err)
{
	struct buf out CLEANUP(buf_wipe) = BUF_INIT(SASL_RESPONSE_MAX),
	               line CLEANUP(buf_wipe) = BUF_INIT(2 * SASL_RESPONSE_MAX);
	const char *name = sasl_mechanism_name(exchange->mechanism);
	int rc;

	*ret_said = false;
	if (!o->max_initial || !exchange_is_client_first(exchange))
		return o->peer->begin(o->ctx, name, STR_NULL, err);
	must(buf_room(&out, SASL_RESPONSE_MAX - 1) != NULL && buf_room(&line, SASL_RESPONSE_MAX * 4 / 3 + 8) != NULL);
	rc = exchange_respond(exchange, STR_NULL, &out, err);
	if (rc < 0)
		return rc;
	base64_encode(&line, buf_str(&out));
	*ret_said = line.n <= o->max_initial;
	if (!*ret_said)
		exchange->step = 0; /* too long for a command: it goes when it is asked for */
	return o->peer->begin(o->ctx, name, *ret_said ? buf_str(&line) : STR_NULL, err);
}

/* A server that says yes without having proven itself may be anybody. */
static int check_proof(const struct exchange *exchange, const struct sasl_answer *answer, struct error *err)
{
	if (answer->kind != SASL_DONE || exchange->proven)
		return 0;
	return fail(err, E_INSECURE, RETRY_NEVER,
	            "log-in: the server says yes without the proof that %s demands of it: it is another server than "
	            "ours",
	            sasl_mechanism_name(exchange->mechanism));
}

static int run_exchange(const struct sasl_options *o, struct exchange *exchange, struct sasl_answer *ret_answer,
                        struct error *err)
{
	bool said, asked_again = false;
	int rc = begin_exchange(o, exchange, &said, err);

	for (int round = 0; rc == 0; round++) {
		rc = o->peer->read(o->ctx, ret_answer, err);
		if (rc < 0 || ret_answer->kind != SASL_CHALLENGE)
			break;
		if (round == ROUNDS_MAX) {
			rc = fail(err, E_PROTOCOL, RETRY_LATER, "log-in: the server asks more than %d times",
			          ROUNDS_MAX);
			return cancel(o, rc);
		}
		/* some ask although they were told already */
		if (said && round == 0 && !asked_again &&
		    (!exchange_reads_challenges(exchange) || !str_trim(ret_answer->text).n)) {
			asked_again = true;
			exchange->step = 0;
		}
		rc = answer_challenge(o, exchange, ret_answer->text, err);
	}
	return rc < 0 ? rc : check_proof(exchange, ret_answer, err);
}

/* ---------------------------------------------------------------- one mechanism */

static void say_complaint(const struct exchange *exchange, struct error *fault)
{
	struct error plain = *fault;

	if (*exchange->complaint)
		fail(fault, plain.code, plain.retry, "%s; %s", plain.text, exchange->complaint);
}

static int try_mechanism(struct sasl *sasl, enum sasl_mechanism mechanism, struct sasl_answer *ret_answer,
                         struct error *err)
{
	const struct sasl_options *o = sasl->options;
	struct exchange exchange CLEANUP(exchange_done) = {
	        .mechanism = mechanism,
	        .user = str_of(o->login->user),
	        .secret = secret_reveal(o->login->tokens ? &sasl->token : o->login->password),
	        .host = o->host ? o->host : "",
	        .port = o->port,
	};
	int rc;

	if (mechanism == SASL_COMMAND)
		return o->peer->command(o->ctx, exchange.user, exchange.secret, ret_answer, err);
	if (SASL_BIT(mechanism) & PLUS_MECHANISMS)
		exchange.binding = sasl->binding;
	/* An account that disables them is a client that can't; so it never says "y" where the server could. */
	exchange.could_bind = sasl->binding.type && !(o->login->disabled & PLUS_MECHANISMS) && !o->offer->other_plus &&
	                      (sasl->plus_unavailable || !(o->offer->mechanisms & PLUS_MECHANISMS));
	rc = run_exchange(o, &exchange, ret_answer, err);
	if (rc < 0 && exchange.wrong_binding) {
		ret_answer->kind = SASL_CANNOT;
		ret_answer->fault = *err;
		return 0;
	}
	if (rc == 0 && ret_answer->kind != SASL_DONE)
		say_complaint(&exchange, &ret_answer->fault);
	return rc;
}

/* The server can't do it after all. Where it is a binding, another kind of it may be what the server knows. */
static void strike_out(struct sasl *sasl, enum sasl_mechanism mechanism)
{
	if (!(SASL_BIT(mechanism) & PLUS_MECHANISMS)) {
		sasl->usable &= ~SASL_BIT(mechanism);
		return;
	}
	if (stream_channel_binding(sasl->options->stream, ++sasl->binding_choice, &sasl->binding))
		return;
	sasl->usable &= ~PLUS_MECHANISMS;
	sasl->plus_unavailable = true;
}

/* 1: again, with another mechanism or token. */
static int judge(struct sasl *sasl, enum sasl_mechanism mechanism, const struct sasl_answer *answer, struct error *err)
{
	const struct error *fault = &answer->fault;

	if (answer->kind == SASL_DONE)
		return 0;
	if (answer->kind == SASL_CANNOT) {
		strike_out(sasl, mechanism);
		sasl->fault = *fault;
		return 1;
	}
	if (sasl->options->login->tokens && !sasl->renewed && fault->code == E_AUTH && fault->retry == RETRY_NEVER) {
		int rc;

		sasl->renewed = true;
		rc = get_token(sasl, true, err);
		return rc < 0 ? rc : 1;
	}
	if (err)
		*err = *fault;
	return fault->code;
}

static int try_all(struct sasl *sasl, struct error *err)
{
	int rc = 1, mechanism;

	while (rc > 0) {
		struct sasl_answer answer = {0};

		mechanism = choose(sasl);
		if (mechanism < 0) {
			if (err)
				*err = sasl->fault;
			return sasl->fault.code;
		}
		rc = try_mechanism(sasl, (enum sasl_mechanism)mechanism, &answer, err);
		if (rc == 0)
			rc = judge(sasl, (enum sasl_mechanism)mechanism, &answer, err);
	}
	return rc;
}

int sasl_log_in(const struct sasl_options *options, struct error *err)
{
	struct sasl sasl = {.options = options};
	int rc = check_login(options, err);

	if (rc < 0)
		return rc;
	sasl.usable = options->offer->mechanisms & permitted(options);
	if (!stream_channel_binding(options->stream, 0, &sasl.binding))
		sasl.usable &= ~PLUS_MECHANISMS;
	if (!sasl.usable)
		return nothing_in_common(options, err);
	if (options->login->tokens)
		rc = get_token(&sasl, false, err);
	if (rc == 0)
		rc = try_all(&sasl, err);
	secret_done(&sasl.token);
	return rc;
}
