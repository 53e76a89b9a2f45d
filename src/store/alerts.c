/* See alerts.h. */
#include "store/alerts.h"

/* ---------------------------------------------------------------- collecting */

static int put(struct db *db, const char *alert, const struct alert_item *item, const char *subject, struct error *err)
{
	return db_exec(
	        db,
	        "INSERT INTO alert_item (alert, batch, kind, subject, account, number, count, at, last_at, began_at,"
	        " data) VALUES ($1, 0, $2, $3, $4, $5, 1, $6, $6, $7, $8)"
	        " ON CONFLICT (alert, batch, kind, subject) DO UPDATE"
	        " SET count = alert_item.count + 1, last_at = $6, began_at = $7, data = $8",
	        DB_ARGS(DB_TEXT(alert), DB_TEXT(item->kind), DB_TEXT(subject), DB_TEXT(item->account),
	                DB_INT(item->number), DB_INT(item->at), DB_INT(item->began_at), DB_STR(item->data)),
	        err);
}

int alert_add(struct db *db, const char *alert, const struct alert_item *item, struct error *err)
{
	int64_t n = 0, is_known = 0;
	int r = db_query_int(db, "SELECT COUNT(*) FROM alert_item WHERE alert = $1 AND batch = 0",
	                     DB_ARGS(DB_TEXT(alert)), &n, err);

	if (r >= 0 && n >= ALERT_ITEMS_MAX)
		r = db_query_int(
		        db, "SELECT 1 FROM alert_item WHERE alert = $1 AND batch = 0 AND kind = $2 AND subject = $3",
		        DB_ARGS(DB_TEXT(alert), DB_TEXT(item->kind), DB_TEXT(item->subject)), &is_known, err);
	if (r < 0)
		return r;
	return put(db, alert, item, n < ALERT_ITEMS_MAX || is_known ? item->subject : "", err);
}

int alert_failure_begin(struct db *db, const char *alert, const char *kind, const char *subject, int64_t since,
                        struct error *err)
{
	return db_exec(db,
	               "INSERT INTO alert_failure (alert, kind, subject, since) VALUES ($1, $2, $3, $4)"
	               " ON CONFLICT (alert, kind, subject) DO UPDATE SET since = $4",
	               DB_ARGS(DB_TEXT(alert), DB_TEXT(kind), DB_TEXT(subject), DB_INT(since)), err);
}

int alert_failure_end(struct db *db, const char *alert, const char *kind, const char *subject, int64_t *ret_since,
                      struct error *err)
{
	int r = db_query_int(db, "SELECT since FROM alert_failure WHERE alert = $1 AND kind = $2 AND subject = $3",
	                     DB_ARGS(DB_TEXT(alert), DB_TEXT(kind), DB_TEXT(subject)), ret_since, err);

	if (r <= 0)
		return r;
	r = db_exec(db, "DELETE FROM alert_failure WHERE alert = $1 AND kind = $2 AND subject = $3",
	            DB_ARGS(DB_TEXT(alert), DB_TEXT(kind), DB_TEXT(subject)), err);
	return r < 0 ? r : 1;
}

int alert_failure_drop(struct db *db, const char *kind, const char *subject, struct error *err)
{
	return db_exec(db, "DELETE FROM alert_failure WHERE kind = $1 AND subject = $2",
	               DB_ARGS(DB_TEXT(kind), DB_TEXT(subject)), err);
}

/* ---------------------------------------------------------------- a mail */

int alert_set_aside(struct db *db, const char *alert, struct error *err)
{
	return db_exec(db,
	               "UPDATE alert_item SET batch = 1 WHERE alert = $1 AND batch = 0"
	               " AND NOT EXISTS (SELECT 1 FROM alert_item i WHERE i.alert = $1 AND i.batch = 1)",
	               DB_ARGS(DB_TEXT(alert)), err);
}

int alert_items(struct db *db, const char *alert, struct arena *arena, struct alert_item **ret_items, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct alert_item *list = NULL;
	size_t n = 0, size = 0;
	int r = db_query(db,
	                 "SELECT kind, subject, account, number, count, at, last_at, began_at, data FROM alert_item"
	                 " WHERE alert = $1 AND batch = 1 ORDER BY at, number",
	                 DB_ARGS(DB_TEXT(alert)), &rows, err);

	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, list, n, size);
		list[n++] = (struct alert_item){
		        .kind = arena_cstr(arena, db_col_str(rows, 0)),
		        .subject = arena_cstr(arena, db_col_str(rows, 1)),
		        .account = arena_cstr(arena, db_col_str(rows, 2)),
		        .number = db_col_int(rows, 3),
		        .count = db_col_int(rows, 4),
		        .at = db_col_int(rows, 5),
		        .last_at = db_col_int(rows, 6),
		        .began_at = db_col_int(rows, 7),
		        .data = arena_str(arena, db_col_str(rows, 8)),
		};
	}
	if (r < 0)
		return r;
	*ret_items = list;
	return (int)n;
}

