/* What webhooks are owed: in the transaction that gives an event its number, each webhook that wants it gets one row
 * (store/deliveries.h), which the runner (runner.h) then sends. Private to this folder, but for the times. */
#ifndef EVENTS_WEBHOOKS_H
#define EVENTS_WEBHOOKS_H

#include "setup/setup.h"
#include "store/deliveries.h"
#include "store/events.h"

#define WEBHOOK_TRIES          14
#define WEBHOOK_DISABLED_AFTER (INT64_C(5) * 24 * 3600 * 1000) /* of failing without a break */

/* So long after the n-th failed try (from 1) the next one comes: 5 s, growing to 10 h, over three days; 0: it was the
 * last. Without jitter. */
int64_t webhook_delay_ms(int64_t tries);

/* So long nothing at all goes to an endpoint that failed so often in a row: 2 s, growing to 5 min. */
int64_t webhook_pause_ms(int64_t failures);

/* Does it want this event? Not whether it is enabled. */
bool webhook_wants(const struct setup *setup, const struct webhook *webhook, const struct stored_event *event);

/* 1 where its record was changed after `at`. A change at a time that is to come (the clock was set back) says nothing.
 */
int webhook_changed_since(struct db *db, const char *webhook, int64_t at, int64_t now, struct error *err) NODISCARD;

/* How its endpoint stands. What failed before its record was changed doesn't count any more, nor what failed at a time
 * that is to come (the clock was set back): it begins anew, and isn't disabled. Texts in the arena. */
int webhook_standing(struct db *db, const char *webhook, int64_t now, struct arena *arena, struct webhook_state *ret,
                     struct error *err) NODISCARD;

/* 1 where the webhook disabled itself and wasn't changed since. */
int webhook_is_disabled(struct db *db, const char *webhook, struct error *err) NODISCARD;

/* The place in the list (by id) of the first behind that id, where choosing begins: whoever was chosen last is asked
 * last, so that nobody at the end of the list waits for those before it. */
size_t webhooks_turn(const void *const *webhooks, size_t n, const char *last_id);

int webhooks_owe(struct db *db, const struct setup *setup, const struct stored_event *events, size_t n,
                 struct error *err) NODISCARD;

#endif
