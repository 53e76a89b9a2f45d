/* Set-up records over REST: lists, versions, rights, whose they are, history. */
#include "api/test_api.h"

#include "base/clock.h"
#include "store/audit.h"
#include "store/test_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"

#define AS_ADMINISTRATOR(api, what, ...) test_api_call(api, &test_administrator, what, __VA_ARGS__)

static const char support[] = "{\"id\": \"support\", \"name\": \"Support\", \"send\": {\"host\": \"smtp.example.com\","
                              " \"address\": \"s@example.com\", \"user\": \"s\", \"password\": \"geheim\"}}";

static void must_be(struct test_api *api, const struct caller *caller, const char *what, const char *body, int status)
{
	struct test_answer *answer CLEANUP(test_answer_freep) = test_api_call(api, caller, what, body);

	if (answer->status != status)
		print_error("%s: %d %.*s\n", what, answer->status, STR_ARG(answer->body));
	assert_int_equal(answer->status, status);
}

static void create(struct test_api *api, const char *plural, const char *body)
{
	char what[80];

	snprintf(what, sizeof what, "POST /api/v1/%s", plural);
	must_be(api, &test_administrator, what, body, 201);
}

/* ---------------------------------------------------------------- the life of a record */

static void check_life(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_answer *a;

	a = AS_ADMINISTRATOR(api, "POST /api/v1/accounts", support);
	assert_int_equal(a->status, 201);
	assert_string_equal(test_header(a, "Location"), "/api/v1/accounts/support");
	assert_string_equal(test_header(a, "ETag"), "\"1\"");
	assert_string_equal(test_text(a, "send/password"), "********");
	assert_string_equal(test_text(a, "receive/password"), "");
	assert_true(str_find(a->body, STR("geheim")) < 0);
	test_answer_free(a);
	must_be(api, &test_administrator, "POST /api/v1/accounts", support, 409);

	a = AS_ADMINISTRATOR(api, "GET /api/v1/accounts/support", NULL);
	assert_int_equal(a->status, 200);
	assert_string_equal(test_text(a, "name"), "Support");
	char *changed = json_dumps(a->json, 0);
	test_answer_free(a);
	a = AS_ADMINISTRATOR(api, "GET /api/v1/accounts/support", NULL, "If-None-Match: \"1\"");
	assert_int_equal(a->status, 304);
	test_answer_free(a);

	must_be(api, &test_administrator, "PUT /api/v1/accounts/support", changed, 428);
	a = AS_ADMINISTRATOR(api, "PUT /api/v1/accounts/support", changed, "If-Match: \"1\"");
	assert_int_equal(a->status, 200); /* nothing differs */
	assert_string_equal(test_header(a, "ETag"), "\"1\"");
	test_answer_free(a);
	strstr(changed, "Support")[0] = 'Z';
	a = AS_ADMINISTRATOR(api, "PUT /api/v1/accounts/support", changed, "If-Match: \"1\"");
	assert_int_equal(a->status, 200);
	assert_string_equal(test_text(a, "name"), "Zupport");
	assert_string_equal(test_header(a, "ETag"), "\"2\"");
	test_answer_free(a);
	a = AS_ADMINISTRATOR(api, "PUT /api/v1/accounts/support", changed, "If-Match: \"1\"");
	assert_int_equal(a->status, 412);
	test_answer_free(a);
	a = AS_ADMINISTRATOR(api, "PUT /api/v1/accounts/other", changed, "If-Match: *");
	assert_int_equal(a->status, 404);
	test_answer_free(a);
	free(changed);

	a = AS_ADMINISTRATOR(api, "DELETE /api/v1/accounts/support", NULL, "If-Match: \"1\"");
	assert_int_equal(a->status, 412);
	test_answer_free(a);
	must_be(api, &test_administrator, "DELETE /api/v1/accounts/support", NULL, 204);
	must_be(api, &test_administrator, "DELETE /api/v1/accounts/support", NULL, 404);
	must_be(api, &test_administrator, "GET /api/v1/accounts/support", NULL, 404);
}

static void a_record_is_made_changed_and_deleted(void **state UNUSED)
{
	test_store_each(check_life);
}

/* ---------------------------------------------------------------- refusals */

