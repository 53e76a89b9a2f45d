/* A connection to PostgreSQL: made, watched, made again, and what its failures mean. db_postgresql.c is what is done
 * with it. Private to this folder. */
#ifndef STORE_DB_POSTGRESQL_CONNECTION_H
#define STORE_DB_POSTGRESQL_CONNECTION_H

#include "store/by_address.h"
#include "store/db_driver.h"
#include "store/db_postgresql_value.h"

/* Statements sent without looking at their answers, which pile up in memory until then. */
#define MOST_PENDING 256

struct statement {
	const char *sql; /* its address is the key */
	char name[16];
	Oid types[MOST_VALUES]; /* 0: only NULL was given so far */
	size_t count;
	bool is_prepared; /* or the wish to is on its way */
};

struct pending {
	const char *sql;
	struct statement *prepares; /* NULL: it is run */
};

struct postgresql_db {
	struct db db;
	char *url;
	PGconn *conn;
	struct by_address statements;
	unsigned name_count;
	struct pending pending[MOST_PENDING + 2];
	size_t pending_count;
	bool wrote_unseen; /* statements of the caller are among the pending */
	bool has_failed;
	struct error failure; /* why the transaction takes only a rollback */
	struct wire_values wire;
};

/* "postgresql://host/database", without user and password; NULL where libpq can't read the URL. The caller's. */
char *postgresql_name(const char *url) NODISCARD;

/* Anew, whatever was before: nothing is prepared there yet. */
int postgresql_connect(struct postgresql_db *p, struct error *err) NODISCARD;

/* The same where the one that is there has died. Outside of transactions. */
int postgresql_ensure(struct postgresql_db *p, struct error *err) NODISCARD;

void postgresql_drop(struct postgresql_db *p);

/* Both return the code. */
int postgresql_fail_lost(struct postgresql_db *p, struct error *err);
int postgresql_fail(struct postgresql_db *p, const PGresult *result, const char *sql, struct error *err);

#endif
