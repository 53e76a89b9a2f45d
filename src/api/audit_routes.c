/* The audit trail: every change of the set-up, and what was done with sign-ins, passwords and tokens; newest first. Two
 * tables, merged page by page: of one moment the records come first. */
#include "api/record_history.h"
#include "api/routes.h"
#include "store/audit.h"

struct audit_view {
	int64_t at, revision;
	const char *author, *action, *kind, *id, *detail, *address;
	struct text_list changes;
};

/* clang-format off */
static const struct field audit_fields[] = {
	FIELD_TIME(struct audit_view, at, "When", .required = true),
	FIELD_TEXT(struct audit_view, author, "Author"),
	FIELD_TEXT(struct audit_view, action, "What was done", .help = "created, changed, deleted; sign-in, sign-in.failed …"),
	FIELD_TEXT(struct audit_view, kind, "Kind", .help = "Of what it is about: account, listener, operator, tokens …"),
	FIELD_TEXT(struct audit_view, id, "ID"),
	FIELD_INT(struct audit_view, revision, "Version", .help = "Of the record; 0: it isn't about one"),
	FIELD_TEXTS(struct audit_view, changes, "Changes", .help = "One line for each field, before and after; never a secret"),
	FIELD_TEXT(struct audit_view, detail, "Detail"),
	FIELD_TEXT(struct audit_view, address, "From", .help = "Where the request came from"),
};
/* clang-format on */

static const struct record_type audit_type =
        RECORD_TYPE("audit_entry", "audit_entries", struct audit_view, audit_fields, "Audit entry");

/* ---------------------------------------------------------------- where a page begins */

/* The last one seen of each table. */
struct audit_place {
	struct stored_record record;
	bool is_begun;
	int64_t at, entry_id;
};

/* "KIND\nID\nREVISION\nENTRY" with the time: of a record, or (all but the last empty) of an entry. */
static int read_cursor(struct request *request, struct audit_place *ret, struct error *err)
{
	struct str text = STR_NULL, kind, id, revision;
	int64_t at = 0;

	if (request_cursor(request, &at, &text, err) < 0)
		return err->code;
	if (!text.n)
		return 0;
	if (!str_split(&text, '\n', &kind) || !str_split(&text, '\n', &id) || !str_split(&text, '\n', &revision) ||
	    !str_to_int(revision, &ret->record.revision) || !str_to_int(text, &ret->entry_id))
		return fail(err, E_INVALID, RETRY_NEVER, "cursor: is not one of this list");
	ret->is_begun = true;
	ret->at = ret->record.at = at;
	ret->record.kind = arena_cstr(request->arena, kind);
	ret->record.id = arena_cstr(request->arena, id);
	return 0;
}

/* ---------------------------------------------------------------- what is asked for */

struct audit_wish {
	struct record_search records;
	struct audit_search entries;
	bool no_records; /* the kind is none of the set-up's */
};

/* Kinds that no record has. */
static bool is_other_kind(const char *kind)
{
	return strcmp(kind, "tokens") == 0 || strcmp(kind, "sessions") == 0;
}

static int read_wish(struct request *request, struct audit_wish *wish, struct error *err)
{
	const char *kind = request_query(request, "kind"), *id = request_query(request, "id");
	const char *author = request_query(request, "author");
	const struct record_type *type = kind && *kind ? setup_type_find(kind) : NULL;

	if (kind && *kind && !type && !is_other_kind(kind))
		return fail(err, E_INVALID, RETRY_NEVER, "kind: \"%.64s\" is not a kind of record", kind);
	wish->no_records = kind && *kind && !type;
	wish->records = (struct record_search){.kind = type ? type->kind : NULL, .id = id, .author = author};
	request_query_time(request, "from", &wish->records.from_at);
	request_query_time(request, "until", &wish->records.until_at);
	wish->entries = (struct audit_search){.object = "",
	                                      .author = author ? author : "",
	                                      .from_at = wish->records.from_at,
	                                      .until_at = wish->records.until_at};
	if (kind && *kind)
		wish->entries.object =
		        arena_printf(request->arena, "%s/%s", type ? type->plural : kind, id ? id : "").p;
	return 0;
}

/* ---------------------------------------------------------------- the page */

struct audit_page {
	struct stored_record *records;
	struct audit_entry *entries;
	size_t record_count, entry_count;
};

static int find_page(struct request *request, struct audit_wish *wish, const struct audit_place *place,
                     struct audit_page *ret, struct error *err)
{
	size_t max = request->limit + 1;
	const char *id = request_query(request, "id");
	int n = 0;