static const struct {
	const char *what, *body;
	int status;
	const char *path, *detail;
} refusals[] = {
        /* clang-format off */
	{"POST /api/v1/accounts", "{\"name\": \"x\"}", 400, "accounts/id", "is missing"},
	{"POST /api/v1/accounts", "{\"id\": \"../x\"}", 400, "accounts/id", "is not an id"},
	{"POST /api/v1/accounts", "{\"id\": \"x\", \"nmae\": \"x\"}", 400, "accounts/x/nmae", "did you mean name?"},
	{"POST /api/v1/accounts", "{\"id\": \"x\", \"send\": {\"port\": 70000}}", 400, "accounts/x/send/port", "is not between"},
	{"POST /api/v1/accounts", "{\"id\": \"x\", \"send\": {\"password\": {\"file\": \"/etc/passwd\"}}}", 400,
	 "accounts/x/send/password", "files and variables are not read here"},
	{"POST /api/v1/accounts", "{\"id\": \"x\", \"send\": {\"password\": {\"env\": \"PATH\"}}}", 400,
	 "accounts/x/send/password", "files and variables are not read here"},
	{"POST /api/v1/accounts", "{\"id\": \"x\", \"send\": {\"password\": \"********\"}}", 400, "accounts/x/send/password",
	 "none is"},
	{"POST /api/v1/listeners", "{\"id\": \"l\", \"account\": \"none\", \"rule\": \"none\"}", 400,
	 "listeners/l/account", "there is no account"},
	{"GET /api/v1/accounts/none", NULL, 404, NULL, "there is no account \"none\""},
	{"GET /api/v1/accounts/none/history", NULL, 404, NULL, "there is no account \"none\", and there never was"},
	{"GET /api/v1/accounts?sort=size", NULL, 400, NULL, "is not one of id, -id, name, -name"},
	{"GET /api/v1/accounts?colour=red", NULL, 400, NULL, "no such parameter"},
	{"GET /api/v1/audit?kind=cat", NULL, 400, NULL, "is not a kind of record"},
	{"DELETE /api/v1/templates/ack", NULL, 409, "templates/ack", "is still used by rules/r"},
        /* clang-format on */
};

static void check_refusals(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);

	create(api, "templates", "{\"id\": \"ack\", \"text\": \"hello\"}");
	create(api, "rules",
	       "{\"id\": \"r\", \"branches\": [{\"activity\": \"file\"}],"
	       " \"responses\": [{\"when\": \"created\", \"template\": \"ack\"}]}");
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct test_answer *a CLEANUP(test_answer_freep) =
		        AS_ADMINISTRATOR(api, refusals[i].what, refusals[i].body);

		if (a->status != refusals[i].status || !strstr(test_text(a, "detail"), refusals[i].detail))
			print_error("%s: %.*s\n", refusals[i].what, STR_ARG(a->body));
		assert_int_equal(a->status, refusals[i].status);
		assert_non_null(strstr(test_text(a, "detail"), refusals[i].detail));
		if (refusals[i].path)
			assert_non_null(strstr(a->body.p, refusals[i].path));
	}
}

static void what_is_wrong_is_said_with_its_place(void **state UNUSED)
{
	test_store_each(check_refusals);
}

/* ---------------------------------------------------------------- lists */

/* The ids of a list, "a b c". */
static const char *ids(struct test_api *api, const struct caller *caller, const char *what, char room[200])
{
	struct test_answer *a CLEANUP(test_answer_freep) = test_api_call(api, caller, what, NULL);
	json_t *item;
	size_t i, n = 0;

	assert_int_equal(a->status, 200);
	room[0] = '\0';
	json_array_foreach (test_json(a, "items"), i, item)
		n += (size_t)snprintf(room + n, 200 - n, "%s%s", i ? " " : "",
		                      json_string_value(json_object_get(item, "id")));
	return room;
}

static void create_templates(struct test_api *api)
{
	create(api, "templates", "{\"id\": \"a\", \"name\": \"gamma\", \"text\": \"one\"}");
	create(api, "templates", "{\"id\": \"b\", \"name\": \"Beta\", \"text\": \"two\"}");
	create(api, "templates", "{\"id\": \"c\", \"name\": \"alpha\", \"text\": \"Three\"}");
	create(api, "templates", "{\"id\": \"d\", \"name\": \"beta\", \"text\": \"four\"}");
}

