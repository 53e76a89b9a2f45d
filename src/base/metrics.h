/* Counters in memory, for Prometheus (text format 0.0.4). What is counted stands in one table (metrics.c); whoever does
 * something counts it:
 *
 *	metric_count(METRIC_MESSAGES_SENT, 1, account, "sent");
 *	metric_observe(METRIC_COMMIT_SECONDS, took_ms, "commit");
 *
 * Thread-safe without locks. Label values are copied when they are first seen; a metric keeps at most METRIC_MAX_SERIES
 * combinations, what comes beyond is counted under "other". They begin with the process at 0, as Prometheus expects. */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include "base/buf.h"

enum metric {
	METRIC_MESSAGES_RECEIVED,  /* account, listener, result */
	METRIC_CASE_LATENCY,       /* histogram: account */
	METRIC_MESSAGES_SENT,      /* account, result */
	METRIC_REPORTS,            /* account, kind */
	METRIC_PART_FAILURES,      /* kind, id */
	METRIC_EVENTS,             /* kind */
	METRIC_STREAMS_DROPPED,    /* none */
	METRIC_WEBHOOK_DELIVERIES, /* webhook, result */
	METRIC_WEBHOOK_DURATION,   /* histogram: webhook */
	METRIC_HTTP_REQUESTS,      /* route, method, status */
	METRIC_HTTP_DURATION,      /* histogram: route */
	METRIC_COMMITS,            /* result */
	METRIC_COMMIT_UNITS,       /* none */
	METRIC_COMMIT_DURATION,    /* histogram: none */
	METRIC_LOG_LINES,          /* level */
	METRIC_COUNT
};

#define METRIC_MAX_LABELS 3
#define METRIC_MAX_SERIES 1500

/* `labels`: as many as the metric has, in the table's order; NULL counts as "". */
void metric_add(enum metric metric, uint64_t n, const char *const *labels);
void metric_add_duration(enum metric metric, int64_t ms, const char *const *labels);

#define metric_count(metric, n, ...)    metric_add((metric), (n), (const char *const[]){__VA_ARGS__, NULL})
#define metric_observe(metric, ms, ...) metric_add_duration((metric), (ms), (const char *const[]){__VA_ARGS__, NULL})

/* Whether a series is for whoever asks: `names` of its labels, NULL behind the last, and their values. */
typedef bool metrics_may_see(void *ctx, const char *const *names, const char *const *values);

/* Appends all of them as text: HELP, TYPE and the series. `may_see` NULL: every one. */
void metrics_write(struct buf *out, metrics_may_see *may_see, void *ctx);

/* For metrics that are known at the time of asking only: the two lines that begin one, and a series of it; label names
 * and values in turn. */
void metrics_begin(struct buf *out, const char *name, const char *type, const char *help);
void metrics_value(struct buf *out, const char *name, const char *const *labels, double value);

#define metrics_gauge(out, name, value, ...) \
	metrics_value((out), (name), (const char *const[]){__VA_ARGS__, NULL}, (value))

/* For tests: the value of a counter, or of a histogram the count. */
uint64_t metric_get(enum metric metric, const char *const *labels);

#endif
