/* GET /api/v1/statistics: series for charts, from counts that were kept (store/statistics.h): never from the messages.
 */
#include "api/record_kinds.h"
#include "api/routes.h"
#include "base/clock.h"
#include "base/map.h"
#include "setup/setup.h"
#include "store/statistics.h"

#include <jansson.h>

#define MOST_SLOTS 1000
#define MOST_ROWS  300000
#define USUAL_SPAN HOURS_MS(24)

struct series_view {
	const char *series, *name;
	json_t *values;
};

struct statistics_view {
	int64_t from, to, step_s;
	struct record_list series; /* of struct series_view */
};

/* clang-format off */
static const struct field series_fields[] = {
	FIELD_TEXT(struct series_view, series, "Series",
		   .help = "received, parked (by listener); sent, failed, bounced, queued (by account); failures; latency_p50, latency_p95 (ms, by account); latency_all_p50, latency_all_p95"),
	FIELD_TEXT(struct series_view, name, "Of what", .help = "A listener's or account's id"),
	FIELD_JSON(struct series_view, values, "Values", .help = "One for each step from `from`; of latency null where no mail came"),
};

static const struct field statistics_fields[] = {
	FIELD_TIME(struct statistics_view, from, "From"),
	FIELD_TIME(struct statistics_view, to, "To"),
	FIELD_INT(struct statistics_view, step_s, "Step", .help = "Seconds"),
	FIELD_LIST(struct statistics_view, series, struct series_view, series_fields, "Series", .max = 100000),
};
/* clang-format on */

static const struct record_type statistics_type =
        RECORD_TYPE("statistics", "statistics", struct statistics_view, statistics_fields, "Counts over time");

/* ---------------------------------------------------------------- gathering */

#define BOUNDS 13
static const int64_t bounds_ms[BOUNDS] = {100,   250,   500,    1000,   2500,    5000,    10000,
                                          30000, 60000, 300000, 900000, 3600000, 86400000};

struct line {
	const char *series, *name;
	int64_t *values; /* one for each step; of latency BOUNDS for each */
	struct line *next;
};

struct gathering {
	const struct request *request;
	struct arena *arena;
	struct map *lines;
	struct line *first;
	int64_t from, step_ms;
	size_t slots, count;
};

/* By the part or the account that is counted. */
static bool may_see(const struct gathering *g, const struct statistic *s, struct str name)
{
	bool is_mail = strcmp(s->series, "received") == 0 || strcmp(s->series, "parked") == 0;
	struct str id = name, kind;

	if (strcmp(s->series, "failures") == 0 && str_split(&id, '/', &kind))
		return record_may_see_part(g->request, arena_cstr(g->arena, kind), arena_cstr(g->arena, id));
	return record_may_see_part(g->request, is_mail ? "listener" : "sender", arena_cstr(g->arena, name));
}

static struct line *line_of(struct gathering *g, const char *series, struct str name, size_t width)
{
	struct str key = arena_printf(g->arena, "%s " STR_FMT, series, STR_ARG(name));
	struct line *line = map_get(g->lines, key);

	if (line)
		return line;
	line = ARENA_NEW(g->arena, struct line);
	line->series = series;
	line->name = arena_cstr(g->arena, name);
	line->values = ARENA_ARRAY(g->arena, int64_t, g->slots * width);
	line->next = g->first;
	g->first = line;
	g->count++;
	map_set(g->lines, key, line);
	return line;
}

static size_t bound_of(struct str text)
{
	uint64_t ms = 0;
	size_t i = 0;

	if (!str_to_uint(text, INT64_MAX, &ms))
		return BOUNDS - 1;
	while (i + 1 < BOUNDS && bounds_ms[i] < (int64_t)ms)
		i++;
	return i;
}

/* Into its account's classes, and into those of all accounts that the caller may read. */
static void gather_latency(struct gathering *g, size_t slot, struct str name, struct str bound, int64_t count)
{
	size_t at = slot * BOUNDS + bound_of(bound);

	line_of(g, "latency", name, BOUNDS)->values[at] += count;
	line_of(g, "latency_all", STR(""), BOUNDS)->values[at] += count;
}

static void gather(void *ctx, const struct statistic *s)
{
	struct gathering *g = ctx;
	size_t slot = (size_t)((s->slot - g->from) / g->step_ms);
	bool is_latency = strcmp(s->series, "latency") == 0, is_level = strcmp(s->series, "queued") == 0;
	struct str name = str_of(s->name), bound = STR("");
	int64_t *value;

	if (slot >= g->slots)
		return;
	if (is_latency) {
		size_t at = name.n;

		while (at > 0 && name.p[at - 1] != '/')
			at--;
		bound = str_slice(name, at, name.n);
		name = str_slice(name, 0, at ? at - 1 : 0);
	}
	if (!may_see(g, s, name))
		return;
	if (is_latency) {
		gather_latency(g, slot, name, bound, s->value);
		return;
	}
	value = line_of(g, s->series, name, 1)->values + slot;
	*value = is_level ? MAX(*value, s->value) : *value + s->value;
}

