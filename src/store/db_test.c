/* db.h on both databases: values, transactions, ids, numbers, errors. */
#include "base/mem.h"
#include "store/db_driver.h"
#include "store/test_store.h"

#include "base/test.h"

static struct db *connect_to(struct store *store)
{
	struct db *db = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	return db;
}

/* ---------------------------------------------------------------- values */

static void check_values(struct store *store)
{
	const struct {
		struct db_value i, t, b;
	} cases[] = {
	        {DB_INT(1),
	         DB_TEXT("Gr\xc3\xbc\xc3\x9f"
	                 "e"),
	         DB_BLOB(STR("\0\x01\xff"))},
	        {DB_INT(INT64_MAX), DB_TEXT(""), DB_BLOB(STR(""))},
	        {DB_INT(INT64_MIN), DB_TEXT("' OR 1=1; --"), DB_BLOB(STR("\\x00"))},
	        {DB_NULL, DB_NULL, DB_NULL},
	};
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct db_rows *rows = NULL;
	struct error err;

	assert_ok(db_script(db, "CREATE TABLE v (id {ID} PRIMARY KEY, i BIGINT, t TEXT, b {BLOB})", &err), &err);
	for (size_t n = 0; n < ARRAY_LEN(cases); n++)
		assert_ok(db_exec(db, "INSERT INTO v (b, t, i, id) VALUES ($4, $3, $2, $1)",
		                  DB_ARGS(DB_INT(n), cases[n].i, cases[n].t, cases[n].b), &err),
		          &err);
	assert_ok(db_query(db, "SELECT i, t, b FROM v ORDER BY id", DB_NO_ARGS, &rows, &err), &err);
	for (size_t n = 0; n < ARRAY_LEN(cases); n++) {
		assert_int_equal(db_next(rows, &err), 1);
		assert_int_equal(db_col_is_null(rows, 0), cases[n].i.type == DB_TYPE_NULL);
		assert_true(db_col_int(rows, 0) == cases[n].i.i);
		assert_true(str_eq(db_col_str(rows, 1), cases[n].t.s));
		assert_true(str_eq(db_col_str(rows, 2), cases[n].b.s));
		assert_true((db_col_str(rows, 1).p == NULL) == (cases[n].t.type == DB_TYPE_NULL));
		assert_true((db_col_str(rows, 2).p == NULL) == (cases[n].b.type == DB_TYPE_NULL));
	}
	assert_int_equal(db_next(rows, &err), 0);
	assert_int_equal(db_next(rows, &err), 0);
	db_rows_free(rows);
}

static void values_come_back_as_they_went(void **state UNUSED)
{
	test_store_each(check_values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(values_come_back_as_they_went),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
