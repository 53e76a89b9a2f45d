/* See sessions.h. */
#include "store/sessions.h"

/* ---------------------------------------------------------------- sessions */

#define SESSION_COLUMNS "id, token_hash, operator, method, created_at, seen_at, expires_at, address, agent"

static struct session read_session(struct db_rows *rows, struct arena *arena)
{
	return (struct session){.id = db_col_int(rows, 0),
	                        .token_hash = arena_cstr(arena, db_col_str(rows, 1)),
	                        .operator_id = arena_cstr(arena, db_col_str(rows, 2)),
	                        .method = arena_cstr(arena, db_col_str(rows, 3)),
	                        .created_at = db_col_int(rows, 4),
	                        .seen_at = db_col_int(rows, 5),
	                        .expires_at = db_col_int(rows, 6),
	                        .address = arena_cstr(arena, db_col_str(rows, 7)),
	                        .agent = arena_cstr(arena, db_col_str(rows, 8))};
}

int session_insert(struct db *db, const struct session *s, struct error *err)
{
	return db_exec(db, "INSERT INTO session (" SESSION_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	               DB_ARGS(DB_INT(s->id), DB_TEXT(s->token_hash), DB_TEXT(s->operator_id), DB_TEXT(s->method),
	                       DB_INT(s->created_at), DB_INT(s->seen_at), DB_INT(s->expires_at), DB_TEXT(s->address),
	                       DB_TEXT(s->agent)),
	               err);
}

int session_find(struct db *db, const char *token_hash, struct arena *arena, struct session *ret_session,
                 struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " SESSION_COLUMNS " FROM session WHERE token_hash = $1",
	                 DB_ARGS(DB_TEXT(token_hash)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		*ret_session = read_session(rows, arena);
	return r;
}

int session_seen(struct db *db, int64_t id, int64_t at, struct error *err)
{
	return db_exec(db, "UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2",
	               DB_ARGS(DB_INT(id), DB_INT(at)), err);
}

int session_list(struct db *db, const char *operator_id, size_t max, struct arena *arena, struct session **ret_sessions,
                 struct error *err)
{
	struct session *sessions = ARENA_ARRAY(arena, struct session, max);
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int n = 0, r;

	r = db_query(db,
	             "SELECT " SESSION_COLUMNS " FROM session WHERE operator = $1 ORDER BY seen_at DESC, id DESC LIMIT "
	             "$2",
	             DB_ARGS(DB_TEXT(operator_id), DB_INT(max)), &rows, err);
	while (r >= 0 && (r = db_next(rows, err)) > 0)
		sessions[n++] = read_session(rows, arena);
	if (r < 0)
		return r;
	*ret_sessions = sessions;
	return n;
}

int session_lasts(struct db *db, int64_t id, int64_t now, struct error *err)
{
	int64_t found;

	return db_query_int(db, "SELECT id FROM session WHERE id = $1 AND expires_at > $2",
	                    DB_ARGS(DB_INT(id), DB_INT(now)), &found, err);
}

int session_end(struct db *db, int64_t id, struct error *err)
{
	return (int)db_exec_count(db, "DELETE FROM session WHERE id = $1", DB_ARGS(DB_INT(id)), err);
}

int session_end_all(struct db *db, const char *operator_id, int64_t except, struct error *err)
{
	return (int)db_exec_count(db, "DELETE FROM session WHERE operator = $1 AND id <> $2",
	                          DB_ARGS(DB_TEXT(operator_id), DB_INT(except)), err);
}

int session_purge(struct db *db, int64_t now, int64_t idle_since, struct error *err)
{
	return db_exec(db, "DELETE FROM session WHERE expires_at <= $1 OR seen_at <= $2",
	               DB_ARGS(DB_INT(now), DB_INT(idle_since)), err);
}

/* ---------------------------------------------------------------- tokens of programs */

#define TOKEN_COLUMNS                                                                                             \
	"id, token_hash, prefix, operator, name, rights, accounts, created_by, created_at, expires_at, used_at, " \
	"used_from"

static struct api_token read_token(struct db_rows *rows, struct arena *arena)
{
	return (struct api_token){.id = db_col_int(rows, 0),
	                          .token_hash = arena_cstr(arena, db_col_str(rows, 1)),
	                          .prefix = arena_cstr(arena, db_col_str(rows, 2)),
	                          .operator_id = arena_cstr(arena, db_col_str(rows, 3)),
	                          .name = arena_cstr(arena, db_col_str(rows, 4)),
	                          .rights = arena_cstr(arena, db_col_str(rows, 5)),
	                          .accounts = arena_cstr(arena, db_col_str(rows, 6)),
	                          .created_by = arena_cstr(arena, db_col_str(rows, 7)),
	                          .created_at = db_col_int(rows, 8),
	                          .expires_at = db_col_int(rows, 9),
	                          .used_at = db_col_int(rows, 10),
	                          .used_from = arena_cstr(arena, db_col_str(rows, 11))};
}

int api_token_insert(struct db *db, const struct api_token *t, struct error *err)
{
	return db_exec(
	        db, "INSERT INTO api_token (" TOKEN_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '')",
	        DB_ARGS(DB_INT(t->id), DB_TEXT(t->token_hash), DB_TEXT(t->prefix), DB_TEXT(t->operator_id),
	                DB_TEXT(t->name), DB_TEXT(t->rights), DB_TEXT(t->accounts), DB_TEXT(t->created_by),
	                DB_INT(t->created_at), DB_INT(t->expires_at)),
	        err);
}

