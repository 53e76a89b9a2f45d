/* What a report on delivery (a bounce, a delay, a success, a receipt) makes of the outbox. Of a recipient it says:
 *
 *	delayed     a server still tries
 *	delivered   it is there, or was read
 *	bounced     it is not, and nobody tries any more
 *
 * A row's state follows from its recipients, once all have a final one: `sent` where at least one has the mail as far
 * as is known (sent, delayed, delivered), else `bounced`, else `failed`, else `suppressed`. Everything here runs in the
 * caller's transaction. */
#ifndef STORE_OUTBOX_REPORTS_H
#define STORE_OUTBOX_REPORTS_H

#include "store/outbox.h"

/* The newest row of the mail of ours with this Message-ID (without <>): 1 found, 0 none. */
int outbox_find_ident(struct db *db, struct str ident, int64_t *ret_id, struct error *err) NODISCARD;

/* The newest row to this address (lower case) made since then. */
int outbox_find_address(struct db *db, struct str address, int64_t since, int64_t *ret_id, struct error *err) NODISCARD;

/* The row of a message, with recipients; 1 found, 0 none. */
int outbox_of_message(struct db *db, int64_t message_id, struct arena *arena, struct outbox_row *ret_row,
                      struct error *err) NODISCARD;

/* Writes what a report said of the recipient at `position`: state, status, reason, diagnostic, mta, reported_at,
 * report_id. */
int outbox_note_report(struct db *db, int64_t outbox_id, size_t position, const struct outbox_recipient *recipient,
                       struct error *err) NODISCARD;

/* The connection was lost behind the final dot, and now it shows that the server had the mail: those who were uncertain
 * are sent, those who wait are due. */
int outbox_resolve_uncertain(struct db *db, int64_t outbox_id, int64_t at, struct error *err) NODISCARD;

/* The row's state as its recipients have it, unless it is being sent or one of them is still open. `at` is when it was
 * sent, where that wasn't known. */
int outbox_follow(struct db *db, int64_t outbox_id, int64_t at, struct error *err) NODISCARD;

/* The same for a row that is being sent, of which the caller knows that it isn't any more. */
int outbox_follow_orphan(struct db *db, int64_t outbox_id, int64_t at, struct error *err) NODISCARD;

#endif
