/* Who a caller is: cookies, tokens, what is over, what was taken away. */
#include "api/sign_in.h"

#include "api/credentials.h"
#include "api/test_api.h"
#include "base/clock.h"
#include "setup/setup.h"
#include "store/test_store.h"

#include <stdio.h>

#include "base/test.h"

#define COOKIE "Cookie: other=1; __Host-hauspost_session="

static int who(struct request *request, struct answer *answer, struct error *err UNUSED)
{
	const struct caller *caller = &request->caller;
	json_t *accounts = json_array();

	for (size_t i = 0; i < caller->account_count; i++)
		json_array_append_new(accounts, json_string(caller->accounts[i].id));
	answer_json(answer, json_pack("{s:s, s:b, s:b, s:b, s:o, s:b}", "author", caller->author, "manages",
	                              (int)caller_may(caller, RIGHT_OPERATORS_MANAGE), "all", (int)caller->all_accounts,
	                              "oversees", (int)caller_oversees(caller), "accounts", accounts, "cases",
	                              (int)caller_may(caller, RIGHT_CASES_READ)));
	return 0;
}

static int nothing(struct request *request UNUSED, struct answer *answer UNUSED, struct error *err UNUSED)
{
	return 0;
}

static const struct route routes[] = {
        {API_GET, "/who", "who", "Test", "Who", .right = RIGHT_SIGNED, .handle = who},
        {API_GET, "/open", "open", "Test", "Open", .right = RIGHT_NONE, .handle = who},
        {API_POST, "/change", "change", "Test", "Change", .right = RIGHT_SIGNED, .handle = nothing},
        {0},
};

struct office {
	struct test_api *api;
	struct db *db;
};

static void apply(struct db *db, const char *text)
{
	json_t *json CLEANUP(json_decrefp) = json_loads(text, 0, NULL);
	struct error err;

	assert_non_null(json);
	assert_ok(setup_apply(db, &plain_sealer, json, "test", false, NULL, &err), &err);
}

static struct office open_office(struct store *store)
{
	struct office office = {.api = test_api_new(store)};

	test_api_add(office.api, routes);
	office.db = test_api_db(office.api);
	apply(office.db, "{\"accounts\": {\"sales\": {}, \"support\": {}},"
	                 " \"operators\": {\"anna\": {\"roles\": [\"administrator\"]},"
	                 " \"bob\": {\"roles\": [\"agent\"], \"accounts\": [{\"account\": \"support\"}]}}}");
	return office;
}

static int status_of(struct office *office, const char *what, const char *header)
{
	struct test_answer *answer CLEANUP(test_answer_freep) =
	        header ? test_api_call(office->api, NULL, what, NULL, header)
	               : test_api_call(office->api, NULL, what, NULL);

	return answer->status;
}

static const char *make_session(struct office *office, const char *op, char header[160])
{
	struct session session = {.operator_id = op, .method = "password", .address = "", .agent = ""};
	char token[ACCESS_TOKEN_LEN + 1];
	struct error err;

	assert_ok(session_issue(office->db, &session, clock_now_ms(), token, &err), &err);
	snprintf(header, 160, COOKIE "%s", token);
	return header + strlen(COOKIE);
}

static const char *make_token(struct office *office, struct api_token token, char header[160])
{
	char text[API_TOKEN_LEN + 1];
	struct error err;

	token.created_by = "test";
	token.name = "t";
	assert_ok(api_token_issue(office->db, &token, clock_now_ms(), text, &err), &err);
	snprintf(header, 160, "Authorization: Bearer %s", text);
	return header;
}

/* ---------------------------------------------------------------- sessions */

