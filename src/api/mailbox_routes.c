/* Personal mailboxes: found for an address, made, shared, removed by whom they belong to. */
#include "api/change.h"
#include "api/mailbox.h"
#include "api/routes.h"
#include "base/clock.h"
#include "listen/status_facts.h"
#include "setup/check.h"

#include <stdio.h>

/* ---------------------------------------------------------------- what an address needs */

struct address_body {
	const char *address;
};

static const struct field address_fields[] = {
        FIELD_TEXT(struct address_body, address, "Address", .required = true, .max = 254, .check = check_address,
                   .example = "anna@example.com"),
};

static const struct record_type address_type =
        RECORD_TYPE("mailbox_address", "mailbox_addresses", struct address_body, address_fields, "Address");

struct need_view {
	const char *address, *provider, *name, *needs, *help_url, *note;
	struct text_list profiles;
};

/* clang-format off */
static const struct field need_fields[] = {
	FIELD_TEXT(struct need_view, address, "Address"),
	FIELD_TEXT(struct need_view, provider, "Provider ID"),
	FIELD_TEXT(struct need_view, name, "Provider"),
	FIELD_TEXT(struct need_view, needs, "What it needs",
		   .help = "password, app-password, app-password-with-2fa (where two-step verification is on), sign-in (with the provider)"),
	FIELD_TEXTS(struct need_view, profiles, "Authentication profiles to sign in with", .help = "Set up by an administrator; empty: none fits"),
	FIELD_TEXT(struct need_view, help_url, "The provider's help"),
	FIELD_TEXT(struct need_view, note, "What must be done first", .max = 4000),
};
/* clang-format on */

static const struct record_type need_type =
        RECORD_TYPE("mailbox_need", "mailbox_needs", struct need_view, need_fields, "What a mailbox needs");

static const char *need_of(const struct provider *p)
{
	static const char *const words[] = {"password", "app-password", "app-password-with-2fa"};

	return p->oauth.required ? "sign-in" : words[p->app_password];
}

/* Of the provider's template, and such that a person consents in the browser; those that belong to a mailbox are no
 * patterns. */
static bool profile_fits(const struct setup *setup, const struct authentication_profile *profile,
                         const struct provider *p)
{
	static const char *const templates[] = {"none", "microsoft", "microsoft-graph", "google", "yahoo", "fastmail"};

	return profile->grant == GRANT_AUTHORIZATION_CODE && !setup_account(setup, profile->id) &&
	       strcmp(templates[profile->template_id], p->oauth.template_name) == 0;
}

static struct text_list fitting_profiles(const struct request *request, const struct provider *p)
{
	const void *const *records;
	size_t n = setup_list(request->setup, &authentication_profile_type, &records);
	struct text_list list = {ARENA_ARRAY(request->arena, const char *, n), 0};

	for (size_t i = 0; *p->oauth.template_name && i < n; i++)
		if (profile_fits(request->setup, records[i], p))
			list.items[list.count++] = ((const struct authentication_profile *)records[i])->id;
	return list;
}

static int post_detect(struct request *request, struct answer *answer, struct error *err)
{
	const struct provider *p;
	const struct address_body *body;
	struct need_view view;
	void *record;
	int r = request_record(request, &record, err);

	if (r < 0)
		return r;
	body = record;
	r = mailbox_provider(request->setup, "", body->address, request->arena, &p, err);
	if (r < 0)
		return r;
	view = (struct need_view){
	        body->address, p->id, p->name, need_of(p), p->help_url, p->note, fitting_profiles(request, p)};
	return answer_record(answer, &need_type, &view, err);
}

/* ---------------------------------------------------------------- one's own */

struct share_view {
	const char *operator_id, *role;
	bool send, manage;
};

struct mailbox_view {
	const char *id, *address, *name, *provider, *owner, *profile, *state, *error;
	bool works, own, send, manage;
	struct record_list shares;
};

