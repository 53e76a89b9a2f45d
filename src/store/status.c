/* See status.h. */
#include "store/status.h"

#include "base/arena.h"
#include "store/cases.h"

#include <jansson.h>
#include <stdio.h>

/* ---------------------------------------------------------------- how it stands */

int status_put(struct db *db, const struct status *s, struct error *err)
{
	return db_exec(
	        db,
	        "INSERT INTO status (kind, id, state, since, error, error_at, next_try_at, updated_at, failing)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (kind, id) DO UPDATE SET"
	        " state = $3, since = $4, error = $5, error_at = $6, next_try_at = $7, updated_at = $8, failing = $9",
	        DB_ARGS(DB_TEXT(s->kind), DB_TEXT(s->id), DB_TEXT(s->state), DB_INT(s->since), DB_TEXT(s->error),
	                DB_INT(s->error_at), DB_INT(s->next_try_at), DB_INT(s->updated_at), DB_INT(s->is_failing)),
	        err);
}

int status_remove(struct db *db, const char *kind, const char *id, struct error *err)
{
	return db_exec(db, "DELETE FROM status WHERE kind = $1 AND id = $2", DB_ARGS(DB_TEXT(kind), DB_TEXT(id)), err);
}

int status_forget_processes(struct db *db, int64_t before, struct error *err)
{
	return db_exec(db, "DELETE FROM status WHERE kind = 'process' AND updated_at < $1", DB_ARGS(DB_INT(before)),
	               err);
}

int status_sign(struct db *db, int64_t *ret_sign, struct error *err)
{
	int64_t sign = 0;
	int r = db_query_int(
	        db, "SELECT CAST(COALESCE(SUM(since), 0) AS BIGINT) FROM status WHERE kind IN ('listener', 'sender')",
	        DB_NO_ARGS, &sign, err);

	if (r < 0)
		return r;
	*ret_sign = sign;
	return 0;
}

int status_is_failing(struct db *db, const char *kind, const char *id, struct error *err)
{
	int64_t since;

	return db_query_int(
	        db, "SELECT since FROM status WHERE kind = $1 AND id = $2 AND state IN ('failed', 'auth-failed')",
	        DB_ARGS(DB_TEXT(kind), DB_TEXT(id)), &since, err);
}

int status_each(struct db *db, void (*each)(void *ctx, const struct status *status), void *ctx, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int n = 0,
	    r = db_query(db,
	                 "SELECT kind, id, state, since, error, error_at, next_try_at, updated_at, failing FROM status"
	                 " ORDER BY kind, id",
	                 DB_NO_ARGS, &rows, err);

	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		const struct status s = {.kind = arena_cstr(arena, db_col_str(rows, 0)),
		                         .id = arena_cstr(arena, db_col_str(rows, 1)),
		                         .state = arena_cstr(arena, db_col_str(rows, 2)),
		                         .since = db_col_int(rows, 3),
		                         .error = arena_cstr(arena, db_col_str(rows, 4)),
		                         .error_at = db_col_int(rows, 5),
		                         .next_try_at = db_col_int(rows, 6),
		                         .updated_at = db_col_int(rows, 7),
		                         .is_failing = db_col_int(rows, 8) != 0};

		each(ctx, &s);
		n++;
	}
	return r < 0 ? r : n;
}

/* ---------------------------------------------------------------- pauses */

static int tell(struct db *db, const char *kind, const char *id, bool paused, const char *author, int64_t now,
                struct error *err)
{
	json_t *data = json_pack("{s:s, s:s}", kind, id, "by", author);
	char *text = data ? json_dumps(data, JSON_COMPACT) : NULL, event[40];
	int r;

	snprintf(event, sizeof event, "%s.%s", kind, paused ? "paused" : "unpaused");
	r = event_add(db,
	              &(struct new_event){.kind = event,
	                                  .account = strcmp(kind, "account") == 0 ? id : NULL,
	                                  .author = author,
	                                  .data = str_of(text),
	                                  .at = now},
	              err);
	free(text);
	json_decref(data);
	return r;
}

int pause_is(struct db *db, const char *kind, const char *id, struct error *err)
{
	int64_t at;

	return db_query_int(db, "SELECT at FROM pause WHERE kind = $1 AND id = $2", DB_ARGS(DB_TEXT(kind), DB_TEXT(id)),
	                    &at, err);
}

int pause_set(struct db *db, const char *kind, const char *id, bool paused, const char *author, int64_t now,
              struct error *err)
{
	int r = pause_is(db, kind, id, err);

	if (r < 0 || (r > 0) == paused)
		return MIN(r, 0);
	r = paused ? db_exec(db, "INSERT INTO pause (kind, id, author, at) VALUES ($1, $2, $3, $4)",
	                     DB_ARGS(DB_TEXT(kind), DB_TEXT(id), DB_TEXT(author), DB_INT(now)), err)
	           : db_exec(db, "DELETE FROM pause WHERE kind = $1 AND id = $2", DB_ARGS(DB_TEXT(kind), DB_TEXT(id)),
	                     err);
	if (r >= 0)
		r = tell(db, kind, id, paused, author, now, err);
	return r < 0 ? r : 1;
}

int pause_each(struct db *db, void (*each)(void *ctx, const char *kind, const char *id, const char *author, int64_t at),
               void *ctx, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int n = 0, r = db_query(db, "SELECT kind, id, author, at FROM pause ORDER BY kind, id", DB_NO_ARGS, &rows, err);

	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		each(ctx, arena_cstr(arena, db_col_str(rows, 0)), arena_cstr(arena, db_col_str(rows, 1)),
		     arena_cstr(arena, db_col_str(rows, 2)), db_col_int(rows, 3));
		n++;
	}
	return r < 0 ? r : n;
}
