/* See ledger.h. */
#include "store/ledger.h"

#define COLUMNS                                                                                                       \
	"id, listener, folder_id, uidvalidity, uid, state, outcome, answer, category, reason, tries, next_try_at, "   \
	"message_id, case_id, duplicate_of, message_ident, content_key, content_hash, size, received_at, parsed_at, " \
	"mapped_at, activity_at, response_at, committed_at, acknowledged_at, parked_at, answer_code"

#define COLUMN_COUNT 28

/* 0 means "didn't happen" in the struct and NULL in the table. */
static struct db_value or_null(int64_t value)
{
	return value ? DB_INT(value) : DB_NULL;
}

/* The values of COLUMNS in their order. */
static void row_values(const struct ledger_row *row, struct db_value values[COLUMN_COUNT])
{
	const struct db_value all[COLUMN_COUNT] = {
	        DB_INT(row->id),
	        DB_TEXT(row->listener),
	        or_null(row->folder_id),
	        row->folder_id ? DB_INT(row->uidvalidity) : DB_NULL,
	        row->folder_id ? DB_INT(row->uid) : DB_NULL,
	        DB_TEXT(row->state),
	        DB_TEXT(row->outcome),
	        DB_TEXT(row->answer),
	        DB_TEXT(row->category),
	        DB_TEXT(row->reason),
	        DB_INT(row->tries),
	        or_null(row->next_try_at),
	        or_null(row->message_id),
	        or_null(row->case_id),
	        or_null(row->duplicate_of),
	        DB_STR(row->message_ident),
	        DB_INT(row->content_key),
	        row->content_hash.n ? DB_BLOB(row->content_hash) : DB_NULL,
	        DB_INT(row->size),
	        DB_INT(row->received_at),
	        or_null(row->parsed_at),
	        or_null(row->mapped_at),
	        or_null(row->activity_at),
	        or_null(row->response_at),
	        or_null(row->committed_at),
	        or_null(row->acknowledged_at),
	        or_null(row->parked_at),
	        DB_TEXT(row->answer_code ? row->answer_code : ""),
	};

	memcpy(values, all, sizeof all);
}

int64_t ledger_content_key(struct str content_hash)
{
	int64_t key = 0;

	memcpy(&key, content_hash.p, MIN(content_hash.n, sizeof key));
	return key;
}

int ledger_insert(struct db *db, const struct ledger_row *row, struct error *err)
{
	struct db_value values[COLUMN_COUNT];

	row_values(row, values);
	return db_exec(db,
	               "INSERT INTO ledger (" COLUMNS
	               ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
	               "$15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)",
	               values, ARRAY_LEN(values), err);
}

int ledger_update(struct db *db, const struct ledger_row *row, struct error *err)
{
	struct db_value values[COLUMN_COUNT], of_update[COLUMN_COUNT - 4];

	row_values(row, values);
	of_update[0] = values[0];
	memcpy(of_update + 1, values + 5, sizeof *values * (COLUMN_COUNT - 5));
	return db_exec(
	        db,
	        "UPDATE ledger SET state = $2, outcome = $3, answer = $4, category = $5, reason = $6, tries = $7, "
	        "next_try_at = $8, message_id = $9, case_id = $10, duplicate_of = $11, message_ident = $12, "
	        "content_key = $13, "
	        "content_hash = $14, size = $15, received_at = $16, parsed_at = $17, mapped_at = $18, activity_at = "
	        "$19, "
	        "response_at = $20, committed_at = $21, acknowledged_at = $22, parked_at = $23, answer_code = $24 "
	        "WHERE id = $1",
	        of_update, ARRAY_LEN(of_update), err);
}

static const char *text_of(struct db_rows *rows, int column, struct arena *arena)
{
	return arena_cstr(arena, db_col_str(rows, column));
}

