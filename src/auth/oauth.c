/* See oauth.h: the question. A form is built in memory that is wiped; it holds every secret there is. */
#include "auth/oauth.h"

#include "auth/oauth_trace.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "security/jwt.h"
#include "security/keystore.h"

#include <jansson.h>
#include <stdio.h>

#define MAX_FORM             KIB(128)
#define ASSERTION_S          300 /* how long an assertion is good; Google takes at most an hour */
#define ASSERTION_SKEW_S     30  /* our clock may be ahead */
#define LEAST_CLOCK_FAULT_MS MINUTES_MS(1)
#define MOST_CLOCK_FAULT_MS  HOURS_MS(24) /* beyond, the server's is no better than ours */

#define BEARER_GRANT     "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define BEARER_ASSERTION "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

static void wipe_buf(struct buf *buf)
{
	mem_wipe_free(buf->p, buf->size);
}

/* Growing would leave pieces of secrets in freed memory: room for the whole at once. */
static void reserve(struct buf *buf)
{
	(void)!buf_room(buf, buf->max - 1);
}

/* ---------------------------------------------------------------- forms */

/* WHATWG URL §5.2, as RFC 6749 appendix B wants it. */
static void add_encoded(struct buf *form, struct str value)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (is_alpha((char)c) || is_digit((char)c) || c == '-' || c == '.' || c == '_' || c == '*') {
			buf_add_char(form, (char)c);
		} else if (c == ' ') {
			buf_add_char(form, '+');
		} else {
			buf_add_char(form, '%');
			buf_add_char(form, digits[c >> 4]);
			buf_add_char(form, digits[c & 15]);
		}
	}
}

void oauth_add(struct buf *form, const char *name, struct str value)
{
	if (form->n)
		buf_add_char(form, '&');
	buf_add_cstr(form, name);
	buf_add_char(form, '=');
	add_encoded(form, value);
}

static void add_text(struct buf *form, const char *name, const char *value)
{
	if (*value)
		oauth_add(form, name, str_of(value));
}

static void add_secret(struct buf *form, const char *name, const struct secret *value)
{
	oauth_add(form, name, secret_reveal(value));
}

/* ---------------------------------------------------------------- assertions */

/* Times lie a little in the past, since our clock may be ahead of the server's. */
static struct str claims_text(const struct oauth_question *question, json_t *claims, struct arena *arena)
{
	int64_t now = (clock_now_ms() + question->clock_ahead_ms) / 1000;
	char id[RANDOM_TOKEN_LEN + 1];
	struct str copy;
	char *text;

	random_token(id);
	json_object_set_new(claims, "iat", json_integer(now - ASSERTION_SKEW_S));
	json_object_set_new(claims, "nbf", json_integer(now - ASSERTION_SKEW_S));
	json_object_set_new(claims, "exp", json_integer(now + ASSERTION_S));
	json_object_set_new(claims, "jti", json_string(id));
	text = json_dumps(claims, JSON_COMPACT);
	must(text != NULL);
	copy = arena_str(arena, str_of(text));
	free(text);
	json_decref(claims);
	return copy;
}

static int sign_with_keystore(const struct oauth_question *question, struct str claims, struct secret *ret_jwt,
                              struct error *err)
{
	struct keystore *keystore CLEANUP(keystore_freep) = NULL;
	const struct authentication_profile *p = question->profile;
	int r;

	if (!question->keystore)
		return fail(err, E_INVALID, RETRY_NEVER, "keystore %s is not set up", p->keystore);
	r = keystore_record_open(question->keystore, &keystore, err);
	if (r == 0)
		r = jwt_sign_keystore(keystore, p->key_alias, claims, ret_jwt, err);
	return r < 0 ? error_prefix(err, "keystore %s", p->keystore) : 0;
}

/* RFC 7523 §2.2. */
static int add_client_assertion(const struct oauth_question *question, const char *endpoint, struct arena *arena,
                                struct buf *form, struct error *err)
{
	const char *client = question->profile->client_id;
	struct secret jwt CLEANUP(secret_done) = {0};
	json_t *claims = json_pack("{s:s, s:s, s:s}", "iss", client, "sub", client, "aud", endpoint);
	int r;

