/* See events.h. */
#include "store/events.h"

#include <stdatomic.h>

static void (*_Atomic hint_of)(void);

void event_set_hint(void (*hint)(void))
{
	atomic_store(&hint_of, hint);
}

/* ---------------------------------------------------------------- writing */

int event_add(struct db *db, const struct new_event *event, struct error *err)
{
	void (*hint)(void) = atomic_load_explicit(&hint_of, memory_order_acquire);
	int64_t id;
	int r = db_new_id(db, &id, err);

	if (r == 0)
		r = db_exec(db,
		            "INSERT INTO event (id, at, kind, case_id, message_id, data, account, author)"
		            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		            DB_ARGS(DB_INT(id), DB_INT(event->at), DB_TEXT(event->kind),
		                    event->case_id ? DB_INT(event->case_id) : DB_NULL,
		                    event->message_id ? DB_INT(event->message_id) : DB_NULL,
		                    event->data.n ? DB_STR(event->data) : DB_TEXT("{}"),
		                    DB_TEXT(event->account ? event->account : ""),
		                    DB_TEXT(event->author ? event->author : "")),
		            err);
	if (r == 0 && hint)
		hint();
	return r;
}

int event_insert(struct db *db, const char *kind, int64_t case_id, int64_t message_id, struct str data, int64_t at,
                 struct error *err)
{
	const struct new_event event = {
	        .kind = kind, .case_id = case_id, .message_id = message_id, .data = data, .at = at};

	return event_add(db, &event, err);
}

/* ---------------------------------------------------------------- reading rows */

#define COLUMNS                                                                                                       \
	"e.id, e.number, e.at, e.kind, e.account, e.author, e.case_id, e.message_id, e.data, COALESCE(c.number, '')," \
	" COALESCE(c.account, '')"
#define TABLES " FROM event e LEFT JOIN cases c ON c.id = e.case_id"

static void read_event(struct db_rows *rows, struct arena *arena, struct stored_event *ret)
{
	*ret = (struct stored_event){
	        .id = db_col_int(rows, 0),
	        .number = db_col_int(rows, 1),
	        .at = db_col_int(rows, 2),
	        .kind = arena_cstr(arena, db_col_str(rows, 3)),
	        .account = arena_cstr(arena, db_col_str(rows, 4)),
	        .author = arena_cstr(arena, db_col_str(rows, 5)),
	        .case_id = db_col_int(rows, 6),
	        .message_id = db_col_int(rows, 7),
	        .data = arena_str(arena, db_col_str(rows, 8)),
	        .case_number = arena_cstr(arena, db_col_str(rows, 9)),
	};
	if (!*ret->account)
		ret->account = arena_cstr(arena, db_col_str(rows, 10));
}

static int read_events(struct db_rows *rows, size_t max, struct arena *arena, struct stored_event **ret_events,
                       struct error *err)
{
	struct stored_event *list = ARENA_ARRAY(arena, struct stored_event, max);
	size_t n = 0;
	int r = 0;

	while (n < max && (r = db_next(rows, err)) > 0)
		read_event(rows, arena, &list[n++]);
	if (r < 0)
		return r;
	*ret_events = list;
	return (int)n;
}

/* ---------------------------------------------------------------- numbers */

int events_waiting(struct db *db, struct error *err)
{
	int64_t id;

	return db_query_int(db, "SELECT id FROM event WHERE number IS NULL ORDER BY at, id LIMIT 1", DB_NO_ARGS, &id,
	                    err);
}

/* That of its message, where neither the event nor its case names one. */
static int find_account(struct db *db, struct stored_event *event, struct arena *arena, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r;

	if (*event->account || !event->message_id)
		return 0;
	r = db_query(db, "SELECT account FROM message WHERE id = $1", DB_ARGS(DB_INT(event->message_id)), &rows, err);
	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		event->account = arena_cstr(arena, db_col_str(rows, 0));
	return MIN(r, 0);
}

static int give_number(struct db *db, const struct stored_event *event, struct error *err)
{
	return db_exec(db, "UPDATE event SET number = $2, account = $3 WHERE id = $1",
	               DB_ARGS(DB_INT(event->id), DB_INT(event->number), DB_TEXT(event->account)), err);
}

int events_hold_numbers(struct db *db, struct error *err)
{
	int64_t last;

	return db_take_numbers(db, STR("event"), 0, &last, err);
}

