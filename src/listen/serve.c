/* See serve.h. Threads: the one in serve_run() waits in the park and hands what is ready to the workers; a worker runs
 * a listener's session until it idles and parks it again; one housekeeper sends the outbox, retries failed mail, and
 * looks for changes of the set-up. */
#include "listen/serve.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "listen/park.h"
#include "listen/postman.h"
#include "listen/session.h"
#include "send/outbox_runner.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define HOPELESS_MS     MINUTES_MS(15) /* until a fault is looked at again that no time will mend */
#define CALM_MS         MINUTES_MS(1)  /* between reconnections without a pause */
#define HOUSEKEEPING_MS 1000
#define RETRY_EVERY_MS  SECONDS_MS(15)
#define WORKER_STACK    KIB(512)

enum watch_state { WATCH_CLOSED, WATCH_IDLING, WATCH_POLLED };

/* A listener being watched. Owned by whoever runs it: the park, the ready queue, or a worker. */
struct watch {
	struct parked parked; /* first */
	struct watch *next;   /* in the ready queue */
	struct serve *serve;
	char *listener_id;
	struct shared_setup *shared; /* while a worker has it: what is parked keeps no snapshot alive */
	struct session *session;
	enum watch_state state;
	enum park_reason reason;
	int pause_s;        /* the server wants at least so long between log-ins */
	int failures;       /* in a row */
	bool is_reported;   /* … and the log has it */
	int64_t hurried_at; /* when a lost connection was last made again at once; 0: never */
	atomic_bool leave;  /* the listener is gone or was changed: end it */
	bool replace;       /* … and start it anew (guarded by serve->lock) */
};

struct serve {
	struct serve_options options;
	struct park *park;
	atomic_bool stopping;

	pthread_mutex_t lock;
	/* One condition for each kind of sleeper: a signal meant for a worker must not wake another. */
	pthread_cond_t ready;     /* the workers': something is in the queue, or all is over */
	pthread_cond_t housework; /* the housekeeper's: outbox_hint, or stopping */
	pthread_cond_t gone;      /* serve_run()'s, when it stops: a watch ended */
	/* guarded by lock */
	struct watch *ready_first, *ready_last;
	struct map *watches; /* by listener id */
	struct shared_setup *shared;
	bool outbox_hint; /* an answer was queued */

	int64_t refused_revision; /* the housekeeper's: a set-up that couldn't be used, said once */
	pthread_t *workers, housekeeper;
	int worker_count;
};

/* ---------------------------------------------------------------- the set-up in use */

static struct shared_setup *current_setup(struct serve *serve)
{
	struct shared_setup *shared;

	pthread_mutex_lock(&serve->lock);
	shared = shared_hold(serve->shared);
	pthread_mutex_unlock(&serve->lock);
	return shared;
}

/* ---------------------------------------------------------------- a watch: begin, end */

/* Lock held, as in all functions called …_locked. */
static void enqueue_locked(struct serve *serve, struct watch *watch)
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
	enqueue_locked(serve, watch);
	pthread_mutex_unlock(&serve->lock);
}

static void begin_watch_locked(struct serve *serve, const char *listener_id)
{
	struct watch *watch;

	if (atomic_load(&serve->stopping)) /* the workers may have gone */
		return;
	watch = mem_new(1, sizeof *watch);
	watch->serve = serve;
	watch->listener_id = mem_strdup(listener_id);
	watch->parked.fd = -1;
	map_set(serve->watches, str_of(listener_id), watch);
	enqueue_locked(serve, watch);
}

static void close_session(struct watch *watch)
{
	session_close(take(watch->session));
	watch->state = WATCH_CLOSED;
}

static void end_watch(struct watch *watch)
{
	struct serve *serve = watch->serve;

	close_session(watch);
	pthread_mutex_lock(&serve->lock);
	map_set(serve->watches, str_of(watch->listener_id), NULL);
	if (watch->replace)
		begin_watch_locked(serve, watch->listener_id);
	if (atomic_load(&serve->stopping) && map_count(serve->watches) == 0) {
		pthread_cond_broadcast(&serve->ready);
		pthread_cond_signal(&serve->gone);
	}
	pthread_mutex_unlock(&serve->lock);
	free(watch->listener_id);
	free(watch);
}

/* ---------------------------------------------------------------- a watch: one stretch of work */

static bool watch_stopped(void *ctx)
{
	struct watch *watch = ctx;

	return atomic_load(&watch->serve->stopping) || atomic_load(&watch->leave);
}

