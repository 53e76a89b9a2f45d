/* What operators do with what they sign in with: passwords, second factors, links, tokens; theirs and others'. */
#include "api/test_operators.h"

#include "api/second_factor.h"
#include "base/clock.h"
#include "base/mem.h"
#include "store/credentials.h"
#include "store/test_store.h"

#include <stdio.h>

#include "base/test.h"

static int status_of(struct test_answer *answer)
{
	int status = answer->status;

	test_answer_free(answer);
	return status;
}

static int call(struct test_operators *test, const struct test_browser *browser, const char *what, const char *body)
{
	return status_of(test_browse(test, browser, what, body));
}

/* ---------------------------------------------------------------- the password */

static void check_password(struct store *store)
{
	struct test_operators test;
	struct test_browser browser, other, renewed;

	test_operators_init(&test, store);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &browser);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &other);
	{
		struct test_answer *wrong CLEANUP(test_answer_freep) =
		        test_browse(&test, &browser, "POST /api/v1/session/password",
		                    "{'password': 'wrong', 'new_password': 'two green frogs'}");
		struct test_answer *weak CLEANUP(test_answer_freep) =
		        test_browse(&test, &browser, "POST /api/v1/session/password",
		                    "{'password': '" BOBS_PASSWORD "', 'new_password': 'short'}");
		struct test_answer *right CLEANUP(test_answer_freep) =
		        test_browse(&test, &browser, "POST /api/v1/session/password",
		                    "{'password': '" BOBS_PASSWORD "', 'new_password': 'two green frogs'}");

		assert_int_equal(wrong->status, 400);
		assert_string_equal(test_text(wrong, "path"), "password");
		assert_int_equal(weak->status, 400);
		assert_string_equal(test_text(weak, "path"), "new_password");
		assert_int_equal(right->status, 200);
		test_browser_take(&renewed, right);
	}
	assert_int_equal(call(&test, &browser, "GET /api/v1/roles", NULL), 401);
	assert_int_equal(call(&test, &other, "GET /api/v1/roles", NULL), 401);
	assert_int_equal(call(&test, &renewed, "GET /api/v1/roles", NULL), 200);
	assert_int_equal(status_of(test_try(&test, "bob", BOBS_PASSWORD, "", "192.0.2.1")), 401);
	assert_int_equal(status_of(test_try(&test, "bob", "two green frogs", "", "192.0.2.1")), 200);
	test_operators_done(&test);
}

static void a_new_password_ends_all_other_sessions(void **state UNUSED)
{
	test_store_each(check_password);
}

/* ---------------------------------------------------------------- the second factor */

/* The code of a moment, as an authenticator that was given `key_text` shows it. */
static void show_code(const char *key_text, int64_t at, char ret_code[9])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned char key[TOTP_KEY_BYTES];

	for (size_t i = 0; i < TOTP_KEY_LEN; i += 8) {
		uint64_t bits = 0;

		for (size_t k = 0; k < 8; k++)
			bits = bits << 5 | (uint64_t)(strchr(alphabet, key_text[i + k]) - alphabet);
		for (size_t k = 0; k < 5; k++)
			key[i / 8 * 5 + k] = (unsigned char)(bits >> (32 - 8 * k));
	}
	hotp(str_new(key, sizeof key), (uint64_t)(at / TOTP_STEP_MS), TOTP_DIGITS, ret_code);
}

