/* See outbox.h. */
#include "store/outbox.h"

#include "base/mail_address.h"
#include "store/automatic_mail.h"
#include "store/outbox_reports.h"
#include "store/suppressions.h"

#define COLUMNS                                                                                                      \
	"id, account, message_id, case_id, kind, answer_to, envelope_from, state, tries, next_try_at, code, reply, " \
	"created_at, sent_at, idempotency_key, operator_id"
#define READ_COLUMNS COLUMNS ", warned_at, (SELECT message_ident FROM message WHERE message.id = outbox.message_id)"

static int insert_recipient(struct db *db, int64_t outbox_id, size_t position, const struct outbox_recipient *r,
                            struct error *err)
{
	char room[MAIL_ADDRESS_MAX];

	return db_exec(db,
	               "INSERT INTO outbox_recipient (outbox_id, position, address, address_key, state, code, reply) "
	               "VALUES ($1, $2, $3, $4, $5, $6, $7)",
	               DB_ARGS(DB_INT(outbox_id), DB_INT(position), DB_TEXT(r->address),
	                       DB_STR(mail_address_key(str_of(r->address), room)), DB_TEXT(r->state), DB_INT(r->code),
	                       DB_TEXT(r->reply)),
	               err);
}

int outbox_insert(struct db *db, const struct outbox_row *row, struct error *err)
{
	int r = db_exec(db,
	                "INSERT INTO outbox (" COLUMNS
	                ", claim) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '')",
	                DB_ARGS(DB_INT(row->id), DB_TEXT(row->account), DB_INT(row->message_id),
	                        row->case_id ? DB_INT(row->case_id) : DB_NULL, DB_TEXT(row->kind),
	                        DB_TEXT(row->answer_to), DB_TEXT(row->envelope_from), DB_TEXT(row->state),
	                        DB_INT(row->tries), DB_INT(row->next_try_at), DB_INT(row->code), DB_TEXT(row->reply),
	                        DB_INT(row->created_at), row->sent_at ? DB_INT(row->sent_at) : DB_NULL,
	                        row->idempotency_key ? DB_TEXT(row->idempotency_key) : DB_NULL,
	                        DB_TEXT(row->operator_id ? row->operator_id : "")),
	                err);

	for (size_t i = 0; r >= 0 && i < row->recipient_count; i++)
		r = insert_recipient(db, row->id, i, &row->recipients[i], err);
	return r;
}

static const char *text_of(struct db_rows *rows, int column, struct arena *arena)
{
	return arena_cstr(arena, db_col_str(rows, column));
}

static void read_row(struct db_rows *rows, struct arena *arena, struct outbox_row *ret)
{
	*ret = (struct outbox_row){
	        .id = db_col_int(rows, 0),
	        .account = text_of(rows, 1, arena),
	        .message_id = db_col_int(rows, 2),
	        .case_id = db_col_int(rows, 3),
	        .kind = text_of(rows, 4, arena),
	        .answer_to = text_of(rows, 5, arena),
	        .envelope_from = text_of(rows, 6, arena),
	        .state = text_of(rows, 7, arena),
	        .tries = db_col_int(rows, 8),
	        .next_try_at = db_col_int(rows, 9),
	        .code = db_col_int(rows, 10),
	        .reply = text_of(rows, 11, arena),
	        .created_at = db_col_int(rows, 12),
	        .sent_at = db_col_int(rows, 13),
	        .idempotency_key = db_col_is_null(rows, 14) ? NULL : text_of(rows, 14, arena),
	        .operator_id = text_of(rows, 15, arena),
	        .warned_at = db_col_int(rows, 16),
	        .message_ident = db_col_is_null(rows, 17) ? "" : text_of(rows, 17, arena),
	};
}

static int read_recipients(struct db *db, struct arena *arena, struct outbox_row *row, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	size_t size = 0;
	int r = db_query(db,
	                 "SELECT address, state, code, reply, status, reason, diagnostic, mta, reported_at, report_id "
	                 "FROM outbox_recipient WHERE outbox_id = $1 ORDER BY position",
	                 DB_ARGS(DB_INT(row->id)), &rows, err);

	if (r < 0)
		return r;
	while ((r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, row->recipients, row->recipient_count, size);
		row->recipients[row->recipient_count++] = (struct outbox_recipient){
		        .address = text_of(rows, 0, arena),
		        .state = text_of(rows, 1, arena),
		        .code = db_col_int(rows, 2),
		        .reply = text_of(rows, 3, arena),
		        .status = text_of(rows, 4, arena),
		        .reason = text_of(rows, 5, arena),
		        .diagnostic = text_of(rows, 6, arena),
		        .mta = text_of(rows, 7, arena),
		        .reported_at = db_col_int(rows, 8),
		        .report_id = db_col_int(rows, 9),
		};
	}
	return r;
}