static int open_session(struct watch *watch, const struct listener *listener, struct error *err)
{
	const struct session_options options = {
	        .store = watch->serve->options.store,
	        .setup = watch->shared->setup,
	        .listener = listener,
	        .stopped = watch_stopped,
	        .ctx = watch,
	};

	return session_open(&options, &watch->session, err);
}

static void hint_outbox(struct serve *serve)
{
	pthread_mutex_lock(&serve->lock);
	serve->outbox_hint = true;
	pthread_cond_signal(&serve->housework);
	pthread_mutex_unlock(&serve->lock);
}

static int read_all(struct watch *watch, struct error *err)
{
	struct intake_counts counts = {0};
	int r = session_read(watch->session, &counts, err);

	if (counts.messages)
		log_info("listen",
		         "listener %s: %lld messages: %lld cases opened, %lld updated, %lld filed, %lld parked, "
		         "%lld held",
		         watch->listener_id, (long long)counts.messages, (long long)counts.created,
		         (long long)(counts.updated + counts.reopened), (long long)counts.filed,
		         (long long)counts.parked, (long long)counts.held);
	if (counts.answers)
		hint_outbox(watch->serve);
	return r;
}

/* A connection that never shows new mail is closed; the next is not to come before the server wants it. */
static int close_snapshot(struct watch *watch)
{
	watch->pause_s = receiver_pause_s(session_receiver(watch->session));
	close_session(watch);
	watch->state = WATCH_POLLED;
	return 0;
}

/* Asks for news and hears at once what came in between: 1 there is some, 0 the watch may park. */
static int wait_for_news(struct watch *watch, const struct listener *listener, struct error *err)
{
	struct receiver *r = session_receiver(watch->session);
	int idles, news;

	watch->pause_s = 0;
	if (session_is_snapshot(watch->session))
		return close_snapshot(watch);
	idles = listener->idle ? receiver_idle_start(r, err) : 0;
	if (idles < 0)
		return idles;
	watch->state = idles ? WATCH_IDLING : WATCH_POLLED;
	if (!idles)
		return 0;
	news = idles == 2 ? 1 : receiver_idle_ready(r, err);
	if (news > 0)
		news = receiver_idle_stop(r, err) < 0 ? -1 : 1;
	return news;
}

/* A parked session that woke: 1 read the folder, 0 park again, negative broken. An IDLE that ran its time is renewed,
 * and the folder looked at as well: some servers go deaf without closing. */
static int take_up(struct watch *watch, struct error *err)
{
	struct receiver *r = session_receiver(watch->session);
	int news;

	if (watch->state == WATCH_POLLED)
		return watch->reason == PARK_READY || receiver_noop(r, err) >= 0 ? 1 : -1;
	if (watch->reason == PARK_DUE)
		return receiver_idle_stop(r, err) < 0 ? -1 : 1;
	news = receiver_idle_ready(r, err);
	if (news <= 0)
		return news;
	return receiver_idle_stop(r, err) < 0 ? -1 : 1;
}

/* Runs the session until it has nothing to do; returns when to look again (monotonic ms). */
static int64_t work_on(struct watch *watch, const struct listener *listener, struct error *err)
{
	int r = watch->session ? take_up(watch, err) : open_session(watch, listener, err);

	if (!watch->session)
		return r;
	if (r == 0 && watch->state == WATCH_IDLING)
		return watch->parked.due_at; /* nothing of interest: IDLE goes on */
	do
		r = r < 0 ? r : read_all(watch, err);
	while (r >= 0 && !watch_stopped(watch) && (r = wait_for_news(watch, listener, err)) > 0);
	if (r < 0)
		return r;
	watch->failures = 0;
	return clock_mono_ms() + (watch->state == WATCH_IDLING
	                                  ? MINUTES_MS(listener->idle_minutes)
	                                  : SECONDS_MS(MAX(listener->poll_interval_s, watch->pause_s)));
}

/* Logged once per spell of failures, and once more when it's over. A server that hangs up on an idle client and takes
 * it back is no failure. */
static int64_t after_failure(struct watch *watch, const struct error *err)
{
	int64_t now = clock_mono_ms();
	/* A server that ends every session at once must not be called without a pause. */
	bool at_once = watch->failures == 0 && err->retry == RETRY_NOW &&
	               (!watch->hurried_at || now - watch->hurried_at > CALM_MS);
	int64_t wait = at_once ? 0 : err->retry == RETRY_NEVER ? HOPELESS_MS : backoff_ms(watch->failures);

	watch->failures++;
	if (at_once) {
		watch->hurried_at = now;
		log_debug("listen", "%s; connecting anew", err->text);
	} else if (!watch->is_reported || err->retry == RETRY_NEVER) {
		log_error("listen", "%s; next try in %lld s", err->text, (long long)(wait + 999) / 1000);
		watch->is_reported = true;
	}
	close_session(watch);
	return now + wait;
}

