/* See metrics.h. A metric's series lie in a hash table that only grows: a slot is taken by one exchange of a pointer.
 */
#include "metrics.h"

#include "mem.h"
#include "random.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define SLOTS       2048 /* a power of two, above METRIC_MAX_SERIES */
#define MAX_BUCKETS 14

struct series {
	uint64_t hash;
	char *labels[METRIC_MAX_LABELS];
	_Atomic uint64_t value; /* of a histogram the sum, in ms */
	_Atomic uint64_t buckets[MAX_BUCKETS + 1];
};

struct definition {
	const char *name, *help;
	const char *labels[METRIC_MAX_LABELS + 1];
	const int *buckets_ms; /* ascending, ends with 0; NULL: a counter */
};

/* From a fast disk to a slow mailbox: arrival to case, a request, an endpoint. */
static const int slow_ms[] = {100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 900000, 3600000, 0};
static const int quick_ms[] = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10000, 0};

/* clang-format off */
static const struct definition definitions[METRIC_COUNT] = {
	[METRIC_MESSAGES_RECEIVED] = {"hauspost_messages_received_total", "Mail that came in, by what became of it", {"account", "listener", "result"}, NULL},
	[METRIC_CASE_LATENCY] = {"hauspost_case_latency_seconds", "From the mail's arrival at its server to its case", {"account"}, slow_ms},
	[METRIC_MESSAGES_SENT] = {"hauspost_messages_sent_total", "Mail from the outbox, by what became of it", {"account", "result"}, NULL},
	[METRIC_REPORTS] = {"hauspost_delivery_reports_total", "Reports on mail that was sent", {"account", "kind"}, NULL},
	[METRIC_PART_FAILURES] = {"hauspost_part_failures_total", "Listeners and senders that began to fail", {"kind", "id"}, NULL},
	[METRIC_EVENTS] = {"hauspost_events_total", "Events", {"kind"}, NULL},
	[METRIC_STREAMS_DROPPED] = {"hauspost_event_streams_dropped_total", "Event streams ended because the client took nothing", {NULL}, NULL},
	[METRIC_WEBHOOK_DELIVERIES] = {"hauspost_webhook_deliveries_total", "Tries to deliver an event to a webhook", {"webhook", "result"}, NULL},
	[METRIC_WEBHOOK_DURATION] = {"hauspost_webhook_delivery_duration_seconds", "Time an endpoint took to answer", {"webhook"}, quick_ms},
	[METRIC_HTTP_REQUESTS] = {"hauspost_http_requests_total", "Requests answered", {"route", "method", "status"}, NULL},
	[METRIC_HTTP_DURATION] = {"hauspost_http_request_duration_seconds", "Time to answer a request", {"route"}, quick_ms},
	[METRIC_COMMITS] = {"hauspost_store_commits_total", "Transactions of the committer", {"result"}, NULL},
	[METRIC_COMMIT_UNITS] = {"hauspost_store_commit_units_total", "Units of work in the committer's transactions", {NULL}, NULL},
	[METRIC_COMMIT_DURATION] = {"hauspost_store_commit_duration_seconds", "Time of a transaction of the committer", {NULL}, quick_ms},
	[METRIC_LOG_LINES] = {"hauspost_log_lines_total", "Lines written to the log", {"level"}, NULL},
};
/* clang-format on */

struct table {
	struct series *_Atomic slots[SLOTS];
	_Atomic unsigned count;
};

static struct table tables[METRIC_COUNT];
static uint64_t hash_seed;
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void choose_seed(void)
{
	random_bytes(&hash_seed, sizeof hash_seed);
}

/* ---------------------------------------------------------------- finding a series */

static size_t label_count(const struct definition *d)
{
	size_t n = 0;

	while (n < METRIC_MAX_LABELS && d->labels[n])
		n++;
	return n;
}

static const char *label_of(const char *const *labels, size_t i)
{
	return labels[i] ? labels[i] : "";
}

/* FNV-1a, from a seed that nobody knows. */
static uint64_t hash_of(size_t count, const char *const *labels)
{
	uint64_t hash = hash_seed ^ UINT64_C(14695981039346656037);

	for (size_t i = 0; i < count; i++) {
		for (const char *p = label_of(labels, i); *p; p++)
			hash = (hash ^ (unsigned char)*p) * UINT64_C(1099511628211);
		hash = (hash ^ 0xff) * UINT64_C(1099511628211);
	}
	return hash ^ hash >> 32;
}

static bool is_same(const struct series *s, uint64_t hash, size_t count, const char *const *labels)
{
	if (s->hash != hash)
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(s->labels[i], label_of(labels, i)) != 0)
			return false;
	return true;
}

static struct series *series_new(uint64_t hash, size_t count, const char *const *labels)
{
	struct series *s = mem_new(1, sizeof *s);

	s->hash = hash;
	for (size_t i = 0; i < count; i++)
		s->labels[i] = mem_strdup(label_of(labels, i));
	return s;
}

static void series_free(struct series *s)
{
	for (size_t i = 0; i < METRIC_MAX_LABELS; i++)
		free(s->labels[i]);
	free(s);
}

/* NULL where there is none and none is made. */
static struct series *find(enum metric metric, const char *const *labels, bool create)
{
	struct table *table = &tables[metric];
	size_t count = label_count(&definitions[metric]);
	struct series *made = NULL, *s = NULL;
	uint64_t hash;

