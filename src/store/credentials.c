/* See credentials.h. */
#include "store/credentials.h"

/* ---------------------------------------------------------------- passwords */

int credential_get(struct db *db, const char *operator_id, struct arena *arena, struct credential *ret_credential,
                   struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT password_hash, password_at, factor, factor_pending, factor_step FROM "
	                 "operator_credential WHERE operator = $1",
	                 DB_ARGS(DB_TEXT(operator_id)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r == 0)
		*ret_credential = (struct credential){.password_hash = "", .factor = "", .factor_pending = ""};
	if (r > 0)
		*ret_credential = (struct credential){.password_hash = arena_cstr(arena, db_col_str(rows, 0)),
		                                      .password_at = db_col_int(rows, 1),
		                                      .factor = arena_cstr(arena, db_col_str(rows, 2)),
		                                      .factor_pending = arena_cstr(arena, db_col_str(rows, 3)),
		                                      .factor_step = db_col_int(rows, 4)};
	return r;
}

static int make_row(struct db *db, const char *operator_id, struct error *err)
{
	return db_exec(db,
	               "INSERT INTO operator_credential (operator, password_hash, password_at, factor, factor_pending, "
	               "factor_step) VALUES ($1, '', 0, '', '', 0) ON CONFLICT (operator) DO NOTHING",
	               DB_ARGS(DB_TEXT(operator_id)), err);
}

int credential_set_password(struct db *db, const char *operator_id, const char *hash, int64_t at, struct error *err)
{
	int r = make_row(db, operator_id, err);

	return r < 0 ? r
	             : db_exec(db,
	                       "UPDATE operator_credential SET password_hash = $2, password_at = $3 WHERE operator = "
	                       "$1",
	                       DB_ARGS(DB_TEXT(operator_id), DB_TEXT(hash), DB_INT(at)), err);
}

int credential_rehash(struct db *db, const char *operator_id, const char *before, const char *hash, struct error *err)
{
	return (int)db_exec_count(
	        db, "UPDATE operator_credential SET password_hash = $3 WHERE operator = $1 AND password_hash = $2",
	        DB_ARGS(DB_TEXT(operator_id), DB_TEXT(before), DB_TEXT(hash)), err);
}

/* ---------------------------------------------------------------- second factor */

int credential_set_pending(struct db *db, const char *operator_id, const char *sealed, struct error *err)
{
	int r = make_row(db, operator_id, err);

	return r < 0 ? r
	             : db_exec(db, "UPDATE operator_credential SET factor_pending = $2 WHERE operator = $1",
	                       DB_ARGS(DB_TEXT(operator_id), DB_TEXT(sealed)), err);
}

int credential_confirm_factor(struct db *db, const char *operator_id, const char *sealed, int64_t step,
                              struct error *err)
{
	return (int)db_exec_count(
	        db,
	        "UPDATE operator_credential SET factor = factor_pending, factor_pending = '', factor_step = $3 "
	        "WHERE operator = $1 AND factor_pending = $2 AND factor_pending <> ''",
	        DB_ARGS(DB_TEXT(operator_id), DB_TEXT(sealed), DB_INT(step)), err);
}

int credential_remove_factor(struct db *db, const char *operator_id, struct error *err)
{
	int r = db_exec(db,
	                "UPDATE operator_credential SET factor = '', factor_pending = '', factor_step = 0 WHERE "
	                "operator = $1",
	                DB_ARGS(DB_TEXT(operator_id)), err);

	return r < 0 ? r
	             : db_exec(db, "DELETE FROM recovery_code WHERE operator = $1", DB_ARGS(DB_TEXT(operator_id)), err);
}

int credential_use_step(struct db *db, const char *operator_id, int64_t step, struct error *err)
{
	return (int)db_exec_count(
	        db, "UPDATE operator_credential SET factor_step = $2 WHERE operator = $1 AND factor_step < $2",
	        DB_ARGS(DB_TEXT(operator_id), DB_INT(step)), err);
}

int recovery_codes_set(struct db *db, const char *operator_id, const char *const *hashes, size_t n, struct error *err)
{
	int r = db_exec(db, "DELETE FROM recovery_code WHERE operator = $1", DB_ARGS(DB_TEXT(operator_id)), err);

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = db_exec(db, "INSERT INTO recovery_code (operator, hash, used_at) VALUES ($1, $2, 0)",
		            DB_ARGS(DB_TEXT(operator_id), DB_TEXT(hashes[i])), err);
	return r;
}

int recovery_code_use(struct db *db, const char *operator_id, const char *hash, int64_t at, struct error *err)
{
	return (int)db_exec_count(
	        db, "UPDATE recovery_code SET used_at = $3 WHERE operator = $1 AND hash = $2 AND used_at = 0",
	        DB_ARGS(DB_TEXT(operator_id), DB_TEXT(hash), DB_INT(at)), err);
}

int recovery_codes_left(struct db *db, const char *operator_id, int64_t *ret_count, struct error *err)
{
	int r = db_query_int(db, "SELECT COUNT(*) FROM recovery_code WHERE operator = $1 AND used_at = 0",
	                     DB_ARGS(DB_TEXT(operator_id)), ret_count, err);

	return MIN(r, 0);
}