/* ---------------------------------------------------------------- as JSON */

/* Within its class it lies in the middle, as far as is known. */
static json_t *quantile(const int64_t *classes, int percent)
{
	int64_t total = 0, seen = 0, below = 0;

	for (size_t i = 0; i < BOUNDS; i++)
		total += classes[i];
	for (size_t i = 0; i < BOUNDS && total; i++) {
		int64_t wanted = (total * percent + 99) / 100;

		if (seen + classes[i] >= wanted)
			return json_integer(below + (bounds_ms[i] - below) * (wanted - seen) / MAX(classes[i], 1));
		seen += classes[i];
		below = bounds_ms[i];
	}
	return json_null();
}

static json_t *values_of(const struct line *line, size_t slots, int percent)
{
	json_t *values = json_array();

	for (size_t i = 0; i < slots; i++)
		json_array_append_new(values, percent ? quantile(line->values + i * BOUNDS, percent)
		                                      : json_integer(line->values[i]));
	return values;
}

static void add_views(const struct line *line, size_t slots, struct series_view *views, size_t *n)
{
	bool is_all = strcmp(line->series, "latency_all") == 0;

	if (!is_all && strcmp(line->series, "latency") != 0) {
		views[(*n)++] = (struct series_view){line->series, line->name, values_of(line, slots, 0)};
		return;
	}
	views[(*n)++] = (struct series_view){is_all ? "latency_all_p50" : "latency_p50", line->name,
	                                     values_of(line, slots, 50)};
	views[(*n)++] = (struct series_view){is_all ? "latency_all_p95" : "latency_p95", line->name,
	                                     values_of(line, slots, 95)};
}

/* ---------------------------------------------------------------- the route */

/* Steps are whole multiples of what is kept: five minutes for the last three days, else hours. */
static int read_span(const struct request *request, struct statistics_view *view, int64_t *ret_kept, struct error *err)
{
	int64_t now = clock_now_ms(), step_s = 0, kept, step;

	view->to = now;
	request_query_time(request, "to", &view->to);
	view->from = view->to - USUAL_SPAN;
	request_query_time(request, "from", &view->from);
	request_query_int(request, "step", &step_s);
	if (view->from >= view->to || view->from < 0 || step_s < 0 || step_s > 366 * 86400)
		return fail(err, E_INVALID, RETRY_NEVER, "from: must lie before to, and step be at most a year");
	kept = view->from < now - STATISTIC_SHORT_KEPT || (step_s && step_s * 1000 % STATISTIC_LONG_MS == 0)
	               ? STATISTIC_LONG_MS
	               : STATISTIC_SHORT_MS;
	step = MAX(step_s ? step_s * 1000 : kept, kept);
	step += (kept - step % kept) % kept;
	while ((view->to - view->from) / step >= MOST_SLOTS)
		step *= 2;
	view->from -= view->from % step;
	view->step_s = step / 1000;
	*ret_kept = kept;
	return 0;
}

static int get_statistics(struct request *request, struct answer *answer, struct error *err)
{
	struct map *lines CLEANUP(map_freep) = map_new();
	struct gathering g = {.request = request, .arena = request->arena, .lines = lines};
	struct statistics_view view = {0};
	struct series_view *views;
	size_t n = 0;
	int64_t kept;
	int r = read_span(request, &view, &kept, err);

	if (r < 0)
		return r;
	g.from = view.from;
	g.step_ms = view.step_s * 1000;
	g.slots = (size_t)((view.to - view.from + g.step_ms - 1) / g.step_ms);
	r = statistic_each(request->db, kept, view.from, view.to, MOST_ROWS, gather, &g, err);
	if (r < 0)
		return r;
	views = ARENA_ARRAY(request->arena, struct series_view, g.count * 2);
	for (const struct line *line = g.first; line; line = line->next)
		add_views(line, g.slots, views, &n);
	view.series = (struct record_list){views, n};
	r = answer_record(answer, &statistics_type, &view, err);
	for (size_t i = 0; i < n; i++)
		json_decref(views[i].values);
	return r;
}

static const struct route_query statistics_query[] = {
        {"from", QUERY_TIME, "Begin; a day before `to` unless said", NULL},
        {"to", QUERY_TIME, "End; now unless said", NULL},
        {"step", QUERY_INT, "Seconds of a step; at least 300, and 3600 for what is older than three days", NULL},
        {0},
};

const struct route statistics_routes[] = {
        {API_GET, "/api/v1/statistics", "getStatistics", "Operation", "Counts over time, for charts",
         .right = RIGHT_LISTENERS_READ, .answer = &statistics_type, .query = statistics_query,
         .handle = get_statistics},
        {0},
};
