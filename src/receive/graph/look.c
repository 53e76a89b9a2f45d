/* What is there: the delta query (see graph.h). A look asks from the cursor on; where there is none, or the server has
 * forgotten it (410), everything in the folder is asked for, and the names recognise what they know. All pages of a
 * look are gathered first and taken to the names in one step, so that a look that breaks off changes nothing. */
#include "receive/graph/graph.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
	PAGE_SIZE = 500,
	EMPTY_PAGES_MAX = 1000, /* in a row, or with nothing new: they are legal, but not without an end */
};

/* Entries by their id, the last word of each counting. */
struct look {
	struct graph_receiver *gr;
	struct arena *arena;
	struct map *by_id;
	struct graph_entry **entries;
	size_t count, size;
	struct str delta_link;
	bool complete;  /* asked without a cursor */
	bool forgotten; /* the server doesn't know the cursor any more */
};

/* ---------------------------------------------------------------- pages */

static int add_entries(struct look *look, const struct graph_page *page, struct error *err)
{
	for (size_t i = 0; i < page->count; i++) {
		struct graph_entry *entry = &page->entries[i], *known = map_get(look->by_id, entry->id);

		if (known) {
			bool seen = entry->seen || (!entry->removed && known->seen);
			int64_t received_at = entry->received_at ? entry->received_at : known->received_at;

			*known = (struct graph_entry){known->id, received_at, seen, entry->removed, known->order};
			continue;
		}
		if (look->count >= GRAPH_MESSAGES_MAX)
			return fail_scope(err, SCOPE_FOLDER, E_LIMIT, RETRY_LATER,
			                  "the folder has more than %d messages", GRAPH_MESSAGES_MAX);
		entry->order = look->count;
		map_set(look->by_id, entry->id, entry);
		ARENA_ROOM(look->arena, look->entries, look->count, look->size);
		look->entries[look->count++] = entry;
	}
	return 0;
}

static bool is_forgotten(const struct http_answer *answer, struct arena *arena)
{
	static const char *const codes[] = {"SyncStateNotFound", "resyncRequired", "SyncStateInvalid",
	                                    "ErrorInvalidSyncStateData", "syncStateNotFound"};
	struct graph_fault fault = graph_fault_of(answer->body, arena);

	if (answer->status == 410)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (answer->status / 100 == 4 && str_eq_nocase(fault.code, str_of(codes[i])))
			return true;
	/* A link of a folder that is gone; the folder of today was found when the session opened. */
	return answer->status == 404 && !graph_is_no_mailbox(&fault);
}

static int read_page(struct look *look, const char *url, struct graph_page *ret_page, struct error *err)
{
	const struct graph_receiver *gr = look->gr;
	struct http_answer answer;
	int r = graph_do(gr->graph, &(struct graph_request){.method = "GET", .url = url, .page_size = PAGE_SIZE},
	                 look->arena, &answer, err);

	if (r < 0)
		return r;
	if (answer.status != 200) {
		look->forgotten = is_forgotten(&answer, look->arena);
		return graph_refused(gr->graph, &answer, "delta query", err);
	}
	r = graph_page_read(answer.body, look->arena, ret_page, err);
	return r < 0 ? r : add_entries(look, ret_page, err);
}

static int read_pages(struct look *look, struct buf *url, struct error *err)
{
	int empty = 0;

	for (;;) {
		struct graph_page page;
		size_t before = look->count;
		int r = read_page(look, buf_cstr(url), &page, err);

		if (r < 0)
			return r;
		struct str link = page.next_link.n ? page.next_link : page.delta_link;
		r = graph_check_link(look->gr->graph, link, err);
		if (r < 0)
			return r;
		if (!page.next_link.n) {
			look->delta_link = link;
			return 0;
		}
		empty = look->count > before ? 0 : empty + 1;
		if (empty > EMPTY_PAGES_MAX)
			return fail(err, E_PROTOCOL, RETRY_LATER, "delta query: its pages have no end");
		buf_clear(url);
		buf_add(url, link);
	}
}

/* ---------------------------------------------------------------- from where */

static void add_first_url(const struct graph_receiver *gr, struct buf *url)
{
	graph_url(gr->graph, url);
	buf_add(url, STR("/mailFolders/"));
	graph_add_segment(url, str_of(gr->folder_id));
	buf_add(url, STR("/messages/delta?$select=id,receivedDateTime,isRead"));
}

/* Leaves `url` empty where there is no cursor for this folder. What was stored by us is checked again: a token goes
 * there.
 */
static int add_cursor_url(const struct graph_receiver *gr, struct buf *url, struct error *err)
{
	struct buf cursor CLEANUP(buf_done) = BUF_INIT(2 * GRAPH_URL_MAX);
	int r = names_cursor(gr->names, &cursor, err);
	struct str link = buf_str(&cursor), folder_id;

	if (r < 0 || !link.n)
		return r;
	if (str_split(&link, ' ', &folder_id) && str_eq(folder_id, str_of(gr->folder_id)) &&
	    graph_check_link(gr->graph, link, NULL) == 0)
		buf_add(url, link);
	return 0;
}

static void look_anew(struct look *look)
{
	map_free(look->by_id);
	look->by_id = map_new();
	look->entries = NULL;
	look->count = look->size = 0;
	look->complete = true;
	look->forgotten = false;
}

static int ask(struct look *look, struct error *err)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	int r = add_cursor_url(look->gr, &url, err);

	look->complete = url.n == 0;
	if (r == 0 && !look->complete) {
		r = read_pages(look, &url, err);
		if (r == 0 || !look->forgotten)
			return r;
		look_anew(look);
		r = 0;
	}
	buf_clear(&url);
	add_first_url(look->gr, &url);
	if (r == 0)
		r = read_pages(look, &url, err);
	return r;
}

