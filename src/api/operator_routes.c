/* Roles and rights, and what is done to other operators' credentials. (Operators themselves are records.) */
#include "api/record_kinds.h"
#include "api/change.h"
#include "api/credentials.h"
#include "api/routes.h"
#include "base/clock.h"
#include "setup/setup.h"
#include "store/audit.h"
#include "store/credentials.h"

/* ---------------------------------------------------------------- roles and rights */

struct role_view {
	const char *name, *label, *help;
	struct text_list rights;
};

static const struct field role_fields[] = {
        FIELD_TEXT(struct role_view, name, "Name"),
        FIELD_TEXT(struct role_view, label, "Label"),
        FIELD_TEXT(struct role_view, help, "What it is for"),
        FIELD_TEXTS(struct role_view, rights, "Rights"),
};

static const struct record_type role_type = RECORD_TYPE("role", "roles", struct role_view, role_fields, "Role");

static int get_roles(struct request *request, struct answer *answer, struct error *err)
{
	struct list_page page;

	if (request_page(request, &page, err) < 0)
		return err->code;
	answer_list_begin(answer);
	for (const struct role *role = roles; role->name; role++) {
		struct role_view view = {role->name,
		                         role->label,
		                         role->help,
		                         {ARENA_ARRAY(request->arena, const char *, RIGHT_COUNT), 0}};
		int r;

		if (!page_takes(&page))
			continue;
		for (int right = RIGHT_SIGNED + 1; right < RIGHT_COUNT; right++)
			if (role->rights & RIGHT_BIT(right))
				view.rights.items[view.rights.count++] = right_name((enum right)right);
		r = answer_list_add(answer, &role_type, &view, err);
		if (r < 0)
			return r;
	}
	answer_page_end(answer, &page);
	return 0;
}

struct right_view {
	const char *name, *label;
};

static const struct field right_fields[] = {
        FIELD_TEXT(struct right_view, name, "Name"),
        FIELD_TEXT(struct right_view, label, "Label"),
};

static const struct record_type right_type = RECORD_TYPE("right", "rights", struct right_view, right_fields, "Right");

static int get_rights(struct request *request, struct answer *answer, struct error *err)
{
	struct list_page page;

	if (request_page(request, &page, err) < 0)
		return err->code;
	answer_list_begin(answer);
	for (int right = RIGHT_SIGNED + 1; right < RIGHT_COUNT; right++) {
		struct right_view view = {right_name((enum right)right), right_label((enum right)right)};

		if (page_takes(&page) && answer_list_add(answer, &right_type, &view, err) < 0)
			return err->code;
	}
	answer_page_end(answer, &page);
	return 0;
}

/* ---------------------------------------------------------------- another operator */

struct about {
	const char *operator_id, *object;
	char token[ACCESS_TOKEN_LEN + 1];
};

static int find_about(const struct request *request, struct about *about, struct error *err)
{
	const char *id = arena_cstr(request->arena, request->parameters[0]);
	const struct operator_record *op = setup_operator(request->setup, id);

	if (!op)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no operator %.64s", id);
	about->operator_id = op->id;
	about->object = arena_printf(request->arena, "operators/%s", op->id).p;
	return record_check_operator(request, op, err);
}

static int act(struct request *request,
               int (*run)(const struct request *request, struct db *db, void *ctx, struct error *err),
               struct about *about, struct error *err)
{
	int r = find_about(request, about, err);

	return r < 0 ? r : request_change(request, run, about, err);
}

struct invitation_view {
	const char *operator_id, *link;
	int64_t expires_at;
};

static const struct field invitation_fields[] = {
        FIELD_TEXT_AS(struct invitation_view, operator_id, "operator", "Operator ID"),
        FIELD_TEXT(struct invitation_view, link, "Link", .help = "To be given to the operator; shown this once"),
        FIELD_TIME(struct invitation_view, expires_at, "Good until"),
};

static const struct record_type invitation_type =
        RECORD_TYPE("invitation", "invitations", struct invitation_view, invitation_fields, "Invitation");

static int invite(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	struct about *about = ctx;
	int r = link_issue(db, about->operator_id, request->caller.author, clock_now_ms(), about->token, err);

	return r < 0 ? r : request_audit(request, db, "", "invitation", about->object, "", err);
}

static int post_invitation(struct request *request, struct answer *answer, struct error *err)
{
	struct about about;
	struct invitation_view view;
	int r = act(request, invite, &about, err);

	if (r < 0)
		return r;
	view = (struct invitation_view){about.operator_id, link_url(request->arena, request->url, about.token),
	                                clock_now_ms() + LINK_LIFE_MS};
	return answer_record(answer, &invitation_type, &view, err);
}

