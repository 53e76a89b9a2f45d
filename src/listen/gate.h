/* May this account be used now? What a person paused and what a provider asked for, as the store has it for all
 *processes, and log-ins that were refused, which are tried again in growing distances only: 1, 5, 15, 30 minutes, then
 *every hour. Thread-safe.
 *
 *	state = gate_ask(gate, GATE_RECEIVE, account, listener, &until)
 *	… a failure: gate_failed(gate, GATE_RECEIVE, account, &err)      a success: gate_worked(gate, GATE_RECEIVE,
 *account)
 */
#ifndef LISTEN_GATE_H
#define LISTEN_GATE_H

#include "base/error.h"
#include "store/db.h"

struct gate;

enum gate_side { GATE_RECEIVE, GATE_SEND };
/* GATE_SPENT: the provider's allowance of the day is used up. */
enum gate_state { GATE_OPEN, GATE_PAUSED, GATE_THROTTLED, GATE_REFUSED, GATE_WAITING, GATE_SPENT };

struct gate *gate_new(void) NODISCARD;
void gate_free(struct gate *gate);
DEFINE_CLEANUP(struct gate *, gate_free)

/* Reads pauses and throttles from the store; *ret_changed: there are others than before. */
int gate_refresh(struct gate *gate, struct db *db, bool *ret_changed, struct error *err) NODISCARD;

/* `listener` NULL: only the account. *ret_due_at (monotonic ms; written unless open): when to ask again. */
enum gate_state gate_ask(struct gate *gate, enum gate_side side, const char *account, const char *listener,
                         int64_t *ret_due_at);

/* A refused log-in closes this side of the account; any failure to send does so for a while, too, and so does what
 * names a time (err->retry_after_ms). Returns how long (ms); 0: the caller's own back-off counts. */
int64_t gate_failed(struct gate *gate, enum gate_side side, const char *account, const struct error *err);
void gate_worked(struct gate *gate, enum gate_side side, const char *account);

/* The account's set-up changed: what was refused is tried at once. */
void gate_forget(struct gate *gate, const char *account);

/* One more mailbox session of this account, where fewer than `limit` (0: any number) are open; false where not. */
bool gate_enter(struct gate *gate, const char *account, int64_t limit) NODISCARD;
void gate_leave(struct gate *gate, const char *account);

/* How long to wait after so many failures in a row (from 0): `first_ms`, doubled each time up to `longest_ms`, at
 * random between half and all of it. */
int64_t gate_backoff_ms(int failures, int64_t first_ms, int64_t longest_ms);

#endif
