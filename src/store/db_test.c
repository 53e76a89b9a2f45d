/* db.h on both databases: values, transactions, ids, numbers, errors. */
#include "base/mem.h"
#include "store/db_driver.h"
#include "store/test_store.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

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

static void check_large_blob(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct db_rows *rows = NULL;
	char *bytes CLEANUP(freep) = mem_new(MIB(5), 1);
	struct error err;

	for (size_t i = 0; i < MIB(5); i++)
		bytes[i] = (char)(i * 31 + i / 977);
	assert_ok(db_exec(db, "INSERT INTO raw (message_id, pieces, data) VALUES ($1, 1, $2)",
	                  DB_ARGS(DB_INT(1), DB_BLOB(str_new(bytes, MIB(5)))), &err),
	          &err);
	assert_ok(db_query(db, "SELECT data FROM raw WHERE message_id = $1", DB_ARGS(DB_INT(1)), &rows, &err), &err);
	assert_int_equal(db_next(rows, &err), 1);
	assert_true(str_eq(db_col_str(rows, 0), str_new(bytes, MIB(5))));
	db_rows_free(rows);
}

static void a_blob_of_5_mb_comes_back(void **state UNUSED)
{
	test_store_each(check_large_blob);
}

static void set(struct db *db, const char *name, int64_t value)
{
	struct error err;

	assert_ok(db_exec(db, "INSERT INTO counter (name, value) VALUES ($1, $2)",
	                  DB_ARGS(DB_TEXT(name), DB_INT(value)), &err),
	          &err);
}

/* -1 where there is none. */
static int64_t get(struct db *db, const char *name)
{
	struct error err;
	int64_t value = -1;

	assert_ok(db_query_int(db, "SELECT value FROM counter WHERE name = $1", DB_ARGS(DB_TEXT(name)), &value, &err),
	          &err);
	return value;
}

static void check_sums(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct error err;
	int64_t sum = -1;

	assert_ok(db_query_int(db, "SELECT SUM(value) FROM counter", DB_NO_ARGS, &sum, &err), &err);
	assert_int_equal(sum, 0); /* NULL */
	set(db, "a", 1234567890123);
	set(db, "b", -30000);
	assert_ok(db_query_int(db, "SELECT SUM(value) FROM counter", DB_NO_ARGS, &sum, &err), &err);
	assert_int_equal(sum, 1234567860123);
	assert_ok(db_query_int(db, "SELECT SUM(value) FROM counter WHERE value < $1", DB_ARGS(DB_INT(0)), &sum, &err),
	          &err);
	assert_int_equal(sum, -30000);
	assert_ok(db_query_int(db, "SELECT COUNT(*) FROM counter", DB_NO_ARGS, &sum, &err), &err);
	assert_int_equal(sum, 2);
	assert_ok(db_query_int(db, "SELECT 70000", DB_NO_ARGS, &sum, &err), &err);
	assert_int_equal(sum, 70000);
}

static void sums_and_counts_are_numbers(void **state UNUSED)
{
	test_store_each(check_sums);
}

static void check_null_then_number(struct store *store)
{
	static const char sql[] = "INSERT INTO contact_address (address, contact_id) VALUES ('a', $1 + 1)";
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct error err;

	/* Refused as NULL; the same statement then takes a number that no int4 holds. */
	assert_true(db_exec(db, sql, DB_ARGS(DB_NULL), &err) < 0);
	assert_ok(
	        db_exec(db, "INSERT INTO contact (id, name, created_at) VALUES (8589934593, '', 0)", DB_NO_ARGS, &err),
	        &err);
	assert_ok(db_exec(db, sql, DB_ARGS(DB_INT(8589934592)), &err), &err);
}

static void a_value_may_be_null_first_and_a_number_later(void **state UNUSED)
{
	test_store_each(check_null_then_number);
}

static void check_counts(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct error err;

	set(db, "a", 1);
	set(db, "b", 1);
	for (int in_transaction = 0; in_transaction < 2; in_transaction++) {
		if (in_transaction)
			assert_ok(db_begin(db, &err), &err);
		assert_int_equal(db_exec_count(db, "UPDATE counter SET value = value + 1", DB_NO_ARGS, &err), 2);
		assert_int_equal(
		        db_exec_count(db, "UPDATE counter SET value = 0 WHERE name = $1", DB_ARGS(DB_TEXT("c")), &err),
		        0);
	}
	assert_ok(db_commit(db, &err), &err);
	assert_int_equal(get(db, "a"), 3);
}

static void changed_rows_are_counted(void **state UNUSED)
{
	test_store_each(check_counts);
}