/* 1: these and no others were set aside, and are gone. */
static int drop_items(struct db *db, const char *alert, const struct alert_item *items, size_t n, struct error *err)
{
	int64_t other, dropped = n != 0;
	int r;

	for (size_t i = 0; i < n && dropped > 0; i++)
		dropped = db_exec_count(
		        db,
		        "DELETE FROM alert_item WHERE alert = $1 AND batch = 1 AND kind = $2 AND subject = $3"
		        " AND number = $4",
		        DB_ARGS(DB_TEXT(alert), DB_TEXT(items[i].kind), DB_TEXT(items[i].subject),
		                DB_INT(items[i].number)),
		        err);
	if (dropped <= 0)
		return (int)dropped;
	r = db_query_int(db, "SELECT 1 FROM alert_item WHERE alert = $1 AND batch = 1 LIMIT 1", DB_ARGS(DB_TEXT(alert)),
	                 &other, err);
	return r < 0 ? r : r == 0;
}

int alert_mailed(struct db *db, const char *alert, const struct alert_item *items, size_t n, int64_t outbox_id,
                 int64_t now, struct error *err)
{
	int r = drop_items(db, alert, items, n, err);

	if (r <= 0)
		return r;
	r = db_exec(db,
	            "INSERT INTO alert_state (alert, mailed_at, mails) VALUES ($1, $2, 1)"
	            " ON CONFLICT (alert) DO UPDATE SET mailed_at = $2, mails = alert_state.mails + 1",
	            DB_ARGS(DB_TEXT(alert), DB_INT(now)), err);
	if (r >= 0)
		r = db_exec(db, "INSERT INTO alert_mail (alert, outbox_id) VALUES ($1, $2)",
		            DB_ARGS(DB_TEXT(alert), DB_INT(outbox_id)), err);
	return r < 0 ? r : 1;
}

/* ---------------------------------------------------------------- looking */

int alert_state_get(struct db *db, const char *alert, struct alert_state *ret, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct alert_state state = {0};
	int r = db_query(db, "SELECT mailed_at, mails FROM alert_state WHERE alert = $1", DB_ARGS(DB_TEXT(alert)),
	                 &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		state = (struct alert_state){.mailed_at = db_col_int(rows, 0), .mails = db_col_int(rows, 1)};
	db_rows_free(take(rows));
	if (r >= 0)
		r = db_query(
		        db,
		        "SELECT COUNT(*), COALESCE(MIN(at), 0), SUM(CASE WHEN kind = 'alert.test' THEN 1 ELSE 0 END)"
		        " FROM alert_item WHERE alert = $1",
		        DB_ARGS(DB_TEXT(alert)), &rows, err);
	if (r >= 0)
		r = db_next(rows, err);
	if (r < 0)
		return r;
	state.waiting = db_col_int(rows, 0);
	state.first_at = db_col_int(rows, 1);
	state.is_tried = db_col_int(rows, 2) > 0;
	*ret = state;
	return 0;
}

int alert_failures(struct db *db, const char *alert, size_t max, struct arena *arena, struct alert_failure **ret_list,
                   struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct alert_failure *list = NULL;
	size_t n = 0, size = 0;
	int r = db_query(db,
	                 "SELECT kind, subject, since FROM alert_failure WHERE alert = $1"
	                 " ORDER BY since, kind, subject LIMIT $2",
	                 DB_ARGS(DB_TEXT(alert), DB_INT((int64_t)max)), &rows, err);

	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, list, n, size);
		list[n++] = (struct alert_failure){.kind = arena_cstr(arena, db_col_str(rows, 0)),
		                                   .subject = arena_cstr(arena, db_col_str(rows, 1)),
		                                   .since = db_col_int(rows, 2)};
	}
	if (r < 0)
		return r;
	*ret_list = list;
	return (int)n;
}

int alert_mails(struct db *db, const char *alert, int64_t before, int64_t *ret_ids, size_t max, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	size_t n = 0;
	int r = db_query(db,
	                 "SELECT outbox_id FROM alert_mail WHERE alert = $1 AND outbox_id < $2"
	                 " ORDER BY outbox_id DESC LIMIT $3",
	                 DB_ARGS(DB_TEXT(alert), DB_INT(before ? before : INT64_MAX), DB_INT((int64_t)max)), &rows,
	                 err);

	while (r >= 0 && n < max && (r = db_next(rows, err)) > 0)
		ret_ids[n++] = db_col_int(rows, 0);
	return r < 0 ? r : (int)n;
}

int alert_is_letter(struct db *db, int64_t outbox_id, struct error *err)
{
	int64_t id;

	return db_query_int(db, "SELECT id FROM outbox WHERE id = $1 AND kind = 'alert'", DB_ARGS(DB_INT(outbox_id)),
	                    &id, err);
}

int alerts_wait(struct db *db, struct error *err)
{
	int64_t one;

	return db_query_int(db, "SELECT 1 FROM alert_item LIMIT 1", DB_NO_ARGS, &one, err);
}

int alert_forget(struct db *db, const char *alert, struct error *err)
{
	int r = db_exec(db, "DELETE FROM alert_item WHERE alert = $1", DB_ARGS(DB_TEXT(alert)), err);

	if (r == 0)
		r = db_exec(db, "DELETE FROM alert_failure WHERE alert = $1", DB_ARGS(DB_TEXT(alert)), err);
	if (r == 0)
		r = db_exec(db, "DELETE FROM alert_state WHERE alert = $1", DB_ARGS(DB_TEXT(alert)), err);
	if (r == 0)
		r = db_exec(db, "DELETE FROM alert_mail WHERE alert = $1", DB_ARGS(DB_TEXT(alert)), err);
	return r;
}