/* False where it was told to leave in the meantime: under the lock of leave_watch_locked(), which hurries only what is
 * parked. */
static bool park_watch(struct watch *watch, int64_t due_at)
{
	struct serve *serve = watch->serve;
	bool parks;

	pthread_mutex_lock(&serve->lock);
	parks = !watch_stopped(watch);
	if (parks)
		park_add(serve->park, &watch->parked,
		         watch->session ? receiver_fd(session_receiver(watch->session)) : -1, due_at);
	pthread_mutex_unlock(&serve->lock);
	return parks;
}

/* With the set-up as it is now. Where something changed that the session stands on, the watch was told to leave. */
static void run_with_setup(struct watch *watch, const struct listener *listener)
{
	struct error err = {0};
	int64_t due_at;

	if (watch->session)
		session_renew(watch->session, watch->shared->setup, listener);
	due_at = work_on(watch, listener, &err);
	if (due_at < 0 && !watch_stopped(watch))
		due_at = after_failure(watch, &err);
	if (watch->is_reported && !watch->failures) {
		log_info("listen", "listener %s works again", watch->listener_id);
		watch->is_reported = false;
	}
	shared_release(take(watch->shared));
	log_set_context(NULL); /* the watch's own text: another may have it from here on */
	if (!park_watch(watch, due_at))
		end_watch(watch);
}

static void run_watch(struct watch *watch)
{
	const struct listener *listener;

	log_set_context(watch->listener_id);
	watch->shared = current_setup(watch->serve);
	listener = setup_listener(watch->shared->setup, watch->listener_id);
	if (listener && !watch_stopped(watch)) {
		run_with_setup(watch, listener);
	} else {
		shared_release(take(watch->shared));
		log_set_context(NULL);
		end_watch(watch);
	}
}

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
		run_watch(watch);
	}
}

/* ---------------------------------------------------------------- changes of the set-up */

/* What a session was opened with: when any of it differs, the session is opened anew. */
static bool is_same_for(const struct setup *a, const struct setup *b, const struct listener *before)
{
	const struct listener *after = setup_listener(b, before->id);
	const struct account *account_before = setup_account(a, before->account),
	                     *account_after = setup_account(b, before->account);
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));

	if (!after || !account_before || !account_after)
		return false;
	return record_diff(&listener_type, before, after, &out) == 0 &&
	       record_diff(&account_type, account_before, account_after, &out) == 0 &&
	       record_diff(&provider_type, setup_provider(a, account_before->provider),
	                   setup_provider(b, account_after->provider), &out) == 0;
}

static void leave_watch_locked(struct serve *serve, struct watch *watch, bool replace)
{
	watch->replace = replace;
	atomic_store(&watch->leave, true);
	park_hurry(serve->park, &watch->parked);
}

/* The watch of a listener in the new set-up: begun, left alone but for the new rules, or begun anew. */
static void change_watch_locked(struct serve *serve, const struct setup *before, const struct setup *now,
                                const struct listener *listener)
{
	struct watch *watch = map_get(serve->watches, str_of(listener->id));
	const struct listener *old = setup_listener(before, listener->id);

	if (!watch) {
		if (listener->enabled)
			begin_watch_locked(serve, listener->id);
		return;
	}
	if (listener->enabled && old && is_same_for(before, now, old))
		return;
	log_info("listen", "listener %s: set-up changed", listener->id);
	leave_watch_locked(serve, watch, listener->enabled);
}

static void leave_removed_locked(struct serve *serve, const struct setup *before, const struct setup *now)
{
	const void *const *listeners;
	size_t n = setup_list(before, &listener_type, &listeners);

	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = listeners[i];
		struct watch *watch = map_get(serve->watches, str_of(listener->id));

		if (watch && !setup_listener(now, listener->id))
			leave_watch_locked(serve, watch, false);
	}
}

