/* See flusher.h. */
#include "store/flusher.h"

#include "base/fault.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/lock.h"

#include <errno.h>
#include <unistd.h>

/* Committed and not yet durable: more than these few only piles up memory before a slow disk. */
#define MOST_WAITING 4

LOCK_NAME(flush_lock);

struct flusher {
	int fd;
	char *name;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct flush *first GUARDED_BY(flush_lock), *last GUARDED_BY(flush_lock);
	int count GUARDED_BY(flush_lock); /* waiting or being flushed */
	bool is_started GUARDED_BY(flush_lock), is_stopping GUARDED_BY(flush_lock);
	struct error error GUARDED_BY(flush_lock); /* of the first flush that failed */
};

static void lock(struct flusher *f) ACQUIRES(flush_lock);
static void unlock(struct flusher *f) RELEASES(flush_lock);

TRUSTED static void lock(struct flusher *f)
{
	pthread_mutex_lock(&f->mutex);
}

TRUSTED static void unlock(struct flusher *f)
{
	pthread_mutex_unlock(&f->mutex);
}

struct flusher *flusher_new(int fd, const char *name)
{
	struct flusher *f = mem_new(1, sizeof *f);

	f->fd = fd;
	f->name = mem_strdup(name);
	pthread_mutex_init(&f->mutex, NULL);
	pthread_cond_init(&f->changed, NULL);
	return f;
}

int flusher_check(struct flusher *f, struct error *err)
{
	int r;

	lock(f);
	r = f->error.code;
	if (r < 0 && err)
		*err = f->error;
	unlock(f);
	return r;
}

static int sync_log(struct flusher *f, struct error *err)
{
	int r = flusher_check(f, err);

	if (r < 0)
		return r;
	while (fdatasync(f->fd) < 0) {
		if (errno == EINTR)
			continue;
		return fail(err, E_STORE, RETRY_LATER,
		            "store %s: the disk did not take what was written (%s): stop whatever uses the store, mend "
		            "the disk, and start again",
		            f->name, strerror(errno));
	}
	return 0;
}

/* Makes durable and tells everything in the list. */
static void flush_all(struct flusher *f, struct flush *list)
{
	struct error err = {0};
	int r = sync_log(f, &err), n = 0;

	if (r < 0) {
		lock(f);
		if (!f->error.code)
			f->error = err;
		unlock(f);
	}
	while (list) {
		struct flush *flush = list;

		list = flush->next;
		flush->done(flush, r, &err);
		n++;
	}
	lock(f);
	f->count -= n;
	pthread_cond_broadcast(&f->changed);
	unlock(f);
}

static void *flusher_run(void *arg)
{
	struct flusher *f = arg;
	struct flush *list;

	do {
		lock(f);
		while (!f->first && !f->is_stopping)
			pthread_cond_wait(&f->changed, &f->mutex);
		list = f->first;
		f->first = f->last = NULL;
		unlock(f);
		if (list)
			flush_all(f, list);
	} while (list);
	return NULL;
}

static void append(struct flusher *f, struct flush *flush) REQUIRES(flush_lock)
{
	if (!f->is_started) {
		must(pthread_create(&f->thread, NULL, flusher_run, f) == 0);
		f->is_started = true;
	}
	if (f->last)
		f->last->next = flush;
	else
		f->first = flush;
	f->last = flush;
	pthread_cond_broadcast(&f->changed);
}

void flusher_add(struct flusher *f, struct flush *flush, bool is_alone)
{
	bool is_here;

	flush->next = NULL;
	lock(f);
	while (f->count >= MOST_WAITING)
		pthread_cond_wait(&f->changed, &f->mutex);
	is_here = is_alone && f->count == 0;
	f->count++;
	if (!is_here)
		append(f, flush);
	unlock(f);
	if (is_here)
		flush_all(f, flush);
}

void flusher_free(struct flusher *f)
{
	bool started;

	if (!f)
		return;
	lock(f);
	f->is_stopping = true;
	started = f->is_started;
	pthread_cond_broadcast(&f->changed);
	unlock(f);
	if (started)
		pthread_join(f->thread, NULL);
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->mutex);
	close(f->fd);
	free(f->name);
	free(f);
}