/* ---------------------------------------------------------------- an operator goes */

int credentials_forget(struct db *db, const char *operator_id, struct error *err)
{
	static const char *const statements[] = {
	        "DELETE FROM operator_credential WHERE operator = $1",
	        "DELETE FROM recovery_code WHERE operator = $1",
	        "DELETE FROM session WHERE operator = $1",
	        "DELETE FROM api_token WHERE operator = $1",
	        "DELETE FROM sign_in_link WHERE operator = $1",
	        "DELETE FROM sign_in_attempt WHERE scope = 'operator' AND name = $1",
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(statements); i++)
		r = db_exec(db, statements[i], DB_ARGS(DB_TEXT(operator_id)), err);
	return r;
}

/* ---------------------------------------------------------------- sealed anew */

static void add_sealed(struct db_rows *rows, struct arena *arena, struct sealed_factor *list, size_t *n)
{
	const char *operator_id = arena_cstr(arena, db_col_str(rows, 0));

	for (int pending = 0; pending < 2; pending++)
		if (db_col_str(rows, 1 + pending).n)
			list[(*n)++] =
			        (struct sealed_factor){.operator_id = operator_id,
			                               .pending = pending,
			                               .sealed = arena_cstr(arena, db_col_str(rows, 1 + pending))};
}

int credentials_sealed(struct db *db, struct arena *arena, struct sealed_factor **ret_list, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct sealed_factor *list;
	int64_t count = 0;
	size_t n = 0;
	int r = db_query_int(db, "SELECT COUNT(*) FROM operator_credential", DB_NO_ARGS, &count, err);

	if (r < 0)
		return r;
	list = ARENA_ARRAY(arena, struct sealed_factor, 2 * (size_t)count);
	r = db_query(db, "SELECT operator, factor, factor_pending FROM operator_credential LIMIT $1",
	             DB_ARGS(DB_INT(count)), &rows, err);
	while (r >= 0 && (r = db_next(rows, err)) > 0)
		add_sealed(rows, arena, list, &n);
	if (r < 0)
		return r;
	*ret_list = list;
	return (int)n;
}

int credential_reseal(struct db *db, const char *operator_id, bool pending, const char *before, const char *sealed,
                      struct error *err)
{
	return pending ? db_exec(db,
	                         "UPDATE operator_credential SET factor_pending = $3 WHERE operator = $1 AND "
	                         "factor_pending = $2",
	                         DB_ARGS(DB_TEXT(operator_id), DB_TEXT(before), DB_TEXT(sealed)), err)
	               : db_exec(db, "UPDATE operator_credential SET factor = $3 WHERE operator = $1 AND factor = $2",
	                         DB_ARGS(DB_TEXT(operator_id), DB_TEXT(before), DB_TEXT(sealed)), err);
}

/* ---------------------------------------------------------------- one-time links */

int link_put(struct db *db, const char *hash, const struct sign_in_link *link, struct error *err)
{
	int r = db_exec(db, "DELETE FROM sign_in_link WHERE operator = $1", DB_ARGS(DB_TEXT(link->operator_id)), err);

	return r < 0 ? r
	             : db_exec(db,
	                       "INSERT INTO sign_in_link (token_hash, operator, created_by, created_at, expires_at) "
	                       "VALUES ($1, $2, $3, $4, $5)",
	                       DB_ARGS(DB_TEXT(hash), DB_TEXT(link->operator_id), DB_TEXT(link->created_by),
	                               DB_INT(link->created_at), DB_INT(link->expires_at)),
	                       err);
}

int link_get(struct db *db, const char *hash, int64_t now, struct arena *arena, struct sign_in_link *ret_link,
             struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT operator, created_by, created_at, expires_at FROM sign_in_link WHERE token_hash = $1 "
	                 "AND expires_at > $2",
	                 DB_ARGS(DB_TEXT(hash), DB_INT(now)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		*ret_link = (struct sign_in_link){.operator_id = arena_cstr(arena, db_col_str(rows, 0)),
		                                  .created_by = arena_cstr(arena, db_col_str(rows, 1)),
		                                  .created_at = db_col_int(rows, 2),
		                                  .expires_at = db_col_int(rows, 3)};
	return r;
}

int link_use(struct db *db, const char *hash, int64_t now, struct error *err)
{
	return (int)db_exec_count(db, "DELETE FROM sign_in_link WHERE token_hash = $1 AND expires_at > $2",
	                          DB_ARGS(DB_TEXT(hash), DB_INT(now)), err);
}

/* ---------------------------------------------------------------- where we are */

int api_url_put(struct db *db, const char *url, struct error *err)
{
	return db_exec(db,
	               "INSERT INTO meta (name, value) VALUES ('api-url', $1) ON CONFLICT (name) DO UPDATE SET value = "
	               "$1",
	               DB_ARGS(DB_TEXT(url)), err);
}

int api_url_get(struct db *db, struct arena *arena, const char **ret_url, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT value FROM meta WHERE name = 'api-url'", DB_NO_ARGS, &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r < 0)
		return r;
	*ret_url = r ? arena_cstr(arena, db_col_str(rows, 0)) : "";
	return 0;
}
