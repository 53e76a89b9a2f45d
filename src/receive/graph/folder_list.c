/* Which folders there are, for people: see graph.h. Level by level, in as few requests as that takes. */
#include "receive/graph/graph.h"

enum {
	NAMES_MAX = 1000,
	REQUESTS_MAX = 100,
	PATH_MAX_BYTES = 1000,
};

/* Folders whose own folders aren't known yet. */
struct listing {
	struct graph *graph;
	const struct receiver_options *options;
	struct arena *arena;
	struct graph_folder *todo; /* names are whole paths */
	size_t done, count, size;
	int names, requests;
};

static void take_page(struct listing *l, struct str above, const struct graph_folder_page *page)
{
	for (size_t i = 0; i < page->count && l->names < NAMES_MAX; i++) {
		struct graph_folder folder = page->folders[i];

		if (!folder.name.n || !str_is_utf8(folder.name) || above.n + folder.name.n > PATH_MAX_BYTES)
			continue;
		if (above.n)
			folder.name = arena_printf(l->arena, STR_FMT "/" STR_FMT, STR_ARG(above), STR_ARG(folder.name));
		l->names++;
		l->options->list_folders(l->options->list_folders_ctx, folder.name);
		if (!folder.has_children)
			continue;
		ARENA_ROOM(l->arena, l->todo, l->count, l->size);
		l->todo[l->count++] = folder;
	}
}

/* False where no more is to be had. */
static bool list_below(struct listing *l, const struct graph_folder *above)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);

	graph_add_folders_url(l->graph, above->id, &url);
	buf_add(&url, STR("?$select=id,displayName,childFolderCount&$top=200"));
	for (;;) {
		const struct graph_request request = {.method = "GET", .url = buf_cstr(&url)};
		struct graph_folder_page page;
		struct http_answer answer;
		struct error ignored;

		if (l->requests++ == REQUESTS_MAX || l->names >= NAMES_MAX ||
		    graph_do(l->graph, &request, l->arena, &answer, &ignored) < 0 || answer.status != 200 ||
		    graph_folder_page_read(answer.body, l->arena, &page, &ignored) < 0)
			return false;
		take_page(l, above->name, &page);
		if (!page.next_link.n)
			return true;
		if (graph_check_link(l->graph, page.next_link, &ignored) < 0)
			return false;
		buf_clear(&url);
		buf_add(&url, page.next_link);
	}
}

void graph_list_folders(struct graph *graph, const struct receiver_options *options)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct listing l = {.graph = graph, .options = options, .arena = arena};
	const struct graph_folder root = {STR(""), STR(""), true};

	if (!list_below(&l, &root))
		return;
	while (l.done < l.count) {
		const struct graph_folder above = l.todo[l.done++];

		if (!list_below(&l, &above))
			return;
	}
}
