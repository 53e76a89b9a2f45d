/* See consequences.h. */
#include "events/consequences.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/metrics.h"
#include "events/alerts.h"
#include "events/webhooks.h"
#include "store/event_data.h"
#include "store/statistics.h"

#include <jansson.h>

/* ---------------------------------------------------------------- whose it is */

const char *consequences_account(const struct setup *setup, const struct stored_event *event)
{
	json_t *data = json_loadb(event->data.p, event->data.n, 0, NULL);
	const char *listener_id = json_string_value(json_object_get(data, "listener"));
	const char *sender = json_string_value(json_object_get(data, "sender"));
	const struct listener *listener = listener_id ? setup_listener(setup, listener_id) : NULL;
	const struct account *account = sender ? setup_account(setup, sender) : NULL;

	json_decref(data);
	return listener ? listener->account : account ? account->id : "";
}

/* ---------------------------------------------------------------- what is counted */

/* The bounds of latency's classes, ms; the last takes everything. */
static const char *const latency_bounds[] = {"100",   "250",   "500",    "1000",   "2500",    "5000",    "10000",
                                             "30000", "60000", "300000", "900000", "3600000", "86400000"};

static const char *latency_bound(int64_t ms)
{
	size_t i = 0;
	uint64_t bound = 0;

	for (; i + 1 < ARRAY_LEN(latency_bounds); i++)
		if (str_to_uint(str_of(latency_bounds[i]), UINT32_MAX, &bound) && ms <= (int64_t)bound)
			break;
	return latency_bounds[i];
}

/* One event, in the terms of charts and metrics. */
struct count {
	const char *listener;        /* of mail that came in; NULL: it isn't that */
	const char *received, *sent; /* what became of it; NULL */
	const char *report;          /* NULL */
	const char *part, *part_id;  /* what began to fail; NULL */
	int64_t latency_ms;          /* -1: none */
};

/* NULL where the event names none. */
static const char *id_of(const struct stored_event *event, const char *name, struct arena *arena)
{
	struct str id;

	return event_data_text(event->data, name, &id) ? arena_cstr(arena, id) : NULL;
}

static struct count count_of(const struct stored_event *event, struct arena *arena)
{
	const char *dot = strchr(event->kind, '.'), *what = dot ? dot + 1 : "";
	struct str kind = str_of(event->kind);
	bool is_case = str_starts(kind, STR("case.")), is_message = str_starts(kind, STR("message."));
	struct count count = {.latency_ms = -1};

	if ((is_case || is_message) && !str_eq(kind, STR("case.stranger")))
		count.listener = id_of(event, "listener", arena);
	if (count.listener) {
		count.received = what;
		if (is_case)
			(void)event_data_int(event->data, "latency_ms", &count.latency_ms);
	} else if (str_starts(kind, STR("outbox."))) {
		count.sent = what;
	} else if (str_starts(kind, STR("mail."))) {
		count.report = what;
	} else if (strcmp(what, "failed") == 0) {
		count.part = arena_cstr(arena, str_slice(kind, 0, (size_t)(dot - event->kind)));
		count.part_id = id_of(event, count.part, arena);
		if (!count.part_id)
			count.part_id = "";
	}
	return count;
}

void consequences_count(const struct stored_event *events, size_t n)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t i = 0; i < n; i++) {
		const struct stored_event *e = &events[i];
		const struct count c = count_of(e, arena);

		metric_count(METRIC_EVENTS, 1, e->kind);
		if (c.received)
			metric_count(METRIC_MESSAGES_RECEIVED, 1, e->account, c.listener, c.received);
		if (c.latency_ms >= 0)
			metric_observe(METRIC_CASE_LATENCY, c.latency_ms, e->account);
		if (c.sent)
			metric_count(METRIC_MESSAGES_SENT, 1, e->account, c.sent);
		if (c.report)
			metric_count(METRIC_REPORTS, 1, e->account, c.report);
		if (c.part)
			metric_count(METRIC_PART_FAILURES, 1, c.part, c.part_id);
	}
}

/* ---------------------------------------------------------------- charts */

/* Sums before they are written: a storm of events is mostly of one kind. */
struct sum {
	const char *series, *name;
	int64_t at, count;
	struct sum *next;
};

struct sums {
	struct arena *arena;
	struct map *by_key;
	struct sum *first;
};

static void add_sum(struct sums *sums, const char *series, const char *name, int64_t at)
{
	int64_t slot = at - at % STATISTIC_SHORT_MS;
	struct str key = arena_printf(sums->arena, "%s %lld %s", series, (long long)slot, name);
	struct sum *sum = map_get(sums->by_key, key);

	if (!sum) {
		sum = ARENA_NEW(sums->arena, struct sum);
		*sum = (struct sum){.series = series, .name = name, .at = slot, .next = sums->first};
		sums->first = sum;
		map_set(sums->by_key, key, sum);
	}
	sum->count++;
}

static void add_event(struct sums *sums, const struct stored_event *e)
{
	const struct count c = count_of(e, sums->arena);

	if (c.received && strcmp(c.received, "parked") == 0)
		add_sum(sums, "parked", c.listener, e->at);
	else if (c.received)
		add_sum(sums, "received", c.listener, e->at);
	if (c.latency_ms >= 0)
		add_sum(sums, "latency", arena_printf(sums->arena, "%s/%s", e->account, latency_bound(c.latency_ms)).p,
		        e->at);
	if (c.sent && strcmp(c.sent, "sent") == 0)
		add_sum(sums, "sent", e->account, e->at);
	else if (c.sent && (strcmp(c.sent, "failed") == 0 || strcmp(c.sent, "uncertain") == 0))
		add_sum(sums, "failed", e->account, e->at);
	if (c.report && strcmp(c.report, "bounced") == 0)
		add_sum(sums, "bounced", e->account, e->at);
	if (c.part)
		add_sum(sums, "failures", arena_printf(sums->arena, "%s/%s", c.part, c.part_id).p, e->at);
}

int consequences_write(struct db *db, const struct setup *setup, const struct stored_event *events, size_t n,
                       struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct map *by_key CLEANUP(map_freep) = map_new();
	struct sums sums = {.arena = arena, .by_key = by_key};
	int r = 0;

	for (size_t i = 0; i < n; i++)
		add_event(&sums, &events[i]);
	for (const struct sum *sum = sums.first; sum && r == 0; sum = sum->next)
		r = statistic_add(db, sum->series, sum->name, sum->at, sum->count, err);
	if (r == 0)
		r = webhooks_owe(db, setup, events, n, err);
	return r < 0 ? r : alerts_note(db, setup, events, n, err);
}
