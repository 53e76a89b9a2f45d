/* Signing in and out: what comes of it, what it tells, when the door is closed. */
#include "api/test_operators.h"

#include "base/clock.h"
#include "base/mem.h"
#include "security/password.h"
#include "store/audit.h"
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

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		FAIL_CASE("%s isn't in %s\n", part, text);
}

/* ---------------------------------------------------------------- in */

static void check_in(struct store *store)
{
	struct test_operators test;
	struct test_browser browser, second;

	test_operators_init(&test, store);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_try(&test, "anna", ANNAS_PASSWORD, "", "192.0.2.1");
		const char *cookie = test_header(answer, "Set-Cookie");

		assert_int_equal(answer->status, 200);
		assert_true(str_starts(str_of(cookie), STR("__Host-hauspost_session=")));
		has(cookie, "; Path=/; HttpOnly; SameSite=Strict; Secure");
		assert_string_equal(test_text(answer, "operator"), "anna");
		assert_string_equal(test_text(answer, "name"), "Anna Berg");
		assert_true(json_is_true(test_json(answer, "all_accounts")));
		assert_int_equal(json_array_size(test_json(answer, "accounts")), 2);
		test_browser_take(&browser, answer);
	}
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_browse(&test, &browser, "GET /api/v1/session", NULL);

		assert_true(json_is_true(test_json(answer, "signed_in")));
		assert_true(json_is_true(test_json(answer, "has_password")));
		has(browser.csrf, test_text(answer, "csrf"));
	}
	/* By e-mail address; a cookie that somebody else set beforehand is not taken over. */
	{
		struct test_answer *answer CLEANUP(test_answer_freep) = test_api_call(
		        test.api, NULL, "POST /api/v1/session",
		        "{\"operator\": \"Anna@Firm.test\", \"password\": \"" ANNAS_PASSWORD "\"}", browser.cookie);

		assert_int_equal(answer->status, 200);
		test_browser_take(&second, answer);
		assert_string_not_equal(browser.cookie, second.cookie);
	}
	test_operators_done(&test);
}

static void right_password_begins_a_new_session(void **state UNUSED)
{
	test_store_each(check_in);
}

static void check_nobody(struct store *store)
{
	struct test_operators test;

	test_operators_init(&test, store);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_api_call(test.api, NULL, "GET /api/v1/session", NULL);

		assert_int_equal(answer->status, 200);
		assert_true(json_is_false(test_json(answer, "signed_in")));
		assert_true(json_is_false(test_json(answer, "needs_first")));
		assert_int_equal(json_array_size(test_json(answer, "rights")), 0);
		assert_int_equal(json_array_size(test_json(answer, "accounts")), 0);
	}
	test_operators_done(&test);
}

static void nobody_learns_nothing(void **state UNUSED)
{
	test_store_each(check_nobody);
}

/* Who is wrong can't be told from who isn't there: the same words, the same work. */
static void check_wrong(struct store *store)
{
	static const struct {
		const char *operator_id, *password;
	} cases[] = {{"bob", "wrong password"},     {"nobody", "wrong password"},
	             {"dora", BOBS_PASSWORD},       {"bob", ""},
	             {"nobody@firm.test", "wrong"}, {"Bob", BOBS_PASSWORD},
	             {"anna@firm.test", "wrong"},   {"ü'/../x", "wrong password"}};
	char *first CLEANUP(freep) = NULL;
	struct test_operators test;

	test_operators_init(&test, store);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t before = password_work();
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_try(&test, cases[i].operator_id, cases[i].password, "", "192.0.2.1");
		char *body CLEANUP(freep) = str_dup(answer->body);

		assert_int_equal(answer->status, 401);
		assert_null(test_header(answer, "Set-Cookie"));
		assert_int_equal(password_work() - before, 1);
		if (first)
			assert_string_equal(body, first);
		else
			first = take(body);
	}
	test_operators_done(&test);
}

static void wrong_password_and_no_operator_are_the_same(void **state UNUSED)
{
	test_store_each(check_wrong);
}

