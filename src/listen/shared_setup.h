/* A snapshot of the set-up that several threads hold on to while they use it; the last one to let go frees it. */
#ifndef LISTEN_SHARED_SETUP_H
#define LISTEN_SHARED_SETUP_H

#include "setup/setup.h"

#include <stdatomic.h>

struct shared_setup {
	struct setup *setup;
	atomic_int references;
};

/* Reads the set-up; the caller holds it. */
int shared_setup_load(struct db *db, const struct sealer *sealer, struct shared_setup **ret_shared,
                      struct error *err) NODISCARD;

struct shared_setup *shared_hold(struct shared_setup *shared);
void shared_release(struct shared_setup *shared); /* NULL is fine */

#endif
