/* Personal mailboxes: made by their owner, nobody else's, shared as the owner says. */
#include "api/test_operators.h"

#include "base/clock.h"
#include "base/mem.h"
#include "setup/setup.h"
#include "store/test_store.h"

#include <stdio.h>

#include "base/test.h"

#define CARLS_PASSWORD "six blue whales!"

struct house {
	struct test_operators test;
	struct test_browser anna, bob, carl, dan;
};

static int call(struct house *h, const struct test_browser *who, const char *what, const char *body)
{
	struct test_answer *answer CLEANUP(test_answer_freep) = test_browse(&h->test, who, what, body);

	return answer->status;
}

static void open_house(struct house *h, struct store *store)
{
	test_operators_init(&h->test, store);
	test_operators_apply(&h->test,
	                     "{'operators': {'carl': {'roles': ['mailbox-user']}, 'dan': {'roles': ['mailbox-user']}},"
	                     " 'providers': {'firm': {'domains': ['firm.test'], 'receive': {'host': 'imap.firm.test'}, "
	                     "'send': {'host': 'smtp.firm.test'}, 'app_password': 'needed'}}}");
	test_sign_in(&h->test, "anna", ANNAS_PASSWORD, &h->anna);
	test_sign_in(&h->test, "bob", BOBS_PASSWORD, &h->bob);
}

/* A session of its own for who has no password. */
static void enter_all(struct house *h)
{
	test_enter(&h->test, "carl", &h->carl);
	test_enter(&h->test, "dan", &h->dan);
}

static const char *make_mailbox(struct house *h, char room[100])
{
	struct test_answer *answer CLEANUP(test_answer_freep) =
	        test_browse(&h->test, &h->carl, "POST /api/v1/mailboxes",
	                    "{'address': 'carl@firm.test', 'name': 'Carl', 'password': '" CARLS_PASSWORD "'}");

	if (answer->status != 201)
		FAIL_CASE("%d " STR_FMT "\n", answer->status, STR_ARG(answer->body));
	assert_true(json_is_true(test_json(answer, "own")));
	assert_true(json_is_true(test_json(answer, "manage")));
	assert_string_equal(test_text(answer, "provider"), "firm");
	assert_true(str_find(answer->body, STR(CARLS_PASSWORD)) < 0);
	snprintf(room, 100, "%s", test_text(answer, "id"));
	return room;
}

static size_t count(struct house *h, const struct test_browser *who, const char *what)
{
	struct test_answer *answer CLEANUP(test_answer_freep) = test_browse(&h->test, who, what, NULL);

	assert_int_equal(answer->status, 200);
	return json_array_size(test_json(answer, "items"));
}

static const char *path(char room[200], const char *method, const char *what, const char *id)
{
	snprintf(room, 200, "%s /api/v1/%s/%s", method, what, id);
	return room;
}

/* ---------------------------------------------------------------- whose it is */

static void check_owner(struct store *store)
{
	struct setup *setup CLEANUP(setup_freep) = NULL;
	struct house h;
	char id[100], room[200];
	struct error err;

	open_house(&h, store);
	enter_all(&h);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_browse(&h.test, &h.carl, "POST /api/v1/mailboxes/detect", "{'address': 'carl@firm.test'}");

		assert_int_equal(answer->status, 200);
		assert_string_equal(test_text(answer, "provider"), "firm");
		assert_string_equal(test_text(answer, "needs"), "app-password");
	}
	make_mailbox(&h, id);
	assert_ok(setup_load(h.test.db, &plain_sealer, &setup, &err), &err);
	assert_string_equal(setup_account(setup, id)->owner, "carl");
	assert_string_equal(setup_listener(setup, id)->operator_id, "carl");
	assert_int_equal(setup_listener(setup, id)->after, AFTER_LEAVE);
	assert_non_null(setup_rule(setup, setup_listener(setup, id)->rule));
	/* Neither an administrator nor another user knows of it. */
	assert_int_equal(call(&h, &h.anna, path(room, "GET", "accounts", id), NULL), 404);
	assert_int_equal(count(&h, &h.anna, "GET /api/v1/accounts"), 2);
	assert_int_equal(count(&h, &h.anna, "GET /api/v1/mailboxes"), 0);
	assert_int_equal(count(&h, &h.dan, "GET /api/v1/mailboxes"), 0);
	assert_int_equal(count(&h, &h.carl, "GET /api/v1/mailboxes"), 1);
	assert_int_equal(call(&h, &h.dan, path(room, "PATCH", "mailboxes", id), "{'password': 'x'}"), 404);
	assert_int_equal(call(&h, &h.dan, path(room, "DELETE", "mailboxes", id), NULL), 404);
	assert_int_equal(call(&h, &h.anna, path(room, "DELETE", "mailboxes", id), NULL), 404);
	/* Its owner has no right to the set-up for it. */
	assert_int_equal(call(&h, &h.carl, path(room, "DELETE", "accounts", id), NULL), 403);
	assert_int_equal(call(&h, &h.carl, path(room, "DELETE", "mailboxes", id), NULL), 204);
	assert_int_equal(count(&h, &h.carl, "GET /api/v1/mailboxes"), 0);
	setup_free(take(setup));
	assert_ok(setup_load(h.test.db, &plain_sealer, &setup, &err), &err);
	assert_null(setup_account(setup, id));
	assert_null(setup_listener(setup, id));
	test_operators_done(&h.test);
}

