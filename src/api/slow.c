/* See slow.h. A job is shared by its thread and by the stream that the server reads: whoever lets go last frees it. */
#include "api/slow.h"

#include "base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct slow {
	struct stream_body stream;
	void (*run)(struct slow *slow, void *job);
	void (*job_free)(void *job);
	void *job;
	pthread_mutex_t lock;
	struct buf waiting GUARDED_BY(lock);
	bool ended GUARDED_BY(lock);    /* the thread */
	bool released GUARDED_BY(lock); /* the stream */
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t less;
	int count;
} running = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static void slow_free(struct slow *slow)
{
	pthread_mutex_destroy(&slow->lock);
	buf_done(&slow->waiting);
	free(slow);
}

/* ---------------------------------------------------------------- how many */

static bool take_place(void)
{
	bool taken;

	pthread_mutex_lock(&running.lock);
	taken = running.count < SLOW_MAX;
	running.count += taken;
	pthread_mutex_unlock(&running.lock);
	return taken;
}

static void leave_place(void)
{
	pthread_mutex_lock(&running.lock);
	running.count--;
	pthread_cond_broadcast(&running.less);
	pthread_mutex_unlock(&running.lock);
}

void slow_wait_all(void)
{
	pthread_mutex_lock(&running.lock);
	while (running.count > 0)
		pthread_cond_wait(&running.less, &running.lock);
	pthread_mutex_unlock(&running.lock);
}

/* ---------------------------------------------------------------- the server's side */

static ssize_t read_waiting(struct stream_body *stream, char *room, size_t size)
{
	struct slow *slow = (struct slow *)stream;
	ssize_t n;

	pthread_mutex_lock(&slow->lock);
	n = (ssize_t)MIN(size, slow->waiting.n);
	if (n > 0) {
		memcpy(room, slow->waiting.p, (size_t)n);
		buf_consume(&slow->waiting, (size_t)n);
	} else if (slow->ended) {
		n = -1;
	}
	pthread_mutex_unlock(&slow->lock);
	return n;
}

static void release(struct stream_body *stream)
{
	struct slow *slow = (struct slow *)stream;
	bool ended;

	pthread_mutex_lock(&slow->lock);
	slow->released = true;
	ended = slow->ended;
	pthread_mutex_unlock(&slow->lock);
	if (ended)
		slow_free(slow);
}

/* ---------------------------------------------------------------- the thread's side */

/* The stream can't be released while the lock is held, so that waking it is in order. */
void slow_write(struct slow *slow, struct str bytes)
{
	pthread_mutex_lock(&slow->lock);
	if (!slow->released) {
		buf_add(&slow->waiting, bytes);
		stream_wake(&slow->stream);
	}
	pthread_mutex_unlock(&slow->lock);
}

void slow_line(struct slow *slow, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	struct buf line CLEANUP(buf_done) = BUF_INIT(SLOW_MAX_BYTES);

	must(text);
	buf_add_cstr(&line, text);
	buf_add_char(&line, '\n');
	free(text);
	json_decref(json);
	slow_write(slow, buf_str(&line));
}

bool slow_is_wanted(struct slow *slow)
{
	bool released;

	pthread_mutex_lock(&slow->lock);
	released = slow->released;
	pthread_mutex_unlock(&slow->lock);
	return !released;
}

static void *run_thread(void *ctx)
{
	struct slow *slow = ctx;
	bool released;

	slow->run(slow, slow->job);
	slow->job_free(slow->job);
	pthread_mutex_lock(&slow->lock);
	slow->ended = true;
	released = slow->released;
	if (!released)
		stream_wake(&slow->stream);
	pthread_mutex_unlock(&slow->lock);
	if (released)
		slow_free(slow);
	leave_place();
	return NULL;
}

/* Signals are the main thread's. */
static int start_thread(struct slow *slow)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	r = pthread_create(&thread, &attributes, run_thread, slow);
	pthread_attr_destroy(&attributes);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

int slow_answer(struct answer *answer, const char *type, void (*run)(struct slow *slow, void *job),
                void (*job_free)(void *job), void *job, struct error *err)
{
	struct slow *slow;
	int r;

	if (!take_place()) {
		job_free(job);
		return fail(err, E_THROTTLED, RETRY_LATER, "%d tests and look-ups are under way: try again in a moment",
		            SLOW_MAX);
	}
	slow = mem_new(1, sizeof *slow);
	*slow = (struct slow){.stream = {.read = read_waiting, .done = release},
	                      .run = run,
	                      .job_free = job_free,
	                      .job = job,
	                      .waiting = BUF_INIT(SLOW_MAX_BYTES)};
	pthread_mutex_init(&slow->lock, NULL);
	answer_stream(answer, type, &slow->stream);
	r = start_thread(slow);
	if (r == 0)
		return 0;
	slow->ended = true; /* released by the answer */
	job_free(job);
	leave_place();
	return fail_errno(err, r, "no thread can be started");
}