static int read_row(struct db_rows *rows, struct arena *arena, struct ledger_row *ret_row, struct error *err)
{
	int r = db_next(rows, err);

	if (r <= 0)
		return r;
	*ret_row = (struct ledger_row){
	        .id = db_col_int(rows, 0),
	        .listener = text_of(rows, 1, arena),
	        .folder_id = db_col_int(rows, 2),
	        .uidvalidity = (uint32_t)db_col_int(rows, 3),
	        .uid = (uint32_t)db_col_int(rows, 4),
	        .state = text_of(rows, 5, arena),
	        .outcome = text_of(rows, 6, arena),
	        .answer = text_of(rows, 7, arena),
	        .category = text_of(rows, 8, arena),
	        .reason = text_of(rows, 9, arena),
	        .tries = db_col_int(rows, 10),
	        .next_try_at = db_col_int(rows, 11),
	        .message_id = db_col_int(rows, 12),
	        .case_id = db_col_int(rows, 13),
	        .duplicate_of = db_col_int(rows, 14),
	        .message_ident = arena_str(arena, db_col_str(rows, 15)),
	        .content_key = db_col_int(rows, 16),
	        .content_hash = arena_str(arena, db_col_str(rows, 17)),
	        .size = (uint64_t)db_col_int(rows, 18),
	        .received_at = db_col_int(rows, 19),
	        .parsed_at = db_col_int(rows, 20),
	        .mapped_at = db_col_int(rows, 21),
	        .activity_at = db_col_int(rows, 22),
	        .response_at = db_col_int(rows, 23),
	        .committed_at = db_col_int(rows, 24),
	        .acknowledged_at = db_col_int(rows, 25),
	        .parked_at = db_col_int(rows, 26),
	        .answer_code = text_of(rows, 27, arena),
	};
	return 1;
}

int ledger_get(struct db *db, int64_t id, struct arena *arena, struct ledger_row *ret_row, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " COLUMNS " FROM ledger WHERE id = $1", DB_ARGS(DB_INT(id)), &rows, err);

	return r < 0 ? r : read_row(rows, arena, ret_row, err);
}

int ledger_find_uid(struct db *db, int64_t folder_id, uint32_t uidvalidity, uint32_t uid, struct arena *arena,
                    struct ledger_row *ret_row, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " COLUMNS " FROM ledger WHERE folder_id = $1 AND uidvalidity = $2 AND uid = $3",
	                 DB_ARGS(DB_INT(folder_id), DB_INT(uidvalidity), DB_INT(uid)), &rows, err);

	return r < 0 ? r : read_row(rows, arena, ret_row, err);
}

int ledger_has_uid(struct db *db, int64_t folder_id, uint32_t uidvalidity, uint32_t uid, struct error *err)
{
	int64_t id;

	return db_query_int(db, "SELECT id FROM ledger WHERE folder_id = $1 AND uidvalidity = $2 AND uid = $3",
	                    DB_ARGS(DB_INT(folder_id), DB_INT(uidvalidity), DB_INT(uid)), &id, err);
}

#define TWIN                                                                                                           \
	"SELECT id, folder_id, case_id, message_id, uidvalidity FROM ledger WHERE content_key = $1 AND "               \
	"content_hash = $2 AND (state = 'committed' OR state = 'acknowledged') AND duplicate_of IS NULL " /* What a    \
	                                                                                                     person    \
	                                                                                                     threw     \
	                                                                                                     away must \
	                                                                                                     not       \
	                                                                                                     swallow a \
	                                                                                                     copy that \
	                                                                                                     is good,  \
	                                                                                                     or that   \
	                                                                                                     he let    \
	                                                                                                     in. */    \
	"AND NOT EXISTS (SELECT 1 FROM held h WHERE h.ledger_id = ledger.id AND h.decision = 'discarded') "
#define OLDEST_TWIN "ORDER BY id LIMIT 1" /* the order of the index: nothing is sorted */

static int read_twin(struct db *db, const char *sql, const struct db_value *values, size_t n,
                     struct ledger_twin *ret_twin, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, sql, values, n, &rows, err);

	if (r < 0)
		return r;
	r = db_next(rows, err);
	if (r > 0)
		*ret_twin = (struct ledger_twin){
		        .id = db_col_int(rows, 0),
		        .folder_id = db_col_int(rows, 1),
		        .case_id = db_col_int(rows, 2),
		        .message_id = db_col_int(rows, 3),
		        .uidvalidity = (uint32_t)db_col_int(rows, 4),
		};
	return r;
}

