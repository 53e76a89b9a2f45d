/* See deliveries.h. */
#include "store/deliveries.h"

#include "base/clock.h"

#define FORGOTTEN_AT_ONCE 500 /* the rest of a deleted webhook's goes later */

#define LONGEST_TRY_MS MINUTES_MS(5)
#define CLOCK_SLACK_MS MINUTES_MS(1) /* by so much clocks of several processes may differ */

#define COLUMNS "id, webhook, event_number, event_kind, state, tries, next_try_at, status, reason, created_at, done_at"
#define WAITS   "state IN ('queued', 'later', 'sending')"

/* Deliveries stand under a webhook's key: its id, or the id, "#" and a number where one of that id was deleted before
 * with more deliveries than are dropped at once. Those wait under a key that is gone: nobody sees or sends them. */
#define KEY     "COALESCE((SELECT key FROM webhook_key WHERE webhook = $1), $1)"
#define IS_KEPT "webhook NOT IN (SELECT key FROM webhook_gone)"

int delivery_add(struct db *db, const char *webhook, int64_t event_number, const char *event_kind, int64_t now,
                 struct error *err)
{
	int64_t id;
	int r = db_new_id(db, &id, err);

	if (r < 0)
		return r;
	return db_exec(db,
	               "INSERT INTO delivery (id, webhook, event_number, event_kind, state, tries, next_try_at, status,"
	               " reason, created_at) VALUES ($2, " KEY ", $3, $4, 'queued', 0, $5, 0, '', $5)"
	               " ON CONFLICT (webhook, event_number) DO NOTHING",
	               DB_ARGS(DB_TEXT(webhook), DB_INT(id), DB_INT(event_number), DB_TEXT(event_kind), DB_INT(now)),
	               err);
}

/* ---------------------------------------------------------------- rows */

static void read_row(struct db_rows *rows, struct arena *arena, struct delivery *ret)
{
	struct str key = db_col_str(rows, 1), id = STR("");

	(void)str_split(&key, '#', &id);
	*ret = (struct delivery){
	        .id = db_col_int(rows, 0),
	        .webhook = arena_cstr(arena, id),
	        .event_number = db_col_int(rows, 2),
	        .event_kind = arena_cstr(arena, db_col_str(rows, 3)),
	        .state = arena_cstr(arena, db_col_str(rows, 4)),
	        .tries = db_col_int(rows, 5),
	        .next_try_at = db_col_int(rows, 6),
	        .status = db_col_int(rows, 7),
	        .reason = arena_cstr(arena, db_col_str(rows, 8)),
	        .created_at = db_col_int(rows, 9),
	        .done_at = db_col_int(rows, 10),
	};
}

static int read_rows(struct db_rows *rows, size_t max, struct arena *arena, struct delivery **ret_list,
                     struct error *err)
{
	struct delivery *list = ARENA_ARRAY(arena, struct delivery, max);
	size_t n = 0;
	int r = 0;

	while (n < max && (r = db_next(rows, err)) > 0)
		read_row(rows, arena, &list[n++]);
	if (r < 0)
		return r;
	*ret_list = list;
	return (int)n;
}

/* ---------------------------------------------------------------- sending */

int delivery_due(struct db *db, const char *webhook, int64_t now, size_t max, struct arena *arena,
                 struct delivery **ret_list, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT " COLUMNS " FROM delivery WHERE webhook = " KEY " AND next_try_at <= $2 AND " WAITS
	                 " ORDER BY next_try_at LIMIT $3",
	                 DB_ARGS(DB_TEXT(webhook), DB_INT(now), DB_INT(max)), &rows, err);

	return r < 0 ? r : read_rows(rows, max, arena, ret_list, err);
}

int delivery_take(struct db *db, int64_t id, int64_t now, int64_t until, struct error *err)
{
	int64_t n = db_exec_count(db,
	                          "UPDATE delivery SET state = 'sending', next_try_at = $3"
	                          " WHERE id = $1 AND next_try_at <= $2 AND " WAITS " AND " IS_KEPT,
	                          DB_ARGS(DB_INT(id), DB_INT(now), DB_INT(until)), err);

	return n < 0 ? (int)n : n > 0;
}

int delivery_give_back(struct db *db, int64_t id, int64_t now, struct error *err)
{
	return db_exec(db,
	               "UPDATE delivery SET state = CASE WHEN tries = 0 THEN 'queued' ELSE 'later' END,"
	               " next_try_at = $2 WHERE id = $1 AND state = 'sending'",
	               DB_ARGS(DB_INT(id), DB_INT(now)), err);
}

