/* See db.h. What both drivers share: dispatch, the state of the transaction, ids, numbers, the words in {} of scripts.
 */
#include "store/db.h"

#include "base/buf.h"
#include "base/mem.h"
#include "store/db_driver.h"

#define SCRIPT_MAX MIB(1)

static int open_kind(const char *url, const struct db_open_options *options, struct db **ret_db, struct error *err)
{
	struct str s = str_of(url);

	if (str_starts(s, STR("sqlite:")) && s.n > 7)
		return db_sqlite_open(url + 7, options, ret_db, err);
	if (str_starts(s, STR("postgresql://")) || str_starts(s, STR("postgres://")))
		return db_postgresql_open(url, ret_db, err);
	/* A URL of another kind may hold a password: only its scheme is shown. */
	return fail(err, E_INVALID, RETRY_NEVER, "store \"%.*s\": expected sqlite:PATH or postgresql://HOST/DATABASE",
	            (int)MIN(strcspn(url ? url : "", ":@/"), 20u), url ? url : "");
}

int db_open_with(const char *url, const struct db_open_options *options, struct db **ret_db, struct error *err)
{
	int r = open_kind(url, options, ret_db, err);

	if (r == 0)
		(*ret_db)->takes_ids = options->takes_ids;
	return r;
}

int db_open(const char *url, struct db **ret_db, struct error *err)
{
	return db_open_with(url, &(struct db_open_options){0}, ret_db, err);
}

void db_close(struct db *db)
{
	if (!db)
		return;
	db_rollback(db);
	db->ops->close(db);
}

enum db_kind db_kind(const struct db *db)
{
	return db->ops->kind;
}

void db_set_lost(struct db *db, const struct error *err)
{
	if (db->is_lost || !db->in_transaction)
		return;
	db->is_lost = true;
	db->lost = *err;
}

static int fail_lost(const struct db *db, struct error *err)
{
	return fail(err, db->lost.code, db->lost.retry, "the transaction is undone: %s", db->lost.text);
}

void db_excerpt(const char *sql, char ret_text[DB_EXCERPT_LEN + 1])
{
	size_t n = 0;

	for (const char *p = sql; *p && n < DB_EXCERPT_LEN; p++) {
		if (!is_space(*p))
			ret_text[n++] = *p;
		else if (n && ret_text[n - 1] != ' ')
			ret_text[n++] = ' ';
	}
	ret_text[n] = '\0';
}

bool db_is_sound(const struct db *db, struct error *err)
{
	if (db->is_lost && err)
		*err = db->lost;
	return !db->is_lost;
}

/* ---------------------------------------------------------------- statements */

/* What every statement needs. PostgreSQL would refuse such text, SQLite wouldn't: nothing may depend on which database
 * it is. */
static int check_call(const struct db *db, const char *sql, const struct db_value *values, size_t n, struct error *err)
{
	char excerpt[DB_EXCERPT_LEN + 1];

	if (db->is_lost)
		return fail_lost(db, err);
	for (size_t i = 0; i < n; i++) {
		if (values[i].type != DB_TYPE_TEXT || !values[i].s.n)
			continue;
		if (!memchr(values[i].s.p, '\0', values[i].s.n) && str_is_utf8(values[i].s))
			continue;
		db_excerpt(sql, excerpt);
		return fail(err, E_INVALID, RETRY_NEVER, "value $%zu is not UTF-8 without NUL: %s", i + 1, excerpt);
	}
	return 0;
}

int db_exec(struct db *db, const char *sql, const struct db_value *values, size_t n, struct error *err)
{
	int r = check_call(db, sql, values, n, err);

	return r < 0 ? r : db->ops->exec(db, sql, values, n, NULL, err);
}

int64_t db_exec_count(struct db *db, const char *sql, const struct db_value *values, size_t n, struct error *err)
{
	int64_t changed = 0;
	int r = check_call(db, sql, values, n, err);

	if (r == 0)
		r = db->ops->exec(db, sql, values, n, &changed, err);
	return r < 0 ? r : changed;
}

