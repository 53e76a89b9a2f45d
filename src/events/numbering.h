/* Gives numbers to events, with all that follows from them in the same transaction (consequences.h). Private to this
 * folder. */
#ifndef EVENTS_NUMBERING_H
#define EVENTS_NUMBERING_H

#include "setup/setup_share.h"
#include "store/events.h"
#include "store/store.h"

#define NUMBERED_AT_ONCE 300

struct numbering {
	struct store *store;
	struct db *db; /* the caller's connection */
	struct setup_share *share;
	struct shared_setup **shared; /* the caller's, renewed: nobody is owed anything by a set-up that is gone */
};

/* Numbers some; returns how many: NUMBERED_AT_ONCE where there may be more. `ret_events` in the arena. */
int numbering_some(const struct numbering *numbering, struct arena *arena, struct stored_event **ret_events,
                   struct error *err) NODISCARD;

#endif
