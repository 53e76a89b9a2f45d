/* Whose records are: what another account uses isn't borrowed, and others' own mailboxes stay theirs when the set-up
 * goes in and out as a whole. */
#include "api/test_operators.h"

#include "base/clock.h"
#include "store/test_store.h"

#include <stdio.h>

#include "base/test.h"

#define PROFILE(id) "'" id "': {'token_endpoint': 'https://login.test/t', 'client_id': 'c', 'client_secret': 'geheim'}"
#define ACCOUNT(id, profile)                                                                                       \
	"'" id "': {'receive': {'host': 'imap.test', 'user': 'u', 'profile': '" profile "'}, 'send': {'enabled': " \
	"false}}"

/* Bob manages support alone; Eva has a mailbox of her own; Carl may do everything. */
static const char set_up[] =
        "{'authentication_profiles': {" PROFILE("sales") ", " PROFILE("both") ", " PROFILE("unused") ", " PROFILE(
                "eva-mail") "},"
                            " 'accounts': {" ACCOUNT("sales", "sales") ", " ACCOUNT("more", "both") ", " ACCOUNT(
                                    "support",
                                    "both") ","
                                            "  'eva-mail': {'name': 'Evas', 'owner': 'eva', 'send': {'enabled': false},"
                                            "               'receive': {'host': 'imap.test', 'user': 'eva', 'profile': "
                                            "'eva-mail'}}},"
                                            " 'rules': {'r': {'branches': [{'activity': 'file'}]}},"
                                            " 'listeners': {'eva-mail': {'account': 'eva-mail', 'rule': 'r'}},"
                                            " 'operators': {'eva': {'roles': ['mailbox-user']}, 'carl': {'roles': "
                                            "['administrator']},"
                                            "  'bob': {'rights': ['accounts.read', 'accounts.manage', "
                                            "'listeners.read'],"
                                            "          'accounts': [{'account': 'support', 'manage': true}]}}}";

static int call(struct test_operators *test, const struct test_browser *browser, const char *what, const char *body)
{
	struct test_answer *answer CLEANUP(test_answer_freep) = test_browse(test, browser, what, body);

	return answer->status;
}

/* PUT as whoever it is, whatever is there. */
static void must_put(struct test_operators *test, const struct test_browser *browser, const char *what,
                     const char *body, int status, const char *detail)
{
	char room[1000];

	snprintf(room, sizeof room, "%s", body);
	for (char *p = room; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	struct test_answer *a CLEANUP(test_answer_freep) =
	        test_api_call(test->api, NULL, what, room, browser->cookie, browser->csrf, "If-Match: *");
	if (a->status != status || (detail && !strstr(test_text(a, "detail"), detail)))
		FAIL_CASE("%s %s: %d " STR_FMT "\n", what, body, a->status, STR_ARG(a->body));
}

static void check_borrowing(struct store *store)
{
	static const char with_profile[] =
	        "{'id': 'support', 'receive': {'host': 'evil.test', 'user': 'u', 'profile': '%s'}, 'send': "
	        "{'enabled': false}}";
	static const struct {
		const char *profile;
		int status;
	} cases[] = {{"sales", 403}, {"unused", 403}, {"eva-mail", 403}, {"both", 403}, {"bobs", 200}};
	struct test_operators test;
	struct test_browser bob;
	char body[400], order[500];

	test_operators_init(&test, store);
	test_operators_apply(&test, set_up);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &bob);
	assert_int_equal(call(&test, &bob, "POST /api/v1/authentication_profiles",
	                      "{'id': 'bobs', 'token_endpoint': 'https://login.test/t', 'client_id': 'c', "
	                      "'client_secret': 'x'}"),
	                 201);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(body, sizeof body, with_profile, cases[i].profile);
		must_put(&test, &bob, "PUT /api/v1/accounts/support", body, cases[i].status,
		         cases[i].status == 403 ? "accounts/support/receive/profile: " : NULL);
		if (cases[i].status == 200)
			continue;
		snprintf(order, sizeof order, "{'account': %s}", body);
		must_put(&test, &bob, "POST /api/v1/accounts/test", order, 403, "receive/profile: ");
	}
	/* What he shares with others he uses as he did: neither elsewhere nor for another mailbox. */
	test_operators_apply(&test, set_up);
	must_put(&test, &bob, "PUT /api/v1/accounts/support",
	         "{'id': 'support', 'name': 'new', 'receive': {'host': 'imap.test', 'user': 'u', 'profile': 'both'}, "
	         "'send': {'enabled': false}}",
	         200, NULL);
	must_put(&test, &bob, "PUT /api/v1/accounts/support",
	         "{'id': 'support', 'receive': {'host': 'imap.test', 'user': 'boss', 'profile': 'both'}, 'send': "
	         "{'enabled': false}}",
	         403, "accounts/support/receive/profile: ");
	/* What is wrong with the document would tell him of the record. */
	must_put(&test, &bob, "PUT /api/v1/accounts/sales",
	         "{'id': 'sales', 'receive': {'host': 'imap.test', 'password': '********'}}", 404, NULL);
	must_put(&test, &bob, "PUT /api/v1/accounts/sales", "{'id': 'sales', 'nmae': 1}", 404, NULL);
	/* Nor may he change what others use, nor what nobody does yet. */
	assert_int_equal(call(&test, &bob, "DELETE /api/v1/authentication_profiles/sales", NULL), 404);
	assert_int_equal(call(&test, &bob, "DELETE /api/v1/authentication_profiles/unused", NULL), 403);
	assert_int_equal(call(&test, &bob, "GET /api/v1/authentication_profiles/sales", NULL), 404);
	assert_int_equal(call(&test, &bob, "GET /api/v1/authentication_profiles/bobs", NULL), 200);
	test_operators_done(&test);
}

