/* See runner.h. */
#include "events/runner.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "events/cloud_event.h"
#include "events/outcome.h"
#include "events/upkeep.h"
#include "events/webhooks.h"
#include "setup/setup_share.h"
#include "store/statistics.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#define WORKERS         8
#define PROBES          4 /* of failing endpoints, together */
#define AT_ONCE         4 /* requests to one endpoint */
#define FOR_OTHERS      2 /* workers that an endpoint's second request and those after it leave to others */
#define LOOK_EVERY_MS   1000
#define INTERRUPTED_MS  SECONDS_MS(60) /* beside all time limits */
#define CONNECT_MS      10000
#define PATIENCE_MS     SECONDS_MS(2) /* at the end, with what is under way */
#define CLOCK_STEP_MS   5000          /* back at once by more: it was set */
#define PRUNE_EVERY_MS  SECONDS_MS(10)
#define QUEUES_EVERY_MS SECONDS_MS(15)
#define KEEP_DAYS       30

/* How many are on their way to a webhook. */
struct lane {
	int in_flight;
};

struct runner {
	struct events_options options;
	char *source;
	struct db *db; /* the choosing thread's */
	struct setup_share *share;
	struct shared_setup *shared; /* the choosing thread's */
	bool failed;                 /* said once for a spell of failures */
	struct upkeep upkeep, gone;
	int64_t queues_at;    /* monotonic: when queues are noted again */
	int64_t clock_offset; /* of the wall clock, from the monotonic one */
	char *turn;           /* the webhook that was chosen last: those behind it are first asked next time */
	pthread_t chooser, workers[WORKERS];
	atomic_bool gives_up; /* what is under way */

	pthread_mutex_t mutex;
	pthread_cond_t chooser_wakes, worker_wakes;
	/* guarded by mutex */
	struct post *first, *last;
	struct map *lanes; /* of struct lane, by webhook; owned */
	int busy, probes;
	bool hinted, stopping;
};

/* ---------------------------------------------------------------- what came of a try */

struct noting {
	struct work work;
	struct post *post;
	const struct post_result *result;
	bool is_disabled; /* by this */
};

static int run_noting(struct work *work, struct db *db, struct error *err)
{
	struct noting *noting = (struct noting *)(void *)work;

	return outcome_write(db, &noting->post->delivery, noting->result, clock_now_ms(), &noting->is_disabled, err);
}

static void note_again(struct work *work UNUSED)
{
}

static void note(struct runner *runner, struct post *post, const struct post_result *result)
{
	static const char *const words[] = {"delivered", "refused", "failed", "gone", "dropped"};
	struct noting noting = {.work = {.run = run_noting, .again = note_again}, .post = post, .result = result};
	const char *id = post->delivery.webhook;
	struct error err;

	metric_count(METRIC_WEBHOOK_DELIVERIES, 1, id, words[result->outcome]);
	metric_observe(METRIC_WEBHOOK_DURATION, result->attempt.duration_ms, id);
	if (store_do(runner->options.store, &noting.work, &err) < 0) /* it counts as interrupted then */
		log_warning("events", "webhook %s: what came of event %lld isn't written down: %s", id,
		            (long long)post->delivery.event_number, err.text);
	else if (noting.is_disabled)
		log_warning("events", "webhook %s is disabled: %s", id, result->attempt.reason);
	else if (result->outcome != POST_DELIVERED)
		log_info("events", "webhook %s: event %lld: %s", id, (long long)post->delivery.event_number,
		         result->attempt.reason);
}

struct giving_back {
	struct work work;
	const struct post *post;
};

static int run_giving_back(struct work *work, struct db *db, struct error *err)
{
	const struct giving_back *giving = (const struct giving_back *)(const void *)work;

	return delivery_give_back(db, giving->post->delivery.id, clock_now_ms(), err);
}

static void give_back(struct runner *runner, const struct post *post)
{
	struct giving_back giving = {.work = {.run = run_giving_back, .again = note_again}, .post = post};
	struct error err;

	if (store_do(runner->options.store, &giving.work, &err) < 0) /* it counts as interrupted then */
		log_warning("events", "webhook %s: event %lld waits: %s", post->delivery.webhook,
		            (long long)post->delivery.event_number, err.text);
}

/* ---------------------------------------------------------------- those who send */

static struct post *next_post(struct runner *runner)
{
	struct post *post;

