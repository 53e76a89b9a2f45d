/* See events.h. */
#include "events/events.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "events/alerts.h"
#include "events/consequences.h"
#include "events/numbering.h"
#include "events/runner.h"
#include "events/upkeep.h"
#include "setup/setup_share.h"
#include "store/status.h"

#include <errno.h>
#include <pthread.h>

#define LOOK_EVERY_MS     1000
#define AT_LEAST_MS       20 /* between two looks: a storm of events is numbered in portions, not one by one */
#define AGAIN_MS          40 /* after a hint whose transaction hadn't ended yet */
#define HINT_LASTS_MS     250
#define PUBLISHED_AT_ONCE 300
#define ALERTS_AGAIN_MS   SECONDS_MS(60) /* after a fault */
#define PRUNE_EVERY_MS    SECONDS_MS(5)

struct events {
	struct events_options options;
	char *source;
	struct streams *streams;
	struct runner *runner;
	struct db *db; /* the thread's; NULL until it could be opened */
	struct setup_share *share;
	struct shared_setup *shared; /* the thread's */
	struct events *next;         /* in the list of those that run */
	pthread_t thread;
	struct upkeep upkeep;
	char *studio;
	int64_t states_sign; /* as it was told; 0: nobody listened */
	int64_t states_at;   /* monotonic: when it is looked at again */
	int64_t alerts_at;   /* monotonic: when alerts are looked at again */
	bool alerts_failed;  /* said once for a spell of failures */
	bool failed;         /* so is this */

	pthread_mutex_t mutex;
	pthread_cond_t changed;
	/* guarded by mutex */
	bool stopping, hinted;
};

/* ---------------------------------------------------------------- those that run */

static pthread_mutex_t all_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct events *all;

void events_hurry(struct events *e)
{
	pthread_mutex_lock(&e->mutex);
	if (!e->hinted)
		pthread_cond_signal(&e->changed);
	e->hinted = true;
	pthread_mutex_unlock(&e->mutex);
}

static void hurry_one(void *ctx)
{
	events_hurry(ctx);
}

void events_hurry_webhooks(struct events *e)
{
	runner_hurry(e->runner);
}

/* In the middle of somebody's transaction. Whose store it is isn't known: mostly there is one. */
static void hurry_all(void)
{
	pthread_mutex_lock(&all_mutex);
	for (struct events *e = all; e; e = e->next)
		events_hurry(e);
	pthread_mutex_unlock(&all_mutex);
}

struct events *events_of(const struct store *store)
{
	struct events *e;

	pthread_mutex_lock(&all_mutex);
	for (e = all; e && e->options.store != store; e = e->next)
		;
	pthread_mutex_unlock(&all_mutex);
	return e;
}

static void enlist(struct events *e)
{
	pthread_mutex_lock(&all_mutex);
	e->next = all;
	all = e;
	event_set_hint(hurry_all);
	pthread_mutex_unlock(&all_mutex);
}

static void strike_off(struct events *e)
{
	pthread_mutex_lock(&all_mutex);
	for (struct events **at = &all; *at; at = &(*at)->next) {
		if (*at == e) {
			*at = e->next;
			break;
		}
	}
	if (!all)
		event_set_hint(NULL);
	pthread_mutex_unlock(&all_mutex);
}

struct streams *events_streams(struct events *e)
{
	return e->streams;
}

const char *events_source(const struct events *e)
{
	return e->source;
}

/* ---------------------------------------------------------------- giving numbers */

static bool is_stopping(struct events *e)
{
	bool is;

	pthread_mutex_lock(&e->mutex);
	is = e->stopping;
	pthread_mutex_unlock(&e->mutex);
	return is;
}