	must(claims != NULL);
	r = sign_with_keystore(question, claims_text(question, claims, arena), &jwt, err);
	if (r < 0)
		return r;
	add_text(form, "client_id", client);
	oauth_add(form, "client_assertion_type", STR(BEARER_ASSERTION));
	add_secret(form, "client_assertion", &jwt);
	return 0;
}

/* RFC 7523 §2.1. With a service account the scope is a claim (Google), else a parameter. */
static int sign_bearer(const struct oauth_question *question, const struct oauth_endpoints *endpoints,
                       const struct service_account *account, struct arena *arena, struct secret *ret_jwt,
                       struct error *err)
{
	const struct authentication_profile *p = question->profile;
	const char *issuer = *p->issuer ? p->issuer : account ? account->client_email : p->client_id;
	const char *subject = *p->subject ? p->subject : question->user;
	json_t *claims = json_pack("{s:s, s:s}", "iss", issuer, "aud", *p->audience ? p->audience : endpoints->token);

	if (!claims)
		return fail(err, E_INVALID, RETRY_NEVER, "issuer or audience is no text");
	if (*subject)
		json_object_set_new(claims, "sub", json_string(subject));
	if (account)
		json_object_set_new(claims, "scope", json_string(endpoints->scope));
	if (account)
		return jwt_sign_pem(&account->private_key, account->private_key_id,
		                    claims_text(question, claims, arena), ret_jwt, err);
	return sign_with_keystore(question, claims_text(question, claims, arena), ret_jwt, err);
}

/* ---------------------------------------------------------------- what is asked */

static const char *user_of(const struct oauth_question *question)
{
	return *question->profile->user ? question->profile->user : question->user;
}

static int add_grant(const struct oauth_question *question, const struct oauth_endpoints *endpoints,
                     const struct service_account *account, struct arena *arena, struct buf *form, struct error *err)
{
	const struct authentication_profile *p = question->profile;
	struct secret jwt CLEANUP(secret_done) = {0};
	int r;

	if (question->code) {
		oauth_add(form, "grant_type", STR("authorization_code"));
		add_secret(form, "code", question->code);
		add_secret(form, "code_verifier", question->verifier);
		add_text(form, "redirect_uri", question->redirect_uri);
		return 0;
	}
	if (question->refresh) {
		oauth_add(form, "grant_type", STR("refresh_token"));
		add_secret(form, "refresh_token", question->refresh);
		return 0;
	}
	if (p->grant == GRANT_JWT_BEARER) {
		r = sign_bearer(question, endpoints, account, arena, &jwt, err);
		if (r < 0)
			return r;
		oauth_add(form, "grant_type", STR(BEARER_GRANT));
		add_secret(form, "assertion", &jwt);
		if (!account)
			add_text(form, "scope", endpoints->scope);
		return 0;
	}
	must(p->grant == GRANT_PASSWORD || p->grant == GRANT_CLIENT_CREDENTIALS);
	oauth_add(form, "grant_type", p->grant == GRANT_PASSWORD ? STR("password") : STR("client_credentials"));
	if (p->grant == GRANT_PASSWORD) {
		add_text(form, "username", user_of(question));
		add_secret(form, "password", &p->password);
	}
	add_text(form, "scope", endpoints->scope);
	return 0;
}

/* RFC 6749 §2.3.1: id and secret are form-encoded before they become HTTP Basic. */
static void basic_of(const struct authentication_profile *p, struct secret *ret_user, struct secret *ret_password)
{
	struct buf text CLEANUP(wipe_buf) = BUF_INIT(KIB(16));

	reserve(&text);
	add_encoded(&text, str_of(p->client_id));
	secret_set(ret_user, buf_str(&text));
	buf_clear(&text);
	add_encoded(&text, secret_reveal(&p->client_secret));
	secret_set(ret_password, buf_str(&text));
}

static int add_client(const struct oauth_question *question, const char *endpoint, struct arena *arena,
                      struct buf *form, struct secret *ret_user, struct secret *ret_password, struct error *err)
{
	const struct authentication_profile *p = question->profile;