static void check_lists(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	const struct caller *admin = &test_administrator;
	char room[200], what[300];

	assert_string_equal(ids(api, admin, "GET /api/v1/templates", room), "");
	create_templates(api);
	assert_string_equal(ids(api, admin, "GET /api/v1/templates", room), "a b c d");
	assert_string_equal(ids(api, admin, "GET /api/v1/templates?sort=-id", room), "d c b a");
	assert_string_equal(ids(api, admin, "GET /api/v1/templates?sort=name", room), "c b d a");
	assert_string_equal(ids(api, admin, "GET /api/v1/templates?sort=-name", room), "a d b c");
	assert_string_equal(ids(api, admin, "GET /api/v1/templates?q=BETA", room), "b d");
	assert_string_equal(ids(api, admin, "GET /api/v1/templates?q=three", room), "c");
	create(api, "blocks",
	       "{\"id\": \"x\", \"kind\": \"domain\", \"value\": \"example.com\", \"action\": \"ignore\"}");
	create(api, "blocks",
	       "{\"id\": \"y\", \"kind\": \"address\", \"value\": \"a@example.com\", \"enabled\": false}");
	assert_string_equal(ids(api, admin, "GET /api/v1/blocks?kind=domain", room), "x");
	assert_string_equal(ids(api, admin, "GET /api/v1/blocks?enabled=false", room), "y");

	static const char *const pages[] = {"c b", "d a"};
	snprintf(what, sizeof what, "GET /api/v1/templates?sort=name&limit=2");
	for (size_t i = 0; i < 2; i++) {
		struct test_answer *a CLEANUP(test_answer_freep) = AS_ADMINISTRATOR(api, what, NULL);

		assert_string_equal(ids(api, admin, what, room), pages[i]);
		assert_int_equal(test_has(a, "next"), i == 0);
		if (i == 0)
			snprintf(what, sizeof what, "GET /api/v1/templates?sort=name&limit=2&cursor=%s",
			         test_text(a, "next"));
	}
}

static void lists_are_filtered_sorted_and_paged(void **state UNUSED)
{
	test_store_each(check_lists);
}

/* ---------------------------------------------------------------- whose */

static void create_office(struct test_api *api)
{
	create(api, "accounts", support);
	create(api, "accounts",
	       "{\"id\": \"sales\", \"send\": {\"host\": \"smtp.example.com\", \"address\":"
	       " \"v@example.com\", \"user\": \"v\", \"password\": \"pw\"},"
	       " \"receive\": {\"host\": \"imap.example.com\", \"user\": \"v\", \"password\": \"pw\"}}");
	create(api, "rules", "{\"id\": \"r\", \"branches\": [{\"activity\": \"file\"}]}");
	create(api, "listeners", "{\"id\": \"sales\", \"account\": \"sales\", \"rule\": \"r\"}");
}

#define MANAGES_ALL                                                                                            \
	(RIGHT_BIT(RIGHT_ACCOUNTS_READ) | RIGHT_BIT(RIGHT_ACCOUNTS_MANAGE) | RIGHT_BIT(RIGHT_LISTENERS_READ) | \
	 RIGHT_BIT(RIGHT_LISTENERS_MANAGE))

static void check_accounts_of_others(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_caller room;
	const struct caller *bob = test_caller_init(&room, "bob", MANAGES_ALL, "support", ACCOUNT_MANAGE);
	char list[200];

	create_office(api);
	assert_string_equal(ids(api, bob, "GET /api/v1/accounts", list), "support");
	assert_string_equal(ids(api, bob, "GET /api/v1/listeners", list), "");
	must_be(api, bob, "GET /api/v1/accounts/support", NULL, 200);
	must_be(api, bob, "GET /api/v1/accounts/sales", NULL, 404);
	must_be(api, bob, "GET /api/v1/accounts/sales/history", NULL, 404);
	must_be(api, bob, "GET /api/v1/listeners/sales", NULL, 404);
	must_be(api, bob, "DELETE /api/v1/listeners/sales", NULL, 404);
	must_be(api, bob, "DELETE /api/v1/accounts/sales", NULL, 404);
	must_be(api, bob, "POST /api/v1/accounts", "{\"id\": \"new\"}", 403);
	must_be(api, bob, "POST /api/v1/listeners", "{\"id\": \"mine\", \"account\": \"sales\", \"rule\": \"r\"}", 403);
	must_be(api, bob, "DELETE /api/v1/accounts/support", NULL, 204);
	room.caller.new_accounts = true; /* there are personal mailboxes of others */
	must_be(api, bob, "POST /api/v1/accounts", "{\"id\": \"new\", \"send\": {\"enabled\": false}}", 201);
	bob = test_caller_init(&room, "bob", MANAGES_ALL, "sales", ACCOUNT_READ);
	must_be(api, bob, "GET /api/v1/accounts/sales", NULL, 200);
	must_be(api, bob, "DELETE /api/v1/accounts/sales", NULL, 403);
}

