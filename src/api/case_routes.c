/* Cases and their conversations (FEATURES CA4, CA5). */
#include "api/mail_access.h"
#include "api/mail_view.h"
#include "api/routes.h"
#include "cases/case_change.h"
#include "cases/search.h"

/* ---------------------------------------------------------------- the list */

static int read_filter(const struct request *request, struct case_filter *filter, struct error *err)
{
	const char *sort = request_query(request, "sort"), *address = request_query(request, "address");
	const char *open = request_query(request, "open");
	struct str last = STR_NULL;
	uint64_t id = 0;
	int r;

	*filter = (struct case_filter){
	        .accounts = access_accounts(request),
	        .status = request_query(request, "status"),
	        .type = request_query(request, "type"),
	        .account = request_query(request, "account"),
	        .waits_for = request_query(request, "waits_for"),
	        .contact_address = str_of(address),
	        .order = sort && strcmp(sort, "created") == 0 ? CASES_BY_CREATED : CASES_BY_UPDATED,
	};
	filter->status = filter->status && *filter->status ? filter->status : NULL;
	filter->type = filter->type && *filter->type ? filter->type : NULL;
	filter->account = filter->account && *filter->account ? filter->account : NULL;
	filter->waits_for = filter->waits_for && *filter->waits_for ? filter->waits_for : NULL;
	if (open && *open) {
		filter->only_open = request_query_bool(request, "open");
		filter->only_resolved = !filter->only_open;
	}
	request_query_time(request, "updated_since", &filter->updated_since);
	r = request_cursor(request, &filter->after_at, &last, err);
	if (r == 0 && last.p && !str_to_uint(last, INT64_MAX, &id))
		r = fail(err, E_INVALID, RETRY_NEVER, "cursor: is not one of this list");
	filter->after_id = (int64_t)id;
	return r;
}

/* The cases that `q` finds, by number or words. */
static int read_q(const struct request *request, struct case_filter *filter, struct error *err)
{
	const char *q = request_query(request, "q");
	int64_t *ids;
	int n;

	if (!q || !*str_trim(str_of(q)).p)
		return 0;
	n = search_cases(request->db, str_of(q), &filter->accounts, CASE_IDS_MAX, request->arena, &ids, err);
	if (n < 0)
		return n;
	filter->ids = ids;
	filter->id_count = (size_t)n;
	return 0;
}

static int list_cases(struct request *request, struct answer *answer, struct error *err)
{
	struct case_filter filter;
	struct listed_case *cases;
	int n, r = read_filter(request, &filter, err);

	if (r == 0)
		r = read_q(request, &filter, err);
	if (r < 0)
		return r;
	n = case_page(request->db, &filter, request->limit + 1, request->arena, &cases, err);
	if (n < 0)
		return n;
	answer_list_begin(answer);
	for (size_t i = 0; i < MIN((size_t)n, request->limit) && r == 0; i++) {
		struct case_view view = case_view_of(&cases[i], request->setup, false, request->arena);

		r = answer_list_add(answer, &case_view_type, &view, err);
		case_view_done(&view);
	}
	if ((size_t)n > request->limit) {
		const struct stored_case *last = &cases[request->limit - 1].c;

		answer_list_end(answer, true, last->updated_at,
		                arena_printf(request->arena, "%lld", (long long)last->id));
	} else {
		answer_list_end(answer, false, 0, STR(""));
	}
	return r;
}

/* ---------------------------------------------------------------- one */

static int answer_case(struct request *request, struct answer *answer, const struct listed_case *listed,
                       struct error *err)
{
	struct case_view view = case_view_of(listed, request->setup, true, request->arena);
	struct stored_case before;
	int r = listed->c.previous_id ? case_get(request->db, listed->c.previous_id, request->arena, &before, err) : 0;

	if (r > 0)
		view.previous_number = before.number;
	view.may_write = caller_may(&request->caller, RIGHT_CASES_WRITE) &&
	                 caller_may_on(&request->caller, listed->c.account, ACCOUNT_SEND);
	if (r >= 0) {
		answer_etag(answer, listed->c.updated_at);
		r = answer_record(answer, &case_detail_type, &view, err);
	}
	case_view_done(&view);
	return r;
}

static int get_case(struct request *request, struct answer *answer, struct error *err)
{
	struct listed_case listed;
	int r = access_case(request, 0, ACCOUNT_READ, &listed, err);

	return r < 0 ? r : answer_case(request, answer, &listed, err);
}

struct case_patch {
	const char *status;
};

