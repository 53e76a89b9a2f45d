/* What is said on the connections of a listener, an account or an inlet (LI4, OP2): switched on for a time, looked at
 * while it comes, taken along as a text. */
#include "api/change.h"
#include "api/lasting.h"
#include "api/routes.h"
#include "api/slow.h"
#include "base/clock.h"
#include "base/mem.h"
#include "setup/setup.h"
#include "store/traces.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_TEXT     KIB(256) /* of one answer; the next goes on */
#define LOOK_MS      500
#define FOLLOWERS    4 /* that follow at once, so that tests of accounts have threads left */
#define TEXT_PLAIN   "text/plain; charset=utf-8"
#define OLDEST_TOLD  "The newest megabyte is kept, for a week behind its end."
#define WHAT_IS_TOLD "Secrets are left out, and mail is cut to its size."

/* ---------------------------------------------------------------- views */

struct trace_view {
	bool on;
	const char *author, *text;
	int64_t since, until, from, next;
};

struct trace_order {
	bool on;
	int64_t minutes;
};

/* clang-format off */
static const struct field view_fields[] = {
	FIELD_BOOL(struct trace_view, on, "On"),
	FIELD_TEXT(struct trace_view, author, "Switched on by"),
	FIELD_TIME(struct trace_view, since, "Since", .help = "Where it differs from before, another transcript has begun"),
	FIELD_TIME(struct trace_view, until, "Until"),
	FIELD_TEXT(struct trace_view, text, "Lines", .help = "\"TIME CONNECTION C: …\" is the client's, \"S: …\" the server's; \"-- …\" is a remark"),
	FIELD_INT(struct trace_view, from, "Begins at", .help = "The byte of the transcript at which `text` begins"),
	FIELD_INT(struct trace_view, next, "Goes on at", .help = "For `from` of the next request"),
};

static const struct field order_fields[] = {
	FIELD_BOOL(struct trace_order, on, "On", .required = true),
	FIELD_INT(struct trace_order, minutes, "Minutes", .low = 1, .high = TRACE_MAX_MINUTES, .preset = TRACE_PRESET_MINUTES),
};
/* clang-format on */

static const struct record_type view_type =
        RECORD_TYPE("trace", "traces", struct trace_view, view_fields, "What is said on connections");
static const struct record_type order_type =
        RECORD_TYPE("trace_order", "trace_orders", struct trace_order, order_fields, "Trace switch");

/* ---------------------------------------------------------------- whose */

struct traced {
	enum trace_kind kind;
	const char *id;
};

static const enum trace_kind of_listener = TRACE_LISTENER, of_account = TRACE_ACCOUNT, of_inlet = TRACE_INLET;

static bool exists(const struct setup *setup, enum trace_kind kind, const char *id)
{
	return kind == TRACE_LISTENER  ? setup_listener(setup, id) != NULL
	       : kind == TRACE_ACCOUNT ? setup_account(setup, id) != NULL
	                               : setup_inlet(setup, id) != NULL;
}

/* Addresses and names of folders are in it: who may change the account may read it. What comes through an inlet
 * may be anybody's. */
static int find_traced(const struct request *request, struct traced *ret, struct error *err)
{
	enum trace_kind kind = *(const enum trace_kind *)request->route->ctx;
	const char *id = arena_cstr(request->arena, str_slice(request->parameters[0], 0, 100));
	const char *what = arena_printf(request->arena, "%s \"%.64s\"", trace_kind_word(kind), id).p;
	const struct listener *listener = kind == TRACE_LISTENER ? setup_listener(request->setup, id) : NULL;
	const char *account = listener ? listener->account : id;

	if (!exists(request->setup, kind, id))
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s", what);
	*ret = (struct traced){kind, id};
	if (kind != TRACE_INLET)
		return caller_check_on(&request->caller, account, ACCOUNT_MANAGE, what, err);
	return caller_oversees(&request->caller)
	               ? 0
	               : fail(err, E_REFUSED, RETRY_NEVER,
	                      "%s: mail of all accounts comes through it: its trace is for those who see all accounts",
	                      what);
}

/* ---------------------------------------------------------------- the switch, and what came */