int db_query(struct db *db, const char *sql, const struct db_value *values, size_t n, struct db_rows **ret_rows,
             struct error *err)
{
	int r = check_call(db, sql, values, n, err);

	return r < 0 ? r : db->ops->query(db, sql, values, n, ret_rows, err);
}

int db_next(struct db_rows *rows, struct error *err)
{
	return rows->db->ops->next(rows, err);
}

int64_t db_col_int(struct db_rows *rows, int column)
{
	return rows->db->ops->col_int(rows, column);
}

struct str db_col_str(struct db_rows *rows, int column)
{
	return rows->db->ops->col_str(rows, column);
}

bool db_col_is_null(struct db_rows *rows, int column)
{
	return rows->db->ops->col_is_null(rows, column);
}

void db_rows_free(struct db_rows *rows)
{
	if (rows)
		rows->db->ops->rows_free(rows);
}

int db_ping(struct db *db, struct error *err)
{
	int64_t one;

	return db_query_int(db, "SELECT 1", DB_NO_ARGS, &one, err);
}

int db_query_int(struct db *db, const char *sql, const struct db_value *values, size_t n, int64_t *ret_value,
                 struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, sql, values, n, &rows, err);

	if (r < 0)
		return r;
	r = db_next(rows, err);
	if (r > 0)
		*ret_value = db_col_int(rows, 0);
	return r;
}

/* ---------------------------------------------------------------- transactions */

/* Before a transaction begins is the best moment for a new block: see take_ids() of SQLite. */
static int refill_ids(struct db *db, struct error *err)
{
	int64_t first;
	int r;

	if (!db->takes_ids || db->id_end - db->id_next >= DB_ID_BLOCK)
		return 0;
	r = db->ops->take_ids(db, &first, err);
	if (r < 0)
		return r;
	if (first != db->id_end)
		db->id_next = first;
	db->id_end = first + DB_ID_BLOCK;
	return 0;
}

int db_begin(struct db *db, struct error *err)
{
	int r;

	must(!db->in_transaction);
	r = refill_ids(db, err);
	if (r == 0)
		r = db->ops->begin(db, err);
	if (r < 0)
		return r;
	db->in_transaction = true;
	return 0;
}

static void end_transaction(struct db *db)
{
	db->in_transaction = db->in_savepoint = db->is_lost = false;
}

int db_open_log(struct db *db, int *ret_fd, struct error *err)
{
	*ret_fd = -1;
	return db->ops->open_log ? db->ops->open_log(db, ret_fd, err) : 0;
}

int db_commit(struct db *db, struct error *err)
{
	int r;

	must(db->in_transaction);
	if (db->is_lost) {
		r = fail_lost(db, err);
		db_rollback(db);
		return r;
	}
	r = db->ops->commit(db, err);
	end_transaction(db);
	return r;
}

void db_rollback(struct db *db)
{
	if (!db->in_transaction)
		return;
	db->ops->rollback(db);
	end_transaction(db);
}

static int take_step(struct db *db, enum db_step step, bool in_savepoint_after, struct error *err)
{
	struct error own = {0};
	int r;

	must(db->in_transaction && db->in_savepoint != in_savepoint_after);
	if (db->is_lost)
		return fail_lost(db, err);
	r = db->ops->step(db, step, &own);
	if (r == 0) {
		db->in_savepoint = in_savepoint_after;
		return 0;
	}
	/* What can't be undone alone can only be undone as a whole. */
	if (step == DB_ROLLBACK_TO)
		db_set_lost(db, &own);
	if (err)
		*err = own;
	return r;
}

int db_savepoint(struct db *db, struct error *err)
{
	return take_step(db, DB_SAVEPOINT, true, err);
}