static void others_accounts_are_not_seen_or_changed(void **state UNUSED)
{
	test_store_each(check_accounts_of_others);
}

static void check_rights(struct store *store)
{
	static const struct {
		const char *plural;
		uint64_t reads, changes;
	} cases[] = {
	        {"providers", RIGHT_BIT(RIGHT_ACCOUNTS_READ), RIGHT_BIT(RIGHT_PROVIDERS_MANAGE)},
	        {"accounts", RIGHT_BIT(RIGHT_ACCOUNTS_READ), RIGHT_BIT(RIGHT_ACCOUNTS_MANAGE)},
	        {"keystores", RIGHT_BIT(RIGHT_ACCOUNTS_READ), RIGHT_BIT(RIGHT_ACCOUNTS_MANAGE)},
	        {"authentication_profiles", RIGHT_BIT(RIGHT_ACCOUNTS_READ), RIGHT_BIT(RIGHT_ACCOUNTS_MANAGE)},
	        {"listeners", RIGHT_BIT(RIGHT_LISTENERS_READ), RIGHT_BIT(RIGHT_LISTENERS_MANAGE)},
	        {"inlets", RIGHT_BIT(RIGHT_LISTENERS_READ), RIGHT_BIT(RIGHT_LISTENERS_MANAGE)},
	        {"rules", RIGHT_BIT(RIGHT_RULES_READ), RIGHT_BIT(RIGHT_RULES_MANAGE)},
	        {"case_types", RIGHT_BIT(RIGHT_RULES_READ), RIGHT_BIT(RIGHT_RULES_MANAGE)},
	        {"templates", RIGHT_BIT(RIGHT_CASES_READ), RIGHT_BIT(RIGHT_RULES_MANAGE)},
	        {"blocks", RIGHT_BIT(RIGHT_RULES_READ), RIGHT_BIT(RIGHT_RULES_MANAGE)},
	};
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_caller room;
	char what[80];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const uint64_t all = RIGHT_BIT(RIGHT_COUNT) - 1;

		snprintf(what, sizeof what, "GET /api/v1/%s", cases[i].plural);
		must_be(api, test_caller_init(&room, "bob", cases[i].reads, "", ACCOUNT_READ), what, NULL, 200);
		must_be(api, test_caller_init(&room, "bob", RIGHT_BIT(RIGHT_METRICS_READ), "", ACCOUNT_READ), what,
		        NULL, 403);
		snprintf(what, sizeof what, "POST /api/v1/%s", cases[i].plural);
		must_be(api, test_caller_init(&room, "bob", all & ~cases[i].changes, "", ACCOUNT_READ), what, "{}",
		        403);
		must_be(api, test_caller_init(&room, "bob", cases[i].changes, "", ACCOUNT_READ), what, "{}", 400);
	}
	must_be(api, &caller_nobody, "GET /api/v1/accounts", NULL, 401);
}

static void each_kind_has_its_rights(void **state UNUSED)
{
	test_store_each(check_rights);
}

