/* See test_operators.h. */
#include "api/test_operators.h"

#include "base/clock.h"
#include "base/mem.h"
#include "security/password.h"
#include "setup/setup.h"
#include "store/credentials.h"
#include "store/test_store.h"

#include <stdio.h>

#include "base/test.h"

static char *quoted(const char *text)
{
	char *copy = text ? str_dup(str_of(text)) : NULL;

	for (char *p = copy; p && *p; p++)
		*p = *p == '\'' ? '"' : *p;
	return copy;
}

void test_operators_apply(struct test_operators *test, const char *document)
{
	char *text CLEANUP(freep) = quoted(document);
	json_t *json CLEANUP(json_decrefp) = json_loads(text, 0, NULL);
	struct error err;

	assert_non_null(json);
	assert_ok(setup_apply(test->db, &plain_sealer, json, "test", false, NULL, &err), &err);
}

static void set_password(struct test_operators *test, const char *operator_id, const char *password)
{
	char hash[PASSWORD_HASH_SIZE];
	struct error err;

	assert_ok(password_hash(str_of(password), hash, &err), &err);
	assert_ok(credential_set_password(test->db, operator_id, hash, clock_now_ms(), &err), &err);
}

void test_operators_init(struct test_operators *test, struct store *store)
{
	password_set_cost(64, 1);
	test->api = test_api_new(store);
	test->db = test_api_db(test->api);
	test_operators_apply(test,
	                     "{'accounts': {'sales': {}, 'support': {}}, 'operators': {"
	                     " 'anna': {'name': 'Anna Berg', 'email': 'anna@firm.test', 'roles': ['administrator']},"
	                     " 'bob': {'roles': ['agent'], 'accounts': [{'account': 'support', 'send': true}]},"
	                     " 'dora': {'roles': ['agent'], 'disabled': true}}}");
	set_password(test, "anna", ANNAS_PASSWORD);
	set_password(test, "bob", BOBS_PASSWORD);
	set_password(test, "dora", BOBS_PASSWORD);
}

void test_operators_done(struct test_operators *test)
{
	clock_shift(0);
	test_api_free(test->api);
}

void test_browser_take(struct test_browser *browser, const struct test_answer *answer)
{
	const char *cookie = test_header(answer, "Set-Cookie");
	struct str rest = str_of(cookie), pair;

	assert_non_null(cookie);
	assert_true(str_split(&rest, ';', &pair));
	snprintf(browser->cookie, sizeof browser->cookie, "Cookie: " STR_FMT, STR_ARG(pair));
	snprintf(browser->csrf, sizeof browser->csrf, "X-Hauspost-Csrf: %s", test_text(answer, "csrf"));
}

struct test_answer *test_browse(struct test_operators *test, const struct test_browser *browser, const char *what,
                                const char *body)
{
	char *text CLEANUP(freep) = quoted(body);

	return test_api_call(test->api, NULL, what, text, browser->cookie, browser->csrf);
}

struct test_answer *test_try(struct test_operators *test, const char *operator_id, const char *password,
                             const char *code, const char *address)
{
	char body[500], from[100];

	snprintf(body, sizeof body, "{\"operator\": \"%s\", \"password\": \"%s\", \"code\": \"%s\"}", operator_id,
	         password, code);
	snprintf(from, sizeof from, "X-Forwarded-For: %s", address);
	return test_api_call(test->api, NULL, "POST /api/v1/session", body, from, "User-Agent: Test/1");
}

void test_enter(struct test_operators *test, const char *operator_id, struct test_browser *ret_browser)
{
	struct session session = {.operator_id = operator_id, .method = "link", .address = "", .agent = ""};
	char token[ACCESS_TOKEN_LEN + 1], csrf[ACCESS_TOKEN_LEN + 1];
	struct error err;

	assert_ok(session_issue(test->db, &session, clock_now_ms(), token, &err), &err);
	session_csrf(str_of(token), csrf);
	snprintf(ret_browser->cookie, sizeof ret_browser->cookie, "Cookie: __Host-hauspost_session=%s", token);
	snprintf(ret_browser->csrf, sizeof ret_browser->csrf, "X-Hauspost-Csrf: %s", csrf);
}

void test_sign_in(struct test_operators *test, const char *operator_id, const char *password,
                  struct test_browser *ret_browser)
{
	struct test_answer *answer CLEANUP(test_answer_freep) = test_try(test, operator_id, password, "", "192.0.2.1");

	if (answer->status != 200)
		FAIL_CASE("sign-in as %s: %d " STR_FMT "\n", operator_id, answer->status, STR_ARG(answer->body));
	test_browser_take(ret_browser, answer);
}