int db_release(struct db *db, struct error *err)
{
	return take_step(db, DB_RELEASE, false, err);
}

int db_rollback_to(struct db *db, struct error *err)
{
	return take_step(db, DB_ROLLBACK_TO, false, err);
}

bool db_in_transaction(const struct db *db)
{
	return db->in_transaction;
}

/* ---------------------------------------------------------------- ids and numbers */

int db_new_id(struct db *db, int64_t *ret_id, struct error *err)
{
	int64_t first;
	int r;

	if (db->is_lost)
		return fail_lost(db, err);
	db->takes_ids = true;
	if (db->id_next == db->id_end) {
		r = db->ops->take_ids(db, &first, err);
		if (r < 0)
			return r;
		db->id_next = first;
		db->id_end = first + DB_ID_BLOCK;
	}
	*ret_id = db->id_next++;
	return 0;
}

/* A counter's row stays locked up to the commit. On PostgreSQL two transactions that take numbers of two counters in
 * different order would wait for each other until one is sacrificed, a second later: so only one at a time takes
 * numbers. */
static int lock_counters(struct db *db, struct error *err)
{
	if (db->ops->kind == DB_SQLITE)
		return 0;
	return db_exec(db, "SELECT pg_advisory_xact_lock($1)", DB_ARGS(DB_INT(7105239)), err);
}

int db_take_numbers(struct db *db, struct str name, int64_t count, int64_t *ret_last, struct error *err)
{
	int r;

	must(db->in_transaction);
	r = lock_counters(db, err);
	if (r < 0)
		return r;
	r = db_exec(db,
	            "INSERT INTO counter (name, value) VALUES ($1, $2) "
	            "ON CONFLICT (name) DO UPDATE SET value = counter.value + $2",
	            DB_ARGS(DB_STR(name), DB_INT(count)), err);
	if (r < 0)
		return r;
	r = db_query_int(db, "SELECT value FROM counter WHERE name = $1", DB_ARGS(DB_STR(name)), ret_last, err);
	if (r == 0)
		return fail(err, E_STORE, RETRY_NEVER, "store %s: counter " STR_FMT " vanished", db->name,
		            STR_ARG(name));
	return r < 0 ? r : 0;
}

int db_next_number(struct db *db, struct str name, int64_t *ret_number, struct error *err)
{
	return db_take_numbers(db, name, 1, ret_number, err);
}

/* ---------------------------------------------------------------- scripts */

static const char *meaning_of(const struct db_ops *ops, struct str word)
{
	if (str_eq(word, STR("ID")))
		return ops->id_type;
	if (str_eq(word, STR("BLOB")))
		return ops->blob_type;
	return str_eq(word, STR("CLUSTERED")) ? ops->clustered : NULL;
}

int db_script(struct db *db, const char *sql, struct error *err)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(SCRIPT_MAX);
	struct str rest = str_of(sql);

	if (db->is_lost)
		return fail_lost(db, err);
	while (rest.n) {
		ptrdiff_t open = str_find_char(rest, '{');
		ptrdiff_t close = open < 0 ? -1 : str_find_char(str_slice(rest, (size_t)open, rest.n), '}');
		const char *meaning;

		buf_add(&text, open < 0 ? rest : str_slice(rest, 0, (size_t)open));
		if (open < 0)
			break;
		meaning = close < 0 ? NULL
		                    : meaning_of(db->ops, str_slice(rest, (size_t)open + 1, (size_t)(open + close)));
		if (!meaning)
			return fail(err, E_INVALID, RETRY_NEVER,
			            "script: expected {ID}, {BLOB} or {CLUSTERED} at \"%.20s\"", rest.p + open);
		buf_add_cstr(&text, meaning);
		rest = str_slice(rest, (size_t)(open + close) + 1, rest.n);
	}
	if (text.failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "script is larger than %zu bytes", SCRIPT_MAX);
	return db->ops->script(db, buf_cstr(&text), err);
}
