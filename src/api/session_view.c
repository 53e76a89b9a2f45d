/* See session_view.h. */
#include "api/session_view.h"

#include "api/credentials.h"
#include "api/sign_in.h"
#include "setup/setup.h"
#include "store/credentials.h"

static const char *const kind_words[] = {"nobody", "session", "token", NULL};

/* clang-format off */
static const struct field account_fields[] = {
	FIELD_TEXT(struct session_account, id, "Account ID"),
	FIELD_TEXT(struct session_account, name, "Account name"),
	FIELD_BOOL(struct session_account, send, "Send as it"),
	FIELD_BOOL(struct session_account, manage, "Change it"),
	FIELD_BOOL(struct session_account, own, "Personal mailbox of this operator"),
};

static const struct field way_fields[] = {
	FIELD_TEXT(struct session_way, id, "Identity provider ID"),
	FIELD_TEXT(struct session_way, name, "Name", .help = "For the button: Sign in with …"),
	FIELD_TEXT(struct session_way, url, "Where a browser goes"),
};

static const struct field view_fields[] = {
	FIELD_BOOL(struct session_view, signed_in, "Signed in"),
	FIELD_BOOL(struct session_view, needs_first, "No operator yet", .help = "The program printed a link for the first administrator"),
	FIELD_TEXT_AS(struct session_view, operator_id, "operator", "Operator ID"),
	FIELD_TEXT(struct session_view, name, "Name"),
	FIELD_TEXT(struct session_view, kind, "Kind", .help = "nobody, session or token"),
	FIELD_TEXTS(struct session_view, roles, "Roles"),
	FIELD_TEXTS(struct session_view, rights, "Rights"),
	FIELD_BOOL(struct session_view, all_accounts, "All accounts", .help = "Also those to come"),
	FIELD_BOOL(struct session_view, oversees, "Oversees", .help = "Also what belongs to no account: webhooks, metrics, the set-up; others' personal mailboxes aside"),
	FIELD_LIST(struct session_view, accounts, struct session_account, account_fields, "Accounts", .max = OPERATOR_MAX_ACCOUNTS),
	FIELD_TEXT(struct session_view, csrf, "CSRF token", .help = "For the header X-Hauspost-Csrf of every change"),
	FIELD_TIME(struct session_view, expires_at, "Session ends"),
	FIELD_BOOL(struct session_view, has_password, "Has a password"),
	FIELD_BOOL(struct session_view, second_factor, "Has a second factor"),
	FIELD_INT(struct session_view, recovery_codes_left, "Recovery codes left"),
	FIELD_LIST(struct session_view, providers, struct session_way, way_fields, "Identity providers to sign in with"),
};
/* clang-format on */

const struct record_type session_view_type =
        RECORD_TYPE("session", "session", struct session_view, view_fields, "Session");

/* ---------------------------------------------------------------- pieces */

static void view_rights(const struct request *request, const struct caller *caller, struct session_view *view)
{
	view->rights.items = ARENA_ARRAY(request->arena, const char *, RIGHT_COUNT);
	for (int right = RIGHT_SIGNED + 1; right < RIGHT_COUNT; right++)
		if (caller_may(caller, (enum right)right))
			view->rights.items[view->rights.count++] = right_name((enum right)right);
}

/* By name, also where they are all: menus show them. */
static void view_accounts(const struct request *request, const struct caller *caller, struct session_view *view)
{
	const void *const *records;
	size_t n = setup_list(request->setup, &account_type, &records);
	struct session_account *list = ARENA_ARRAY(request->arena, struct session_account, n);
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const struct account *account = records[i];

		if (caller_may_on(caller, account->id, ACCOUNT_READ))
			list[count++] = (struct session_account){
			        .id = account->id,
			        .name = account->name,
			        .send = caller_may_on(caller, account->id, ACCOUNT_SEND),
			        .manage = caller_may_on(caller, account->id, ACCOUNT_MANAGE),
			        .own = strcmp(account->owner, caller->operator_id) == 0,
			};
	}
	view->all_accounts = caller->all_accounts;
	view->oversees = caller_oversees(caller);
	view->accounts = (struct record_list){list, count};
}

static int view_credentials(const struct request *request, const struct caller *caller, struct str token,
                            struct session_view *view, struct error *err)
{
	char hash[ACCESS_TOKEN_HASH_LEN + 1], csrf[ACCESS_TOKEN_LEN + 1];
	struct credential credential;
	struct session session;
	int r = credential_get(request->db, caller->operator_id, request->arena, &credential, err);

	if (r < 0)
		return r;
	view->has_password = *credential.password_hash;
	view->second_factor = *credential.factor;
	r = recovery_codes_left(request->db, caller->operator_id, &view->recovery_codes_left, err);
	if (r < 0 || token.n == 0)
		return r;
	access_token_hash(token, hash);
	session_csrf(token, csrf);
	view->csrf = arena_cstr(request->arena, str_of(csrf));
	r = session_find(request->db, hash, request->arena, &session, err);
	if (r > 0)
		view->expires_at = session.expires_at;
	return MIN(r, 0);
}

static void view_ways(const struct request *request, struct session_view *view)
{
	const void *const *records;
	size_t n = setup_list(request->setup, &identity_provider_type, &records), count = 0;
	struct session_way *ways = ARENA_ARRAY(request->arena, struct session_way, n);

	for (size_t i = 0; i < n; i++) {
		const struct identity_provider *p = records[i];

		if (!p->disabled)
			ways[count++] = (struct session_way){
			        p->id, *p->name ? p->name : p->id,
			        arena_printf(request->arena, "/api/v1/session/oidc?provider=%s", p->id).p};
	}
	view->providers = (struct record_list){ways, count};
	view->needs_first = setup_list(request->setup, &operator_type, &records) == 0;
}

/* ---------------------------------------------------------------- whole */

int session_view_of(const struct request *request, const struct caller *caller, struct str token,
                    struct session_view *ret_view, struct error *err)
{
	const struct operator_record *op = setup_operator(request->setup, caller->operator_id);
	struct session_view view = {.operator_id = caller->operator_id, .name = "", .csrf = ""};
	int r = 0;

	view.kind = kind_words[caller->kind];
	view.signed_in = caller->kind != CALLER_NOBODY;
	view_ways(request, &view);
	if (view.signed_in) {
		if (op) {
			view.name = op->name;
			view.roles = op->roles;
		}
		view_rights(request, caller, &view);
		view_accounts(request, caller, &view);
		r = view_credentials(request, caller, token, &view, err);
	}
	if (r == 0)
		*ret_view = view;
	return r;
}

int session_answer_new(const struct request *request, struct answer *answer, const struct operator_record *op,
                       const char *token, struct error *err)
{
	struct session_view view;
	struct caller caller;
	int r;

	caller_of_operator(request->setup, op, request->arena, &caller);
	r = session_view_of(request, &caller, str_of(token), &view, err);
	if (r < 0)
		return r;
	session_set_cookie(request, answer, token);
	return answer_record(answer, &session_view_type, &view, err);
}