static void check_rehash(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct credential before, after;
	struct test_operators test;
	struct test_browser browser;
	struct error err;

	test_operators_init(&test, store);
	assert_int_equal(credential_get(test.db, "bob", arena, &before, &err), 1);
	password_set_cost(128, 1);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &browser);
	assert_int_equal(credential_get(test.db, "bob", arena, &after, &err), 1);
	assert_true(password_is_outdated(before.password_hash));
	assert_false(password_is_outdated(after.password_hash));
	test_sign_in(&test, "bob", BOBS_PASSWORD, &browser);
	test_operators_done(&test);
}

static void outdated_hashes_are_made_anew(void **state UNUSED)
{
	test_store_each(check_rehash);
}

/* ---------------------------------------------------------------- the door */

/* Some of its time may be over already. */
static int64_t wait_of(struct test_answer *answer)
{
	uint64_t seconds = 0;

	assert_int_equal(answer->status, 429);
	assert_true(str_to_uint(str_of(test_header(answer, "Retry-After")), 10000, &seconds));
	test_answer_free(answer);
	return (int64_t)seconds;
}

static void check_door(struct store *store)
{
	static const char *const names[] = {"bob", "nobody"};
	struct test_operators test;

	test_operators_init(&test, store);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		uint64_t before = password_work();

		clock_shift(0);
		for (int tries = 0; tries < 6; tries++)
			assert_int_equal(status_of(test_try(&test, names[i], "wrong", "", "192.0.2.1")), 401);
		assert_in_range(wait_of(test_try(&test, names[i], "wrong", "", "192.0.2.1")), 6, 10);
		/* Neither from elsewhere nor with the right password; and it costs nothing. */
		assert_in_range(wait_of(test_try(&test, names[i], BOBS_PASSWORD, "", "198.51.100.1")), 6, 10);
		assert_int_equal(password_work() - before, 6);
		clock_shift(SECONDS_MS(11));
		assert_int_equal(status_of(test_try(&test, names[i], "wrong", "", "192.0.2.1")), 401);
		assert_in_range(wait_of(test_try(&test, names[i], "wrong", "", "192.0.2.1")), 16, 20);
	}
	/* Anna isn't harmed; and who knows the password is in again once the door opens. */
	assert_int_equal(status_of(test_try(&test, "anna", ANNAS_PASSWORD, "", "192.0.2.1")), 200);
	clock_shift(SECONDS_MS(40));
	assert_int_equal(status_of(test_try(&test, "bob", BOBS_PASSWORD, "", "192.0.2.1")), 200);
	assert_int_equal(status_of(test_try(&test, "bob", "wrong", "", "192.0.2.1")), 401);
	test_operators_done(&test);
}

static void failures_close_the_door_for_a_name(void **state UNUSED)
{
	test_store_each(check_door);
}

static void check_address(struct store *store)
{
	struct test_operators test;
	char name[40], from[60];

	test_operators_init(&test, store);
	for (int i = 0; i < 31; i++) {
		snprintf(name, sizeof name, "guess%d", i);
		snprintf(from, sizeof from, "2001:db8:1:2:%x::%d", i, i + 1); /* one customer has all of these */
		assert_int_equal(status_of(test_try(&test, name, "wrong", "", from)), 401);
	}
	assert_in_range(wait_of(test_try(&test, "anna", ANNAS_PASSWORD, "", "2001:db8:1:2::9")), 6, 10);
	assert_int_equal(status_of(test_try(&test, "anna", ANNAS_PASSWORD, "", "2001:db8:1:3::9")), 200);
	test_operators_done(&test);
}

static void failures_close_the_door_for_an_address(void **state UNUSED)
{
	test_store_each(check_address);
}

/* ---------------------------------------------------------------- out */

