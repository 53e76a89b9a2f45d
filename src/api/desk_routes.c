/* What working on cases needs to know of the set-up, for whoever may read cases and perhaps nothing else: names of
 * accounts, case types, statuses and templates; and how many cases wait. */
#include "api/mail_access.h"
#include "api/mail_view.h"
#include "api/routes.h"
#include "cases/case_work.h"

#define COUNT_MAX 1000 /* so many at least: no list is counted off to its end */

struct desk_account {
	const char *id, *name;
	struct text_list from;
	bool may_write;
};

struct desk_field {
	const char *id, *name;
	const char *type;
};

struct desk_type {
	const char *id, *name;
	struct record_list statuses, fields; /* of struct status_view, struct desk_field */
};

struct desk_template {
	const char *id, *name;
};

struct desk_view {
	struct record_list accounts, case_types, templates;
	int64_t waiting_for_us, waiting_for_contact;
};

static const struct field account_fields[] = {
        FIELD_TEXT(struct desk_account, id, "ID"),
        FIELD_TEXT(struct desk_account, name, "Name"),
        FIELD_TEXTS(struct desk_account, from, "Addresses that mail may come from", .help = "Empty: it doesn't send"),
        FIELD_BOOL(struct desk_account, may_write, "Whether you may write from it"),
};

static const struct field status_fields[] = {
        FIELD_TEXT(struct status_view, id, "ID"),
        FIELD_TEXT(struct status_view, name, "Name"),
        FIELD_BOOL(struct status_view, resolved, "Resolved"),
};

static const struct field field_fields[] = {
        FIELD_TEXT(struct desk_field, id, "ID"),
        FIELD_TEXT(struct desk_field, name, "Name"),
        FIELD_TEXT(struct desk_field, type, "Type", .help = "text, number, date, address, choice"),
};

static const struct field type_fields[] = {
        FIELD_TEXT(struct desk_type, id, "ID"),
        FIELD_TEXT(struct desk_type, name, "Name"),
        FIELD_LIST(struct desk_type, statuses, struct status_view, status_fields, "Statuses"),
        FIELD_LIST(struct desk_type, fields, struct desk_field, field_fields, "Fields"),
};

static const struct field template_fields[] = {
        FIELD_TEXT(struct desk_template, id, "ID"),
        FIELD_TEXT(struct desk_template, name, "Name"),
};

static const struct field desk_fields[] = {
        FIELD_LIST(struct desk_view, accounts, struct desk_account, account_fields, "Accounts whose mail you may read"),
        FIELD_LIST(struct desk_view, case_types, struct desk_type, type_fields, "Case types"),
        FIELD_LIST(struct desk_view, templates, struct desk_template, template_fields, "Templates"),
        FIELD_INT(struct desk_view, waiting_for_us, "Cases that wait for us", .help = "1000: that many or more"),
        FIELD_INT(struct desk_view, waiting_for_contact, "Cases that wait for the contact",
                  .help = "1000: that many or more"),
};
static const struct record_type desk_type =
        RECORD_TYPE("desk", "desks", struct desk_view, desk_fields, "What working on cases needs");

static const char *or_id(const char *name, const char *id)
{
	return name && *name ? name : id;
}

static struct record_list read_accounts(const struct request *request)
{
	const void *const *all;
	size_t n = setup_list(request->setup, &account_type, &all), count = 0;
	struct desk_account *list = ARENA_ARRAY(request->arena, struct desk_account, n + 1);

	for (size_t i = 0; i < n; i++) {
		const struct account *account = all[i];

		if (!caller_may_on(&request->caller, account->id, ACCOUNT_READ))
			continue;
		list[count++] = (struct desk_account){
		        .id = account->id,
		        .name = or_id(account->name, account->id),
		        .from = account_senders(account, request->arena),
		        .may_write = caller_may_on(&request->caller, account->id, ACCOUNT_SEND),
		};
	}
	return (struct record_list){list, count};
}

static struct record_list read_fields(const struct case_type *type, struct arena *arena)
{
	static const char *const kinds[] = {"text", "number", "date", "address", "choice"};
	const struct case_field *fields = type->fields.items;
	struct desk_field *list = ARENA_ARRAY(arena, struct desk_field, type->fields.count + 1);

	for (size_t i = 0; i < type->fields.count; i++)
		list[i] = (struct desk_field){fields[i].id, or_id(fields[i].name, fields[i].id), kinds[fields[i].kind]};
	return (struct record_list){list, type->fields.count};
}

static struct record_list read_types(const struct request *request)
{
	const void *const *all;
	size_t n = setup_list(request->setup, &case_type_type, &all);
	struct desk_type *list = ARENA_ARRAY(request->arena, struct desk_type, n + 1);

	for (size_t i = 0; i < n; i++) {
		const struct case_type *type = all[i];

		list[i] = (struct desk_type){
		        .id = type->id,
		        .name = or_id(type->name, type->id),
		        .statuses = status_views(type, request->arena),
		        .fields = read_fields(type, request->arena),
		};
	}
	return (struct record_list){list, n};
}

static struct record_list read_templates(const struct request *request)
{
	const void *const *all;
	size_t n = setup_list(request->setup, &template_type, &all);
	struct desk_template *list = ARENA_ARRAY(request->arena, struct desk_template, n + 1);

	for (size_t i = 0; i < n; i++) {
		const struct template *template = all[i];

		list[i] = (struct desk_template){template->id, or_id(template->name, template->id)};
	}
	return (struct record_list){list, n};
}

static int get_desk(struct request *request, struct answer *answer, struct error *err)
{
	const struct page_accounts accounts = access_accounts(request);
	struct desk_view view = {.accounts = read_accounts(request),
	                         .case_types = read_types(request),
	                         .templates = read_templates(request)};
	struct case_waiting waiting;
	int r = case_count_waiting(request->db, &accounts, COUNT_MAX, &waiting, err);

	if (r < 0)
		return r;
	view.waiting_for_us = waiting.for_us;
	view.waiting_for_contact = waiting.for_contact;
	return answer_record(answer, &desk_type, &view, err);
}

const struct route desk_routes[] = {
        {API_GET, "/api/v1/desk", "getDesk", "Cases", "What working on cases needs of the set-up, and how many wait",
         .right = RIGHT_CASES_READ, .answer = &desk_type, .handle = get_desk},
        {0},
};
