/* PostgreSQL's side of db.h, by libpq.
 *
 * The connection is always in pipeline mode: a statement is sent, not waited for; drain() puts a sync behind what was
 * sent and reads all answers. Outside a transaction every statement is drained at once. After a failure the server
 * skips what follows up to the sync, and the transaction takes nothing but a rollback: `failure` keeps it until there
 * is one. */
#include "base/mem.h"
#include "store/db_postgresql_connection.h"

#include <stdio.h>

struct postgresql_rows {
	struct db_rows rows;
	PGresult *result;
	int row, row_count;
};

static struct postgresql_db *postgresql_of(struct db *db)
{
	return (struct postgresql_db *)db;
}

/* ---------------------------------------------------------------- sending */

/* Types are said explicitly, since `$1 + 1` or `LIMIT $1` would make PostgreSQL expect an int4. */
static bool learn_types(struct statement *st, const struct db_value *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		Oid type = wire_type(&values[i]);

		if (type == st->types[i] || !type)
			continue;
		if (st->types[i])
			return false;
		st->types[i] = type;
		st->is_prepared = false;
	}
	return true;
}

static struct statement *find_statement(struct postgresql_db *p, const char *sql, size_t n)
{
	struct statement *st = by_address_get(&p->statements, sql);

	if (!st) {
		st = mem_new(1, sizeof *st);
		st->sql = sql;
		st->count = n;
		by_address_add(&p->statements, sql, st);
	}
	return st;
}

static int send_prepare(struct postgresql_db *p, struct statement *st, struct error *err)
{
	snprintf(st->name, sizeof st->name, "s%u", p->name_count++);
	if (!PQsendPrepare(p->conn, st->name, st->sql, (int)st->count, st->types))
		return postgresql_fail_lost(p, err);
	p->pending[p->pending_count++] = (struct pending){st->sql, st};
	st->is_prepared = true;
	return 0;
}

/* Takes a statement on its way. Its answer is read by drain(). */
static int send_statement(struct postgresql_db *p, const char *sql, const struct db_value *values, size_t n,
                          struct error *err)
{
	struct wire_values *w = &p->wire;
	struct statement *st;
	int r = wire_values_set(w, values, n, err);

	if (r < 0)
		return r;
	st = find_statement(p, sql, n);
	if (n != st->count || !learn_types(st, values, n))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "statement got values of another number or type than before: %.100s", sql);
	if (!st->is_prepared)
		r = send_prepare(p, st, err);
	if (r < 0)
		return r;
	if (!PQsendQueryPrepared(p->conn, st->name, (int)n, w->p, w->length, w->format, 1))
		return postgresql_fail_lost(p, err);
	p->pending[p->pending_count++] = (struct pending){sql, NULL};
	return 0;
}

/* ---------------------------------------------------------------- answers */

static void clear_result(PGresult **result)
{
	PQclear(*result);
	*result = NULL;
}

/* Notes in *err what is the first failure; what follows it was skipped because of it. */
static void look_at(struct postgresql_db *p, const struct pending *asked, const PGresult *result, struct error *err)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return;
	if (asked->prepares)
		asked->prepares->is_prepared = false;
	if (status != PGRES_PIPELINE_ABORTED && err->code == 0)
		postgresql_fail(p, result, asked->sql, err);
}

/* The answer to one statement and the NULL behind it; NULL where the connection is lost. */
static PGresult *read_answer(struct postgresql_db *p)
{
	PGresult *result = PQgetResult(p->conn), *extra;

	while (result && PQstatus(p->conn) == CONNECTION_OK && (extra = PQgetResult(p->conn)))
		PQclear(extra);
	if (PQstatus(p->conn) == CONNECTION_OK)
		return result;
	PQclear(result);
	return NULL;
}

static bool read_sync(struct postgresql_db *p)
{
	PGresult *result = PQgetResult(p->conn);
	bool is_sync = PQresultStatus(result) == PGRES_PIPELINE_SYNC;

	PQclear(result);
	return is_sync;
}

/* Reads the answers to all that was sent; the last one goes to *ret_last (NULL: nobody wants it). Returns the first
 * failure. */
static int drain(struct postgresql_db *p, PGresult **ret_last, struct error *err)
{
	PGresult *result CLEANUP(clear_result) = NULL;
	struct error own = {0};

	p->wrote_unseen = false;
	if (!PQpipelineSync(p->conn))
		return postgresql_fail_lost(p, err);
	for (size_t i = 0; i < p->pending_count; i++) {
		clear_result(&result);
		result = read_answer(p);
		if (!result)
			return postgresql_fail_lost(p, err);
		look_at(p, &p->pending[i], result, &own);
	}
	p->pending_count = 0;
	if (!read_sync(p))
		return postgresql_fail_lost(p, err);
	if (own.code == 0) {
		if (ret_last)
			*ret_last = take(result);
		return 0;
	}
	if (p->db.in_transaction && !p->has_failed) {
		p->has_failed = true;
		p->failure = own;
	}
	if (err)
		*err = own;
	return own.code;
}

