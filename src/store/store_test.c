/* The store as a whole: opening, migrating, and what stands in the way of it. */
#include "store/db_driver.h"
#include "store/migrate.h"
#include "store/test_store.h"

#include "base/file.h"
#include "base/mem.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"

static struct store *open_store(const char *url)
{
	struct store *store = NULL;
	struct error err;

	assert_ok(store_open(&(struct store_options){.url = url, .create = true}, &store, &err), &err);
	return store;
}

static struct db *open_db(const char *url)
{
	struct db *db = NULL;
	struct error err;

	assert_ok(db_open_with(url, &(struct db_open_options){.create = true}, &db, &err), &err);
	return db;
}

static void has(const struct error *err, const char *part)
{
	must(part);
	if (!strstr(err->text, part))
		print_error("\"%s\" is not in: %s\n", part, err->text);
	assert_non_null(strstr(err->text, part));
}

/* ---------------------------------------------------------------- the schema */

static void check_reopen(const char *url)
{
	struct store_options options = {.url = url};
	struct store *store;
	struct error err = {0};

	assert_int_equal(store_open(&options, &store, &err), E_NOT_FOUND);
	assert_int_equal(err.retry, RETRY_NEVER);
	has(&err, "hauspost apply");
	store = open_store(url);
	assert_string_equal(store_url(store), url);
	store_close(store);
	assert_ok(store_open(&options, &store, &err), &err);
	store_close(store);
}

static void a_store_is_made_only_when_asked_to(void **state UNUSED)
{
	test_store_each_url(check_reopen);
}

static void check_newer(const char *url)
{
	struct store_options options = {.url = url, .create = true};
	struct store *store;
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err = {0};
	char want[100];

	store_close(open_store(url));
	db = open_db(url);
	assert_ok(db_exec(db, "INSERT INTO schema_migration (version, name, applied_at) VALUES (9012, 'later', 0)",
	                  DB_NO_ARGS, &err),
	          &err);
	assert_int_equal(store_open(&options, &store, &err), E_STORE);
	assert_int_equal(err.retry, RETRY_NEVER);
	snprintf(want, sizeof want, "has schema 9012, this program knows %d: install a newer hauspost",
	         store_schema_version());
	has(&err, want);
	has(&err, db->name);
}

static void a_newer_store_is_refused(void **state UNUSED)
{
	test_store_each_url(check_newer);
}

static const struct migration three[] = {
        {1, "one", "CREATE TABLE one (id {ID} PRIMARY KEY)"},
        {2, "two", "CREATE TABLE two (id {ID} PRIMARY KEY); INSERT INTO one VALUES (1)"},
        {3, "three", "CREATE TABLE three (id {ID} PRIMARY KEY); INSERT INTO nowhere VALUES (1)"},
};

static int64_t number(struct db *db, const char *sql)
{
	struct error err;
	int64_t value = -1;

	assert_ok(db_query_int(db, sql, DB_NO_ARGS, &value, &err), &err);
	return value;
}

static void check_steps(const char *url)
{
	struct db *db CLEANUP(db_closep) = open_db(url);
	struct error err = {0};

	assert_ok(store_migrate(db, three, 1, true, &err), &err);
	assert_int_equal(store_migrate(db, three, 2, false, &err), E_STORE);
	has(&err, "has schema 1, this program needs 2");
	assert_ok(store_migrate(db, three, 2, true, &err), &err);
	assert_ok(store_migrate(db, three, 2, false, &err), &err);
	assert_int_equal(number(db, "SELECT COUNT(*) FROM one"), 1);
	assert_int_equal(number(db, "SELECT COUNT(*) FROM schema_migration WHERE applied_at > 1000000000000"), 2);
	/* A step that fails is undone as a whole and said by its name. */
	assert_int_equal(store_migrate(db, three, 3, true, &err), E_STORE);
	has(&err, "migration 3 (three)");
	has(&err, "nowhere");
	assert_int_equal(number(db, "SELECT MAX(version) FROM schema_migration"), 2);
	assert_int_equal(store_migrate(db, three, 3, true, &err), E_STORE);
	has(&err, "nowhere"); /* not: table three is there already */
}

