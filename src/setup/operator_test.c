/* Operators: roles, whose mail, the last administrator. */
#include "setup/operator.h"

#include "base/mem.h"
#include "setup/setup.h"
#include "store/test_store.h"

#include "base/test.h"

/* Everybody's support, Anna's own mailbox, one that Bob shares, one of somebody who is gone. */
static const char *const document =
        "{'accounts': {"
        " 'support': {},"
        " 'anna.own': {'owner': 'anna'},"
        " 'bob.own': {'owner': 'bob', 'shares': [{'operator': 'carl', 'send': true}, {'role': 'listener-observer'}]},"
        " 'gone.own': {'owner': 'gone'}},"
        " 'operators': {"
        "  'root': {'roles': ['administrator']},"
        "  'anna': {'roles': ['mailbox-user']},"
        "  'bob': {'roles': ['agent'], 'accounts': [{'account': 'support', 'send': true}]},"
        "  'carl': {'roles': ['mailbox-user'], 'rights': ['audit.read']},"
        "  'dora': {'roles': ['listener-observer'], 'disabled': true}}}";

static json_t *json_of(const char *text)
{
	char *copy = str_dup(str_of(text));
	json_t *json;

	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	json = json_loads(copy, 0, NULL);
	free(copy);
	assert_non_null(json);
	return json;
}

static int apply(struct db *db, const char *text, struct error *err)
{
	json_t *json CLEANUP(json_decrefp) = json_of(text);

	return setup_apply(db, &plain_sealer, json, "test", false, NULL, err);
}

/* "support:rsm", "bob.own:rs" … */
static void assert_access(const struct setup *setup, const char *op, bool want_all, const char *want)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct account_access *list;
	size_t n;
	bool all = operator_accounts(setup, setup_operator(setup, op), arena, &list, &n);

	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s%s:r%s%s", i ? " " : "", list[i].id, list[i].send ? "s" : "",
		           list[i].manage ? "m" : "");
	assert_string_equal(buf_cstr(&text), want);
	assert_int_equal(all, want_all);
}

static void check_access(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct setup *setup CLEANUP(setup_freep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(apply(db, document, &err), &err);
	assert_ok(setup_load(db, &plain_sealer, &setup, &err), &err);
	assert_access(setup, "root", false, "gone.own:rsm support:rsm");
	assert_access(setup, "anna", false, "anna.own:rsm");
	assert_access(setup, "bob", false, "bob.own:rsm support:rs");
	assert_access(setup, "carl", false, "bob.own:rs");
	assert_access(setup, "dora", false, "bob.own:r gone.own:rsm support:rsm");
	assert_int_equal(operator_rights(setup_operator(setup, "dora")), RIGHT_BIT(RIGHT_NONE));
	assert_true(operator_rights(setup_operator(setup, "carl")) & RIGHT_BIT(RIGHT_AUDIT_READ));
	assert_false(operator_rights(setup_operator(setup, "anna")) & RIGHT_BIT(RIGHT_AUDIT_READ));
	/* Without personal mailboxes an administrator has all there are and all that come. */
	setup_free(take(setup));
	assert_ok(setup_delete(db, &plain_sealer, "account", "bob.own", "test", &err), &err);
	assert_ok(setup_delete(db, &plain_sealer, "account", "anna.own", "test", &err), &err);
	assert_ok(setup_load(db, &plain_sealer, &setup, &err), &err);
	assert_access(setup, "root", true, "gone.own:rsm support:rsm");
}

static void a_personal_mailbox_is_its_owners(void **state UNUSED)
{
	test_store_each(check_access);
}

static void check_last(struct store *store)
{
	static const char *const refused[] = {
	        "{'operators': {'root': {'roles': ['administrator'], 'disabled': true}}}",
	        "{'operators': {'root': {'roles': ['agent']}}}",
	        "{'operators': {'root': {'roles': []}, 'anna': {'roles': ['administrator'], 'disabled': true}}}",
	};
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_int_equal(apply(db, "{'operators': {'anna': {'roles': ['agent']}}}", &err), E_INVALID);
	assert_ok(apply(db, "{'operators': {'root': {'roles': ['administrator']}}}", &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		assert_int_equal(apply(db, refused[i], &err), E_INVALID);
	assert_int_equal(setup_delete(db, &plain_sealer, "operator", "root", "test", &err), E_INVALID);
	assert_ok(apply(db, "{'operators': {'two': {'roles': ['administrator']}}}", &err), &err);
	assert_ok(setup_delete(db, &plain_sealer, "operator", "root", "test", &err), &err);
	assert_int_equal(setup_delete(db, &plain_sealer, "operator", "two", "test", &err), E_INVALID);
}

static void the_last_administrator_stays(void **state UNUSED)
{
	test_store_each(check_last);
}

static void check_refusals(struct store *store)
{
	static const struct {
		const char *document, *path;
	} cases[] = {
	        {"{'operators': {'a': {'roles': ['king']}}}", "operators/a/roles"},
	        {"{'operators': {'a': {'roles': ['administrator'], 'rights': ['none']}}}", "operators/a/rights"},
	        {"{'operators': {'a': {'roles': ['administrator'], 'accounts': [{'account': 'x'}]}}}",
	         "operators/a/accounts/1/account"},
	        {"{'accounts': {'x': {}}, 'operators': {'a': {'roles': ['administrator'], 'accounts': "
	         "[{'account': 'x'}, {'account': 'x'}]}}}",
	         "operators/a/accounts/2/account"},
	        {"{'operators': {'a': {'roles': ['administrator'], 'email': 'a@b.test'}, 'b': {'email': 'A@b.test'}}}",
	         "operators/b/email"},
	        {"{'accounts': {'x': {'shares': [{'operator': 'a', 'role': 'agent'}]}}}", "accounts/x/shares/1"},
	        {"{'accounts': {'x': {'shares': [{'role': 'king'}]}}}", "accounts/x/shares/1/role"},
	        {"{'accounts': {'x': {'owner': 'a b'}}}", "accounts/x/owner"},
	};
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(apply(db, cases[i].document, &err), E_INVALID);
		if (!str_starts(str_of(err.text), str_of(cases[i].path)))
			FAIL_CASE("%s: %s\n", cases[i].path, err.text);
	}
}

static void what_cant_be_is_refused_by_its_path(void **state UNUSED)
{
	test_store_each(check_refusals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_personal_mailbox_is_its_owners),
	        cmocka_unit_test(the_last_administrator_stays),
	        cmocka_unit_test(what_cant_be_is_refused_by_its_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
