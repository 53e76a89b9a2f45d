/* A person's decisions about mail that was set aside: held mail passes or is thrown away, parked and failed mail is
 * tried again or given up. */
#ifndef INTAKE_SET_ASIDE_H
#define INTAKE_SET_ASIDE_H

#include "setup/setup.h"
#include "store/store.h"

enum decision { DECIDE_RELEASE, DECIDE_DISCARD };

/* Held mail; released, it is handled at once. E_NOT_FOUND where the row isn't held. */
int set_aside_decide(struct store *store, const struct setup *setup, struct db *db, int64_t ledger_id,
                     enum decision decision, const char *author, struct error *err) NODISCARD;

/* A parked or failed row (0: all that are parked) is due now, and handled at once where its mail is here. *ret_tried:
 * rows brought back; returns how many were handled well. E_NOT_FOUND where a row that was named can't be tried. */
int set_aside_retry(struct store *store, const struct setup *setup, int64_t ledger_id, int64_t *ret_tried,
                    struct error *err) NODISCARD;

/* A parked or failed row is given up: handled, with outcome "discarded"; its mail stays in the store. E_NOT_FOUND. */
int set_aside_discard(struct store *store, const struct setup *setup, struct db *db, int64_t ledger_id,
                      const char *author, struct error *err) NODISCARD;

#endif
