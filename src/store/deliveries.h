/* What is owed to webhooks: one row for each webhook and event, and each try that was made (FEATURES AP2). */
#ifndef STORE_DELIVERIES_H
#define STORE_DELIVERIES_H

#include "base/arena.h"
#include "store/db.h"

struct delivery {
	int64_t id;
	const char *webhook;
	int64_t event_number;
	const char *event_kind;
	const char *state; /* queued, sending, later, delivered, failed */
	int64_t tries, next_try_at;
	int64_t status;     /* HTTP's, of the last try; 0: there was no answer */
	const char *reason; /* what went wrong at last; "" */
	int64_t created_at, done_at;
};

struct delivery_try {
	int64_t number, at, duration_ms, status;
	const char *reason, *answer; /* answer: its first bytes, printable */
};

/* One more, due at once; nothing where the webhook has one for this event already. */
int delivery_add(struct db *db, const char *webhook, int64_t event_number, const char *event_kind, int64_t now,
                 struct error *err) NODISCARD;

/* Those due (or interrupted), oldest first, up to `max`; returns how many. Texts in the arena. */
int delivery_due(struct db *db, const char *webhook, int64_t now, size_t max, struct arena *arena,
                 struct delivery **ret_list, struct error *err) NODISCARD;

/* Takes one that is due to send it: nobody else does before `until`. 1: taken, 0: another was quicker. */
int delivery_take(struct db *db, int64_t id, int64_t now, int64_t until, struct error *err) NODISCARD;

/* One that was taken and not sent, or given up: it is due at once, as if nobody had taken it. */
int delivery_give_back(struct db *db, int64_t id, int64_t now, struct error *err) NODISCARD;

/* The clock was set back: what waits for a time that it wouldn't wait for otherwise is due at once. */
int delivery_heed_clock(struct db *db, int64_t now, struct error *err) NODISCARD;

/* What came of a try: state, next_try_at, status and reason of `delivery`, whose `tries` counts this one. 1; 0: there
 * is no such any more (its webhook was deleted), and nothing is written. */
int delivery_write(struct db *db, const struct delivery *delivery, const struct delivery_try *attempt,
                   struct error *err) NODISCARD;

/* 1 found, 0 none. */
int delivery_get(struct db *db, int64_t id, struct arena *arena, struct delivery *ret, struct error *err) NODISCARD;

/* Newest first, older than `before` (0: from the newest), in `state` (NULL: any), up to `max`. */
int delivery_list(struct db *db, const char *webhook, const char *state, int64_t before, size_t max,
                  struct arena *arena, struct delivery **ret_list, struct error *err) NODISCARD;

int delivery_tries(struct db *db, int64_t id, struct arena *arena, struct delivery_try **ret_list,
                   struct error *err) NODISCARD;

/* Sends it again from the start: 1; 0: there is none of this webhook. */
int delivery_replay(struct db *db, const char *webhook, int64_t id, int64_t now, struct error *err) NODISCARD;

/* The same by its event, whatever its state. */
int delivery_replay_event(struct db *db, const char *webhook, int64_t event_number, int64_t now,
                          struct error *err) NODISCARD;

/* The same for all that failed, for good or so far, of events behind this number; returns how many. */
int64_t delivery_replay_failed(struct db *db, const char *webhook, int64_t after, int64_t now,
                               struct error *err) NODISCARD;

/* Those that wait: queued, later, sending. */
int delivery_waiting(struct db *db, const char *webhook, int64_t *ret_count, struct error *err) NODISCARD;

/* 1 where there is one. */
int delivery_any_done_before(struct db *db, int64_t at, struct error *err) NODISCARD;

/* Drops those that were done before `at`, with their tries, up to `max`; returns how many. */
int64_t delivery_prune(struct db *db, int64_t at, size_t max, struct error *err) NODISCARD;

/* Everything about a webhook that is deleted: nothing of it is shown or sent any more, and another may get its name.
 * Where that is much, most is left to webhook_drop_gone(). */
int webhook_forget(struct db *db, const char *webhook, struct error *err) NODISCARD;

/* 1 where something is left; drops up to `max` of it, and returns 1 where more is. For upkeep: `at` says nothing. */
int webhook_any_gone(struct db *db, int64_t at, struct error *err) NODISCARD;
int64_t webhook_drop_gone(struct db *db, int64_t at, size_t max, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- the endpoint */

struct webhook_state {
	const char *webhook;
	int64_t failing_since;         /* 0: it works, or nothing was sent yet */
	int64_t failures, next_try_at; /* in a row; nothing is sent before */
	int64_t delivered_at, failed_at;
	const char *reason;  /* of the last failure; "" */
	int64_t disabled_at; /* by itself; 0: it isn't */
};

/* All zero where nothing is known yet. */
int webhook_state_get(struct db *db, const char *webhook, struct arena *arena, struct webhook_state *ret,
                      struct error *err) NODISCARD;
int webhook_state_put(struct db *db, const struct webhook_state *state, struct error *err) NODISCARD;

/* Something may be sent at once, however long it should have rested. */
int webhook_end_rest(struct db *db, const char *webhook, struct error *err) NODISCARD;

/* When the record was last changed: what was disabled before that is enabled by it. 0: there is none. */
int webhook_changed_at(struct db *db, const char *webhook, int64_t *ret_at, struct error *err) NODISCARD;

#endif
