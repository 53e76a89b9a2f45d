/* See oauth.h: what a token endpoint says. Everything here comes from outside. */
#include "auth/oauth.h"

#include "auth/oauth_trace.h"
#include "base/clock.h"
#include "base/mem.h"

#include <jansson.h>
#include <stdio.h>

#define DEFAULT_LIFETIME_S 3600
#define MAX_LIFETIME_S     (365 * 24 * 3600)
#define MAX_SCOPE          KIB(4)
#define MIN_TOKEN          40 /* characters behind eyJ that make it one */

void oauth_tokens_done(struct oauth_tokens *tokens)
{
	secret_done(&tokens->access);
	secret_done(&tokens->refresh);
	free(tokens->scope);
	tokens->scope = NULL;
}

/* ---------------------------------------------------------------- what refusals mean */

enum meaning { PERSON, PASSING };

/* Found in OAuth's code or in the server's words; the first that fits counts. What to do is for an administrator.
 * Microsoft tells its faults apart by number alone (AADSTS…, learn.microsoft.com/entra/identity-platform/
 * reference-error-codes). */
/* clang-format off */
static const struct {
	const char *mark;
	enum meaning meaning;
	const char *advice;
} refusals[] = {
	{"AADSTS7000222", PERSON, "the client secret has expired: make a new one at the provider and set client_secret"},
	{"AADSTS7000215", PERSON, "the client secret is wrong: client_secret takes the secret's value, not its id"},
	{"AADSTS700016", PERSON, "the directory doesn't know this application: check client_id and tenant"},
	{"AADSTS7000229", PERSON, "the application isn't in the directory: let an administrator consent to it"},
	{"AADSTS7000112", PERSON, "the application is switched off in the directory"},
	{"AADSTS700027", PERSON, "the certificate isn't the application's: upload it at the provider, or check keystore and key_alias"},
	{"AADSTS700024", PERSON, "the assertion's time doesn't fit: check this machine's clock"},
	{"AADSTS900023", PERSON, "there is no such tenant: check tenant"},
	{"AADSTS90002", PERSON, "there is no such tenant: check tenant"},
	{"AADSTS50034", PERSON, "there is no such user in the directory: check the user ID"},
	{"AADSTS50126", PERSON, "user ID or password is wrong"},
	{"AADSTS50053", PERSON, "the user is locked after too many wrong passwords"},
	{"AADSTS50055", PERSON, "the user's password has expired"},
	{"AADSTS50057", PERSON, "the user is disabled"},
	{"AADSTS50076", PERSON, "the user needs a second factor, which the grant password can't give: use another grant"},
	{"AADSTS50079", PERSON, "the user needs a second factor, which the grant password can't give: use another grant"},
	{"AADSTS50173", PERSON, "the consent was withdrawn (after a new password?): consent again"},
	{"AADSTS53003", PERSON, "a conditional access policy of the directory forbids it"},
	{"AADSTS65001", PERSON, "consent to these scopes is missing: consent again, or let an administrator consent"},
	{"AADSTS700082", PERSON, "the refresh token wasn't used for too long: consent again"},
	{"AADSTS700084", PERSON, "the refresh token has expired: consent again"},
	{"AADSTS70008", PERSON, "the refresh token has expired: consent again"},
	{"AADSTS500011", PERSON, "the resource in the scopes isn't known in this directory: check scopes and tenant"},
	{"AADSTS70011", PERSON, "the scopes are wrong: check scopes"},
	{"AADSTS1002012", PERSON, "client-credentials takes one scope that ends in /.default: check scopes"},
	{"AADSTS50196", PASSING, "too many questions for the same token"},
	{"AADSTS90033", PASSING, "a passing fault"},
	{"AADSTS90055", PASSING, "too many questions"},
	{"Invalid JWT Signature", PERSON, "the service account's key isn't valid any more: make a new key file"},
	{"reasonable timeframe", PERSON, "the assertion's time doesn't fit: check this machine's clock"},
	{"Invalid email or User ID", PERSON, "there is no such user to impersonate: check subject, or the account's user ID"},
	{"account not found", PERSON, "the service account is gone or disabled: check service_account"},

	{"temporarily_unavailable", PASSING, "a passing fault"},
	{"server_error", PASSING, "a passing fault"},
	{"slow_down", PASSING, "too many questions"},
	{"rate_limit", PASSING, "too many questions"},
	{"invalid_grant", PERSON, "the consent, password or key isn't valid (any more): consent again, or set it anew"},
	{"invalid_client", PERSON, "client ID, client secret or certificate is wrong or has expired"},
	{"unauthorized_client", PERSON, "the application may not use this grant: allow it at the provider (Google: domain-wide delegation for these scopes)"},
	{"unsupported_grant_type", PERSON, "the provider doesn't have this grant: check grant and token_endpoint"},
	{"invalid_scope", PERSON, "the scopes are wrong or weren't consented to: check scopes"},
	{"invalid_target", PERSON, "resource or audience is wrong"},
	{"interaction_required", PERSON, "the provider wants to ask a person: consent again"},
	{"consent_required", PERSON, "consent is missing: consent again, or let an administrator consent"},
	{"login_required", PERSON, "a person must log in: consent again"},
	{"access_denied", PERSON, "the consent was refused"},
	{"invalid_request", PERSON, "the request lacks something that this provider needs: check the profile"},
};
/* clang-format on */