/* What is queued never waits; what has tries left was last tried in the past; and no try lasts that long. */
int delivery_heed_clock(struct db *db, int64_t now, struct error *err)
{
	return db_exec(db,
	               "UPDATE delivery SET next_try_at = $1 WHERE next_try_at > $1 AND " WAITS
	               " AND (state = 'queued' OR (state = 'sending' AND next_try_at > $2) OR EXISTS"
	               " (SELECT 1 FROM delivery_try t WHERE t.delivery_id = delivery.id AND t.at > $3))",
	               DB_ARGS(DB_INT(now), DB_INT(now + LONGEST_TRY_MS), DB_INT(now + CLOCK_SLACK_MS)), err);
}

int delivery_write(struct db *db, const struct delivery *d, const struct delivery_try *attempt, struct error *err)
{
	int64_t n =
	        db_exec_count(db,
	                      "UPDATE delivery SET state = $2, tries = $3, next_try_at = $4, status = $5, reason = $6,"
	                      " done_at = $7 WHERE id = $1 AND " IS_KEPT,
	                      DB_ARGS(DB_INT(d->id), DB_TEXT(d->state), DB_INT(d->tries), DB_INT(d->next_try_at),
	                              DB_INT(d->status), DB_TEXT(d->reason), d->done_at ? DB_INT(d->done_at) : DB_NULL),
	                      err);
	int r;

	if (n <= 0)
		return (int)n;
	r = db_exec(db,
	            "INSERT INTO delivery_try (delivery_id, try, at, duration_ms, status, reason, answer)"
	            " VALUES ($1, (SELECT COUNT(*) + 1 FROM delivery_try WHERE delivery_id = $1), $2, $3, $4, $5, $6)",
	            DB_ARGS(DB_INT(d->id), DB_INT(attempt->at), DB_INT(attempt->duration_ms), DB_INT(attempt->status),
	                    DB_TEXT(attempt->reason), DB_TEXT(attempt->answer)),
	            err);
	return r < 0 ? r : 1;
}

/* ---------------------------------------------------------------- looking */

int delivery_get(struct db *db, int64_t id, struct arena *arena, struct delivery *ret, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " COLUMNS " FROM delivery WHERE id = $1 AND " IS_KEPT, DB_ARGS(DB_INT(id)), &rows,
	                 err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		read_row(rows, arena, ret);
	return r;
}

int delivery_list(struct db *db, const char *webhook, const char *state, int64_t before, size_t max,
                  struct arena *arena, struct delivery **ret_list, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT " COLUMNS " FROM delivery WHERE webhook = " KEY
	                 " AND id < $2 AND ($3 = '' OR state = $3)"
	                 " ORDER BY id DESC LIMIT $4",
	                 DB_ARGS(DB_TEXT(webhook), DB_INT(before ? before : INT64_MAX), DB_TEXT(state ? state : ""),
	                         DB_INT(max)),
	                 &rows, err);

	return r < 0 ? r : read_rows(rows, max, arena, ret_list, err);
}

#define MOST_TRIES 200

int delivery_tries(struct db *db, int64_t id, struct arena *arena, struct delivery_try **ret_list, struct error *err)
{
	struct delivery_try *list = ARENA_ARRAY(arena, struct delivery_try, MOST_TRIES);
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int n = 0, r = db_query(db,
	                        "SELECT try, at, duration_ms, status, reason, answer FROM delivery_try"
	                        " WHERE delivery_id = $1 ORDER BY try DESC LIMIT $2",
	                        DB_ARGS(DB_INT(id), DB_INT(MOST_TRIES)), &rows, err);

	while (r >= 0 && n < MOST_TRIES && (r = db_next(rows, err)) > 0)
		list[n++] = (struct delivery_try){
		        .number = db_col_int(rows, 0),
		        .at = db_col_int(rows, 1),
		        .duration_ms = db_col_int(rows, 2),
		        .status = db_col_int(rows, 3),
		        .reason = arena_cstr(arena, db_col_str(rows, 4)),
		        .answer = arena_cstr(arena, db_col_str(rows, 5)),
		};
	if (r < 0)
		return r;
	*ret_list = list;
	return n;
}

