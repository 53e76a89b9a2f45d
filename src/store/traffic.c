/* See traffic.h. */
#include "store/traffic.h"

#include "base/clock.h"

int traffic_add(struct db *db, const char *account, const struct traffic *more, int64_t now, struct error *err)
{
	int64_t slot = now - now % TRAFFIC_SLOT_MS;
	int r = db_exec(db, "DELETE FROM traffic WHERE account = $1 AND slot < $2",
	                DB_ARGS(DB_TEXT(account), DB_INT(slot - HOURS_MS(48))), err);

	if (r < 0)
		return r;
	return db_exec(db,
	               "INSERT INTO traffic (account, slot, messages, recipients, bytes, received_bytes)"
	               " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account, slot) DO UPDATE SET"
	               " messages = traffic.messages + $3, recipients = traffic.recipients + $4,"
	               " bytes = traffic.bytes + $5, received_bytes = traffic.received_bytes + $6",
	               DB_ARGS(DB_TEXT(account), DB_INT(slot), DB_INT(more->messages), DB_INT(more->recipients),
	                       DB_INT(more->bytes), DB_INT(more->received_bytes)),
	               err);
}

int traffic_each(struct db *db, const char *account, int64_t since,
                 void (*each)(void *ctx, int64_t slot, const struct traffic *traffic), void *ctx, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int n = 0, r = db_query(db,
	                        "SELECT slot, messages, recipients, bytes, received_bytes FROM traffic"
	                        " WHERE account = $1 AND slot > $2 ORDER BY slot",
	                        DB_ARGS(DB_TEXT(account), DB_INT(since - TRAFFIC_SLOT_MS)), &rows, err);

	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		const struct traffic t = {.messages = db_col_int(rows, 1),
		                          .recipients = db_col_int(rows, 2),
		                          .bytes = db_col_int(rows, 3),
		                          .received_bytes = db_col_int(rows, 4)};

		each(ctx, db_col_int(rows, 0), &t);
		n++;
	}
	return r < 0 ? r : n;
}
