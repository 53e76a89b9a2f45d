/* See serve.h. Threads: the one in serve_run() waits in the park and hands what is ready to the workers; a worker runs
 * a listener's session until it idles and parks it again; one housekeeper sends the outbox, retries failed mail, and
 * looks for changes of the set-up. */
#include "listen/serve.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "listen/expiry_watch.h"
#include "listen/indexer.h"
#include "listen/inlets.h"
#include "listen/postman.h"
#include "listen/serve_parts.h"
#include "send/outbox_runner.h"

#define HOUSEKEEPING_MS 1000
#define RETRY_EVERY_MS  SECONDS_MS(15)
#define WORKER_STACK    KIB(512)

/* ---------------------------------------------------------------- the set-up in use */

struct shared_setup *serve_current_setup(struct serve *serve)
{
	struct shared_setup *shared;

	pthread_mutex_lock(&serve->lock);
	shared = shared_hold(serve->shared);
	pthread_mutex_unlock(&serve->lock);
	return shared;
}

/* ---------------------------------------------------------------- a watch: begin, end */

void serve_enqueue_locked(struct serve *serve, struct watch *watch)
{
	watch->next = NULL;
	if (serve->ready_last)
		serve->ready_last->next = watch;
	else
		serve->ready_first = watch;
	serve->ready_last = watch;
	pthread_cond_signal(&serve->ready);
}

static void enqueue(struct serve *serve, struct watch *watch)
{
	pthread_mutex_lock(&serve->lock);
	serve_enqueue_locked(serve, watch);
	pthread_mutex_unlock(&serve->lock);
}

bool serve_is_watched(const struct listener *listener)
{
	return listener->enabled && listener->source == SOURCE_MAILBOX;
}

void serve_begin_watch_locked(struct serve *serve, const struct listener *listener)
{
	struct watch *watch;

	if (atomic_load(&serve->stopping)) /* the workers may have gone */
		return;
	watch = mem_new(1, sizeof *watch);
	watch->serve = serve;
	watch->listener_id = mem_strdup(listener->id);
	watch->account = mem_strdup(listener->account);
	watch->parked.fd = -1;
	watch->traced_since = tracing_since(serve->tracing, &(struct tap_of){listener->account, listener->id, NULL});
	map_set(serve->watches, str_of(listener->id), watch);
	serve_enqueue_locked(serve, watch);
}

void serve_hint_outbox(struct serve *serve)
{
	pthread_mutex_lock(&serve->lock);
	serve->outbox_hint = true;
	pthread_cond_signal(&serve->housework);
	pthread_mutex_unlock(&serve->lock);
}

/* ---------------------------------------------------------------- the workers */

static void *worker_main(void *arg)
{
	struct serve *serve = arg;

	for (;;) {
		struct watch *watch;

		pthread_mutex_lock(&serve->lock);
		while (!serve->ready_first && !(atomic_load(&serve->stopping) && map_count(serve->watches) == 0))
			pthread_cond_wait(&serve->ready, &serve->lock);
		watch = serve->ready_first;
		if (watch) {
			serve->ready_first = watch->next;
			if (!serve->ready_first)
				serve->ready_last = NULL;
		}
		pthread_mutex_unlock(&serve->lock);
		if (!watch)
			return NULL;
		watch_run(watch);
	}
}

/* ---------------------------------------------------------------- the outbox and retries */

static bool sending_stopped(void *ctx)
{
	struct serve *serve = ctx;

	return atomic_load(&serve->stopping);
}

static void send_outbox(struct serve *serve, struct db *db, struct postman *postman)
{
	struct shared_setup *shared = serve_current_setup(serve);

	postman_go(postman, db, shared);
	shared_release(shared);
}

static struct shared_setup *setup_for_inlets(void *ctx)
{
	return serve_current_setup(ctx);
}

static void outbox_for_inlets(void *ctx)
{
	serve_hint_outbox(ctx);
}

static void open_inlets(struct serve *serve, struct inlets *inlets)
{
	struct shared_setup *shared = serve_current_setup(serve);

	inlets_apply(inlets, shared->setup);
	shared_release(shared);
}

static void retry_failed(struct serve *serve)
{
	struct shared_setup *shared = serve_current_setup(serve);
	struct error err;
	int n = intake_retry_due(serve->options.store, shared->setup, NULL, &err);

	if (n < 0)
		log_warning("intake", "failed mail was not tried again: %s", err.text);
	else if (n > 0)
		serve_hint_outbox(serve);
	shared_release(shared);
}

