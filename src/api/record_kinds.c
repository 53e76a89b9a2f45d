/* See record_kinds.h. */
#include "api/record_kinds.h"

#include "setup/operator.h"

#define MAX_KINDS   24
#define MAX_QUERIES 12

static const struct {
	const char *kind;
	enum right read;
	uint64_t also_read;
	enum right manage;
} rights_of[] = {
        /* clang-format off */
	{"provider", RIGHT_ACCOUNTS_READ, 0, RIGHT_PROVIDERS_MANAGE},
	{"account", RIGHT_ACCOUNTS_READ, 0, RIGHT_ACCOUNTS_MANAGE},
	{"keystore", RIGHT_ACCOUNTS_READ, 0, RIGHT_ACCOUNTS_MANAGE},
	{"authentication_profile", RIGHT_ACCOUNTS_READ, 0, RIGHT_ACCOUNTS_MANAGE},
	{"listener", RIGHT_LISTENERS_READ, 0, RIGHT_LISTENERS_MANAGE},
	{"inlet", RIGHT_LISTENERS_READ, 0, RIGHT_LISTENERS_MANAGE},
	{"rule", RIGHT_RULES_READ, 0, RIGHT_RULES_MANAGE},
	{"block", RIGHT_RULES_READ, 0, RIGHT_RULES_MANAGE},
	/* Whoever answers cases picks a status and a template. */
	{"case_type", RIGHT_SIGNED, RIGHT_BIT(RIGHT_RULES_READ) | RIGHT_BIT(RIGHT_CASES_READ), RIGHT_RULES_MANAGE},
	{"template", RIGHT_SIGNED, RIGHT_BIT(RIGHT_RULES_READ) | RIGHT_BIT(RIGHT_CASES_READ), RIGHT_RULES_MANAGE},
	{"webhook", RIGHT_WEBHOOKS_MANAGE, 0, RIGHT_WEBHOOKS_MANAGE},
	{"alert", RIGHT_WEBHOOKS_MANAGE, 0, RIGHT_WEBHOOKS_MANAGE},
	{"operator", RIGHT_OPERATORS_MANAGE, 0, RIGHT_OPERATORS_MANAGE},
	{"identity_provider", RIGHT_OPERATORS_MANAGE, 0, RIGHT_OPERATORS_MANAGE},
        /* clang-format on */
};

static struct record_kind kinds[MAX_KINDS];
static struct route_query queries[MAX_KINDS][MAX_QUERIES];

/* ---------------------------------------------------------------- filters */

static const char *const sorts_by_name[] = {"id", "-id", "name", "-name", NULL};
static const char *const sorts_by_id[] = {"id", "-id", NULL};

static bool is_filter(const struct field *field)
{
	return (field->kind == FIELD_KIND_TEXT && field->refers_to) || field->kind == FIELD_KIND_BOOL ||
	       field->kind == FIELD_KIND_ENUM;
}

static bool has_name(const struct record_type *type)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (strcmp(type->fields[i].name, "name") == 0)
			return true;
	return false;
}

static void describe_filters(const struct record_type *type, struct route_query *list)
{
	size_t n = 0;

	list[n++] = (struct route_query){"q", QUERY_TEXT, "A text that is somewhere in the record, without case", NULL};
	list[n++] = (struct route_query){"sort", QUERY_TEXT, "What it is sorted by; a minus turns it round",
	                                 has_name(type) ? sorts_by_name : sorts_by_id};
	for (size_t i = 0; i < type->field_count && n < MAX_QUERIES - 1; i++) {
		const struct field *field = &type->fields[i];

		if (is_filter(field))
			list[n++] = (struct route_query){
			        .name = field->name,
			        .kind = field->kind == FIELD_KIND_BOOL ? QUERY_BOOL : QUERY_TEXT,
			        .help = field->label,
			        .words = field->kind == FIELD_KIND_ENUM ? field->words : NULL,
			};
	}
}

static const void *member(const struct field *field, const void *base)
{
	return (const char *)base + field->offset;
}

static bool contains(const struct field *fields, size_t n, const void *base, struct str text)
{
	for (size_t i = 0; i < n; i++) {
		const struct field *field = &fields[i];
		const struct text_list *texts = member(field, base);

		if (field->kind == FIELD_KIND_SECTION && contains(field->fields, field->field_count, texts, text))
			return true;
		if (field->kind == FIELD_KIND_TEXT && field->check != logo_check &&
		    str_find_nocase(str_of(*(const char *const *)member(field, base)), text) >= 0)
			return true;
		for (size_t k = 0; field->kind == FIELD_KIND_TEXTS && k < texts->count; k++)
			if (str_find_nocase(str_of(texts->items[k]), text) >= 0)
				return true;
	}
	return false;
}

