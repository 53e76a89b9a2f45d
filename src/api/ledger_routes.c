/* What became of each message that came in: the ledger, mail that waits for a person, and mail that is handed in. */
#include "api/mail_access.h"
#include "api/mail_view.h"
#include "api/routes.h"
#include "intake/intake.h"
#include "intake/no_answer.h"
#include "intake/set_aside.h"
#include "receive/body.h"

#define MAX_INGEST MIB(256)

/* ---------------------------------------------------------------- the list */

static const char *given(const struct request *request, const char *name)
{
	const char *value = request_query(request, name);

	return value && *value ? value : NULL;
}

static int list_rows(struct request *request, struct answer *answer, const char *state, struct error *err)
{
	struct row_filter filter = {.accounts = access_listeners(request),
	                            .listener = given(request, "listener"),
	                            .state = state,
	                            .answer_code = given(request, "no_answer"),
	                            .category = given(request, "category")};
	struct ledger_row *rows;
	struct str unused;
	int n, r = request_cursor(request, &filter.after_id, &unused, err);

	request_query_int(request, "case", &filter.case_id);
	request_query_int(request, "message", &filter.message_id);
	if (r < 0)
		return r;
	n = ledger_page(request->db, &filter, request->limit + 1, request->arena, &rows, err);
	if (n < 0)
		return n;
	answer_list_begin(answer);
	for (size_t i = 0; i < MIN((size_t)n, request->limit) && r == 0; i++) {
		struct ledger_view view;

		r = ledger_view_read(request->db, &rows[i], request->arena, &view, err);
		if (r == 0)
			r = answer_list_add(answer, &ledger_view_type, &view, err);
	}
	answer_list_end(answer, (size_t)n > request->limit,
	                (size_t)n > request->limit ? rows[request->limit - 1].id : 0, STR(""));
	return r;
}

static int list_ledger(struct request *request, struct answer *answer, struct error *err)
{
	return list_rows(request, answer, given(request, "state"), err);
}

static int list_held(struct request *request, struct answer *answer, struct error *err)
{
	return list_rows(request, answer, "held", err);
}

/* ---------------------------------------------------------------- one row */

/* What becomes of mail by a decision may be an answer: that is for who may send as the account. */
static int check_account(const struct request *request, const struct ledger_row *row, enum account_right right,
                         struct error *err)
{
	const struct listener *listener = setup_listener(request->setup, row->listener);
	const char *what = arena_printf(request->arena, "ledger row %lld", (long long)row->id).p;

	if (listener)
		return caller_check_on(&request->caller, listener->account, right, what, err);
	return caller_oversees(&request->caller) ? 0 : fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s", what);
}

static int find_row(const struct request *request, enum account_right right, struct ledger_row *ret, struct error *err)
{
	int64_t id;
	int r = request_id(request, 0, "ledger row", &id, err);

	if (r == 0)
		r = ledger_get(request->db, id, request->arena, ret, err);
	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no ledger row %lld", (long long)id);
	return r < 0 ? r : check_account(request, ret, right, err);
}

/* As it is by now. */
static int answer_row(struct request *request, struct answer *answer, int64_t id, struct error *err)
{
	struct ledger_row row;
	struct ledger_view view;
	int r = ledger_get(request->db, id, request->arena, &row, err);

	if (r > 0)
		r = ledger_view_read(request->db, &row, request->arena, &view, err);
	return r < 0 ? r : answer_record(answer, &ledger_view_type, &view, err);
}

static int get_row(struct request *request, struct answer *answer, struct error *err)
{
	struct ledger_row row;
	int r = find_row(request, ACCOUNT_READ, &row, err);

	return r < 0 ? r : answer_row(request, answer, row.id, err);
}

/* A row in another state is a conflict: it is there. */
static int in_conflict(int r, struct error *err)
{
	if (r == E_NOT_FOUND)
		err->code = E_CONFLICT;
	return r == E_NOT_FOUND ? E_CONFLICT : r;
}

