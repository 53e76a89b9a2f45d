/* From a folder's name to its id: see graph.h. A folder is looked for by its display name, level by level; Exchange
 * takes names in any case, so a name in another case counts where none is the very same. */
#include "receive/graph/graph.h"

#include "base/mem.h"
#include "setup/special_use.h"

#include <jansson.h>

enum { PAGES_MAX = 1000 };

static const char *const well_known[] = {
        "inbox",          "archive",
        "clutter",        "conversationhistory",
        "deleteditems",   "drafts",
        "junkemail",      "localfailures",
        "msgfolderroot",  "outbox",
        "sentitems",      "scheduled",
        "searchfolders",  "recoverableitemsdeletions",
        "serverfailures", "syncissues",
        "conflicts",
};

static const char *well_known_name(struct str name)
{
	const struct special_use *use = special_use_find(name);

	if (use && use->graph)
		return use->graph;
	if (str_eq_nocase(name, STR("INBOX")))
		return "inbox";
	for (size_t i = 0; i < ARRAY_LEN(well_known); i++)
		if (str_eq(name, str_of(well_known[i])))
			return well_known[i];
	return NULL;
}

void graph_add_folders_url(const struct graph *graph, struct str parent, struct buf *url)
{
	graph_url(graph, url);
	buf_add(url, STR("/mailFolders"));
	if (!parent.n)
		return;
	buf_add_char(url, '/');
	graph_add_segment(url, parent);
	buf_add(url, STR("/childFolders"));
}

static int no_folder(struct str name, struct error *err)
{
	return fail_scope(err, SCOPE_FOLDER, E_NOT_FOUND, RETRY_NEVER,
	                  "there is no folder \"" STR_FMT "\" in the mailbox", STR_ARG(str_slice(name, 0, 100)));
}

static int folder_refused(const struct graph *graph, const struct http_answer *answer, struct str name,
                          struct error *err)
{
	char step[128];

	snprintf(step, sizeof step, "folder " STR_FMT, STR_ARG(str_slice(name, 0, 100)));
	return graph_refused(graph, answer, step, err);
}

/* ---------------------------------------------------------------- the first name */

/* Also the first request to the mailbox: says whether there is one, and whether we may. */
static int find_well_known(struct graph *graph, const char *name, struct arena *arena, struct str *ret_id,
                           struct error *err)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	struct http_answer answer;

	graph_url(graph, &url);
	buf_printf(&url, "/mailFolders/%s", name);
	int r = graph_do(graph, &(struct graph_request){.method = "GET", .url = buf_cstr(&url)}, arena, &answer, err);
	if (r < 0)
		return r;
	if (answer.status != 200) {
		struct graph_fault fault = graph_fault_of(answer.body, arena);

		if (answer.status == 404 && !graph_is_no_mailbox(&fault))
			return no_folder(str_of(name), err);
		return folder_refused(graph, &answer, str_of(name), err);
	}
	*ret_id = graph_id_read(answer.body, arena);
	return ret_id->n ? 0 : fail(err, E_PROTOCOL, RETRY_LATER, "folder %s: the server gives no id", name);
}

/* ---------------------------------------------------------------- by display name */

/* 1 and *ret_id where the page has it; a match in another case is kept in *other meanwhile. */
static bool pick(const struct graph_folder_page *page, struct str name, struct str *other, struct str *ret_id)
{
	for (size_t i = 0; i < page->count; i++) {
		if (str_eq(page->folders[i].name, name)) {
			*ret_id = page->folders[i].id;
			return true;
		}
		if (!other->n)
			*other = page->folders[i].id;
	}
	return false;
}

static int read_folder_page(struct graph *graph, const char *url, struct str name, struct arena *arena,
                            struct graph_folder_page *ret_page, struct error *err)
{
	struct http_answer answer;
	int r = graph_do(graph, &(struct graph_request){.method = "GET", .url = url}, arena, &answer, err);