int delivery_waiting(struct db *db, const char *webhook, int64_t *ret_count, struct error *err)
{
	int r = db_query_int(db, "SELECT COUNT(*) FROM delivery WHERE webhook = " KEY " AND " WAITS,
	                     DB_ARGS(DB_TEXT(webhook)), ret_count, err);

	return MIN(r, 0);
}

/* ---------------------------------------------------------------- again */

int delivery_replay(struct db *db, const char *webhook, int64_t id, int64_t now, struct error *err)
{
	int64_t n = db_exec_count(db,
	                          "UPDATE delivery SET state = 'queued', tries = 0, next_try_at = $3, done_at = NULL"
	                          " WHERE id = $2 AND webhook = " KEY " AND state <> 'sending'",
	                          DB_ARGS(DB_TEXT(webhook), DB_INT(id), DB_INT(now)), err);

	return n < 0 ? (int)n : n > 0;
}

int delivery_replay_event(struct db *db, const char *webhook, int64_t event_number, int64_t now, struct error *err)
{
	return db_exec(db,
	               "UPDATE delivery SET state = 'queued', tries = 0, next_try_at = $3, done_at = NULL"
	               " WHERE webhook = " KEY " AND event_number = $2 AND state <> 'sending'",
	               DB_ARGS(DB_TEXT(webhook), DB_INT(event_number), DB_INT(now)), err);
}

int64_t delivery_replay_failed(struct db *db, const char *webhook, int64_t after, int64_t now, struct error *err)
{
	return db_exec_count(db,
	                     "UPDATE delivery SET state = 'queued', tries = 0, next_try_at = $3, done_at = NULL"
	                     " WHERE webhook = " KEY " AND event_number > $2 AND state IN ('failed', 'later')",
	                     DB_ARGS(DB_TEXT(webhook), DB_INT(after), DB_INT(now)), err);
}

int delivery_any_done_before(struct db *db, int64_t at, struct error *err)
{
	int64_t id;

	return db_query_int(db, "SELECT id FROM delivery WHERE done_at < $1 ORDER BY done_at LIMIT 1",
	                    DB_ARGS(DB_INT(at)), &id, err);
}

/* Takes what a DELETE names as its own, with the tries; returns how many. The ids of those that really went: asked
 * twice, PostgreSQL may name others the second time. */
static int64_t drop(struct db *db, const char *sql, const struct db_value *values, size_t count, size_t max,
                    struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int64_t *ids = ARENA_ARRAY(arena, int64_t, max);
	size_t n = 0;
	int r = db_query(db, sql, values, count, &rows, err);

	while (r >= 0 && n < max && (r = db_next(rows, err)) > 0)
		ids[n++] = db_col_int(rows, 0);
	db_rows_free(take(rows));
	for (size_t i = 0; i < n && r >= 0; i++)
		r = db_exec(db, "DELETE FROM delivery_try WHERE delivery_id = $1", DB_ARGS(DB_INT(ids[i])), err);
	return r < 0 ? r : (int64_t)n;
}

int64_t delivery_prune(struct db *db, int64_t at, size_t max, struct error *err)
{
	return drop(db,
	            "DELETE FROM delivery WHERE id IN"
	            " (SELECT id FROM delivery WHERE done_at < $1 ORDER BY done_at, id LIMIT $2) AND done_at < $1"
	            " RETURNING id",
	            DB_ARGS(DB_INT(at), DB_INT(max)), max, err);
}

/* ---------------------------------------------------------------- of a webhook that is deleted */

/* 1 where some are left. */
static int drop_some(struct db *db, const char *key, size_t max, struct error *err)
{
	int64_t id, n = drop(db,
	                     "DELETE FROM delivery WHERE id IN"
	                     " (SELECT id FROM delivery WHERE webhook = $1 ORDER BY id LIMIT $2) RETURNING id",
	                     DB_ARGS(DB_TEXT(key), DB_INT(max)), max, err);

	return n < 0 ? (int)n
	             : db_query_int(db, "SELECT id FROM delivery WHERE webhook = $1 LIMIT 1", DB_ARGS(DB_TEXT(key)),
	                            &id, err);
}

static int key_of(struct db *db, const char *webhook, struct arena *arena, const char **ret_key, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT key FROM webhook_key WHERE webhook = $1", DB_ARGS(DB_TEXT(webhook)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r >= 0)
		*ret_key = r > 0 ? arena_cstr(arena, db_col_str(rows, 0)) : webhook;
	return MIN(r, 0);
}

