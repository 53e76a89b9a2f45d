/* See indexer.h. */
#include "listen/indexer.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cases/search_index.h"

#include <pthread.h>

#define BATCH         100
#define LOOK_MS       500   /* where there was nothing to do */
#define AFTER_FAULT   10000 /* ms */
#define SHARE         9     /* rests so many times as long as a batch took */
#define REST_MIN_MS   5
#define INDEXER_STACK KIB(512)

struct indexer {
	struct store *store;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stop;
	bool stopping; /* under lock */
};

/* True where it is to stop. */
static bool rest(struct indexer *indexer, int64_t ms)
{
	int64_t at_us = clock_mono_us() + ms * 1000;
	struct timespec until = {.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
	int timed_out = 0;
	bool stopping;

	pthread_mutex_lock(&indexer->lock);
	while (!indexer->stopping && timed_out == 0)
		timed_out = pthread_cond_timedwait(&indexer->stop, &indexer->lock, &until);
	stopping = indexer->stopping;
	pthread_mutex_unlock(&indexer->lock);
	return stopping;
}

static void *indexer_main(void *arg)
{
	struct indexer *indexer = arg;
	struct search_follower *follower CLEANUP(search_follower_freep) = search_follower_new(indexer->store);
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t pause = 0;
	bool failed = false; /* said once for a spell of failures */
	struct error err;

	while (!rest(indexer, pause)) {
		int64_t began = clock_mono_ms();
		int n = db ? 0 : store_connect(indexer->store, &db, &err);

		if (n == 0)
			n = search_follow(follower, db, BATCH, &err);
		if (n < 0) {
			if (!failed)
				log_warning("search", "new mail isn't found yet: %s", err.text);
			db_close(take(db)); /* a connection that broke never works again */
		}
		failed = n < 0;
		pause = n < 0 ? AFTER_FAULT : n == 0 ? LOOK_MS : MAX(REST_MIN_MS, SHARE * (clock_mono_ms() - began));
	}
	return NULL;
}

struct indexer *indexer_start(struct store *store)
{
	struct indexer *indexer = mem_new(1, sizeof *indexer);
	pthread_condattr_t monotonic;
	pthread_attr_t small;

	indexer->store = store;
	pthread_mutex_init(&indexer->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&indexer->stop, &monotonic);
	pthread_condattr_destroy(&monotonic);
	must(pthread_attr_init(&small) == 0 && pthread_attr_setstacksize(&small, INDEXER_STACK) == 0);
	must(pthread_create(&indexer->thread, &small, indexer_main, indexer) == 0);
	pthread_attr_destroy(&small);
	return indexer;
}

void indexer_stop(struct indexer *indexer)
{
	if (!indexer)
		return;
	pthread_mutex_lock(&indexer->lock);
	indexer->stopping = true;
	pthread_cond_signal(&indexer->stop);
	pthread_mutex_unlock(&indexer->lock);
	pthread_join(indexer->thread, NULL);
	pthread_mutex_destroy(&indexer->lock);
	pthread_cond_destroy(&indexer->stop);
	free(indexer);
}
