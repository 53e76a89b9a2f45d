/* See oidc.h. */
#include "api/oidc.h"

#include "auth/oauth.h"
#include "base/clock.h"
#include "net/http.h"
#include "security/jwt.h"
#include "security/jwt_verify.h"

#include <stdio.h>

#define MAX_ANSWER   KIB(256)
#define CLOCK_SKEW_S 120 /* their clock and ours */
#define MAX_AGE_S    600 /* of an ID token: it was made for this sign-in */

/* ---------------------------------------------------------------- what follows from the secret */

static const char *derived(struct str secret, const char *use, struct arena *arena)
{
	char token[ACCESS_TOKEN_LEN + 1];

	access_token_derive(secret, use, token);
	return arena_cstr(arena, str_of(token));
}

bool oidc_is_state(struct str secret, const char *state)
{
	char own[ACCESS_TOKEN_LEN + 1];

	access_token_derive(secret, "oidc-state", own);
	return secret.n > 0 && access_token_equal(str_of(own), str_of(state));
}

/* ---------------------------------------------------------------- asking */

static struct http *connect_to(const struct identity_provider *p)
{
	return http_new(&(struct http_options){
	        .policy = {.lowest = TLS_1_2, .truststore = p->truststore},
	        .allow_private = p->allow_private_network,
	        .connect_timeout_ms = (int)p->timeout_s * 1000,
	        .timeout_ms = (int)p->timeout_s * 1000,
	});
}

/* A JSON object with status 200; the caller owns it. */
static int ask(struct http *http, const struct http_request *request, const char *what, struct arena *arena,
               json_t **ret_json, struct error *err)
{
	struct http_answer answer;
	json_t *json;
	int r = http_do(http, request, arena, &answer, err);

	if (r < 0)
		return error_prefix(err, "identity provider: %s", what);
	json = json_loadb(answer.body.p ? answer.body.p : "", answer.body.n, JSON_REJECT_DUPLICATES, NULL);
	if (answer.status != 200 || !json_is_object(json)) {
		const char *word = json_string_value(json_object_get(json, "error"));

		fail(err, answer.status == 400 || answer.status == 401 ? E_AUTH : E_PROTOCOL, RETRY_LATER,
		     "identity provider: %s: it answers %d%s%.60s", what, answer.status, word ? " " : "",
		     word ? word : "");
		json_decref(json);
		return err ? err->code : E_PROTOCOL;
	}
	*ret_json = json;
	return 0;
}

static int get(struct http *http, const char *url, const struct secret *bearer, const char *what, struct arena *arena,
               json_t **ret_json, struct error *err)
{
	static const char *const fields[] = {"Accept: application/json"};
	struct http_request request = {.method = "GET",
	                               .url = url,
	                               .fields = fields,
	                               .field_count = ARRAY_LEN(fields),
	                               .bearer = bearer,
	                               .max_answer = MAX_ANSWER};

	return ask(http, &request, what, arena, ret_json, err);
}

/* ---------------------------------------------------------------- the provider's description */

struct description {
	const char *issuer, *authorization, *token, *jwks, *userinfo;
	bool takes_basic;
};

/* Endpoints are https: whatever a description says; "" where there is none. */
static const char *endpoint_of(const json_t *json, const char *name, struct arena *arena)
{
	const char *url = json_string_value(json_object_get(json, name));

	return url && str_starts(str_of(url), STR("https://")) ? arena_cstr(arena, str_of(url)) : "";
}

/* Discovery 1.0 §3: client_secret_basic where nothing is said. */
static bool takes_basic(const json_t *json)
{
	const json_t *methods = json_object_get(json, "token_endpoint_auth_methods_supported");

	for (size_t i = 0; i < MIN(json_array_size(methods), (size_t)50); i++) {
		const char *method = json_string_value(json_array_get(methods, i));

		if (method && strcmp(method, "client_secret_basic") == 0)
			return true;
	}
	return !json_is_array(methods);
}

static int describe(struct http *http, const struct identity_provider *p, struct arena *arena, struct description *ret,
                    struct error *err)
{
	struct str issuer = str_of(p->issuer);
	json_t *json CLEANUP(json_decrefp) = NULL;
	const char *said;
	int r;

	while (issuer.n && issuer.p[issuer.n - 1] == '/')
		issuer.n--;
	r = get(http, arena_printf(arena, STR_FMT "/.well-known/openid-configuration", STR_ARG(issuer)).p, NULL,
	        "its description", arena, &json, err);
	if (r < 0)
		return r;
	said = json_string_value(json_object_get(json, "issuer"));
	if (!said || strcmp(said, p->issuer) != 0)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "identity_providers/%s/issuer: the provider calls itself \"%.200s\"", p->id,
		            said ? said : "");
	*ret = (struct description){.issuer = p->issuer,
	                            .authorization = endpoint_of(json, "authorization_endpoint", arena),
	                            .token = endpoint_of(json, "token_endpoint", arena),
	                            .jwks = endpoint_of(json, "jwks_uri", arena),
	                            .userinfo = endpoint_of(json, "userinfo_endpoint", arena),
	                            .takes_basic = takes_basic(json)};
	return *ret->authorization && *ret->token && *ret->jwks
	               ? 0
	               : fail(err, E_PROTOCOL, RETRY_NEVER, "identity provider: its description names no endpoints");
}