static void check_out(struct store *store)
{
	struct test_browser a, b, c, bob;
	struct test_operators test;
	int64_t id;

	test_operators_init(&test, store);
	test_sign_in(&test, "anna", ANNAS_PASSWORD, &a);
	test_sign_in(&test, "anna", ANNAS_PASSWORD, &b);
	test_sign_in(&test, "anna", ANNAS_PASSWORD, &c);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &bob);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_api_call(test.api, NULL, "DELETE /api/v1/session", NULL, a.cookie);
		struct test_answer *out CLEANUP(test_answer_freep) =
		        test_browse(&test, &a, "DELETE /api/v1/session", NULL);

		assert_int_equal(answer->status, 403); /* without CSRF token */
		assert_int_equal(out->status, 204);
		has(test_header(out, "Set-Cookie"), "Max-Age=0");
	}
	assert_int_equal(status_of(test_browse(&test, &a, "GET /api/v1/roles", NULL)), 401);
	assert_int_equal(status_of(test_browse(&test, &b, "GET /api/v1/roles", NULL)), 200);
	{
		struct test_answer *list CLEANUP(test_answer_freep) =
		        test_browse(&test, &b, "GET /api/v1/sessions", NULL);

		assert_int_equal(json_array_size(test_json(list, "items")), 2);
		id = test_number(list, json_is_true(test_json(list, "items/0/current")) ? "items/1/id" : "items/0/id");
	}
	char *what CLEANUP(freep) = mem_new(100, 1);
	snprintf(what, 100, "DELETE /api/v1/sessions/%lld", (long long)id);
	assert_int_equal(status_of(test_browse(&test, &bob, what, NULL)), 404);
	assert_int_equal(status_of(test_browse(&test, &b, what, NULL)), 204);
	assert_int_equal(status_of(test_browse(&test, &c, "GET /api/v1/roles", NULL)), 401);
	assert_int_equal(status_of(test_browse(&test, &b, "DELETE /api/v1/session?everywhere=true", NULL)), 204);
	assert_int_equal(status_of(test_browse(&test, &b, "GET /api/v1/roles", NULL)), 401);
	assert_int_equal(status_of(test_browse(&test, &bob, "GET /api/v1/roles", NULL)), 200);
	test_operators_done(&test);
}

static void who_signs_out_is_out(void **state UNUSED)
{
	test_store_each(check_out);
}

/* ---------------------------------------------------------------- what is noted */

static void check_audit(struct store *store)
{
	static const char *const actions[] = {"sign-out", "sign-in", "sign-in.failed", "sign-in.failed"};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct audit_entry *entries;
	struct test_operators test;
	struct test_browser browser;
	struct error err;

	test_operators_init(&test, store);
	assert_int_equal(status_of(test_try(&test, "nobody", "wrong", "", "192.0.2.9")), 401);
	assert_int_equal(status_of(test_try(&test, "bob", "wrong", "", "192.0.2.9")), 401);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &browser);
	assert_int_equal(status_of(test_browse(&test, &browser, "DELETE /api/v1/session", NULL)), 204);
	assert_int_equal(audit_list(test.db, "", 0, 0, 10, arena, &entries, &err), ARRAY_LEN(actions));
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		assert_string_equal(entries[i].action, actions[i]);
	assert_string_equal(entries[0].author, "bob");
	assert_string_equal(entries[1].detail, "password");
	assert_string_equal(entries[2].object, "operators/bob");
	assert_string_equal(entries[2].address, "192.0.2.9");
	assert_string_equal(entries[2].agent, "Test/1");
	assert_string_equal(entries[3].object, "");
	{
		struct test_answer *first CLEANUP(test_answer_freep) =
		        test_api_call(test.api, &test_administrator, "GET /api/v1/sign_ins?limit=3", NULL);
		struct test_answer *about CLEANUP(test_answer_freep) =
		        test_api_call(test.api, &test_administrator, "GET /api/v1/sign_ins?operator=bob", NULL);
		char *next CLEANUP(freep) = mem_new(300, 1);

		assert_string_equal(test_text(first, "items/0/action"), "sign-out");
		assert_int_equal(json_array_size(test_json(about, "items")), 3);
		snprintf(next, 300, "GET /api/v1/sign_ins?limit=3&cursor=%s", test_text(first, "next"));
		struct test_answer *second CLEANUP(test_answer_freep) =
		        test_api_call(test.api, &test_administrator, next, NULL);
		assert_int_equal(json_array_size(test_json(second, "items")), 1);
		assert_false(test_has(second, "next"));
	}
	test_operators_done(&test);
}

static void sign_ins_are_on_the_record(void **state UNUSED)
{
	test_store_each(check_audit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(right_password_begins_a_new_session),
	        cmocka_unit_test(nobody_learns_nothing),
	        cmocka_unit_test(wrong_password_and_no_operator_are_the_same),
	        cmocka_unit_test(outdated_hashes_are_made_anew),
	        cmocka_unit_test(failures_close_the_door_for_a_name),
	        cmocka_unit_test(failures_close_the_door_for_an_address),
	        cmocka_unit_test(who_signs_out_is_out),
	        cmocka_unit_test(sign_ins_are_on_the_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