	/* Google's service accounts prove themselves by the assertion alone. */
	if (p->grant == GRANT_JWT_BEARER && !*p->client_id)
		return 0;
	switch ((enum oauth_client)p->client) {
	case CLIENT_CERTIFICATE:
		return add_client_assertion(question, endpoint, arena, form, err);
	case CLIENT_BASIC:
		if (secret_is_set(&p->client_secret))
			basic_of(p, ret_user, ret_password);
		else
			add_text(form, "client_id", p->client_id);
		return 0;
	case CLIENT_POST:
		add_text(form, "client_id", p->client_id);
		if (secret_is_set(&p->client_secret))
			add_secret(form, "client_secret", &p->client_secret);
		return 0;
	case CLIENT_NONE:
		add_text(form, "client_id", p->client_id);
		return 0;
	}
	return 0;
}

/* The endpoints with what a service account's file adds. */
static int resolve(const struct oauth_question *question, struct arena *arena, struct oauth_endpoints *ret_endpoints,
                   struct service_account *account, struct error *err)
{
	const struct authentication_profile *p = question->profile;
	int r = authentication_profile_opened(p, err);

	authentication_profile_endpoints(p, arena, ret_endpoints);
	if (r == 0 && p->grant == GRANT_JWT_BEARER && secret_is_set(&p->service_account))
		r = service_account_read(secret_reveal(&p->service_account), arena, account, err);
	if (r < 0)
		return r;
	if (!*ret_endpoints->token && account->token_uri)
		ret_endpoints->token = account->token_uri;
	if (!str_starts_nocase(str_of(ret_endpoints->token), STR("https://")))
		return fail(err, E_INVALID, RETRY_NEVER, "token_endpoint: there is none that begins with https://");
	return 0;
}

static int make_form(const struct oauth_question *question, const struct oauth_endpoints *endpoints,
                     const struct service_account *account, struct arena *arena, struct secret *ret_form,
                     struct secret *ret_user, struct secret *ret_password, struct error *err)
{
	const struct authentication_profile *p = question->profile;
	struct buf form CLEANUP(wipe_buf) = BUF_INIT(MAX_FORM);
	bool has_account = account->client_email != NULL;
	int r;

	reserve(&form);
	r = add_grant(question, endpoints, has_account ? account : NULL, arena, &form, err);
	if (r == 0 && p->grant != GRANT_JWT_BEARER)
		add_text(&form, "audience", p->audience);
	if (r == 0)
		add_text(&form, "resource", p->resource);
	if (r == 0)
		r = add_client(question, endpoints->token, arena, &form, ret_user, ret_password, err);
	if (r < 0)
		return r;
	if (form.failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "the request for a token is longer than %zu bytes", MAX_FORM);
	secret_set(ret_form, buf_str(&form));
	return 0;
}

int oauth_form(const struct oauth_question *question, struct arena *arena, struct secret *ret_form,
               struct secret *ret_basic_user, struct secret *ret_basic_password, struct error *err)
{
	struct service_account account = {0};
	struct oauth_endpoints endpoints;
	int r = resolve(question, arena, &endpoints, &account, err);

	if (r == 0)
		r = make_form(question, &endpoints, &account, arena, ret_form, ret_basic_user, ret_basic_password, err);
	secret_done(&account.private_key);
	return r;
}

/* ---------------------------------------------------------------- asking */

struct http *oauth_http_new(const struct authentication_profile *profile)
{
	const struct keystore_record *trust = profile->trust;

	return http_new(&(struct http_options){
	        .policy = {.lowest = TLS_1_2,
	                   .truststore = profile->truststore,
	                   .trust = trust ? keystore_record_source(trust) : (struct keystore_source){0}},
	        .allow_private = profile->allow_private_network,
	        .connect_timeout_ms = (int)profile->timeout_s * 1000,
	        .timeout_ms = (int)profile->timeout_s * 1000,
	});
}

