/* A listener's session at work: opened, read to the end, parked; and what a failure costs. See serve_parts.h. */
#include "listen/serve_parts.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "send/budget.h"

#define HOPELESS_MS MINUTES_MS(15) /* until a fault is looked at again that no time will mend */
#define CALM_MS     MINUTES_MS(1)  /* between reconnections without a pause */
#define TURN_MS     SECONDS_MS(2)  /* until a connection may be free that others have */

/* ---------------------------------------------------------------- its end */

static void close_session(struct watch *watch)
{
	session_close(take(watch->session));
	tap_close(take(watch->tap));
	watch->state = WATCH_CLOSED;
	if (watch->has_entered)
		gate_leave(watch->serve->gate, watch->account);
	watch->has_entered = false;
}

/* Where it is to go on with another set-up, a new watch takes its place. */
static void replace_locked(struct watch *watch)
{
	struct serve *serve = watch->serve;
	const struct listener *listener =
	        watch->replace ? setup_listener(serve->shared->setup, watch->listener_id) : NULL;

	map_set(serve->watches, str_of(watch->listener_id), NULL);
	if (listener)
		serve_begin_watch_locked(serve, listener);
	else if (!atomic_load(&serve->stopping))
		states_drop(serve->states, "listener", watch->listener_id);
}

static void end_watch(struct watch *watch)
{
	struct serve *serve = watch->serve;

	close_session(watch);
	pthread_mutex_lock(&serve->lock);
	replace_locked(watch);
	if (atomic_load(&serve->stopping) && map_count(serve->watches) == 0) {
		pthread_cond_broadcast(&serve->ready);
		pthread_cond_signal(&serve->gone);
	}
	pthread_mutex_unlock(&serve->lock);
	free(watch->listener_id);
	free(watch->account);
	free(watch);
}

/* ---------------------------------------------------------------- a watch: one stretch of work */

static bool is_to_end(const struct watch *watch)
{
	return atomic_load(&watch->serve->stopping) || atomic_load(&watch->leave);
}

static enum gate_state ask_gate(struct watch *watch, int64_t *ret_due_at)
{
	enum gate_state state =
	        gate_ask(watch->serve->gate, GATE_RECEIVE, watch->account, watch->listener_id, ret_due_at);

	atomic_store(&watch->gate_state, state);
	return state;
}

/* Between two messages: it is to end, or the account was paused or throttled meanwhile. */
static bool is_interrupted(void *ctx)
{
	struct watch *watch = ctx;
	int64_t due_at;

	return is_to_end(watch) || ask_gate(watch, &due_at) != GATE_OPEN;
}

static void set_state(struct watch *watch, const char *state, const struct error *err, int64_t next_try_in_ms)
{
	states_set(watch->serve->states, "listener", watch->listener_id, state, err, next_try_in_ms);
}

/* The provider's limit of connections at once; 0: none. */
static int64_t connection_limit(const struct watch *watch)
{
	const struct setup *setup = watch->shared->setup;
	const struct account *account = setup_account(setup, watch->account);

	return account ? budget_of(setup_provider(setup, account->provider)).connections : 0;
}

/* More listeners than the provider allows connections: they take turns, and none keeps one while it waits. */
static bool takes_turns(const struct watch *watch)
{
	int64_t limit = connection_limit(watch), listeners = 0;
	const void *const *list;
	size_t n = limit ? setup_list(watch->shared->setup, &listener_type, &list) : 0;

	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = list[i];

		listeners += listener->enabled && strcmp(listener->account, watch->account) == 0;
	}
	return limit && listeners > limit;
}

static int open_session(struct watch *watch, const struct listener *listener, struct error *err)
{
	struct session_options options = {
	        .store = watch->serve->options.store,
	        .setup = watch->shared->setup,
	        .listener = listener,
	        .stopped = is_interrupted,
	        .ctx = watch,
	};

	if (watch->traced_since)
		watch->tap = tap_open(watch->serve->tracing,
		                      &(struct tap_of){.account = watch->account, .listener = watch->listener_id},
		                      watch->listener_id);
	if (watch->tap) {
		options.transcript = tap_line;
		options.transcript_ctx = watch->tap;
	}
	set_state(watch, "connecting", NULL, 0);
	return session_open(&options, &watch->session, err);
}

