/* See setup_share.h. */
#include "api/setup_share.h"

#include "base/clock.h"
#include "base/mem.h"

#include <pthread.h>

#define LOOK_EVERY_MS 250

struct setup_share {
	const struct sealer *sealer;
	atomic_llong doubts; /* counted up by each change of ours */
	pthread_mutex_t lock;
	/* guarded by lock */
	struct shared_setup *current;
	long long settled; /* the count of doubts that `current` is newer than */
	int64_t looked_at;
};

struct setup_share *setup_share_new(const struct sealer *sealer)
{
	struct setup_share *share = mem_new(1, sizeof *share);

	share->sealer = sealer;
	atomic_init(&share->doubts, 0);
	must(pthread_mutex_init(&share->lock, NULL) == 0);
	return share;
}

void setup_share_free(struct setup_share *share)
{
	if (!share)
		return;
	shared_release(share->current);
	pthread_mutex_destroy(&share->lock);
	free(share);
}

void setup_share_doubt(struct setup_share *share)
{
	atomic_fetch_add(&share->doubts, 1);
}

/* Replaces the snapshot where the store has a newer one. */
static int look_locked(struct setup_share *share, struct db *db, struct error *err)
{
	long long doubts = atomic_load(&share->doubts);
	struct shared_setup *newer;
	int64_t revision;
	int r;

	if (share->current && share->settled == doubts && clock_mono_ms() - share->looked_at < LOOK_EVERY_MS)
		return 0;
	r = setup_revision(db, &revision, err);
	if (r == 0 && (!share->current || setup_loaded_revision(share->current->setup) != revision)) {
		r = shared_setup_load(db, share->sealer, &newer, err);
		if (r == 0) {
			shared_release(share->current);
			share->current = newer;
		}
	}
	if (r == 0) {
		share->settled = doubts;
		share->looked_at = clock_mono_ms();
	}
	return r;
}

int setup_share_get(struct setup_share *share, struct db *db, struct shared_setup **ret_shared, struct error *err)
{
	int r;

	pthread_mutex_lock(&share->lock);
	r = look_locked(share, db, err);
	if (r == 0)
		*ret_shared = shared_hold(share->current);
	pthread_mutex_unlock(&share->lock);
	return r;
}