/* Begins and confirms, with *ret_code; the browser goes on with the new session. */
static void enrol(struct test_operators *test, struct test_browser *browser, char ret_key[TOTP_KEY_LEN + 1],
                  char ret_recovery[RECOVERY_LEN + 1], char ret_code[9])
{
	char body[200];
	struct test_answer *begun CLEANUP(test_answer_freep) =
	        test_browse(test, browser, "POST /api/v1/session/second-factor", "{'password': '" BOBS_PASSWORD "'}");

	assert_int_equal(begun->status, 200);
	snprintf(ret_key, TOTP_KEY_LEN + 1, "%s", test_text(begun, "key"));
	assert_non_null(strstr(test_text(begun, "uri"), ret_key));
	/* Not confirmed: it doesn't count yet. */
	assert_int_equal(status_of(test_try(test, "bob", BOBS_PASSWORD, "", "192.0.2.1")), 200);
	assert_int_equal(call(test, browser, "POST /api/v1/session/second-factor",
	                      "{'password': '" BOBS_PASSWORD "', 'code': '000000x'}"),
	                 400);
	show_code(ret_key, clock_now_ms(), ret_code);
	snprintf(body, sizeof body, "{'password': '" BOBS_PASSWORD "', 'code': '%s'}", ret_code);
	struct test_answer *confirmed CLEANUP(test_answer_freep) =
	        test_browse(test, browser, "POST /api/v1/session/second-factor", body);
	assert_int_equal(confirmed->status, 200);
	assert_int_equal(json_array_size(test_json(confirmed, "recovery_codes")), RECOVERY_CODES);
	snprintf(ret_recovery, RECOVERY_LEN + 1, "%s", test_text(confirmed, "recovery_codes/3"));
	test_browser_take(browser, confirmed);
}

static int factor_call(struct test_operators *test, const struct test_browser *browser, const char *method,
                       const char *password, const char *code)
{
	char what[80], body[200];

	snprintf(what, sizeof what, "%s /api/v1/session/second-factor", method);
	snprintf(body, sizeof body, "{'password': '%s', 'code': '%s'}", password, code);
	return call(test, browser, what, body);
}

/* Neither taken away nor replaced by who knows the password alone. */
static void check_removal(struct test_operators *test, const struct test_browser *browser, const char *key)
{
	char code[9], body[200];

	assert_int_equal(factor_call(test, browser, "DELETE", "wrong", ""), 400);
	assert_int_equal(factor_call(test, browser, "POST", BOBS_PASSWORD, ""), 409);
	{
		struct test_answer *asked CLEANUP(test_answer_freep) = test_browse(
		        test, browser, "DELETE /api/v1/session/second-factor", "{'password': '" BOBS_PASSWORD "'}");

		assert_int_equal(asked->status, 400);
		assert_string_equal(test_text(asked, "path"), "code");
	}
	assert_int_equal(factor_call(test, browser, "DELETE", BOBS_PASSWORD, "000000x"), 400);
	clock_shift(TOTP_STEP_MS);
	show_code(key, clock_now_ms(), code);
	assert_int_equal(factor_call(test, browser, "DELETE", "wrong", code), 400);
	snprintf(body, sizeof body, "{'password': '" BOBS_PASSWORD "', 'code': '%s'}", code);
	{
		struct test_answer *removed CLEANUP(test_answer_freep) =
		        test_browse(test, browser, "DELETE /api/v1/session/second-factor", body);

		assert_int_equal(removed->status, 200);
		assert_true(json_is_false(test_json(removed, "second_factor")));
	}
	assert_int_equal(status_of(test_try(test, "bob", BOBS_PASSWORD, "", "192.0.2.1")), 200);
}

static void check_factor(struct store *store)
{
	char key[TOTP_KEY_LEN + 1], recovery[RECOVERY_LEN + 1], code[9];
	struct test_operators test;
	struct test_browser browser, second;

	test_operators_init(&test, store);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &browser);
	second = browser;
	assert_int_equal(call(&test, &browser, "POST /api/v1/session/second-factor", "{'password': 'wrong'}"), 400);
	enrol(&test, &browser, key, recovery, code);
	assert_int_equal(call(&test, &second, "GET /api/v1/roles", NULL), 401);
	{
		struct test_answer *asked CLEANUP(test_answer_freep) =
		        test_try(&test, "bob", BOBS_PASSWORD, "", "192.0.2.1");

		assert_int_equal(asked->status, 401);
		assert_string_equal(test_text(asked, "path"), "code");
	}
	assert_int_equal(status_of(test_try(&test, "bob", BOBS_PASSWORD, "000000x", "192.0.2.1")), 401);
	assert_int_equal(status_of(test_try(&test, "bob", BOBS_PASSWORD, code, "192.0.2.1")), 401); /* used above */
	clock_shift(TOTP_STEP_MS);
	show_code(key, clock_now_ms(), code);
	assert_int_equal(status_of(test_try(&test, "bob", BOBS_PASSWORD, code, "192.0.2.1")), 200);
	assert_int_equal(status_of(test_try(&test, "bob", BOBS_PASSWORD, code, "192.0.2.1")), 401);
	assert_int_equal(status_of(test_try(&test, "bob", "wrong", recovery, "192.0.2.1")), 401);
	assert_int_equal(status_of(test_try(&test, "bob", BOBS_PASSWORD, recovery, "192.0.2.1")), 200);
	assert_int_equal(status_of(test_try(&test, "bob", BOBS_PASSWORD, recovery, "192.0.2.1")), 401);
	check_removal(&test, &browser, key);
	test_operators_done(&test);
}
static void a_second_factor_is_asked_for_and_good_once(void **state UNUSED)
{
	test_store_each(check_factor);
}

