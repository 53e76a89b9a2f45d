/* See sent_copies.h. */
#include "store/sent_copies.h"

#define COLUMNS "c.outbox_id, o.message_id, m.message_ident, c.state, c.tries, c.reason"
#define TABLES  " FROM sent_copy c JOIN outbox o ON o.id = c.outbox_id JOIN message m ON m.id = o.message_id"

int sent_copy_add(struct db *db, int64_t outbox_id, const char *account, int64_t now, struct error *err)
{
	return db_exec(db,
	               "INSERT INTO sent_copy (outbox_id, account, state, tries, next_try_at, reason)"
	               " VALUES ($1, $2, 'due', 0, $3, '') ON CONFLICT (outbox_id) DO NOTHING",
	               DB_ARGS(DB_INT(outbox_id), DB_TEXT(account), DB_INT(now)), err);
}

static struct sent_copy read_row(struct db_rows *rows, struct arena *arena)
{
	return (struct sent_copy){.outbox_id = db_col_int(rows, 0),
	                          .message_id = db_col_int(rows, 1),
	                          .message_ident = arena_cstr(arena, db_col_str(rows, 2)),
	                          .state = arena_cstr(arena, db_col_str(rows, 3)),
	                          .tries = db_col_int(rows, 4),
	                          .reason = arena_cstr(arena, db_col_str(rows, 5))};
}

int sent_copies_due(struct db *db, const char *account, int64_t now, size_t max, struct arena *arena,
                    struct sent_copy **ret_copies, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct sent_copy *copies = ARENA_ARRAY(arena, struct sent_copy, max);
	int n = 0, r;

	r = db_query(db,
	             "SELECT " COLUMNS TABLES " WHERE c.account = $1 AND c.next_try_at <= $2"
	             " AND (c.state = 'due' OR c.state = 'filing') ORDER BY c.outbox_id LIMIT $3",
	             DB_ARGS(DB_TEXT(account), DB_INT(now), DB_INT(max)), &rows, err);
	while (r >= 0 && (r = db_next(rows, err)) > 0)
		copies[n++] = read_row(rows, arena);
	if (r < 0)
		return r;
	*ret_copies = copies;
	return n;
}

int sent_copies_accounts(struct db *db, void (*each)(void *ctx, const char *account, int64_t due_at), void *ctx,
                         struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT account, MIN(next_try_at) FROM sent_copy WHERE state = 'due' OR state = 'filing'"
	                 " GROUP BY account",
	                 DB_NO_ARGS, &rows, err),
	    n = 0;

	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();

		each(ctx, arena_cstr(arena, db_col_str(rows, 0)), db_col_int(rows, 1));
		n++;
	}
	return r < 0 ? r : n;
}

int sent_copy_write(struct db *db, const struct sent_copy *copy, int64_t next_try_at, struct error *err)
{
	return db_exec(
	        db, "UPDATE sent_copy SET state = $2, tries = $3, reason = $4, next_try_at = $5 WHERE outbox_id = $1",
	        DB_ARGS(DB_INT(copy->outbox_id), DB_TEXT(copy->state), DB_INT(copy->tries), DB_TEXT(copy->reason),
	                DB_INT(next_try_at)),
	        err);
}

int sent_copy_get(struct db *db, int64_t outbox_id, struct arena *arena, struct sent_copy *ret_copy, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " COLUMNS TABLES " WHERE c.outbox_id = $1", DB_ARGS(DB_INT(outbox_id)), &rows,
	                 err);

	if (r >= 0)
		r = db_next(rows, err);
	if (r > 0)
		*ret_copy = read_row(rows, arena);
	return r;
}
