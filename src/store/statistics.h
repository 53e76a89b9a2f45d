/* Counts over time, for charts: so many of something in a slot of five minutes, and of an hour. Written by who numbers
 * events (events/consequences.h), so that no chart ever looks at all messages. Series: "received" (by listener),
 * "parked" (by listener), "latency" (by "ACCOUNT/BOUND_MS"), "sent", "failed", "bounced" (by account), "failures" (by
 * "listener/ID", "sender/ID"), and as values of a moment "queued" (by account). */
#ifndef STORE_STATISTICS_H
#define STORE_STATISTICS_H

#include "store/db.h"

#define STATISTIC_SHORT_MS   (5 * 60 * 1000)
#define STATISTIC_LONG_MS    (60 * 60 * 1000)
#define STATISTIC_SHORT_KEPT (INT64_C(3) * 24 * 3600 * 1000) /* then only the hours are known */
#define STATISTIC_LONG_KEPT  (INT64_C(400) * 24 * 3600 * 1000)

/* So many more at `at`. */
int statistic_add(struct db *db, const char *series, const char *name, int64_t at, int64_t count,
                  struct error *err) NODISCARD;

/* As it stands at `at`: the largest of a slot is kept. */
int statistic_note(struct db *db, const char *series, const char *name, int64_t at, int64_t value,
                   struct error *err) NODISCARD;

/* 1: something waits in the outbox; 0: nothing. */
int statistic_any_queue(struct db *db, struct error *err) NODISCARD;

/* What waits in the outbox of each account at `at`, noted as "queued". Returns the number of accounts. */
int statistic_note_queues(struct db *db, int64_t at, struct error *err) NODISCARD;

struct statistic {
	const char *series, *name;
	int64_t slot, value; /* slot: Unix ms of its begin */
};

/* Those of slots of `step` (STATISTIC_SHORT_MS or _LONG_MS) that begin in [from, to), by series and slot, at most
 * `max`; texts live during the call. Returns their number. */
int statistic_each(struct db *db, int64_t step, int64_t from, int64_t to, size_t max,
                   void (*each)(void *ctx, const struct statistic *statistic), void *ctx, struct error *err) NODISCARD;

/* Drops what is older than is kept. */
int statistic_prune(struct db *db, int64_t now, struct error *err) NODISCARD;

#endif
