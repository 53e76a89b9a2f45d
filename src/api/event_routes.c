/* GET /api/v1/events: a list, or live as server-sent events. */
#include "api/event_filter.h"
#include "api/event_view.h"
#include "api/lasting.h"
#include "api/route.h"
#include "api/routes.h"
#include "base/mem.h"
#include "events/events.h"

#include <stdlib.h>
#include <strings.h>

#define SCANNED_AT_ONCE 500
#define MOST_SCANNED    20000 /* then the list ends early, with a cursor to go on from */

/* ---------------------------------------------------------------- the list */

struct scan {
	struct event_query query;
	const struct event_filter *filter;
	const char *source;
	size_t wanted, added, scanned;
	bool has_more;
};

/* The last one added, or looked at in vain: from there it goes on. */
static int add_events(struct scan *scan, struct request *request, struct answer *answer, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct stored_event *events;
	int r = 0, n = events_list(request->db, &scan->query, arena, &events, err);

	for (int i = 0; i < n && r == 0; i++) {
		const struct stored_event *e = &events[i];
		struct event_view view;

		if (event_filter_takes(scan->filter, e->kind, e->account, e->case_id)) {
			if (scan->added == scan->wanted) {
				scan->has_more = true;
				return 0;
			}
			event_view_init(&view, e, scan->source, arena);
			r = answer_list_add(answer, &event_view_type, &view, err);
			event_view_done(&view);
			scan->added++;
		}
		scan->query.from = e->number;
	}
	scan->scanned += n > 0 ? (size_t)n : 0;
	return n < 0 ? n : r < 0 ? r : n;
}

/* Whoever waits behind a number that isn't there would wait in silence. */
static int check_after(const struct request *request, int64_t after, struct error *err)
{
	int64_t first, newest;
	int r = events_range(request->db, &first, &newest, err);

	if (r < 0 || after <= newest)
		return r;
	return fail(
	        err, E_INVALID, RETRY_NEVER,
	        "after: there is no event %lld, the newest is %lld: either it was never given, or the store was put "
	        "back from a backup: begin without `after`",
	        (long long)after, (long long)newest);
}

static int list_events(struct request *request, struct answer *answer, struct error *err)
{
	struct event_filter *filter CLEANUP(event_filter_freep) = NULL;
	const struct events *events = events_of(request->store);
	const char *order = request_query(request, "order");
	struct scan scan = {.query = {.max = SCANNED_AT_ONCE, .descending = true},
	                    .source = events ? events_source(events) : "hauspost",
	                    .wanted = request->limit};
	int r = event_filter_new(request, &filter, err);

	if (r < 0)
		return r;
	scan.filter = filter;
	scan.query.case_id = event_filter_case(filter);
	scan.query.descending = order ? strcmp(order, "desc") == 0 : !request_query(request, "after");
	request_query_int(request, "after", &scan.query.from);
	if (scan.query.descending && request_query(request, "after"))
		return fail(err, E_INVALID, RETRY_NEVER, "after: goes with order=asc");
	r = scan.query.from > 0 ? check_after(request, scan.query.from, err) : 0;
	if (r < 0)
		return r;
	r = request_cursor(request, &scan.query.from, &(struct str){0}, err);
	if (r < 0)
		return r;
	answer_list_begin(answer);
	do
		r = add_events(&scan, request, answer, err);
	while (r == SCANNED_AT_ONCE && scan.scanned < MOST_SCANNED);
	if (r < 0)
		return r;
	answer_list_end(answer, scan.has_more || r == SCANNED_AT_ONCE, scan.query.from, STR(""));
	return 0;
}

/* ---------------------------------------------------------------- live */

struct live {
	struct stream_body body; /* first */
	struct stream_client *client;
	struct event_filter *filter;
	struct lasting *who;
};

static bool live_wants(void *ctx, const char *kind, const char *account, int64_t case_id)
{
	const struct live *live = ctx;

	return event_filter_takes(live->filter, kind, account, case_id);
}

static bool live_holds(void *ctx, const struct setup *setup)
{
	const struct live *live = ctx;

	return lasting_holds(live->who, setup);
}

static void live_wake(void *ctx)
{
	struct live *live = ctx;

	stream_wake(&live->body);
}

static ssize_t live_read(struct stream_body *body, char *room, size_t size)
{
	struct live *live = (struct live *)body;

	return live->client ? stream_read(live->client, room, size) : -1;
}

