/* The set-up as a running process sees it: one snapshot for all of its threads, read anew when a record was changed.
 *
 *	struct setup_share *share = setup_share_join(options->setup, sealer);
 *	if (setup_share_newest(share, db, &shared, err) == 0) {
 *		… shared->setup …
 *		shared_release(shared);
 *	}
 *	setup_share_leave(share);
 *
 * Whoever holds a snapshot keeps it as long as needed, also when there is a newer one; the last one to let go frees it.
 * Thread-safe. */
#ifndef SETUP_SETUP_SHARE_H
#define SETUP_SETUP_SHARE_H

#include "setup/setup.h"

#include <stdatomic.h>

struct shared_setup {
	struct setup *setup;
	atomic_int references;
	bool is_borrowed; /* the set-up is somebody else's to free */
};

struct shared_setup *shared_hold(struct shared_setup *shared);
void shared_release(struct shared_setup *shared); /* NULL is fine */

struct setup_share;

/* The share of others, or (NULL) one of its own. `sealer` lives as long as it. */
struct setup_share *setup_share_join(struct setup_share *share, const struct sealer *sealer) NODISCARD;

/* One of its own that begins with a snapshot which the caller has loaded and keeps until it has left (NULL: none). */
struct setup_share *setup_share_with(struct setup *setup, const struct sealer *sealer) NODISCARD;
void setup_share_leave(struct setup_share *share); /* the last one frees it; NULL is fine */

/* The newest snapshot, held for the caller (shared_release()): one short question to the store. */
int setup_share_newest(struct setup_share *share, struct db *db, struct shared_setup **ret_shared,
                       struct error *err) NODISCARD;

/* Puts the newest snapshot in the place of the one that the caller holds (NULL: none yet). */
int setup_share_renew(struct setup_share *share, struct db *db, struct shared_setup **held,
                      struct error *err) NODISCARD;

#endif
