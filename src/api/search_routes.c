/* Full-text search over cases and messages (FEATURES CA9). */
#include "api/mail_access.h"
#include "api/routes.h"
#include "cases/search.h"

struct piece_view {
	const char *text;
	bool is_hit;
};

struct search_view {
	const char *kind, *number, *status, *account, *direction, *subject, *from, *from_name;
	int64_t id, case_id, at, score;
	struct record_list subject_pieces, pieces; /* of struct piece_view */
};

static const struct field piece_fields[] = {
        FIELD_TEXT(struct piece_view, text, "Text", .multiline = true),
        FIELD_BOOL_AS(struct piece_view, is_hit, "hit", "What was looked for"),
};

static const struct field search_fields[] = {
        FIELD_TEXT(struct search_view, kind, "Kind", .help = "message, or case (its fields or contact fit)"),
        FIELD_INT(struct search_view, id, "ID", .help = "Of the message or the case"),
        FIELD_INT_AS(struct search_view, case_id, "case", "Case", .help = "Its id; 0: none"),
        FIELD_TEXT_AS(struct search_view, number, "case_number", "Case's number"),
        FIELD_TEXT_AS(struct search_view, status, "case_status", "Case's status"),
        FIELD_TEXT(struct search_view, account, "Account"),
        FIELD_TEXT(struct search_view, direction, "Direction", .help = "in or out; empty of a case"),
        FIELD_TEXT(struct search_view, from, "From"),
        FIELD_TEXT(struct search_view, from_name, "Sender's name"),
        FIELD_TEXT(struct search_view, subject, "Subject"),
        FIELD_TIME(struct search_view, at, "Time"),
        FIELD_INT(struct search_view, score, "Score", .help = "Higher is better, within this answer"),
        FIELD_LIST(struct search_view, subject_pieces, struct piece_view, piece_fields, "Subject with its hits"),
        FIELD_LIST_AS(struct search_view, pieces, "snippet", struct piece_view, piece_fields,
                      "The text around the first hit"),
};
static const struct record_type search_type =
        RECORD_TYPE("search_result", "search", struct search_view, search_fields, "What was found");

static struct record_list piece_views(struct arena *arena, const struct search_piece *pieces, size_t n)
{
	struct piece_view *views = ARENA_ARRAY(arena, struct piece_view, n + 1);

	for (size_t i = 0; i < n; i++)
		views[i] = (struct piece_view){arena_cstr(arena, pieces[i].text), pieces[i].is_hit};
	return (struct record_list){views, n};
}

static struct search_view view_of(struct arena *arena, const struct search_result *found)
{
	return (struct search_view){
	        .kind = found->is_case ? "case" : "message",
	        .number = found->case_number,
	        .status = found->case_status,
	        .account = found->account,
	        .direction = found->direction,
	        .subject = arena_cstr(arena, found->subject),
	        .from = arena_cstr(arena, found->from_address),
	        .from_name = arena_cstr(arena, found->from_name),
	        .id = found->id,
	        .case_id = found->case_id,
	        .at = found->at,
	        .score = found->score,
	        .subject_pieces = piece_views(arena, found->subject_pieces, found->subject_piece_count),
	        .pieces = piece_views(arena, found->pieces, found->piece_count),
	};
}

static int search(struct request *request, struct answer *answer, struct error *err)
{
	const char *q = request_query(request, "q");
	struct page_accounts accounts = access_accounts(request);
	struct search_result *results = NULL;
	struct str unused;
	int64_t cursor = 0;
	size_t offset;
	int n, r = request_cursor(request, &cursor, &unused, err);

	if (r < 0)
		return r;
	offset = cursor > 0 && cursor < SEARCH_BEST ? (size_t)cursor : 0;
	n = search_run(request->db, str_of(q ? q : ""), &accounts, &offset, request->limit, request->arena, &results,
	               err);
	if (n < 0)
		return n;
	answer_list_begin(answer);
	for (int i = 0; i < n && r == 0; i++) {
		struct search_view view = view_of(request->arena, &results[i]);

		r = answer_list_add(answer, &search_type, &view, err);
	}
	answer_list_end(answer, offset > 0, (int64_t)offset, STR(""));
	return r;
}

static const struct route_query search_query[] = {
        {"q", QUERY_TEXT, "Words, \"phrases\", prefix*, OR, -not, from: to: subject: case:", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};

const struct route search_routes[] = {
        {API_GET, "/api/v1/search", "search", "Search", "Full-text search over messages and cases",
         .right = RIGHT_CASES_READ, .answer = &search_type, .is_list = true, .query = search_query, .handle = search,
         .description =
                 "The newest 500 that fit are ranked, the best first. Accents and capitals don't matter. New mail "
                 "is found about a second after it came."},
        {0},
};
