/* The outbox, as stored. States of a row:
 *
 *	queued → sending → sent | later | failed | uncertain | suppressed        later → sending …
 *	sent, uncertain, failed → bounced (by a report: see outbox_reports.h)
 *	queued, later, uncertain → cancelled (by a person: see outbox_cancel.h)
 *
 * `sending` is written right before a message's final dot may leave, in the row with the claim of the process that does
 * it, and in those of its recipients for whom it leaves. Found there after that process died, those may or may not have
 * the mail: they become `uncertain` and are never asked again blindly. Others of the row still wait: it goes on with
 * them, and is `uncertain` when nobody waits any more. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "base/arena.h"
#include "store/db.h"

struct outbox_row {
	int64_t id;
	const char *account;
	int64_t message_id, case_id;
	const char *kind;          /* "answer", "message", "alert" */
	const char *answer_to;     /* lower case; "" unless an answer */
	const char *envelope_from; /* "" is the null reverse-path */
	const char *state;
	int64_t tries, next_try_at;
	int64_t code;
	const char *reply; /* the server's words, one line */
	int64_t created_at, sent_at;
	int64_t warned_at;           /* when it was told that it waits for long; 0: not */
	const char *idempotency_key; /* NULL: none */
	const char *operator_id;     /* who wrote it; "" or NULL: nobody of the operators */
	const char *message_ident;   /* read only: the mail's Message-ID without <> */
	struct outbox_recipient {
		const char *address;
		const char *state; /* queued, sending, later, sent, failed, uncertain; delayed, delivered, bounced;
		                      suppressed; cancelled */
		const char *reply; /* the server's, when it was sent */
		int64_t code;
		/* What a report said later: not written by outbox_insert(), and by
		 * outbox_finish() status and reason only (NULL is "") */
		const char *status, *reason, *diagnostic, *mta; /* "5.1.1", "userunknown", words, who reports; "" */
		int64_t reported_at, report_id;                 /* 0: no report */
	} * recipients;
	size_t recipient_count;
};

int outbox_insert(struct db *db, const struct outbox_row *row, struct error *err) NODISCARD;

/* 1 found, 0 none; with recipients. */
int outbox_get(struct db *db, int64_t id, struct arena *arena, struct outbox_row *ret_row, struct error *err) NODISCARD;

/* The letter with this idempotency key; 1 found, 0 none. */
int outbox_find_key(struct db *db, const char *key, int64_t *ret_id, struct error *err) NODISCARD;

/* Ids due for an account, oldest first, up to `max`; returns their number. Answers are never due while automatic mail
 * is off (automatic_mail.h). */
int outbox_due(struct db *db, const char *account, int64_t now, int64_t *ret_ids, size_t max,
               struct error *err) NODISCARD;

/* Calls `each` for every account that has something queued, with the time the earliest is due. Returns their number. */
int outbox_accounts(struct db *db, void (*each)(void *ctx, const char *account, int64_t due_at), void *ctx,
                    struct error *err) NODISCARD;

/* The durable mark before the final dot leaves for the recipients at these `positions` of the row. Returns 1, or 0
 * where the row, as it was read, is not to be sent any more: cancelled, somebody else's, tried or put off since
 * (next_try_at is another), or an answer while automatic mail is off. */
int outbox_mark_sending(struct db *db, const struct outbox_row *row, const size_t *positions, size_t count,
                        const char *claim, struct error *err) NODISCARD;

/* Writes state, tries, next_try_at, code, reply, sent_at, warned_at and the recipients' answers. 1 done; 0 where the
 * row is neither waiting nor on its way under this claim (cancelled, or somebody else's): then it stays as it is. A
 * recipient of whom a report has spoken meanwhile keeps what the report said, and the row's state follows. */
int outbox_finish(struct db *db, const struct outbox_row *row, const char *claim, struct error *err) NODISCARD;

/* Automatic answers made for this address since `since`. */
int outbox_count_answers(struct db *db, const char *answer_to, int64_t since, int64_t *ret_count,
                         struct error *err) NODISCARD;

/* Newest first, up to `max`; `state` NULL: all. Returns their number. Recipients included. */
int outbox_list(struct db *db, const char *state, size_t max, struct arena *arena, struct outbox_row **ret_rows,
                struct error *err) NODISCARD;

/* A row that failed, bounced, was suppressed or is uncertain (for one recipient at least) goes back to the
 * queue by a person's decision, with all recipients that don't have it for sure; 1 done, 0 not in such a state. What
 * suppressed them after bounces is lifted: that the address is good is the person's word. */
int outbox_requeue(struct db *db, int64_t id, int64_t now, struct error *err) NODISCARD;

#endif