static int read_all(struct watch *watch, const struct listener *listener, struct error *err)
{
	int64_t most = listener->messages_per_run;
	struct intake_counts counts = {0};
	int r;

	set_state(watch, "connected", NULL, 0);
	r = session_read(watch->session, &counts, err);
	watch->has_more = r >= 0 && most && counts.messages >= most;
	if (counts.messages)
		log_info("listen",
		         "listener %s: %lld messages: %lld cases opened, %lld updated, %lld filed, %lld parked, "
		         "%lld held",
		         watch->listener_id, (long long)counts.messages, (long long)counts.created,
		         (long long)(counts.updated + counts.reopened), (long long)counts.filed,
		         (long long)counts.parked, (long long)counts.held);
	if (counts.answers)
		serve_hint_outbox(watch->serve);
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

/* Reads until there is no more: when to look again (monotonic ms). */
static int64_t after_reading(struct watch *watch, const struct listener *listener)
{
	int64_t poll_ms = SECONDS_MS(MAX(listener->poll_interval_s, watch->pause_s));

	watch->failures = 0;
	gate_worked(watch->serve->gate, GATE_RECEIVE, watch->account);
	if (is_interrupted(watch)) /* what was read is finished; run_with_setup() sees why it is to stop */
		return clock_mono_ms();
	if (takes_turns(watch)) {
		close_session(watch);
		set_state(watch, "waiting", NULL, 0);
		return clock_mono_ms() + poll_ms;
	}
	set_state(watch, watch->state == WATCH_IDLING ? "idle" : "waiting", NULL, 0);
	/* The server won't announce the rest again: the next run follows as soon as others had their turn. */
	if (watch->state == WATCH_IDLING && watch->has_more)
		return clock_mono_ms();
	return clock_mono_ms() +
	       (watch->state == WATCH_IDLING ? fault_hurry(MINUTES_MS(listener->idle_minutes)) : poll_ms);
}

/* Opens the session: 1; 0 where others have all the connections that the provider allows. */
static int begin_session(struct watch *watch, const struct listener *listener, struct error *err)
{
	int r;

	watch->has_entered = gate_enter(watch->serve->gate, watch->account, connection_limit(watch));
	if (!watch->has_entered)
		return 0;
	r = open_session(watch, listener, err);
	return r < 0 ? r : 1;
}

/* Runs the session until it has nothing to do; returns when to look again (monotonic ms). */
static int64_t work_on(struct watch *watch, const struct listener *listener, struct error *err)
{
	bool was_open = watch->session != NULL;
	int r = was_open ? take_up(watch, err) : begin_session(watch, listener, err);

	if (!watch->session) {
		if (r == 0)
			set_state(watch, "waiting", NULL, 0);
		return r < 0 ? r : clock_mono_ms() + gate_backoff_ms(0, TURN_MS, TURN_MS);
	}
	if (r == 0 && was_open && watch->state == WATCH_IDLING)
		return watch->parked.due_at; /* nothing of interest: IDLE goes on */
	do
		r = r < 0 ? r : read_all(watch, listener, err);
	while (r >= 0 && !is_interrupted(watch) && !takes_turns(watch) &&
	       (r = wait_for_news(watch, listener, err)) > 0);
	return r < 0 ? r : after_reading(watch, listener);
}

static const char *state_after(const struct error *err)
{
	if (err->code == E_THROTTLED)
		return "throttled";
	if (err->code == E_LIMIT && err->retry_after_ms)
		return "waiting"; /* an allowance that is used up is no failure */
	return err->code == E_AUTH && err->retry == RETRY_NEVER ? "auth-failed" : "failed";
}

/* Logged once per spell of failures, and once more when it's over. A server that hangs up on an idle client and takes
 * it back is no failure. */
static int64_t after_failure(struct watch *watch, const struct listener *listener, const struct error *err)
{
	int64_t now = clock_mono_ms(), told = gate_failed(watch->serve->gate, GATE_RECEIVE, watch->account, err);
	int64_t gate_due_at;
	/* A server that ends every session at once must not be called without a pause. */
	bool at_once = !told && watch->failures == 0 && err->retry == RETRY_NOW &&
	               (!watch->hurried_at || now - watch->hurried_at > CALM_MS);
	int64_t wait = told                        ? told
	               : at_once                   ? 0
	               : err->retry == RETRY_NEVER ? HOPELESS_MS
	                                           : gate_backoff_ms(watch->failures, SECONDS_MS(listener->backoff_s),
	                                                             SECONDS_MS(listener->longest_backoff_s));

	watch->failures++;
	tap_note(watch->tap, err->text);
	if (at_once) {
		watch->hurried_at = now;
		log_debug("listen", "%s; connecting anew", err->text);
	} else if (!watch->is_reported || err->retry == RETRY_NEVER) {
		log_error("listen", "%s; next try in %lld s", err->text, (long long)(wait + 999) / 1000);
		watch->is_reported = true;
	}
	if (!at_once)
		set_state(watch, state_after(err), err, wait);
	ask_gate(watch, &gate_due_at); /* what it closed by itself is no news to it */
	close_session(watch);
	return now + wait;
}

/* Paused, throttled, or its log-in refused: it isn't even tried. */
static int64_t stand_still(struct watch *watch, enum gate_state state, int64_t due_at)
{
	static const char *const words[] = {
	        [GATE_OPEN] = "waiting",        [GATE_PAUSED] = "paused",  [GATE_THROTTLED] = "throttled",
	        [GATE_REFUSED] = "auth-failed", [GATE_WAITING] = "failed", [GATE_SPENT] = "waiting"};
	struct error why = {0};

	if (state == GATE_SPENT)
		fail(&why, E_LIMIT, RETRY_LATER,
		     "what the provider allows is used up (limits/receive_mb_per_day): nothing is read until it is "
		     "renewed");
	close_session(watch);
	set_state(watch, words[state], why.code ? &why : NULL,
	          state == GATE_PAUSED ? 0 : MAX(due_at - clock_mono_ms(), 1));
	return due_at;
}

/* Under the lock of leave_watch_locked() and look_at_gate(), which hurry only what is parked: whatever they saw before
 * is looked for here. */
bool watch_park(struct watch *watch, int64_t due_at)
{
	struct serve *serve = watch->serve;
	int64_t gate_due_at;
	bool parks;

	pthread_mutex_lock(&serve->lock);
	parks = !is_to_end(watch);
	if (gate_ask(serve->gate, GATE_RECEIVE, watch->account, watch->listener_id, &gate_due_at) !=
	    atomic_load(&watch->gate_state))
		due_at = clock_mono_ms();
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
	enum gate_state state = ask_gate(watch, &due_at);

	if (state != GATE_OPEN) {
		due_at = stand_still(watch, state, due_at);
	} else {
		if (watch->session)
			session_renew(watch->session, watch->shared->setup, listener);
		due_at = work_on(watch, listener, &err);
		if (due_at < 0 && !is_to_end(watch))
			due_at = after_failure(watch, listener, &err);
	}
	if (watch->is_reported && !watch->failures) {
		log_info("listen", "listener %s works again", watch->listener_id);
		watch->is_reported = false;
	}
	shared_release(take(watch->shared));
	log_set_account(NULL);
	log_set_context(NULL); /* the watch's own text: another may have it from here on */
	if (!watch_park(watch, due_at))
		end_watch(watch);
}

void watch_run(struct watch *watch)
{
	const struct listener *listener;

	log_set_context(watch->listener_id);
	log_set_account(watch->account);
	watch->shared = serve_current_setup(watch->serve);
	listener = setup_listener(watch->shared->setup, watch->listener_id);
	if (listener && !is_to_end(watch)) {
		run_with_setup(watch, listener);
	} else {
		shared_release(take(watch->shared));
		log_set_account(NULL);
		log_set_context(NULL);
		end_watch(watch);
	}
}