static bool field_is(const struct field *field, const void *record, const char *value)
{
	if (field->kind == FIELD_KIND_BOOL)
		return *(const bool *)member(field, record) == (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
	if (field->kind == FIELD_KIND_ENUM)
		return strcmp(field->words[*(const int *)member(field, record)], value) == 0;
	return strcmp(*(const char *const *)member(field, record), value) == 0;
}

bool record_fits(const struct record_kind *kind, const struct request *request, const void *record)
{
	const struct record_type *type = kind->type;
	const char *q = request_query(request, "q");

	if (q && *q && !contains(type->fields, type->field_count, record, str_of(q)))
		return false;
	for (size_t i = 0; i < type->field_count; i++) {
		const char *value = is_filter(&type->fields[i]) ? request_query(request, type->fields[i].name) : NULL;

		if (value && *value && !field_is(&type->fields[i], record, value))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- kinds */

/* What isn't in the table is for those who may do everything. */
static struct record_kind rights_of_kind(const struct record_type *type)
{
	for (size_t i = 0; i < ARRAY_LEN(rights_of); i++)
		if (strcmp(rights_of[i].kind, type->kind) == 0)
			return (struct record_kind){type, NULL, rights_of[i].read, rights_of[i].also_read,
			                            rights_of[i].manage};
	return (struct record_kind){type, NULL, RIGHT_OPERATORS_MANAGE, 0, RIGHT_OPERATORS_MANAGE};
}

size_t record_kinds(const struct record_kind **ret_kinds)
{
	size_t n = 0;

	for (; setup_types[n]; n++) {
		must(n < MAX_KINDS);
		if (kinds[n].type)
			continue;
		describe_filters(setup_types[n], queries[n]);
		kinds[n] = rights_of_kind(setup_types[n]);
		kinds[n].queries = queries[n];
	}
	*ret_kinds = kinds;
	return n;
}

/* ---------------------------------------------------------------- whose */

const char *record_account(const struct record_type *type, const void *record)
{
	if (type == &account_type)
		return ((const struct account *)record)->id;
	return type == &listener_type ? ((const struct listener *)record)->account : NULL;
}

bool record_may_read(const struct request *request, const struct record_type *type, const void *record)
{
	const char *account = record_account(type, record);

	if (type == &webhook_type || type == &alert_type) /* it may be told of everybody's mail */
		return caller_oversees(&request->caller);
	if (account)
		return caller_may_on(&request->caller, account, ACCOUNT_READ);
	return !record_is_others(request, request->setup, type, record_id(type, record));
}

int record_check_read(const struct request *request, const struct record_kind *kind, const void *record,
                      struct error *err)
{
	uint64_t also = kind->also_read;

	if (also && !(request->caller.rights & also))
		return fail(err, E_REFUSED, RETRY_NEVER, "%s may not see %s", request->caller.author,
		            kind->type->plural);
	if (!record || record_may_read(request, kind->type, record))
		return 0;
	return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s \"%.64s\"", kind->type->kind,
	            record_id(kind->type, record));
}

/* ---------------------------------------------------------------- changes */

static int check_account(const struct request *request, const char *account, const char *path, struct error *err)
{
	if (caller_may_on(&request->caller, account, ACCOUNT_MANAGE))
		return 0;
	return fail(err, E_REFUSED, RETRY_NEVER, "%s: %s may not change account \"%.64s\"", path,
	            request->caller.author, account);
}

static int check_side(const struct request *request, const struct record_type *type, const void *record,
                      struct error *err)
{
	const char *account = record ? record_account(type, record) : NULL, *path;

	if (!account)
		return 0;
	path = arena_printf(request->arena, "%s/%s", type->plural, record_id(type, record)).p;
	return check_account(request, account, path, err);
}

/* Nobody gives rights or accounts that they haven't, and nobody changes who has more than they. */
static int check_operator(const struct request *request, const struct operator_record *op, struct error *err)
{
	const struct caller *caller = &request->caller;
	const struct operator_account *accounts = op->accounts.items;
	bool has_all = caller_oversees(caller);

	if (operator_rights(op) & ~caller->rights)
		return fail(err, E_REFUSED, RETRY_NEVER, "operators/%s: has or gets rights that %s doesn't have",
		            op->id, caller->author);
	for (size_t i = 0; i < op->accounts.count && !has_all; i++)
		if (check_account(request, accounts[i].account, "operators", err) < 0)
			return err->code;
	if (!has_all && op->accounts.count == 0 && operator_sees_all(op))
		return fail(err, E_REFUSED, RETRY_NEVER,
		            "operators/%s/accounts: none named means all, and %s doesn't have all", op->id,
		            caller->author);
	return 0;
}

static bool shares_equal(const struct account *a, const struct account *b)
{
	const struct account_share *x = a->shares.items, *y = b->shares.items;

	for (size_t i = 0; i < a->shares.count && a->shares.count == b->shares.count; i++)
		if (strcmp(x[i].operator_id, y[i].operator_id) != 0 || strcmp(x[i].role, y[i].role) != 0 ||
		    x[i].send != y[i].send || x[i].manage != y[i].manage)
			return false;
	return a->shares.count == b->shares.count;
}

/* A mailbox becomes somebody's own by who may make accounts; whom it is shared with from then on, and that it isn't his
 * any more, is its owner's to say. */
static int check_owner(const struct request *request, const struct setup *setup, const struct account *before,
                       const struct account *after, struct error *err)
{
	const struct caller *caller = &request->caller;
	const char *was = before ? before->owner : "";
	bool same = strcmp(was, after->owner) == 0;

	if (!*was && (same || caller_oversees(caller)))
		return 0;
	if (*was && ((same && shares_equal(before, after)) || strcmp(was, caller->operator_id) == 0 ||
	             !setup_operator(setup, was)))
		return 0;
	return fail(err, E_REFUSED, RETRY_NEVER, "accounts/%s/%s: %s", after->id, same ? "shares" : "owner",
	            *was ? "that is its owner's to say" : "takes the right to make accounts");
}

static bool has_text(const struct text_list *list, const char *text)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

/* What is told elsewhere, and by whose sending: of accounts that the caller may see, and send as. What was so stays. */
static int check_told(const struct request *request, const struct record_type *type, const void *before,
                      const void *after, struct error *err)
{
	const struct alert *alert = type == &alert_type ? after : NULL, *was = alert ? before : NULL;
	const struct webhook *webhook = alert ? NULL : after, *webhook_was = alert ? NULL : before;
	const struct text_list *named = alert ? &alert->accounts : &webhook->accounts;
	const struct text_list *known = was ? &was->accounts : webhook_was ? &webhook_was->accounts : NULL;
	const char *const senders[] = {alert ? alert->account : "", alert ? alert->other_account : ""};
	const char *const senders_were[] = {was ? was->account : "", was ? was->other_account : ""};

	for (size_t i = 0; i < named->count; i++)
		if (!has_text(known, named->items[i]) &&
		    !caller_may_on(&request->caller, named->items[i], ACCOUNT_READ))
			return fail(err, E_INVALID, RETRY_NEVER, "%s/%s/accounts/%zu: there is no account \"%s\"",
			            type->plural, record_id(type, after), i + 1, named->items[i]);
	for (size_t i = 0; i < ARRAY_LEN(senders); i++)
		if (*senders[i] && strcmp(senders[i], senders_were[i]) != 0 &&
		    caller_check_on(&request->caller, senders[i], ACCOUNT_SEND,
		                    arena_printf(request->arena, "account \"%.64s\"", senders[i]).p, err) < 0)
			return err->code;
	return 0;
}

int record_check_change(void *ctx, const struct setup *setup, const struct record_type *type, const void *before,
                        const void *after, struct error *err)
{
	const struct request *request = ctx;

	if ((type == &webhook_type || type == &alert_type) && !caller_oversees(&request->caller))
		return fail(err, E_REFUSED, RETRY_NEVER, "%s are for those who see all accounts", type->plural);
	if (after && (type == &webhook_type || type == &alert_type) &&
	    check_told(request, type, before, after, err) < 0)
		return err->code;
	if (before && !record_may_read(request, type, before))
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s \"%.64s\"", type->kind,
		            record_id(type, before));
	if (check_side(request, type, before, err) < 0)
		return err->code;
	if (!(type == &account_type && !before && request->caller.new_accounts) &&
	    check_side(request, type, after, err) < 0)
		return err->code;
	if (type == &account_type && after && check_owner(request, setup, before, after, err) < 0)
		return err->code;
	if (type == &operator_type && ((before && check_operator(request, before, err) < 0) ||
	                               (after && check_operator(request, after, err) < 0)))
		return err->code;
	if (before && record_is_shared(type) &&
	    record_check_users(request, setup, type, record_id(type, before), err) < 0)
		return err->code;
	return after ? record_check_references(request, setup, type, before, after, err) : 0;
}

int record_check_operator(const struct request *request, const struct operator_record *op, struct error *err)
{
	if (strcmp(op->id, request->caller.operator_id) == 0)
		return 0;
	return check_operator(request, op, err);
}

/* ---------------------------------------------------------------- what is sealed */

int record_check_one_unsealed(struct arena *arena, const struct record_type *type, const char *id, const json_t *json,
                              struct error *err)
{
	struct buf place CLEANUP(buf_done) = BUF_INIT(KIB(4));

	if (!record_has_sealed(type, json, arena_printf(arena, "%s/%.64s", type->plural, id).p, &place))
		return 0;
	return fail(err, E_INVALID, RETRY_NEVER,
	            "%s: sealed secrets are taken by 'hauspost apply' on the server alone: give it as a text",
	            buf_cstr(&place));
}

int record_check_unsealed(struct arena *arena, const json_t *document, struct error *err)
{
	for (size_t i = 0; setup_types[i]; i++) {
		const char *id;
		json_t *json;

		json_object_foreach (json_object_get(document, setup_types[i]->plural), id, json)
			if (record_check_one_unsealed(arena, setup_types[i], id, json, err) < 0)
				return err ? err->code : E_INVALID;
	}
	return 0;
}