static void a_mailbox_is_its_makers_alone(void **state UNUSED)
{
	test_store_each(check_owner);
}

/* ---------------------------------------------------------------- sharing */

static void check_sharing(struct store *store)
{
	struct house h;
	char id[100], room[200];

	open_house(&h, store);
	enter_all(&h);
	make_mailbox(&h, id);
	path(room, "PATCH", "mailboxes", id);
	assert_int_equal(call(&h, &h.carl, room, "{'share': true, 'shares': [{'operator': 'dan', 'role': 'agent'}]}"),
	                 400);
	assert_int_equal(call(&h, &h.carl, room, "{'share': true, 'shares': [{'operator': 'nobody'}]}"), 400);
	assert_int_equal(call(&h, &h.carl, room, "{'share': true, 'shares': [{'operator': 'dan', 'send': true}]}"),
	                 200);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_browse(&h.test, &h.dan, "GET /api/v1/mailboxes", NULL);

		assert_string_equal(test_text(answer, "items/0/owner"), "carl");
		assert_true(json_is_true(test_json(answer, "items/0/send")));
		assert_true(json_is_false(test_json(answer, "items/0/manage")));
		assert_int_equal(json_array_size(test_json(answer, "items/0/shares")), 0);
	}
	assert_int_equal(call(&h, &h.dan, room, "{'password': 'other'}"), 403);
	assert_int_equal(call(&h, &h.carl, room, "{'share': true, 'shares': [{'operator': 'dan', 'manage': true}]}"),
	                 200);
	assert_int_equal(call(&h, &h.dan, room, "{'password': 'other'}"), 200);
	assert_int_equal(call(&h, &h.dan, room, "{'share': true, 'shares': []}"), 403);
	assert_int_equal(call(&h, &h.dan, path(room, "DELETE", "mailboxes", id), NULL), 403);
	/* With everybody who has a role. */
	path(room, "PATCH", "mailboxes", id);
	assert_int_equal(call(&h, &h.carl, room, "{'share': true, 'shares': [{'role': 'administrator'}]}"), 200);
	assert_int_equal(count(&h, &h.anna, "GET /api/v1/mailboxes"), 1);
	assert_int_equal(count(&h, &h.dan, "GET /api/v1/mailboxes"), 0);
	assert_int_equal(call(&h, &h.carl, room, "{'share': true, 'shares': []}"), 200);
	assert_int_equal(count(&h, &h.anna, "GET /api/v1/mailboxes"), 0);
	test_operators_done(&h.test);
}

static void the_owner_shares_it(void **state UNUSED)
{
	test_store_each(check_sharing);
}

/* ---------------------------------------------------------------- what isn't made */

static void check_refusals(struct store *store)
{
	static const struct {
		const char *body;
		int status;
		const char *path;
	} cases[] = {
	        {"{'address': 'carl@firm.test'}", 400, "password"},
	        {"{'address': 'carl@firm.test', 'password': 'p', 'owner': 'anna'}", 400, "owner"},
	        {"{'address': 'carl', 'password': 'p'}", 400, "address"},
	        {"{'address': 'carl@firm.test', 'password': 'p', 'provider': 'nobody'}", 400, "provider"},
	        {"{'address': 'carl@firm.test', 'profile': 'support'}", 400, "profile"},
	        {"{'address': 'carl@firm.test', 'password': 'p', 'since': 'monday'}", 400, "since"},
	        {"{'address': 'carl@strict.test', 'password': 'p'}", 400, "profile"},
	};
	struct house h;

	open_house(&h, store);
	enter_all(&h);
	test_operators_apply(&h.test, "{'providers': {'strict': {'domains': ['strict.test'], 'receive': {'host': "
	                              "'imap.strict.test'}, 'oauth': {'template': 'google', 'required': true}}}}");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_browse(&h.test, &h.carl, "POST /api/v1/mailboxes", cases[i].body);

		if (answer->status != cases[i].status || strcmp(test_text(answer, "path"), cases[i].path) != 0)
			FAIL_CASE("%s: " STR_FMT "\n", cases[i].body, STR_ARG(answer->body));
	}
	assert_int_equal(call(&h, &h.bob, "POST /api/v1/mailboxes", "{'address': 'b@firm.test', 'password': 'p'}"),
	                 403);
	assert_int_equal(call(&h, &h.bob, "POST /api/v1/mailboxes/detect", "{'address': 'b@firm.test'}"), 403);
	test_operators_done(&h.test);
}