int oidc_authorization_url(const struct identity_provider *p, struct str secret, const char *redirect_uri,
                           struct arena *arena, const char **ret_url, struct error *err)
{
	struct buf query CLEANUP(buf_done) = BUF_INIT(KIB(16)), challenge CLEANUP(buf_done) = BUF_INIT(100);
	struct buf scope CLEANUP(buf_done) = BUF_INIT(KIB(8));
	struct http *http CLEANUP(http_freep) = connect_to(p);
	struct description d;
	int r = describe(http, p, arena, &d, err);

	if (r < 0)
		return r;
	buf_add_cstr(&scope, p->scopes.count ? "openid" : "openid email");
	for (size_t i = 0; i < p->scopes.count; i++)
		buf_printf(&scope, " %s", p->scopes.items[i]);
	pkce_challenge(str_of(derived(secret, "oidc-verifier", arena)), &challenge);
	oauth_add(&query, "response_type", STR("code"));
	oauth_add(&query, "client_id", str_of(p->client_id));
	oauth_add(&query, "redirect_uri", str_of(redirect_uri));
	oauth_add(&query, "scope", buf_str(&scope));
	oauth_add(&query, "state", str_of(derived(secret, "oidc-state", arena)));
	oauth_add(&query, "nonce", str_of(derived(secret, "oidc-nonce", arena)));
	oauth_add(&query, "code_challenge", buf_str(&challenge));
	oauth_add(&query, "code_challenge_method", STR("S256"));
	*ret_url = arena_printf(arena, "%s%c%s", d.authorization, strchr(d.authorization, '?') ? '&' : '?',
	                        buf_cstr(&query))
	                   .p;
	return 0;
}

/* ---------------------------------------------------------------- the ID token */

static bool is_audience(const json_t *claims, const char *client_id)
{
	const json_t *aud = json_object_get(claims, "aud");
	const char *one = json_string_value(aud), *party = json_string_value(json_object_get(claims, "azp"));

	if (party && strcmp(party, client_id) != 0)
		return false;
	for (size_t i = 0; i < MIN(json_array_size(aud), (size_t)50); i++) {
		const char *text = json_string_value(json_array_get(aud, i));

		/* Core §3.1.3.7: with several audiences azp must be there. */
		if (text && strcmp(text, client_id) == 0)
			return party || json_array_size(aud) == 1;
	}
	return one && strcmp(one, client_id) == 0;
}

static bool is_text(const json_t *claims, const char *name, const char *want)
{
	const char *text = json_string_value(json_object_get(claims, name));

	return text && access_token_equal(str_of(text), str_of(want));
}

int oidc_check_claims(const json_t *claims, const char *issuer, const char *client_id, const char *nonce,
                      int64_t now_ms, struct error *err)
{
	const json_t *expires = json_object_get(claims, "exp"), *issued = json_object_get(claims, "iat");
	const char *subject = json_string_value(json_object_get(claims, "sub")), *wrong = NULL;
	double now = (double)now_ms / 1000;

	if (!is_text(claims, "iss", issuer))
		wrong = "is another's (iss)";
	else if (!is_audience(claims, client_id))
		wrong = "is for somebody else (aud)";
	else if (!is_text(claims, "nonce", nonce))
		wrong = "answers another question (nonce)";
	else if (!json_is_number(expires) || json_number_value(expires) < now - CLOCK_SKEW_S)
		wrong = "has expired; is this machine's clock right? (exp)";
	else if (!json_is_number(issued) || json_number_value(issued) > now + CLOCK_SKEW_S ||
	         json_number_value(issued) < now - MAX_AGE_S)
		wrong = "wasn't made just now; is this machine's clock right? (iat)";
	else if (!subject || !*subject || strlen(subject) > 255)
		wrong = "names nobody (sub)";
	return wrong ? fail(err, E_AUTH, RETRY_NEVER, "identity provider: its ID token %s", wrong) : 0;
}

/* Only an address that the provider vouches for. */
static void take_email(const json_t *claims, struct arena *arena, struct oidc_user *user)
{
	const char *email = json_string_value(json_object_get(claims, "email"));

	if (email && strlen(email) <= 254 && json_is_true(json_object_get(claims, "email_verified")))
		user->email = arena_cstr(arena, str_of(email));
}

/* ---------------------------------------------------------------- the exchange */

struct exchange {
	const struct identity_provider *provider;
	struct http *http;
	struct description d;
	struct arena *arena;
	struct secret access;
};

/* RFC 6749 §2.3.1: form-encoded before it becomes HTTP Basic. */
static void set_encoded(struct secret *secret, struct str value)
{
	struct buf form = BUF_INIT(KIB(16));

	(void)!buf_room(&form, KIB(16) - 1);
	oauth_add(&form, "", value);
	secret_set(secret, str_slice(buf_str(&form), 1, form.n));
	buf_wipe(&form);
}

