/* What is asked of a token endpoint, and what its answers mean. */
#include "auth/oauth.h"
#include "auth/oauth_trace.h"

#include "base/base64.h"
#include "base/clock.h"
#include "security/jwt.h"

#include "base/test.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

/* ---------------------------------------------------------------- answers */

enum { GOOD = 0 };

#define JWT "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9eyJpc3MiOiJhbm5hIn0"

/* clang-format off */
static const struct {
	int status;
	const char *body;
	int code; /* GOOD: tokens */
	enum retry retry;
	const char *text; /* the error's, a part of it; of tokens: access token, refresh token, seconds */
} answers[] = {
	{200, "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"expires_in\":3599,\"refresh_token\":\"rt\",\"scope\":\"a b\"}", GOOD, 0, "at rt 3599"},
	{200, "{\"access_token\":\"at\",\"token_type\":\"bearer\",\"expires_in\":\"120\"}", GOOD, 0, "at - 120"},
	{200, "{\"access_token\":\"at\"}", GOOD, 0, "at - 3600"},
	{200, "{\"access_token\":\"at\",\"expires_in\":99999999999}", GOOD, 0, "at - 31536000"},
	{200, "{\"access_token\":\"at\",\"expires_in\":12.9,\"x\":[[{}]]}", GOOD, 0, "at - 12"},
	{200, "{\"access_token\":\"at\",\"expires_in\":1e300}", GOOD, 0, "at - 31536000"},
	{200, "{\"access_token\":\"at\",\"expires_in\":null}", GOOD, 0, "at - 3600"},
	/* The token of before is taken back all the same: what came with the nonsense must not be lost. */
	{200, "{\"access_token\":\"at\",\"refresh_token\":\"new\",\"expires_in\":-1}", GOOD, 0, "at new 3600"},
	{200, "{\"access_token\":\"at\",\"refresh_token\":\"new\",\"expires_in\":-0.5}", GOOD, 0, "at new 3600"},
	{200, "{\"access_token\":\"at\",\"refresh_token\":\"new\",\"expires_in\":\"soon\"}", GOOD, 0, "at new 3600"},
	{200, "{\"access_token\":\"at\",\"refresh_token\":\"new\",\"expires_in\":[]}", GOOD, 0, "at new 3600"},
	{200, "{\"access_token\":\"a t\"}", E_PROTOCOL, RETRY_LATER, "no access token"},
	{200, "{\"access_token\":\"a\\r\\nX: y\"}", E_PROTOCOL, RETRY_LATER, "no access token"},
	{200, "{\"access_token\":\"\"}", E_PROTOCOL, RETRY_LATER, "no access token"},
	{200, "{\"access_token\":7}", E_PROTOCOL, RETRY_LATER, "no access token"},
	{200, "{\"access_token\":\"at\",\"token_type\":\"mac\"}", E_PROTOCOL, RETRY_LATER, "another type"},
	{200, "[]", E_PROTOCOL, RETRY_LATER, "something else than JSON"},
	{200, "", E_PROTOCOL, RETRY_LATER, "something else than JSON"},
	{200, "<html>Log in to the hotel's network</html>", E_PROTOCOL, RETRY_LATER, "something else than JSON"},
	{200, "{\"error\":\"invalid_grant\"}", E_AUTH, RETRY_NEVER, "consent again"},
	{302, "", E_PROTOCOL, RETRY_LATER, "redirects"},
	{404, "<html>nothing here</html>", E_PROTOCOL, RETRY_LATER, "is token_endpoint right?"},
	{403, "{}", E_PROTOCOL, RETRY_LATER, "without an OAuth error"},
	{408, "", E_REFUSED, RETRY_LATER, "408"},
	{429, "{\"error\":\"invalid_client\"}", E_THROTTLED, RETRY_LATER, "slow down"},
	{500, "{\"error\":\"invalid_grant\"}", E_REFUSED, RETRY_LATER, "500"},
	{503, "<html>", E_REFUSED, RETRY_LATER, "503"},
	{400, "{\"error\":\"temporarily_unavailable\"}", E_THROTTLED, RETRY_LATER, "passing"},
	{400, "{\"error\":\"server_error\"}", E_THROTTLED, RETRY_LATER, "passing"},
	{400, "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS90033: A transient error has occurred.\"}", E_THROTTLED, RETRY_LATER, "passing"},
	{400, "{\"error\":\"invalid_grant\",\"error_description\":\"Token has been expired or revoked.\"}", E_AUTH, RETRY_NEVER, "consent again"},
	{401, "{\"error\":\"invalid_client\"}", E_AUTH, RETRY_NEVER, "client secret or certificate"},
	{401, "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000222: The provided client secret keys are expired.\"}", E_AUTH, RETRY_NEVER, "client secret has expired"},
	{401, "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid client secret provided.\"}", E_AUTH, RETRY_NEVER, "not its id"},
	{400, "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS50034: The user account does not exist\"}", E_AUTH, RETRY_NEVER, "no such user"},
	{400, "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS700082: expired due to inactivity\"}", E_AUTH, RETRY_NEVER, "wasn't used"},
	{400, "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS70008: expired\"}", E_AUTH, RETRY_NEVER, "has expired: consent again"},
	{400, "{\"error\":\"interaction_required\",\"error_description\":\"AADSTS50076: MFA\"}", E_AUTH, RETRY_NEVER, "second factor"},
	{400, "{\"error\":\"unauthorized_client\"}", E_AUTH, RETRY_NEVER, "domain-wide delegation"},
	{400, "{\"error\":\"invalid_scope\"}", E_AUTH, RETRY_NEVER, "check scopes"},
	{400, "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"}", E_AUTH, RETRY_NEVER, "new key file"},
	{400, "{\"error\":\"something_new\",\"error_description\":\"in words\"}", E_AUTH, RETRY_NEVER, "something_new: in words"},
	{400, "{\"error\":\"invalid_client\",\"error_description\":\"we got client_secret=TOP-SECRET\"}", E_AUTH, RETRY_NEVER, "client secret or certificate"},
	{400, "{\"error\":\"bad_one\",\"error_description\":\"no: " JWT ".x\"}", E_AUTH, RETRY_NEVER, "(bad_one)"},
	{400, "{\"error\":\"" JWT "\"}", E_AUTH, RETRY_NEVER, "holds a token"},
	{400, "{\"error\":\"bad_one\",\"error_description\":\"eyJshort\"}", E_AUTH, RETRY_NEVER, "bad_one: eyJshort"},
	{400, "{\"error\":\"TOP-SECRET\"}", E_AUTH, RETRY_NEVER, "repeats a secret"},
};
/* clang-format on */