/* What is left waits under its key to be dropped, and the next webhook of that name gets another. */
static int leave_key(struct db *db, const char *webhook, const char *key, struct arena *arena, struct error *err)
{
	int64_t number;
	int r = db_exec(db, "INSERT INTO webhook_gone (key) VALUES ($1)", DB_ARGS(DB_TEXT(key)), err);

	if (r == 0)
		r = db_new_id(db, &number, err);
	if (r < 0)
		return r;
	return db_exec(db,
	               "INSERT INTO webhook_key (webhook, key) VALUES ($1, $2)"
	               " ON CONFLICT (webhook) DO UPDATE SET key = $2",
	               DB_ARGS(DB_TEXT(webhook), DB_STR(arena_printf(arena, "%s#%lld", webhook, (long long)number))),
	               err);
}

int webhook_forget(struct db *db, const char *webhook, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const char *key;
	int r = key_of(db, webhook, arena, &key, err);

	if (r == 0)
		r = drop_some(db, key, FORGOTTEN_AT_ONCE, err);
	if (r > 0)
		r = leave_key(db, webhook, key, arena, err);
	return r < 0 ? r : db_exec(db, "DELETE FROM webhook_state WHERE webhook = $1", DB_ARGS(DB_TEXT(webhook)), err);
}

int webhook_any_gone(struct db *db, int64_t at UNUSED, struct error *err)
{
	int64_t one;

	return db_query_int(db, "SELECT 1 FROM webhook_gone LIMIT 1", DB_NO_ARGS, &one, err);
}

int64_t webhook_drop_gone(struct db *db, int64_t at UNUSED, size_t max, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	const char *key;
	int r = db_query(db, "SELECT key FROM webhook_gone ORDER BY key LIMIT 1", DB_NO_ARGS, &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r <= 0)
		return r;
	key = arena_cstr(arena, db_col_str(rows, 0));
	db_rows_free(take(rows));
	r = drop_some(db, key, max, err);
	return r != 0 ? r : db_exec(db, "DELETE FROM webhook_gone WHERE key = $1", DB_ARGS(DB_TEXT(key)), err);
}

/* ---------------------------------------------------------------- the endpoint */

int webhook_state_get(struct db *db, const char *webhook, struct arena *arena, struct webhook_state *ret,
                      struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT failing_since, failures, next_try_at, delivered_at, failed_at, reason, disabled_at"
	                 " FROM webhook_state WHERE webhook = $1",
	                 DB_ARGS(DB_TEXT(webhook)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r < 0)
		return r;
	*ret = (struct webhook_state){.webhook = webhook, .reason = ""};
	if (r > 0)
		*ret = (struct webhook_state){
		        .webhook = webhook,
		        .failing_since = db_col_int(rows, 0),
		        .failures = db_col_int(rows, 1),
		        .next_try_at = db_col_int(rows, 2),
		        .delivered_at = db_col_int(rows, 3),
		        .failed_at = db_col_int(rows, 4),
		        .reason = arena_cstr(arena, db_col_str(rows, 5)),
		        .disabled_at = db_col_int(rows, 6),
		};
	return 0;
}

int webhook_state_put(struct db *db, const struct webhook_state *s, struct error *err)
{
	return db_exec(db,
	               "INSERT INTO webhook_state (webhook, failing_since, failures, next_try_at, delivered_at,"
	               " failed_at, reason, disabled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (webhook)"
	               " DO UPDATE SET failing_since = $2, failures = $3, next_try_at = $4, delivered_at = $5,"
	               " failed_at = $6, reason = $7, disabled_at = $8",
	               DB_ARGS(DB_TEXT(s->webhook), DB_INT(s->failing_since), DB_INT(s->failures),
	                       DB_INT(s->next_try_at), DB_INT(s->delivered_at), DB_INT(s->failed_at),
	                       DB_TEXT(s->reason), DB_INT(s->disabled_at)),
	               err);
}

int webhook_end_rest(struct db *db, const char *webhook, struct error *err)
{
	return db_exec(db, "UPDATE webhook_state SET next_try_at = 0 WHERE webhook = $1", DB_ARGS(DB_TEXT(webhook)),
	               err);
}

int webhook_changed_at(struct db *db, const char *webhook, int64_t *ret_at, struct error *err)
{
	int r = db_query_int(
	        db, "SELECT at FROM record WHERE kind = 'webhook' AND id = $1 AND is_current = 1 AND document <> ''",
	        DB_ARGS(DB_TEXT(webhook)), ret_at, err);

	return MIN(r, 0);
}
