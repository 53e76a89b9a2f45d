/* What is left of a part of the set-up that was deleted: nothing that another of its name, or whoever counts what
 * works, could take for its own. */
#include "setup/setup.h"
#include "store/status.h"
#include "store/test_store.h"
#include "store/throttles.h"
#include "store/traces.h"

#include "base/test.h"

static const char set_up[] = "accounts: {a: {receive: {host: h, user: u, password: p}},"
                             " b: {receive: {host: h, user: u, password: p}}}\n"
                             "case_types: {c: {number_mask: 'C-{number}'}}\n"
                             "rules: {r: {branches: [{name: all, activity: create-case, case_type: c}]}}\n"
                             "listeners: {a: {account: a, rule: r}, b: {account: b, rule: r}}\n"
                             "inlets: {a: {listen: 127.0.0.1:2401}, b: {listen: 127.0.0.1:2402}}\n";

static int put_status(struct db *db, const char *kind, const char *id, struct error *err)
{
	return status_put(
	        db, &(struct status){.kind = kind, .id = id, .state = "failed", .error = "why", .is_failing = true},
	        err);
}

/* Each part is paused, slowed down, traced and fails. */
static int trouble(struct db *db, const char *id, struct error *err)
{
	static const char *const kinds[] = {"listener", "sender", "inlet"};
	int64_t until;
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds) && r >= 0; i++)
		r = put_status(db, kinds[i], id, err);
	for (size_t i = 0; i < 2 && r >= 0; i++)
		r = pause_set(db, i ? "account" : "listener", id, true, "anna", 1, err);
	for (int kind = 0; kind < TRACE_KINDS && r >= 0; kind++) {
		r = trace_set(db, (enum trace_kind)kind, id, 10, "anna", "", 1, err);
		if (r >= 0)
			r = trace_append(db, (enum trace_kind)kind, id, STR("C: a line of it\n"), err);
	}
	return r < 0 ? r : throttle_raise(db, id, 1000, "slow down", 1, &until, err);
}

static int64_t count_of(struct db *db, const char *kind, const char *id)
{
	static const char sql[] = "SELECT (SELECT COUNT(*) FROM status WHERE kind = $1 AND id = $2)"
	                          " + (SELECT COUNT(*) FROM pause WHERE kind = $1 AND id = $2)"
	                          " + (SELECT COUNT(*) FROM trace WHERE kind = $1 AND id = $2)"
	                          " + (SELECT COUNT(*) FROM trace_part WHERE kind = $1 AND id = $2)"
	                          " + (SELECT COUNT(*) FROM throttle WHERE $1 = 'account' AND account = $2)";
	struct error err;
	int64_t n = -1;

	assert_int_equal(db_query_int(db, sql, DB_ARGS(DB_TEXT(kind), DB_TEXT(id)), &n, &err), 1);
	return n;
}

static void check_removal(struct store *store)
{
	static const struct {
		const char *kind; /* that is deleted */
		const char *parts[3];
	} cases[] = {{"inlet", {"inlet"}}, {"listener", {"listener"}}, {"account", {"account", "sender"}}};
	struct db *db CLEANUP(db_closep) = NULL;
	json_t *document CLEANUP(json_decrefp) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(yaml_read(str_of(set_up), "set-up", &document, &err), &err);
	assert_ok(setup_apply(db, &plain_sealer, document, "anna", false, NULL, &err), &err);
	assert_ok(db_begin(db, &err), &err);
	assert_ok(trouble(db, "a", &err), &err);
	assert_ok(trouble(db, "b", &err), &err);
	assert_ok(db_commit(db, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t k = 0; cases[i].parts[k]; k++)
			assert_true(count_of(db, cases[i].parts[k], "a") > 0);
		assert_ok(setup_delete(db, &plain_sealer, cases[i].kind, "a", "anna", &err), &err);
		for (size_t k = 0; cases[i].parts[k]; k++) {
			assert_int_equal(count_of(db, cases[i].parts[k], "a"), 0);
			assert_true(count_of(db, cases[i].parts[k], "b") > 0);
		}
	}
}

static void a_deleted_part_leaves_no_state_pause_or_trace(void **state UNUSED)
{
	test_store_each(check_removal);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(a_deleted_part_leaves_no_state_pause_or_trace)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
