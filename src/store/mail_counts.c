/* See mail_counts.h. Each condition is that of an index of its own: none of these reads a whole table. */
#include "store/mail_counts.h"

static const char *const waiting = "SELECT (SELECT COUNT(*) FROM outbox WHERE state = 'queued' OR state = 'later')"
                                   " + (SELECT COUNT(*) FROM outbox WHERE state = 'sending')";
static const char *const oldest =
        "SELECT MIN(at) FROM (SELECT MIN(created_at) AS at FROM outbox WHERE state = 'queued' OR state = 'later'"
        " UNION ALL SELECT MIN(created_at) AS at FROM outbox WHERE state = 'sending') AS oldest";

static int count_outbox(struct db *db, int64_t failed_since, struct mail_counts *c, struct error *err)
{
	int r = db_query_int(db, waiting, DB_NO_ARGS, &c->waiting, err);

	if (r >= 0 && c->waiting)
		r = db_query_int(db, oldest, DB_NO_ARGS, &c->oldest_at, err);
	if (r >= 0)
		r = db_query_int(db, "SELECT COUNT(*) FROM outbox WHERE state = 'uncertain'", DB_NO_ARGS, &c->uncertain,
		                 err);
	if (r >= 0)
		r = db_query_int(db, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.failed' AND at > $1",
		                 DB_ARGS(DB_INT(failed_since)), &c->failed, err);
	return r;
}

static int count_ledger(struct db *db, struct mail_counts *c, struct error *err)
{
	int r = db_query_int(db, "SELECT COUNT(*) FROM ledger WHERE state = 'parked'", DB_NO_ARGS, &c->parked, err);

	if (r >= 0)
		r = db_query_int(db, "SELECT COUNT(*) FROM ledger WHERE state = 'held'", DB_NO_ARGS, &c->held, err);
	if (r >= 0)
		r = db_query_int(db, "SELECT COUNT(*) FROM ledger WHERE state = 'failed' OR state = 'received'",
		                 DB_NO_ARGS, &c->retrying, err);
	return r;
}

int mail_count(struct db *db, int64_t failed_since, struct mail_counts *ret_counts, struct error *err)
{
	struct mail_counts counts = {0};
	int r = count_outbox(db, failed_since, &counts, err);

	if (r >= 0)
		r = count_ledger(db, &counts, err);
	if (r < 0)
		return r;
	*ret_counts = counts;
	return 0;
}