/* A backlog may be long: the end is looked for between stretches, and whoever comes next goes on. */
static int number_all(struct events *e, bool hinted, struct error *err)
{
	const struct numbering numbering = {
	        .store = e->options.store, .db = e->db, .share = e->share, .shared = &e->shared};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct stored_event *list;
	int n = NUMBERED_AT_ONCE, r = hinted ? 1 : events_waiting(e->db, err);

	while (r > 0 && n == NUMBERED_AT_ONCE && !is_stopping(e)) {
		n = numbering_some(&numbering, arena, &list, err);
		if (n < 0)
			return n;
		consequences_count(list, (size_t)n);
		if (n)
			runner_hurry(e->runner);
	}
	return MIN(r, 0);
}

/* ---------------------------------------------------------------- telling */

/* Also what other processes numbered. */
static int publish(struct events *e, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	int64_t first, last;
	int n = PUBLISHED_AT_ONCE, r = events_range(e->db, &first, &last, err);

	if (r < 0 || last <= streams_last(e->streams) || streams_skip(e->streams, last))
		return r;
	while (n == PUBLISHED_AT_ONCE && !is_stopping(e)) {
		const struct event_query query = {.from = streams_last(e->streams), .max = PUBLISHED_AT_ONCE};
		struct stored_event *list;

		arena_clear(arena);
		n = events_list(e->db, &query, arena, &list, err);
		if (n < 0)
			return n;
		streams_publish(e->streams, list, (size_t)n);
	}
	return 0;
}

/* ---------------------------------------------------------------- states */

/* States of connections are no events; who looks at them is told that there are others, once a second at most. */
static int tell_states(struct events *e, struct error *err)
{
	int64_t sign, now = clock_mono_ms();
	int r;

	if (streams_count(e->streams) == 0) {
		e->states_sign = 0;
		return 0;
	}
	if (now < e->states_at)
		return 0;
	r = status_sign(e->db, &sign, err);
	if (r < 0)
		return r;
	e->states_at = now + LOOK_EVERY_MS;
	if (sign != e->states_sign)
		streams_tell_states(e->streams);
	e->states_sign = sign;
	return 0;
}

/* ---------------------------------------------------------------- alerts */

/* What goes wrong with them holds up nothing else. */
static void mail_alerts(struct events *e)
{
	const struct alerts_mailing mailing = {
	        .store = e->options.store, .db = e->db, .setup = e->shared->setup, .studio = e->studio};
	struct error err;
	int r;

	if (clock_mono_ms() < e->alerts_at)
		return;
	r = alerts_mail(&mailing, &err);
	e->alerts_at = clock_mono_ms() + (r < 0 ? ALERTS_AGAIN_MS : LOOK_EVERY_MS);
	if (r < 0 && !e->alerts_failed)
		log_error("events", "no mail could be written: %s", err.text);
	e->alerts_failed = r < 0;
}

/* ---------------------------------------------------------------- the thread */

/* 1 where somebody is behind still. */
static int look(struct events *e, bool hinted, struct error *err)
{
	int r = e->db ? 0 : store_connect(e->options.store, &e->db, err);

	if (r == 0)
		r = setup_share_renew(e->share, e->db, &e->shared, err);
	if (r == 0)
		r = number_all(e, hinted, err);
	if (r == 0)
		r = streams_review(e->streams, e->db, e->shared->setup, err);
	if (r == 0)
		r = publish(e, err);
	if (r == 0)
		r = tell_states(e, err);
	if (r == 0)
		r = upkeep_prune(&e->upkeep, e->db, err);
	if (r == 0)
		mail_alerts(e);
	return r < 0 ? r : streams_serve(e->streams, e->db, clock_mono_ms(), err);
}

static void say_failure(struct events *e, int r, const struct error *err)
{
	if (r < 0 && !e->failed)
		log_error("events", "events aren't told: %s", err->text);
	else if (r >= 0 && e->failed)
		log_info("events", "events are told again");
	e->failed = r < 0;
	if (r < 0)
		db_close(take(e->db)); /* a connection that broke never works again */
}

