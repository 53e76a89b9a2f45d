/* See workers.h. */
#include "api/workers.h"

#include "base/log.h"
#include "base/mem.h"

#include <pthread.h>

#define STACK KIB(1024)

struct workers {
	struct store *store;
	int count;
	pthread_t *threads;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* guarded by lock */
	struct job *first, *last;
	size_t waiting;
	bool stopping;
};

/* NULL: there will be no more. */
static struct job *next_job(struct workers *workers)
{
	struct job *job;

	pthread_mutex_lock(&workers->lock);
	while (!workers->first && !workers->stopping)
		pthread_cond_wait(&workers->changed, &workers->lock);
	job = workers->first;
	if (job) {
		workers->first = job->next;
		workers->waiting--;
	}
	pthread_mutex_unlock(&workers->lock);
	return job;
}

/* A transaction left open would hold others up for ever. */
static void tidy_up(struct db *db)
{
	if (!db || !db_in_transaction(db))
		return;
	log_error("api", "a handler left a transaction open: it is undone");
	db_rollback(db);
}

static void *worker_main(void *arg)
{
	struct workers *workers = arg;
	struct db *db CLEANUP(db_closep) = NULL;
	struct job *job;

	while ((job = next_job(workers)) != NULL) {
		struct error err = {.code = 0};

		if (!db && store_connect(workers->store, &db, &err) < 0)
			db = NULL;
		job->run(job, db, &err);
		tidy_up(db);
	}
	return NULL;
}

struct workers *workers_new(struct store *store, int threads)
{
	struct workers *workers = mem_new(1, sizeof *workers);
	pthread_attr_t attributes;

	workers->store = store;
	workers->count = threads;
	workers->threads = mem_new((size_t)threads, sizeof *workers->threads);
	must(pthread_mutex_init(&workers->lock, NULL) == 0 && pthread_cond_init(&workers->changed, NULL) == 0);
	must(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, STACK) == 0);
	for (int i = 0; i < threads; i++)
		must(pthread_create(&workers->threads[i], &attributes, worker_main, workers) == 0);
	pthread_attr_destroy(&attributes);
	return workers;
}

void workers_stop(struct workers *workers)
{
	pthread_mutex_lock(&workers->lock);
	workers->stopping = true;
	pthread_cond_broadcast(&workers->changed);
	pthread_mutex_unlock(&workers->lock);
	for (int i = 0; i < workers->count; i++)
		pthread_join(workers->threads[i], NULL);
	workers->count = 0;
}

void workers_free(struct workers *workers)
{
	if (!workers)
		return;
	workers_stop(workers);
	pthread_mutex_destroy(&workers->lock);
	pthread_cond_destroy(&workers->changed);
	free(workers->threads);
	free(workers);
}

static void append_locked(struct workers *workers, struct job *job)
{
	job->next = NULL;
	if (workers->first)
		workers->last->next = job;
	else
		workers->first = job;
	workers->last = job;
	workers->waiting++;
}

bool workers_submit(struct workers *workers, struct job *job)
{
	bool may;

	pthread_mutex_lock(&workers->lock);
	may = !workers->stopping;
	if (may) {
		append_locked(workers, job);
		pthread_cond_signal(&workers->changed);
	}
	pthread_mutex_unlock(&workers->lock);
	return may;
}

size_t workers_waiting(struct workers *workers)
{
	size_t n;

	pthread_mutex_lock(&workers->lock);
	n = workers->waiting;
	pthread_mutex_unlock(&workers->lock);
	return n;
}
