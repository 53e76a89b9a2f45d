/* See record_routes.h. The routes, and reading. */
#include "api/record_routes.h"

#include "api/openapi.h"

#include "store/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define ROUTES_PER_KIND 6
#define RECORD_BODY_MAX MIB(2) /* a keystore, twice in base64 */

const struct record_kind *record_kind_of(const struct request *request)
{
	return request->route->ctx;
}

const char *record_id_of(const struct request *request)
{
	return arena_cstr(request->arena, str_slice(request->parameters[0], 0, 100));
}

/* ---------------------------------------------------------------- list */

struct place_in_list {
	const void *record;
	const char *name, *id;
};

static const char *name_of(const struct record_type *type, const void *record)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (strcmp(type->fields[i].name, "name") == 0 && type->fields[i].kind == FIELD_KIND_TEXT)
			return *(const char *const *)((const char *)record + type->fields[i].offset);
	return "";
}

/* "name", "-id" … */
struct sort {
	bool by_name, reverse;
};

static int compare_places(const void *a, const void *b, void *ctx)
{
	const struct place_in_list *x = a, *y = b;
	const struct sort *sort = ctx;
	int order = sort->by_name ? strcasecmp(x->name, y->name) : 0;

	order = order ? order : strcmp(x->id, y->id);
	return sort->reverse ? -order : order;
}

/* What fits and may be seen, sorted. Returns its number. */
static size_t gather(const struct request *request, const struct sort *sort, struct place_in_list **ret_places)
{
	const struct record_kind *kind = record_kind_of(request);
	const void *const *records;
	size_t n = setup_list(request->setup, kind->type, &records), count = 0;
	struct place_in_list *places = ARENA_ARRAY(request->arena, struct place_in_list, n);

	for (size_t i = 0; i < n; i++)
		if (record_may_read(request, kind->type, records[i]) && record_fits(kind, request, records[i]))
			places[count++] = (struct place_in_list){records[i], name_of(kind->type, records[i]),
			                                         record_id(kind->type, records[i])};
	if (count)
		qsort_r(places, count, sizeof *places, compare_places, (void *)(uintptr_t)sort);
	*ret_places = places;
	return count;
}

static struct sort sort_of(const struct request *request)
{
	const char *word = request_query(request, "sort");
	struct sort sort = {.reverse = word && *word == '-'};

	sort.by_name = word && strcmp(word + sort.reverse, "name") == 0;
	return sort;
}

/* The first place after the cursor's, whose keys are "ID\nNAME". */
static size_t first_after(const struct place_in_list *places, size_t n, struct str cursor, const struct sort *sort,
                          struct arena *arena)
{
	struct place_in_list last = {0};
	struct str id;
	size_t i = 0;

	if (!cursor.n || !str_split(&cursor, '\n', &id))
		return 0;
	last.id = arena_cstr(arena, id);
	last.name = arena_cstr(arena, cursor);
	while (i < n && compare_places(&places[i], &last, (void *)(uintptr_t)sort) <= 0)
		i++;
	return i;
}

int list_records(struct request *request, struct answer *answer, struct error *err)
{
	const struct record_kind *kind = record_kind_of(request);
	struct sort sort = sort_of(request);
	struct place_in_list *places;
	struct str cursor = STR_NULL;
	int64_t number = 0;
	size_t n, first, end;

	if (record_check_read(request, kind, NULL, err) < 0 || request_cursor(request, &number, &cursor, err) < 0)
		return err->code;
	n = gather(request, &sort, &places);
	first = first_after(places, n, cursor, &sort, request->arena);
	end = MIN(n, first + request->limit);
	answer_list_begin(answer);
	for (size_t i = first; i < end; i++)
		if (answer_list_add(answer, kind->type, places[i].record, err) < 0)
			return err->code;
	if (end > first)
		cursor = arena_printf(request->arena, "%s\n%s", places[end - 1].id, places[end - 1].name);
	answer_list_end(answer, end < n, 0, cursor);
	return 0;
}

/* ---------------------------------------------------------------- one */

int record_newest(struct request *request, const struct record_kind *kind, const char *id, void **ret_record,
                  int64_t *ret_revision, struct error *err)
{
	struct sealer tolerant = *request->sealer;
	struct stored_record stored;
	void *record;
	int r = records_newest(request->db, kind->type->kind, id, request->arena, &stored, err);

	if (r < 0)
		return r;
	if (r == 0 || !stored.document.n)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s \"%.64s\"", kind->type->kind, id);
	tolerant.keeps_unopened = true;
	json_t *json CLEANUP(json_decrefp) = json_loadb(stored.document.p, stored.document.n, 0, NULL);
	const char *path = arena_printf(request->arena, "%s/%s", kind->type->plural, id).p;
	if (!json || record_read(kind->type, json, path, &tolerant, request->arena, &record, err) < 0)
		return fail(err, E_STORE, RETRY_NEVER, "%s: the stored document can't be read", path);
	*ret_record = record;
	*ret_revision = stored.revision;
	return 0;
}

int record_stored(struct request *request, const struct record_kind *kind, const char *id, void **ret_record,
                  int64_t *ret_revision, struct error *err)
{
	void *record = NULL;
	int r = record_newest(request, kind, id, &record, ret_revision, err);

	if (r >= 0)
		r = record_check_read(request, kind, record, err);
	if (r < 0) {
		record_done(kind->type, record);
		return r;
	}
	*ret_record = record;
	return 0;
}

