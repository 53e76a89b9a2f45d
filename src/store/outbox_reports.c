/* See outbox_reports.h. */
#include "store/outbox_reports.h"

#include "base/mail_address.h"
#include "store/messages.h"

int outbox_find_ident(struct db *db, struct str ident, int64_t *ret_id, struct error *err)
{
	/* ORDER BY, since a message may have been queued more than once. */
	return db_query_int(db,
	                    "SELECT id FROM outbox WHERE message_id IN (SELECT id FROM message WHERE direction = 'out' "
	                    "AND message_ident = $1) ORDER BY id DESC LIMIT 1",
	                    DB_ARGS(DB_STR(message_ident_key(ident))), ret_id, err);
}

int outbox_find_address(struct db *db, struct str address, int64_t since, int64_t *ret_id, struct error *err)
{
	char room[MAIL_ADDRESS_MAX];

	return db_query_int(db,
	                    "SELECT outbox.id FROM outbox_recipient r JOIN outbox ON outbox.id = r.outbox_id WHERE "
	                    "r.address_key = $1 AND outbox.created_at >= $2 ORDER BY outbox.id DESC LIMIT 1",
	                    DB_ARGS(DB_STR(mail_address_key(address, room)), DB_INT(since)), ret_id, err);
}

int outbox_of_message(struct db *db, int64_t message_id, struct arena *arena, struct outbox_row *ret_row,
                      struct error *err)
{
	int64_t id;
	int r = db_query_int(db, "SELECT id FROM outbox WHERE message_id = $1 ORDER BY id DESC LIMIT 1",
	                     DB_ARGS(DB_INT(message_id)), &id, err);

	return r <= 0 ? r : outbox_get(db, id, arena, ret_row, err);
}

int outbox_note_report(struct db *db, int64_t outbox_id, size_t position, const struct outbox_recipient *r,
                       struct error *err)
{
	return db_exec(db,
	               "UPDATE outbox_recipient SET state = $3, status = $4, reason = $5, diagnostic = $6, mta = $7, "
	               "reported_at = $8, report_id = $9 WHERE outbox_id = $1 AND position = $2",
	               DB_ARGS(DB_INT(outbox_id), DB_INT(position), DB_TEXT(r->state), DB_TEXT(r->status),
	                       DB_TEXT(r->reason), DB_TEXT(r->diagnostic), DB_TEXT(r->mta), DB_INT(r->reported_at),
	                       DB_INT(r->report_id)),
	               err);
}

/* clang-format off */
#define ANY(states) "EXISTS (SELECT 1 FROM outbox_recipient r WHERE r.outbox_id = outbox.id AND r.state IN (" states "))"
#define REACHED     "'sent', 'delayed', 'delivered'"
#define WAITING     "'queued', 'later'"

/* $2: when it was sent. */
#define FOLLOW \
	"UPDATE outbox SET claim = ''," \
	" state = CASE WHEN " ANY(REACHED) " THEN 'sent' WHEN " ANY("'bounced'") " THEN 'bounced'" \
	" WHEN " ANY("'failed'") " THEN 'failed' WHEN " ANY("'suppressed'") " THEN 'suppressed' ELSE 'failed' END," \
	" sent_at = CASE WHEN " ANY(REACHED) " THEN COALESCE(sent_at, $2) ELSE sent_at END" \
	" WHERE NOT " ANY(WAITING ", 'sending', 'uncertain'") " AND "
/* clang-format on */

int outbox_resolve_uncertain(struct db *db, int64_t outbox_id, int64_t at, struct error *err)
{
	int r = db_exec(db,
	                "UPDATE outbox_recipient SET state = 'sent', reply = 'a report shows that the server had the "
	                "mail' WHERE outbox_id = $1 AND state = 'uncertain'",
	                DB_ARGS(DB_INT(outbox_id)), err);

	if (r < 0)
		return r;
	return db_exec(db,
	               "UPDATE outbox SET state = 'later', next_try_at = $2 WHERE id = $1 AND state = 'uncertain' "
	               "AND " ANY(WAITING),
	               DB_ARGS(DB_INT(outbox_id), DB_INT(at)), err);
}

int outbox_follow(struct db *db, int64_t outbox_id, int64_t at, struct error *err)
{
	return db_exec(db, FOLLOW "id = $1 AND state <> 'sending' AND state <> 'cancelled'",
	               DB_ARGS(DB_INT(outbox_id), DB_INT(at)), err);
}

int outbox_follow_orphan(struct db *db, int64_t outbox_id, int64_t at, struct error *err)
{
	return db_exec(db, FOLLOW "id = $1 AND state = 'sending'", DB_ARGS(DB_INT(outbox_id), DB_INT(at)), err);
}
