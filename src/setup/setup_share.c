/* See setup_share.h. */
#include "setup/setup_share.h"

#include "base/mem.h"

#include <pthread.h>

struct setup_share {
	const struct sealer *sealer;
	atomic_int members;
	pthread_mutex_t lock;
	struct shared_setup *current; /* guarded by lock */
};

/* ---------------------------------------------------------------- a snapshot */

struct shared_setup *shared_hold(struct shared_setup *shared)
{
	atomic_fetch_add(&shared->references, 1);
	return shared;
}

void shared_release(struct shared_setup *shared)
{
	if (shared && atomic_fetch_sub(&shared->references, 1) == 1) {
		if (!shared->is_borrowed)
			setup_free(shared->setup);
		free(shared);
	}
}

/* ---------------------------------------------------------------- the share */

static struct shared_setup *shared_new(struct setup *setup, bool is_borrowed)
{
	struct shared_setup *shared = mem_new(1, sizeof *shared);

	shared->setup = setup;
	shared->is_borrowed = is_borrowed;
	atomic_init(&shared->references, 1);
	return shared;
}

struct setup_share *setup_share_join(struct setup_share *share, const struct sealer *sealer)
{
	if (share) {
		atomic_fetch_add(&share->members, 1);
		return share;
	}
	share = mem_new(1, sizeof *share);
	share->sealer = sealer;
	atomic_init(&share->members, 1);
	must(pthread_mutex_init(&share->lock, NULL) == 0);
	return share;
}

struct setup_share *setup_share_with(struct setup *setup, const struct sealer *sealer)
{
	struct setup_share *share = setup_share_join(NULL, sealer);

	share->current = setup ? shared_new(setup, true) : NULL;
	return share;
}

void setup_share_leave(struct setup_share *share)
{
	if (!share || atomic_fetch_sub(&share->members, 1) != 1)
		return;
	shared_release(share->current);
	pthread_mutex_destroy(&share->lock);
	free(share);
}

/* ---------------------------------------------------------------- looking */

static int load_locked(struct setup_share *share, struct db *db, struct error *err)
{
	struct setup *setup;
	int r = setup_load(db, share->sealer, &setup, err);

	if (r < 0)
		return r;
	shared_release(share->current);
	share->current = shared_new(setup, false);
	return 0;
}

int setup_share_newest(struct setup_share *share, struct db *db, struct shared_setup **ret_shared, struct error *err)
{
	int64_t revision;
	int r = setup_revision(db, &revision, err);

	if (r < 0)
		return r;
	pthread_mutex_lock(&share->lock);
	if (!share->current || setup_loaded_revision(share->current->setup) != revision)
		r = load_locked(share, db, err);
	if (r == 0)
		*ret_shared = shared_hold(share->current);
	pthread_mutex_unlock(&share->lock);
	return r;
}

int setup_share_renew(struct setup_share *share, struct db *db, struct shared_setup **held, struct error *err)
{
	struct shared_setup *newest;
	int r = setup_share_newest(share, db, &newest, err);

	if (r < 0)
		return r;
	shared_release(*held);
	*held = newest;
	return 0;
}