static void profiles_of_others_are_not_borrowed(void **state UNUSED)
{
	test_store_each(check_borrowing);
}

static void enter_carl(struct test_operators *test, struct test_browser *ret_browser)
{
	struct session session = {.operator_id = "carl", .method = "link", .address = "", .agent = ""};
	char token[ACCESS_TOKEN_LEN + 1], csrf[ACCESS_TOKEN_LEN + 1];
	struct error err;

	assert_ok(session_issue(test->db, &session, clock_now_ms(), token, &err), &err);
	session_csrf(str_of(token), csrf);
	snprintf(ret_browser->cookie, sizeof ret_browser->cookie, "Cookie: __Host-hauspost_session=%s", token);
	snprintf(ret_browser->csrf, sizeof ret_browser->csrf, "X-Hauspost-Csrf: %s", csrf);
}

static void check_personal(struct store *store)
{
	static const char *const theirs[] = {
	        "{'accounts': {'eva-mail': {'name': 'Carls'}}}",
	        "{'accounts': {'eva-mail': {'shares': [{'operator': 'carl', 'manage': true}]}}}",
	        "{'listeners': {'eva-mail': {'account': 'eva-mail', 'rule': 'r', 'name': 'x'}}}",
	        "{'listeners': {'mine': {'account': 'eva-mail', 'folder': 'Sent', 'rule': 'r'}}}",
	        "{'authentication_profiles': {" PROFILE("eva-mail") "}}",
	        "{'accounts': {" ACCOUNT("sales", "eva-mail") "}}",
	};
	struct test_operators test;
	struct test_browser carl;

	test_operators_init(&test, store);
	test_operators_apply(&test, set_up);
	enter_carl(&test, &carl);
	struct test_answer *file CLEANUP(test_answer_freep) =
	        test_browse(&test, &carl, "GET /api/v1/setup.yaml?secrets=sealed", NULL);
	assert_int_equal(file->status, 200);
	assert_true(str_find(file->body, STR("imap.test")) > 0);
	assert_true(str_find(file->body, STR("unused")) > 0);
	assert_true(str_find(file->body, STR("eva-mail")) < 0);
	for (size_t i = 0; i < ARRAY_LEN(theirs); i++) {
		int status = call(&test, &carl, "POST /api/v1/setup", theirs[i]);

		if (status != 403 && status != 404)
			FAIL_CASE("%s: %d\n", theirs[i], status);
		assert_int_equal(call(&test, &carl, "POST /api/v1/setup?dry_run=true", theirs[i]), status);
	}
	assert_int_equal(call(&test, &carl, "POST /api/v1/setup",
	                      "{'accounts': {'sales': {'name': 'S', 'send': "
	                      "{'enabled': false}, 'receive': {'host': 'i.test'}}}}"),
	                 200);
	test_operators_done(&test);
}

static void the_whole_set_up_is_without_others_mailboxes(void **state UNUSED)
{
	test_store_each(check_personal);
}

/* Bob manages support and, since it is shared with him, Eva's mailbox: neither becomes his. */
static void check_owners(struct store *store)
{
	static const char evas[] = "{'id': 'eva-mail', 'name': '%s', 'owner': '%s', 'send': {'enabled': false},"
	                           " 'shares': [{'operator': 'bob', 'manage': true}%s], 'receive': {'host': "
	                           "'imap.test', 'user': 'eva', 'profile': 'eva-mail'}}";
	struct test_operators test;
	struct test_browser bob;
	char body[500];

	test_operators_init(&test, store);
	test_operators_apply(&test, set_up);
	snprintf(body, sizeof body, evas, "Evas", "eva", "");
	char document[600];
	snprintf(document, sizeof document, "{'accounts': {'eva-mail': %s}}", body);
	test_operators_apply(&test, document);
	test_sign_in(&test, "bob", BOBS_PASSWORD, &bob);
	must_put(&test, &bob, "PUT /api/v1/accounts/support",
	         "{'id': 'support', 'owner': 'bob', 'send': {'enabled': false}, 'receive': {'host': 'imap.test', "
	         "'user': 'u', 'profile': 'both'}}",
	         403, "accounts/support/owner: ");
	snprintf(body, sizeof body, evas, "Evas", "bob", "");
	must_put(&test, &bob, "PUT /api/v1/accounts/eva-mail", body, 403, "accounts/eva-mail/owner: ");
	snprintf(body, sizeof body, evas, "Evas", "eva", ", {'role': 'agent'}");
	must_put(&test, &bob, "PUT /api/v1/accounts/eva-mail", body, 403, "accounts/eva-mail/shares: ");
	snprintf(body, sizeof body, evas, "Mail of Eva", "eva", "");
	must_put(&test, &bob, "PUT /api/v1/accounts/eva-mail", body, 200, NULL);
	test_operators_done(&test);
}

static void a_mailbox_is_its_owners_to_give_away(void **state UNUSED)
{
	test_store_each(check_owners);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(profiles_of_others_are_not_borrowed),
	        cmocka_unit_test(a_mailbox_is_its_owners_to_give_away),
	        cmocka_unit_test(the_whole_set_up_is_without_others_mailboxes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