static void watch_expiry(struct serve *serve, struct db *db)
{
	struct shared_setup *shared = serve_current_setup(serve);

	expiry_watch(serve->options.store, db, shared->setup);
	shared_release(shared);
}

static struct timespec in_ms(int64_t ms)
{
	int64_t at_us = clock_mono_us() + ms * 1000;

	return (struct timespec){.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
}

/* Until a hint, a stop, or the next second. */
static void wait_for_housework(struct serve *serve)
{
	struct timespec until = in_ms(HOUSEKEEPING_MS);
	int timed_out = 0;

	pthread_mutex_lock(&serve->lock);
	while (!serve->outbox_hint && !atomic_load(&serve->stopping) && timed_out == 0)
		timed_out = pthread_cond_timedwait(&serve->housework, &serve->lock, &until);
	serve->outbox_hint = false;
	pthread_mutex_unlock(&serve->lock);
}

/* That it isn't known how things stand is no reason to stop. */
static void write_states(struct serve *serve, bool stopping)
{
	const char *claim = serve->options.claim ? serve->options.claim : "";
	struct error err;

	if (states_flush(serve->states, serve->options.store, claim, stopping, &err) < 0)
		log_debug("store", "how things stand isn't written down: %s", err.text);
}

/* A transcript that can't be written down is no reason to stop, either. */
static void write_traces(struct serve *serve)
{
	struct error err;

	if (tracing_flush(serve->tracing, serve->options.store, &err) < 0)
		log_warning("store", "transcripts of traces weren't written down: %s", err.text);
}

static void forget_traces(struct serve *serve)
{
	struct error err;

	if (tracing_forget(serve->options.store, &err) < 0)
		log_warning("store", "old transcripts weren't forgotten: %s", err.text);
}

static void *housekeeper_main(void *arg)
{
	struct serve *serve = arg;
	const struct postman_options options = {
	        .store = serve->options.store,
	        .claim = serve->options.claim,
	        .stopped = sending_stopped,
	        .ctx = serve,
	        .gate = serve->gate,
	        .states = serve->states,
	        .tracing = serve->tracing,
	};
	const struct inlets_options doors = {
	        .store = serve->options.store,
	        .gate = serve->gate,
	        .states = serve->states,
	        .tracing = serve->tracing,
	        .current_setup = setup_for_inlets,
	        .answered = outbox_for_inlets,
	        .ctx = serve,
	};
	struct postman *postman CLEANUP(postman_freep) = postman_new(&options);
	struct inlets *inlets CLEANUP(inlets_freep) = inlets_new(&doors);
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t retry_at = 0, expiry_at = 0;
	bool failed = false; /* said once for a spell of failures */
	struct error err;

	while (!atomic_load(&serve->stopping)) {
		if ((!db && store_connect(serve->options.store, &db, &err) < 0) ||
		    serve_look_for_changes(serve, db, &err) < 0) {
			if (!failed)
				log_error("store", "%s", err.text);
			failed = true;
			db_close(take(db)); /* a connection that broke never works again */
		} else {
			failed = false;
			open_inlets(serve, inlets);
			send_outbox(serve, db, postman);
			if (clock_mono_ms() >= retry_at) {
				retry_failed(serve);
				retry_at = clock_mono_ms() + RETRY_EVERY_MS;
			}
			if (clock_mono_ms() >= expiry_at) {
				watch_expiry(serve, db);
				forget_traces(serve);
				expiry_at = clock_mono_ms() + HOURS_MS(1);
			}
		}
		write_states(serve, false);
		write_traces(serve);
		wait_for_housework(serve);
	}
	return NULL;
}

/* ---------------------------------------------------------------- the whole */

static size_t begin_all(struct serve *serve)
{
	const void *const *listeners;
	size_t n = setup_list(serve->shared->setup, &listener_type, &listeners), started = 0;

	pthread_mutex_lock(&serve->lock);
	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = listeners[i];

		if (!serve_is_watched(listener))
			continue;
		serve_begin_watch_locked(serve, listener);
		started++;
	}
	pthread_mutex_unlock(&serve->lock);
	return started;
}