/* What comes before every statement: a transaction that has failed takes none, and outside of one a lost connection is
 * made again. */
static int get_ready(struct postgresql_db *p, struct error *err)
{
	if (!p->db.in_transaction)
		return postgresql_ensure(p, err);
	if (!p->has_failed)
		return 0;
	if (err)
		*err = p->failure;
	return p->failure.code;
}

/* Sends and waits. */
static int run(struct postgresql_db *p, const char *sql, const struct db_value *values, size_t n, PGresult **ret_result,
               struct error *err)
{
	int r = get_ready(p, err);

	if (r == 0)
		r = send_statement(p, sql, values, n, err);
	return r < 0 ? r : drain(p, ret_result, err);
}

static int postgresql_exec(struct db *db, const char *sql, const struct db_value *values, size_t n,
                           int64_t *ret_changed, struct error *err)
{
	struct postgresql_db *p = postgresql_of(db);
	PGresult *result CLEANUP(clear_result) = NULL;
	int r;

	if (db->in_transaction && !ret_changed && p->pending_count < MOST_PENDING) {
		r = get_ready(p, err);
		if (r == 0)
			r = send_statement(p, sql, values, n, err);
		p->wrote_unseen |= r == 0;
		return r;
	}
	r = run(p, sql, values, n, &result, err);
	if (r == 0 && ret_changed && !str_to_int(str_of(PQcmdTuples(result)), ret_changed))
		*ret_changed = 0; /* not a statement that counts */
	return r;
}

/* Several statements at once are a matter of the simple protocol, which a pipeline doesn't speak. */
static int postgresql_script(struct db *db, const char *sql, struct error *err)
{
	struct postgresql_db *p = postgresql_of(db);
	PGresult *result CLEANUP(clear_result) = NULL;
	const char *position;
	uint64_t at = 1;
	int r = get_ready(p, err);

	if (r == 0)
		r = drain(p, NULL, err);
	if (r < 0)
		return r;
	must(PQexitPipelineMode(p->conn) == 1);
	result = PQexec(p->conn, sql);
	if (PQstatus(p->conn) != CONNECTION_OK)
		return postgresql_fail_lost(p, err);
	must(PQenterPipelineMode(p->conn) == 1);
	if (PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK)
		return 0;
	position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
	if (position && !str_to_uint(str_of(position), strlen(sql), &at))
		at = 1;
	r = postgresql_fail(p, result, sql + MAX(at, 1u) - 1, &p->failure);
	p->has_failed = db->in_transaction;
	if (err)
		*err = p->failure;
	return r;
}

/* ---------------------------------------------------------------- rows */

/* The answer is in memory as a whole: so other statements may run while its rows are read, as they may with SQLite. */
static int postgresql_query(struct db *db, const char *sql, const struct db_value *values, size_t n,
                            struct db_rows **ret_rows, struct error *err)
{
	PGresult *result = NULL;
	struct postgresql_rows *rows;
	int r = run(postgresql_of(db), sql, values, n, &result, err);

	if (r < 0)
		return r;
	rows = mem_new(1, sizeof *rows);
	rows->rows.db = db;
	rows->result = result;
	rows->row = -1;
	rows->row_count = PQntuples(result);
	*ret_rows = &rows->rows;
	return 0;
}

static int postgresql_next(struct db_rows *rows, struct error *err)
{
	struct postgresql_rows *r = (struct postgresql_rows *)rows;

	(void)err;
	if (r->row + 1 >= r->row_count)
		return 0;
	r->row++;
	return 1;
}

static int64_t postgresql_col_int(struct db_rows *rows, int column)
{
	struct postgresql_rows *r = (struct postgresql_rows *)rows;

	return wire_read_int(r->result, r->row, column);
}

static struct str postgresql_col_str(struct db_rows *rows, int column)
{
	struct postgresql_rows *r = (struct postgresql_rows *)rows;

	return wire_read_str(r->result, r->row, column);
}

static bool postgresql_col_is_null(struct db_rows *rows, int column)
{
	struct postgresql_rows *r = (struct postgresql_rows *)rows;

	return PQgetisnull(r->result, r->row, column);
}

static void postgresql_rows_free(struct db_rows *rows)
{
	PQclear(((struct postgresql_rows *)rows)->result);
	free(rows);
}

