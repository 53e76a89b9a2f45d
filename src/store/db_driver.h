/* What a database driver implements; db.c calls it and nobody else does. Each driver embeds struct db first in its own
 * struct. */
#ifndef STORE_DB_DRIVER_H
#define STORE_DB_DRIVER_H

#include "store/db.h"

#define DB_ID_BLOCK 1000 /* ids taken from the store at once */

/* A statement that steers a transaction. */
enum db_step { DB_SAVEPOINT, DB_RELEASE, DB_ROLLBACK_TO };

struct db_open_options {
	bool create;     /* SQLite: make the file where it is missing */
	int cache_kib;   /* SQLite: page cache; 0: 2048 */
	int patience_ms; /* SQLite: how long to wait for another writer; 0: 10000 */
	bool takes_ids;  /* will write rows with new ids: a block of them is reserved before its first transaction */
	bool defers;     /* SQLite: a commit is durable only when the log was flushed: db_open_log() */
};

struct db_ops {
	enum db_kind kind;
	const char *id_type, *blob_type, *clustered; /* what {ID}, {BLOB}, {CLUSTERED} become */
	const char *bookkeeping; /* script: the tables of this layer itself, made where they are missing */

	void (*close)(struct db *db);

	/* `ret_changed` may be NULL: then the driver may answer before the database has. */
	int (*exec)(struct db *db, const char *sql, const struct db_value *values, size_t n, int64_t *ret_changed,
	            struct error *err);
	int (*query)(struct db *db, const char *sql, const struct db_value *values, size_t n, struct db_rows **ret_rows,
	             struct error *err);
	/* `sql` is text of any lifetime, several statements; the words in {} are replaced already. */
	int (*script)(struct db *db, const char *sql, struct error *err);

	/* Called with in_transaction as it was before the step; db.c changes it. A failed commit leaves no transaction.
	 */
	int (*begin)(struct db *db, struct error *err);
	int (*commit)(struct db *db, struct error *err);
	void (*rollback)(struct db *db);
	int (*step)(struct db *db, enum db_step step, struct error *err);

	/* Reserves DB_ID_BLOCK ids, the first of which is *ret_first; they are never handed out again, whatever becomes
	 * of the transaction that may be open. */
	int (*take_ids)(struct db *db, int64_t *ret_first, struct error *err);

	/* See db_open_log(); NULL where every commit is durable by itself. */
	int (*open_log)(struct db *db, int *ret_fd, struct error *err);

	int (*next)(struct db_rows *rows, struct error *err);
	int64_t (*col_int)(struct db_rows *rows, int column);
	struct str (*col_str)(struct db_rows *rows, int column);
	bool (*col_is_null)(struct db_rows *rows, int column);
	void (*rows_free)(struct db_rows *rows);
};

struct db {
	const struct db_ops *ops;
	char *name; /* for error texts: the path, or host and database; never a password */
	bool in_transaction, in_savepoint;
	/* The database undid the transaction by itself (disk full, connection lost). Until db_rollback() or db_commit()
	 * every call fails with this, so that nothing is written outside a transaction that the caller believes in. */
	bool is_lost;
	struct error lost;
	int64_t id_next, id_end; /* ids reserved for this connection: id_next … id_end - 1 */
	bool takes_ids;          /* db_new_id() was called: keep a block in reserve */
};

struct db_rows {
	struct db *db;
};

int db_open_with(const char *url, const struct db_open_options *options, struct db **ret_db,
                 struct error *err) NODISCARD;
int db_sqlite_open(const char *path, const struct db_open_options *options, struct db **ret_db,
                   struct error *err) NODISCARD;
int db_postgresql_open(const char *url, struct db **ret_db, struct error *err) NODISCARD;

/* For a connection opened with `defers`, after its first commit: a descriptor (the caller's to close) whose fdatasync
 * makes durable all that was committed before. -1 where every commit is durable when it returns. */
int db_open_log(struct db *db, int *ret_fd, struct error *err) NODISCARD;

/* Notes that the transaction is gone; `err` is what the caller gets to see now. */
void db_set_lost(struct db *db, const struct error *err);

/* False where the transaction is gone; *err is then why. */
bool db_is_sound(const struct db *db, struct error *err);

/* The first words of a statement for an error text, white space pressed to single spaces. */
#define DB_EXCERPT_LEN 72
void db_excerpt(const char *sql, char ret_text[DB_EXCERPT_LEN + 1]);

#endif