static void check_nested_reading(struct store *store)
{
	static const char sql[] = "SELECT name, value FROM counter WHERE value > $1 ORDER BY value";
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct db_rows *outer, *inner;
	struct error err;
	int seen = 0;

	set(db, "a", 1);
	set(db, "b", 2);
	set(db, "c", 3);
	assert_ok(db_begin(db, &err), &err);
	assert_ok(db_query(db, sql, DB_ARGS(DB_INT(0)), &outer, &err), &err);
	while (db_next(outer, &err) > 0) {
		assert_ok(db_query(db, sql, DB_ARGS(DB_INT(db_col_int(outer, 1))), &inner, &err), &err);
		while (db_next(inner, &err) > 0)
			seen += 1;
		db_rows_free(inner);
		assert_ok(db_exec(db, "UPDATE ledger SET tries = 1 WHERE id = $1", DB_ARGS(DB_INT(1)), &err), &err);
	}
	db_rows_free(outer);
	assert_ok(db_commit(db, &err), &err);
	assert_int_equal(seen, 3);
}

static void a_statement_may_run_inside_its_own_rows(void **state UNUSED)
{
	test_store_each(check_nested_reading);
}

/* ---------------------------------------------------------------- errors */

static void check_errors(struct store *store)
{
	static const struct {
		const char *sql;
		int code;
		enum retry retry;
		const char *part; /* of the text */
	} cases[] = {
	        {"INSERT INTO counter (name, value) VALUES ('twice', 2)", E_CONFLICT, RETRY_NEVER,
	         "INSERT INTO counter"},
	        {"INSERT INTO cases (id, type, number, status, subject, account, fields, created_at, updated_at, "
	         "message_count)"
	         " VALUES (1, '', 'N1', '', '', '', '', 0, 0, 0), (2, '', 'N1', '', '', '', '', 0, 0, 0)",
	         E_CONFLICT, RETRY_NEVER, "number"},
	        {"INSERT INTO counter (name, value) VALUES ('null', NULL)", E_STORE, RETRY_NEVER, "value"},
	        {"INSERT INTO contact_address (address, contact_id) VALUES ('a', 77)", E_STORE, RETRY_NEVER,
	         "contact_address"},
	        {"SELEKT 1", E_STORE, RETRY_NEVER, "SELEKT"},
	        {"SELECT * FROM nowhere", E_STORE, RETRY_NEVER, "nowhere"},
	};
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct error err;

	set(db, "twice", 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		err = (struct error){0};
		assert_int_equal(db_exec_count(db, cases[i].sql, DB_NO_ARGS, &err), cases[i].code);
		assert_int_equal(err.code, cases[i].code);
		assert_int_equal(err.retry, cases[i].retry);
		if (!strstr(err.text, cases[i].part))
			print_error("%s\n", err.text);
		assert_non_null(strstr(err.text, cases[i].part));
		assert_non_null(strstr(err.text, db->name));
	}
	assert_int_equal(get(db, "twice"), 1);
}

static void errors_say_what_they_are(void **state UNUSED)
{
	test_store_each(check_errors);
}

static void check_bad_text(struct store *store)
{
	const struct str cases[] = {STR("a\0b"), STR("\xff"), STR("abcdefgh\xc3")};
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct error err;

	assert_ok(db_begin(db, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(db_exec(db, "INSERT INTO counter (value, name) VALUES ($1, $2)",
		                         DB_ARGS(DB_INT(1), DB_STR(cases[i])), &err),
		                 E_INVALID);
		assert_non_null(strstr(err.text, "$2"));
	}
	set(db, "after", 1); /* the transaction is as good as before */
	assert_ok(db_commit(db, &err), &err);
	assert_int_equal(get(db, "after"), 1);
}

static void text_that_is_no_text_is_refused(void **state UNUSED)
{
	test_store_each(check_bad_text);
}

/* ---------------------------------------------------------------- transactions */

static void check_rollback(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store), *other CLEANUP(db_closep) = connect_to(store);
	struct error err;

	assert_ok(db_begin(db, &err), &err);
	assert_true(db_in_transaction(db));
	set(db, "a", 1);
	assert_int_equal(get(db, "a"), 1);
	assert_int_equal(get(other, "a"), -1);
	db_rollback(db);
	assert_false(db_in_transaction(db));
	db_rollback(db);
	assert_int_equal(get(db, "a"), -1);
	assert_ok(db_begin(db, &err), &err);
	set(db, "a", 2);
	assert_ok(db_commit(db, &err), &err);
	assert_int_equal(get(other, "a"), 2);
}