static int sign_out(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	struct about *about = ctx;
	int r = session_end_all(db, about->operator_id, 0, err);

	return r < 0 ? r : request_audit(request, db, "", "sign-out.everywhere", about->object, "", err);
}

static int delete_sessions(struct request *request, struct answer *answer UNUSED, struct error *err)
{
	struct about about;

	return act(request, sign_out, &about, err);
}

static int drop_factor(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	struct about *about = ctx;
	int r = credential_remove_factor(db, about->operator_id, err);

	return r < 0 ? r : request_audit(request, db, "", "second-factor.removed", about->object, "", err);
}

static int delete_factor(struct request *request, struct answer *answer UNUSED, struct error *err)
{
	struct about about;

	return act(request, drop_factor, &about, err);
}

/* ---------------------------------------------------------------- the audit trail of sign-ins */

static const struct field entry_fields[] = {
        FIELD_INT(struct audit_entry, id, "Entry ID"),
        FIELD_TIME(struct audit_entry, at, "When"),
        FIELD_TEXT(struct audit_entry, author, "Who", .help = "?: who failed to sign in as nobody that there is"),
        FIELD_TEXT(struct audit_entry, action, "What", .help = "sign-in, sign-in.failed, token.created …"),
        FIELD_TEXT(struct audit_entry, object, "About", .help = "operators/ID"),
        FIELD_TEXT(struct audit_entry, detail, "Detail"),
        FIELD_TEXT(struct audit_entry, address, "Address"),
        FIELD_TEXT(struct audit_entry, agent, "Browser or program"),
};

static const struct record_type entry_type =
        RECORD_TYPE("sign_in_entry", "sign_in_entries", struct audit_entry, entry_fields, "Sign-in");

static int get_sign_ins(struct request *request, struct answer *answer, struct error *err)
{
	const char *id = request_query(request, "operator");
	const char *object = id && *id ? arena_printf(request->arena, "operators/%s", id).p : "";
	size_t limit = request->limit;
	struct audit_entry *entries;
	struct str text = STR("");
	int64_t at = 0, before = 0;
	int n = request_cursor(request, &at, &text, err);

	if (n >= 0 && text.n && !str_to_int(text, &before))
		return fail(err, E_INVALID, RETRY_NEVER, "cursor: is none of ours");
	if (n >= 0)
		n = audit_list(request->db, object, at, before, limit + 1, request->arena, &entries, err);
	if (n < 0)
		return n;
	answer_list_begin(answer);
	for (size_t i = 0; i < MIN((size_t)n, limit); i++) {
		int r = answer_list_add(answer, &entry_type, &entries[i], err);

		if (r < 0)
			return r;
	}
	if ((size_t)n > limit)
		answer_list_end(answer, true, entries[limit - 1].at,
		                arena_printf(request->arena, "%lld", (long long)entries[limit - 1].id));
	else
		answer_list_end(answer, false, 0, STR(""));
	return 0;
}

static const struct route_query sign_in_query[] = {{"operator", QUERY_TEXT, "About whom; without: everybody", NULL},
                                                   {0}};

const struct route operator_routes[] = {
        {API_GET, "/api/v1/sign_ins", "listSignIns", "Audit",
         "Sign-ins, failures, and what was done to credentials, the newest first", .right = RIGHT_AUDIT_READ,
         .answer = &entry_type, .is_list = true, .query = sign_in_query, .handle = get_sign_ins},
        {API_GET, "/api/v1/roles", "listRoles", "Operators", "The roles there are, with their rights",
         .right = RIGHT_SIGNED, .answer = &role_type, .is_list = true, .handle = get_roles},
        {API_GET, "/api/v1/rights", "listRights", "Operators", "The rights there are", .right = RIGHT_SIGNED,
         .answer = &right_type, .is_list = true, .handle = get_rights},
        {API_POST, "/api/v1/operators/{id}/invitation", "inviteOperator", "Operators",
         "A link by which the operator sets a password", .right = RIGHT_OPERATORS_MANAGE, .answer = &invitation_type,
         .status = 201, .handle = post_invitation, .description = "Any earlier link of the operator ends."},
        {API_DELETE, "/api/v1/operators/{id}/sessions", "signOutOperator", "Operators",
         "End all sessions of an operator", .right = RIGHT_OPERATORS_MANAGE, .handle = delete_sessions},
        {API_DELETE, "/api/v1/operators/{id}/second-factor", "removeOperatorsFactor", "Operators",
         "Let an operator sign in without the second factor", .right = RIGHT_OPERATORS_MANAGE, .handle = delete_factor},
        {0},
};
