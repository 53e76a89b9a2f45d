/* Failed sign-ins, counted for each operator's name (also for names that nobody has) and for each address. A try is
 * counted before it is known how it ends, and taken back where it ends well: so many at once are many, too. */
#ifndef STORE_ATTEMPTS_H
#define STORE_ATTEMPTS_H

#include "store/db.h"

#define ATTEMPT_OPERATOR "operator"
#define ATTEMPT_ADDRESS  "address"

/* After `free` failures each further one closes the door for `first_ms`, then twice as long, at most `longest_ms`.
 * Failures are forgotten a day after the last one. */
struct attempt_policy {
	int64_t free, first_ms, longest_ms;
};

/* 1: counted, go on; 0: the door is closed until *ret_until. Within the caller's transaction. */
int attempt_begin(struct db *db, const char *scope, const char *name, const struct attempt_policy *policy, int64_t now,
                  int64_t *ret_until, struct error *err) NODISCARD;

/* It ended well: nothing is held against the name any more. */
int attempt_forget(struct db *db, const char *scope, const char *name, struct error *err) NODISCARD;

/* It says nothing, of the name or of others who come from there: one less, and where none came after that of `at`, the
 * door is open again. */
int attempt_take_back(struct db *db, const char *scope, const char *name, int64_t at, struct error *err) NODISCARD;

/* Rows whose last failure is a day old. */
int attempts_purge(struct db *db, int64_t now, struct error *err) NODISCARD;

#endif
