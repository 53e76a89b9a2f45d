/* Mail that waits in the outbox is cancelled by a person's decision: it is never sent. What
 * is on its way at the moment can't be held back. Everything here runs in the caller's transaction. */
#ifndef STORE_OUTBOX_CANCEL_H
#define STORE_OUTBOX_CANCEL_H

#include "store/db.h"

struct outbox_waiting {
	int64_t waiting; /* queued or later: letters that are still to go out */
	int64_t sending; /* being sent right now, or when its process died */
};

/* How much of an account's mail is in the outbox without an end. */
int outbox_count_waiting(struct db *db, const char *account, struct outbox_waiting *ret_waiting,
                         struct error *err) NODISCARD;

/* A row that waits (queued, later) or is uncertain ends as `cancelled`, or as `sent` where some of its recipients have
 * the mail for sure; the others get none. `why` is for people, `by` is who did it; an event "outbox.cancelled" says so.
 * 1 done, 0 not in such a state. */
int outbox_cancel(struct db *db, int64_t id, const char *why, const char *by, int64_t now, struct error *err) NODISCARD;

/* The same for one that waits alone, nothing of which is in doubt: 0 where the row is uncertain. */
int outbox_cancel_waiting(struct db *db, int64_t id, const char *why, const char *by, int64_t now,
                          struct error *err) NODISCARD;

/* … and all that waits of an account; returns the number. */
int64_t outbox_cancel_account(struct db *db, const char *account, const char *why, const char *by, int64_t now,
                              struct error *err) NODISCARD;

#endif