int ledger_find_content(struct db *db, struct str content_hash, int64_t folder_id, struct ledger_twin *ret_twin,
                        struct error *err)
{
	const struct db_value values[] = {DB_INT(ledger_content_key(content_hash)), DB_BLOB(content_hash),
	                                  DB_INT(folder_id)};
	struct ledger_twin twin;
	int r = read_twin(db, TWIN OLDEST_TWIN, values, 2, &twin, err), here;

	if (r <= 0)
		return r;
	/* Most mail has none, so that the folder's own is asked for only then. */
	here = twin.folder_id == folder_id
	               ? 0
	               : read_twin(db, TWIN "AND folder_id = $3 " OLDEST_TWIN, values, 3, &twin, err);
	if (here < 0)
		return here;
	*ret_twin = twin;
	return r;
}

int ledger_find_too_large(struct db *db, struct str content_hash, int64_t id, bool *ret_told, bool *ret_elsewhere,
                          struct error *err)
{
	const struct db_value values[] = {DB_INT(ledger_content_key(content_hash)), DB_BLOB(content_hash), DB_INT(id)};
	int64_t told = 0, others = 0;
	int r = db_query_int(db,
	                     "SELECT COUNT(*) FROM ledger WHERE content_key = $1 AND content_hash = $2 AND id = $3 AND "
	                     "answer = 'queued'",
	                     values, ARRAY_LEN(values), &told, err);

	if (r >= 0)
		r = db_query_int(
		        db, "SELECT COUNT(*) FROM ledger WHERE content_key = $1 AND content_hash = $2 AND id <> $3",
		        values, ARRAY_LEN(values), &others, err);
	if (r < 0)
		return r;
	*ret_told = told > 0;
	*ret_elsewhere = others > 0;
	return 0;
}

static int collect_uids(struct db_rows *rows, uint32_t *ret_uids, size_t max, struct error *err)
{
	size_t n = 0;
	int r = 0;

	while (n < max && (r = db_next(rows, err)) > 0)
		ret_uids[n++] = (uint32_t)db_col_int(rows, 0);
	return r < 0 ? r : (int)n;
}

int ledger_unacknowledged(struct db *db, int64_t folder_id, uint32_t uidvalidity, uint32_t *ret_uids, size_t max,
                          struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	/* +: not by the folder's unique index, which has all that was ever read there. So it is below. */
	int r = db_query(db,
	                 "SELECT uid FROM ledger WHERE folder_id = $1 AND +uidvalidity = $2 AND state = 'committed' "
	                 "ORDER BY uid LIMIT $3",
	                 DB_ARGS(DB_INT(folder_id), DB_INT(uidvalidity), DB_INT(max)), &rows, err);

	return r < 0 ? r : collect_uids(rows, ret_uids, max, err);
}

int ledger_unfetched(struct db *db, int64_t folder_id, uint32_t uidvalidity, int64_t now, uint32_t *ret_uids,
                     size_t max, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT uid FROM ledger WHERE state = 'failed' AND message_id IS NULL AND next_try_at <= $3 "
	                 "AND +folder_id = $1 "
	                 "AND +uidvalidity = $2 ORDER BY uid LIMIT $4",
	                 DB_ARGS(DB_INT(folder_id), DB_INT(uidvalidity), DB_INT(now), DB_INT(max)), &rows, err);

	return r < 0 ? r : collect_uids(rows, ret_uids, max, err);
}

int ledger_park_vanished(struct db *db, int64_t folder_id, uint32_t uidvalidity, uint32_t uid, int64_t at,
                         struct error *err)
{
	return db_exec(db,
	               "UPDATE ledger SET state = 'parked', category = 'gone', parked_at = $4, "
	               "reason = 'the mail left the folder before it was handled' "
	               "WHERE state = 'received' AND folder_id = $1 AND uidvalidity = $2 AND uid <= $3",
	               DB_ARGS(DB_INT(folder_id), DB_INT(uidvalidity), DB_INT(uid), DB_INT(at)), err);
}