/* clang-format off */
static const struct field share_fields[] = {
	FIELD_TEXT_AS(struct share_view, operator_id, "operator", "Operator", .max = 64),
	FIELD_TEXT(struct share_view, role, "Role", .max = 64),
	FIELD_BOOL(struct share_view, send, "Send as it"),
	FIELD_BOOL(struct share_view, manage, "Change it"),
};

static const struct field mailbox_fields[] = {
	FIELD_TEXT(struct mailbox_view, id, "Account ID"),
	FIELD_TEXT(struct mailbox_view, address, "Address"),
	FIELD_TEXT(struct mailbox_view, name, "Name"),
	FIELD_TEXT(struct mailbox_view, provider, "Provider ID"),
	FIELD_TEXT(struct mailbox_view, owner, "Owner"),
	FIELD_TEXT(struct mailbox_view, profile, "Authentication profile",
		   .help = "Its owner consents at POST /api/v1/authentication_profiles/{id}/consent; empty: by password"),
	FIELD_TEXT(struct mailbox_view, state, "State", .help = "Of its reading, as that of a listener; empty: it isn't read"),
	FIELD_BOOL(struct mailbox_view, works, "It is read"),
	FIELD_TEXT(struct mailbox_view, error, "Last error"),
	FIELD_BOOL(struct mailbox_view, own, "One's own"),
	FIELD_BOOL(struct mailbox_view, send, "Send as it"),
	FIELD_BOOL(struct mailbox_view, manage, "Change it"),
	FIELD_LIST(struct mailbox_view, shares, struct share_view, share_fields, "Shared with", .max = 200),
};
/* clang-format on */

static const struct record_type mailbox_type =
        RECORD_TYPE("mailbox", "mailboxes", struct mailbox_view, mailbox_fields, "Mailbox");

static bool is_own(const struct request *request, const struct account *account)
{
	return *account->owner && strcmp(account->owner, request->caller.operator_id) == 0;
}

/* Where the provider sends no mail, the receiving side has it. */
static const char *profile_of(const struct account *account)
{
	return *account->send.profile ? account->send.profile : account->receive.profile;
}

static struct mailbox_view view_of(const struct request *request, const struct account *account)
{
	const struct account_share *from = account->shares.items;
	struct share_view *shares = ARENA_ARRAY(request->arena, struct share_view, account->shares.count);
	bool own = is_own(request, account);

	for (size_t i = 0; i < account->shares.count; i++)
		shares[i] = (struct share_view){from[i].operator_id, from[i].role, from[i].send, from[i].manage};
	return (struct mailbox_view){
	        .id = account->id,
	        .address = account->send.address,
	        .name = account->send.display_name,
	        .provider = account->provider,
	        .owner = account->owner,
	        .profile = profile_of(account),
	        .state = "",
	        .error = "",
	        .own = own,
	        .send = own || caller_may_on(&request->caller, account->id, ACCOUNT_SEND),
	        .manage = own || caller_may_on(&request->caller, account->id, ACCOUNT_MANAGE),
	        .shares = {shares, own ? account->shares.count : 0},
	};
}

static void add_state(const struct status_facts *facts, struct mailbox_view *view)
{
	const struct status_part *part = NULL;

	for (size_t i = 0; i < facts->listener_count && !part; i++)
		if (strcmp(facts->listeners[i].account, view->id) == 0)
			part = &facts->listeners[i];
	if (!part)
		return;
	view->state = part->state;
	view->works = status_is_good(part->state);
	view->error = part->error;
}

/* One's own and those that others share. */
static int get_mailboxes(struct request *request, struct answer *answer, struct error *err)
{
	const void *const *records;
	size_t n = setup_list(request->setup, &account_type, &records);
	struct status_facts facts;
	struct list_page page;
	int r;

	if (request_page(request, &page, err) < 0)
		return err->code;
	r = status_gather(request->db, request->setup, request->arena, &facts, err);
	if (r < 0)
		return r;
	answer_list_begin(answer);
	for (size_t i = 0; i < n; i++) {
		const struct account *account = records[i];
		struct mailbox_view view;

		if (!*account->owner || !caller_may_on(&request->caller, account->id, ACCOUNT_READ) ||
		    !page_takes(&page))
			continue;
		view = view_of(request, account);
		add_state(&facts, &view);
		r = answer_list_add(answer, &mailbox_type, &view, err);
		if (r < 0)
			return r;
	}
	answer_page_end(answer, &page);
	return 0;
}