	pthread_mutex_lock(&runner->mutex);
	while (!runner->first && !runner->stopping)
		pthread_cond_wait(&runner->worker_wakes, &runner->mutex);
	post = runner->stopping ? NULL : runner->first;
	if (post) {
		runner->first = post->next;
		if (!runner->first)
			runner->last = NULL;
	}
	pthread_mutex_unlock(&runner->mutex);
	return post;
}

static void finish(struct runner *runner, const struct post *post)
{
	struct lane *lane;

	pthread_mutex_lock(&runner->mutex);
	lane = map_get(runner->lanes, str_of(post->delivery.webhook));
	lane->in_flight--;
	runner->busy--;
	runner->probes -= post->is_probe;
	runner->hinted = true;
	pthread_cond_signal(&runner->chooser_wakes);
	pthread_mutex_unlock(&runner->mutex);
}

static struct http *client(const struct runner *runner, int timeout_ms)
{
	const struct http_options options = {
	        .policy = {.lowest = TLS_1_2},
	        .allow_private = runner->options.allow_private,
	        .allow_plain = runner->options.allow_private,
	        .connect_timeout_ms = MIN(CONNECT_MS, timeout_ms),
	        .timeout_ms = timeout_ms,
	        .stops = &runner->gives_up,
	};

	return http_new(&options);
}

static void *work_main(void *arg)
{
	struct runner *runner = arg;
	struct http *http CLEANUP(http_freep) = NULL;
	int timeout_ms = 0;
	struct post *post;

	while ((post = next_post(runner))) {
		struct post_result result;

		if (!http || post->timeout_ms != timeout_ms) {
			if (http)
				http_free(http);
			timeout_ms = post->timeout_ms;
			http = client(runner, timeout_ms);
		}
		post_send(post, http, &result);
		if (result.outcome == POST_STOPPED)
			give_back(runner, post);
		else
			note(runner, post, &result);
		finish(runner, post);
		post_free(post);
	}
	return NULL;
}

/* ---------------------------------------------------------------- choosing */

struct taking {
	struct work work;
	struct delivery *list;
	bool *is_taken;
	int n;
	int64_t now, until;
};

static int run_taking(struct work *work, struct db *db, struct error *err)
{
	struct taking *taking = (struct taking *)(void *)work;

	for (int i = 0; i < taking->n; i++) {
		int r = delivery_take(db, taking->list[i].id, taking->now, taking->until, err);

		if (r < 0)
			return r;
		taking->is_taken[i] = r > 0;
	}
	return 0;
}

/* How many may go to this webhook now, and whether they are probes. */
static int room_for(struct runner *runner, const struct webhook *webhook, bool fails)
{
	struct lane *lane;
	int room, idle;

	pthread_mutex_lock(&runner->mutex);
	lane = map_get(runner->lanes, str_of(webhook->id));
	if (!lane) {
		lane = mem_new(1, sizeof *lane);
		map_set(runner->lanes, str_of(webhook->id), lane);
	}
	idle = WORKERS - runner->busy;
	room = MIN((fails ? 1 : AT_ONCE) - lane->in_flight, MAX(idle - FOR_OTHERS, lane->in_flight ? 0 : MIN(idle, 1)));
	if (fails)
		room = MIN(room, PROBES - runner->probes);
	pthread_mutex_unlock(&runner->mutex);
	return room;
}

static void hand_over(struct runner *runner, struct post *post)
{
	struct lane *lane;

	pthread_mutex_lock(&runner->mutex);
	lane = map_get(runner->lanes, str_of(post->delivery.webhook));
	lane->in_flight++;
	runner->busy++;
	runner->probes += post->is_probe;
	if (runner->last)
		runner->last->next = post;
	else
		runner->first = post;
	runner->last = post;
	pthread_cond_signal(&runner->worker_wakes);
	pthread_mutex_unlock(&runner->mutex);
}

/* The event may have been dropped meanwhile: then there is nothing to send any more. */
static int begin_post(struct runner *runner, const struct webhook *webhook, const struct delivery *d, bool fails,
                      struct arena *arena, struct error *err)
{
	const struct event_query query = {.from = d->event_number - 1, .max = 1};
	struct stored_event *event;
	struct post *post;
	int n = events_list(runner->db, &query, arena, &event, err);