static void start_threads(struct serve *serve)
{
	pthread_attr_t small;

	serve->worker_count = serve->options.workers ? serve->options.workers : 16;
	serve->workers = mem_new((size_t)serve->worker_count, sizeof *serve->workers);
	must(pthread_attr_init(&small) == 0 && pthread_attr_setstacksize(&small, WORKER_STACK) == 0);
	for (int i = 0; i < serve->worker_count; i++)
		must(pthread_create(&serve->workers[i], &small, worker_main, serve) == 0);
	must(pthread_create(&serve->housekeeper, &small, housekeeper_main, serve) == 0);
	pthread_attr_destroy(&small);
}

static void serve_free(struct serve *serve)
{
	shared_release(serve->shared);
	setup_share_leave(serve->share);
	park_free(serve->park);
	map_free(serve->watches);
	gate_free(serve->gate);
	states_free(serve->states);
	tracing_free(serve->tracing);
	pthread_mutex_destroy(&serve->lock);
	pthread_cond_destroy(&serve->ready);
	pthread_cond_destroy(&serve->housework);
	pthread_cond_destroy(&serve->gone);
	free(serve->workers);
	free(serve);
}

static void init_locks(struct serve *serve)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&serve->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&serve->ready, NULL);
	pthread_cond_init(&serve->housework, &monotonic);
	pthread_cond_init(&serve->gone, NULL);
	pthread_condattr_destroy(&monotonic);
}

int serve_start(const struct serve_options *options, struct serve **ret_serve, struct error *err)
{
	struct serve *serve = mem_new(1, sizeof *serve);
	struct db *db CLEANUP(db_closep) = NULL;
	struct outbox_options outbox = {.store = options->store, .claim = options->claim};
	int64_t orphans = 0;
	bool changed;
	size_t n;
	int r;

	serve->options = *options;
	serve->park = park_new();
	serve->watches = map_new();
	serve->gate = gate_new();
	serve->states = states_new();
	serve->share = setup_share_join(options->setup, options->sealer);
	serve->tracing = tracing_new();
	init_locks(serve);
	r = store_connect(options->store, &db, err);
	if (r == 0)
		r = gate_refresh(serve->gate, db, &changed, err);
	if (r == 0)
		r = tracing_refresh(serve->tracing, db, &changed, err);
	if (r == 0)
		r = setup_share_newest(serve->share, db, &serve->shared, err);
	if (r == 0)
		r = states_read(serve->states, db, serve->shared->setup, err);
	if (r == 0) {
		outbox.setup = serve->shared->setup;
		orphans = outbox_recover(&outbox, err);
	}
	if (r < 0 || orphans < 0) {
		serve_free(serve);
		return r < 0 ? r : (int)orphans;
	}
	if (orphans)
		log_warning("outbox",
		            "%lld messages may or may not have been sent before the last stop: hauspost outbox list "
		            "--state uncertain",
		            (long long)orphans);
	n = begin_all(serve); /* before the housekeeper looks for changes */
	start_threads(serve);
	serve->indexer = indexer_start(options->store);
	if (options->ready)
		options->ready(options->ctx, n);
	*ret_serve = serve;
	return 0;
}

/* Every watch ends on a worker: those that are parked are handed over. A worker that is at work ends its own
 * (watch_park). */
static void end_watches(struct serve *serve)
{
	struct parked *thing;

	pthread_mutex_lock(&serve->lock);
	pthread_cond_signal(&serve->housework);
	while ((thing = park_take(serve->park)) != NULL)
		serve_enqueue_locked(serve, (struct watch *)(void *)thing);
	while (map_count(serve->watches) > 0)
		pthread_cond_wait(&serve->gone, &serve->lock);
	pthread_cond_broadcast(&serve->ready);
	pthread_mutex_unlock(&serve->lock);
}

void serve_run(struct serve *serve)
{
	struct parked *thing;
	enum park_reason reason;

	while ((reason = park_wait(serve->park, &thing)) != PARK_STOPPED) {
		struct watch *watch = (struct watch *)(void *)thing;

		watch->reason = reason;
		enqueue(serve, watch);
	}
	if (serve->options.stopping)
		serve->options.stopping(serve->options.ctx);
	end_watches(serve);
	for (int i = 0; i < serve->worker_count; i++)
		pthread_join(serve->workers[i], NULL);
	pthread_join(serve->housekeeper, NULL);
	indexer_stop(serve->indexer);
	write_states(serve, true);
	write_traces(serve);
	serve_free(serve);
}

void serve_stop(struct serve *serve)
{
	atomic_store(&serve->stopping, true);
	park_stop(serve->park);
}
