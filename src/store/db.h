/* One connection to the store, whichever database it is: SQLite (a file) or PostgreSQL. SQL is written once, in the
 *subset both speak: $1 placeholders, BIGINT / TEXT / BYTEA columns, ON CONFLICT, no RETURNING (ids come from
 *db_new_id()), times as Unix ms.
 *
 *	if (db_exec(db, "UPDATE ledger SET state = $2 WHERE id = $1", DB_ARGS(DB_INT(id), DB_TEXT(state)), err) < 0) …
 *
 *	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
 *	if (db_query(db, "SELECT id, subject FROM message WHERE case_id = $1 ORDER BY id", DB_ARGS(DB_INT(c)), &rows,
 *err) < 0) … while ((r = db_next(rows, err)) > 0) show(db_col_int(rows, 0), db_col_str(rows, 1));
 *
 * The SQL text must be a string constant: statements are prepared once per connection and found again by its address. A
 *connection belongs to one thread at a time. Errors: E_STORE (RETRY_LATER where the database may recover: busy, disk
 *full, connection lost), E_CONFLICT for a violated uniqueness, E_IN_USE when SQLite stays locked for 10 s. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/error.h"
#include "base/str.h"

struct db;
struct db_rows;

enum db_kind { DB_SQLITE, DB_POSTGRESQL };

enum db_type { DB_TYPE_NULL, DB_TYPE_INT, DB_TYPE_TEXT, DB_TYPE_BLOB };

struct db_value {
	enum db_type type;
	int64_t i;
	struct str s; /* borrowed until the call returns */
};

/* clang-format off */
#define DB_INT(v)   ((struct db_value){.type = DB_TYPE_INT, .i = (int64_t)(v)})
#define DB_STR(v)   ((struct db_value){.type = DB_TYPE_TEXT, .s = (v)})           /* struct str; must be UTF-8 without NUL */
#define DB_TEXT(v)  ((struct db_value){.type = DB_TYPE_TEXT, .s = str_of(v)})     /* const char * */
#define DB_BLOB(v)  ((struct db_value){.type = DB_TYPE_BLOB, .s = (v)})
#define DB_NULL     ((struct db_value){.type = DB_TYPE_NULL})
#define DB_ARGS(...) (const struct db_value[]){__VA_ARGS__}, sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
#define DB_NO_ARGS  NULL, 0
/* clang-format on */

/* `url` is "sqlite:PATH" or "postgresql://…" (libpq's form). SQLite: WAL, synchronous FULL, foreign keys on. Not
 * migrated: see store.h. */
int db_open(const char *url, struct db **ret_db, struct error *err) NODISCARD;
void db_close(struct db *db);
DEFINE_CLEANUP(struct db *, db_close)

enum db_kind db_kind(const struct db *db);

/* Runs a statement. On PostgreSQL inside a transaction it is only queued (pipeline mode): a fault shows at the next
 * db_query(), db_exec_count(), db_savepoint…, db_commit(). */
int db_exec(struct db *db, const char *sql, const struct db_value *values, size_t n, struct error *err) NODISCARD;

/* As above, waits, and returns the number of rows changed. */
int64_t db_exec_count(struct db *db, const char *sql, const struct db_value *values, size_t n,
                      struct error *err) NODISCARD;

int db_query(struct db *db, const char *sql, const struct db_value *values, size_t n, struct db_rows **ret_rows,
             struct error *err) NODISCARD;

/* 1 and a row, 0 at the end, negative on failure. On PostgreSQL the whole answer is in memory: where it may be long,
 * ask in portions (LIMIT). Asking a number column for a text, or the reverse, is a programmer's mistake and aborts. */
int db_next(struct db_rows *rows, struct error *err) NODISCARD;
int64_t db_col_int(struct db_rows *rows, int column);    /* 0 for NULL */
struct str db_col_str(struct db_rows *rows, int column); /* text or blob; valid until db_next(); p is NULL for NULL */
bool db_col_is_null(struct db_rows *rows, int column);
void db_rows_free(struct db_rows *rows);
DEFINE_CLEANUP(struct db_rows *, db_rows_free)

/* First column of the first row as a number: 1 found, 0 no row. */
int db_query_int(struct db *db, const char *sql, const struct db_value *values, size_t n, int64_t *ret_value,
                 struct error *err) NODISCARD;

/* Asks the store for nothing: does it answer? */
int db_ping(struct db *db, struct error *err) NODISCARD;

/* Transactions. SQLite begins IMMEDIATE, so that a reader never fails to become a writer. Savepoints don't nest. A
 * commit that fails leaves no transaction. When the database undoes a transaction by itself (disk full, connection
 * lost), every call up to db_rollback() or db_commit() fails with that reason; a lost connection is made again by what
 * comes next. */
int db_begin(struct db *db, struct error *err) NODISCARD;
int db_commit(struct db *db, struct error *err) NODISCARD;
void db_rollback(struct db *db);
int db_savepoint(struct db *db, struct error *err) NODISCARD;
int db_release(struct db *db, struct error *err) NODISCARD;
int db_rollback_to(struct db *db, struct error *err) NODISCARD; /* undoes what came after the savepoint, and ends it */
bool db_in_transaction(const struct db *db);

/* A new id for any table: unique over all processes and nodes, ascending within a connection, small. Ids are taken from
 * the store in blocks, so most calls cost nothing. Outside the caller's transaction: a rolled-back caller leaves a gap,
 * never a double. */
int db_new_id(struct db *db, int64_t *ret_id, struct error *err) NODISCARD;

/* The next number of a named sequence without gaps, within the caller's transaction ("case/support/2026" → 1, 2, 3 …).
 */
int db_next_number(struct db *db, struct str name, int64_t *ret_number, struct error *err) NODISCARD;

/* The next `count` of them at once; the last is returned, and with 0 the last that was taken before. */
int db_take_numbers(struct db *db, struct str name, int64_t count, int64_t *ret_last, struct error *err) NODISCARD;

/* Several statements separated by ';' (migrations). {ID} becomes the type of a primary key, {BLOB} of bytes,
 * {CLUSTERED} is "WITHOUT ROWID" on SQLite and nothing on PostgreSQL. */
int db_script(struct db *db, const char *sql, struct error *err) NODISCARD;

#endif