int outbox_find_key(struct db *db, const char *key, int64_t *ret_id, struct error *err)
{
	return db_query_int(db, "SELECT id FROM outbox WHERE idempotency_key = $1", DB_ARGS(DB_TEXT(key)), ret_id, err);
}

int outbox_get(struct db *db, int64_t id, struct arena *arena, struct outbox_row *ret_row, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct outbox_row row;
	int r = db_query(db, "SELECT " READ_COLUMNS " FROM outbox WHERE id = $1", DB_ARGS(DB_INT(id)), &rows, err);

	if (r < 0)
		return r;
	r = db_next(rows, err);
	if (r <= 0)
		return r;
	read_row(rows, arena, &row);
	db_rows_free(take(rows));
	r = read_recipients(db, arena, &row, err);
	if (r < 0)
		return r;
	*ret_row = row;
	return 1;
}

int outbox_due(struct db *db, const char *account, int64_t now, int64_t *ret_ids, size_t max, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	size_t n = 0;
	int r = db_query(db,
	                 "SELECT id FROM outbox WHERE (state = 'queued' OR state = 'later') AND account = $1 AND "
	                 "next_try_at <= $2 AND " AUTOMATIC_MAIL_MAY_GO " ORDER BY next_try_at, id LIMIT $3",
	                 DB_ARGS(DB_TEXT(account), DB_INT(now), DB_INT(max)), &rows, err);

	if (r < 0)
		return r;
	while (n < max && (r = db_next(rows, err)) > 0)
		ret_ids[n++] = db_col_int(rows, 0);
	return r < 0 ? r : (int)n;
}

/* Read to the end before anybody is called: what `each` does may take long, and an open answer would keep SQLite from
 * ever shortening its WAL. */
int outbox_accounts(struct db *db, void (*each)(void *ctx, const char *account, int64_t due_at), void *ctx,
                    struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct waiting {
		const char *account;
		int64_t due_at;
	} *list = NULL;
	size_t n = 0, size = 0;
	int r = db_query(db,
	                 "SELECT account, MIN(next_try_at) FROM outbox WHERE (state = 'queued' OR state = 'later') "
	                 "AND " AUTOMATIC_MAIL_MAY_GO " GROUP BY account ORDER BY account",
	                 DB_NO_ARGS, &rows, err);

	if (r < 0)
		return r;
	while ((r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, list, n, size);
		list[n++] = (struct waiting){text_of(rows, 0, arena), db_col_int(rows, 1)};
	}
	db_rows_free(take(rows));
	for (size_t i = 0; r == 0 && i < n; i++)
		each(ctx, list[i].account, list[i].due_at);
	return r < 0 ? r : (int)n;
}

int outbox_mark_sending(struct db *db, const struct outbox_row *row, const size_t *positions, size_t count,
                        const char *claim, struct error *err)
{
	int64_t n = db_exec_count(db,
	                          "UPDATE outbox SET state = 'sending', claim = $2 WHERE id = $1 AND next_try_at = $3 "
	                          "AND (state = 'queued' OR state = 'later') AND " AUTOMATIC_MAIL_MAY_GO,
	                          DB_ARGS(DB_INT(row->id), DB_TEXT(claim), DB_INT(row->next_try_at)), err);
	int r = 0;

	for (size_t i = 0; n > 0 && r >= 0 && i < count; i++)
		r = db_exec(db,
		            "UPDATE outbox_recipient SET state = 'sending' WHERE outbox_id = $1 AND position = $2 AND "
		            "(state = 'queued' OR state = 'later')",
		            DB_ARGS(DB_INT(row->id), DB_INT(positions[i])), err);
	return r < 0 ? r : n < 0 ? (int)n : n > 0;
}

