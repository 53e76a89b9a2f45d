/* API tokens: each operator's own, and with the right to manage operators everybody's. */
#include "api/record_kinds.h"
#include "api/change.h"
#include "api/credentials.h"
#include "api/routes.h"
#include "base/clock.h"
#include "setup/setup.h"

struct token_view {
	int64_t id;
	const char *operator_id, *name, *prefix, *token;
	struct text_list rights, accounts;
	const char *created_by, *used_from;
	int64_t created_at, expires_at, used_at;
};

/* clang-format off */
static const struct field view_fields[] = {
	FIELD_INT(struct token_view, id, "Token ID"),
	FIELD_TEXT_AS(struct token_view, operator_id, "operator", "Operator ID"),
	FIELD_TEXT(struct token_view, name, "Name"),
	FIELD_TEXT(struct token_view, prefix, "First letters"),
	FIELD_TEXT(struct token_view, token, "Token", .help = "The whole of it, when it was just made; never again"),
	FIELD_TEXTS(struct token_view, rights, "Rights", .help = "Empty: all of the operator's"),
	FIELD_TEXTS(struct token_view, accounts, "Accounts", .max = OPERATOR_MAX_ACCOUNTS, .help = "Empty: all of the operator's"),
	FIELD_TEXT(struct token_view, created_by, "Made by"),
	FIELD_TIME(struct token_view, created_at, "Made"),
	FIELD_TIME(struct token_view, expires_at, "Ends"),
	FIELD_TIME(struct token_view, used_at, "Used last", .help = "To the minute"),
	FIELD_TEXT(struct token_view, used_from, "From the address"),
};
/* clang-format on */

static const struct record_type token_view_type =
        RECORD_TYPE("token", "tokens", struct token_view, view_fields, "API token");

static struct text_list words_of(const char *text, struct arena *arena)
{
	struct text_list list = {0};
	struct str rest = str_of(text), word;
	size_t size = 0;

	while (*text && str_split(&rest, ' ', &word)) {
		ARENA_ROOM(arena, list.items, list.count, size);
		list.items[list.count++] = arena_cstr(arena, word);
	}
	return list;
}

static struct token_view view_of(const struct api_token *t, const char *whole, struct arena *arena)
{
	return (struct token_view){.id = t->id,
	                           .operator_id = t->operator_id,
	                           .name = t->name,
	                           .prefix = t->prefix,
	                           .token = whole,
	                           .rights = words_of(t->rights, arena),
	                           .accounts = words_of(t->accounts, arena),
	                           .created_by = t->created_by,
	                           .created_at = t->created_at,
	                           .expires_at = t->expires_at,
	                           .used_at = t->used_at,
	                           .used_from = t->used_from};
}

static bool manages(const struct request *request)
{
	return caller_may(&request->caller, RIGHT_OPERATORS_MANAGE);
}

/* A token sees itself, unless it is for more. */
static bool is_visible(const struct request *request, const struct api_token *token)
{
	const struct caller *caller = &request->caller;

	if (manages(request))
		return true;
	return strcmp(token->operator_id, caller->operator_id) == 0 &&
	       (caller->kind != CALLER_TOKEN || caller->credential_id == token->id);
}

/* ---------------------------------------------------------------- list */

static int get_tokens(struct request *request, struct answer *answer, struct error *err)
{
	const char *whose = request_query(request, "operator");
	bool all = request_query_bool(request, "all") && manages(request);
	struct api_token *tokens;
	struct str unused = STR("");
	int64_t before = 0;
	int n = request_cursor(request, &before, &unused, err);

	if (!whose || !*whose || !manages(request))
		whose = all ? NULL : request->caller.operator_id;
	if (n >= 0)
		n = api_token_list(request->db, whose, before, request->limit + 1, request->arena, &tokens, err);
	if (n < 0)
		return n;
	answer_list_begin(answer);
	for (int i = 0; i < MIN(n, (int)request->limit); i++) {
		struct token_view view = view_of(&tokens[i], "", request->arena);
		int r = is_visible(request, &tokens[i]) ? answer_list_add(answer, &token_view_type, &view, err) : 0;

		if (r < 0)
			return r;
	}
	answer_list_end(answer, n > (int)request->limit, n ? tokens[MIN(n, (int)request->limit) - 1].id : 0, STR(""));
	return 0;
}

/* ---------------------------------------------------------------- make */

struct token_body {
	const char *operator_id, *name;
	struct text_list rights, accounts;
	int64_t expires_at;
};

/* clang-format off */
static const struct field body_fields[] = {
	FIELD_TEXT_AS(struct token_body, operator_id, "operator", "Operator ID", .max = 64, .example = "anna",
		      .help = "Empty: one's own; another's takes the right operators.manage"),
	FIELD_TEXT(struct token_body, name, "Name", .required = true, .max = 100, .help = "What it is for"),
	FIELD_TEXTS(struct token_body, rights, "Rights", .max = RIGHT_COUNT, .example = "cases.read", .help = "Of those that one has; none: all of them"),
	FIELD_TEXTS(struct token_body, accounts, "Accounts", .max = 1000, .example = "support", .help = "Of those that one sees; none: all of them"),
	FIELD_TIME(struct token_body, expires_at, "Ends", .help = "null: never"),
};
/* clang-format on */