static const struct field patch_fields[] = {
        FIELD_TEXT(struct case_patch, status, "Status", .required = true, .max = 64, .example = "resolved",
                   .help = "One of the case type's statuses"),
};
static const struct record_type case_patch_type =
        RECORD_TYPE("case_change", "cases", struct case_patch, patch_fields, "Change of a case");

static int patch_case(struct request *request, struct answer *answer, struct error *err)
{
	struct case_patch *patch;
	struct listed_case listed;
	int r = access_case(request, 0, ACCOUNT_SEND, &listed, err);

	if (r == 0)
		r = request_record(request, (void **)&patch, err);
	if (r == 0)
		r = case_change_status(request->store, request->setup, &listed.c, patch->status,
		                       request->if_revision >= 0 ? request->if_revision : -1, request->caller.author,
		                       err);
	if (r == E_CONFLICT)
		answer->status = 412;
	if (r == E_INVALID && !str_starts(str_of(err->text), STR("status:")))
		error_prefix(err, "status");
	return r < 0 ? r : answer_case(request, answer, &listed, err);
}

/* ---------------------------------------------------------------- the conversation */

static int list_messages(struct request *request, struct answer *answer, struct error *err)
{
	bool newest_first = request_query_bool(request, "newest_first");
	struct stored_message *messages;
	struct listed_case listed;
	int64_t after = 0;
	struct str unused;
	int n, r = access_case(request, 0, ACCOUNT_READ, &listed, err);

	if (r == 0)
		r = request_cursor(request, &after, &unused, err);
	if (r < 0)
		return r;
	n = message_page(request->db, listed.c.id, after, newest_first, request->limit + 1, request->arena, &messages,
	                 err);
	if (n < 0)
		return n;
	answer_list_begin(answer);
	for (size_t i = 0; i < MIN((size_t)n, request->limit) && r == 0; i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct message_view view;

		r = message_view_read(request->db, &messages[i], listed.c.number, arena, &view, err);
		if (r < 0)
			return r;
		r = answer_list_add(answer, &message_view_type, &view, err);
		message_view_done(&view);
	}
	answer_list_end(answer, (size_t)n > request->limit,
	                (size_t)n > request->limit ? messages[request->limit - 1].id : 0, STR(""));
	return r;
}

/* ---------------------------------------------------------------- the routes */

static const char *const turns[] = {CASE_WAITS_FOR_US, CASE_WAITS_FOR_CONTACT, NULL};
static const char *const sorts[] = {"updated", "created", NULL};

static const struct route_query case_query[] = {
        {"q", QUERY_TEXT, "Words of a subject or a field, or a number; among the newest 1,000 that fit", NULL},
        {"status", QUERY_TEXT, "A status of a case type", NULL},
        {"open", QUERY_BOOL, "true: only those that aren't resolved; false: only those that are", NULL},
        {"waits_for", QUERY_TEXT, "Whose turn it is, of those that aren't resolved: us, or the contact", turns},
        {"type", QUERY_TEXT, "A case type", NULL},
        {"account", QUERY_TEXT, "An account", NULL},
        {"address", QUERY_TEXT, "Somebody's address who has a part in it", NULL},
        {"updated_since", QUERY_TIME, "Changed then or later", NULL},
        {"sort", QUERY_TEXT, "updated (preset): the last changed first; created: the last opened first", sorts},
        {NULL, QUERY_TEXT, NULL, NULL},
};

static const struct route_query messages_query[] = {
        {"newest_first", QUERY_BOOL, "From the end of the conversation", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};

const struct route case_routes[] = {
        {API_GET, "/api/v1/cases", "listCases", "Cases", "Cases, filtered and sorted", .right = RIGHT_CASES_READ,
         .answer = &case_view_type, .is_list = true, .query = case_query, .handle = list_cases},
        {API_GET, "/api/v1/cases/{case}", "getCase", "Cases", "One case, by its number or its id",
         .right = RIGHT_CASES_READ, .answer = &case_detail_type, .handle = get_case},
        {API_PATCH, "/api/v1/cases/{case}", "changeCase", "Cases", "Set a case's status", .right = RIGHT_CASES_WRITE,
         .body = &case_patch_type, .answer = &case_detail_type, .handle = patch_case,
         .description = "With If-Match (the ETag of the case) only where it hasn't changed since: else 412."},
        {API_GET, "/api/v1/cases/{case}/messages", "listMessages", "Cases",
         "The conversation of a case, in and out in one order", .right = RIGHT_CASES_READ, .answer = &message_view_type,
         .is_list = true, .query = messages_query, .handle = list_messages},
        {0},
};