static int ask_token(struct exchange *x, struct str form, json_t **ret_json, struct error *err)
{
	static const char *const fields[] = {"Content-Type: application/x-www-form-urlencoded",
	                                     "Accept: application/json"};
	struct secret user CLEANUP(secret_done) = {0}, password CLEANUP(secret_done) = {0};
	bool basic = secret_is_set(&x->provider->client_secret) && x->d.takes_basic;
	struct http_request request = {.method = "POST",
	                               .url = x->d.token,
	                               .fields = fields,
	                               .field_count = ARRAY_LEN(fields),
	                               .body = form,
	                               .max_answer = MAX_ANSWER,
	                               .once = true};

	if (basic) {
		set_encoded(&user, str_of(x->provider->client_id));
		set_encoded(&password, secret_reveal(&x->provider->client_secret));
		request.basic_user = secret_reveal(&user).p;
		request.basic_password = &password;
	}
	return ask(x->http, &request, "exchange of the code", x->arena, ret_json, err);
}

static int exchange_code(struct exchange *x, struct str code, struct str secret, const char *redirect_uri,
                         json_t **ret_json, struct error *err)
{
	const struct identity_provider *p = x->provider;
	struct buf form = BUF_INIT(KIB(32));
	int r;

	(void)!buf_room(&form, KIB(32) - 1);
	oauth_add(&form, "grant_type", STR("authorization_code"));
	oauth_add(&form, "code", code);
	oauth_add(&form, "redirect_uri", str_of(redirect_uri));
	oauth_add(&form, "code_verifier", str_of(derived(secret, "oidc-verifier", x->arena)));
	if (!secret_is_set(&p->client_secret) || !x->d.takes_basic)
		oauth_add(&form, "client_id", str_of(p->client_id));
	if (secret_is_set(&p->client_secret) && !x->d.takes_basic)
		oauth_add(&form, "client_secret", secret_reveal(&p->client_secret));
	r = form.failed ? fail(err, E_LIMIT, RETRY_NEVER, "code: is too long")
	                : ask_token(x, buf_str(&form), ret_json, err);
	buf_wipe(&form);
	return r;
}

static int check_token(struct exchange *x, const json_t *answer, struct str secret, struct oidc_user *user,
                       struct error *err)
{
	const char *token = json_string_value(json_object_get(answer, "id_token"));
	json_t *jwks CLEANUP(json_decrefp) = NULL, *claims CLEANUP(json_decrefp) = NULL;
	int r;

	if (!token)
		return fail(err, E_PROTOCOL, RETRY_NEVER, "identity provider: it gives no ID token");
	r = get(x->http, x->d.jwks, NULL, "its keys", x->arena, &jwks, err);
	if (r < 0)
		return r;
	if (jwt_verify(str_of(token), jwks, &claims, err) < 0) {
		error_prefix(err, "identity provider: its ID token");
		return err->code = E_AUTH;
	}
	r = oidc_check_claims(claims, x->d.issuer, x->provider->client_id, derived(secret, "oidc-nonce", x->arena),
	                      clock_now_ms(), err);
	if (r < 0)
		return r;
	user->subject = arena_cstr(x->arena, str_of(json_string_value(json_object_get(claims, "sub"))));
	take_email(claims, x->arena, user);
	return 0;
}

/* Core §5.3.2: what it says counts only for the same subject. */
static int ask_email(struct exchange *x, const json_t *answer, struct oidc_user *user, struct error *err)
{
	const char *access = json_string_value(json_object_get(answer, "access_token"));
	struct secret bearer CLEANUP(secret_done) = {0};
	json_t *claims CLEANUP(json_decrefp) = NULL;
	int r;

	if (*user->email || !x->provider->match_email || !*x->d.userinfo || !access)
		return 0;
	secret_set(&bearer, str_of(access));
	r = get(x->http, x->d.userinfo, &bearer, "its word on the user", x->arena, &claims, err);
	if (r == 0 && is_text(claims, "sub", user->subject))
		take_email(claims, x->arena, user);
	return r;
}

int oidc_exchange(const struct identity_provider *provider, struct str secret, const char *redirect_uri,
                  struct str code, struct arena *arena, struct oidc_user *ret_user, struct error *err)
{
	struct http *http CLEANUP(http_freep) = connect_to(provider);
	struct exchange x = {.provider = provider, .http = http, .arena = arena};
	json_t *answer CLEANUP(json_decrefp) = NULL;
	struct oidc_user user = {"", ""};
	struct error ignored;
	int r;

	err = err ? err : &ignored;
	if (provider->client_secret.fault)
		return fail(err, E_STORE, RETRY_NEVER, "identity_providers/%s/client_secret can't be opened",
		            provider->id);
	r = describe(http, provider, arena, &x.d, err);
	if (r == 0)
		r = exchange_code(&x, code, secret, redirect_uri, &answer, err);
	if (r == 0)
		r = check_token(&x, answer, secret, &user, err);
	if (r == 0)
		r = ask_email(&x, answer, &user, err);
	if (r == 0)
		*ret_user = user;
	return r;
}