static void check_answer(size_t i, const struct oauth_tokens *tokens, int rc, const struct error *err)
{
	char text[100];

	if (rc != answers[i].code) {
		print_error("%s: %d %s\n", answers[i].body, rc, rc < 0 ? err->text : "");
		assert_int_equal(rc, answers[i].code);
	}
	if (rc < 0) {
		assert_int_equal(err->retry, answers[i].retry);
		assert_null(strstr(err->text, "TOP-SECRET"));
		if (!strstr(err->text, answers[i].text)) {
			print_error("%s\n", err->text);
			assert_string_equal(err->text, answers[i].text);
		}
		return;
	}
	snprintf(text, sizeof text, "%s %s %lld", tokens->access.p, tokens->refresh.p ? tokens->refresh.p : "-",
	         (long long)tokens->lifetime_ms / 1000);
	assert_string_equal(text, answers[i].text);
}

static void answers_mean_what_they_say(void **state)
{
	struct secret secret = {0};
	const struct secret *secrets[] = {NULL, &secret};

	(void)state;
	secret_set(&secret, STR("TOP-SECRET"));
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct http_answer answer = {.status = answers[i].status, .body = str_of(answers[i].body)};
		struct oauth_tokens tokens = {0};
		struct error err = {0};
		int rc = oauth_read_answer(&answer, "login.example", secrets, 2, &tokens, &err);

		check_answer(i, &tokens, rc, &err);
		oauth_tokens_done(&tokens);
	}
	secret_done(&secret);
}

/* ---------------------------------------------------------------- transcripts */

