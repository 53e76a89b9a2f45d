/* What people do with webhooks, for the API and the command line: units for store_do(). Who has something sent ends the
 * rest of an endpoint that failed: it is tried at once. */
#ifndef EVENTS_REPLAY_H
#define EVENTS_REPLAY_H

#include "setup/setup.h"
#include "store/store.h"

/* Sends one delivery again, from the start. 1; 0: the webhook has no such, or it is just being sent. */
int webhook_replay(struct store *store, const char *webhook, int64_t delivery, struct error *err) NODISCARD;

/* Sends again all that failed of events behind number `after`; with `all` every one that the webhook wants, delivered
 * or never owed, too, piece by piece, however many there are; not those of accounts that are gone, unless it names
 * them: nobody can say any more whose they were. Returns how many. */
int64_t webhook_replay_since(struct store *store, const struct setup *setup, const struct webhook *webhook,
                             int64_t after, bool all, struct error *err) NODISCARD;

/* An event "webhook.test", for this webhook alone. E_CONFLICT where it is switched off, by whom ever: nobody would get
 * it. */
int webhook_test(struct store *store, const struct webhook *webhook, const char *author, struct error *err) NODISCARD;

/* Puts a new secret in the place of the old one, which signs for another day; appends it. The set-up changes, by
 * `author`. E_NOT_FOUND where there is no such webhook. */
int webhook_rotate(struct store *store, const struct sealer *sealer, const struct setup *setup, const char *webhook,
                   const char *author, struct buf *ret_secret, struct error *err) NODISCARD;

#endif
