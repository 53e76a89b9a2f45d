/* The set-up as a whole: taken over from a file, written as one; what keystores hold. */
#include "api/record_routes.h"
#include "api/routes.h"
#include "base/clock.h"

#include <stdio.h>

#define MAX_SETUP_FILE MIB(16)

/* It shows and changes everything: for who may do everything. */
static int check_everything(const struct request *request, struct error *err)
{
	const struct caller *caller = &request->caller;
	uint64_t all = role_find(STR("administrator"))->rights;

	if (!(all & ~caller->rights) && caller_oversees(caller))
		return 0;
	return fail(err, E_REFUSED, RETRY_NEVER, "the set-up as a whole is for administrators of all accounts");
}

/* ---------------------------------------------------------------- export */

static const char *const export_words[] = {"masked", "sealed", NULL};

static bool is_personal(const struct request *request, const struct record_type *type, const char *id,
                        const json_t *record)
{
	const char *account = type == &account_type    ? id
	                      : type == &listener_type ? json_string_value(json_object_get(record, "account"))
	                                               : NULL;

	return account ? !caller_may_on(&request->caller, account, ACCOUNT_READ)
	               : record_is_others(request, request->setup, type, id);
}

/* Others' own mailboxes, their listeners and what they sign in with are their owners'. */
static void leave_personal_out(const struct request *request, json_t *document)
{
	static const struct record_type *const types[] = {&account_type, &listener_type, &authentication_profile_type,
	                                                  &keystore_type};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		json_t *records = json_object_get(document, types[i]->plural), *record;
		const char *id;
		void *next;

		json_object_foreach_safe(records, next, id, record) if (is_personal(request, types[i], id, record))
		        json_object_del(records, id);
		if (json_object_size(records) == 0)
			json_object_del(document, types[i]->plural);
	}
}

static int export_setup(struct request *request, struct answer *answer, struct error *err)
{
	struct buf yaml CLEANUP(buf_done) = BUF_INIT(MAX_SETUP_FILE);
	json_t *document CLEANUP(json_decrefp) = NULL;
	const char *secrets = request_query(request, "secrets");
	bool sealed = secrets && strcmp(secrets, "sealed") == 0;
	int r = check_everything(request, err);

	if (r == 0)
		r = setup_export(request->db, request->sealer, NULL, NULL, sealed ? SECRETS_SEALED : SECRETS_MASKED,
		                 request_query_bool(request, "whole"), &document, err);

	if (r < 0)
		return r;
	leave_personal_out(request, document);
	yaml_write(document, &yaml);
	if (yaml.failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "the set-up is longer than 16 MiB: use 'hauspost export'");
	answer_text(answer, "application/yaml", buf_str(&yaml));
	answer_disposition(answer, "attachment", STR("setup.yaml"));
	return 0;
}

/* ---------------------------------------------------------------- apply */

struct applied_view {
	int64_t changed;
	bool dry_run;
	struct text_list report;
};

/* clang-format off */
static const struct field applied_fields[] = {
	FIELD_INT(struct applied_view, changed, "Records that differ"),
	FIELD_BOOL(struct applied_view, dry_run, "Dry run", .help = "Nothing was stored"),
	FIELD_TEXTS(struct applied_view, report, "Report", .help = "Record by record, with differences and warnings"),
};
/* clang-format on */

static const struct record_type applied_type =
        RECORD_TYPE("applied", "applied", struct applied_view, applied_fields, "What was applied");

struct apply_work {
	struct work work;
	const struct request *request;
	struct application application;
	struct buf *report;
	int changed;
};

static int run_apply(struct work *work, struct db *db, struct error *err)
{
	struct apply_work *w = (struct apply_work *)work;

	buf_clear(w->report);
	w->changed = setup_apply_for(db, w->request->sealer, &w->application, w->report, err);
	return MIN(w->changed, 0);
}

static void again(struct work *work UNUSED)
{
}