	wish->records.after = place->is_begun ? &place->record : NULL;
	wish->entries.before_at = place->at;
	wish->entries.before_id = place->entry_id;
	if (!wish->no_records)
		n = records_search(request->db, &wish->records, max, request->arena, &ret->records, err);
	if (n < 0)
		return n;
	ret->record_count = (size_t)n;
	/* An id alone can't be looked for among objects of any kind. */
	n = id && *id && !*wish->entries.object
	            ? 0
	            : audit_find(request->db, &wish->entries, max, request->arena, &ret->entries, err);
	ret->entry_count = n < 0 ? 0 : (size_t)n;
	return MIN(n, 0);
}

static int add_record(struct request *request, struct answer *answer, const struct stored_record *stored,
                      struct error *err)
{
	const struct record_type *type = setup_type_find(stored->kind);
	struct version v;
	bool is_visible;

	if (!type)
		return 0;
	if (version_describe(request, type, stored, &v, &is_visible, err) < 0)
		return err->code;
	const struct audit_view view = {.at = v.at,
	                                .revision = v.revision,
	                                .author = v.author,
	                                .action = version_actions[v.action],
	                                .kind = v.kind,
	                                .id = v.id,
	                                .changes = v.changes};
	return is_visible ? answer_list_add(answer, &audit_type, &view, err) : 0;
}

/* What is done with a part of somebody's own mailbox (it is traced) is its owner's to know of. */
static bool is_personal(const struct request *request, const struct record_type *type, const char *id)
{
	const void *record = setup_find(request->setup, type, id);

	return record && record_account(type, record) && !record_may_read(request, type, record);
}

/* "operators/anna" is operator anna. */
static int add_entry(struct request *request, struct answer *answer, const struct audit_entry *e, struct error *err)
{
	struct str id = str_of(e->object), kind = STR_NULL;
	const struct record_type *type;

	if (str_find_char(id, '/') < 0 || !str_split(&id, '/', &kind))
		kind = STR_NULL;
	type = setup_type_find(arena_cstr(request->arena, kind));
	if (type && is_personal(request, type, arena_cstr(request->arena, id)))
		return 0;
	const struct audit_view view = {.at = e->at,
	                                .author = e->author,
	                                .action = e->action,
	                                .kind = type ? type->kind : arena_cstr(request->arena, kind),
	                                .id = arena_cstr(request->arena, id),
	                                .detail = e->detail,
	                                .address = e->address};
	return answer_list_add(answer, &audit_type, &view, err);
}

static struct str place_of_record(struct request *request, const struct stored_record *stored)
{
	return arena_printf(request->arena, "%s\n%s\n%lld\n%lld", stored->kind, stored->id, (long long)stored->revision,
	                    (long long)INT64_MAX);
}

/* What the caller may not see is left out of its page, which is then shorter. */
static int write_page(struct request *request, struct answer *answer, const struct audit_page *page, struct error *err)
{
	size_t r = 0, e = 0;
	int64_t at = 0;
	struct str cursor = STR_NULL;

	answer_list_begin(answer);
	while (r + e < request->limit && (r < page->record_count || e < page->entry_count)) {
		bool is_record = r < page->record_count &&
		                 (e >= page->entry_count || page->records[r].at >= page->entries[e].at);
		int result = is_record ? add_record(request, answer, &page->records[r], err)
		                       : add_entry(request, answer, &page->entries[e], err);

		if (result < 0)
			return result;
		if (is_record) {
			at = page->records[r].at;
			cursor = place_of_record(request, &page->records[r++]);
		} else {
			at = page->entries[e].at;
			cursor = arena_printf(request->arena, "\n\n0\n%lld", (long long)page->entries[e++].id);
		}
	}
	answer_list_end(answer, r < page->record_count || e < page->entry_count, at, cursor);
	return 0;
}

static int list_audit(struct request *request, struct answer *answer, struct error *err)
{
	struct audit_place place = {.record = {.kind = "", .id = ""}};
	struct audit_page page = {0};
	struct audit_wish wish;
	int r = read_cursor(request, &place, err);

	if (r == 0)
		r = read_wish(request, &wish, err);
	if (r == 0)
		r = find_page(request, &wish, &place, &page, err);
	return r < 0 ? r : write_page(request, answer, &page, err);
}

static const struct route_query audit_query[] = {
        {"kind", QUERY_TEXT, "Of what it is about: account, listener, operator, tokens …", NULL},
        {"id", QUERY_TEXT, "Of what it is about", NULL},
        {"author", QUERY_TEXT, "Who did it", NULL},
        {"from", QUERY_TIME, "Not before", NULL},
        {"until", QUERY_TIME, "Before", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};

const struct route audit_routes[] = {
        {.method = API_GET,
         .path = "/api/v1/audit",
         .id = "listAudit",
         .tag = "Audit",
         .summary = "List who changed or did what, newest first",
         .description =
                 "Every change of the set-up, and what was done with sign-ins, passwords, second factors, tokens and "
                 "traces.",
         .right = RIGHT_AUDIT_READ,
         .answer = &audit_type,
         .is_list = true,
         .query = audit_query,
         .handle = list_audit},
        {0},
};
