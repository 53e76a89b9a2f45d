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

int breaker_past_answers(struct db *db, const char *address, int64_t since, size_t max, struct arena *arena,
                         struct past_answer *ret_answers, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	size_t n = 0;
	int r = db_query(
	        db,
	        "SELECT o.created_at, (SELECT SUBSTR(m.body_text, 1, 32768) FROM message m WHERE "
	        "m.case_id = o.case_id AND m.direction = 'in' AND m.id < o.message_id ORDER BY m.id DESC LIMIT 1) "
	        "FROM outbox o WHERE o.kind = 'answer' AND o.answer_to = $1 AND o.created_at > $2 "
	        "ORDER BY o.created_at DESC LIMIT $3",
	        DB_ARGS(DB_TEXT(address), DB_INT(since), DB_INT(max)), &rows, err);

	if (r < 0)
		return r;
	while (n < max && (r = db_next(rows, err)) > 0) {
		struct str text = db_col_str(rows, 1);

		ret_answers[n++] =
		        (struct past_answer){db_col_int(rows, 0), text.p ? arena_str(arena, text) : STR_NULL};
	}
	return r < 0 ? r : (int)n;
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

int breaker_list(struct db *db, bool all, const struct stored_breaker *after, size_t max, struct arena *arena,
                 struct stored_breaker **ret_list, struct error *err)
{
	static const struct stored_breaker before_all = {.scope = "", .name = "", .updated_at = INT64_MAX};
	const struct stored_breaker *last = after ? after : &before_all;
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct stored_breaker *list = ARENA_ARRAY(arena, struct stored_breaker, max);
	size_t n = 0;
	int r = db_query(
	        db,
	        "SELECT " COLUMNS " FROM breaker WHERE (state <> 'closed' OR $1 = 1) "
	        "AND (updated_at < $2 OR (updated_at = $2 AND (scope, name) > ($3, $4))) "
	        "ORDER BY updated_at DESC, scope, name LIMIT $5",
	        DB_ARGS(DB_INT(all), DB_INT(last->updated_at), DB_TEXT(last->scope), DB_TEXT(last->name), DB_INT(max)),
	        &rows, err);

	if (r < 0)
		return r;
	while (n < max && (r = read_breaker(rows, arena, &list[n], err)) > 0)
		n++;
	if (r < 0)
		return r;
	*ret_list = list;
	return (int)n;
}
