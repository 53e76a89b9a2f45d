/* SQLite's side of db.h: a file in WAL mode. */
#include "base/mem.h"
#include "store/by_address.h"
#include "store/db_driver.h"
#include "store/db_sqlite_error.h"
#include "store/search_rank.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

/* A blob of 90 KB takes 12 overflow pages of 8 KiB instead of 23 of 4 KiB: measured 10 to 25 % less CPU to write; small
 * rows don't care. */
#define PAGE_SIZE 8192

/* The WAL is copied into the file every 32 MiB, not every 8 as SQLite presets: pages that each batch changes (indexes)
 * are then copied once for many batches; measured 25 % less CPU for small rows, and 64 MiB brings no more. Opening
 * after a crash reads the WAL once. */
#define CHECKPOINT_PAGES 4096

#define DEFAULT_CACHE_KIB   2048
#define DEFAULT_PATIENCE_MS 10000

struct statement {
	struct db_rows rows;
	const char *sql; /* its address is the key */
	sqlite3_stmt *stmt;
	int *index; /* SQLite's number of $1, $2 …; it counts in the order in which they appear */
	size_t count;
	bool is_reading; /* handed out as rows */
	bool is_passing; /* not in the table: the one there was being read */
	bool has_ended;  /* db_next() came to the end: stepping on would begin again */
};

struct sqlite_db {
	struct db db;
	sqlite3 *conn;
	struct by_address statements;
	/* Ids were reserved by the open transaction (and savepoint), and have to be again when it is undone. */
	bool ids_in_transaction, ids_in_savepoint;
	bool defers; /* commits without fsync: whoever opened it flushes the log */
};

static struct sqlite_db *sqlite_of(struct db *db)
{
	return (struct sqlite_db *)db;
}

static int failed(struct sqlite_db *s, int rc, const char *sql, struct error *err)
{
	struct error own;
	int r = sqlite_fail(s->conn, s->db.name, rc, sql, &own);

	/* A full disk or a failed write undoes the whole transaction, not the statement alone. */
	if (s->db.in_transaction && sqlite3_get_autocommit(s->conn))
		db_set_lost(&s->db, &own);
	if (err)
		*err = own;
	return r;
}

/* ---------------------------------------------------------------- statements, prepared once */

static void free_statement(struct statement *st)
{
	sqlite3_finalize(st->stmt);
	free(st->index);
	free(st);
}

static int number_values(struct statement *st)
{
	int known = sqlite3_bind_parameter_count(st->stmt);

	st->index = mem_new((size_t)known, sizeof *st->index);
	for (int i = 1; i <= known; i++) {
		const char *name = sqlite3_bind_parameter_name(st->stmt, i);
		uint64_t number;

		if (!name || name[0] != '$' || !str_to_uint(str_of(name + 1), (uint64_t)known, &number) || !number)
			return -1;
		st->index[number - 1] = i;
	}
	st->count = (size_t)known;
	return 0;
}

static int prepare(struct sqlite_db *s, const char *sql, bool passing, struct statement **ret_statement,
                   struct error *err)
{
	struct statement *st = mem_new(1, sizeof *st);
	int rc = sqlite3_prepare_v3(s->conn, sql, -1, passing ? 0 : SQLITE_PREPARE_PERSISTENT, &st->stmt, NULL);

	st->rows.db = &s->db;
	st->sql = sql;
	st->is_passing = passing;
	if (rc == SQLITE_OK && st->stmt && number_values(st) == 0) {
		*ret_statement = st;
		return 0;
	}
	free_statement(st);
	if (rc != SQLITE_OK)
		return failed(s, rc, sql, err);
	return fail(err, E_INVALID, RETRY_NEVER, "statement must use $1, $2 … without a gap: %.100s", sql);
}

static int find_statement(struct sqlite_db *s, const char *sql, struct statement **ret_statement, struct error *err)
{
	struct statement *st = by_address_get(&s->statements, sql);
	int r;

	if (st) {
		/* A text that changed under its address would run another's statement. */
		must(strcmp(sqlite3_sql(st->stmt), sql) == 0);
		if (st->is_reading)
			return prepare(s, sql, true, ret_statement, err);
		*ret_statement = st;
		return 0;
	}
	r = prepare(s, sql, false, ret_statement, err);
	if (r == 0)
		by_address_add(&s->statements, sql, *ret_statement);
	return r;
}

static void finish(struct statement *st)
{
	sqlite3_reset(st->stmt);
	st->is_reading = false;
	if (st->is_passing)
		free_statement(st);
}