/* nextval() is never undone. */
static int postgresql_take_ids(struct db *db, int64_t *ret_first, struct error *err)
{
	PGresult *result CLEANUP(clear_result) = NULL;
	int r = run(postgresql_of(db), "SELECT nextval('id_block')", DB_NO_ARGS, &result, err);

	if (r == 0)
		*ret_first = wire_read_int(result, 0, 0);
	return r;
}

/* ---------------------------------------------------------------- transactions */

/* Sent, not waited for: what goes wrong shows at the first statement that is. */
static int postgresql_begin(struct db *db, struct error *err)
{
	struct postgresql_db *p = postgresql_of(db);
	int r = postgresql_ensure(p, err);

	return r < 0 ? r : send_statement(p, "BEGIN", DB_NO_ARGS, err);
}

static void postgresql_rollback(struct db *db)
{
	struct postgresql_db *p = postgresql_of(db);
	int r = 0;

	/* Behind a failure ROLLBACK would be skipped: so what is pending is read before. */
	if (p->conn && p->pending_count)
		(void)!drain(p, NULL, NULL);
	p->has_failed = false;
	if (p->conn)
		r = send_statement(p, "ROLLBACK", DB_NO_ARGS, NULL);
	if (p->conn && r == 0)
		r = drain(p, NULL, NULL);
	if (p->conn && r < 0)
		postgresql_drop(p);
	p->has_failed = false;
}

static int postgresql_commit(struct db *db, struct error *err)
{
	struct postgresql_db *p = postgresql_of(db);
	PGresult *result CLEANUP(clear_result) = NULL;
	int r = run(p, "COMMIT", DB_NO_ARGS, &result, err);

	if (r == 0 && strcmp(PQcmdStatus(result), "COMMIT") != 0)
		r = fail(err, E_STORE, RETRY_LATER, "store %s: PostgreSQL undid the transaction", db->name);
	if (r < 0)
		postgresql_rollback(db);
	return r;
}

static int postgresql_step(struct db *db, enum db_step step, struct error *err)
{
	struct postgresql_db *p = postgresql_of(db);
	int r;

	if (step == DB_RELEASE)
		return run(p, "RELEASE SAVEPOINT unit", DB_NO_ARGS, NULL, err);
	if (step == DB_SAVEPOINT) {
		/* What came before belongs to the transaction, not to the unit that would be blamed. */
		r = p->wrote_unseen ? drain(p, NULL, err) : get_ready(p, err);
		return r < 0 ? r : send_statement(p, "SAVEPOINT unit", DB_NO_ARGS, err);
	}
	if (p->pending_count)
		(void)!drain(p, NULL, NULL);
	if (db->is_lost) {
		*err = db->lost;
		return err->code;
	}
	p->has_failed = false;
	r = send_statement(p, "ROLLBACK TO SAVEPOINT unit", DB_NO_ARGS, err);
	return r < 0 ? r : run(p, "RELEASE SAVEPOINT unit", DB_NO_ARGS, NULL, err);
}

/* ---------------------------------------------------------------- open and close */

static void postgresql_close(struct db *db)
{
	struct postgresql_db *p = postgresql_of(db);

	for (size_t i = 0; i < p->statements.size; i++)
		free(p->statements.entries[i].value);
	by_address_done(&p->statements);
	PQfinish(p->conn);
	mem_wipe_free(p->url, strlen(p->url)); /* it may hold a password */
	free(db->name);
	free(p);
}

static const struct db_ops postgresql_ops = {
        .kind = DB_POSTGRESQL,
        .id_type = "BIGINT",
        .blob_type = "BYTEA",
        .clustered = "",
        .bookkeeping = "CREATE TABLE IF NOT EXISTS schema_migration ("
                       " version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL);"
                       "CREATE SEQUENCE IF NOT EXISTS id_block INCREMENT BY 1000;", /* DB_ID_BLOCK */
        .close = postgresql_close,
        .exec = postgresql_exec,
        .query = postgresql_query,
        .script = postgresql_script,
        .begin = postgresql_begin,
        .commit = postgresql_commit,
        .rollback = postgresql_rollback,
        .step = postgresql_step,
        .take_ids = postgresql_take_ids,
        .next = postgresql_next,
        .col_int = postgresql_col_int,
        .col_str = postgresql_col_str,
        .col_is_null = postgresql_col_is_null,
        .rows_free = postgresql_rows_free,
};

int db_postgresql_open(const char *url, struct db **ret_db, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct postgresql_db *p;
	char *name = postgresql_name(url);
	int r;

	if (!name)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "store: libpq can't read its URL: expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
	p = mem_new(1, sizeof *p);
	db = &p->db;
	db->ops = &postgresql_ops;
	db->name = name;
	p->url = mem_strdup(url);
	r = postgresql_connect(p, err);
	if (r == 0)
		*ret_db = take(db);
	return r;
}