static void each_migration_is_one_transaction(void **state UNUSED)
{
	test_store_each_url(check_steps);
}

static void check_empty(const char *url)
{
	struct db *db CLEANUP(db_closep) = open_db(url);
	struct error err = {0};
	int64_t version = -1;

	assert_int_equal(store_migrate(db, three, 3, true, &err), E_STORE);
	has(&err, "migration 3 (three)");
	assert_ok(store_schema_found(db, &version, &err), &err);
	assert_int_equal(version, 0);
	assert_ok(store_migrate(db, three, 2, true, &err), &err);
	assert_int_equal(number(db, "SELECT COUNT(*) FROM schema_migration"), 2);
}

static void an_empty_store_gets_all_or_nothing(void **state UNUSED)
{
	test_store_each_url(check_empty);
}

/* ---------------------------------------------------------------- places that can't be a store */

static void check_bad_place(const char *path, bool create, int code, const char *part)
{
	struct store *store;
	struct error err = {0};
	char url[200];

	snprintf(url, sizeof url, "sqlite:%s", path);
	assert_int_equal(store_open(&(struct store_options){.url = url, .create = create}, &store, &err), code);
	has(&err, part);
	has(&err, path);
}

static void a_place_that_is_no_store_is_named(void **state UNUSED)
{
	char path[100], damaged[100];
	struct error err;

	check_bad_place("/nowhere/at/all.db", true, E_STORE, "folder /nowhere/at does not exist");
	check_bad_place("/nowhere/at/all.db", false, E_NOT_FOUND, "does not exist");
	check_bad_place("/tmp", true, E_STORE, "/tmp");
	snprintf(path, sizeof path, "%s/letter", test_store_folder());
	assert_ok(file_write(path,
	                     STR("Dear Sir or Madam, this is a letter, and it is long enough for a header of one "
	                         "hundred bytes, is it not?"),
	                     0600, &err),
	          &err);
	check_bad_place(path, true, E_STORE, "is not a store");
	snprintf(damaged, sizeof damaged, "%s/damaged.db", test_store_folder());
	snprintf(path, sizeof path, "sqlite:%s", damaged);
	store_close(open_store(path));
	assert_int_equal(truncate(damaged, 8192), 0);
	check_bad_place(damaged, true, E_STORE, "is damaged");
}

/* As another user, who may read but not write: root may do anything. */
static void in_a_child(void (*test)(const char *path), const char *path)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (geteuid() == 0)
			must(setgid(65534) == 0 && setuid(65534) == 0);
		test(path);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void expect_refusal(const char *path)
{
	struct store *store;
	struct error err = {0};
	char url[200];

	snprintf(url, sizeof url, "sqlite:%s", path);
	must(store_open(&(struct store_options){.url = url, .create = true}, &store, &err) == E_STORE);
	must(err.retry == RETRY_NEVER);
	if (!strstr(err.text, path) || !(strstr(err.text, "read-only") || strstr(err.text, "may not")))
		print_error("%s\n", err.text);
	must(strstr(err.text, path) && (strstr(err.text, "read-only") || strstr(err.text, "may not")));
}

static void a_store_that_may_not_be_written_is_named(void **state UNUSED)
{
	static const struct {
		mode_t file, folder;
	} cases[] = {{0444, 0777}, {0666, 0555}, {0444, 0555}, {0000, 0777}, {0666, 0000}};
	char folder[80], path[100], url[120];

	snprintf(folder, sizeof folder, "%s/locked", test_store_folder());
	assert_int_equal(mkdir(folder, 0777), 0);
	snprintf(path, sizeof path, "%s/x.db", folder);
	snprintf(url, sizeof url, "sqlite:%s", path);
	store_close(open_store(url));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(chmod(path, cases[i].file), 0);
		assert_int_equal(chmod(folder, cases[i].folder), 0);
		in_a_child(expect_refusal, path);
		assert_int_equal(chmod(folder, 0777), 0);
	}
}