static void add_line(void *lines, const char *line)
{
	buf_printf(lines, "%s\n", line);
}

/* Sent: client_secret "TOP SECRET&%", refresh_token "r+fresh", Basic password the same secret. */
/* clang-format off */
static const struct {
	int status;
	const char *body, *line;
} shown_answers[] = {
	{200, "{\"access_token\":\"A-TOKEN\",\"refresh_token\":\"B-TOKEN\",\"id_token\":\"C-TOKEN\",\"token_type\":\"Bearer\",\"expires_in\":3600,\"scope\":\"mail\"}",
	 "200 access_token=<secret> refresh_token=<secret> id_token=<secret> token_type=Bearer expires_in=3600 scope=mail"},
	{401, "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid client secret\",\"trace_id\":\"7\"}",
	 "401 error=invalid_client error_description=AADSTS7000215: Invalid client secret trace_id=7"},
	{401, "{\"error\":\"invalid_client\",\"error_description\":\"not TOP SECRET&%!\"}", "401 error=invalid_client error_description=<secret>"},
	{401, "{\"error\":\"TOP+SECRET%26%25\",\"TOP SECRET&%\":1}", "401 error=<secret> <secret>=<secret>"},
	{400, "{\"error\":\"invalid_grant\",\"error_description\":\"r+fresh is spent\"}", "400 error=invalid_grant error_description=<secret>"},
	{400, "{\"error\":\"invalid_grant\",\"error_description\":\"eyJhbGciOiJSUzI1NiJ9eyJzdWIiOiJhbm5hIn0abcdefghij\"}", "400 error=invalid_grant error_description=<secret>"},
	{400, "{\"error\":{\"token\":\"A-TOKEN\"},\"scope\":[\"A-TOKEN\"]}", "400 error=<secret> scope=<secret>"},
	{400, "{\"error\":\"a\\r\\nb\"}", "400 error=a??b"},
	{502, "<html>TOP SECRET&%</html>", "502, 25 bytes that are no JSON object"},
	{204, "", "204, 0 bytes that are no JSON object"},
};
/* clang-format on */

static void a_transcript_shows_an_answer_without_what_is_secret(void **state UNUSED)
{
	struct buf lines CLEANUP(buf_done) = BUF_INIT(KIB(4));
	const struct oauth_question question = {.transcript = add_line, .transcript_ctx = &lines};
	struct secret form CLEANUP(secret_done) = {0}, basic CLEANUP(secret_done) = {0};

	secret_set(&form, STR("grant_type=refresh_token&refresh_token=r%2Bfresh&client_secret=TOP+SECRET%26%25"));
	secret_set(&basic, STR("TOP+SECRET%26%25"));
	for (size_t i = 0; i < ARRAY_LEN(shown_answers); i++) {
		const struct http_answer answer = {.status = shown_answers[i].status,
		                                   .body = str_of(shown_answers[i].body)};
		char want[400];

		buf_clear(&lines);
		snprintf(want, sizeof want, "-- token endpoint S: %s\n", shown_answers[i].line);
		oauth_trace_answer(&question, &answer, &form, &basic);
		assert_string_equal(buf_cstr(&lines), want);
	}
}

static void a_transcript_shows_a_request_without_what_is_secret(void **state UNUSED)
{
	struct buf lines CLEANUP(buf_done) = BUF_INIT(KIB(4));
	const struct oauth_question question = {.transcript = add_line, .transcript_ctx = &lines};
	struct secret form CLEANUP(secret_done) = {0};

	secret_set(&form,
	           STR("grant_type=password&username=anna%40x.test&password=TOP&scope=mail&code=TOP&assertion=TOP"
	               "&client_assertion=TOP&code_verifier=TOP&refresh_token=TOP"));
	oauth_trace_request(&question, "https://login.example/t/token?key=TOP", &form, true);
	assert_string_equal(
	        buf_cstr(&lines),
	        "-- token endpoint C: POST https://login.example/t/token?<...>\n"
	        "-- token endpoint C: grant_type=password username=anna%40x.test password=<secret> scope=mail "
	        "code=<secret> assertion=<secret> client_assertion=<secret> code_verifier=<secret> "
	        "refresh_token=<secret> (Authorization: Basic <secret>)\n");
	oauth_trace_request(&(struct oauth_question){0}, "https://login.example/", &form, false);
}

