/* See tokens.h. */
#include "store/tokens.h"

#define COLUMNS                                                                                                  \
	"profile, subject, sealed, generation, expires_at, renewed_at, refresh_expires_at, has_refresh, fault, " \
	"fault_at, fault_is_final"

static void read_row(struct db_rows *rows, struct arena *arena, struct token_row *ret)
{
	*ret = (struct token_row){
	        .profile = arena_cstr(arena, db_col_str(rows, 0)),
	        .subject = arena_cstr(arena, db_col_str(rows, 1)),
	        .sealed = arena_cstr(arena, db_col_str(rows, 2)),
	        .generation = db_col_int(rows, 3),
	        .expires_at = db_col_int(rows, 4),
	        .renewed_at = db_col_int(rows, 5),
	        .refresh_expires_at = db_col_int(rows, 6),
	        .has_refresh = db_col_int(rows, 7) != 0,
	        .fault = arena_cstr(arena, db_col_str(rows, 8)),
	        .fault_at = db_col_int(rows, 9),
	        .fault_is_final = db_col_int(rows, 10) != 0,
	};
}

int token_get(struct db *db, const char *profile, const char *subject, struct arena *arena, struct token_row *ret_row,
              struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " COLUMNS " FROM token WHERE profile = $1 AND subject = $2",
	                 DB_ARGS(DB_TEXT(profile), DB_TEXT(subject)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		read_row(rows, arena, ret_row);
	return r;
}

/* ---------------------------------------------------------------- writing, each in a transaction of its own */

/* Ends the transaction: the count where all went well. */
static int end(struct db *db, int64_t count, struct error *err)
{
	int r;

	if (count < 0) {
		db_rollback(db);
		return (int)count;
	}
	r = db_commit(db, err);
	return r < 0 ? r : (int)count;
}

static int change(struct db *db, const char *sql, const struct db_value *values, size_t n, struct error *err)
{
	int r = db_begin(db, err);

	return r < 0 ? r : end(db, db_exec_count(db, sql, values, n, err), err);
}

int token_lease(struct db *db, const char *profile, const char *subject, const char *by, int64_t now, int64_t until,
                struct error *err)
{
	int64_t n = db_begin(db, err);

	if (n < 0)
		return (int)n;
	n = db_exec(db,
	            "INSERT INTO token (profile, subject, sealed, generation, expires_at, renewed_at, "
	            "refresh_expires_at, has_refresh, fault, fault_at, fault_is_final, lease_by, lease_until) "
	            "VALUES ($1, $2, '', 0, 0, 0, 0, 0, '', 0, 0, '', 0) ON CONFLICT (profile, subject) DO NOTHING",
	            DB_ARGS(DB_TEXT(profile), DB_TEXT(subject)), err);
	if (n >= 0)
		n = db_exec_count(db,
		                  "UPDATE token SET lease_by = $3, lease_until = $5 WHERE profile = $1 AND "
		                  "subject = $2 AND (lease_by = '' OR lease_by = $3 OR lease_until <= $4)",
		                  DB_ARGS(DB_TEXT(profile), DB_TEXT(subject), DB_TEXT(by), DB_INT(now), DB_INT(until)),
		                  err);
	return end(db, n, err);
}

int token_lease_holder(struct db *db, const char *profile, const char *subject, struct arena *arena,
                       const char **ret_by, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT lease_by FROM token WHERE profile = $1 AND subject = $2 AND lease_by <> ''",
	                 DB_ARGS(DB_TEXT(profile), DB_TEXT(subject)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		*ret_by = arena_cstr(arena, db_col_str(rows, 0));
	return r;
}

int token_lease_over(struct db *db, const char *profile, const char *subject, const char *gone, struct error *err)
{
	return change(db,
	              "UPDATE token SET lease_by = '', lease_until = 0 WHERE profile = $1 AND subject = $2 AND "
	              "lease_by = $3",
	              DB_ARGS(DB_TEXT(profile), DB_TEXT(subject), DB_TEXT(gone)), err);
}

int token_put(struct db *db, const struct token_row *row, const char *by, struct error *err)
{
	return change(db,
	              "UPDATE token SET sealed = $3, generation = $4 + 1, expires_at = $5, renewed_at = $6, "
	              "refresh_expires_at = $7, has_refresh = $8, fault = '', fault_at = 0, fault_is_final = 0, "
	              "lease_by = CASE WHEN lease_by = $9 THEN '' ELSE lease_by END "
	              "WHERE profile = $1 AND subject = $2 AND generation = $4",
	              DB_ARGS(DB_TEXT(row->profile), DB_TEXT(row->subject), DB_TEXT(row->sealed),
	                      DB_INT(row->generation), DB_INT(row->expires_at), DB_INT(row->renewed_at),
	                      DB_INT(row->refresh_expires_at), DB_INT(row->has_refresh), DB_TEXT(by)),
	              err);
}

int token_failed(struct db *db, const char *profile, const char *subject, const char *by, const char *fault,
                 bool is_final, int64_t now, struct error *err)
{
	return change(
	        db,
	        "UPDATE token SET fault = $4, fault_at = $5, fault_is_final = $6, lease_by = '' "
	        "WHERE profile = $1 AND subject = $2 AND lease_by = $3",
	        DB_ARGS(DB_TEXT(profile), DB_TEXT(subject), DB_TEXT(by), DB_TEXT(fault), DB_INT(now), DB_INT(is_final)),
	        err);
}

int token_reseal(struct db *db, const struct token_row *row, const char *sealed, struct error *err)
{
	return change(db, "UPDATE token SET sealed = $4 WHERE profile = $1 AND subject = $2 AND sealed = $3",
	              DB_ARGS(DB_TEXT(row->profile), DB_TEXT(row->subject), DB_TEXT(row->sealed), DB_TEXT(sealed)),
	              err);
}

int token_forget(struct db *db, const char *profile, struct error *err)
{
	return db_exec(db, "DELETE FROM token WHERE profile = $1", DB_ARGS(DB_TEXT(profile)), err);
}

/* ---------------------------------------------------------------- listing */

int token_list(struct db *db, const char *profile, size_t max, struct arena *arena, struct token_row **ret_rows,
               struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct token_row *list = NULL;
	size_t n = 0, size = 0;
	int r = db_query(
	        db, "SELECT " COLUMNS " FROM token WHERE $1 = '' OR profile = $1 ORDER BY profile, subject LIMIT $2",
	        DB_ARGS(DB_TEXT(profile ? profile : ""), DB_INT(max)), &rows, err);

	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, list, n, size);
		read_row(rows, arena, &list[n++]);
	}
	if (r < 0)
		return r;
	*ret_rows = list;
	return (int)n;
}