/* Knowing the password, guessing codes: the door closes as for passwords. */
static void check_guesses(struct store *store)
{
	char key[TOTP_KEY_LEN + 1], recovery[RECOVERY_LEN + 1], code[9];
	struct test_operators test;
	struct test_browser browser;
	int closed = 0;

	test_operators_init(&test, store);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &browser);
	enrol(&test, &browser, key, recovery, code);
	for (int i = 0; i < 20 && !closed; i++) {
		closed = status_of(test_try(&test, "bob", BOBS_PASSWORD, "000000x", "192.0.2.1")) == 429;
		(void)status_of(test_try(&test, "bob", BOBS_PASSWORD, "", "192.0.2.1")); /* opens nothing */
	}
	assert_true(closed);
	test_operators_done(&test);
}

static void codes_cant_be_guessed_at_leisure(void **state UNUSED)
{
	test_store_each(check_guesses);
}

static void check_reseal(struct store *store)
{
	char key[TOTP_KEY_LEN + 1], recovery[RECOVERY_LEN + 1], code[9];
	struct test_operators test;
	struct test_browser browser;
	struct error err;

	test_operators_init(&test, store);
	assert_int_equal(factors_reseal(test.db, &plain_sealer, &err), 0);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &browser);
	enrol(&test, &browser, key, recovery, code);
	assert_int_equal(factors_reseal(test.db, &plain_sealer, &err), 1);
	test_operators_done(&test);
}

static void keys_are_sealed_anew(void **state UNUSED)
{
	test_store_each(check_reseal);
}

/* ---------------------------------------------------------------- links */

static void token_of_link(const struct test_answer *answer, char ret_token[64])
{
	const char *link = test_text(answer, "link"), *token = strstr(link, "/#/setup/");

	assert_non_null(token);
	assert_true(str_starts(str_of(link), STR("https://mail.example.com/#/setup/")));
	snprintf(ret_token, 64, "%s", token + strlen("/#/setup/"));
}

static void check_invitation(struct store *store)
{
	struct test_operators test;
	struct test_browser anna, bob;
	char token[64], body[300];

	test_operators_init(&test, store);
	test_sign_in(&test, "anna", ANNAS_PASSWORD, &anna);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &bob);
	assert_int_equal(call(&test, &bob, "POST /api/v1/operators/anna/invitation", NULL), 403);
	assert_int_equal(call(&test, &anna, "POST /api/v1/operators/nobody/invitation", NULL), 404);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_browse(&test, &anna, "POST /api/v1/operators/bob/invitation", NULL);

		assert_int_equal(answer->status, 201);
		token_of_link(answer, token);
	}
	snprintf(body, sizeof body, "{\"token\": \"%s\"}", token);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_api_call(test.api, NULL, "POST /api/v1/session/setup/check", body);

		assert_int_equal(answer->status, 200);
		assert_string_equal(test_text(answer, "operator"), "bob");
		assert_true(json_is_false(test_json(answer, "first")));
	}
	/* Whoever says to be somebody else is Bob all the same. */
	snprintf(body, sizeof body, "{\"token\": \"%s\", \"operator\": \"anna\", \"password\": \"short\"}", token);
	assert_int_equal(status_of(test_api_call(test.api, NULL, "POST /api/v1/session/setup", body)), 400);
	snprintf(body, sizeof body, "{\"token\": \"%s\", \"operator\": \"anna\", \"password\": \"two green frogs\"}",
	         token);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_api_call(test.api, NULL, "POST /api/v1/session/setup", body);

		assert_int_equal(answer->status, 200);
		assert_string_equal(test_text(answer, "operator"), "bob");
	}
	assert_int_equal(status_of(test_api_call(test.api, NULL, "POST /api/v1/session/setup", body)), 404);
	assert_int_equal(call(&test, &bob, "GET /api/v1/roles", NULL), 401); /* the old session */
	assert_int_equal(status_of(test_try(&test, "bob", "two green frogs", "", "192.0.2.1")), 200);
	assert_int_equal(status_of(test_try(&test, "anna", ANNAS_PASSWORD, "", "192.0.2.1")), 200);
	test_operators_done(&test);
}

