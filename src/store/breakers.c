/* See breakers.h. */
#include "store/breakers.h"

#define COLUMNS "scope, name, state, reason, level, open_until, letters, since, memory, updated_at"

static int read_breaker(struct db_rows *rows, struct arena *arena, struct stored_breaker *ret, struct error *err)
{
	int r = db_next(rows, err);

	if (r <= 0)
		return r;
	*ret = (struct stored_breaker){
	        .scope = arena_cstr(arena, db_col_str(rows, 0)),
	        .name = arena_cstr(arena, db_col_str(rows, 1)),
	        .state = arena_cstr(arena, db_col_str(rows, 2)),
	        .reason = arena_cstr(arena, db_col_str(rows, 3)),
	        .level = db_col_int(rows, 4),
	        .open_until = db_col_int(rows, 5),
	        .letters = db_col_int(rows, 6),
	        .since = db_col_int(rows, 7),
	        .memory = arena_str(arena, db_col_str(rows, 8)),
	        .updated_at = db_col_int(rows, 9),
	};
	return 1;
}

int breaker_get(struct db *db, const char *scope, const char *name, struct arena *arena, struct stored_breaker *ret,
                struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " COLUMNS " FROM breaker WHERE scope = $1 AND name = $2",
	                 DB_ARGS(DB_TEXT(scope), DB_TEXT(name)), &rows, err);

	return r < 0 ? r : read_breaker(rows, arena, ret, err);
}

int breaker_put(struct db *db, const struct stored_breaker *b, struct error *err)
{
	return db_exec(db,
	               "INSERT INTO breaker (" COLUMNS
	               ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (scope, name) DO UPDATE SET "
	               "state = excluded.state, reason = excluded.reason, level = excluded.level, "
	               "open_until = excluded.open_until, letters = excluded.letters, since = excluded.since, "
	               "memory = excluded.memory, updated_at = excluded.updated_at",
	               DB_ARGS(DB_TEXT(b->scope), DB_TEXT(b->name), DB_TEXT(b->state), DB_TEXT(b->reason),
	                       DB_INT(b->level), DB_INT(b->open_until), DB_INT(b->letters), DB_INT(b->since),
	                       DB_STR(b->memory), DB_INT(b->updated_at)),
	               err);
}

int breaker_remove(struct db *db, const char *scope, const char *name, struct error *err)
{
	int64_t n = db_exec_count(db, "DELETE FROM breaker WHERE scope = $1 AND name = $2",
	                          DB_ARGS(DB_TEXT(scope), DB_TEXT(name)), err);

	return n < 0 ? (int)n : n > 0;
}

int breaker_forget(struct db *db, int64_t before, struct error *err)
{
	return db_exec(db, "DELETE FROM breaker WHERE state = 'closed' AND updated_at < $1", DB_ARGS(DB_INT(before)),
	               err);
}

int breaker_list(struct db *db, bool all, size_t max, struct arena *arena, struct stored_breaker **ret_list,
                 struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct stored_breaker *list = ARENA_ARRAY(arena, struct stored_breaker, max);
	size_t n = 0;
	int r = all ? db_query(db, "SELECT " COLUMNS " FROM breaker ORDER BY updated_at DESC, scope, name LIMIT $1",
	                       DB_ARGS(DB_INT(max)), &rows, err)
	            : db_query(db,
	                       "SELECT " COLUMNS
	                       " FROM breaker WHERE state <> 'closed' ORDER BY updated_at DESC, scope, "
	                       "name LIMIT $1",
	                       DB_ARGS(DB_INT(max)), &rows, err);

	if (r < 0)
		return r;
	while (n < max && (r = read_breaker(rows, arena, &list[n], err)) > 0)
		n++;
	if (r < 0)
		return r;
	*ret_list = list;
	return (int)n;
}
