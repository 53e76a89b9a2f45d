/* See outbox_cancel.h. */
#include "store/outbox_cancel.h"

#include "base/arena.h"
#include "store/event_data.h"
#include "store/outbox_events.h"

int outbox_count_waiting(struct db *db, const char *account, struct outbox_waiting *ret_waiting, struct error *err)
{
	struct outbox_waiting found = {0};
	int r = db_query_int(db,
	                     "SELECT COUNT(*) FROM outbox WHERE account = $1 AND (state = 'queued' OR state = 'later')",
	                     DB_ARGS(DB_TEXT(account)), &found.waiting, err);

	if (r >= 0)
		r = db_query_int(db, "SELECT COUNT(*) FROM outbox WHERE account = $1 AND state = 'sending'",
		                 DB_ARGS(DB_TEXT(account)), &found.sending, err);
	if (r < 0)
		return r;
	*ret_waiting = found;
	return 0;
}

static int tell(struct db *db, const struct outbox_row *row, const char *why, const char *by, int64_t now,
                struct error *err)
{
	const struct new_event event = {.kind = "outbox.cancelled",
	                                .account = row->account,
	                                .author = by,
	                                .case_id = row->case_id,
	                                .message_id = row->message_id,
	                                .at = now};

	return event_add_data(db, &event, json_pack("{s:I, s:s}", "outbox", (json_int_t)row->id, "reason", why), err);
}

static int cancel_row(struct db *db, int64_t id, bool also_uncertain, const char *why, const char *by, int64_t now,
                      struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct outbox_row row;
	int64_t n, one;
	int waits = db_query_int(db, "SELECT 1 FROM outbox WHERE id = $1 AND state <> 'uncertain'", DB_ARGS(DB_INT(id)),
	                         &one, err);
	int r;

	if (waits < 0)
		return waits;
	n = db_exec_count(
	        db,
	        "UPDATE outbox SET claim = '', reply = $2,"
	        " state = CASE WHEN EXISTS (SELECT 1 FROM outbox_recipient r WHERE r.outbox_id = outbox.id AND"
	        " r.state IN ('sent', 'delayed', 'delivered')) THEN 'sent' ELSE 'cancelled' END,"
	        " sent_at = CASE WHEN EXISTS (SELECT 1 FROM outbox_recipient r WHERE r.outbox_id = outbox.id AND"
	        " r.state IN ('sent', 'delayed', 'delivered')) THEN COALESCE(sent_at, $3) ELSE sent_at END"
	        " WHERE id = $1 AND (state = 'queued' OR state = 'later' OR state = $4)",
	        DB_ARGS(DB_INT(id), DB_TEXT(why), DB_INT(now), DB_TEXT(also_uncertain ? "uncertain" : "later")), err);
	if (n <= 0)
		return (int)n;
	r = db_exec(db,
	            "UPDATE outbox_recipient SET state = 'cancelled', reply = $2 WHERE outbox_id = $1"
	            " AND state IN ('queued', 'later', 'uncertain')",
	            DB_ARGS(DB_INT(id), DB_TEXT(why)), err);
	if (r >= 0)
		r = outbox_get(db, id, arena, &row, err);
	if (r > 0)
		r = tell(db, &row, why, by, now, err);
	/* Of a part that was sent nobody was told while others waited. */
	if (r >= 0 && waits && strcmp(row.state, "sent") == 0)
		r = outbox_tell(db, &row, "outbox.sent", OUTBOX_REACHED, err);
	return r < 0 ? r : 1;
}

int outbox_cancel(struct db *db, int64_t id, const char *why, const char *by, int64_t now, struct error *err)
{
	return cancel_row(db, id, true, why, by, now, err);
}

int outbox_cancel_waiting(struct db *db, int64_t id, const char *why, const char *by, int64_t now, struct error *err)
{
	return cancel_row(db, id, false, why, by, now, err);
}

int64_t outbox_cancel_account(struct db *db, const char *account, const char *why, const char *by, int64_t now,
                              struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int64_t *ids = NULL;
	size_t n = 0, size = 0;
	int r = db_query(
	        db, "SELECT id FROM outbox WHERE account = $1 AND (state = 'queued' OR state = 'later') ORDER BY id",
	        DB_ARGS(DB_TEXT(account)), &rows, err);

	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, ids, n, size);
		ids[n++] = db_col_int(rows, 0);
	}
	db_rows_free(take(rows));
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = outbox_cancel(db, ids[i], why, by, now, err);
	return r < 0 ? r : (int64_t)n;
}
