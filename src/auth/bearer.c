/* OAUTHBEARER (RFC 7628) and XOAUTH2, what Google and Microsoft had before it: the token in one message. A server that
 * refuses it first says why, as JSON, and expects a message without content before it says no. */
#include "auth/mechanism.h"

#include <jansson.h>
#include <stdio.h>

/* Printable ASCII, as RFC 6750 §2.1 has it: nothing in it can end the field it stands in. */
static int check_token(struct str token, struct error *err)
{
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] <= ' ' || token.p[i] >= 0x7f)
			return fail(err, E_INVALID, RETRY_NEVER,
			            "log-in: the access token has a byte 0x%02x in it, which no token may have",
			            (unsigned char)token.p[i]);
	return 0;
}

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "";
}

/* What a status means to whoever has to do something about it. Google and Microsoft give HTTP's numbers. */
static const char *meaning_of(const char *status)
{
	if (strcmp(status, "invalid_token") == 0 || strcmp(status, "401") == 0)
		return "the token has expired, was withdrawn, or is not for this mailbox or server";
	if (strcmp(status, "insufficient_scope") == 0 || strcmp(status, "403") == 0)
		return "the token's scope does not allow this";
	if (strcmp(status, "invalid_request") == 0 || strcmp(status, "400") == 0)
		return "the user name or the token is not what the server expects";
	return "the token was refused";
}

/* RFC 7628 §3.2.2. Words of the server, bounded; whatever isn't such JSON says nothing. */
static void read_complaint(struct exchange *e, struct str challenge)
{
	json_t *json = json_loadb(challenge.p ? challenge.p : "", challenge.n, JSON_DISABLE_EOF_CHECK, NULL);
	const char *status = text_of(json, "status"), *scope = text_of(json, "scope");

	if (*status)
		snprintf(e->complaint, sizeof e->complaint, "%s (status %.30s%s%.60s)", meaning_of(status), status,
		         *scope ? "; scope wanted: " : "", scope);
	else
		snprintf(e->complaint, sizeof e->complaint, "the token was refused");
	json_decref(json);
}

static int too_many(struct error *err)
{
	return fail(err, E_PROTOCOL, RETRY_LATER, "log-in: the server goes on asking after it refused the token");
}

int oauthbearer_respond(struct exchange *e, struct str challenge, struct buf *out, struct error *err)
{
	if (e->step++ > 0) {
		read_complaint(e, challenge);
		buf_add(out, STR("\001"));
		return e->step > 2 ? too_many(err) : 0;
	}
	buf_add(out, STR("n,a="));
	sasl_put_name(out, e->user);
	buf_printf(out, ",\001host=%.255s\001port=%d\001auth=Bearer ", e->host, e->port);
	buf_add(out, e->secret);
	buf_add(out, STR("\001\001"));
	return check_token(e->secret, err);
}

int xoauth2_respond(struct exchange *e, struct str challenge, struct buf *out, struct error *err)
{
	if (e->step++ > 0) {
		read_complaint(e, challenge);
		return e->step > 2 ? too_many(err) : 0;
	}
	buf_add(out, STR("user="));
	buf_add(out, e->user);
	buf_add(out, STR("\001auth=Bearer "));
	buf_add(out, e->secret);
	buf_add(out, STR("\001\001"));
	return check_token(e->secret, err);
}