static bool holds(struct str text, const char *mark)
{
	ptrdiff_t at = str_find(text, str_of(mark));
	size_t end = at < 0 ? 0 : (size_t)at + strlen(mark);

	/* AADSTS70008 isn't AADSTS700082. */
	return at >= 0 && !(str_starts(str_of(mark), STR("AADSTS")) && end < text.n && is_digit(text.p[end]));
}

/* A JSON object in base64url, as tokens and assertions begin: it may be one that counts. */
bool oauth_holds_token(struct str text)
{
	ptrdiff_t at;

	while ((at = str_find(text, STR("eyJ"))) >= 0) {
		size_t n = 0;

		text = str_slice(text, (size_t)at + 3, text.n);
		while (n < text.n && (is_alpha(text.p[n]) || is_digit(text.p[n]) || strchr("-_", text.p[n])))
			n++;
		if (n >= MIN_TOKEN)
			return true;
		text = str_slice(text, n, text.n);
	}
	return false;
}

int oauth_refused(const char *host, struct str code, struct str words, struct error *err)
{
	if (oauth_holds_token(words))
		words = STR_NULL;
	if (oauth_holds_token(code))
		code = STR("an error that holds a token");
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const char *mark = refusals[i].mark;

		if (!str_eq(code, str_of(mark)) && !holds(words, mark))
			continue;
		if (refusals[i].meaning == PASSING)
			return fail(err, E_THROTTLED, RETRY_LATER, "%.60s: %s (%.*s)", host, refusals[i].advice,
			            (int)MIN(code.n, 40), code.p ? code.p : "");
		return fail(err, E_AUTH, RETRY_NEVER, "%.60s: %s (%.*s%s%.*s)", host, refusals[i].advice,
		            (int)MIN(code.n, 40), code.p ? code.p : "", words.n ? ": " : "", (int)MIN(words.n, 300),
		            words.p ? words.p : "");
	}
	return fail(err, E_AUTH, RETRY_NEVER, "%.60s: refused (%.*s%s%.*s)", host, (int)MIN(code.n, 60),
	            code.p ? code.p : "", words.n ? ": " : "", (int)MIN(words.n, 300), words.p ? words.p : "");
}

/* ---------------------------------------------------------------- answers */

static struct str text_member(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_string(value) ? str_new(json_string_value(value), json_string_length(value)) : STR_NULL;
}

/* Seconds as a number or, from some servers, as a text of one; -1 where it is neither, or no time. */
static int64_t seconds_member(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	uint64_t seconds = 0;

	if (json_is_integer(value))
		return json_integer_value(value) < 0 ? -1 : MIN(json_integer_value(value), MAX_LIFETIME_S);
	if (json_is_real(value))
		return json_real_value(value) < 0 ? -1 : (int64_t)MIN(json_real_value(value), MAX_LIFETIME_S);
	if (!json_is_string(value) || !str_to_uint(text_member(object, name), INT64_MAX, &seconds))
		return -1;
	return (int64_t)MIN(seconds, MAX_LIFETIME_S);
}

/* RFC 6750 §2.1: what may stand in an Authorization field; wider, since servers differ, but one word. */
static bool is_token(struct str token)
{
	for (size_t i = 0; i < token.n; i++)
		if ((unsigned char)token.p[i] <= 0x20 || (unsigned char)token.p[i] >= 0x7f)
			return false;
	return token.n > 0 && token.n <= OAUTH_MAX_TOKEN;
}

static int bad_answer(const char *host, const char *what, struct error *err)
{
	return fail(err, E_PROTOCOL, RETRY_LATER, "%.80s: the token endpoint's answer %s", host, what);
}

static int read_tokens(const json_t *object, const char *host, struct oauth_tokens *ret, struct error *err)
{
	struct str access = text_member(object, "access_token"), refresh = text_member(object, "refresh_token");
	struct str type = text_member(object, "token_type"), scope = text_member(object, "scope");
	int64_t lifetime = seconds_member(object, "expires_in");
	int64_t refresh_lifetime = MAX(seconds_member(object, "refresh_token_expires_in"), 0);

	if (!is_token(access))
		return bad_answer(host, "has no access token", err);
	if (type.n && !str_eq_nocase(type, STR("Bearer")))
		return bad_answer(host, "has a token of another type than Bearer", err);
	if (refresh.n && !is_token(refresh))
		return bad_answer(host, "has a refresh token that is none", err);
	if (lifetime < 0) /* whoever says nonsense here may have taken back the refresh token of before all the same */
		lifetime = DEFAULT_LIFETIME_S;
	*ret = (struct oauth_tokens){.lifetime_ms = SECONDS_MS(lifetime),
	                             .refresh_lifetime_ms = SECONDS_MS(refresh_lifetime)};
	secret_set(&ret->access, access);
	if (refresh.n)
		secret_set(&ret->refresh, refresh);
	if (scope.n && scope.n <= MAX_SCOPE)
		ret->scope = str_dup(scope);
	return 0;
}