/* Until a hint, the end, or so many ms; says whether there was a hint. */
static bool wait_for_more(struct events *e, int64_t ms, bool *ret_stopping)
{
	int64_t at_us = clock_mono_us() + ms * 1000;
	struct timespec until = {.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
	bool hinted;

	pthread_mutex_lock(&e->mutex);
	while (!e->hinted && !e->stopping)
		if (pthread_cond_timedwait(&e->changed, &e->mutex, &until) == ETIMEDOUT)
			break;
	hinted = e->hinted;
	e->hinted = false;
	*ret_stopping = e->stopping;
	pthread_mutex_unlock(&e->mutex);
	return hinted;
}

/* So long, whatever is hinted meanwhile. */
static void wait_for_stop(struct events *e, int64_t ms)
{
	int64_t at_us = clock_mono_us() + ms * 1000;
	struct timespec until = {.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};

	pthread_mutex_lock(&e->mutex);
	while (!e->stopping)
		if (pthread_cond_timedwait(&e->changed, &e->mutex, &until) == ETIMEDOUT)
			break;
	pthread_mutex_unlock(&e->mutex);
}

static void *follow(void *arg)
{
	struct events *e = arg;
	bool hinted = true, stopping = false;
	int64_t hint_ends = 0;
	struct error err;
	int r;

	while (!stopping) {
		int64_t began = clock_mono_ms();

		if (hinted)
			hint_ends = began + HINT_LASTS_MS;
		r = look(e, hinted, &err);
		say_failure(e, r, &err);
		if (r > 0)
			hinted = wait_for_more(e, 1, &stopping);
		else
			hinted = wait_for_more(e, began < hint_ends ? AGAIN_MS : LOOK_EVERY_MS, &stopping);
		if (!stopping && hinted && clock_mono_ms() - began < AT_LEAST_MS)
			wait_for_stop(e, AT_LEAST_MS);
	}
	return NULL;
}

/* ---------------------------------------------------------------- begin and end */

static void free_events(struct events *e)
{
	streams_free(e->streams);
	shared_release(e->shared);
	setup_share_leave(e->share);
	db_close(e->db);
	pthread_cond_destroy(&e->changed);
	pthread_mutex_destroy(&e->mutex);
	free(e->source);
	free(e->studio);
	free(e);
}

static struct events *new_events(const struct events_options *options)
{
	struct events *e = mem_new(1, sizeof *e);
	pthread_condattr_t monotonic;

	e->options = *options;
	e->upkeep = (struct upkeep){.store = options->store,
	                            .keep_days = options->keep_days ? options->keep_days : EVENTS_KEEP_DAYS,
	                            .every_ms = PRUNE_EVERY_MS,
	                            .any = events_older_than,
	                            .prune = events_prune};
	e->share = setup_share_join(options->setup, options->sealer);
	e->options.setup = e->share; /* the webhooks' runner joins it */
	e->source = mem_strdup(options->source && *options->source ? options->source : "hauspost");
	e->studio = mem_strdup(options->studio ? options->studio : "");
	e->streams = streams_new(e->source, hurry_one, e);
	pthread_mutex_init(&e->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&e->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return e;
}

int events_start(const struct events_options *options, struct events **ret_events, struct error *err)
{
	struct events *e = new_events(options);
	int64_t first, last;
	int r = store_connect(options->store, &e->db, err);

	if (r == 0)
		r = events_range(e->db, &first, &last, err);
	if (r == 0)
		r = setup_share_renew(e->share, e->db, &e->shared, err);
	if (r == 0)
		r = runner_start(&e->options, e->source, &e->runner, err);
	if (r < 0) {
		free_events(e);
		return r;
	}
	streams_begin(e->streams, last);
	must(pthread_create(&e->thread, NULL, follow, e) == 0);
	enlist(e);
	*ret_events = e;
	return 0;
}

void events_stop(struct events *e)
{
	if (!e)
		return;
	strike_off(e);
	streams_end(e->streams);
	pthread_mutex_lock(&e->mutex);
	e->stopping = true;
	pthread_cond_signal(&e->changed);
	pthread_mutex_unlock(&e->mutex);
	pthread_join(e->thread, NULL);
	runner_stop(e->runner);
	free_events(e);
}