/* ---------------------------------------------------------------- to the names */

/* Oldest first: numbers follow the order of arrival. */
static int compare_entries(const void *a, const void *b)
{
	const struct graph_entry *x = *(const struct graph_entry *const *)a, *y = *(const struct graph_entry *const *)b;

	if (x->received_at != y->received_at)
		return x->received_at < y->received_at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int take_to_names(struct look *look, struct error *err)
{
	struct receiver_names *names = look->gr->names;
	struct buf cursor CLEANUP(buf_done) = BUF_INIT(2 * GRAPH_URL_MAX);
	struct str *there = ARENA_ARRAY(look->arena, struct str, look->count + 1);
	struct str *gone = ARENA_ARRAY(look->arena, struct str, look->count + 1);
	struct names_look to = {.names = there, .gone = gone, .complete = look->complete};

	if (look->count)
		qsort(look->entries, look->count, sizeof *look->entries, compare_entries);
	for (size_t i = 0; i < look->count; i++)
		if (look->entries[i]->removed)
			gone[to.gone_count++] = look->entries[i]->id;
		else
			there[to.count++] = look->entries[i]->id;
	buf_add_cstr(&cursor, look->gr->folder_id);
	buf_add_char(&cursor, ' ');
	buf_add(&cursor, look->delta_link);
	to.cursor = buf_cstr(&cursor);
	return names_look(names, &to, err);
}

int graph_look(struct graph_receiver *gr, struct error *err)
{
	if (!gr->entries) {
		gr->entries = map_new();
		gr->look_arena = arena_new();
	}
	struct look look = {.gr = gr, .arena = gr->look_arena, .by_id = map_new()};
	int r = ask(&look, err);

	map_free(look.by_id);
	if (r == 0)
		r = take_to_names(&look, err);
	r = MIN(r, 0);
	for (size_t i = 0; r == 0 && i < look.count; i++)
		map_set(gr->entries, look.entries[i]->id, look.entries[i]);
	gr->looked = gr->looked || r == 0;
	return r < 0 ? error_prefix(err, "folder %s", gr->folder) : 0;
}

void graph_forget_look(struct graph_receiver *gr)
{
	map_free(gr->entries);
	arena_free(gr->look_arena);
	gr->entries = NULL;
	gr->look_arena = NULL;
}

/* ---------------------------------------------------------------- scans */

void graph_forget_scan(struct graph_receiver *gr)
{
	free(gr->candidates);
	gr->candidates = NULL;
	gr->candidates_n = gr->candidates_size = gr->candidates_at = 0;
	gr->named_n = gr->named_at = gr->named_until = 0;
}

static void add_candidate(struct graph_receiver *gr, uint32_t uid, const struct graph_entry *entry)
{
	ARRAY_ROOM(gr->candidates, gr->candidates_n, gr->candidates_size);
	gr->candidates[gr->candidates_n++] = (struct graph_candidate){
	        .uid = uid,
	        .seen = entry && entry->seen,
	        .received_at = entry ? entry->received_at : 0,
	};
}

int graph_each_above(struct graph_receiver *gr, uint32_t from, void (*each)(void *ctx, const struct named *named),
                     void *ctx, struct error *err)
{
	int n, count = 0;

	do {
		n = names_after(gr->names, from, gr->named, GRAPH_NAMES_AT_ONCE, err);
		for (int i = 0; i < n; i++)
			each(ctx, &gr->named[i]);
		if (n > 0)
			from = gr->named[n - 1].uid;
		count += MAX(n, 0);
	} while (n == GRAPH_NAMES_AT_ONCE);
	return n < 0 ? n : count;
}

static void add_named(void *ctx, const struct named *named)
{
	struct graph_receiver *gr = ctx;

	add_candidate(gr, named->uid, map_get(gr->entries, named->name));
}

int graph_scan(struct receiver *r, struct position from, struct error *err)
{
	struct graph_receiver *gr = (struct graph_receiver *)r;

	graph_forget_scan(gr);
	int rc = graph_look(gr, err);
	if (rc == 0) {
		uint32_t last = from.uidvalidity == names_uidvalidity(gr->names) ? from.uid : 0;

		rc = graph_each_above(gr, last, add_named, gr, err);
		graph_forget_look(gr);
	}
	if (rc < 0)
		graph_forget_scan(gr);
	return rc;
}

int graph_scan_these(struct receiver *r, const uint32_t *uids, size_t n, struct error *err)
{
	struct graph_receiver *gr = (struct graph_receiver *)r;

	(void)err;
	graph_forget_scan(gr);
	for (size_t i = 0; i < n; i++)
		add_candidate(gr, uids[i], NULL);
	return (int)n;
}

/* ---------------------------------------------------------------- all there is */

struct listing {
	void (*each)(void *ctx, uint32_t uid);
	void *ctx;
};

static void list_named(void *ctx, const struct named *named)
{
	const struct listing *listing = ctx;

	listing->each(listing->ctx, named->uid);
}

int graph_list(struct receiver *r, void (*each)(void *ctx, uint32_t uid), void *ctx, struct error *err)
{
	struct graph_receiver *gr = (struct graph_receiver *)r;
	struct listing listing = {each, ctx};
	int rc = graph_look(gr, err);

	return rc < 0 ? rc : graph_each_above(gr, 0, list_named, &listing, err);
}
