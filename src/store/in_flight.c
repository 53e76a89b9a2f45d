/* See in_flight.h. Each state has a partial index or few rows; with +folder_id SQLite takes it, rather than all that a
 * folder ever had. */
#include "store/in_flight.h"

int in_flight_of(struct db *db, const char *account, struct in_flight *ret, struct error *err)
{
	static const char ledger[] = "SELECT COUNT(*) FROM ledger l JOIN folder f ON f.id = l.folder_id"
	                             " WHERE f.account = $1 AND l.state = 'committed'";
	static const char waiting[] =
	        "SELECT COUNT(*) FROM ledger l JOIN folder f ON f.id = +l.folder_id WHERE f.account = $1"
	        " AND (l.state = 'failed' OR l.state = 'received')";
	static const char outbox[] =
	        "SELECT (SELECT COUNT(*) FROM outbox WHERE account = $1 AND (state = 'queued' OR state = 'later'))"
	        " + (SELECT COUNT(*) FROM outbox WHERE account = $1 AND state = 'sending')";
	struct in_flight found = {0};
	int r = db_query_int(db, ledger, DB_ARGS(DB_TEXT(account)), &found.unacknowledged, err);

	if (r >= 0)
		r = db_query_int(db, waiting, DB_ARGS(DB_TEXT(account)), &found.unfinished, err);
	if (r >= 0)
		r = db_query_int(db, outbox, DB_ARGS(DB_TEXT(account)), &found.outgoing, err);
	if (r < 0)
		return r;
	*ret = found;
	return 0;
}
