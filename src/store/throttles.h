/* Accounts whose provider asked us to slow down, for all processes on this store: reading and sending wait until then.
 */
#ifndef STORE_THROTTLES_H
#define STORE_THROTTLES_H

#include "store/store.h"

struct throttle {
	const char *account;
	int64_t until_at; /* Unix ms */
	int64_t level;    /* how often in a row it was asked for; from 1 */
	int64_t since;
	const char *reason; /* what the server said */
};

/* The account waits `wait_ms`, or where that is 0 a minute, doubled each time in a row up to an hour, and up to a
 * quarter longer at random. Where it waits already, the later of both times counts, as one and the same request. An
 * event "account.throttled" tells of the first. In a transaction. */
int throttle_raise(struct db *db, const char *account, int64_t wait_ms, const char *reason, int64_t now,
                   int64_t *ret_until_at, struct error *err) NODISCARD;

/* throttle_raise() in a transaction of its own, for an error that says E_THROTTLED; its retry_after_ms becomes how long
 * the account waits now. Negative where the store failed; *err stays what it was. */
int throttle_note(struct store *store, const char *account, struct error *err) NODISCARD;

/* throttle_end() in a transaction of its own; logged where it fails. */
void throttle_over(struct store *store, const char *account);

/* The account works again: forgotten, with an event "account.resumed". 1; 0 where nothing was noted or the time isn't
 * over. In a transaction. */
int throttle_end(struct db *db, const char *account, int64_t now, struct error *err) NODISCARD;

/* As that, whether its time is over or not: a person's word. */
int throttle_lift(struct db *db, const char *account, int64_t now, struct error *err) NODISCARD;

/* Until when the account waits; 0: it doesn't. 1 where something is noted of it, also of a time that is over. */
int throttle_until(struct db *db, const char *account, int64_t now, int64_t *ret_until_at, struct error *err) NODISCARD;

/* Fails with E_THROTTLED while it waits; else as above. */
int throttle_check(struct db *db, const char *account, struct error *err) NODISCARD;

/* Calls `each` for all, those whose time is over, too. Returns their number. */
int throttle_each(struct db *db, void (*each)(void *ctx, const struct throttle *throttle), void *ctx,
                  struct error *err) NODISCARD;

/* The wait for the n-th time in a row (from 1) where no time is named, without its random part. */
int64_t throttle_wait_ms(int64_t level);

#endif