/* What several accounts use is changed by who may change them all. */
static void check_shared(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_caller room;
	const struct caller *bob = test_caller_init(&room, "bob", MANAGES_ALL, "support", ACCOUNT_MANAGE);
	static const char profile[] = "{\"id\": \"p\", \"template\": \"google\", \"grant\": \"refresh-token\","
	                              " \"client_id\": \"c\", \"client_secret\": \"s\", \"refresh_token\": \"r\"}";

	must_be(api, bob, "POST /api/v1/authentication_profiles", profile, 201);
	must_be(api, bob, "DELETE /api/v1/authentication_profiles/p", NULL, 204);
	create(api, "authentication_profiles", profile);
	must_be(api, bob, "DELETE /api/v1/authentication_profiles/p", NULL, 403); /* nobody's yet, and not his */
	create(api, "accounts",
	       "{\"id\": \"sales\", \"send\": {\"host\": \"smtp.example.com\", \"address\":"
	       " \"v@example.com\", \"user\": \"v\", \"profile\": \"p\"}, \"receive\": {\"host\": \"imap.example.com\","
	       " \"use_sender_login\": true}}");
	create(api, "rules", "{\"id\": \"r\", \"branches\": [{\"activity\": \"file\"}]}");
	create(api, "listeners", "{\"id\": \"l\", \"account\": \"sales\", \"rule\": \"r\"}");
	must_be(api, bob, "GET /api/v1/listeners/l/history", NULL, 404);
	must_be(api, &test_administrator, "GET /api/v1/listeners/l/history", NULL, 200);
	must_be(api, bob, "DELETE /api/v1/authentication_profiles/p", NULL, 404);
	must_be(api, bob, "GET /api/v1/authentication_profiles/p/history", NULL, 404);
	create(api, "accounts",
	       "{\"id\": \"support\", \"send\": {\"host\": \"smtp.example.com\", \"address\":"
	       " \"s@example.com\", \"user\": \"s\", \"profile\": \"p\"}}");
	must_be(api, bob, "GET /api/v1/authentication_profiles/p/history", NULL, 200);
	must_be(api, bob, "DELETE /api/v1/authentication_profiles/p", NULL, 403);
	must_be(api, &test_administrator, "DELETE /api/v1/authentication_profiles/p", NULL, 409);
}

static void what_accounts_share_is_changed_by_who_may_change_them_all(void **state UNUSED)
{
	test_store_each(check_shared);
}

/* A right to manage operators isn't one to become an administrator. */
static void check_operators(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_caller room;
	const uint64_t rights = RIGHT_BIT(RIGHT_OPERATORS_MANAGE) | RIGHT_BIT(RIGHT_METRICS_READ);
	const struct caller *bob = test_caller_init(&room, "bob", rights, "", ACCOUNT_READ);

	create(api, "operators", "{\"id\": \"anna\", \"roles\": [\"administrator\"]}");
	must_be(api, bob, "POST /api/v1/operators", "{\"id\": \"eve\", \"roles\": [\"administrator\"]}", 403);
	must_be(api, bob, "POST /api/v1/operators", "{\"id\": \"eve\", \"rights\": [\"metrics.read\"]}",
	        403); /* of all accounts */
	must_be(api, bob, "DELETE /api/v1/operators/anna", NULL, 403);
	room.caller.new_accounts = true;
	must_be(api, bob, "POST /api/v1/operators", "{\"id\": \"eve\", \"rights\": [\"metrics.read\"]}", 201);
	must_be(api, bob, "POST /api/v1/operators", "{\"id\": \"mal\", \"rights\": [\"cases.read\"]}", 403);
}

static void nobody_gives_what_they_have_not(void **state UNUSED)
{
	test_store_each(check_operators);
}

/* ---------------------------------------------------------------- history */

static void sign_in_at(struct test_api *api, int64_t at, const char *who)
{
	const struct audit_entry entry = {.at = at,
	                                  .author = who,
	                                  .action = "sign-in",
	                                  .object = "operators/anna",
	                                  .detail = "",
	                                  .address = "",
	                                  .agent = ""};
	struct db *db = test_api_db(api);
	struct error err = {0};

	assert_ok(db_begin(db, &err), &err);
	assert_ok(audit_add(db, &entry, &err), &err);
	assert_ok(db_commit(db, &err), &err);
}

