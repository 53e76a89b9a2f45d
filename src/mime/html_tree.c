/* See html_tree.h. gumbo frees a tree by recursion, so a page of nested elements would end the process, and it has no
 * limits. Its allocator is ours: every piece of memory is on a list, the tree is freed by walking the list, and where a
 * limit is reached the allocator leaves gumbo by longjmp(): gumbo holds nothing but this memory. */
#include "html_tree.h"

#include "base/mem.h"

#include <setjmp.h>
#include <time.h>

#define LOOK_AT_CLOCK 4096 /* allocations between two looks */

struct ring {
	struct ring *next, *previous;
};

struct piece {
	struct ring ring; /* first: a ring of pieces is made of these */
	size_t size;
	max_align_t bytes[];
};

struct html_tree {
	struct ring pieces;
	size_t bytes;
	unsigned count;
	int64_t cpu_end_ms;
	const char *fault;
	jmp_buf give_up;
	GumboOutput *output;
};

/* ---------------------------------------------------------------- memory */

static int64_t thread_cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void give_up(struct html_tree *tree, const char *fault) NORETURN;

static void give_up(struct html_tree *tree, const char *fault)
{
	tree->fault = fault;
	longjmp(tree->give_up, 1);
}

static void *tree_alloc(void *ctx, size_t size)
{
	struct html_tree *tree = ctx;
	struct piece *piece;

	if (size > HTML_TREE_BYTES || tree->bytes + size + sizeof *piece > HTML_TREE_BYTES)
		give_up(tree, "takes too much memory");
	if (++tree->count % LOOK_AT_CLOCK == 0 && thread_cpu_ms() > tree->cpu_end_ms)
		give_up(tree, "takes too much time");
	piece = mem_resize(NULL, sizeof *piece + size, 1);
	piece->size = size + sizeof *piece;
	piece->ring = (struct ring){.next = tree->pieces.next, .previous = &tree->pieces};
	piece->ring.next->previous = &piece->ring;
	tree->pieces.next = &piece->ring;
	tree->bytes += piece->size;
	return piece->bytes;
}

static void tree_release(void *ctx, void *bytes)
{
	struct html_tree *tree = ctx;
	struct piece *piece;

	if (!bytes)
		return;
	piece = (struct piece *)(void *)((char *)bytes - offsetof(struct piece, bytes));
	piece->ring.previous->next = piece->ring.next;
	piece->ring.next->previous = piece->ring.previous;
	tree->bytes -= piece->size;
	free(piece);
}

void html_tree_free(struct html_tree *tree)
{
	struct ring *next;

	if (!tree)
		return;
	for (struct ring *piece = tree->pieces.next; piece != &tree->pieces; piece = next) {
		next = piece->next;
		free(piece);
	}
	free(tree);
}

/* ---------------------------------------------------------------- limits that can be seen before */

/* Elements that have no content, or that end by themselves where the next of them begins: they don't nest without
 * another that is counted. */
static bool ends_itself(struct str name)
{
	static const char *const names[] = {"p",     "br",    "td",   "tr",   "img",   "li",    "th",
	                                    "hr",    "meta",  "link", "dt",   "dd",    "tbody", "thead",
	                                    "tfoot", "input", "base", "col",  "wbr",   "area",  "embed",
	                                    "param", "html",  "head", "body", "option"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return true;
	return false;
}

static struct str tag_name(struct str html, size_t at)
{
	size_t end = at;

	while (end < html.n && end - at < 10 && (is_alpha(html.p[end]) || is_digit(html.p[end])))
		end++;
	return str_slice(html, at, end);
}

/* What a page's tags promise; pages that lie about it run into the limits of memory and time. */
static const char *look_ahead(struct str html)
{
	size_t tags = 0, depth = 0;
	const char *open;

	for (size_t at = 0; at < html.n && (open = memchr(html.p + at, '<', html.n - at)) != NULL;) {
		bool is_end;

		at = (size_t)(open - html.p) + 1;
		is_end = at < html.n && html.p[at] == '/';
		if (at + is_end >= html.n || !is_alpha(html.p[at + is_end]))
			continue;
		if (++tags > HTML_TREE_TAGS)
			return "has too many tags";
		if (ends_itself(tag_name(html, at + is_end)))
			continue;
		if (is_end)
			depth -= depth > 0;
		else if (++depth > HTML_TREE_DEPTH)
			return "is nested too deeply";
	}
	return NULL;
}

/* ---------------------------------------------------------------- reading */

static void read_page(struct html_tree *tree, const GumboOptions *options, struct str html)
{
	static const char doctype[] = "<!DOCTYPE html>";
	char *page = tree_alloc(tree, sizeof doctype - 1 + html.n);

	memcpy(page, doctype, sizeof doctype - 1);
	if (html.n)
		memcpy(page + sizeof doctype - 1, html.p, html.n);
	tree->output = gumbo_parse_with_options(options, page, sizeof doctype - 1 + html.n);
}

static bool read_within_limits(struct html_tree *tree, struct str html)
{
	GumboOptions options = kGumboDefaultOptions;

	options.allocator = tree_alloc;
	options.deallocator = tree_release;
	options.userdata = tree;
	options.max_errors = 0;
	tree->cpu_end_ms = thread_cpu_ms() + HTML_TREE_CPU_MS;
	if (setjmp(tree->give_up))
		return false;
	read_page(tree, &options, html);
	return true;
}

struct html_tree *html_tree_parse(struct str html, const char **ret_fault)
{
	const char *fault = look_ahead(html);
	struct html_tree *tree;

	if (fault) {
		*ret_fault = fault;
		return NULL;
	}
	tree = mem_new(1, sizeof *tree);
	tree->pieces.next = tree->pieces.previous = &tree->pieces;
	if (read_within_limits(tree, html))
		return tree;
	*ret_fault = tree->fault;
	html_tree_free(tree);
	return NULL;
}

const GumboNode *html_tree_root(const struct html_tree *tree)
{
	return tree->output->root;
}

const GumboNode *html_tree_body(const struct html_tree *tree)
{
	const GumboVector *children = &tree->output->root->v.element.children;

	for (unsigned i = 0; i < children->length; i++) {
		const GumboNode *child = children->data[i];

		if (child->type == GUMBO_NODE_ELEMENT && child->v.element.tag == GUMBO_TAG_BODY)
			return child;
	}
	return NULL;
}