/* ---------------------------------------------------------------- questions */

static const char *form_of(struct arena *arena, const char *yaml, struct oauth_question *question, struct secret *user,
                           struct secret *password)
{
	struct error err = {0};
	json_t *json CLEANUP(json_decrefp) = NULL;
	struct secret form = {0};
	void *profile = NULL;
	const char *text;

	assert_ok(yaml_read(str_of(yaml), "test", &json, &err), &err);
	assert_ok(record_read(&authentication_profile_type, json, "test", NULL, arena, &profile, &err), &err);
	question->profile = profile;
	if (!question->user)
		question->user = "";
	assert_ok(oauth_form(question, arena, &form, user, password, &err), &err);
	text = arena_cstr(arena, secret_reveal(&form));
	secret_done(&form);
	record_done(&authentication_profile_type, profile);
	return text;
}

#define MICROSOFT "{id: p, template: microsoft, tenant: t.example, client_id: c, client_secret: s&1, "

static void grants_ask_for_what_they_need(void **state)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct secret user CLEANUP(secret_done) = {0}, password CLEANUP(secret_done) = {0};
	struct secret refresh CLEANUP(secret_done) = {0}, verifier CLEANUP(secret_done) = {0};
	struct oauth_question q = {0};

	(void)state;
	secret_set(&refresh, STR("r"));
	secret_set(&verifier, STR("v"));
	assert_string_equal(form_of(arena, MICROSOFT "grant: client-credentials}", &q, &user, &password),
	                    "grant_type=client_credentials&scope=https%3A%2F%2Foutlook.office365.com%2F.default"
	                    "&client_id=c&client_secret=s%261");
	q = (struct oauth_question){.user = "anna@x"};
	assert_string_equal(
	        form_of(arena, MICROSOFT "grant: password, password: p w, scopes: [a, b]}", &q, &user, &password),
	        "grant_type=password&username=anna%40x&password=p+w&scope=a+b&client_id=c&client_secret=s%261");
	q = (struct oauth_question){.refresh = &refresh};
	assert_string_equal(form_of(arena, MICROSOFT "grant: authorization-code, client_authentication: none}", &q,
	                            &user, &password),
	                    "grant_type=refresh_token&refresh_token=r&client_id=c");
	q = (struct oauth_question){.code = &refresh, .verifier = &verifier, .redirect_uri = "http://127.0.0.1:5/"};
	assert_false(secret_is_set(&user));
	assert_string_equal(
	        form_of(arena,
	                MICROSOFT "grant: authorization-code, client_authentication: basic, "
	                          "audience: au, resource: re}",
	                &q, &user, &password),
	        "grant_type=authorization_code&code=r&code_verifier=v&redirect_uri=http%3A%2F%2F127.0.0.1%3A5%2F"
	        "&audience=au&resource=re");
	assert_str(secret_reveal(&user), "c");
	assert_str(secret_reveal(&password), "s%261");
}

/* ---------------------------------------------------------------- assertions */

static char *private_pem(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *text;
	long n;

	must(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
	n = BIO_get_mem_data(bio, &data);
	text = str_dup(str_new(data, (size_t)n));
	BIO_free(bio);
	return text;
}

static void decode(struct str part, struct buf *out)
{
	struct buf padded CLEANUP(buf_done) = BUF_INIT(KIB(16));

	for (size_t i = 0; i < part.n; i++)
		buf_add_char(&padded, part.p[i] == '-' ? '+' : part.p[i] == '_' ? '/' : part.p[i]);
	while (padded.n % 4)
		buf_add_char(&padded, '=');
	must(base64_decode(out, buf_str(&padded)));
}

/* The claims of a JWT, once its signature is verified. */
static json_t *verified(EVP_PKEY *key, struct str jwt, struct buf *header)
{
	struct buf signature CLEANUP(buf_done) = BUF_INIT(KIB(4)), claims CLEANUP(buf_done) = BUF_INIT(KIB(16));
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct str rest = jwt, first, second;

	must(str_split(&rest, '.', &first) && str_split(&rest, '.', &second));
	decode(first, header);
	decode(second, &claims);
	decode(rest, &signature);
	assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestVerify(ctx, (unsigned char *)signature.p, signature.n, (const unsigned char *)jwt.p,
	                                  first.n + 1 + second.n),
	                 1);
	EVP_MD_CTX_free(ctx);
	return json_loadb(claims.p, claims.n, 0, NULL);
}