	if (n < 0)
		return n;
	if (n == 0 || event->number != d->event_number) {
		struct post_result gone = {
		        .outcome = POST_DROPPED,
		        .attempt = {.at = clock_now_ms(), .reason = "the event was dropped", .answer = ""}};

		post = post_new(webhook, d, STR(""), clock_now_ms());
		note(runner, post, &gone);
		post_free(post);
		runner_hurry(runner); /* nobody finishes it, and there may be many */
		return 0;
	}
	post = post_new(webhook, d, cloud_event(event, runner->source, arena), clock_now_ms());
	post->is_probe = fails;
	hand_over(runner, post);
	return 0;
}

/* Returns how many were chosen. */
static int choose_for(struct runner *runner, const struct webhook *webhook, struct arena *arena, struct error *err)
{
	int64_t now = clock_now_ms();
	struct webhook_state state;
	struct taking taking = {.work = {.run = run_taking, .again = note_again},
	                        .now = now,
	                        .until = now + 3 * SECONDS_MS(webhook->timeout_s) + INTERRUPTED_MS};
	int room, r = webhook_standing(runner->db, webhook->id, now, arena, &state, err);

	if (r < 0 || state.disabled_at || state.next_try_at > now)
		return r;
	room = room_for(runner, webhook, state.failures > 0);
	if (room <= 0)
		return 0;
	taking.n = delivery_due(runner->db, webhook->id, now, (size_t)room, arena, &taking.list, err);
	if (taking.n <= 0)
		return taking.n;
	taking.is_taken = ARENA_ARRAY(arena, bool, (size_t)taking.n);
	r = store_do(runner->options.store, &taking.work, err);
	for (int i = 0; i < taking.n && r == 0; i++)
		if (taking.is_taken[i])
			r = begin_post(runner, webhook, &taking.list[i], state.failures > 0, arena, err);
	return r < 0 ? r : taking.n;
}

/* ---------------------------------------------------------------- what waits, for charts */

static int run_queues(struct work *work UNUSED, struct db *db, struct error *err)
{
	int n = statistic_note_queues(db, clock_now_ms(), err);

	return MIN(n, 0);
}

/* Nothing is kept of a first run that was undone. */
static void queues_again(struct work *work UNUSED)
{
}

/* Where nothing waits nothing is written. */
static int note_queues(struct runner *runner, struct error *err)
{
	struct work work = {.run = run_queues, .again = queues_again};
	int r;

	if (clock_mono_ms() < runner->queues_at)
		return 0;
	runner->queues_at = clock_mono_ms() + QUEUES_EVERY_MS;
	r = statistic_any_queue(runner->db, err);
	return r <= 0 ? r : store_do(runner->options.store, &work, err);
}

/* ---------------------------------------------------------------- a clock that is set back */

static int run_heeding(struct work *work UNUSED, struct db *db, struct error *err)
{
	return delivery_heed_clock(db, clock_now_ms(), err);
}

/* Also at the start: it may have been set back since the last end. */
static int heed_clock(struct runner *runner, struct error *err)
{
	struct work work = {.run = run_heeding, .again = queues_again};
	int64_t offset = clock_now_ms() - clock_mono_ms();
	int r = 0;

	if (offset < runner->clock_offset - CLOCK_STEP_MS)
		r = store_do(runner->options.store, &work, err);
	if (r == 0)
		runner->clock_offset = offset;
	return r;
}

/* ---------------------------------------------------------------- the chooser */

static int choose(struct runner *runner, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const void *const *list = NULL;
	size_t n, first;
	int r = runner->db ? 0 : store_connect(runner->options.store, &runner->db, err);

	if (r == 0)
		r = heed_clock(runner, err);
	if (r == 0)
		r = setup_share_renew(runner->share, runner->db, &runner->shared, err);
	n = r == 0 ? setup_list(runner->shared->setup, &webhook_type, &list) : 0;
	first = webhooks_turn(list, n, runner->turn);
	for (size_t i = 0; i < n && r >= 0; i++) {
		const struct webhook *webhook = list[(first + i) % n];

		r = webhook->enabled ? choose_for(runner, webhook, arena, err) : 0;
		if (r > 0) {
			free(runner->turn);
			runner->turn = mem_strdup(webhook->id);
		}
	}
	r = r < 0 ? r : upkeep_prune(&runner->upkeep, runner->db, err);
	r = r < 0 ? r : upkeep_prune(&runner->gone, runner->db, err);
	return r < 0 ? r : note_queues(runner, err);
}