static void a_store_that_another_process_holds_is_in_use(void **state UNUSED)
{
	const char *url = test_store_url(DB_SQLITE);
	struct db *holder CLEANUP(db_closep) = NULL, *db CLEANUP(db_closep) = NULL;
	struct error err = {0};

	store_close(open_store(url));
	holder = open_db(url);
	assert_ok(db_begin(holder, &err), &err);
	assert_ok(db_open_with(url, &(struct db_open_options){.patience_ms = 50}, &db, &err), &err);
	assert_int_equal(db_begin(db, &err), E_IN_USE);
	assert_int_equal(err.retry, RETRY_LATER);
	has(&err, "is in use by another process");
	has(&err, url + strlen("sqlite:"));
	assert_false(db_in_transaction(db));
	db_rollback(holder);
	assert_ok(db_begin(db, &err), &err);
}

static void a_server_that_is_not_there_is_tried_again_later(void **state UNUSED)
{
	struct store *store;
	struct error err = {0};

	assert_int_equal(
	        store_open(&(struct store_options){.url = "postgresql://user:geheim@/x?host=/nowhere"}, &store, &err),
	        E_STORE);
	assert_int_equal(err.retry, RETRY_LATER);
	has(&err, "postgresql:///nowhere/x");
	assert_null(strstr(err.text, "geheim"));
}

/* ---------------------------------------------------------------- a full disk */

static int fill(struct db *db, struct error *err)
{
	char *bytes CLEANUP(freep) = mem_new(KIB(64), 1);
	int r = db_begin(db, err);

	for (int i = 0; r == 0 && i < 200; i++)
		r = db_exec(db, "INSERT INTO raw (message_id, pieces, data) VALUES ($1, 1, $2)",
		            DB_ARGS(DB_INT(i), DB_BLOB(str_new(bytes, KIB(64)))), err);
	if (r == 0)
		return db_commit(db, err);
	/* Nothing is written outside the transaction that is gone. */
	if (db_is_sound(db, &(struct error){0}))
		must(db_in_transaction(db));
	else
		must(db_exec(db, "INSERT INTO counter (name, value) VALUES ('after', 1)", DB_NO_ARGS, NULL) < 0);
	db_rollback(db);
	return r;
}

/* RLIMIT_FSIZE makes the file system "full" at 4 MB for this process; the signal that comes with it is ignored. */
static void expect_full_disk(const char *path)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct rlimit limit = {MIB(4), MIB(4)};
	struct error err = {0};
	int64_t count = -1;
	char url[200];

	signal(SIGXFSZ, SIG_IGN);
	must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	snprintf(url, sizeof url, "sqlite:%s", path);
	must(db_open(url, &db, &err) == 0);
	must(fill(db, &err) == E_STORE);
	must(err.retry == RETRY_LATER);
	must(strstr(err.text, path) != NULL);
	must(db_query_int(db, "SELECT COUNT(*) FROM raw", DB_NO_ARGS, &count, &err) == 1 && count == 0);
	must(db_query_int(db, "SELECT COUNT(*) FROM counter", DB_NO_ARGS, &count, &err) == 1 && count == 0);
	must(db_exec(db, "INSERT INTO counter (name, value) VALUES ('small', 1)", DB_NO_ARGS, &err) == 0);
}