static int retry_row(struct request *request, struct answer *answer, struct error *err)
{
	struct ledger_row row;
	int64_t tried;
	int r = find_row(request, ACCOUNT_SEND, &row, err);

	if (r < 0)
		return r;
	r = in_conflict(set_aside_retry(request->store, request->setup, row.id, &tried, err), err);
	return r < 0 ? r : answer_row(request, answer, row.id, err);
}

static int decide(struct request *request, struct answer *answer, enum decision decision, struct error *err)
{
	struct ledger_row row;
	int r = find_row(request, ACCOUNT_SEND, &row, err);

	if (r < 0)
		return r;
	r = in_conflict(set_aside_decide(request->store, request->setup, request->db, row.id, decision,
	                                 request->caller.author, err),
	                err);
	return r < 0 ? r : answer_row(request, answer, row.id, err);
}

static int release_held(struct request *request, struct answer *answer, struct error *err)
{
	return decide(request, answer, DECIDE_RELEASE, err);
}

static int discard_held(struct request *request, struct answer *answer, struct error *err)
{
	return decide(request, answer, DECIDE_DISCARD, err);
}

/* Whatever it waits for. */
static int discard_row(struct request *request, struct answer *answer, struct error *err)
{
	struct ledger_row row;
	int r = find_row(request, ACCOUNT_SEND, &row, err);

	if (r < 0)
		return r;
	if (strcmp(row.state, "held") == 0)
		return discard_held(request, answer, err);
	r = in_conflict(
	        set_aside_discard(request->store, request->setup, request->db, row.id, request->caller.author, err),
	        err);
	return r < 0 ? r : answer_row(request, answer, row.id, err);
}

/* ---------------------------------------------------------------- mail that is handed in */

struct ingest_view {
	int64_t ledger_id, case_id, message_id;
	const char *case_number, *state, *outcome, *reason;
	bool answered;
};

static const struct field ingest_fields[] = {
        FIELD_INT_AS(struct ingest_view, ledger_id, "ledger", "Ledger row"),
        FIELD_TEXT(struct ingest_view, state, "State",
                   .help = "acknowledged: it is done; failed: tried again; parked, held"),
        FIELD_TEXT(struct ingest_view, outcome, "What became of it", .help = "created, updated, duplicate …"),
        FIELD_INT_AS(struct ingest_view, case_id, "case", "Case", .help = "Its id; 0: none"),
        FIELD_TEXT(struct ingest_view, case_number, "Case's number"),
        FIELD_INT_AS(struct ingest_view, message_id, "message", "Message", .help = "Its id; 0: none"),
        FIELD_TEXT(struct ingest_view, reason, "Why it failed or waits"),
        FIELD_BOOL(struct ingest_view, answered, "An automatic answer waits in the outbox"),
};
static const struct record_type ingest_type =
        RECORD_TYPE("ingested", "ingested", struct ingest_view, ingest_fields, "Mail that was handed in");

/* Where it is: of a duplicate the first one's place. */
static int find_place(const struct request *request, struct ingest_view *view, struct error *err)
{
	struct ledger_row row;
	struct stored_case c;
	int r = ledger_get(request->db, view->ledger_id, request->arena, &row, err);

	if (r > 0 && row.duplicate_of)
		r = ledger_get(request->db, row.duplicate_of, request->arena, &row, err);
	if (r <= 0)
		return r;
	view->case_id = row.case_id;
	view->message_id = row.message_id;
	r = row.case_id ? case_get(request->db, row.case_id, request->arena, &c, err) : 0;
	if (r > 0)
		view->case_number = c.number;
	return MIN(r, 0);
}