static struct text_list lines_of(struct str text, struct arena *arena)
{
	struct text_list list = {0};
	struct str line;
	size_t size = 0;

	while (str_split(&text, '\n', &line)) {
		if (!line.n)
			continue;
		ARENA_ROOM(arena, list.items, list.count, size);
		list.items[list.count++] = arena_cstr(arena, line);
	}
	return list;
}

static int apply_setup(struct request *request, struct answer *answer, struct error *err)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(MAX_SETUP_FILE);
	json_t *document CLEANUP(json_decrefp) = NULL;
	struct apply_work w = {.work = {.run = run_apply, .again = again}, .request = request, .report = &report};
	struct applied_view view = {.dry_run = request_query_bool(request, "dry_run")};
	int r = check_everything(request, err);

	if (r == 0)
		r = yaml_read(request->body, "setup", &document, err);
	if (r == 0)
		r = record_check_unsealed(request->arena, document, err);
	if (r < 0)
		return r;
	w.application = (struct application){.document = document,
	                                     .by = request->caller.author,
	                                     .dry_run = view.dry_run,
	                                     .may = record_check_change,
	                                     .ctx = request};
	if (view.dry_run)
		r = w.changed = setup_apply_for(request->db, request->sealer, &w.application, &report, err);
	else
		r = store_do(request->store, &w.work, err);
	if (r < 0)
		return r;
	view.changed = w.changed;
	view.report = lines_of(buf_str(&report), request->arena);
	return answer_record(answer, &applied_type, &view, err);
}

/* ---------------------------------------------------------------- keystores */

struct entry_view {
	const char *alias, *subject, *issuer, *serial, *use;
	int64_t valid_from, expires_at, chain;
	bool expired, has_key;
	struct text_list addresses;
};

struct keystore_view {
	const char *id, *name, *fault;
	struct text_list used_by;
	struct record_list entries;
};

/* clang-format off */
static const struct field entry_fields[] = {
	FIELD_TEXT(struct entry_view, alias, "Alias"),
	FIELD_TEXT(struct entry_view, subject, "Subject"),
	FIELD_TEXT(struct entry_view, issuer, "Issuer"),
	FIELD_TEXT(struct entry_view, serial, "Serial number"),
	FIELD_TIME(struct entry_view, valid_from, "Valid from"),
	FIELD_TIME(struct entry_view, expires_at, "Expires"),
	FIELD_BOOL(struct entry_view, expired, "Expired"),
	FIELD_INT(struct entry_view, chain, "Issuers' certificates that are there, too"),
	FIELD_BOOL(struct entry_view, has_key, "With its private key"),
	FIELD_TEXT(struct entry_view, use, "Use", .help = "sign, decrypt, encrypt, trust"),
	FIELD_TEXTS(struct entry_view, addresses, "Addresses"),
};

static const struct field keystore_view_fields[] = {
	FIELD_TEXT(struct keystore_view, id, "ID"),
	FIELD_TEXT(struct keystore_view, name, "Name"),
	FIELD_TEXT(struct keystore_view, fault, "Fault", .help = "Why it can't be opened; empty: it can"),
	FIELD_TEXTS(struct keystore_view, used_by, "Used by"),
	FIELD_LIST(struct keystore_view, entries, struct entry_view, entry_fields, "Entries"),
};
/* clang-format on */

static const struct record_type keystore_view_type = RECORD_TYPE(
        "keystore_content", "keystore_contents", struct keystore_view, keystore_view_fields, "What a keystore holds");

struct uses {
	const struct request *request;
	struct text_list *list;
	size_t size;
};

static void add_use(void *ctx, const char *place)
{
	struct uses *uses = ctx;
	struct arena *arena = uses->request->arena;

	if (!record_may_see_place(uses->request, str_of(place)))
		return;
	ARENA_ROOM(arena, uses->list->items, uses->list->count, uses->size);
	uses->list->items[uses->list->count++] = arena_cstr(arena, str_of(place));
}

