/* See committer.h. */
#include "store/committer.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "store/batch.h"
#include "store/db_driver.h"
#include "store/lock.h"

#include <errno.h>

LOCK_NAME(queue_lock);

struct committer {
	struct committer_options options;
	struct db *db;           /* the thread's */
	struct flusher *flusher; /* the thread's; NULL where each commit is durable by itself */
	pthread_t thread;

	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct work *first GUARDED_BY(queue_lock), *last GUARDED_BY(queue_lock);
	int waiting GUARDED_BY(queue_lock);
	int last_count GUARDED_BY(queue_lock); /* units of the last batch */
	bool is_started GUARDED_BY(queue_lock);
	bool is_stopping GUARDED_BY(queue_lock);
	bool is_urged GUARDED_BY(queue_lock);
};

static void lock(struct committer *c) ACQUIRES(queue_lock);
static void unlock(struct committer *c) RELEASES(queue_lock);

TRUSTED static void lock(struct committer *c)
{
	pthread_mutex_lock(&c->mutex);
}

TRUSTED static void unlock(struct committer *c)
{
	pthread_mutex_unlock(&c->mutex);
}

static _Thread_local bool on_committer;

bool committer_is_self(void)
{
	return on_committer;
}

/* ---------------------------------------------------------------- one batch */

static int commit(struct committer *c, struct error *err)
{
	int r;

	fault_step("commit-before");
	r = db_commit(c->db, err);
	if (r == 0)
		fault_step("commit-after");
	return r;
}

static int be_ready(struct committer *c, struct error *err)
{
	if (c->flusher)
		return flusher_check(c->flusher, err);
	return c->db ? 0 : c->options.connect(c->options.ctx, &c->db, err);
}

/* The log's file is there only after a commit. What can't be flushed can't be called durable. */
static int open_flusher(struct committer *c, struct error *err)
{
	int fd, r = db_open_log(c->db, &fd, err);

	if (r == 0 && fd >= 0)
		c->flusher = flusher_new(fd, c->db->name);
	return r;
}

static int count_batch(int r, int units, int64_t began_ms)
{
	metric_count(METRIC_COMMITS, 1, r < 0 ? "failed" : "done");
	metric_count(METRIC_COMMIT_UNITS, (uint64_t)units, NULL);
	metric_observe(METRIC_COMMIT_DURATION, clock_mono_ms() - began_ms, NULL);
	return r;
}

static int run_batch(struct committer *c, struct batch *batch, struct error *err)
{
	int64_t began = clock_mono_ms();
	int units, r = be_ready(c, err);

	if (r == 0)
		r = batch_run(batch, c->db, err);
	if (r <= 0)
		return r < 0 ? count_batch(r, 0, began) : r;
	units = r;
	r = count_batch(commit(c, err), units, began);
	return r == 0 && !c->flusher ? open_flusher(c, err) : r;
}

/* On the flusher's thread, or the committer's. */
static void batch_flushed(struct flush *flush, int result, const struct error *err)
{
	struct batch *batch = (struct batch *)flush;

	on_committer = true;
	if (batch->result < 0)
		batch_report(batch, batch->result, &batch->err);
	else
		batch_report(batch, result, err);
	batch_free(batch);
}

/* ---------------------------------------------------------------- the thread */

static struct timespec deadline_of(int64_t at_us)
{
	return (struct timespec){.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
}

/* A single mail shouldn't wait for others that don't come: only where units came together the last time, or do now, are
 * more on their way. (While one batch is committed, what comes in gathers by itself.) */
static bool expects_company(const struct committer *c) REQUIRES(queue_lock)
{
	return !c->is_urged && (c->last_count > 1 || c->waiting > 1);
}

/* Cuts a batch off the queue: waits for a first unit, then perhaps a moment for company. NULL when there is nothing
 * left to do. */
static struct batch *next_batch(struct committer *c)
{
	struct work *first, *end;
	struct batch *batch;
	struct timespec until;
	int count = 1;

	lock(c);
	while (!c->first && !c->is_stopping)
		pthread_cond_wait(&c->changed, &c->mutex);
	until = deadline_of(clock_mono_us() + (int64_t)c->options.batch_delay_ms * 1000);
	while (c->first && expects_company(c) && c->waiting < c->options.batch_count && !c->is_stopping)
		if (pthread_cond_timedwait(&c->changed, &c->mutex, &until) == ETIMEDOUT)
			break;
	first = end = c->first;
	while (end && end->next && count < c->options.batch_count) {
		end = end->next;
		count++;
	}
	if (end) {
		c->first = end->next;
		if (!c->first)
			c->last = NULL;
		end->next = NULL;
		c->waiting -= count;
		c->last_count = count;
		c->is_urged = false;
	}
	unlock(c);
	if (!first)
		return NULL;
	batch = batch_new(first, count);
	batch->flush.done = batch_flushed;
	return batch;
}

/* A single unit with nothing behind it. */
static bool is_alone(struct committer *c, const struct batch *batch)
{
	bool alone;

	lock(c);
	alone = !batch->first->next && !c->first;
	unlock(c);
	return alone;
}

static void *committer_run(void *arg)
{
	struct committer *c = arg;
	struct batch *batch;

	on_committer = true;
	while ((batch = next_batch(c))) {
		batch->result = run_batch(c, batch, &batch->err);
		/* What failed is told before the next batch runs: its units may have to fail for it. */
		if (c->flusher && batch->result >= 0)
			flusher_add(c->flusher, &batch->flush, is_alone(c, batch));
		else
			batch_flushed(&batch->flush, 0, NULL);
	}
	flusher_free(c->flusher);
	db_close(c->db);
	return NULL;
}

struct committer *committer_new(const struct committer_options *options)
{
	struct committer *c = mem_new(1, sizeof *c);
	pthread_condattr_t attr;

	c->options = *options;
	pthread_mutex_init(&c->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->changed, &attr);
	pthread_condattr_destroy(&attr);
	return c;
}

void committer_submit(struct committer *c, struct work *work)
{
	work->next = NULL;
	lock(c);
	must(!c->is_stopping);
	if (!c->is_started) {
		must(pthread_create(&c->thread, NULL, committer_run, c) == 0);
		c->is_started = true;
	}
	if (c->last)
		c->last->next = work;
	else
		c->first = work;
	c->last = work;
	/* It needs waking for the first unit and for the one that fills the batch; those between only lie there. */
	if (++c->waiting == 1 || c->waiting == c->options.batch_count)
		pthread_cond_signal(&c->changed);
	unlock(c);
}

void committer_hurry(struct committer *c)
{
	lock(c);
	if (c->waiting) {
		c->is_urged = true;
		pthread_cond_signal(&c->changed);
	}
	unlock(c);
}

void committer_free(struct committer *c)
{
	bool started;

	if (!c)
		return;
	lock(c);
	c->is_stopping = true;
	started = c->is_started;
	pthread_cond_signal(&c->changed);
	unlock(c);
	if (started)
		pthread_join(c->thread, NULL);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->mutex);
	free(c);
}