int ledger_unmoved(struct db *db, int64_t folder_id, uint32_t uidvalidity, uint32_t *ret_uids, size_t max,
                   struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(
	        db,
	        "SELECT uid FROM ledger WHERE state = 'parked' AND acknowledged_at IS NULL AND +folder_id = $1 "
	        "AND +uidvalidity = $2 ORDER BY uid LIMIT $3",
	        DB_ARGS(DB_INT(folder_id), DB_INT(uidvalidity), DB_INT(max)), &rows, err);

	return r < 0 ? r : collect_uids(rows, ret_uids, max, err);
}

int ledger_moved(struct db *db, int64_t folder_id, uint32_t uidvalidity, const uint32_t *uids, size_t n, int64_t at,
                 struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < n && r >= 0; i++)
		r = db_exec(
		        db,
		        "UPDATE ledger SET acknowledged_at = $4 WHERE folder_id = $1 AND uidvalidity = $2 AND uid = $3 "
		        "AND state = 'parked'",
		        DB_ARGS(DB_INT(folder_id), DB_INT(uidvalidity), DB_INT(uids[i]), DB_INT(at)), err);
	return r;
}

int ledger_acknowledge(struct db *db, int64_t folder_id, uint32_t uidvalidity, const uint32_t *uids, size_t n,
                       int64_t at, struct error *err)
{
	/* Most follow each other: one statement for each stretch of numbers. */
	for (size_t i = 0, end; i < n; i = end) {
		int r;

		for (end = i + 1; end < n && uids[end] == uids[end - 1] + 1;)
			end++;
		r = db_exec(db,
		            "UPDATE ledger SET state = 'acknowledged', acknowledged_at = $5 WHERE folder_id = $1 AND "
		            "uidvalidity = $2 AND uid BETWEEN $3 AND $4 AND state = 'committed'",
		            DB_ARGS(DB_INT(folder_id), DB_INT(uidvalidity), DB_INT(uids[i]), DB_INT(uids[end - 1]),
		                    DB_INT(at)),
		            err);
		if (r < 0)
			return r;
	}
	return 0;
}

int ledger_forget_older(struct db *db, int64_t folder_id, uint32_t uidvalidity, int64_t at, struct error *err)
{
	return db_exec(db,
	               "UPDATE ledger SET state = 'acknowledged', acknowledged_at = $3 WHERE folder_id = $1 AND "
	               "uidvalidity <> $2 "
	               "AND state = 'committed'",
	               DB_ARGS(DB_INT(folder_id), DB_INT(uidvalidity), DB_INT(at)), err);
}

static int collect_ids(struct db_rows *rows, int64_t *ret_ids, size_t max, struct error *err)
{
	size_t n = 0;
	int r = 0;

	while (n < max && (r = db_next(rows, err)) > 0)
		ret_ids[n++] = db_col_int(rows, 0);
	return r < 0 ? r : (int)n;
}

int ledger_due(struct db *db, const char *listener, int64_t now, int64_t *ret_ids, size_t max, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	/* By +id: by id SQLite walks the whole ledger in its order, rather than what waits. */
	int r = db_query(
	        db,
	        "SELECT id FROM ledger WHERE state = 'failed' AND message_id IS NOT NULL AND next_try_at <= $1 "
	        "AND ($2 = '' OR listener = $2) ORDER BY +id LIMIT $3",
	        DB_ARGS(DB_INT(now), DB_TEXT(listener ? listener : ""), DB_INT(max)), &rows, err);

	return r < 0 ? r : collect_ids(rows, ret_ids, max, err);
}

int ledger_is_failed(struct db *db, int64_t id, struct error *err)
{
	int64_t n = db_exec_count(db, "UPDATE ledger SET state = 'failed' WHERE id = $1 AND state = 'failed'",
	                          DB_ARGS(DB_INT(id)), err);

	return n < 0 ? (int)n : n > 0;
}