static int bind_one(sqlite3_stmt *stmt, int at, const struct db_value *v, sqlite3_destructor_type lifetime)
{
	switch (v->type) {
	case DB_TYPE_INT:
		return sqlite3_bind_int64(stmt, at, v->i);
	case DB_TYPE_TEXT:
		return sqlite3_bind_text64(stmt, at, v->s.p ? v->s.p : "", v->s.n, lifetime, SQLITE_UTF8);
	case DB_TYPE_BLOB:
		return sqlite3_bind_blob64(stmt, at, v->s.p ? v->s.p : "", v->s.n, lifetime);
	case DB_TYPE_NULL:
		break;
	}
	return sqlite3_bind_null(stmt, at);
}

static int bind(struct sqlite_db *s, struct statement *st, const struct db_value *values, size_t n,
                sqlite3_destructor_type lifetime, struct error *err)
{
	char excerpt[DB_EXCERPT_LEN + 1];

	if (n != st->count) {
		db_excerpt(st->sql, excerpt);
		return fail(err, E_INVALID, RETRY_NEVER, "statement takes %zu values, got %zu: %s", st->count, n,
		            excerpt);
	}
	for (size_t i = 0; i < n; i++) {
		int rc = bind_one(st->stmt, st->index[i], &values[i], lifetime);
		if (rc != SQLITE_OK)
			return failed(s, rc, st->sql, err);
	}
	return 0;
}

static int sqlite_exec(struct db *db, const char *sql, const struct db_value *values, size_t n, int64_t *ret_changed,
                       struct error *err)
{
	struct sqlite_db *s = sqlite_of(db);
	struct statement *st;
	int r, rc;

	r = find_statement(s, sql, &st, err);
	if (r < 0)
		return r;
	r = bind(s, st, values, n, SQLITE_STATIC, err);
	if (r == 0) {
		while ((rc = sqlite3_step(st->stmt)) == SQLITE_ROW)
			;
		if (rc != SQLITE_DONE)
			r = failed(s, rc, sql, err);
		else if (ret_changed)
			*ret_changed = sqlite3_changes64(s->conn);
	}
	finish(st);
	return r;
}

/* ---------------------------------------------------------------- rows */

static int sqlite_query(struct db *db, const char *sql, const struct db_value *values, size_t n,
                        struct db_rows **ret_rows, struct error *err)
{
	struct sqlite_db *s = sqlite_of(db);
	struct statement *st;
	int r;

	r = find_statement(s, sql, &st, err);
	if (r < 0)
		return r;
	r = bind(s, st, values, n, SQLITE_TRANSIENT, err);
	if (r < 0) {
		finish(st);
		return r;
	}
	st->is_reading = true;
	st->has_ended = false;
	*ret_rows = &st->rows;
	return 0;
}

static int sqlite_next(struct db_rows *rows, struct error *err)
{
	struct statement *st = (struct statement *)rows;
	int rc;

	if (st->has_ended)
		return 0;
	rc = sqlite3_step(st->stmt);
	if (rc == SQLITE_ROW)
		return 1;
	st->has_ended = true;
	return rc == SQLITE_DONE ? 0 : failed(sqlite_of(rows->db), rc, st->sql, err);
}

/* SQLite would turn a number into text and back; PostgreSQL doesn't, so it is a mistake on both. */
static int64_t sqlite_col_int(struct db_rows *rows, int column)
{
	sqlite3_stmt *stmt = ((struct statement *)rows)->stmt;
	int type = sqlite3_column_type(stmt, column);

	must(type != SQLITE_TEXT && type != SQLITE_BLOB);
	return sqlite3_column_int64(stmt, column);
}

static struct str sqlite_col_str(struct db_rows *rows, int column)
{
	sqlite3_stmt *stmt = ((struct statement *)rows)->stmt;
	int type = sqlite3_column_type(stmt, column);
	const void *p;

	must(type != SQLITE_INTEGER && type != SQLITE_FLOAT);
	if (type == SQLITE_NULL)
		return STR_NULL;
	p = sqlite3_column_blob(stmt, column);
	return str_new(p ? p : "", (size_t)sqlite3_column_bytes(stmt, column));
}

static bool sqlite_col_is_null(struct db_rows *rows, int column)
{
	return sqlite3_column_type(((struct statement *)rows)->stmt, column) == SQLITE_NULL;
}

static void sqlite_rows_free(struct db_rows *rows)
{
	finish((struct statement *)rows);
}

/* ---------------------------------------------------------------- ids */

/* With one writer at a time, a block can't be reserved beside the transaction that is open: the reservation is part of
 * it, and when it is undone while the ids went out, the mark is set again. */
static int raise_mark(struct sqlite_db *s, struct error *err)
{
	return sqlite_exec(&s->db, "UPDATE id_block SET next = $1 WHERE next < $1", DB_ARGS(DB_INT(s->db.id_end)), NULL,
	                   err);
}