static struct entry_view view_entry(const struct keystore_entry *e, struct arena *arena)
{
	struct entry_view view = {
	        .alias = arena_cstr(arena, str_of(e->alias)),
	        .subject = arena_cstr(arena, str_of(e->subject)),
	        .issuer = arena_cstr(arena, str_of(e->issuer)),
	        .serial = arena_cstr(arena, str_of(e->serial)),
	        .valid_from = e->valid_from,
	        .expires_at = e->expires_at,
	        .chain = (int64_t)e->chain_length,
	        .expired = e->expires_at && e->expires_at < clock_now_ms(),
	        .has_key = e->has_key,
	        .addresses = {ARENA_ARRAY(arena, const char *, e->address_count), e->address_count},
	};
	char use[48];

	keystore_use_text(e, use);
	view.use = arena_cstr(arena, str_of(use));
	for (size_t i = 0; i < e->address_count; i++)
		view.addresses.items[i] = arena_cstr(arena, e->addresses[i]);
	return view;
}

static void view_entries(const struct keystore_record *record, struct arena *arena, struct keystore_view *view)
{
	struct keystore *keystore CLEANUP(keystore_freep) = NULL;
	const struct keystore_entry *entries;
	struct entry_view *list;
	struct error fault = {0};
	size_t n;

	if (keystore_record_open(record, &keystore, &fault) < 0) {
		view->fault = arena_cstr(arena, str_of(fault.text));
		return;
	}
	n = keystore_entries(keystore, &entries);
	list = ARENA_ARRAY(arena, struct entry_view, n);
	for (size_t i = 0; i < n; i++)
		list[i] = view_entry(&entries[i], arena);
	view->entries = (struct record_list){list, n};
}

static int get_entries(struct request *request, struct answer *answer, struct error *err)
{
	const char *id = record_id_of(request);
	const struct keystore_record *record = setup_keystore(request->setup, id);
	struct keystore_view view = {.id = id, .fault = ""};
	struct uses uses = {request, &view.used_by, 0};

	if (!record || !record_may_read(request, &keystore_type, record))
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no keystore \"%.64s\"", id);
	view.name = record->name;
	keystore_each_use(request->setup, id, add_use, &uses);
	view_entries(record, request->arena, &view);
	return answer_record(answer, &keystore_view_type, &view, err);
}

/* ---------------------------------------------------------------- routes */

static const struct route_query export_query[] = {
        {"secrets", QUERY_TEXT,
         "masked (a file that applies here keeps them), or sealed (for hauspost apply, with the same key file)",
         export_words},
        {"whole", QUERY_BOOL, "With fields that have their defaults, too", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};

static const struct route_query apply_query[] = {{"dry_run", QUERY_BOOL, "Only say what would change", NULL},
                                                 {NULL, QUERY_TEXT, NULL, NULL}};

const struct route setup_routes[] = {
        {.method = API_GET,
         .path = "/api/v1/setup.yaml",
         .id = "exportSetup",
         .tag = "Set-up",
         .summary = "The whole set-up as a file that can be applied",
         .right = RIGHT_OPERATORS_MANAGE,
         .answer_type = "application/yaml",
         .query = export_query,
         .handle = export_setup},
        {.method = API_POST,
         .path = "/api/v1/setup",
         .id = "applySetup",
         .tag = "Set-up",
         .summary = "Take over a set-up file (YAML or JSON), all of it or nothing",
         .right = RIGHT_OPERATORS_MANAGE,
         .body_type = "*/*",
         .body_max = MAX_SETUP_FILE,
         .answer = &applied_type,
         .query = apply_query,
         .handle = apply_setup},
        {.method = API_GET,
         .path = "/api/v1/keystores/{id}/entries",
         .id = "getKeystoreEntries",
         .tag = "Keystores",
         .summary = "What a keystore holds: aliases, whose, until when; never a key",
         .right = RIGHT_ACCOUNTS_READ,
         .answer = &keystore_view_type,
         .handle = get_entries},
        {0},
};