/* Two tables, each entry once, whatever the size of the pages: the oldest sign-in last, the newest first. */
static void check_pages(struct test_api *api)
{
	static const int limits[] = {1, 2, 3, 50};

	sign_in_at(api, 1000, "first");
	sign_in_at(api, 1000, "second");
	sign_in_at(api, clock_now_ms() + 1000, "last");
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		char what[400], authors[400] = "";

		snprintf(what, sizeof what, "GET /api/v1/audit?limit=%d", limits[i]);
		while (*what) {
			struct test_answer *a CLEANUP(test_answer_freep) = AS_ADMINISTRATOR(api, what, NULL);
			size_t k;
			json_t *item;

			assert_int_equal(a->status, 200);
			json_array_foreach (test_json(a, "items"), k, item)
				snprintf(authors + strlen(authors), sizeof authors - strlen(authors), "%s ",
				         json_string_value(json_object_get(item, "author")));
			if (test_has(a, "next"))
				snprintf(what, sizeof what, "GET /api/v1/audit?limit=%d&cursor=%s", limits[i],
				         test_text(a, "next"));
			else
				*what = '\0';
		}
		assert_string_equal(authors, "last anna anna anna anna second first ");
	}
}

static void check_history(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_answer *a;
	struct test_caller room;

	create(api, "accounts", support);
	a = AS_ADMINISTRATOR(
	        api, "PUT /api/v1/accounts/support",
	        "{\"name\": \"Help\", \"send\": {\"host\": \"smtp.example.com\", \"port\": 2525, \"address\":"
	        " \"s@example.com\", \"user\": \"s\", \"password\": \"anderes\"}}",
	        "If-Match: \"1\"");
	assert_int_equal(a->status, 200);
	test_answer_free(a);
	must_be(api, &test_administrator, "DELETE /api/v1/accounts/support", NULL, 204);
	create(api, "templates", "{\"id\": \"ack\", \"text\": \"hello\"}");

	a = AS_ADMINISTRATOR(api, "GET /api/v1/accounts/support/history", NULL);
	assert_int_equal(a->status, 200);
	assert_int_equal(json_array_size(test_json(a, "items")), 3);
	assert_string_equal(test_text(a, "items/0/action"), "deleted");
	assert_string_equal(test_text(a, "items/1/action"), "changed");
	assert_string_equal(test_text(a, "items/1/author"), test_administrator.author);
	assert_string_equal(test_text(a, "items/1/changes/0"), "name: \"Support\" -> \"Help\"");
	assert_string_equal(test_text(a, "items/1/changes/1"), "send/password: (changed)");
	assert_string_equal(test_text(a, "items/1/changes/2"), "send/port: 0 -> 2525");
	assert_string_equal(test_text(a, "items/2/action"), "created");
	assert_true(str_find(a->body, STR("geheim")) < 0 && str_find(a->body, STR("anderes")) < 0);
	test_answer_free(a);

	check_pages(api);
	a = AS_ADMINISTRATOR(api, "GET /api/v1/audit?kind=templates&author=nobody", NULL);
	assert_int_equal(json_array_size(test_json(a, "items")), 0);
	test_answer_free(a);
	a = test_api_call(api, test_caller_init(&room, "bob", RIGHT_BIT(RIGHT_AUDIT_READ), "other", ACCOUNT_READ),
	                  "GET /api/v1/audit", NULL);
	assert_int_equal(json_array_size(test_json(a, "items")), 4); /* the template, and sign-ins */
	test_answer_free(a);
	a = AS_ADMINISTRATOR(api, "GET /api/v1/audit?kind=operator&id=anna&until=2020-01-01T00:00:00Z", NULL);
	assert_int_equal(json_array_size(test_json(a, "items")), 2);
	assert_string_equal(test_text(a, "items/0/kind"), "operator");
	assert_string_equal(test_text(a, "items/0/id"), "anna");
	test_answer_free(a);
}

static void every_change_is_told_without_secrets(void **state UNUSED)
{
	test_store_each(check_history);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_record_is_made_changed_and_deleted),
	        cmocka_unit_test(what_is_wrong_is_said_with_its_place),
	        cmocka_unit_test(lists_are_filtered_sorted_and_paged),
	        cmocka_unit_test(others_accounts_are_not_seen_or_changed),
	        cmocka_unit_test(each_kind_has_its_rights),
	        cmocka_unit_test(what_accounts_share_is_changed_by_who_may_change_them_all),
	        cmocka_unit_test(nobody_gives_what_they_have_not),
	        cmocka_unit_test(every_change_is_told_without_secrets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