static void check_session(struct store *store)
{
	struct office office = open_office(store);
	char header[160], csrf[ACCESS_TOKEN_LEN + 1], with_csrf[160];
	const char *token = make_session(&office, "bob", header);

	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_api_call(office.api, NULL, "GET /who", NULL, header);

		assert_int_equal(answer->status, 200);
		assert_string_equal(test_text(answer, "author"), "bob");
		assert_true(json_is_false(test_json(answer, "all")));
		assert_string_equal(test_text(answer, "accounts/0"), "support");
	}
	assert_int_equal(status_of(&office, "GET /who", NULL), 401);
	assert_int_equal(status_of(&office, "GET /who", COOKIE "abc"), 401);
	assert_int_equal(status_of(&office, "GET /open", COOKIE "abc"), 200);
	/* Over TLS a cookie without the prefix is nobody's. */
	snprintf(with_csrf, sizeof with_csrf, "Cookie: hauspost_session=%s", token);
	assert_int_equal(status_of(&office, "GET /who", with_csrf), 401);
	assert_int_equal(status_of(&office, "POST /change", header), 403);
	session_csrf(str_of(token), csrf);
	snprintf(with_csrf, sizeof with_csrf, CSRF_HEADER ": %s", csrf);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_api_call(office.api, NULL, "POST /change", NULL, header, with_csrf);
		struct test_answer *wrong CLEANUP(test_answer_freep) =
		        test_api_call(office.api, NULL, "POST /change", NULL, header, CSRF_HEADER ": x");

		assert_int_equal(answer->status, 204);
		assert_int_equal(wrong->status, 403);
	}
	test_api_free(office.api);
}

static void a_cookie_is_an_operator(void **state UNUSED)
{
	test_store_each(check_session);
}

static void check_overseer(struct store *store)
{
	struct office office = open_office(store);
	char anna[160], bob[160];

	make_session(&office, "anna", anna);
	make_session(&office, "bob", bob);
	for (int i = 0; i < 2; i++) {
		struct test_answer *hers CLEANUP(test_answer_freep) =
		        test_api_call(office.api, NULL, "GET /who", NULL, anna);
		struct test_answer *his CLEANUP(test_answer_freep) =
		        test_api_call(office.api, NULL, "GET /who", NULL, bob);

		assert_int_equal(json_is_true(test_json(hers, "all")), i == 0);
		assert_true(json_is_true(test_json(hers, "oversees")));
		assert_false(json_is_true(test_json(his, "oversees")));
		apply(office.db, "{\"accounts\": {\"private\": {\"owner\": \"bob\"}}}");
	}
	test_api_free(office.api);
}

static void a_personal_mailbox_takes_nothing_else_from_administrators(void **state UNUSED)
{
	test_store_each(check_overseer);
}

static void check_end(struct store *store)
{
	struct office office = open_office(store);
	char header[160], other[160];
	struct error err;

	make_session(&office, "bob", header);
	clock_shift(SESSION_IDLE_MS - 5000);
	assert_int_equal(status_of(&office, "GET /who", header), 200); /* which is noted, soon */
	clock_shift(SESSION_IDLE_MS + 5000);
	make_session(&office, "bob", other);
	clock_shift(0);
	make_session(&office, "bob", header);
	clock_shift(SESSION_IDLE_MS + 5000);
	assert_int_equal(status_of(&office, "GET /who", header), 401);
	clock_shift(0);
	assert_int_equal(session_end_all(office.db, "bob", 0, &err) > 0, 1);
	assert_int_equal(status_of(&office, "GET /who", other), 401);
	test_api_free(office.api);
}

static void a_session_ends_when_it_lies_idle_or_is_ended(void **state UNUSED)
{
	test_store_each(check_end);
}

/* ---------------------------------------------------------------- tokens */

static void check_token(struct store *store)
{
	struct office office = open_office(store);
	char header[160];

	make_token(&office, (struct api_token){.operator_id = "anna", .rights = "cases.read", .accounts = "gone sales"},
	           header);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_api_call(office.api, NULL, "GET /who", NULL, header);

		assert_string_equal(test_text(answer, "author"), "anna (token t)");
		assert_true(json_is_true(test_json(answer, "cases")));
		assert_true(json_is_false(test_json(answer, "manages")));
		assert_true(json_is_false(test_json(answer, "all")));
		assert_string_equal(test_text(answer, "accounts/1"), "sales");
	}
	/* More than the operator has is nothing. */
	make_token(
	        &office,
	        (struct api_token){.operator_id = "bob", .rights = "operators.manage cases.read", .accounts = "sales"},
	        header);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_api_call(office.api, NULL, "GET /who", NULL, header);

		assert_true(json_is_false(test_json(answer, "manages")));
		assert_int_equal(json_array_size(test_json(answer, "accounts")), 0);
	}
	make_token(&office,
	           (struct api_token){
	                   .operator_id = "anna", .rights = "", .accounts = "", .expires_at = clock_now_ms() - 1},
	           header);
	assert_int_equal(status_of(&office, "GET /who", header), 401);
	assert_int_equal(status_of(&office, "GET /who", "Authorization: Bearer hp_no"), 401);
	assert_int_equal(status_of(&office, "GET /who", "Authorization: Basic YTpi"), 401);
	test_api_free(office.api);
}