static void a_rolled_back_transaction_leaves_nothing(void **state UNUSED)
{
	test_store_each(check_rollback);
}

/* Units of one transaction; what makes a unit fail, and how. */
enum mishap { GOOD, CONFLICT, CONFLICT_THEN_MORE, NEW_STATEMENT_FAILS, GIVES_UP, FAILS_AT_QUERY };

static int run_unit(struct db *db, enum mishap mishap, const char *name, struct error *err)
{
	int64_t value;
	int r = db_exec(db, "INSERT INTO counter (name, value) VALUES ($1, $2)", DB_ARGS(DB_TEXT(name), DB_INT(1)),
	                err);

	if (mishap == CONFLICT || mishap == CONFLICT_THEN_MORE || mishap == FAILS_AT_QUERY)
		r = db_exec(db, "INSERT INTO counter (name, value) VALUES ($1, $2)",
		            DB_ARGS(DB_TEXT("taken"), DB_INT(1)), err);
	if (mishap == CONFLICT_THEN_MORE && r == 0) /* first used behind a failure: must work later */
		r = db_exec(db, "UPDATE counter SET value = 5 WHERE name = $1", DB_ARGS(DB_TEXT(name)), err);
	if (mishap == NEW_STATEMENT_FAILS && r == 0)
		r = db_exec(db, "UPDATE counter SET nothing = 1", DB_NO_ARGS, err);
	if (mishap == FAILS_AT_QUERY && r == 0)
		r = db_query_int(db, "SELECT COUNT(*) FROM counter", DB_NO_ARGS, &value, err);
	return mishap == GIVES_UP ? fail(err, E_LIMIT, RETRY_NEVER, "unit gave up") : r;
}

