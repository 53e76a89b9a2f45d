/* See serve.h. Threads: the one in serve_run() waits in the park and hands what is ready to the workers; a worker runs
 * a listener's session until it idles and parks it again; one housekeeper sends the outbox, retries failed mail, and
 * looks for changes of the set-up. */
#include "listen/serve.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"
#include "listen/park.h"
#include "listen/session.h"
#include "send/outbox_runner.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define BACKOFF_FIRST_MS 5000
#define BACKOFF_LAST_MS  MINUTES_MS(15)
#define HOUSEKEEPING_MS  1000
#define RETRY_EVERY_MS   SECONDS_MS(15)
#define WORKER_STACK     KIB(512)
#define MOST_SENDING     8             /* accounts that send at a time */
#define CALM_MS          MINUTES_MS(1) /* between reconnections without a pause */

/* A snapshot of the set-up that sessions hold on to while they use it. */
struct shared_setup {
	struct setup *setup;
	atomic_int references;
};

enum watch_state { WATCH_CLOSED, WATCH_IDLING, WATCH_POLLED };

/* A listener being watched. Owned by whoever runs it: the park, the ready queue, or a worker. */
struct watch {
	struct parked parked; /* first */
	struct watch *next;   /* in the ready queue */
	struct serve *serve;
	char *listener_id;
	struct shared_setup *shared;
	struct session *session;
	enum watch_state state;
	enum park_reason reason;
	int failures;       /* in a row */
	int64_t hurried_at; /* when a lost connection was last made again at once; 0: never */
	atomic_bool leave;  /* the listener is gone or was changed: end it */
	bool replace;       /* … and start it anew (guarded by serve->lock) */
	atomic_bool
	        renew; /* the set-up changed in what the session doesn't stand on: take it up before the next work */
};

struct serve {
	struct serve_options options;
	struct park *park;
	atomic_bool stopping;

	pthread_mutex_t lock;
	pthread_cond_t ready_or_gone; /* a watch is ready for the workers, or has ended */
	pthread_cond_t housework;     /* for the housekeeper alone: a signal for a worker must not end with it */
	/* guarded by lock */
	struct watch *ready_first, *ready_last;
	struct map *watches; /* by listener id */
	struct shared_setup *shared;
	bool outbox_hint; /* an answer was queued */
	int sending;      /* accounts, each on a thread of its own */

	int64_t refused_revision; /* the housekeeper's: the set-up that could not be used */
	pthread_t *workers, housekeeper;
	int worker_count;
};

/* ---------------------------------------------------------------- the set-up in use */

static struct shared_setup *shared_hold(struct shared_setup *shared)
{
	atomic_fetch_add(&shared->references, 1);
	return shared;
}

static void shared_release(struct shared_setup *shared)
{
	if (shared && atomic_fetch_sub(&shared->references, 1) == 1) {
		setup_free(shared->setup);
		free(shared);
	}
}

static int load_shared(struct serve *serve, struct db *db, struct shared_setup **ret, struct error *err)
{
	struct setup *setup;
	int r = setup_load(db, serve->options.sealer, &setup, err);

	if (r < 0)
		return r;
	*ret = mem_new(1, sizeof **ret);
	(*ret)->setup = setup;
	atomic_init(&(*ret)->references, 1);
	return 0;
}

static struct shared_setup *current_setup(struct serve *serve)
{
	struct shared_setup *shared;

	pthread_mutex_lock(&serve->lock);
	shared = shared_hold(serve->shared);
	pthread_mutex_unlock(&serve->lock);
	return shared;
}

/* ---------------------------------------------------------------- a watch: begin, end */

static void enqueue(struct serve *serve, struct watch *watch)
{
	pthread_mutex_lock(&serve->lock);
	watch->next = NULL;
	if (serve->ready_last)
		serve->ready_last->next = watch;
	else
		serve->ready_first = watch;
	serve->ready_last = watch;
	pthread_cond_signal(&serve->ready_or_gone);
	pthread_mutex_unlock(&serve->lock);
}

