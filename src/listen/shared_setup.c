/* See shared_setup.h. */
#include "listen/shared_setup.h"

#include "base/mem.h"

int shared_setup_load(struct db *db, const struct sealer *sealer, struct shared_setup **ret_shared, struct error *err)
{
	struct shared_setup *shared;
	struct setup *setup;
	int r = setup_load(db, sealer, &setup, err);

	if (r < 0)
		return r;
	shared = mem_new(1, sizeof *shared);
	shared->setup = setup;
	atomic_init(&shared->references, 1);
	*ret_shared = shared;
	return 0;
}

struct shared_setup *shared_hold(struct shared_setup *shared)
{
	atomic_fetch_add(&shared->references, 1);
	return shared;
}

void shared_release(struct shared_setup *shared)
{
	if (shared && atomic_fetch_sub(&shared->references, 1) == 1) {
		setup_free(shared->setup);
		free(shared);
	}
}