	pthread_once(&seed_once, choose_seed);
	hash = hash_of(count, labels);
	for (size_t at = hash % SLOTS;; at = (at + 1) % SLOTS) {
		s = atomic_load_explicit(&table->slots[at], memory_order_acquire);
		if (!s && !create)
			return NULL;
		if (!s && !made) {
			if (atomic_fetch_add(&table->count, 1) >= METRIC_MAX_SERIES) {
				atomic_fetch_sub(&table->count, 1);
				return NULL;
			}
			made = series_new(hash, count, labels);
		}
		/* Where another thread takes the slot first, `s` becomes what that one put there. */
		if (!s && atomic_compare_exchange_strong(&table->slots[at], &s, made))
			return made;
		if (is_same(s, hash, count, labels))
			break;
	}
	if (made) {
		series_free(made);
		atomic_fetch_sub(&table->count, 1);
	}
	return s;
}

static struct series *series_of(enum metric metric, const char *const *labels)
{
	static const char *const others[] = {"other", "other", "other", NULL};
	struct series *s = find(metric, labels, true);
	struct table *table = &tables[metric];

	if (s)
		return s;
	s = find(metric, others, false);
	if (!s) {
		atomic_fetch_sub(&table->count, 1); /* there is always room for this one */
		s = find(metric, others, true);
		atomic_fetch_add(&table->count, 1);
	}
	return s;
}

/* ---------------------------------------------------------------- counting */

void metric_add(enum metric metric, uint64_t n, const char *const *labels)
{
	struct series *s = series_of(metric, labels);

	if (s)
		atomic_fetch_add_explicit(&s->value, n, memory_order_relaxed);
}

void metric_add_duration(enum metric metric, int64_t ms, const char *const *labels)
{
	const int *bounds = definitions[metric].buckets_ms;
	struct series *s = series_of(metric, labels);
	size_t i = 0;

	must(bounds);
	if (!s)
		return;
	ms = MAX(ms, 0);
	while (bounds[i] && ms > bounds[i])
		i++;
	atomic_fetch_add_explicit(&s->buckets[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&s->value, (uint64_t)ms, memory_order_relaxed);
}

uint64_t metric_get(enum metric metric, const char *const *labels)
{
	const struct series *s = find(metric, labels, false);
	uint64_t n = 0;

	if (!s || !definitions[metric].buckets_ms)
		return s ? atomic_load(&s->value) : 0;
	for (size_t i = 0; i <= MAX_BUCKETS; i++)
		n += atomic_load(&s->buckets[i]);
	return n;
}

/* ---------------------------------------------------------------- as text */

void metrics_begin(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_label(struct buf *out, bool *is_open, const char *name, const char *value)
{
	buf_printf(out, "%c%s=\"", *is_open ? ',' : '{', name);
	*is_open = true;
	for (const char *p = value; *p; p++) {
		if (*p == '\\' || *p == '"')
			buf_add_char(out, '\\');
		if (*p == '\n')
			buf_add(out, STR("\\n"));
		else
			buf_add_char(out, *p);
	}
	buf_add_char(out, '"');
}

static void add_number(struct buf *out, double value)
{
	if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value)
		buf_printf(out, " %.0f\n", value);
	else
		buf_printf(out, " %.9g\n", value);
}

void metrics_value(struct buf *out, const char *name, const char *const *labels, double value)
{
	bool is_open = false;

	buf_add_cstr(out, name);
	for (size_t i = 0; labels[i]; i += 2)
		add_label(out, &is_open, labels[i], labels[i + 1]);
	if (is_open)
		buf_add_char(out, '}');
	add_number(out, value);
}

static void write_line(struct buf *out, const struct definition *d, const struct series *s, const char *suffix,
                       const char *bound, double value)
{
	bool is_open = false;

	buf_printf(out, "%s%s", d->name, suffix);
	for (size_t i = 0; i < label_count(d); i++)
		add_label(out, &is_open, d->labels[i], s->labels[i]);
	if (bound)
		add_label(out, &is_open, "le", bound);
	if (is_open)
		buf_add_char(out, '}');
	add_number(out, value);
}

static void write_histogram(struct buf *out, const struct definition *d, const struct series *s)
{
	uint64_t n = 0;
	char bound[24];
	size_t i;

	for (i = 0; d->buckets_ms[i]; i++) {
		n += atomic_load_explicit(&s->buckets[i], memory_order_relaxed);
		snprintf(bound, sizeof bound, "%g", d->buckets_ms[i] / 1000.0);
		write_line(out, d, s, "_bucket", bound, (double)n);
	}
	n += atomic_load_explicit(&s->buckets[i], memory_order_relaxed); /* above the last bound */
	write_line(out, d, s, "_bucket", "+Inf", (double)n);
	write_line(out, d, s, "_sum", NULL, (double)atomic_load_explicit(&s->value, memory_order_relaxed) / 1000.0);
	write_line(out, d, s, "_count", NULL, (double)n);
}

void metrics_write(struct buf *out, metrics_may_see *may_see, void *ctx)
{
	for (size_t m = 0; m < METRIC_COUNT; m++) {
		const struct definition *d = &definitions[m];

		metrics_begin(out, d->name, d->buckets_ms ? "histogram" : "counter", d->help);
		for (size_t i = 0; i < SLOTS; i++) {
			const struct series *s = atomic_load_explicit(&tables[m].slots[i], memory_order_acquire);

			if (s && may_see && !may_see(ctx, d->labels, (const char *const *)s->labels))
				continue;
			if (s && d->buckets_ms)
				write_histogram(out, d, s);
			else if (s)
				write_line(out, d, s, "", NULL,
				           (double)atomic_load_explicit(&s->value, memory_order_relaxed));
		}
	}
}