int outbox_finish(struct db *db, const struct outbox_row *row, const char *claim, struct error *err)
{
	int64_t n = db_exec_count(
	        db,
	        "UPDATE outbox SET state = $2, tries = $3, next_try_at = $4, code = $5, reply = $6, sent_at = $7, "
	        "warned_at = $9, claim = '' "
	        "WHERE id = $1 AND (state = 'queued' OR state = 'later' OR (state = 'sending' AND claim = $8))",
	        DB_ARGS(DB_INT(row->id), DB_TEXT(row->state), DB_INT(row->tries), DB_INT(row->next_try_at),
	                DB_INT(row->code), DB_TEXT(row->reply), row->sent_at ? DB_INT(row->sent_at) : DB_NULL,
	                DB_TEXT(claim), row->warned_at ? DB_INT(row->warned_at) : DB_NULL),
	        err);
	int r = 0;

	/* A report may be faster than we are: the mail was sent, came back and was read before this. */
	for (size_t i = 0; n > 0 && r >= 0 && i < row->recipient_count; i++)
		r = db_exec(db,
		            "UPDATE outbox_recipient SET state = $3, code = $4, reply = $5, status = $6, reason = $7 "
		            "WHERE outbox_id = $1 AND position = $2 AND state IN ('queued', 'later', 'sending')",
		            DB_ARGS(DB_INT(row->id), DB_INT(i), DB_TEXT(row->recipients[i].state),
		                    DB_INT(row->recipients[i].code), DB_TEXT(row->recipients[i].reply),
		                    DB_TEXT(row->recipients[i].status ? row->recipients[i].status : ""),
		                    DB_TEXT(row->recipients[i].reason ? row->recipients[i].reason : "")),
		            err);
	if (r >= 0 && n > 0)
		r = outbox_follow(db, row->id, row->sent_at, err);
	return r < 0 ? r : n < 0 ? (int)n : n > 0;
}

int outbox_count_answers(struct db *db, const char *answer_to, int64_t since, int64_t *ret_count, struct error *err)
{
	int r = db_query_int(db,
	                     "SELECT COUNT(*) FROM outbox WHERE kind = 'answer' AND answer_to = $1 AND created_at > $2",
	                     DB_ARGS(DB_TEXT(answer_to), DB_INT(since)), ret_count, err);

	return r < 0 ? r : 0;
}

int outbox_list(struct db *db, const char *state, size_t max, struct arena *arena, struct outbox_row **ret_rows,
                struct error *err)
{
	struct outbox_row *list = ARENA_ARRAY(arena, struct outbox_row, max);
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	size_t n = 0;
	int r = state ? db_query(db, "SELECT " READ_COLUMNS " FROM outbox WHERE state = $1 ORDER BY id DESC LIMIT $2",
	                         DB_ARGS(DB_TEXT(state), DB_INT(max)), &rows, err)
	              : db_query(db, "SELECT " READ_COLUMNS " FROM outbox ORDER BY id DESC LIMIT $1",
	                         DB_ARGS(DB_INT(max)), &rows, err);

	if (r < 0)
		return r;
	while (n < max && (r = db_next(rows, err)) > 0)
		read_row(rows, arena, &list[n++]);
	db_rows_free(take(rows));
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = read_recipients(db, arena, &list[i], err);
	if (r < 0)
		return r;
	*ret_rows = list;
	return (int)n;
}

static int requeue_row(struct db *db, int64_t id, int64_t now, struct error *err)
{
	int64_t n = db_exec_count(
	        db,
	        "UPDATE outbox SET state = 'queued', tries = 0, next_try_at = $2, warned_at = NULL, claim = '' "
	        "WHERE id = $1 "
	        "AND (state = 'failed' OR state = 'uncertain' OR state = 'later' OR state = 'bounced' "
	        "OR state = 'suppressed' OR (state = 'sent' AND EXISTS (SELECT 1 FROM "
	        "outbox_recipient r WHERE "
	        "r.outbox_id = outbox.id AND r.state IN ('failed', 'bounced', 'suppressed'))))",
	        DB_ARGS(DB_INT(id), DB_INT(now)), err);

	return n < 0 ? (int)n : n > 0;
}

int outbox_requeue(struct db *db, int64_t id, int64_t now, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	int64_t one;
	/* Of a letter that waits nobody was told that a part of it is in doubt: that part stays so. */
	int waits = db_query_int(db, "SELECT 1 FROM outbox WHERE id = $1 AND state = 'later'", DB_ARGS(DB_INT(id)),
	                         &one, err);
	int r = waits < 0 ? waits : requeue_row(db, id, now, err);

	if (r <= 0)
		return r;
	r = suppression_lift_row(db, arena, id, "requeue", now, err);
	if (r >= 0)
		r = db_exec(db,
		            "UPDATE outbox_recipient SET state = 'queued', code = 0, reply = '', status = '', "
		            "reason = '', diagnostic = '', mta = '', reported_at = NULL, report_id = NULL "
		            "WHERE outbox_id = $1 AND state NOT IN ('sent', 'delayed', 'delivered', 'cancelled') "
		            "AND ($2 = 0 OR state <> 'uncertain')",
		            DB_ARGS(DB_INT(id), DB_INT(waits)), err);
	return r < 0 ? r : 1;
}