static bool wait_for_hint(struct runner *runner)
{
	int64_t at_us = clock_mono_us() + LOOK_EVERY_MS * 1000;
	struct timespec until = {.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
	bool goes_on;

	pthread_mutex_lock(&runner->mutex);
	while (!runner->hinted && !runner->stopping)
		if (pthread_cond_timedwait(&runner->chooser_wakes, &runner->mutex, &until) == ETIMEDOUT)
			break;
	runner->hinted = false;
	goes_on = !runner->stopping;
	pthread_mutex_unlock(&runner->mutex);
	return goes_on;
}

static void *choose_main(void *arg)
{
	struct runner *runner = arg;
	struct error err;

	do {
		int r = choose(runner, &err);

		if (r < 0 && !runner->failed)
			log_error("events", "webhooks wait: %s", err.text);
		runner->failed = r < 0;
		if (r < 0)
			db_close(take(runner->db)); /* a connection that broke never works again */
	} while (wait_for_hint(runner));
	return NULL;
}

/* ---------------------------------------------------------------- begin and end */

void runner_hurry(struct runner *runner)
{
	pthread_mutex_lock(&runner->mutex);
	runner->hinted = true;
	pthread_cond_signal(&runner->chooser_wakes);
	pthread_mutex_unlock(&runner->mutex);
}

int runner_start(const struct events_options *options, const char *source, struct runner **ret_runner,
                 struct error *err)
{
	struct runner *runner = mem_new(1, sizeof *runner);
	pthread_condattr_t monotonic;
	int r = store_connect(options->store, &runner->db, err);

	if (r < 0) {
		free(runner);
		return r;
	}
	runner->options = *options;
	runner->upkeep = (struct upkeep){.store = options->store,
	                                 .keep_days = options->keep_days > 0 ? options->keep_days : KEEP_DAYS,
	                                 .every_ms = PRUNE_EVERY_MS,
	                                 .any = delivery_any_done_before,
	                                 .prune = delivery_prune};
	runner->gone = (struct upkeep){
	        .store = options->store, .any = webhook_any_gone, .prune = webhook_drop_gone}; /* each time it looks */
	runner->turn = mem_strdup("");
	runner->clock_offset = INT64_MAX;
	runner->share = setup_share_join(options->setup, options->sealer);
	runner->source = mem_strdup(source);
	runner->lanes = map_new();
	pthread_mutex_init(&runner->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&runner->chooser_wakes, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_cond_init(&runner->worker_wakes, NULL);
	must(pthread_create(&runner->chooser, NULL, choose_main, runner) == 0);
	for (int i = 0; i < WORKERS; i++)
		must(pthread_create(&runner->workers[i], NULL, work_main, runner) == 0);
	*ret_runner = runner;
	return 0;
}

static void free_lane(void *ctx UNUSED, struct str key UNUSED, void *value)
{
	free(value);
}

/* What nobody has begun to send. */
static void give_queue_back(struct runner *runner)
{
	struct post *first, *next;

	pthread_mutex_lock(&runner->mutex);
	first = runner->first;
	runner->first = runner->last = NULL;
	pthread_mutex_unlock(&runner->mutex);
	for (struct post *post = first; post; post = next) {
		next = post->next;
		give_back(runner, post);
		finish(runner, post);
		post_free(post);
	}
}

static void wait_for_workers(struct runner *runner)
{
	int64_t at_us = clock_mono_us() + PATIENCE_MS * 1000;
	struct timespec until = {.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};

	pthread_mutex_lock(&runner->mutex);
	while (runner->busy > 0)
		if (pthread_cond_timedwait(&runner->chooser_wakes, &runner->mutex, &until) == ETIMEDOUT)
			break;
	pthread_mutex_unlock(&runner->mutex);
	atomic_store(&runner->gives_up, true);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(runner->workers[i], NULL);
}

void runner_stop(struct runner *runner)
{
	if (!runner)
		return;
	pthread_mutex_lock(&runner->mutex);
	runner->stopping = true;
	pthread_cond_signal(&runner->chooser_wakes);
	pthread_cond_broadcast(&runner->worker_wakes);
	pthread_mutex_unlock(&runner->mutex);
	pthread_join(runner->chooser, NULL);
	give_queue_back(runner);
	wait_for_workers(runner);
	map_each(runner->lanes, free_lane, NULL);
	map_free(runner->lanes);
	shared_release(runner->shared);
	setup_share_leave(runner->share);
	db_close(runner->db);
	pthread_mutex_destroy(&runner->mutex);
	pthread_cond_destroy(&runner->chooser_wakes);
	pthread_cond_destroy(&runner->worker_wakes);
	free(runner->source);
	free(runner->turn);
	free(runner);
}