static void an_invitation_sets_one_password_once(void **state UNUSED)
{
	test_store_each(check_invitation);
}

/* A link stands for the password, not for the second factor. */
static void check_link_and_factor(struct store *store)
{
	char key[TOTP_KEY_LEN + 1], recovery[RECOVERY_LEN + 1], code[9], token[ACCESS_TOKEN_LEN + 1], body[300];
	struct test_operators test;
	struct test_browser browser;
	struct error err;

	test_operators_init(&test, store);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &browser);
	enrol(&test, &browser, key, recovery, code);
	assert_ok(link_issue(test.db, "bob", "root", clock_now_ms(), token, &err), &err);
	snprintf(body, sizeof body, "{\"token\": \"%s\", \"password\": \"two green frogs\"}", token);
	for (int i = 0; i < 2; i++) { /* it isn't used up by asking */
		struct test_answer *asked CLEANUP(test_answer_freep) =
		        test_api_call(test.api, NULL, "POST /api/v1/session/setup", body);

		assert_int_equal(asked->status, 400);
		assert_string_equal(test_text(asked, "path"), "code");
		assert_null(test_header(asked, "Set-Cookie"));
	}
	assert_int_equal(call(&test, &browser, "GET /api/v1/roles", NULL), 200);
	snprintf(body, sizeof body, "{\"token\": \"%s\", \"password\": \"two green frogs\", \"code\": \"000000\"}",
	         token);
	for (int i = 0; i < 6; i++)
		assert_int_equal(status_of(test_api_call(test.api, NULL, "POST /api/v1/session/setup", body)), 400);
	assert_int_equal(status_of(test_api_call(test.api, NULL, "POST /api/v1/session/setup", body)), 429);
	clock_shift(TOTP_STEP_MS);
	show_code(key, clock_now_ms(), code);
	snprintf(body, sizeof body, "{\"token\": \"%s\", \"password\": \"two green frogs\", \"code\": \"%s\"}", token,
	         code);
	assert_int_equal(status_of(test_api_call(test.api, NULL, "POST /api/v1/session/setup", body)), 200);
	assert_int_equal(call(&test, &browser, "GET /api/v1/roles", NULL), 401);
	assert_int_equal(status_of(test_try(&test, "bob", "two green frogs", code, "192.0.2.1")), 401); /* used */
	test_operators_done(&test);
}

static void a_link_goes_around_no_second_factor(void **state UNUSED)
{
	test_store_each(check_link_and_factor);
}

static void check_first(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	char token[ACCESS_TOKEN_LEN + 1], body[300];
	struct error err;

	assert_ok(link_issue(test_api_db(api), "", "root", clock_now_ms(), token, &err), &err);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_api_call(api, NULL, "GET /api/v1/session", NULL);

		assert_true(json_is_true(test_json(answer, "needs_first")));
	}
	snprintf(body, sizeof body, "{\"token\": \"%s\", \"operator\": \"a b\", \"password\": \"two green frogs\"}",
	         token);
	assert_int_equal(status_of(test_api_call(api, NULL, "POST /api/v1/session/setup", body)), 400);
	snprintf(body, sizeof body,
	         "{\"token\": \"%s\", \"operator\": \"carl\", \"name\": \"Carl\", \"password\": \"two green frogs\"}",
	         token);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_api_call(api, NULL, "POST /api/v1/session/setup", body);

		assert_int_equal(answer->status, 200);
		assert_string_equal(test_text(answer, "operator"), "carl");
		assert_string_equal(test_text(answer, "roles/0"), "administrator");
	}
	assert_int_equal(status_of(test_api_call(api, NULL, "POST /api/v1/session/setup", body)), 404);
	/* One that was printed before there was an operator is of no use after. */
	assert_ok(link_issue(test_api_db(api), "", "root", clock_now_ms(), token, &err), &err);
	snprintf(body, sizeof body, "{\"token\": \"%s\", \"operator\": \"eve\", \"password\": \"two green frogs\"}",
	         token);
	assert_int_equal(status_of(test_api_call(api, NULL, "POST /api/v1/session/setup", body)), 404);
}

