/* Signing in and out, one's own sessions. */
#include "api/change.h"
#include "api/routes.h"
#include "api/session_view.h"
#include "api/sign_in.h"
#include "api/sign_in_password.h"
#include "setup/setup.h"

#define MAX_SESSIONS 100

static struct str own_token(const struct request *request)
{
	return request->by_cookie ? request_cookie(request, session_cookie_name(request->is_secure)) : STR("");
}

/* ---------------------------------------------------------------- who am I */

static int get_session(struct request *request, struct answer *answer, struct error *err)
{
	struct session_view view;
	int r = session_view_of(request, &request->caller, own_token(request), &view, err);

	return r < 0 ? r : answer_record(answer, &session_view_type, &view, err);
}

/* ---------------------------------------------------------------- in */

struct sign_in_body {
	const char *operator_id;
	struct secret password;
	const char *code;
};

/* clang-format off */
static const struct field sign_in_fields[] = {
	FIELD_TEXT_AS(struct sign_in_body, operator_id, "operator", "Operator ID or e-mail address", .required = true, .max = 254),
	FIELD_SECRET(struct sign_in_body, password, "Password", .max = 1000),
	FIELD_TEXT(struct sign_in_body, code, "Code", .max = 40,
		   .help = "Of the second factor, or a recovery code; only where there is one"),
};
/* clang-format on */

static const struct record_type sign_in_type =
        RECORD_TYPE("sign_in", "sign_in", struct sign_in_body, sign_in_fields, "Sign-in");

static int post_session(struct request *request, struct answer *answer, struct error *err)
{
	const struct operator_record *op;
	char token[ACCESS_TOKEN_LEN + 1];
	struct sign_in_body *body;
	void *record;
	int r = request_record(request, &record, err);

	if (r < 0)
		return r;
	body = record;
	r = sign_in_password(request,
	                     &(struct password_attempt){.operator_id = body->operator_id,
	                                                .password = secret_reveal(&body->password),
	                                                .code = str_trim(str_of(body->code))},
	                     &op, token, err);
	record_done(&sign_in_type, record);
	if (r == E_INVALID)
		answer->status = 401; /* the code: "path" says so */
	return r < 0 ? r : session_answer_new(request, answer, op, token, err);
}

/* ---------------------------------------------------------------- out */

static int end_sessions(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	const struct caller *caller = &request->caller;
	bool everywhere = *(bool *)ctx;
	int r = everywhere ? session_end_all(db, caller->operator_id, 0, err)
	                   : session_end(db, caller->credential_id, err);

	return r < 0 ? r
	             : request_audit(request, db, "", everywhere ? "sign-out.everywhere" : "sign-out",
	                             arena_printf(request->arena, "operators/%s", caller->operator_id).p, "", err);
}

static int delete_session(struct request *request, struct answer *answer, struct error *err)
{
	bool everywhere = request_query_bool(request, "everywhere");
	int r;

	if (request->caller.kind != CALLER_OPERATOR)
		return fail(err, E_REFUSED, RETRY_NEVER,
		            "a token has no session: DELETE /api/v1/tokens/{id} revokes it");
	r = request_change(request, end_sessions, &everywhere, err);
	if (r == 0 && request->by_cookie)
		session_set_cookie(request, answer, "");
	return r;
}

/* ---------------------------------------------------------------- where one is signed in */

struct own_session {
	int64_t id;
	bool current;
	const char *method, *address, *agent;
	int64_t created_at, seen_at, expires_at;
};

/* clang-format off */
static const struct field own_session_fields[] = {
	FIELD_INT(struct own_session, id, "Session ID"),
	FIELD_BOOL(struct own_session, current, "This one"),
	FIELD_TEXT(struct own_session, method, "Method", .help = "password, second-factor, recovery-code, oidc, link"),
	FIELD_TEXT(struct own_session, address, "Address"),
	FIELD_TEXT(struct own_session, agent, "Browser"),
	FIELD_TIME(struct own_session, created_at, "Signed in"),
	FIELD_TIME(struct own_session, seen_at, "Last seen", .help = "To the minute"),
	FIELD_TIME(struct own_session, expires_at, "Ends"),
};
/* clang-format on */