int events_number(struct db *db, size_t max, void (*place)(void *ctx, struct stored_event *event), void *ctx,
                  struct arena *arena, struct stored_event **ret_events, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct stored_event *list = NULL;
	int64_t last;
	int n, r = events_waiting(db, err);

	if (r <= 0)
		return r;
	/* First the lock that goes with numbers: whoever numbers at the same time has committed by then, and what he
	 * did is seen. */
	r = events_hold_numbers(db, err);
	if (r == 0)
		r = db_query(db, "SELECT " COLUMNS TABLES " WHERE e.number IS NULL ORDER BY e.at, e.id LIMIT $1",
		             DB_ARGS(DB_INT(max)), &rows, err);
	n = r < 0 ? r : read_events(rows, max, arena, &list, err);
	if (n <= 0)
		return n;
	db_rows_free(take(rows));
	r = db_take_numbers(db, STR("event"), n, &last, err);
	for (int i = 0; i < n && r == 0; i++) {
		list[i].number = last - n + 1 + i;
		r = find_account(db, &list[i], arena, err);
		if (r == 0 && place && !*list[i].account)
			place(ctx, &list[i]);
		if (r == 0)
			r = give_number(db, &list[i], err);
	}
	*ret_events = list;
	return r < 0 ? r : n;
}

/* ---------------------------------------------------------------- lists */

int events_list(struct db *db, const struct event_query *query, struct arena *arena, struct stored_event **ret_events,
                struct error *err)
{
	static const char up[] = "SELECT " COLUMNS TABLES " WHERE e.number > $1 ORDER BY e.number LIMIT $2";
	static const char down[] = "SELECT " COLUMNS TABLES " WHERE e.number < $1 ORDER BY e.number DESC LIMIT $2";
	static const char case_up[] =
	        "SELECT " COLUMNS TABLES " WHERE e.number > $1 AND e.case_id = $3 ORDER BY e.number LIMIT $2";
	static const char case_down[] =
	        "SELECT " COLUMNS TABLES " WHERE e.number < $1 AND e.case_id = $3 ORDER BY e.number DESC LIMIT $2";
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int64_t from = query->descending && !query->from ? INT64_MAX : query->from;
	int r;

	if (query->case_id)
		r = db_query(db, query->descending ? case_down : case_up,
		             DB_ARGS(DB_INT(from), DB_INT(query->max), DB_INT(query->case_id)), &rows, err);
	else
		r = db_query(db, query->descending ? down : up, DB_ARGS(DB_INT(from), DB_INT(query->max)), &rows, err);
	return r < 0 ? r : read_events(rows, query->max, arena, ret_events, err);
}

int events_of_message(struct db *db, int64_t case_id, int64_t message_id, size_t max, struct arena *arena,
                      struct stored_event **ret_events, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT " COLUMNS TABLES " WHERE e.case_id = $1 AND e.message_id = $2 ORDER BY e.id LIMIT $3",
	                 DB_ARGS(DB_INT(case_id), DB_INT(message_id), DB_INT(max)), &rows, err);

	return r < 0 ? r : read_events(rows, max, arena, ret_events, err);
}

int events_range(struct db *db, int64_t *ret_first, int64_t *ret_last, struct error *err)
{
	int64_t first = 0, last = 0;
	int r = db_query_int(db, "SELECT number FROM event WHERE number IS NOT NULL ORDER BY number LIMIT 1",
	                     DB_NO_ARGS, &first, err);

	if (r >= 0)
		r = db_query_int(db, "SELECT value FROM counter WHERE name = 'event'", DB_NO_ARGS, &last, err);
	if (r < 0)
		return r;
	*ret_first = first;
	*ret_last = last;
	return 0;
}

/* ---------------------------------------------------------------- forgetting */

int events_older_than(struct db *db, int64_t at, struct error *err)
{
	int64_t oldest = 0;
	int r = db_query_int(db, "SELECT at FROM event WHERE number IS NOT NULL ORDER BY number LIMIT 1", DB_NO_ARGS,
	                     &oldest, err);

	return r > 0 ? oldest < at : r;
}

int64_t events_prune(struct db *db, int64_t at, size_t max, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int64_t up_to = 0;
	int r = db_query(db, "SELECT number, at FROM event WHERE number IS NOT NULL ORDER BY number LIMIT $1",
	                 DB_ARGS(DB_INT(max)), &rows, err);

	while (r >= 0 && (r = db_next(rows, err)) > 0 && db_col_int(rows, 1) < at)
		up_to = db_col_int(rows, 0);
	if (r < 0 || !up_to)
		return MIN(r, 0);
	db_rows_free(take(rows));
	return db_exec_count(db, "DELETE FROM event WHERE number <= $1", DB_ARGS(DB_INT(up_to)), err);
}