static int answer_trace(struct request *request, struct answer *answer, const struct traced *traced, int64_t from,
                        struct error *err)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(2));
	struct trace trace = {.author = ""};
	struct trace_view view;
	int64_t next = from;
	int r = trace_find(request->db, traced->kind, traced->id, request->arena, &trace, err);

	if (r > 0 && from >= 0)
		r = trace_read(request->db, traced->kind, traced->id, MAX_TEXT, &next, &text, err);
	if (r < 0)
		return r;
	view = (struct trace_view){.on = trace.until_at > clock_now_ms(),
	                           .author = trace.author,
	                           .since = trace.since,
	                           .until = trace.until_at,
	                           .text = buf_cstr(&text),
	                           .from = next - (int64_t)text.n,
	                           .next = next};
	if (from < 0)
		view.from = view.next = trace.size;
	return answer_record(answer, &view_type, &view, err);
}

static int get_trace(struct request *request, struct answer *answer, struct error *err)
{
	struct traced traced;
	int64_t from = 0;

	if (find_traced(request, &traced, err) < 0)
		return err->code;
	if (request_query_int(request, "from", &from) && from < 0)
		return fail(err, E_INVALID, RETRY_NEVER, "from: is a number of bytes, 0 or more");
	return answer_trace(request, answer, &traced, from, err);
}

struct change {
	struct traced traced;
	int64_t minutes;
};

static int run_change(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	const struct change *change = ctx;
	int r = trace_set(db, change->traced.kind, change->traced.id, change->minutes, request->caller.author,
	                  request->client ? request->client : "", clock_now_ms(), err);

	return MIN(r, 0);
}

static int set_trace(struct request *request, struct answer *answer, struct error *err)
{
	const struct trace_order *order;
	struct change change;
	void *body;
	int r = find_traced(request, &change.traced, err);

	if (r == 0)
		r = request_record(request, &body, err);
	if (r < 0)
		return r;
	order = body;
	change.minutes = order->on ? order->minutes : 0;
	r = request_change(request, run_change, &change, err);
	return r < 0 ? r : answer_trace(request, answer, &change.traced, -1, err);
}

/* ---------------------------------------------------------------- as a text */

static atomic_int followers;

struct follow_job {
	struct store *store;
	struct db *db; /* owned */
	enum trace_kind kind;
	char *id;
	int64_t since, at;
	struct lasting *who; /* owned */
	const struct sealer *sealer;
	int64_t revision; /* of the set-up with which he was last looked at */
};

static void free_follow(void *ctx)
{
	struct follow_job *job = ctx;

	atomic_fetch_sub(&followers, 1);
	db_close(job->db);
	lasting_free(job->who);
	free(job->id);
	free(job);
}

/* A trace may go on for a day. */
static bool may_go_on(struct follow_job *job)
{
	struct setup *setup CLEANUP(setup_freep) = NULL;
	struct error err;
	int64_t revision;

	if (lasting_is_signed_in(job->who, job->db, &err) <= 0 || setup_revision(job->db, &revision, &err) < 0)
		return false;
	if (revision == job->revision)
		return true;
	job->revision = revision;
	return setup_load(job->db, job->sealer, &setup, &err) >= 0 && lasting_holds(job->who, setup);
}

/* 1: there may be more; 0: it is over, or another has begun. */
static int follow_once(struct slow *slow, struct follow_job *job)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(2));
	struct trace trace;
	struct error err;
	int r = may_go_on(job) ? trace_find(job->db, job->kind, job->id, arena, &trace, &err) : 0;

	if (r <= 0 || trace.since != job->since)
		return 0;
	r = trace_read(job->db, job->kind, job->id, MAX_TEXT, &job->at, &text, &err);
	if (r < 0)
		return 0;
	if (text.n)
		slow_write(slow, buf_str(&text));
	/* Its last lines are written down within a second. */
	return text.n || clock_now_ms() < trace.until_at + SECONDS_MS(2);
}

static void run_follow(struct slow *slow, void *ctx)
{
	struct follow_job *job = ctx;

	while (slow_is_wanted(slow) && follow_once(slow, job))
		(void)usleep(LOOK_MS * 1000);
}