static void live_done(struct stream_body *body)
{
	struct live *live = (struct live *)body;

	stream_leave(live->client);
	event_filter_freep(&live->filter);
	lasting_free(live->who);
	free(live);
}

/* Browsers send Last-Event-ID when they come back; `after` is for the first time. */
static int read_position(const struct request *request, int64_t *ret_after, struct error *err)
{
	const char *id = request_header(request, "Last-Event-ID");
	uint64_t number;

	*ret_after = -1;
	request_query_int(request, "after", ret_after);
	if (id && *id) {
		if (!str_to_uint(str_of(id), INT64_MAX, &number))
			return fail(err, E_INVALID, RETRY_NEVER, "Last-Event-ID: is not the id of an event");
		*ret_after = (int64_t)number;
	}
	return 0;
}

/* A number that was never given: the client has seen it in a store that was put back from a backup since. */
static int read_restored(const struct request *request, struct stream_options *options, struct error *err)
{
	int64_t first, newest = 0;
	int r = options->after > 0 ? events_range(request->db, &first, &newest, err) : 0;

	options->is_restored = r == 0 && options->after > newest;
	return r;
}

static int stream_events(struct request *request, struct answer *answer, struct error *err)
{
	struct events *events = events_of(request->store);
	struct stream_options options = {
	        .wants = live_wants,
	        .wake = live_wake,
	        .holds = live_holds,
	        .credential = {request->caller.kind == CALLER_TOKEN, request->caller.credential_id}};
	struct event_filter *filter CLEANUP(event_filter_freep) = NULL;
	struct live *live;
	int r = event_filter_new(request, &filter, err);

	if (r == 0)
		r = read_position(request, &options.after, err);
	if (r == 0)
		r = read_restored(request, &options, err);
	if (r < 0)
		return r;
	if (!events)
		return fail(err, E_UNSUPPORTED, RETRY_LATER, "events aren't followed by this process");
	live = options.ctx = mem_new(1, sizeof *live);
	live->body = (struct stream_body){.read = live_read, .done = live_done};
	live->filter = take(filter);
	live->who = lasting_new(request);
	answer_header(answer, "Cache-Control", "no-store");
	answer_header(answer, "X-Accel-Buffering", "no"); /* nginx would keep events back */
	answer_stream(answer, "text/event-stream", &live->body);
	return stream_join(events_streams(events), &options, &live->client, err);
}

static int get_events(struct request *request, struct answer *answer, struct error *err)
{
	const char *accept = request_header(request, "Accept");

	if (accept && strcasestr(accept, "text/event-stream"))
		return stream_events(request, answer, err);
	return list_events(request, answer, err);
}

/* ---------------------------------------------------------------- routes */

static const char *const orders[] = {"asc", "desc", NULL};

static const struct route_query event_query[] = {
        {"kind", QUERY_TEXT, "Only these: case.created, case.*; several with commas", NULL},
        {"account", QUERY_TEXT, "Only of this account", NULL},
        {"case", QUERY_TEXT, "Only of this case, by its number or id", NULL},
        {"after", QUERY_INT, "Behind this event, oldest first; in a stream Last-Event-ID goes before it", NULL},
        {"order", QUERY_TEXT, "desc: the newest first (as without `after`)", orders},
        {0},
};

const struct route event_routes[] = {
        {API_GET, "/api/v1/events", "listEvents", "Events", "What happened, as a list or live",
         .right = RIGHT_EVENTS_READ, .answer = &event_view_type, .is_list = true, .query = event_query,
         .handle = get_events,
         .description =
                 "With `Accept: text/event-stream` the answer is a stream of server-sent events: `data` is an event as "
                 "in the list, `id` its number; `Last-Event-ID` goes on behind it. Events with a type of their own are "
                 "no CloudEvents: `gap` (what came behind the number was dropped in part: `from`, `to`), `restored` "
                 "(the number is beyond the newest, since the store was put back from a backup: the stream goes on "
                 "behind `last`, and what was read of the store is to be read anew), `slow` (the last of a client that "
                 "read nothing for a minute) and `states` (some listener or sender stands otherwise than before). In a "
                 "list a number beyond the newest is refused. A list may be shorter than `limit` "
                 "and still have a `next`: "
                 "then it looked at many events that weren't asked for."},
        {0},
};