static int take_block(struct db *db, int64_t *ret_first, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int64_t end;
	int r = sqlite_query(db, "UPDATE id_block SET next = next + $1 RETURNING next", DB_ARGS(DB_INT(DB_ID_BLOCK)),
	                     &rows, err);

	if (r < 0)
		return r;
	r = sqlite_next(rows, err);
	if (r < 0)
		return r;
	if (r == 0)
		return fail(err, E_STORE, RETRY_NEVER, "store %s: table id_block is empty", db->name);
	end = sqlite_col_int(rows, 0);
	r = sqlite_next(rows, err); /* to the end: only there is it committed */
	if (r < 0)
		return r;
	*ret_first = end - DB_ID_BLOCK;
	return 0;
}

/* A reservation alone needs no fsync: whatever is stored with its ids is synced after it, and syncs it along. */
static int sqlite_take_ids(struct db *db, int64_t *ret_first, struct error *err)
{
	struct sqlite_db *s = sqlite_of(db);
	int r;

	if (db->in_transaction) {
		r = take_block(db, ret_first, err);
		s->ids_in_transaction |= r == 0;
		s->ids_in_savepoint |= r == 0 && db->in_savepoint;
		return r;
	}
	sqlite3_exec(s->conn, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
	r = take_block(db, ret_first, err);
	if (!s->defers)
		sqlite3_exec(s->conn, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	return r;
}

/* ---------------------------------------------------------------- transactions */

static int sqlite_begin(struct db *db, struct error *err)
{
	return sqlite_exec(db, "BEGIN IMMEDIATE", DB_NO_ARGS, NULL, err);
}

static void sqlite_rollback(struct db *db)
{
	struct sqlite_db *s = sqlite_of(db);

	if (!sqlite3_get_autocommit(s->conn))
		(void)!sqlite_exec(db, "ROLLBACK", DB_NO_ARGS, NULL, NULL);
	/* Another process may have come in between; it then has the same block, and only ids that left the undone
	 * transaction by hand could meet it. db_begin() keeps a block in reserve, so that this is rare. */
	if (s->ids_in_transaction) {
		(void)!raise_mark(s, NULL);
		db->id_next = db->id_end;
	}
	s->ids_in_transaction = s->ids_in_savepoint = false;
}

static int sqlite_commit(struct db *db, struct error *err)
{
	struct sqlite_db *s = sqlite_of(db);
	int r = sqlite_exec(db, "COMMIT", DB_NO_ARGS, NULL, err);

	if (r < 0)
		sqlite_rollback(db);
	s->ids_in_transaction = s->ids_in_savepoint = false;
	return r;
}

static int sqlite_step(struct db *db, enum db_step step, struct error *err)
{
	struct sqlite_db *s = sqlite_of(db);
	bool reserve_again = step == DB_ROLLBACK_TO && s->ids_in_savepoint;
	int r = 0;

	s->ids_in_savepoint = false;
	if (step == DB_SAVEPOINT)
		return sqlite_exec(db, "SAVEPOINT unit", DB_NO_ARGS, NULL, err);
	if (step == DB_ROLLBACK_TO)
		r = sqlite_exec(db, "ROLLBACK TO unit", DB_NO_ARGS, NULL, err);
	if (r == 0)
		r = sqlite_exec(db, "RELEASE unit", DB_NO_ARGS, NULL, err);
	return r == 0 && reserve_again ? raise_mark(s, err) : r;
}

static int sqlite_script(struct db *db, const char *sql, struct error *err)
{
	struct sqlite_db *s = sqlite_of(db);

	while (*sql) {
		sqlite3_stmt *stmt = NULL;
		const char *rest = NULL;
		int rc = sqlite3_prepare_v2(s->conn, sql, -1, &stmt, &rest);
		int r;

		while (rc == SQLITE_OK && stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
			rc = SQLITE_OK;
		r = rc == SQLITE_OK || rc == SQLITE_DONE ? 0 : failed(s, rc, sql, err);
		sqlite3_finalize(stmt);
		if (r < 0)
			return r;
		sql = rest;
	}
	return 0;
}

/* The WAL, by a descriptor of our own: fdatasync is about the file, not about who wrote. It is there since the first
 * commit, and stays the same file as long as a connection is open. */
static int sqlite_open_log(struct db *db, int *ret_fd, struct error *err)
{
	struct sqlite_db *s = sqlite_of(db);
	const char *path = sqlite3_filename_wal(sqlite3_db_filename(s->conn, "main"));
	int fd;

	if (!s->defers)
		return 0;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(err, errno, "store %s: can't open its log %s", db->name, path);
	*ret_fd = fd;
	return 0;
}

/* ---------------------------------------------------------------- open and close */

static void sqlite_close(struct db *db)
{
	struct sqlite_db *s = sqlite_of(db);

	for (size_t i = 0; i < s->statements.size; i++)
		if (s->statements.entries[i].key)
			free_statement(s->statements.entries[i].value);
	by_address_done(&s->statements);
	sqlite3_close_v2(s->conn);
	free(db->name);
	free(s);
}

static const struct db_ops sqlite_ops = {
        .kind = DB_SQLITE,
        .id_type = "INTEGER",
        .blob_type = "BLOB",
        .clustered = "WITHOUT ROWID",
        .bookkeeping = "CREATE TABLE IF NOT EXISTS schema_migration ("
                       " version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL);"
                       "CREATE TABLE IF NOT EXISTS id_block (next BIGINT NOT NULL);"
                       "INSERT INTO id_block SELECT 1 WHERE NOT EXISTS (SELECT * FROM id_block);",
        .close = sqlite_close,
        .exec = sqlite_exec,
        .query = sqlite_query,
        .script = sqlite_script,
        .begin = sqlite_begin,
        .commit = sqlite_commit,
        .rollback = sqlite_rollback,
        .step = sqlite_step,
        .take_ids = sqlite_take_ids,
        .open_log = sqlite_open_log,
        .next = sqlite_next,
        .col_int = sqlite_col_int,
        .col_str = sqlite_col_str,
        .col_is_null = sqlite_col_is_null,
        .rows_free = sqlite_rows_free,
};

static int set_pragma(struct sqlite_db *s, const char *name, int value, struct error *err)
{
	char sql[80];
	int rc;

	snprintf(sql, sizeof sql, "PRAGMA %s = %d", name, value);
	rc = sqlite3_exec(s->conn, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : failed(s, rc, sql, err);
}

static int set_wal(struct sqlite_db *s, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(s->conn, "PRAGMA journal_mode = WAL", -1, &stmt, NULL);
	bool is_wal = false;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		is_wal = strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") == 0;
	sqlite3_finalize(stmt);
	if (rc != SQLITE_ROW)
		return failed(s, rc, "PRAGMA journal_mode = WAL", err);
	if (!is_wal)
		return fail(err, E_STORE, RETRY_NEVER,
		            "store %s: its file system has no shared memory for SQLite's WAL (NFS?): put the store on "
		            "a local disk",
		            s->db.name);
	return 0;
}

static int set_up(struct sqlite_db *s, const struct db_open_options *options, struct error *err)
{
	const struct {
		const char *name;
		int value;
	} pragmas[] = {
	        {"synchronous", s->defers ? 1 : 2}, /* NORMAL: fsync at checkpoints alone; FULL: at every commit */
	        {"foreign_keys", 1},
	        {"mmap_size", 0}, /* a damaged disk is an error code, not a SIGBUS */
	        {"cache_size", -(options->cache_kib ? options->cache_kib : DEFAULT_CACHE_KIB)},
	        {"temp_store", 2}, /* memory */
	        {"wal_autocheckpoint", CHECKPOINT_PAGES},
	        /* A WAL that one large transaction made long is cut at the next checkpoint. */
	        {"journal_size_limit", 2 * CHECKPOINT_PAGES * PAGE_SIZE},
	};
	int r;

	sqlite3_busy_timeout(s->conn, options->patience_ms ? options->patience_ms : DEFAULT_PATIENCE_MS);
	r = set_pragma(s, "page_size", PAGE_SIZE, err);
	if (r == 0 && sqlite3_db_readonly(s->conn, "main") == 1)
		r = failed(s, SQLITE_READONLY, "PRAGMA", err);
	if (r == 0)
		r = set_wal(s, err);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(pragmas); i++)
		r = set_pragma(s, pragmas[i].name, pragmas[i].value, err);
	return r;
}

/* Without SQLite's count of the memory it uses, which nobody reads and which takes a lock for every allocation. */
static void spare_statistics(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int db_sqlite_open(const char *path, const struct db_open_options *options, struct db **ret_db, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct sqlite_db *s;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	struct stat st;
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int rc, r;

	pthread_once(&once, spare_statistics);
	if (!options->create && stat(path, &st) < 0 && errno == ENOENT)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "store %s does not exist: `hauspost apply FILE` makes it",
		            path);
	s = mem_new(1, sizeof *s);
	db = &s->db;
	s->db.ops = &sqlite_ops;
	s->db.name = mem_strdup(path);
	s->defers = options->defers;
	rc = sqlite3_open_v2(path, &s->conn, flags | (options->create ? SQLITE_OPEN_CREATE : 0), NULL);
	if (rc == SQLITE_OK)
		rc = search_rank_define(s->conn);
	if (rc != SQLITE_OK)
		return failed(s, rc, "open", err);
	r = set_up(s, options, err);
	if (r < 0)
		return r;
	*ret_db = take(db);
	return 0;
}