static const struct record_type own_session_type =
        RECORD_TYPE("own_session", "sessions", struct own_session, own_session_fields, "Session");

static int get_sessions(struct request *request, struct answer *answer, struct error *err)
{
	struct session *sessions;
	struct list_page page;
	int r = request_page(request, &page, err);
	int n = r < 0 ? r
	              : session_list(request->db, request->caller.operator_id, MAX_SESSIONS, request->arena, &sessions,
	                             err);

	if (n < 0)
		return n;
	answer_list_begin(answer);
	for (int i = 0; i < n; i++) {
		const struct session *s = &sessions[i];
		struct own_session view = {s->id,      s->id == request->caller.credential_id && request->by_cookie,
		                           s->method,  s->address,
		                           s->agent,   s->created_at,
		                           s->seen_at, s->expires_at};

		if (page_takes(&page) && answer_list_add(answer, &own_session_type, &view, err) < 0)
			return err->code;
	}
	answer_page_end(answer, &page);
	return 0;
}

struct one_session {
	int64_t id;
	bool found;
};

static int end_one(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	const char *operator_id = request->caller.operator_id;
	struct one_session *one = ctx;
	struct session *sessions;
	int n = session_list(db, operator_id, MAX_SESSIONS, request->arena, &sessions, err);

	one->found = false;
	for (int i = 0; i < n; i++)
		one->found = one->found || sessions[i].id == one->id;
	if (n < 0 || !one->found)
		return MIN(n, 0);
	n = session_end(db, one->id, err);
	return n < 0 ? n
	             : request_audit(request, db, "", "sign-out",
	                             arena_printf(request->arena, "operators/%s", operator_id).p, "another session",
	                             err);
}

static int delete_one_session(struct request *request, struct answer *answer UNUSED, struct error *err)
{
	struct one_session one = {0};
	int r = request_id(request, 0, "session", &one.id, err);

	if (request->caller.kind != CALLER_OPERATOR)
		return fail(err, E_REFUSED, RETRY_NEVER, "a token ends no sessions");

	if (r == 0)
		r = request_change(request, end_one, &one, err);
	if (r == 0 && !one.found)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no session %lld of yours", (long long)one.id);
	return r;
}

static const struct route_query everywhere_query[] = {
        {"everywhere", QUERY_BOOL, "All sessions of the operator, not this one alone", NULL}, {0}};

const struct route session_routes[] = {
        {API_GET, "/api/v1/session", "getSession", "Session", "Who is signed in, and what that allows",
         .right = RIGHT_NONE, .answer = &session_view_type, .handle = get_session},
        {API_POST, "/api/v1/session", "signIn", "Session", "Sign in with a password", .right = RIGHT_NONE,
         .body = &sign_in_type, .answer = &session_view_type, .without_csrf = true, .handle = post_session,
         .description = "Sets the session's cookie. 401 with path `code`: the password is right, and the code of the "
                        "second factor is missing or wrong. 429: too many failures; Retry-After says for how long."},
        {API_DELETE, "/api/v1/session", "signOut", "Session", "Sign out", .right = RIGHT_SIGNED,
         .query = everywhere_query, .handle = delete_session},
        {API_GET, "/api/v1/sessions", "listSessions", "Session", "Where one is signed in", .right = RIGHT_SIGNED,
         .answer = &own_session_type, .is_list = true, .handle = get_sessions},
        {API_DELETE, "/api/v1/sessions/{session}", "endSession", "Session", "End one of one's sessions",
         .right = RIGHT_SIGNED, .handle = delete_one_session},
        {0},
};