static void apply_change(struct serve *serve, struct shared_setup *fresh)
{
	struct shared_setup *old;
	const void *const *listeners;
	size_t n = setup_list(fresh->setup, &listener_type, &listeners);

	pthread_mutex_lock(&serve->lock);
	old = serve->shared;
	serve->shared = fresh;
	leave_removed_locked(serve, old->setup, fresh->setup);
	for (size_t i = 0; i < n;
	     i++) /* all under the lock: no session goes on with records that it wasn't opened for */
		change_watch_locked(serve, old->setup, fresh->setup, listeners[i]);
	pthread_mutex_unlock(&serve->lock);
	shared_release(old);
}

/* Fails where the store does: not for what stands in it. */
static int look_for_changes(struct serve *serve, struct db *db, struct error *err)
{
	struct shared_setup *fresh, *now = current_setup(serve);
	int64_t loaded = setup_loaded_revision(now->setup), revision;
	struct error fault;
	int r = setup_revision(db, &revision, err);

	shared_release(now);
	if (r < 0)
		return error_prefix(err, "can't look for changes of the set-up");
	if (revision == loaded || revision == serve->refused_revision)
		return 0;
	if (shared_setup_load(db, serve->options.sealer, &fresh, &fault) < 0) {
		log_error("listen", "the changed set-up can't be used, the old one stays: %s", fault.text);
		if (fault.retry == RETRY_NEVER) /* else it is the store's fault, and looked at again */
			serve->refused_revision = revision;
	} else {
		apply_change(serve, fresh);
	}
	return 0;
}

/* ---------------------------------------------------------------- the outbox and retries */

static bool sending_stopped(void *ctx)
{
	struct serve *serve = ctx;

	return atomic_load(&serve->stopping);
}

static void send_outbox(struct serve *serve, struct db *db, struct postman *postman)
{
	struct shared_setup *shared = current_setup(serve);

	postman_go(postman, db, shared);
	shared_release(shared);
}

static void retry_failed(struct serve *serve)
{
	struct shared_setup *shared = current_setup(serve);
	struct error err;
	int n = intake_retry_due(serve->options.store, shared->setup, NULL, &err);

	if (n < 0)
		log_warning("intake", "failed mail was not tried again: %s", err.text);
	else if (n > 0)
		hint_outbox(serve);
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

static void *housekeeper_main(void *arg)
{
	struct serve *serve = arg;
	const struct postman_options options = {
	        .store = serve->options.store, .claim = serve->options.claim, .stopped = sending_stopped, .ctx = serve};
	struct postman *postman CLEANUP(postman_freep) = postman_new(&options);
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t retry_at = 0;
	bool failed = false; /* said once for a spell of failures */
	struct error err;

	while (!atomic_load(&serve->stopping)) {
		if ((!db && store_connect(serve->options.store, &db, &err) < 0) ||
		    look_for_changes(serve, db, &err) < 0) {
			if (!failed)
				log_error("store", "%s", err.text);
			failed = true;
			db_close(take(db)); /* a connection that broke never works again */
		} else {
			failed = false;
			send_outbox(serve, db, postman);
			if (clock_mono_ms() >= retry_at) {
				retry_failed(serve);
				retry_at = clock_mono_ms() + RETRY_EVERY_MS;
			}
		}
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

		if (!listener->enabled)
			continue;
		begin_watch_locked(serve, listener->id);
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
	park_free(serve->park);
	map_free(serve->watches);
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
	const struct outbox_options outbox = {.store = options->store, .claim = options->claim};
	int64_t orphans = 0;
	size_t n;
	int r;

	serve->options = *options;
	serve->park = park_new();
	serve->watches = map_new();
	init_locks(serve);
	r = store_connect(options->store, &db, err);
	if (r == 0)
		r = shared_setup_load(db, options->sealer, &serve->shared, err);
	if (r == 0)
		orphans = outbox_recover(&outbox, err);
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
	if (options->ready)
		options->ready(options->ctx, n);
	*ret_serve = serve;
	return 0;
}

/* Every watch ends on a worker: those that are parked are handed over. A worker that is at work ends its own
 * (park_watch). */
static void end_watches(struct serve *serve)
{
	struct parked *thing;

	pthread_mutex_lock(&serve->lock);
	pthread_cond_signal(&serve->housework);
	while ((thing = park_take(serve->park)) != NULL)
		enqueue_locked(serve, (struct watch *)(void *)thing);
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
	end_watches(serve);
	for (int i = 0; i < serve->worker_count; i++)
		pthread_join(serve->workers[i], NULL);
	pthread_join(serve->housekeeper, NULL);
	serve_free(serve);
}

void serve_stop(struct serve *serve)
{
	atomic_store(&serve->stopping, true);
	park_stop(serve->park);
}