static struct watch *watch_new(struct serve *serve, const char *listener_id)
{
	struct watch *watch = mem_new(1, sizeof *watch);

	watch->serve = serve;
	watch->listener_id = mem_strdup(listener_id);
	watch->parked.fd = -1;
	return watch;
}

static void begin_watch(struct serve *serve, const char *listener_id)
{
	struct watch *watch = watch_new(serve, listener_id);

	pthread_mutex_lock(&serve->lock);
	map_set(serve->watches, str_of(listener_id), watch);
	pthread_mutex_unlock(&serve->lock);
	enqueue(serve, watch);
}

static void close_session(struct watch *watch)
{
	session_close(take(watch->session));
	shared_release(take(watch->shared));
	watch->state = WATCH_CLOSED;
}

static void end_watch(struct watch *watch)
{
	struct serve *serve = watch->serve;
	struct watch *next = NULL;

	close_session(watch);
	pthread_mutex_lock(&serve->lock);
	/* In one step: between two, a change of the set-up would begin another one. */
	if (watch->replace && !atomic_load(&serve->stopping))
		next = watch_new(serve, watch->listener_id);
	map_set(serve->watches, str_of(watch->listener_id), next);
	pthread_cond_broadcast(&serve->ready_or_gone);
	pthread_mutex_unlock(&serve->lock);
	if (next)
		enqueue(serve, next);
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
	pthread_cond_broadcast(&serve->housework);
	pthread_mutex_unlock(&serve->lock);
}

static int read_all(struct watch *watch, struct error *err)
{
	struct intake_counts counts = {0};
	int r = session_read(watch->session, &counts, err);

	if (counts.messages)
		log_info("listen",
		         "listener %s: %lld messages: %lld cases opened, %lld updated, %lld filed, %lld parked",
		         watch->listener_id, (long long)counts.messages, (long long)counts.created,
		         (long long)(counts.updated + counts.reopened), (long long)counts.filed,
		         (long long)counts.parked);
	if (counts.answers)
		hint_outbox(watch->serve);
	return r;
}

