/* How the parts of a running Hauspost stand, and what a person paused: for `hauspost status`, `pause` and `resume`. */
#ifndef STORE_STATUS_H
#define STORE_STATUS_H

#include "store/db.h"

/* kind "listener": idle, connecting, connected, waiting, throttled, auth-failed, failed, paused; kind "sender" (by its
 * account): the same without idle; kind "process" (by its claim): running, stopped. */
struct status {
	const char *kind, *id, *state;
	int64_t since;       /* of this state, Unix ms */
	const char *error;   /* the last; "" */
	int64_t error_at;    /* 0: none */
	int64_t next_try_at; /* 0: not known, or nothing is wrong */
	bool is_failing;     /* that it failed was told, that it works again wasn't: whatever its state is now */
	int64_t updated_at;
};

/* Creates or replaces. */
int status_put(struct db *db, const struct status *status, struct error *err) NODISCARD;
int status_remove(struct db *db, const char *kind, const char *id, struct error *err) NODISCARD;

/* Those of processes that gave no sign since. */
int status_forget_processes(struct db *db, int64_t before, struct error *err) NODISCARD;

/* Another number whenever a listener's or a sender's state is another, in whatever process. */
int status_sign(struct db *db, int64_t *ret_sign, struct error *err) NODISCARD;

/* 1 where it stands as one that doesn't work. */
int status_is_failing(struct db *db, const char *kind, const char *id, struct error *err) NODISCARD;

/* By kind and id; texts live during the call. Returns their number. */
int status_each(struct db *db, void (*each)(void *ctx, const struct status *status), void *ctx,
                struct error *err) NODISCARD;

/* A listener, or an account with its listeners and its sending, stands still until a person lets it go on. 1: changed,
 * with an event "listener.paused" and the like; 0: it was so already. In a transaction. */
int pause_set(struct db *db, const char *kind, const char *id, bool paused, const char *author, int64_t now,
              struct error *err) NODISCARD;

/* 1 where it is. */
int pause_is(struct db *db, const char *kind, const char *id, struct error *err) NODISCARD;

int pause_each(struct db *db, void (*each)(void *ctx, const char *kind, const char *id, const char *author, int64_t at),
               void *ctx, struct error *err) NODISCARD;

#endif