/* "login.microsoftonline.com" of the endpoint's URL. */
static const char *host_of(const char *url, struct arena *arena)
{
	struct str rest = str_of(url), host;

	rest = str_slice(rest, sizeof "https://" - 1, rest.n);
	return str_split(&rest, '/', &host) ? arena_cstr(arena, host) : "";
}

static int ask(struct http *http, const struct oauth_question *question, const char *endpoint,
               const struct secret *form, const struct secret *user, const struct secret *password, struct arena *arena,
               struct oauth_tokens *ret_tokens, int64_t *ret_wait_ms, int64_t *ret_date, struct error *err)
{
	static const char *const fields[] = {"Content-Type: application/x-www-form-urlencoded",
	                                     "Accept: application/json"};
	const struct authentication_profile *p = question->profile;
	const struct secret *const secrets[] = {&p->client_secret, &p->password,       question->refresh,
	                                        question->code,    question->verifier, password};
	const struct http_request request = {
	        .method = "POST",
	        .url = endpoint,
	        .fields = fields,
	        .field_count = ARRAY_LEN(fields),
	        .basic_user = secret_is_set(user) ? secret_reveal(user).p : NULL,
	        .basic_password = password,
	        .body = secret_reveal(form),
	        .max_answer = KIB(256),
	};
	struct http_answer answer;
	int r;

	oauth_trace_request(question, endpoint, form, secret_is_set(user));
	r = http_do(http, &request, arena, &answer, err);
	if (r < 0) {
		oauth_trace_failure(question, err);
		return error_prefix(err, "token endpoint");
	}
	oauth_trace_answer(question, &answer, form, password);
	*ret_wait_ms = answer.retry_after_ms;
	*ret_date = answer.date;
	r = oauth_read_answer(&answer, host_of(endpoint, arena), secrets, ARRAY_LEN(secrets), ret_tokens, err);
	if (answer.body.n)
		explicit_bzero((char *)(uintptr_t)answer.body.p, answer.body.n);
	return r;
}

static int ask_once(struct http *http, const struct oauth_question *question, struct oauth_tokens *ret_tokens,
                    int64_t *ret_wait_ms, int64_t *ret_date, struct error *err)
{
	struct secret form CLEANUP(secret_done) = {0}, user CLEANUP(secret_done) = {0},
	                   password CLEANUP(secret_done) = {0};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct service_account account = {0};
	struct oauth_endpoints endpoints;
	int r = resolve(question, arena, &endpoints, &account, err);

	if (r == 0)
		r = make_form(question, &endpoints, &account, arena, &form, &user, &password, err);
	if (r == 0)
		r = ask(http, question, endpoints.token, &form, &user, &password, arena, ret_tokens, ret_wait_ms,
		        ret_date, err);
	secret_done(&account.private_key);
	return r;
}

/* A server that was asked for a code, or gave a refresh token, must not be asked twice; an assertion is made anew. */
static bool clock_may_be_wrong(const struct oauth_question *question, int64_t ahead_ms)
{
	const struct authentication_profile *p = question->profile;
	bool asserts = p->grant == GRANT_JWT_BEARER || p->client == CLIENT_CERTIFICATE;
	int64_t off = ahead_ms < 0 ? -ahead_ms : ahead_ms;

	return asserts && !question->code && !question->refresh && off > LEAST_CLOCK_FAULT_MS &&
	       off < MOST_CLOCK_FAULT_MS;
}

int oauth_ask(struct http *http, const struct oauth_question *question, struct oauth_tokens *ret_tokens,
              int64_t *ret_wait_ms, struct error *err)
{
	struct oauth_question again = *question;
	int64_t date = 0, ignored;
	int r;

	*ret_wait_ms = -1;
	r = ask_once(http, question, ret_tokens, ret_wait_ms, &date, err);
	again.clock_ahead_ms = date - clock_now_ms();
	if (r != E_AUTH || !date || !clock_may_be_wrong(question, again.clock_ahead_ms))
		return r;
	log_warning("oauth", "authentication profile %s: this machine's clock is %lld s away from the token endpoint's",
	            question->profile->id, (long long)(again.clock_ahead_ms / -1000));
	return ask_once(http, &again, ret_tokens, ret_wait_ms, &ignored, err);
}