int ledger_park(struct db *db, int64_t id, const char *category, const char *reason, int64_t at, struct error *err)
{
	return db_exec(
	        db,
	        "UPDATE ledger SET state = 'parked', category = $2, reason = $3, parked_at = $4, next_try_at = NULL "
	        "WHERE id = $1 AND state = 'failed'",
	        DB_ARGS(DB_INT(id), DB_TEXT(category), DB_TEXT(reason), DB_INT(at)), err);
}

int ledger_set_tries(struct db *db, int64_t id, int64_t tries, int64_t next_try_at, struct error *err)
{
	int64_t n =
	        db_exec_count(db, "UPDATE ledger SET tries = $2, next_try_at = $3 WHERE id = $1 AND state = 'failed'",
	                      DB_ARGS(DB_INT(id), DB_INT(tries), DB_INT(next_try_at)), err);

	return n < 0 ? (int)n : n > 0;
}

int64_t ledger_retry(struct db *db, int64_t id, int64_t now, struct error *err)
{
	if (id)
		return db_exec_count(
		        db,
		        "UPDATE ledger SET state = 'failed', tries = 0, next_try_at = $2, parked_at = "
		        "NULL WHERE id = $1 "
		        "AND (state = 'parked' OR state = 'failed') AND (message_id IS NOT NULL OR uid IS NOT NULL)",
		        DB_ARGS(DB_INT(id), DB_INT(now)), err);
	return db_exec_count(db,
	                     "UPDATE ledger SET state = 'failed', tries = 0, next_try_at = $1, parked_at = NULL WHERE "
	                     "state = 'parked' "
	                     "AND (message_id IS NOT NULL OR uid IS NOT NULL)",
	                     DB_ARGS(DB_INT(now)), err);
}

int ledger_discard(struct db *db, int64_t id, bool tell_server, int64_t at, struct error *err)
{
	int64_t n = db_exec_count(
	        db,
	        "UPDATE ledger SET state = $2, outcome = 'discarded', answer = 'discarded mail gets no answer', "
	        "answer_code = 'discarded', committed_at = $3, acknowledged_at = $4, parked_at = NULL, next_try_at = "
	        "NULL WHERE id = $1 AND (state = 'parked' OR state = 'failed')",
	        DB_ARGS(DB_INT(id), DB_TEXT(tell_server ? "committed" : "acknowledged"), DB_INT(at),
	                tell_server ? DB_NULL : DB_INT(at)),
	        err);

	return n < 0 ? (int)n : n > 0;
}

/* Reads `rows` to the end. */
static int read_list(struct db_rows *rows, size_t max, struct arena *arena, struct ledger_row **ret_rows,
                     struct error *err)
{
	struct ledger_row *list = ARENA_ARRAY(arena, struct ledger_row, max);
	size_t n = 0;
	int r = 0;

	while (n < max && (r = read_row(rows, arena, &list[n], err)) > 0)
		n++;
	if (r < 0)
		return r;
	*ret_rows = list;
	return (int)n;
}

int ledger_list(struct db *db, const char *state, size_t max, struct arena *arena, struct ledger_row **ret_rows,
                struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = state ? db_query(db, "SELECT " COLUMNS " FROM ledger WHERE state = $1 ORDER BY id DESC LIMIT $2",
	                         DB_ARGS(DB_TEXT(state), DB_INT(max)), &rows, err)
	              : db_query(db, "SELECT " COLUMNS " FROM ledger ORDER BY id DESC LIMIT $1", DB_ARGS(DB_INT(max)),
	                         &rows, err);

	return r < 0 ? r : read_list(rows, max, arena, ret_rows, err);
}

int ledger_list_unanswered(struct db *db, const char *answer_code, size_t max, struct arena *arena,
                           struct ledger_row **ret_rows, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT " COLUMNS " FROM ledger WHERE answer_code = $1 AND answer_code <> '' ORDER BY id DESC "
	                 "LIMIT $2",
	                 DB_ARGS(DB_TEXT(answer_code), DB_INT(max)), &rows, err);

	return r < 0 ? r : read_list(rows, max, arena, ret_rows, err);
}