static void what_cant_be_is_refused(void **state UNUSED)
{
	test_store_each(check_refusals);
}

/* ---------------------------------------------------------------- signed in with the provider */

/* They are for whoever sees all but others' own mailboxes. */
static int64_t events_of_nobody(struct house *h, const char *id)
{
	struct error err;
	int64_t n, all;

	assert_ok(db_query_int(h->test.db, "SELECT COUNT(*) FROM event WHERE data LIKE '%' || $1 || '%'",
	                       DB_ARGS(DB_TEXT(id)), &all, &err),
	          &err);
	assert_int_equal(all, 6); /* made: profile, account, listener; gone: the same three */
	assert_ok(db_query_int(h->test.db,
	                       "SELECT COUNT(*) FROM event WHERE data LIKE '%' || $1 || '%' AND account <> $1",
	                       DB_ARGS(DB_TEXT(id)), &n, &err),
	          &err);
	return n;
}

static void check_consent(struct store *store)
{
	struct setup *setup CLEANUP(setup_freep) = NULL;
	const struct authentication_profile *own;
	struct house h;
	char id[100], room[200];
	struct error err;

	open_house(&h, store);
	enter_all(&h);
	test_operators_apply(&h.test,
	                     "{'providers': {'strict': {'domains': ['strict.test'], 'receive': {'host': "
	                     "'imap.strict.test'}, 'send': {'host': 'smtp.strict.test'}, 'oauth': {'template': "
	                     "'google', 'required': true}}},"
	                     " 'authentication_profiles': {'company': {'template': 'google', 'grant': "
	                     "'authorization-code', 'client_id': 'c', 'client_secret': 'very-secret'},"
	                     " 'robot': {'template': 'google', 'grant': 'client-credentials', 'client_id': 'r', "
	                     "'client_secret': 's', 'token_endpoint': 'https://t.test/t', 'scopes': ['a']}}}");
	{
		struct test_answer *answer CLEANUP(test_answer_freep) = test_browse(
		        &h.test, &h.carl, "POST /api/v1/mailboxes/detect", "{'address': 'carl@strict.test'}");

		assert_string_equal(test_text(answer, "needs"), "sign-in");
		assert_int_equal(json_array_size(test_json(answer, "profiles")), 1);
		assert_string_equal(test_text(answer, "profiles/0"), "company");
	}
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_browse(&h.test, &h.carl, "POST /api/v1/mailboxes",
		                    "{'address': 'carl@strict.test', 'profile': 'company'}");

		if (answer->status != 201)
			FAIL_CASE(STR_FMT "\n", STR_ARG(answer->body));
		snprintf(id, sizeof id, "%s", test_text(answer, "id"));
		assert_string_equal(test_text(answer, "profile"), id);
	}
	assert_ok(setup_load(h.test.db, &plain_sealer, &setup, &err), &err);
	own = setup_authentication_profile(setup, id);
	assert_non_null(own);
	assert_string_equal(own->client_id, "c");
	assert_str(secret_reveal(&own->client_secret), "very-secret");
	assert_int_equal(call(&h, &h.carl, path(room, "PATCH", "mailboxes", id), "{'password': 'x'}"), 400);
	assert_int_equal(call(&h, &h.carl, path(room, "DELETE", "mailboxes", id), NULL), 204);
	assert_int_equal(events_of_nobody(&h, id), 0);
	setup_free(take(setup));
	assert_ok(setup_load(h.test.db, &plain_sealer, &setup, &err), &err);
	assert_null(setup_authentication_profile(setup, id));
	assert_non_null(setup_authentication_profile(setup, "company"));
	test_operators_done(&h.test);
}

static void a_provider_without_passwords_gets_a_profile_of_its_own(void **state UNUSED)
{
	test_store_each(check_consent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_mailbox_is_its_makers_alone),
	        cmocka_unit_test(the_owner_shares_it),
	        cmocka_unit_test(what_cant_be_is_refused),
	        cmocka_unit_test(a_provider_without_passwords_gets_a_profile_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
