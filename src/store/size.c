/* See size.h. */
#include "store/size.h"

int store_size(struct db *db, int64_t *ret_bytes, struct error *err)
{
	int64_t pages = 0, size = 0;
	int r;

	if (db_kind(db) == DB_POSTGRESQL) {
		r = db_query_int(db, "SELECT pg_database_size(current_database())", DB_NO_ARGS, ret_bytes, err);
		return MIN(r, 0);
	}
	r = db_query_int(db, "PRAGMA page_count", DB_NO_ARGS, &pages, err);
	if (r >= 0)
		r = db_query_int(db, "PRAGMA page_size", DB_NO_ARGS, &size, err);
	if (r < 0)
		return r;
	*ret_bytes = pages * size;
	return 0;
}

int store_queued_each(struct db *db, void (*each)(void *ctx, const char *account, int64_t queued), void *ctx,
                      struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int n = 0, r = db_query(db,
	                        "SELECT account, COUNT(*) FROM outbox WHERE state = 'queued' OR state = 'later'"
	                        " GROUP BY account ORDER BY account",
	                        DB_NO_ARGS, &rows, err);

	for (; r >= 0 && (r = db_next(rows, err)) > 0; n++)
		each(ctx, db_col_str(rows, 0).p, db_col_int(rows, 1));
	return r < 0 ? r : n;
}

int store_ledger_count(struct db *db, const char *state, int64_t *ret_count, struct error *err)
{
	static const char parked[] = "SELECT COUNT(*) FROM ledger WHERE state = 'parked'";
	static const char held[] = "SELECT COUNT(*) FROM ledger WHERE state = 'held'";
	static const char failed[] = "SELECT COUNT(*) FROM ledger WHERE state = 'failed' OR state = 'received'";
	int r;

	/* As constants: the indexes are for these states alone. */
	if (strcmp(state, "parked") == 0)
		r = db_query_int(db, parked, DB_NO_ARGS, ret_count, err);
	else if (strcmp(state, "held") == 0)
		r = db_query_int(db, held, DB_NO_ARGS, ret_count, err);
	else
		r = db_query_int(db, failed, DB_NO_ARGS, ret_count, err);
	return MIN(r, 0);
}