static void a_write_that_fails_undoes_the_transaction_and_passes(void **state UNUSED)
{
	const char *url = test_store_url(DB_SQLITE), *path = url + strlen("sqlite:");
	pid_t pid;
	int status;

	store_close(open_store(url));
	pid = fork();
	if (pid == 0) {
		expect_full_disk(path);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void a_full_disk_is_said(void **state UNUSED)
{
	const char *url = test_store_url(DB_SQLITE);
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err = {0};
	struct db_rows *rows;

	store_close(open_store(url));
	db = open_db(url);
	assert_ok(db_query(db, "PRAGMA max_page_count = 300", DB_NO_ARGS, &rows, &err), &err);
	assert_int_equal(db_next(rows, &err), 1);
	db_rows_free(rows);
	assert_int_equal(fill(db, &err), E_STORE);
	assert_int_equal(err.retry, RETRY_LATER);
	has(&err, "no space left");
	has(&err, test_store_folder());
	assert_int_equal(number(db, "SELECT COUNT(*) FROM raw"), 0);
	assert_ok(db_exec(db, "INSERT INTO counter (name, value) VALUES ('small', 1)", DB_NO_ARGS, &err), &err);
}

/* ---------------------------------------------------------------- crashes and lost connections */

static void crash_between_commits(const char *url)
{
	struct db *db = open_db(url);
	struct error err;

	for (int i = 0; i < 10; i++) {
		char name[] = {(char)('a' + i), '\0'};

		must(db_begin(db, &err) == 0);
		must(db_exec(db, "INSERT INTO counter (name, value) VALUES ($1, 0)", DB_ARGS(DB_TEXT(name)), &err) ==
		     0);
		if (i == 7)
			_exit(99);
		must(db_commit(db, &err) == 0);
	}
}

static void check_crash(const char *url)
{
	struct db *db CLEANUP(db_closep) = NULL;
	pid_t pid;
	int status;

	store_close(open_store(url));
	pid = fork();
	if (pid == 0)
		crash_between_commits(url);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 99);
	db = open_db(url);
	assert_int_equal(number(db, "SELECT COUNT(*) FROM counter"), 7);
}

static void what_was_committed_survives_a_crash(void **state UNUSED)
{
	test_store_each_url(check_crash);
}

static void cut(struct db *other)
{
	struct error err;

	assert_true(db_exec_count(other,
	                          "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
	                          " WHERE pid <> pg_backend_pid() AND datname = current_database()",
	                          DB_NO_ARGS, &err) >= 0);
}

static void insert(struct db *db, const char *name, int want)
{
	struct error err;

	assert_int_equal(db_exec(db, "INSERT INTO counter (name, value) VALUES ($1, 0)", DB_ARGS(DB_TEXT(name)), &err),
	                 want);
}

static void a_lost_connection_passes_at_the_next_transaction(void **state UNUSED)
{
	const char *url = test_store_url(DB_POSTGRESQL);
	struct db *db CLEANUP(db_closep) = NULL, *other CLEANUP(db_closep) = NULL;
	struct error err = {0};

	if (!url)
		skip();
	store_close(open_store(url));
	db = open_db(url);
	other = open_db(url);
	for (int i = 0; i < 3; i++) {
		char name[] = {(char)('a' + i), '\0'};

		/* In the middle of a transaction: it fails as a whole and says that it passes. */
		assert_ok(db_begin(db, &err), &err);
		insert(db, name, 0);
		assert_ok(db_savepoint(db, &err), &err);
		cut(other);
		insert(db, "x", 0);
		assert_int_equal(db_release(db, &err), E_STORE);
		assert_int_equal(err.retry, RETRY_LATER);
		has(&err, "connection lost");
		assert_int_equal(db_rollback_to(db, &err), E_STORE);
		insert(db, "y", E_STORE);
		assert_int_equal(db_commit(db, &err), E_STORE);
		assert_int_equal(err.retry, RETRY_LATER);
		/* The next one has a new connection, and its statements are prepared again. */
		assert_ok(db_begin(db, &err), &err);
		insert(db, name, 0);
		assert_ok(db_commit(db, &err), &err);
		/* Cut while idle: nobody notices. */
		cut(other);
		assert_int_equal(number(db, "SELECT COUNT(*) FROM counter"), i + 1);
		cut(other);
		assert_ok(db_begin(db, &err), &err);
		assert_ok(db_commit(db, &err), &err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_store_is_made_only_when_asked_to),
	        cmocka_unit_test(a_newer_store_is_refused),
	        cmocka_unit_test(each_migration_is_one_transaction),
	        cmocka_unit_test(an_empty_store_gets_all_or_nothing),
	        cmocka_unit_test(a_place_that_is_no_store_is_named),
	        cmocka_unit_test(a_store_that_may_not_be_written_is_named),
	        cmocka_unit_test(a_store_that_another_process_holds_is_in_use),
	        cmocka_unit_test(a_server_that_is_not_there_is_tried_again_later),
	        cmocka_unit_test(a_write_that_fails_undoes_the_transaction_and_passes),
	        cmocka_unit_test(a_full_disk_is_said),
	        cmocka_unit_test(what_was_committed_survives_a_crash),
	        cmocka_unit_test(a_lost_connection_passes_at_the_next_transaction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