/* Servers may repeat what they were sent. */
static bool repeats_secret(struct str words, const struct secret *const *secrets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (secrets[i] && secret_is_set(secrets[i]) && str_find(words, secret_reveal(secrets[i])) >= 0)
			return true;
	return false;
}

static int read_refusal(const json_t *object, const char *host, const struct secret *const *secrets, size_t n,
                        struct error *err)
{
	struct str code = text_member(object, "error"), words = text_member(object, "error_description");

	if (repeats_secret(words, secrets, n))
		words = STR_NULL;
	if (repeats_secret(code, secrets, n))
		code = STR("an error that repeats a secret");
	return oauth_refused(host, code, words, err);
}

static int refuse_redirect(const struct http_answer *answer, const char *host, struct error *err)
{
	return fail(
	        err, E_PROTOCOL, RETRY_LATER,
	        "%.80s: the token endpoint redirects (%d), which isn't followed: secrets go to the endpoint that is "
	        "set up alone; check token_endpoint",
	        host, answer->status);
}

int oauth_read_answer(const struct http_answer *answer, const char *host, const struct secret *const *secrets, size_t n,
                      struct oauth_tokens *ret_tokens, struct error *err)
{
	json_error_t ignored;
	json_t *object;
	int r;

	if (answer->status / 100 == 3)
		return refuse_redirect(answer, host, err);
	if (answer->status == 429)
		return fail(err, E_THROTTLED, RETRY_LATER, "%.80s: the token endpoint asks to slow down (429)", host);
	if (answer->status >= 500 || answer->status == 408)
		return fail(err, E_REFUSED, RETRY_LATER, "%.80s: the token endpoint fails (%d)", host, answer->status);
	object = answer->body.n ? json_loadb(answer->body.p, answer->body.n, JSON_REJECT_DUPLICATES, &ignored) : NULL;
	if (!json_is_object(object))
		r = fail(err, E_PROTOCOL, RETRY_LATER,
		         "%.80s: the token endpoint answers %d with something else than JSON; is token_endpoint right?",
		         host, answer->status);
	else if (answer->status == 200 && !json_object_get(object, "error"))
		r = read_tokens(object, host, ret_tokens, err);
	else if (text_member(object, "error").n)
		r = read_refusal(object, host, secrets, n, err);
	else
		r = fail(err, E_PROTOCOL, RETRY_LATER, "%.80s: the token endpoint answers %d without an OAuth error",
		         host, answer->status);
	json_decref(object);
	return r;
}

/* ---------------------------------------------------------------- service accounts */

static bool is_plain_text(struct str text)
{
	return text.n && text.n <= 500 && memchr(text.p, '\0', text.n) == NULL;
}

static int read_account(const json_t *object, struct arena *arena, struct service_account *ret, struct error *err)
{
	struct str type = text_member(object, "type"), email = text_member(object, "client_email");
	struct str key = text_member(object, "private_key"), id = text_member(object, "private_key_id");
	struct str uri = text_member(object, "token_uri");

	if (type.n && !str_eq(type, STR("service_account")))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "service_account: is of type \"%.40s\", not \"service_account\": take the key file of a "
		            "service account",
		            type.p);
	if (!is_plain_text(email) || !key.n)
		return fail(err, E_INVALID, RETRY_NEVER, "service_account: %s is missing in the key file",
		            key.n ? "client_email" : "private_key");
	ret->client_email = arena_cstr(arena, email);
	ret->private_key_id = arena_cstr(arena, is_plain_text(id) ? id : STR(""));
	ret->token_uri = arena_cstr(arena, is_plain_text(uri) ? uri : STR(""));
	secret_set(&ret->private_key, key);
	return 0;
}

int service_account_read(struct str json, struct arena *arena, struct service_account *ret_account, struct error *err)
{
	json_error_t fault;
	json_t *object = json.n ? json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &fault) : NULL;
	struct service_account account = {0};
	int r;

	if (json_is_object(object))
		r = read_account(object, arena, &account, err);
	else
		r = fail(err, E_INVALID, RETRY_NEVER,
		         "service_account: is no key file: the JSON file is expected, as it was downloaded");
	json_decref(object);
	if (r == 0)
		*ret_account = account;
	return r;
}