static const struct record_type body_type =
        RECORD_TYPE("new_token", "new_tokens", struct token_body, body_fields, "New API token",
                    .example = "{\"name\": \"Reports\", \"rights\": [\"cases.read\"]}");

struct token_make {
	struct api_token token;
	char whole[API_TOKEN_LEN + 1];
};

static int make_token(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	struct token_make *make = ctx;
	int r = api_token_issue(db, &make->token, clock_now_ms(), make->whole, err);

	return r < 0 ? r
	             : request_audit(request, db, "", "token.created",
	                             arena_printf(request->arena, "operators/%s", make->token.operator_id).p,
	                             make->token.name, err);
}

/* One that a token makes must not outlive it. */
static int check_maker(const struct request *request, int64_t expires_at, struct error *err)
{
	struct api_token own;
	int r;

	if (request->caller.kind != CALLER_TOKEN)
		return 0;
	if (!manages(request))
		return fail(err, E_REFUSED, RETRY_NEVER, "a token makes tokens only with the right operators.manage");
	r = api_token_get(request->db, request->caller.credential_id, request->arena, &own, err);
	if (r > 0 && own.expires_at && (!expires_at || expires_at > own.expires_at))
		return fail(err, E_INVALID, RETRY_NEVER, "expires_at: is later than that of the token that makes it");
	return MIN(r, 0);
}

static int check_whose(const struct request *request, const char *operator_id, struct error *err)
{
	const struct operator_record *op = setup_operator(request->setup, operator_id);

	if (strcmp(operator_id, request->caller.operator_id) == 0)
		return 0;
	if (!manages(request))
		return fail(err, E_REFUSED, RETRY_NEVER, "operator: tokens of others take the right operators.manage");
	if (!op)
		return fail(err, E_INVALID, RETRY_NEVER, "operator: there is no operator \"%.64s\"", operator_id);
	return record_check_operator(request, op, err);
}

static int fill_token(struct request *request, const struct token_body *body, struct api_token *token,
                      struct error *err)
{
	int r;

	token->operator_id = *body->operator_id ? body->operator_id : request->caller.operator_id;
	token->name = body->name;
	token->created_by = request->caller.author;
	token->expires_at = body->expires_at;
	token->used_from = "";
	if (body->expires_at && body->expires_at <= clock_now_ms())
		return fail(err, E_INVALID, RETRY_NEVER, "expires_at: is in the past");
	r = check_maker(request, body->expires_at, err);
	if (r == 0)
		r = check_whose(request, token->operator_id, err);
	return r < 0 ? r
	             : api_token_scope(&request->caller, &body->rights, &body->accounts, request->arena, token, err);
}

static int post_token(struct request *request, struct answer *answer, struct error *err)
{
	struct token_make make = {0};
	struct token_view view;
	void *body;
	int r = request_record(request, &body, err);

	if (r == 0)
		r = fill_token(request, body, &make.token, err);
	if (r == 0)
		r = request_change(request, make_token, &make, err);
	if (r < 0)
		return r;
	make.token.prefix = arena_cstr(request->arena, str_new(make.whole, API_TOKEN_SHOWN));
	view = view_of(&make.token, make.whole, request->arena);
	return answer_record(answer, &token_view_type, &view, err);
}

/* ---------------------------------------------------------------- revoke */

struct token_end {
	int64_t id;
	bool found;
};

static int end_token(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	struct token_end *end = ctx;
	struct api_token token;
	int r = api_token_get(db, end->id, request->arena, &token, err);

	end->found = r > 0 && is_visible(request, &token);
	if (r < 0 || !end->found)
		return MIN(r, 0);
	r = api_token_delete(db, end->id, err);
	return r < 0 ? r
	             : request_audit(request, db, "", "token.revoked",
	                             arena_printf(request->arena, "operators/%s", token.operator_id).p, token.name,
	                             err);
}

static int delete_token(struct request *request, struct answer *answer UNUSED, struct error *err)
{
	struct token_end end = {0};
	int r = request_id(request, 0, "token", &end.id, err);

	if (r == 0)
		r = request_change(request, end_token, &end, err);
	if (r == 0 && !end.found)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no token %lld", (long long)end.id);
	return r;
}

/* ---------------------------------------------------------------- routes */

static const struct route_query list_query[] = {
        {"operator", QUERY_TEXT, "Whose (operators.manage); without: one's own", NULL},
        {"all", QUERY_BOOL, "Everybody's (operators.manage)", NULL},
        {0},
};

const struct route token_routes[] = {
        {API_GET, "/api/v1/tokens", "listTokens", "Tokens", "API tokens, the newest first", .right = RIGHT_SIGNED,
         .answer = &token_view_type, .is_list = true, .query = list_query, .handle = get_tokens},
        {API_POST, "/api/v1/tokens", "createToken", "Tokens", "A new token, shown this once", .right = RIGHT_SIGNED,
         .body = &body_type, .answer = &token_view_type, .status = 201, .handle = post_token,
         .description = "It may do what it names, of what its maker may do, and never more than its operator may at "
                        "that moment."},
        {API_DELETE, "/api/v1/tokens/{token}", "revokeToken", "Tokens", "End a token", .right = RIGHT_SIGNED,
         .handle = delete_token},
        {0},
};