static void the_first_administrator_comes_by_a_link(void **state UNUSED)
{
	test_store_each(check_first);
}

/* ---------------------------------------------------------------- tokens */

struct token_test {
	struct test_operators test;
	struct test_browser anna, bob, program;
	int64_t id; /* of the program's token */
};

static void make_token(struct token_test *t)
{
	struct test_answer *answer CLEANUP(test_answer_freep) =
	        test_browse(&t->test, &t->bob, "POST /api/v1/tokens", "{'name': 'ci', 'rights': ['cases.read']}");

	assert_int_equal(answer->status, 201);
	t->id = test_number(answer, "id");
	snprintf(t->program.cookie, sizeof t->program.cookie, "Authorization: Bearer %s", test_text(answer, "token"));
	assert_int_equal(strlen(test_text(answer, "prefix")), API_TOKEN_SHOWN);
}

static void open_tokens(struct token_test *t, struct store *store)
{
	*t = (struct token_test){.program.csrf = "X-None: 1"};
	test_operators_init(&t->test, store);
	test_sign_in(&t->test, "anna", ANNAS_PASSWORD, &t->anna);
	test_sign_in(&t->test, "bob", BOBS_PASSWORD, &t->bob);
	make_token(t);
}

static int delete_token(struct token_test *t, const struct test_browser *who, int64_t id)
{
	char what[100];

	snprintf(what, sizeof what, "DELETE /api/v1/tokens/%lld", (long long)id);
	return call(&t->test, who, what, NULL);
}

static void check_token_lists(struct token_test *t)
{
	struct test_answer *own CLEANUP(test_answer_freep) = test_browse(&t->test, &t->bob, "GET /api/v1/tokens", NULL);
	struct test_answer *all CLEANUP(test_answer_freep) =
	        test_browse(&t->test, &t->bob, "GET /api/v1/tokens?all=true&operator=anna", NULL);
	struct test_answer *none CLEANUP(test_answer_freep) =
	        test_browse(&t->test, &t->anna, "GET /api/v1/tokens", NULL);
	struct test_answer *bobs CLEANUP(test_answer_freep) =
	        test_browse(&t->test, &t->anna, "GET /api/v1/tokens?operator=bob", NULL);

	assert_int_equal(json_array_size(test_json(own, "items")), 1);
	assert_string_equal(test_text(own, "items/0/token"), "");
	assert_int_equal(json_array_size(test_json(all, "items")), 1);
	assert_string_equal(test_text(all, "items/0/operator"), "bob");
	assert_int_equal(json_array_size(test_json(none, "items")), 0);
	assert_int_equal(json_array_size(test_json(bobs, "items")), 1);
}