static void a_token_is_never_more_than_its_operator(void **state UNUSED)
{
	test_store_each(check_token);
}

static void check_disabled(struct store *store)
{
	struct office office = open_office(store);
	char cookie[160], header[160];

	make_session(&office, "bob", cookie);
	make_token(&office, (struct api_token){.operator_id = "bob", .rights = "", .accounts = ""}, header);
	assert_int_equal(status_of(&office, "GET /who", cookie), 200);
	assert_int_equal(status_of(&office, "GET /who", header), 200);
	apply(office.db, "{\"operators\": {\"bob\": {\"roles\": [\"agent\"], \"disabled\": true}}}");
	assert_int_equal(status_of(&office, "GET /who", cookie), 401);
	assert_int_equal(status_of(&office, "GET /who", header), 401);
	test_api_free(office.api);
}

static void who_is_disabled_is_out_at_once(void **state UNUSED)
{
	test_store_each(check_disabled);
}

/* ---------------------------------------------------------------- scopes */

static void check_scope(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	static const char *one[] = {"cases.read"}, *more[] = {"operators.manage"}, *sales[] = {"sales"};
	const struct caller_account own = {.id = "support"};
	struct caller caller = {.kind = CALLER_OPERATOR,
	                        .operator_id = "bob",
	                        .author = "bob",
	                        .rights = RIGHT_BIT(RIGHT_CASES_READ),
	                        .accounts = &own,
	                        .account_count = 1};
	const struct text_list none = {0};
	struct api_token token = {.operator_id = "bob"};
	struct error err;

	assert_non_null(store);
	assert_ok(api_token_scope(&caller, &(struct text_list){one, 1}, &none, arena, &token, &err), &err);
	assert_string_equal(token.rights, "cases.read");
	assert_int_equal(api_token_scope(&caller, &(struct text_list){more, 1}, &none, arena, &token, &err), E_INVALID);
	assert_int_equal(api_token_scope(&caller, &none, &(struct text_list){sales, 1}, arena, &token, &err),
	                 E_INVALID);
	assert_ok(api_token_scope(&caller, &none, &none, arena, &token, &err), &err);
	assert_string_equal(token.rights, "");
	/* Nor is another operator's, who may have more. */
	token.operator_id = "anna";
	assert_ok(api_token_scope(&caller, &none, &none, arena, &token, &err), &err);
	assert_string_equal(token.rights, "cases.read");
	assert_string_equal(token.accounts, "support");
	token.operator_id = "bob";
	/* What a token makes is no more than the token, even where nothing is named. */
	caller.kind = CALLER_TOKEN;
	assert_ok(api_token_scope(&caller, &none, &none, arena, &token, &err), &err);
	assert_string_equal(token.rights, "cases.read");
	assert_string_equal(token.accounts, "support");
	caller.account_count = 0;
	assert_ok(api_token_scope(&caller, &none, &none, arena, &token, &err), &err);
	assert_string_equal(token.accounts, "-");
}

static void nobody_hands_on_more_than_he_has(void **state UNUSED)
{
	test_store_each(check_scope);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_cookie_is_an_operator),
	        cmocka_unit_test(a_personal_mailbox_takes_nothing_else_from_administrators),
	        cmocka_unit_test(a_session_ends_when_it_lies_idle_or_is_ended),
	        cmocka_unit_test(a_token_is_never_more_than_its_operator),
	        cmocka_unit_test(who_is_disabled_is_out_at_once),
	        cmocka_unit_test(nobody_hands_on_more_than_he_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
