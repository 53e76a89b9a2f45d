/* Events: what happened, for those who follow. Whoever does something writes one in the same transaction; it has no
 * number yet, since transactions of several processes end in another order than they began. One reader at a time
 * (events_number()) gives the numbers afterwards, so that they are in the order in which events came to be seen,
 * without gaps, and nothing ever comes late: who has read up to number n and goes on behind it misses nothing.
 *
 * The kinds there are and what their data holds: event_kinds.h. */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include "base/arena.h"
#include "store/db.h"

struct new_event {
	const char *kind;            /* "case.created" */
	const char *account;         /* whose; NULL: the case's or the message's, else nobody's */
	const char *author;          /* who did it; NULL: the program */
	int64_t case_id, message_id; /* 0: none */
	struct str data;             /* a JSON object; empty: {} */
	int64_t at;                  /* Unix ms */
};

int event_add(struct db *db, const struct new_event *event, struct error *err) NODISCARD;

/* The same, in short. `data` is a JSON object. */
int event_insert(struct db *db, const char *kind, int64_t case_id, int64_t message_id, struct str data, int64_t at,
                 struct error *err) NODISCARD;

/* Called whenever an event was written, before its transaction ends, on whatever thread: must be quick. One for the
 * process; NULL: none. */
void event_set_hint(void (*hint)(void));

struct stored_event {
	int64_t id, number, at;
	const char *kind, *account, *author; /* never NULL */
	int64_t case_id, message_id;         /* 0: none */
	const char *case_number;             /* "" */
	struct str data;
};

/* Until the transaction ends nobody else takes numbers: none for events, and none for a change of the set-up. On
 * PostgreSQL it waits for who does, and what he did is seen then. */
int events_hold_numbers(struct db *db, struct error *err) NODISCARD;

/* Numbers up to `max` of those that have none, in a transaction of the caller's; `ret_events` in their order, texts in
 * the arena. `place` may be NULL: gives an account to an event that has none. Returns how many there were. */
int events_number(struct db *db, size_t max, void (*place)(void *ctx, struct stored_event *event), void *ctx,
                  struct arena *arena, struct stored_event **ret_events, struct error *err) NODISCARD;

/* 1: there are some without a number. */
int events_waiting(struct db *db, struct error *err) NODISCARD;

struct event_query {
	int64_t from;    /* ascending: behind this number; descending: before it (0: from the newest) */
	bool descending; /* newest first */
	int64_t case_id; /* 0: any */
	size_t max;
};

/* Those with a number; returns how many. Texts in the arena. */
int events_list(struct db *db, const struct event_query *query, struct arena *arena, struct stored_event **ret_events,
                struct error *err) NODISCARD;

/* What happened to one message of a case, with and without a number, as it happened; returns how many. */
int events_of_message(struct db *db, int64_t case_id, int64_t message_id, size_t max, struct arena *arena,
                      struct stored_event **ret_events, struct error *err) NODISCARD;

/* The first and the last number there is; what was pruned has none any more, `ret_last` counts it all the same. 0 and
 * the last where none is kept. */
int events_range(struct db *db, int64_t *ret_first, int64_t *ret_last, struct error *err) NODISCARD;

/* 1 where the oldest happened before `at`. */
int events_older_than(struct db *db, int64_t at, struct error *err) NODISCARD;

/* Drops up to `max` that happened before `at`, oldest first; returns how many. */
int64_t events_prune(struct db *db, int64_t at, size_t max, struct error *err) NODISCARD;

#endif
