/* The circuit breakers of automatic answers, as stored; intake/breaker.h says what they do. */
#ifndef STORE_BREAKERS_H
#define STORE_BREAKERS_H

#include "base/arena.h"
#include "store/db.h"

struct stored_breaker {
	const char *scope;  /* "address", "case" */
	const char *name;   /* the address, lower case; the case's id */
	const char *state;  /* "closed", "open", "half-open" */
	const char *reason; /* what opened it, in words; "" while closed */
	int64_t level;      /* how often it opened in a row */
	int64_t open_until; /* 0 while closed */
	int64_t letters;    /* answers since `since` */
	int64_t since;      /* a day is counted from here */
	struct str memory;  /* breaker.c's */
	int64_t updated_at;
};

/* 1 found, 0 none. */
int breaker_get(struct db *db, const char *scope, const char *name, struct arena *arena, struct stored_breaker *ret,
                struct error *err) NODISCARD;

/* An answer of the outbox, and the text of the mail that it answered (its first 32 KiB). */
struct past_answer {
	int64_t at;
	struct str text; /* null where it isn't known */
};

/* The answers to an address (lower case) since then, the newest first, up to `max`. Returns their number. */
int breaker_past_answers(struct db *db, const char *address, int64_t since, size_t max, struct arena *arena,
                         struct past_answer *ret_answers, struct error *err) NODISCARD;

/* Creates or replaces. */
int breaker_put(struct db *db, const struct stored_breaker *breaker, struct error *err) NODISCARD;

/* 1 removed, 0 there was none. */
int breaker_remove(struct db *db, const char *scope, const char *name, struct error *err) NODISCARD;

/* Removes those closed ones that were last used before `before`. */
int breaker_forget(struct db *db, int64_t before, struct error *err) NODISCARD;

/* Those that aren't closed, the last opened first, up to `max`, those behind `after` (NULL: from the first; its
 * updated_at, scope and name count); with `all` the closed ones as well. Returns their number. */
int breaker_list(struct db *db, bool all, const struct stored_breaker *after, size_t max, struct arena *arena,
                 struct stored_breaker **ret_list, struct error *err) NODISCARD;

#endif