int get_record(struct request *request, struct answer *answer, struct error *err)
{
	const struct record_kind *kind = record_kind_of(request);
	int64_t revision;
	void *record;
	int r = record_stored(request, kind, record_id_of(request), &record, &revision, err);

	if (r < 0)
		return r;
	r = answer_record(answer, kind->type, record, err);
	answer_etag(answer, revision);
	record_done(kind->type, record);
	return r;
}

/* ---------------------------------------------------------------- routes */

/* "authentication_profiles": "Authentication profiles" */
static const char *title(struct arena *arena, const char *words)
{
	char *text = arena_cstr(arena, str_of(words));

	for (char *p = text; *p; p++)
		*p = *p == '_' ? ' ' : *p;
	if (*text >= 'a' && *text <= 'z')
		*text = (char)(*text - 'a' + 'A');
	return text;
}

/* "an account" */
static const char *one_of(struct arena *arena, const char *label)
{
	bool vowel = strchr("AEIO", *label) != NULL;

	return arena_printf(arena, "%s %c%s", vowel ? "an" : "a", *label | 0x20, label + 1).p;
}

struct words {
	const char *all, *one;    /* paths */
	const char *names, *name; /* in operation ids */
	const char *tag, *a;      /* for people */
};

static const char *join(struct arena *arena, const char *a, const char *b, const char *c)
{
	return arena_printf(arena, "%s%s%s", a, b, c).p;
}

static void reading_routes(struct route *r, const struct record_kind *kind, const struct words *w, struct arena *arena)
{
	r[0] = (struct route){.method = API_GET,
	                      .path = w->all,
	                      .id = join(arena, "list", w->names, ""),
	                      .summary = join(arena, "List ", kind->type->plural, ""),
	                      .is_list = true,
	                      .query = kind->queries,
	                      .handle = list_records};
	r[1] = (struct route){.method = API_GET,
	                      .path = w->one,
	                      .id = join(arena, "get", w->name, ""),
	                      .summary = join(arena, "Show ", w->a, ""),
	                      .description = "Its version is the ETag: send it back with If-Match when you change it.",
	                      .handle = get_record};
	r[2] = (struct route){.method = API_GET,
	                      .path = join(arena, w->one, "/history", ""),
	                      .id = join(arena, "get", w->name, "History"),
	                      .summary = join(arena, "List the versions of ", w->a, ", newest first"),
	                      .is_list = true,
	                      .handle = list_versions};
	for (size_t i = 0; i < 3; i++) {
		r[i].answer = i == 2 ? &version_type : kind->type;
		r[i].right = kind->read;
	}
}

static void changing_routes(struct route *r, const struct record_kind *kind, const struct words *w, struct arena *arena)
{
	r[0] = (struct route){.method = API_POST,
	                      .path = w->all,
	                      .id = join(arena, "create", w->name, ""),
	                      .summary = join(arena, "Create ", w->a, ""),
	                      .status = 201,
	                      .handle = create_record};
	r[1] = (struct route){
	        .method = API_PUT,
	        .path = w->one,
	        .id = join(arena, "put", w->name, ""),
	        .summary = join(arena, "Replace ", w->a, ""),
	        .needs_revision = true,
	        .description = "What is left out gets its default. A secret of \"********\" stays what it is, but "
	                       "must be typed again where another server would get it.",
	        .handle = replace_record};
	r[2] = (struct route){.method = API_DELETE,
	                      .path = w->one,
	                      .id = join(arena, "delete", w->name, ""),
	                      .summary = join(arena, "Delete ", w->a, ""),
	                      .description = "Refused with 409 while another record refers to it.",
	                      .handle = delete_record};
	for (size_t i = 0; i < 3; i++) {
		r[i].body = r[i].answer = i == 2 ? NULL : kind->type;
		r[i].body_max = i == 2 ? 0 : RECORD_BODY_MAX;
		r[i].right = kind->manage;
	}
}

static void routes_of(struct route *routes, const struct record_kind *kind, struct arena *arena)
{
	struct words w = {
	        .all = join(arena, "/api/v1/", kind->type->plural, ""),
	        .one = join(arena, "/api/v1/", kind->type->plural, "/{id}"),
	        .names = openapi_name(arena, kind->type->plural),
	        .name = openapi_name(arena, kind->type->kind),
	        .tag = title(arena, kind->type->plural),
	        .a = one_of(arena, kind->type->label),
	};

	reading_routes(routes, kind, &w, arena);
	changing_routes(routes + 3, kind, &w, arena);
	for (size_t i = 0; i < ROUTES_PER_KIND; i++) {
		routes[i].tag = w.tag;
		routes[i].ctx = kind;
	}
}

const struct route *record_routes(void)
{
	static struct arena *arena;
	static struct route *routes;
	const struct record_kind *kinds;
	size_t n = record_kinds(&kinds);

	if (routes)
		return routes;
	arena = arena_new(); /* until the process ends */
	routes = ARENA_ARRAY(arena, struct route, n * ROUTES_PER_KIND + 1);
	for (size_t i = 0; i < n; i++)
		routes_of(routes + i * ROUTES_PER_KIND, &kinds[i], arena);
	return routes;
}