/* ---------------------------------------------------------------- a new one */

struct mailbox_body {
	const char *address, *name, *provider, *profile, *since;
	struct secret password;
};

static const char *check_day(const char *value)
{
	int64_t ignored;

	return clock_parse_day(value, &ignored) ? NULL : "is not a day like 2026-11-21";
}

/* clang-format off */
static const struct field body_fields[] = {
	FIELD_TEXT(struct mailbox_body, address, "Address", .required = true, .max = 254, .check = check_address, .example = "anna@example.com"),
	FIELD_TEXT(struct mailbox_body, name, "Name", .max = 200, .help = "Shown beside the address in what is sent"),
	FIELD_TEXT(struct mailbox_body, provider, "Provider ID", .max = 64, .example = "example", .help = "Empty: the one of the address"),
	FIELD_SECRET(struct mailbox_body, password, "Password", .max = 1000),
	FIELD_TEXT(struct mailbox_body, profile, "Authentication profile", .max = 64,
		   .help = "Instead of a password: one of those that POST /api/v1/mailboxes/detect names; its owner then consents"),
	FIELD_TEXT(struct mailbox_body, since, "Mail since", .max = 10, .check = check_day, .example = "2026-11-21", .help = "A day; empty: today"),
};
/* clang-format on */

static const struct record_type body_type =
        RECORD_TYPE("new_mailbox", "new_mailboxes", struct mailbox_body, body_fields, "New mailbox");

static int check_count(const struct request *request, struct error *err)
{
	const void *const *records;
	size_t n = setup_list(request->setup, &account_type, &records), own = 0;

	for (size_t i = 0; i < n; i++)
		own += is_own(request, records[i]);
	return own < MAILBOX_MAX
	               ? 0
	               : fail(err, E_LIMIT, RETRY_NEVER, "you have %d mailboxes, which is the most", MAILBOX_MAX);
}

static int choose_profile(const struct request *request, const struct mailbox_body *body, struct mailbox_order *order,
                          struct error *err)
{
	const struct authentication_profile *profile = setup_authentication_profile(request->setup, body->profile);

	if (!*body->profile && order->provider->oauth.required)
		return fail(err, E_INVALID, RETRY_NEVER, "profile: %s takes no passwords: sign in with it",
		            order->provider->name);
	if (!*body->profile && !secret_is_set(&body->password))
		return fail(err, E_INVALID, RETRY_NEVER, "password: is missing");
	if (*body->profile && (!profile || !profile_fits(request->setup, profile, order->provider)))
		return fail(err, E_INVALID, RETRY_NEVER, "profile: \"%.64s\" is none to sign in with at %s",
		            body->profile, order->provider->name);
	order->profile = profile;
	order->password = &body->password;
	return 0;
}

static int read_order(const struct request *request, const struct mailbox_body *body, struct mailbox_order *order,
                      struct error *err)
{
	char today[32];
	int r = check_count(request, err);

	clock_format_iso(clock_now_ms(), today);
	*order = (struct mailbox_order){
	        .owner = request->caller.operator_id, .address = body->address, .name = body->name};
	order->since = *body->since ? body->since : arena_cstr(request->arena, str_new(today, 10));
	if (r == 0)
		r = mailbox_provider(request->setup, body->provider, body->address, request->arena, &order->provider,
		                     err);
	return r < 0 ? r : choose_profile(request, body, order, err);
}

struct mailbox_make {
	const struct mailbox_order *order;
	const char *id;
	struct setup *setup; /* as it is after it */
};