/* A program is no person: it takes nothing over, and needs no CSRF token. */
static void check_program(struct token_test *t)
{
	static const struct {
		const char *what, *body;
		int status;
	} cases[] = {
	        {"GET /api/v1/session", NULL, 200},
	        {"POST /api/v1/tokens", "{'name': 'more'}", 403},
	        {"POST /api/v1/session/password",
	         "{'password': '" BOBS_PASSWORD "', 'new_password': 'two green frogs'}", 403},
	        {"POST /api/v1/session/second-factor", "{'password': '" BOBS_PASSWORD "'}", 403},
	        {"DELETE /api/v1/session?everywhere=true", NULL, 403},
	        {"DELETE /api/v1/sessions/1", NULL, 403},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(call(&t->test, &t->program, cases[i].what, cases[i].body), cases[i].status);
	struct test_answer *more CLEANUP(test_answer_freep) =
	        test_browse(&t->test, &t->bob, "POST /api/v1/tokens", "{'name': 'another'}");
	struct test_answer *seen CLEANUP(test_answer_freep) =
	        test_browse(&t->test, &t->program, "GET /api/v1/tokens", NULL);
	assert_int_equal(json_array_size(test_json(seen, "items")), 1);
	assert_int_equal(test_number(seen, "items/0/id"), t->id);
	assert_int_equal(delete_token(t, &t->program, test_number(more, "id")), 404);
	assert_int_equal(delete_token(t, &t->bob, test_number(more, "id")), 204);
}

static void check_tokens(struct store *store)
{
	static const struct {
		const char *body;
		int status;
	} refused[] = {
	        {"{'name': 'x', 'rights': ['operators.manage']}", 400},
	        {"{'name': 'x', 'accounts': ['sales']}", 400},
	        {"{'name': 'x', 'operator': 'anna'}", 403},
	        {"{'name': 'x', 'expires_at': '2020-01-01T00:00:00Z'}", 400},
	};
	struct token_test t;

	open_tokens(&t, store);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		assert_int_equal(call(&t.test, &t.bob, "POST /api/v1/tokens", refused[i].body), refused[i].status);
	check_token_lists(&t);
	check_program(&t);
	assert_int_equal(delete_token(&t, &t.bob, t.id + 1), 404);
	assert_int_equal(delete_token(&t, &t.bob, t.id), 204);
	assert_int_equal(call(&t.test, &t.program, "GET /api/v1/roles", NULL), 401);
	test_operators_done(&t.test);
}

static void tokens_are_made_shown_once_and_revoked(void **state UNUSED)
{
	test_store_each(check_tokens);
}

static void check_others(struct store *store)
{
	struct test_operators test;
	struct test_browser anna, bob, program = {.csrf = "X-None: 1"};
	char what[100];

	test_operators_init(&test, store);
	test_sign_in(&test, "anna", ANNAS_PASSWORD, &anna);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &bob);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) = test_browse(
		        &test, &anna, "POST /api/v1/tokens",
		        "{'name': 'ops', 'rights': ['operators.manage'], 'expires_at': '2099-01-01T00:00:00Z'}");

		snprintf(program.cookie, sizeof program.cookie, "Authorization: Bearer %s", test_text(answer, "token"));
		snprintf(what, sizeof what, "DELETE /api/v1/tokens/%lld", (long long)test_number(answer, "id"));
	}
	/* What a token makes is no more than it is, and doesn't outlive it. */
	assert_int_equal(call(&test, &program, "POST /api/v1/tokens", "{'name': 'a', 'rights': ['cases.read']}"), 400);
	assert_int_equal(call(&test, &program, "POST /api/v1/tokens", "{'name': 'a'}"), 400);
	assert_int_equal(
	        call(&test, &program, "POST /api/v1/tokens", "{'name': 'a', 'expires_at': '2030-01-01T00:00:00Z'}"),
	        201);
	assert_int_equal(call(&test, &bob, what, NULL), 404);
	assert_int_equal(call(&test, &bob, "DELETE /api/v1/operators/anna/sessions", NULL), 403);
	assert_int_equal(call(&test, &bob, "DELETE /api/v1/operators/anna/second-factor", NULL), 403);
	assert_int_equal(call(&test, &anna, "DELETE /api/v1/operators/bob/second-factor", NULL), 204);
	assert_int_equal(call(&test, &anna, "DELETE /api/v1/operators/bob/sessions", NULL), 204);
	assert_int_equal(call(&test, &bob, "GET /api/v1/roles", NULL), 401);
	test_operators_done(&test);
}

static void who_manages_operators_ends_what_they_have(void **state UNUSED)
{
	test_store_each(check_others);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_new_password_ends_all_other_sessions),
	        cmocka_unit_test(a_second_factor_is_asked_for_and_good_once),
	        cmocka_unit_test(codes_cant_be_guessed_at_leisure),
	        cmocka_unit_test(keys_are_sealed_anew),
	        cmocka_unit_test(an_invitation_sets_one_password_once),
	        cmocka_unit_test(a_link_goes_around_no_second_factor),
	        cmocka_unit_test(the_first_administrator_comes_by_a_link),
	        cmocka_unit_test(tokens_are_made_shown_once_and_revoked),
	        cmocka_unit_test(who_manages_operators_ends_what_they_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