static int ingest(struct request *request, struct answer *answer, struct error *err)
{
	const char *id = given(request, "listener");
	const struct listener *listener = id ? setup_listener(request->setup, id) : NULL;
	struct incoming *incoming = NULL;
	struct intake_result result = {0};
	struct ingest_view view;
	int r;

	if (!id)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "listener: is missing: its rule says what becomes of the mail");
	if (!listener)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no listener %.64s", id);
	r = caller_check_on(&request->caller, listener->account, ACCOUNT_SEND,
	                    arena_printf(request->arena, "listener %.64s", id).p, err);
	if (r < 0)
		return r;
	if (request->body_size == 0 || request->body_fd < 0)
		return fail(err, E_INVALID, RETRY_NEVER, "the body is empty: that is no mail");
	r = body_map(request->body_fd, (size_t)request->body_size, &incoming, err);
	if (r < 0)
		return r;
	incoming->kind = INCOMING_WHOLE;
	incoming->size = request->body_size;
	r = intake_take(request->store, request->setup, listener, incoming, &result, err);
	if (r < 0)
		return r;
	view = (struct ingest_view){.ledger_id = result.ledger_id,
	                            .case_number = result.case_number,
	                            .state = result.state,
	                            .outcome = result.outcome,
	                            .reason = result.reason,
	                            .answered = result.answered};
	r = find_place(request, &view, err);
	return r < 0 ? r : answer_record(answer, &ingest_type, &view, err);
}

/* ---------------------------------------------------------------- the routes */

static const char *const states[] = {"received", "failed", "parked", "held", "committed", "acknowledged", "done", NULL};

static const struct route_query ledger_query[] = {
        {"state", QUERY_TEXT, "Only rows in this state; done: committed, acknowledged", states},
        {"listener", QUERY_TEXT, "A listener", NULL},
        {"no_answer", QUERY_TEXT, "Mail that got no answer for this reason (docs/answers.md)", NULL},
        {"category", QUERY_TEXT, "Of the failure: at which step", NULL},
        {"case", QUERY_INT, "Of this case (its id)", NULL},
        {"message", QUERY_INT, "Of this message", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};
static const struct route_query held_query[] = {
        {"listener", QUERY_TEXT, "A listener", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};
static const struct route_query ingest_query[] = {
        {"listener", QUERY_TEXT, "Required: whose rule and account apply", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};

const struct route ledger_routes[] = {
        {API_GET, "/api/v1/ledger", "listLedger", "Ledger", "What became of each message, newest first",
         .right = RIGHT_LISTENERS_READ, .answer = &ledger_view_type, .is_list = true, .query = ledger_query,
         .handle = list_ledger},
        {API_GET, "/api/v1/ledger/{row}", "getLedgerRow", "Ledger", "One row", .right = RIGHT_LISTENERS_READ,
         .answer = &ledger_view_type, .handle = get_row},
        {API_POST, "/api/v1/ledger/{row}/retry", "retryLedgerRow", "Ledger", "Handle parked or failed mail again",
         .right = RIGHT_LEDGER_MANAGE, .answer = &ledger_view_type, .handle = retry_row},
        {API_POST, "/api/v1/ledger/{row}/discard", "discardLedgerRow", "Ledger",
         "Give parked, failed or held mail up; it stays in the store", .right = RIGHT_LEDGER_MANAGE,
         .answer = &ledger_view_type, .handle = discard_row},
        {API_GET, "/api/v1/held", "listHeld", "Ledger", "Mail that waits for a person, newest first",
         .right = RIGHT_LISTENERS_READ, .answer = &ledger_view_type, .is_list = true, .query = held_query,
         .handle = list_held},
        {API_POST, "/api/v1/held/{row}/release", "releaseHeld", "Ledger",
         "Let held mail pass, as if its sender had been verified", .right = RIGHT_LEDGER_MANAGE,
         .answer = &ledger_view_type, .handle = release_held},
        {API_POST, "/api/v1/held/{row}/discard", "discardHeld", "Ledger", "Throw held mail away",
         .right = RIGHT_LEDGER_MANAGE, .answer = &ledger_view_type, .handle = discard_held},
        {API_POST, "/api/v1/ingest", "ingestMail", "Mail", "Hand a mail in, as a mail server does",
         .right = RIGHT_MAIL_INGEST, .body_type = "message/rfc822", .body_max = MAX_INGEST, .spools = true,
         .answer = &ingest_type, .query = ingest_query, .handle = ingest,
         .description = "The same content again is one message (outcome \"duplicate\"): the answer names the first."},
        {0},
};