static int make(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	struct mailbox_make *m = ctx;
	struct setup *before CLEANUP(setup_freep) = NULL;
	json_t *document CLEANUP(json_decrefp) = NULL;
	int r = setup_load(db, request->sealer, &before, err);

	if (r < 0)
		return r;
	m->id = mailbox_id(m->order->owner, m->order->address, request->arena);
	r = mailbox_document(before, request->sealer, m->id, m->order, &document, err);
	const struct application application = {.document = document, .by = request->caller.author, .mailbox = m->id};
	if (r == 0)
		r = setup_apply_for(db, request->sealer, &application, NULL, err);
	setup_free(take(m->setup));
	return r < 0 ? r : setup_load(db, request->sealer, &m->setup, err);
}

static int answer_mailbox(const struct request *request, struct answer *answer, const struct setup *setup,
                          const char *id, struct error *err)
{
	struct mailbox_view view = view_of(request, setup_account(setup, id));

	return answer_record(answer, &mailbox_type, &view, err);
}

static int post_mailbox(struct request *request, struct answer *answer, struct error *err)
{
	struct mailbox_order order;
	struct mailbox_make m = {.order = &order};
	void *body;
	int r = request_record(request, &body, err);

	if (r < 0)
		return r;
	r = read_order(request, body, &order, err);
	if (r == 0)
		r = request_change(request, make, &m, err);
	if (r == 0)
		r = answer_mailbox(request, answer, m.setup, m.id, err);
	setup_free(m.setup);
	record_done(&body_type, body);
	return r;
}

/* ---------------------------------------------------------------- changed, removed */

/* One that the caller may change: one's own, or shared with that right. */
static int find_mailbox(const struct request *request, const struct setup *setup, const char **ret_id,
                        struct error *err)
{
	const char *id = arena_cstr(request->arena, str_slice(request->parameters[0], 0, 100));
	const char *what = arena_printf(request->arena, "mailbox \"%s\"", id).p;
	const struct account *account = setup_account(setup, id);

	if (!account || !*account->owner)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s", what);
	*ret_id = id;
	return caller_check_on(&request->caller, id, ACCOUNT_MANAGE, what, err);
}

struct patch_body {
	struct secret password;
	bool share;
	struct record_list shares;
};

/* clang-format off */
static const struct field patch_fields[] = {
	FIELD_SECRET(struct patch_body, password, "New password", .max = 1000, .help = "Empty: stays"),
	FIELD_BOOL(struct patch_body, share, "Replace whom it is shared with", .help = "By `shares`; takes the owner"),
	FIELD_LIST(struct patch_body, shares, struct share_view, share_fields, "Shared with", .max = 200),
};
/* clang-format on */

static const struct record_type patch_type =
        RECORD_TYPE("mailbox_change", "mailbox_changes", struct patch_body, patch_fields, "Change of a mailbox");

struct mailbox_patch {
	const struct patch_body *body;
	const char *id;
	struct setup *setup;
};

static json_t *shares_json(const struct patch_body *body)
{
	const struct share_view *shares = body->shares.items;
	json_t *list = json_array();

	for (size_t i = 0; i < body->shares.count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:b}", "operator", shares[i].operator_id, "role",
		                                      shares[i].role, "send", (int)shares[i].send, "manage",
		                                      (int)shares[i].manage));
	return list;
}

/* One who comes later by that name must not find it shared. */
static int check_shares(const struct setup *setup, const struct patch_body *body, struct error *err)
{
	const struct share_view *shares = body->shares.items;

	for (size_t i = 0; i < body->shares.count; i++)
		if (*shares[i].operator_id && !setup_operator(setup, shares[i].operator_id))
			return fail(err, E_INVALID, RETRY_NEVER, "shares/%zu/operator: there is no operator \"%.64s\"",
			            i + 1, shares[i].operator_id);
	return 0;
}

static void change_document(json_t *account, const struct patch_body *body)
{
	json_t *side = json_object_get(account, "send");
	struct str password = secret_reveal(&body->password);

	if (!json_object_get(side, "password"))
		side = json_object_get(account, "receive");
	if (secret_is_set(&body->password))
		json_object_set_new(side, "password", json_stringn(password.p, password.n));
	if (body->share)
		json_object_set_new(account, "shares", shares_json(body));
}

