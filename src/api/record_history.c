/* See record_history.h. */
#include "api/record_history.h"

#include "store/records.h"

const char *const version_actions[] = {"created", "changed", "deleted", NULL};

/* clang-format off */
static const struct field version_fields[] = {
	FIELD_TEXT(struct version, kind, "Kind", .required = true, .help = "Of the record: account, listener …"),
	FIELD_TEXT(struct version, id, "ID", .required = true),
	FIELD_INT(struct version, revision, "Version"),
	FIELD_ENUM(struct version, action, version_actions, "What was done"),
	FIELD_TEXT(struct version, author, "Author"),
	FIELD_TIME(struct version, at, "When", .required = true),
	FIELD_TEXTS(struct version, changes, "Changes", .help = "One line for each field, before and after; never a secret"),
};
/* clang-format on */

const struct record_type version_type = RECORD_TYPE("version", "versions", struct version, version_fields, "Version");

/* ---------------------------------------------------------------- differences */

/* NULL for a deletion, and for what today's rules can't read any more (*ret_is_old). */
static void *read_version(struct request *request, const struct record_type *type, const struct stored_record *stored,
                          bool *ret_is_old)
{
	struct sealer tolerant = *request->sealer;
	json_t *json CLEANUP(json_decrefp) = NULL;
	struct error ignored;
	void *record = NULL;

	*ret_is_old = false;
	if (!stored->document.n)
		return NULL;
	tolerant.keeps_unopened = true;
	json = json_loadb(stored->document.p, stored->document.n, 0, NULL);
	*ret_is_old = !json || record_read(type, json, "", &tolerant, request->arena, &record, &ignored) < 0;
	return *ret_is_old ? NULL : record;
}

static void add_change(struct version *version, struct arena *arena, size_t *size, struct str line)
{
	ARENA_ROOM(arena, version->changes.items, version->changes.count, *size);
	version->changes.items[version->changes.count++] = arena_cstr(arena, str_trim(line));
}

static void compare(struct version *version, const struct record_type *type, const void *before, const void *after,
                    struct arena *arena)
{
	struct buf lines CLEANUP(buf_done) = BUF_INIT(KIB(256));
	struct str rest, line;
	size_t size = 0;

	record_diff(type, before, after, &lines);
	rest = buf_str(&lines);
	while (str_split(&rest, '\n', &line))
		if (line.n)
			add_change(version, arena, &size, line);
	if (lines.failed)
		add_change(version, arena, &size, STR("…"));
}

/* The one before, where there is one that wasn't a deletion. */
static int find_before(struct request *request, const struct stored_record *stored, struct stored_record *ret_before,
                       struct error *err)
{
	int r = stored->revision <= 1 ? 0
	                              : records_get_version(request->db, stored->kind, stored->id, stored->revision - 1,
	                                                    request->arena, ret_before, err);

	return r > 0 && !ret_before->document.n ? 0 : r;
}

int version_describe(struct request *request, const struct record_type *type, const struct stored_record *stored,
                     struct version *ret_version, bool *ret_is_visible, struct error *err)
{
	struct stored_record earlier = {0};
	bool is_old = false, was_old = false;
	size_t size = 0;
	int r = find_before(request, stored, &earlier, err);

	if (r < 0)
		return r;
	*ret_version = (struct version){.kind = stored->kind,
	                                .id = stored->id,
	                                .author = stored->author,
	                                .revision = stored->revision,
	                                .at = stored->at};
	ret_version->action = !stored->document.n ? VERSION_DELETED : r > 0 ? VERSION_CHANGED : VERSION_CREATED;
	void *before = r > 0 ? read_version(request, type, &earlier, &was_old) : NULL;
	void *after = read_version(request, type, stored, &is_old);
	if (is_old || was_old)
		add_change(ret_version, request->arena, &size, STR("a version that can't be read by today's rules"));
	else if (stored->document.n)
		compare(ret_version, type, before, after, request->arena);
	*ret_is_visible = (!before || record_may_read(request, type, before)) &&
	                  (!after || record_may_read(request, type, after)) &&
	                  (before || after || request->caller.all_accounts);
	record_done(type, before);
	record_done(type, after);
	return 0;
}

/* ---------------------------------------------------------------- pages */

/* "KIND\nID\nREVISION" with the time; NULL on the first page. */
static int read_cursor(struct request *request, struct stored_record **ret_after, struct error *err)
{
	struct stored_record *last = ARENA_NEW(request->arena, struct stored_record);
	struct str text = STR_NULL, kind, id;
	int r = request_cursor(request, &last->at, &text, err);

	if (r < 0)
		return r;
	if (!text.n) {
		*ret_after = NULL;
		return 0;
	}
	if (!str_split(&text, '\n', &kind) || !str_split(&text, '\n', &id) || !str_to_int(text, &last->revision))
		return fail(err, E_INVALID, RETRY_NEVER, "cursor: is not one of this list");
	last->kind = arena_cstr(request->arena, kind);
	last->id = arena_cstr(request->arena, id);
	*ret_after = last;
	return 0;
}

static int add_version(struct request *request, struct answer *answer, const struct stored_record *stored,
                       struct error *err)
{
	const struct record_type *type = setup_type_find(stored->kind);
	struct version version;
	bool is_visible;
	int r;

	if (!type)
		return 0;
	r = version_describe(request, type, stored, &version, &is_visible, err);
	return r < 0 || !is_visible ? r : answer_list_add(answer, &version_type, &version, err);
}

/* What the caller may not see is left out of its page, which is then shorter. */
static int answer_versions(struct request *request, struct answer *answer, const struct record_search *wanted,
                           struct error *err)
{
	struct record_search search = *wanted;
	struct stored_record *found, *after;
	struct str cursor = STR_NULL;
	size_t shown;
	int n = read_cursor(request, &after, err);

	if (n < 0)
		return n;
	search.after = after;
	n = records_search(request->db, &search, request->limit + 1, request->arena, &found, err);
	if (n < 0)
		return n;
	shown = MIN((size_t)n, request->limit);
	answer_list_begin(answer);
	for (size_t i = 0; i < shown; i++)
		if (add_version(request, answer, &found[i], err) < 0)
			return err->code;
	if (shown)
		cursor = arena_printf(request->arena, "%s\n%s\n%lld", found[shown - 1].kind, found[shown - 1].id,
		                      (long long)found[shown - 1].revision);
	answer_list_end(answer, (size_t)n > shown, shown ? found[shown - 1].at : 0, cursor);
	return 0;
}

/* Of one that is gone nobody can say whose it was. */
static bool may_see_versions(const struct request *request, const struct record_type *type, const char *id)
{
	const void *record = setup_find(request->setup, type, id);

	if (record)
		return record_may_read(request, type, record);
	return (type != &account_type && type != &listener_type) || caller_oversees(&request->caller);
}

int list_versions(struct request *request, struct answer *answer, struct error *err)
{
	const struct record_kind *kind = record_kind_of(request);
	struct record_search search = {.kind = kind->type->kind, .id = record_id_of(request)};
	int64_t revision;
	int r = record_check_read(request, kind, NULL, err);

	if (r == 0)
		r = records_version(request->db, search.kind, search.id, &revision, err);
	if (r == 0 && revision == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s \"%.64s\", and there never was", search.kind,
		            search.id);
	if (r == 0 && !may_see_versions(request, kind->type, search.id))
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s \"%.64s\", and there never was", search.kind,
		            search.id);
	return r < 0 ? r : answer_versions(request, answer, &search, err);
}