	if (r < 0)
		return r;
	if (answer.status != 200)
		return folder_refused(graph, &answer, name, err);
	return graph_folder_page_read(answer.body, arena, ret_page, err);
}

/* 1 and *ret_id; 0: there is none of that name. The filter compares as Exchange does, in any case. */
static int find_child(struct graph *graph, struct str parent, struct str name, struct arena *arena, struct str *ret_id,
                      struct error *err)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	struct graph_folder_page page = {0};
	struct str other = STR_NULL;

	graph_add_folders_url(graph, parent, &url);
	buf_add(&url, STR("?$filter=displayName%20eq%20"));
	graph_add_literal(&url, name);
	for (int pages = 0; pages < PAGES_MAX; pages++) {
		int r = read_folder_page(graph, buf_cstr(&url), name, arena, &page, err);

		if (r < 0)
			return r;
		if (pick(&page, name, &other, ret_id))
			return 1;
		if (!page.next_link.n) {
			if (other.n)
				*ret_id = other;
			return other.n != 0;
		}
		r = graph_check_link(graph, page.next_link, err);
		if (r < 0)
			return r;
		buf_clear(&url);
		buf_add(&url, page.next_link);
	}
	return fail(err, E_PROTOCOL, RETRY_LATER, "the list of folders has no end");
}

/* Where somebody else makes it at the same moment (409), it is there. */
static int make_child(struct graph *graph, struct str parent, struct str name, struct arena *arena, struct str *ret_id,
                      struct error *err)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	json_t *json = json_pack("{s:s%}", "displayName", name.p, name.n);
	char *text CLEANUP(freep) = json ? json_dumps(json, JSON_COMPACT) : NULL;
	struct http_answer answer;

	json_decref(json);
	if (!text)
		return fail_scope(err, SCOPE_FOLDER, E_INVALID, RETRY_NEVER, "the folder's name isn't UTF-8");
	graph_add_folders_url(graph, parent, &url);
	int r = graph_do(graph,
	                 &(struct graph_request){.method = "POST",
	                                         .url = buf_cstr(&url),
	                                         .content_type = "application/json",
	                                         .body = str_of(text)},
	                 arena, &answer, err);
	if (r < 0)
		return r;
	if (answer.status == 409) {
		r = find_child(graph, parent, name, arena, ret_id, err);
		return r == 0 ? no_folder(name, err) : MIN(r, 0);
	}
	if (answer.status != 201) {
		r = folder_refused(graph, &answer, name, err);
		if (err && answer.status / 100 == 4 && answer.status != 429)
			err->scope = SCOPE_FOLDER;
		return r;
	}
	*ret_id = graph_id_read(answer.body, arena);
	return ret_id->n ? 0 : fail(err, E_PROTOCOL, RETRY_LATER, "the folder that was made has no id");
}

static int find_or_make(struct graph *graph, struct str parent, struct str name, bool create, struct arena *arena,
                        struct str *ret_id, struct error *err)
{
	int r = find_child(graph, parent, name, arena, ret_id, err);

	if (r != 0)
		return MIN(r, 0);
	return create ? make_child(graph, parent, name, arena, ret_id, err) : no_folder(name, err);
}

int graph_folder_find(struct graph *graph, const char *path, bool create, char **ret_id, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str rest = str_of(path), name, id = STR_NULL;
	int r = 0;

	for (bool first = true; r == 0 && str_split(&rest, '/', &name); first = false) {
		const char *known = first ? well_known_name(name) : NULL;
		struct str parent = id;

		if (!name.n)
			continue;
		r = known ? find_well_known(graph, known, arena, &id, err)
		          : find_or_make(graph, parent, name, create, arena, &id, err);
	}
	if (r == 0 && !id.n)
		r = no_folder(str_of(path), err);
	if (r == 0)
		*ret_id = str_dup(id);
	return r;
}