static void check_units(struct store *store)
{
	static const struct {
		enum mishap mishap;
		int code;
	} units[] = {
	        {GOOD, 0},
	        {CONFLICT, E_CONFLICT},
	        {GOOD, 0},
	        {CONFLICT_THEN_MORE, E_CONFLICT},
	        {CONFLICT_THEN_MORE, E_CONFLICT},
	        {NEW_STATEMENT_FAILS, E_STORE},
	        {GIVES_UP, E_LIMIT},
	        {FAILS_AT_QUERY, E_CONFLICT},
	        {NEW_STATEMENT_FAILS, E_STORE},
	        {GOOD, 0},
	};
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct error err;

	set(db, "taken", 7);
	assert_ok(db_begin(db, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		char name[] = {(char)('a' + i), '\0'};
		int r;

		assert_ok(db_savepoint(db, &err), &err);
		err = (struct error){0};
		r = run_unit(db, units[i].mishap, name, &err);
		if (r >= 0)
			r = db_release(db, &err);
		assert_int_equal(r, units[i].code);
		if (r < 0)
			assert_ok(db_rollback_to(db, &err), &err);
	}
	assert_ok(db_commit(db, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		char name[] = {(char)('a' + i), '\0'};

		assert_int_equal(get(db, name), units[i].mishap == GOOD ? 1 : -1);
	}
	assert_int_equal(get(db, "taken"), 7);
	assert_ok(db_exec(db, "UPDATE counter SET value = 5 WHERE name = $1", DB_ARGS(DB_TEXT("a")), &err), &err);
}

static void a_failed_unit_harms_no_other(void **state UNUSED)
{
	test_store_each(check_units);
}

/* A failure before the savepoint is the transaction's, not the unit's. */
static void check_blame(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct error err;
	int r;

	set(db, "taken", 7);
	assert_ok(db_begin(db, &err), &err);
	r = db_exec(db, "INSERT INTO counter (name, value) VALUES ('taken', 1)", DB_NO_ARGS, &err);
	if (r == 0)
		r = db_savepoint(db, &err);
	assert_int_equal(r, E_CONFLICT);
	db_rollback(db);
	/* And one that nobody looked at fails the commit, which leaves no transaction. */
	assert_ok(db_begin(db, &err), &err);
	set(db, "lost", 1);
	r = db_exec(db, "INSERT INTO counter (name, value) VALUES ('taken', 1)", DB_NO_ARGS, &err);
	if (r == 0)
		r = db_commit(db, &err);
	else
		db_rollback(db);
	assert_int_equal(r, E_CONFLICT);
	assert_false(db_in_transaction(db));
	assert_int_equal(get(db, "lost"), -1);
}

static void a_failure_shows_no_later_than_at_the_commit(void **state UNUSED)
{
	test_store_each(check_blame);
}

static void check_many_queued(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	char *bytes CLEANUP(freep) = mem_new(KIB(64), 1);
	struct error err;
	int64_t count = 0;

	assert_ok(db_begin(db, &err), &err);
	for (int i = 0; i < 2000; i++)
		assert_ok(db_exec(db, "INSERT INTO raw (message_id, pieces, data) VALUES ($1, 1, $2)",
		                  DB_ARGS(DB_INT(i), DB_BLOB(str_new(bytes, i % 50 ? 10 : KIB(64)))), &err),
		          &err);
	assert_ok(db_commit(db, &err), &err);
	assert_ok(db_query_int(db, "SELECT COUNT(*) FROM raw", DB_NO_ARGS, &count, &err), &err);
	assert_int_equal(count, 2000);
}

static void a_long_transaction_is_stored_whole(void **state UNUSED)
{
	test_store_each(check_many_queued);
}

/* ---------------------------------------------------------------- ids and numbers */

#define ID_THREADS   4
#define ID_EACH      3000
#define ID_PROCESSES 2

struct id_job {
	struct store *store;
	int64_t ids[ID_EACH];
	pthread_t thread;
};

/* Ids in every situation: outside, inside, and in transactions that are undone whole or in part. */
static void *take_ids(void *arg)
{
	struct id_job *job = arg;
	struct db *db CLEANUP(db_closep) = connect_to(job->store);
	struct error err;

	for (int i = 0; i < ID_EACH; i++) {
		bool transaction = i % 500 < 300 && i % 50 == 0;
		int r = 0;

		while (transaction && (r = db_begin(db, &err)) == E_IN_USE)
			;
		must(r == 0);
		if (transaction && i % 100 == 0)
			must(db_savepoint(db, &err) == 0);
		while ((r = db_new_id(db, &job->ids[i], &err)) == E_IN_USE && !transaction)
			; /* SQLite's waiting isn't fair: on a busy machine one of eight may wait longer than it likes
			   */
		must(r == 0);
		must(i == 0 || job->ids[i] > job->ids[i - 1]);
		if (transaction && i % 100 == 0)
			must(db_rollback_to(db, &err) == 0);
		if (transaction && i % 150 == 0)
			db_rollback(db);
		else if (transaction)
			must(db_commit(db, &err) == 0);
	}
	return NULL;
}

static void take_ids_in_threads(struct store *store, struct id_job *jobs)
{
	for (int t = 0; t < ID_THREADS; t++) {
		jobs[t].store = store;
		must(pthread_create(&jobs[t].thread, NULL, take_ids, &jobs[t]) == 0);
	}
	for (int t = 0; t < ID_THREADS; t++)
		pthread_join(jobs[t].thread, NULL);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void check_ids(const char *url)
{
	struct id_job *jobs = mmap(NULL, ID_PROCESSES * ID_THREADS * sizeof *jobs, PROT_READ | PROT_WRITE,
	                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t *all CLEANUP(freep) = mem_new(ID_PROCESSES * ID_THREADS * ID_EACH, sizeof *all);
	struct store_options options = {.url = url, .create = true};
	pid_t children[ID_PROCESSES];
	size_t n = 0;

	assert_true(jobs != MAP_FAILED);
	for (int p = 0; p < ID_PROCESSES; p++) {
		children[p] = fork();
		if (children[p] == 0) { /* both make the store, too */
			struct store *store;
			struct error err;
			int r;

			while ((r = store_open(&options, &store, &err)) == E_IN_USE)
				; /* as below */
			if (r < 0)
				print_error("%s\n", err.text);
			must(r == 0);
			take_ids_in_threads(store, jobs + p * ID_THREADS);
			store_close(store);
			_exit(0);
		}
	}
	for (int p = 0; p < ID_PROCESSES; p++) {
		int status;

		assert_int_equal(waitpid(children[p], &status, 0), children[p]);
		assert_int_equal(status, 0);
	}
	for (int j = 0; j < ID_PROCESSES * ID_THREADS; j++)
		for (int i = 0; i < ID_EACH; i++)
			all[n++] = jobs[j].ids[i];
	qsort(all, n, sizeof *all, by_value);
	for (size_t i = 1; i < n; i++) {
		if (all[i - 1] >= all[i])
			print_error("%s: id %lld twice\n", url, (long long)all[i]);
		assert_true(all[i - 1] < all[i]);
	}
	assert_true(all[0] >= 1);
	munmap(jobs, ID_PROCESSES * ID_THREADS * sizeof *jobs);
}

static void ids_are_unique_over_threads_and_processes(void **state UNUSED)
{
	test_store_each_url(check_ids);
}

/* The block was reserved by a transaction that is undone; the ids went out. */
static void check_ids_after_rollback(struct store *store)
{
	for (int whole = 0; whole < 2; whole++) {
		struct db *db CLEANUP(db_closep) = connect_to(store), *other CLEANUP(db_closep) = connect_to(store);
		struct error err;
		int64_t a, b, c;

		assert_ok(db_begin(db, &err), &err);
		assert_ok(db_savepoint(db, &err), &err);
		assert_ok(db_new_id(db, &a, &err), &err);
		assert_ok(db_rollback_to(db, &err), &err);
		if (whole)
			db_rollback(db);
		else
			assert_ok(db_commit(db, &err), &err);
		assert_ok(db_new_id(other, &b, &err), &err);
		assert_ok(db_new_id(db, &c, &err), &err);
		assert_true(a < c && b != a && b != c);
		assert_true(b / DB_ID_BLOCK != a / DB_ID_BLOCK);
	}
}

static void ids_of_an_undone_transaction_are_not_given_again(void **state UNUSED)
{
	test_store_each(check_ids_after_rollback);
}

static void check_numbers(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct error err;
	int64_t number, want = 1;

	for (int i = 0; i < 12; i++) {
		assert_ok(db_begin(db, &err), &err);
		assert_ok(db_savepoint(db, &err), &err);
		assert_ok(db_next_number(db, STR("case/support/2026"), &number, &err), &err);
		assert_int_equal(number, want);
		if (i % 3 == 1)
			assert_ok(db_rollback_to(db, &err), &err);
		else
			assert_ok(db_release(db, &err), &err);
		if (i % 3 == 2)
			db_rollback(db);
		else
			assert_ok(db_commit(db, &err), &err);
		want += i % 3 == 0;
	}
	assert_ok(db_begin(db, &err), &err);
	assert_ok(db_next_number(db, STR("case/other/2026"), &number, &err), &err);
	assert_int_equal(number, 1);
}

static void numbers_have_no_gaps(void **state UNUSED)
{
	test_store_each(check_numbers);
}

/* ---------------------------------------------------------------- scripts */

static void check_script(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct error err;

	assert_int_equal(db_script(db, "CREATE TABLE x (id {IDD})", &err), E_INVALID);
	assert_int_equal(db_script(db, "CREATE TABLE x (id {ID", &err), E_INVALID);
	assert_int_equal(db_script(db, "CREATE TABLE x (id {ID});\n SELEKT  2", &err), E_STORE);
	assert_non_null(strstr(err.text, "SELEKT 2"));
	/* Within a transaction it is undone with it. */
	assert_ok(db_begin(db, &err), &err);
	assert_ok(
	        db_script(db, "CREATE TABLE y (id {ID} PRIMARY KEY, b {BLOB}); INSERT INTO y VALUES (1, NULL);", &err),
	        &err);
	db_rollback(db);
	assert_true(db_exec_count(db, "SELECT * FROM y", DB_NO_ARGS, &err) < 0);
}

static void a_script_is_part_of_the_transaction(void **state UNUSED)
{
	test_store_each(check_script);
}

static void unknown_urls_are_refused(void **state UNUSED)
{
	static const char *const cases[] = {"", "sqlite:", "mysql://u:secret@h/d", "/tmp/x.db",
	                                    "postgresql://u:secret@h:%%%/d"};
	struct db *db;
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(db_open(cases[i], &db, &err), E_INVALID);
		assert_null(strstr(err.text, "secret"));
		assert_non_null(strstr(err.text, "expected"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(values_come_back_as_they_went),
	        cmocka_unit_test(a_blob_of_5_mb_comes_back),
	        cmocka_unit_test(sums_and_counts_are_numbers),
	        cmocka_unit_test(a_value_may_be_null_first_and_a_number_later),
	        cmocka_unit_test(changed_rows_are_counted),
	        cmocka_unit_test(a_statement_may_run_inside_its_own_rows),
	        cmocka_unit_test(errors_say_what_they_are),
	        cmocka_unit_test(text_that_is_no_text_is_refused),
	        cmocka_unit_test(a_rolled_back_transaction_leaves_nothing),
	        cmocka_unit_test(a_failed_unit_harms_no_other),
	        cmocka_unit_test(a_failure_shows_no_later_than_at_the_commit),
	        cmocka_unit_test(a_long_transaction_is_stored_whole),
	        cmocka_unit_test(ids_are_unique_over_threads_and_processes),
	        cmocka_unit_test(ids_of_an_undone_transaction_are_not_given_again),
	        cmocka_unit_test(numbers_have_no_gaps),
	        cmocka_unit_test(a_script_is_part_of_the_transaction),
	        cmocka_unit_test(unknown_urls_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