static int patch(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	struct mailbox_patch *p = ctx;
	struct setup *before CLEANUP(setup_freep) = NULL;
	json_t *document CLEANUP(json_decrefp) = NULL;
	int r = setup_load(db, request->sealer, &before, err);

	if (r == 0)
		r = find_mailbox(request, before, &p->id, err);
	if (r == 0 && p->body->share && !is_own(request, setup_account(before, p->id)))
		return fail(err, E_REFUSED, RETRY_NEVER, "shares: only the owner shares a mailbox");
	if (r == 0)
		r = check_shares(before, p->body, err);
	if (r == 0 && secret_is_set(&p->body->password) && *profile_of(setup_account(before, p->id)))
		return fail(err, E_INVALID, RETRY_NEVER, "password: this mailbox is signed in with its provider");
	if (r == 0)
		r = setup_export(db, request->sealer, account_type.kind, p->id, SECRETS_MASKED, false, &document, err);
	if (r < 0)
		return r;
	change_document(json_object_get(json_object_get(document, account_type.plural), p->id), p->body);
	r = setup_apply(db, request->sealer, document, request->caller.author, false, NULL, err);
	setup_free(take(p->setup));
	return r < 0 ? r : setup_load(db, request->sealer, &p->setup, err);
}

static int patch_mailbox(struct request *request, struct answer *answer, struct error *err)
{
	struct mailbox_patch p = {0};
	void *body;
	int r = request_record(request, &body, err);

	if (r < 0)
		return r;
	p.body = body;
	r = request_change(request, patch, &p, err);
	if (r == 0)
		r = answer_mailbox(request, answer, p.setup, p.id, err);
	setup_free(p.setup);
	record_done(&patch_type, body);
	return r;
}

static int drop(const struct request *request, struct db *db, void *ctx UNUSED, struct error *err)
{
	struct setup *before CLEANUP(setup_freep) = NULL;
	const char *id;
	int r = setup_load(db, request->sealer, &before, err);

	if (r == 0)
		r = find_mailbox(request, before, &id, err);
	if (r == 0 && !is_own(request, setup_account(before, id)))
		return fail(err, E_REFUSED, RETRY_NEVER, "only its owner removes a mailbox");
	return r < 0 ? r : mailbox_remove(db, request->sealer, before, id, request->caller.author, err);
}

static int delete_mailbox(struct request *request, struct answer *answer UNUSED, struct error *err)
{
	return request_change(request, drop, NULL, err);
}

const struct route mailbox_routes[] = {
        {API_GET, "/api/v1/mailboxes", "listMailboxes", "Mailboxes", "One's own mailboxes, and those that others share",
         .right = RIGHT_SIGNED, .answer = &mailbox_type, .is_list = true, .handle = get_mailboxes},
        {API_POST, "/api/v1/mailboxes/detect", "detectMailbox", "Mailboxes", "What the mailbox of an address needs",
         .right = RIGHT_MAILBOXES_OWN, .body = &address_type, .answer = &need_type, .handle = post_detect},
        {API_POST, "/api/v1/mailboxes", "createMailbox", "Mailboxes", "A mailbox of one's own",
         .right = RIGHT_MAILBOXES_OWN, .body = &body_type, .answer = &mailbox_type, .status = 201,
         .handle = post_mailbox,
         .description = "Makes an account and a listener; its mail becomes cases that nobody else sees."},
        {API_PATCH, "/api/v1/mailboxes/{id}", "changeMailbox", "Mailboxes", "A new password, whom it is shared with",
         .right = RIGHT_MAILBOXES_OWN, .body = &patch_type, .answer = &mailbox_type, .handle = patch_mailbox},
        {API_DELETE, "/api/v1/mailboxes/{id}", "deleteMailbox", "Mailboxes", "Take a mailbox of one's own away",
         .right = RIGHT_MAILBOXES_OWN, .handle = delete_mailbox,
         .description = "Its cases stay, and only those who see all accounts find them."},
        {0},
};
