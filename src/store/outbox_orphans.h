/* Rows of the outbox that nobody sends any more though they say so: the process died, or couldn't note their end. Of
 * their recipients, those for whom the mail was on its way become `uncertain`; with the others the row goes on
 * (`later`, due now). Where nobody waits, it is `uncertain`, or what reports made of it meanwhile. In the caller's
 * transaction. */
#ifndef STORE_OUTBOX_ORPHANS_H
#define STORE_OUTBOX_ORPHANS_H

#include "store/outbox.h"

struct outbox_orphan {
	int64_t id;
	bool is_doubtful; /* somebody came into doubt */
};

/* Those whose claim is not `live_claim`. Returns how many there were, which in *ret_list (by the arena). */
int64_t outbox_orphans(struct db *db, const char *live_claim, int64_t now, struct arena *arena,
                       struct outbox_orphan **ret_list, struct error *err) NODISCARD;

/* An account's rows under this claim, of which the caller knows that nothing is on its way. */
int64_t outbox_own_orphans(struct db *db, const char *account, const char *claim, int64_t now, struct arena *arena,
                           struct outbox_orphan **ret_list, struct error *err) NODISCARD;

#endif