static void service_account_signs_an_assertion(void **state)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct secret user CLEANUP(secret_done) = {0}, password CLEANUP(secret_done) = {0};
	struct buf header CLEANUP(buf_done) = BUF_INIT(KIB(1));
	EVP_PKEY *key = EVP_RSA_gen(2048);
	char *pem = private_pem(key), *file_text, *document;
	json_t *file = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "type", "service_account", "client_email",
	                         "robot@p.test", "private_key", pem, "private_key_id", "k1", "token_uri",
	                         "https://oauth.test/token", "client_id", "42");
	json_t *profile, *claims;
	struct oauth_question q = {.user = "anna@customer.test"};
	struct str form;
	int64_t now = clock_now_ms() / 1000;

	(void)state;
	file_text = json_dumps(file, 0);
	profile = json_pack("{s:s, s:s, s:s, s:s}", "id", "p", "template", "google", "grant", "jwt-bearer",
	                    "service_account", file_text);
	document = json_dumps(profile, 0);
	form = str_of(form_of(arena, document, &q, &user, &password));
	assert_true(
	        str_starts(form, STR("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=")));
	claims = verified(key, str_slice(form, (size_t)str_find(form, STR("assertion=")) + 10, form.n), &header);
	assert_string_equal(header.p, "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}");
	assert_string_equal(json_string_value(json_object_get(claims, "iss")), "robot@p.test");
	assert_string_equal(json_string_value(json_object_get(claims, "sub")), "anna@customer.test");
	assert_string_equal(json_string_value(json_object_get(claims, "scope")), "https://mail.google.com/");
	assert_string_equal(json_string_value(json_object_get(claims, "aud")), "https://oauth2.googleapis.com/token");
	assert_in_range(json_integer_value(json_object_get(claims, "iat")), now - 40, now);
	assert_in_range(json_integer_value(json_object_get(claims, "exp")), now + 60, now + 3600);
	json_decref(claims);
	json_decref(profile);
	json_decref(file);
	free(document);
	free(file_text);
	free(pem);
	EVP_PKEY_free(key);
}

static void bad_key_files_are_refused(void **state)
{
	static const struct {
		const char *file, *text;
	} cases[] = {
	        {"", "no key file"},
	        {"-----BEGIN PRIVATE KEY-----", "no key file"},
	        {"[]", "no key file"},
	        {"{}", "private_key is missing"},
	        {"{\"private_key\":\"x\"}", "client_email is missing"},
	        {"{\"type\":\"authorized_user\",\"client_id\":\"x\"}", "\"authorized_user\""},
	        {"{\"private_key\":\"x\",\"client_email\":\"a\\u0000b\"}", "no key file"},
	};
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct service_account account = {0};
		struct error err = {0};

		assert_int_equal(service_account_read(str_of(cases[i].file), arena, &account, &err), E_INVALID);
		if (!strstr(err.text, cases[i].text))
			assert_string_equal(err.text, cases[i].text);
	}
}

/* RFC 7636 appendix B. */
static void challenge_is_that_of_the_rfc(void **state)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(100);

	(void)state;
	pkce_challenge(STR("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), &out);
	assert_string_equal(out.p, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_transcript_shows_an_answer_without_what_is_secret),
	        cmocka_unit_test(a_transcript_shows_a_request_without_what_is_secret),
	        cmocka_unit_test(answers_mean_what_they_say),
	        cmocka_unit_test(grants_ask_for_what_they_need),
	        cmocka_unit_test(service_account_signs_an_assertion),
	        cmocka_unit_test(bad_key_files_are_refused),
	        cmocka_unit_test(challenge_is_that_of_the_rfc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
