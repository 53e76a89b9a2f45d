/* What came in a span of days: see graph.h. The delta query says only what changed, so the server is asked for the span
 * itself; a look before it gives all that is there its number. */
#include "receive/graph/graph.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

enum {
	PAGE_SIZE = 500,
	EMPTY_PAGES_MAX = 1000, /* in a row, or with nothing new */
};

struct search {
	struct graph_receiver *gr;
	struct arena *arena;
	struct map *found; /* ids */
	void (*each)(void *ctx, uint32_t uid);
	void *ctx;
	size_t count; /* of numbers told */
};

static void search_done(struct search *search)
{
	map_free(search->found);
	arena_free(search->arena);
}

static void add_bound(struct buf *url, const char *operator, int64_t at)
{
	char iso[32];

	clock_format_iso(at, iso);
	buf_printf(url, "receivedDateTime%%20%s%%20", operator);
	graph_add_segment(url, str_of(iso));
}

/* Oldest first, so that what comes meanwhile shifts no page. */
static void add_url(const struct graph_receiver *gr, int64_t since, int64_t before, struct buf *url)
{
	graph_url(gr->graph, url);
	buf_add(url, STR("/mailFolders/"));
	graph_add_segment(url, str_of(gr->folder_id));
	buf_add(url, STR("/messages?$select=id&$orderby=receivedDateTime&$filter="));
	add_bound(url, "ge", since);
	if (before) {
		buf_add(url, STR("%20and%20"));
		add_bound(url, "lt", before);
	}
}

static int read_page(struct search *search, const char *url, struct str *ret_next, struct error *err)
{
	const struct graph_receiver *gr = search->gr;
	struct graph_page page = {0};
	struct http_answer answer;
	int r = graph_do(gr->graph, &(struct graph_request){.method = "GET", .url = url, .page_size = PAGE_SIZE},
	                 search->arena, &answer, err);

	if (r < 0)
		return r;
	if (answer.status != 200)
		return graph_refused(gr->graph, &answer, "search by date", err);
	r = graph_page_read(answer.body, search->arena, &page, err);
	for (size_t i = 0; r == 0 && i < page.count; i++)
		map_set(search->found, page.entries[i].id, &page.entries[i]);
	*ret_next = page.next_link;
	return r;
}

static int read_pages(struct search *search, struct buf *url, struct error *err)
{
	int empty = 0;

	for (;;) {
		size_t before = map_count(search->found);
		struct str next = STR_NULL;
		int r = read_page(search, buf_cstr(url), &next, err);

		if (r < 0 || !next.n)
			return r;
		r = graph_check_link(search->gr->graph, next, err);
		if (r < 0)
			return r;
		empty = map_count(search->found) > before ? 0 : empty + 1;
		if (empty > EMPTY_PAGES_MAX || map_count(search->found) > GRAPH_MESSAGES_MAX)
			return fail(err, E_PROTOCOL, RETRY_LATER, "search by date: its pages have no end");
		buf_clear(url);
		buf_add(url, next);
	}
}

static void tell_found(void *ctx, const struct named *named)
{
	struct search *search = ctx;

	if (!map_get(search->found, named->name))
		return;
	search->each(search->ctx, named->uid);
	search->count++;
}

int graph_search_days(struct receiver *r, int64_t since, int64_t before, void (*each)(void *ctx, uint32_t uid),
                      void *ctx, struct error *err)
{
	struct search search CLEANUP(search_done) = {
	        .gr = (struct graph_receiver *)r, .arena = arena_new(), .found = map_new(), .each = each, .ctx = ctx};
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	int rc = graph_look(search.gr, err);

	if (rc < 0)
		return rc;
	add_url(search.gr, since, before, &url);
	rc = read_pages(&search, &url, err);
	if (rc < 0)
		return error_prefix(err, "folder %s", search.gr->folder);
	rc = graph_each_above(search.gr, 0, tell_found, &search, err);
	return rc < 0 ? rc : (int)search.count;
}
