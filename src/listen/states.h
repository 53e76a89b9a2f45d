/* How every listener and every sender stands (AC7), kept in memory and written to the store where it changed: at most
 * once a second for each, and some hundreds at a time. Thread-safe. */
#ifndef LISTEN_STATES_H
#define LISTEN_STATES_H

#include "base/error.h"
#include "setup/setup.h"
#include "store/store.h"

struct states;

struct states *states_new(void) NODISCARD;
void states_free(struct states *states);
DEFINE_CLEANUP(struct states *, states_free)

/* At the start: what failed as an earlier process ended was told of then, and its end is still to be told. What it left
 * of parts that `setup` hasn't, or has switched off, goes. */
int states_read(struct states *states, struct db *db, const struct setup *setup, struct error *err) NODISCARD;

/* `kind` and `state` are words of store/status.h (static texts). `err` NULL: the last error stays known.
 * `next_try_in_ms` 0: nothing is to be tried again. A failure that comes after none writes an event "listener.failed"
 * (or "sender.failed"), its end one "listener.works"; until then it stands as failed, "connecting" or not. */
void states_set(struct states *states, const char *kind, const char *id, const char *state, const struct error *err,
                int64_t next_try_in_ms);

/* The part is gone from the set-up. */
void states_drop(struct states *states, const char *kind, const char *id);

/* … all that are, or are switched off in it: a part that never worked has nobody who would drop it. */
void states_keep(struct states *states, const struct setup *setup);

/* Writes what changed since; and that the process `claim` lives, every ten seconds ("": it stops). */
int states_flush(struct states *states, struct store *store, const char *claim, bool stopping,
                 struct error *err) NODISCARD;

#endif