/* Asks for news and hears at once what came in between: 1 there is some, 0 the watch may park. */
static int wait_for_news(struct watch *watch, const struct listener *listener, struct error *err)
{
	struct receiver *r = session_receiver(watch->session);
	int idles = listener->idle ? receiver_idle_start(r, err) : 0;
	int news;

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

static int64_t backoff_ms(int failures)
{
	int64_t ms = (int64_t)BACKOFF_FIRST_MS << MIN(failures, 10);

	ms = MIN(ms, BACKOFF_LAST_MS);
	return ms / 2 + (int64_t)random_below((uint64_t)ms / 2 + 1);
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
	return clock_mono_ms() + (watch->state == WATCH_IDLING ? MINUTES_MS(listener->idle_minutes)
	                                                       : SECONDS_MS(listener->poll_interval_s));
}

/* Logged once per spell of failures, and once more when it's over. */
static int64_t after_failure(struct watch *watch, const struct error *err)
{
	int64_t now = clock_mono_ms();
	/* A server that ends every session at once must not be called without a pause. */
	bool hurry = watch->failures == 0 && err->retry == RETRY_NOW &&
	             (!watch->hurried_at || now - watch->hurried_at > CALM_MS);
	int64_t wait = hurry ? 0 : err->retry == RETRY_NEVER ? BACKOFF_LAST_MS : backoff_ms(watch->failures);

	if (watch->failures++ == 0 || err->retry == RETRY_NEVER)
		log_error("listen", "%s; next try in %lld s", err->text, (long long)(wait + 999) / 1000);
	if (hurry)
		watch->hurried_at = now;
	close_session(watch);
	return now + wait;
}

/* False where it is to end instead. Under the lock: who asks it to leave right now finds it parked, and wakes it. */
static bool park_watch(struct watch *watch, int64_t due_at)
{
	struct serve *serve = watch->serve;
	bool stopped;

	pthread_mutex_lock(&serve->lock);
	stopped = watch_stopped(watch);
	if (!stopped)
		park_add(serve->park, &watch->parked,
		         watch->session ? receiver_fd(session_receiver(watch->session)) : -1, due_at);
	pthread_mutex_unlock(&serve->lock);
	return !stopped;
}

static void run_watch(struct watch *watch)
{
	struct serve *serve = watch->serve;
	const struct listener *listener;
	struct shared_setup *old = NULL;
	struct error err = {0};
	int had_failures = watch->failures;
	int64_t due_at;

	log_set_context(watch->listener_id);
	if (!watch->shared || atomic_exchange(&watch->renew, false)) {
		old = watch->shared;
		watch->shared = current_setup(serve);
	}
	listener = setup_listener(watch->shared->setup, watch->listener_id);
	if (listener && watch->session)
		session_renew(watch->session, watch->shared->setup, listener);
	if (!listener || watch_stopped(watch)) {
		end_watch(watch);
		shared_release(old);
		log_set_context(NULL);
		return;
	}
	shared_release(old);
	due_at = work_on(watch, listener, &err);
	if (due_at < 0 && !watch_stopped(watch))
		due_at = after_failure(watch, &err);
	else if (had_failures && !watch->failures)
		log_info("listen", "listener %s works again", watch->listener_id);
	log_set_context(NULL);
	if (!park_watch(watch, due_at))
		end_watch(watch);
}

static void *worker_main(void *arg)
{
	struct serve *serve = arg;

	for (;;) {
		struct watch *watch;

		pthread_mutex_lock(&serve->lock);
		while (!serve->ready_first && !(atomic_load(&serve->stopping) && map_count(serve->watches) == 0))
			pthread_cond_wait(&serve->ready_or_gone, &serve->lock);
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

static void leave_watch(struct serve *serve, struct watch *watch, bool replace)
{
	watch->replace = replace;
	atomic_store(&watch->leave, true);
	park_hurry(serve->park, &watch->parked);
}

/* The watch of a listener in the new set-up: begun, left alone but for the new rules, or begun anew. Lock held; true
 * where none runs yet. */
static bool change_watch(struct serve *serve, const struct setup *before, const struct setup *now,
                         const struct listener *listener)
{
	struct watch *watch = map_get(serve->watches, str_of(listener->id));
	const struct listener *old = setup_listener(before, listener->id);

	if (!watch)
		return true;
	if (listener->enabled && old && is_same_for(before, now, old)) {
		atomic_store(&watch->renew, true);
		return false;
	}
	log_info("listen", "listener %s: set-up changed", listener->id);
	leave_watch(serve, watch, listener->enabled);
	return false;
}

static void leave_removed(struct serve *serve, const struct setup *before, const struct setup *now)
{
	const void *const *listeners;
	size_t n = setup_list(before, &listener_type, &listeners);

	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = listeners[i];
		struct watch *watch = map_get(serve->watches, str_of(listener->id));

		if (watch && !setup_listener(now, listener->id))
			leave_watch(serve, watch, false);
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
	leave_removed(serve, old->setup, fresh->setup);
	pthread_mutex_unlock(&serve->lock);
	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = listeners[i];
		bool begin;

		pthread_mutex_lock(&serve->lock);
		begin = change_watch(serve, old->setup, fresh->setup, listener);
		pthread_mutex_unlock(&serve->lock);
		if (begin && listener->enabled)
			begin_watch(serve, listener->id);
	}
	shared_release(old);
}

static void look_for_changes(struct serve *serve, struct db *db)
{
	struct shared_setup *fresh, *now = current_setup(serve);
	int64_t loaded = setup_loaded_revision(now->setup), revision;
	struct error err;

	shared_release(now);
	if (setup_revision(db, &revision, &err) < 0) {
		log_warning("listen", "can't look for changes of the set-up: %s", err.text);
		return;
	}
	if (revision == loaded || revision == serve->refused_revision)
		return;
	if (load_shared(serve, db, &fresh, &err) < 0) {
		log_error("listen", "the changed set-up can't be used, the old one stays: %s", err.text);
		if (err.retry == RETRY_NEVER)
			serve->refused_revision = revision;
	} else {
		apply_change(serve, fresh);
	}
}

/* ---------------------------------------------------------------- the outbox and retries */

/* What an account has to send goes out on a thread of its own: a server that answers slowly, or not at all, holds up
 * nobody else's mail. */
struct outbound {
	struct serve *serve;
	char *account;
	struct shared_setup *shared; /* while it sends */
	/* guarded by serve->lock */
	bool is_sending;
	int64_t not_before; /* monotonic ms */
	int failures;       /* in a row */
};

struct sending {
	struct serve *serve;
	struct map *outbounds; /* by account */
	struct shared_setup *shared;
	int64_t now;
};

static bool sending_stopped(void *ctx)
{
	struct serve *serve = ctx;

	return atomic_load(&serve->stopping);
}

/* Serve may be gone when this returns. */
static void end_sending(struct outbound *o, bool failed)
{
	struct serve *serve = o->serve;

	pthread_mutex_lock(&serve->lock);
	o->failures = failed ? o->failures + 1 : 0;
	o->not_before = failed ? clock_mono_ms() + backoff_ms(o->failures) : 0;
	o->is_sending = false;
	serve->sending--;
	pthread_cond_signal(&serve->housework);
	pthread_mutex_unlock(&serve->lock);
}

static void *outbound_main(void *arg)
{
	struct outbound *o = arg;
	const struct outbox_options options = {
	        .store = o->serve->options.store,
	        .setup = o->shared->setup,
	        .claim = o->serve->options.claim,
	        .stopped = sending_stopped,
	        .ctx = o->serve,
	};
	struct outbox_counts counts = {0};
	struct error err;
	bool failed = outbox_send_account(&options, o->account, &counts, &err) < 0;

	/* o->failures changes on this thread only while it sends */
	if (failed && o->failures == 0)
		log_error("outbox", "%s; its mail waits", err.text);
	else if (!failed && o->failures)
		log_info("outbox", "account %s sends again", o->account);
	if (counts.sent)
		log_info("outbox", "account %s: %lld messages sent", o->account, (long long)counts.sent);
	shared_release(take(o->shared));
	end_sending(o, failed);
	return NULL;
}

static struct outbound *find_outbound(struct sending *sending, const char *account)
{
	struct outbound *o = map_get(sending->outbounds, str_of(account));

	if (o)
		return o;
	o = mem_new(1, sizeof *o);
	o->serve = sending->serve;
	o->account = mem_strdup(account);
	map_set(sending->outbounds, str_of(account), o);
	return o;
}

static bool may_send(struct outbound *o)
{
	struct serve *serve = o->serve;
	bool may;

	pthread_mutex_lock(&serve->lock);
	may = !o->is_sending && o->not_before <= clock_mono_ms() && serve->sending < MOST_SENDING;
	if (may) {
		o->is_sending = true;
		serve->sending++;
	}
	pthread_mutex_unlock(&serve->lock);
	return may;
}

static void send_account(void *ctx, const char *account, int64_t due_at)
{
	struct sending *sending = ctx;
	struct outbound *o;
	pthread_attr_t attr;
	pthread_t thread;

	if (due_at > sending->now || sending_stopped(sending->serve))
		return;
	o = find_outbound(sending, account);
	if (!may_send(o))
		return;
	o->shared = shared_hold(sending->shared);
	must(pthread_attr_init(&attr) == 0 && pthread_attr_setstacksize(&attr, WORKER_STACK) == 0 &&
	     pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0);
	if (pthread_create(&thread, &attr, outbound_main, o) != 0) {
		log_error("outbox", "account %s: no thread to send with: the system's limit is reached", account);
		shared_release(take(o->shared));
		end_sending(o, true);
	}
	pthread_attr_destroy(&attr);
}

static void send_outbox(struct serve *serve, struct db *db, struct map *outbounds)
{
	struct sending sending = {serve, outbounds, current_setup(serve), clock_now_ms()};
	struct error err;

	if (outbox_accounts(db, send_account, &sending, &err) < 0)
		log_warning("outbox", "%s", err.text);
	shared_release(sending.shared);
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

/* Until a hint, a stop, or the next second. */
static void wait_for_housework(struct serve *serve)
{
	int64_t at = clock_mono_ms() + HOUSEKEEPING_MS;
	const struct timespec until = {.tv_sec = at / 1000, .tv_nsec = at % 1000 * 1000000};
	int timed_out = 0;

	pthread_mutex_lock(&serve->lock);
	while (!serve->outbox_hint && !atomic_load(&serve->stopping) && timed_out == 0)
		timed_out = pthread_cond_timedwait(&serve->housework, &serve->lock, &until);
	serve->outbox_hint = false;
	pthread_mutex_unlock(&serve->lock);
}

static void free_outbound(void *ctx UNUSED, struct str key UNUSED, void *value)
{
	struct outbound *o = value;

	free(o->account);
	free(o);
}

static void end_outbounds(struct serve *serve, struct map *outbounds)
{
	pthread_mutex_lock(&serve->lock);
	while (serve->sending)
		pthread_cond_wait(&serve->housework, &serve->lock);
	pthread_mutex_unlock(&serve->lock);
	map_each(outbounds, free_outbound, NULL);
}

static void *housekeeper_main(void *arg)
{
	struct serve *serve = arg;
	struct map *outbounds CLEANUP(map_freep) = map_new();
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t retry_at = 0;
	struct error err;

	while (!atomic_load(&serve->stopping)) {
		if (!db && store_connect(serve->options.store, &db, &err) < 0) {
			log_error("store", "%s", err.text);
		} else {
			look_for_changes(serve, db);
			send_outbox(serve, db, outbounds);
			if (clock_mono_ms() >= retry_at) {
				retry_failed(serve);
				retry_at = clock_mono_ms() + RETRY_EVERY_MS;
			}
		}
		wait_for_housework(serve);
	}
	end_outbounds(serve, outbounds);
	return NULL;
}

/* ---------------------------------------------------------------- the whole */

/* A clock that is set back must not make anybody wait. */
static void cond_init_monotonic(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

/* Before any thread runs. */
static size_t begin_all(struct serve *serve)
{
	const void *const *listeners;
	size_t n = setup_list(serve->shared->setup, &listener_type, &listeners), started = 0;

	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = listeners[i];

		if (!listener->enabled)
			continue;
		begin_watch(serve, listener->id);
		started++;
	}
	return started;
}

static void start_threads(struct serve *serve)
{
	pthread_attr_t small;

	serve->worker_count = serve->options.workers ? serve->options.workers : 8;
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
	pthread_cond_destroy(&serve->ready_or_gone);
	pthread_cond_destroy(&serve->housework);
	free(serve->workers);
	free(serve);
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
	pthread_mutex_init(&serve->lock, NULL);
	cond_init_monotonic(&serve->ready_or_gone);
	cond_init_monotonic(&serve->housework);
	r = store_connect(options->store, &db, err);
	if (r == 0)
		r = load_shared(serve, db, &serve->shared, err);
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
	n = begin_all(serve);
	start_threads(serve);
	if (options->ready)
		options->ready(options->ctx, n);
	*ret_serve = serve;
	return 0;
}

/* Every watch ends on a worker: those that are parked are handed over. One may park itself in the very moment, so
 * looked for again. */
static void end_watches(struct serve *serve)
{
	struct parked *thing;
	struct timespec until;
	int64_t at;

	for (;;) {
		while ((thing = park_take(serve->park)) != NULL)
			enqueue(serve, (struct watch *)(void *)thing);
		pthread_mutex_lock(&serve->lock);
		pthread_cond_broadcast(&serve->ready_or_gone);
		pthread_cond_broadcast(&serve->housework);
		if (map_count(serve->watches) == 0)
			break;
		at = clock_mono_ms() + 20;
		until = (struct timespec){.tv_sec = at / 1000, .tv_nsec = at % 1000 * 1000000};
		pthread_cond_timedwait(&serve->ready_or_gone, &serve->lock, &until);
		pthread_mutex_unlock(&serve->lock);
	}
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