static int take_token(struct db_rows *rows, struct arena *arena, struct api_token *ret_token, struct error *err)
{
	int r = db_next(rows, err);

	if (r > 0)
		*ret_token = read_token(rows, arena);
	return r;
}

int api_token_find(struct db *db, const char *token_hash, struct arena *arena, struct api_token *ret_token,
                   struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " TOKEN_COLUMNS " FROM api_token WHERE token_hash = $1",
	                 DB_ARGS(DB_TEXT(token_hash)), &rows, err);

	return r < 0 ? r : take_token(rows, arena, ret_token, err);
}

int api_token_get(struct db *db, int64_t id, struct arena *arena, struct api_token *ret_token, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " TOKEN_COLUMNS " FROM api_token WHERE id = $1", DB_ARGS(DB_INT(id)), &rows, err);

	return r < 0 ? r : take_token(rows, arena, ret_token, err);
}

int api_token_lasts(struct db *db, int64_t id, int64_t now, struct error *err)
{
	int64_t found;

	return db_query_int(db, "SELECT id FROM api_token WHERE id = $1 AND (expires_at = 0 OR expires_at > $2)",
	                    DB_ARGS(DB_INT(id), DB_INT(now)), &found, err);
}

int api_token_used(struct db *db, int64_t id, int64_t at, const char *from, struct error *err)
{
	return db_exec(db, "UPDATE api_token SET used_at = $2, used_from = $3 WHERE id = $1 AND used_at < $2",
	               DB_ARGS(DB_INT(id), DB_INT(at), DB_TEXT(from)), err);
}

int api_token_list(struct db *db, const char *operator_id, int64_t before, size_t max, struct arena *arena,
                   struct api_token **ret_tokens, struct error *err)
{
	struct api_token *tokens = ARENA_ARRAY(arena, struct api_token, max);
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int n = 0, r;

	r = db_query(db,
	             "SELECT " TOKEN_COLUMNS " FROM api_token WHERE ($1 = '' OR operator = $1) AND id < $2 ORDER BY id "
	             "DESC LIMIT $3",
	             DB_ARGS(DB_TEXT(operator_id ? operator_id : ""), DB_INT(before ? before : INT64_MAX), DB_INT(max)),
	             &rows, err);
	while (r >= 0 && (r = db_next(rows, err)) > 0)
		tokens[n++] = read_token(rows, arena);
	if (r < 0)
		return r;
	*ret_tokens = tokens;
	return n;
}

int api_token_delete(struct db *db, int64_t id, struct error *err)
{
	return (int)db_exec_count(db, "DELETE FROM api_token WHERE id = $1", DB_ARGS(DB_INT(id)), err);
}