static int follow(struct request *request, struct answer *answer, const struct traced *traced,
                  const struct trace *trace, struct error *err)
{
	struct follow_job *job;
	struct db *db = NULL;

	if (atomic_fetch_add(&followers, 1) >= FOLLOWERS) {
		atomic_fetch_sub(&followers, 1);
		return fail(err, E_THROTTLED, RETRY_LATER, "%d transcripts are being followed already", FOLLOWERS);
	}
	if (store_connect(request->store, &db, err) < 0) {
		atomic_fetch_sub(&followers, 1);
		return err->code;
	}
	job = mem_new(1, sizeof *job);
	*job = (struct follow_job){.store = request->store,
	                           .db = db,
	                           .kind = traced->kind,
	                           .id = mem_strdup(traced->id),
	                           .since = trace->since,
	                           .who = lasting_new(request),
	                           .sealer = request->sealer,
	                           .revision = setup_loaded_revision(request->setup)};
	return slow_answer(answer, TEXT_PLAIN, run_follow, free_follow, job, err);
}

static int get_transcript(struct request *request, struct answer *answer, struct error *err)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(2));
	struct trace trace;
	struct traced traced;
	int64_t at = 0;
	int r = find_traced(request, &traced, err);

	if (r == 0)
		r = trace_find(request->db, traced.kind, traced.id, request->arena, &trace, err);
	if (r < 0)
		return r;
	if (r > 0 && request_query_bool(request, "follow"))
		return follow(request, answer, &traced, &trace, err);
	if (r > 0)
		r = trace_read(request->db, traced.kind, traced.id, MIB(2), &at, &text, err);
	if (r < 0)
		return r;
	answer_disposition(answer, "attachment", arena_printf(request->arena, "trace-%s.txt", traced.id));
	answer_text(answer, TEXT_PLAIN, buf_str(&text));
	return 0;
}

/* ---------------------------------------------------------------- the routes */

static const struct route_query from_query[] = {
        {"from", QUERY_INT, "The byte to begin at: `next` of the answer before", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};

static const struct route_query follow_query[] = {
        {"follow", QUERY_BOOL, "Goes on with what comes, until the trace ends", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};

/* clang-format off */
#define ROUTES_OF(plural, Kind, the, which, right_of)                                                                             \
	{.method = API_GET, .path = "/api/v1/" plural "/{id}/trace", .id = "get" Kind "Trace", .tag = "Operation",                \
	 .summary = "What is said on the connections of " the, .description = WHAT_IS_TOLD " " OLDEST_TOLD,                       \
	 .right = right_of, .answer = &view_type, .query = from_query, .ctx = &(which), .handle = get_trace},                     \
	{.method = API_POST, .path = "/api/v1/" plural "/{id}/trace", .id = "set" Kind "Trace", .tag = "Operation",               \
	 .summary = "Switch the trace of " the " on for a time, or off",                                                          \
	 .description = "Its connections are made anew, so that the log-in is seen as well. It is noted in the audit trail.",     \
	 .right = right_of, .body = &order_type, .answer = &view_type, .ctx = &(which), .handle = set_trace},                     \
	{.method = API_GET, .path = "/api/v1/" plural "/{id}/trace/transcript", .id = "get" Kind "Transcript",                    \
	 .tag = "Operation", .summary = "What was said on the connections of " the ", as a text",                                 \
	 .description = WHAT_IS_TOLD " " OLDEST_TOLD, .right = right_of, .answer_type = "text/plain", .query = follow_query,        \
	 .ctx = &(which), .handle = get_transcript}

const struct route trace_routes[] = {
	ROUTES_OF("listeners", "Listener", "a listener", of_listener, RIGHT_LISTENERS_MANAGE),
	ROUTES_OF("accounts", "Account", "an account: reading, sending, filing copies and asking for tokens", of_account, RIGHT_ACCOUNTS_MANAGE),
	ROUTES_OF("inlets", "Inlet", "an inlet", of_inlet, RIGHT_LISTENERS_MANAGE),
	{0},
};
/* clang-format on */
