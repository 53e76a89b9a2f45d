/* See sanitise_parts.h. The walk over the tree, with a stack of its own, and the writing of what may stay. */
#include "sanitise_parts.h"

#include "html_tree.h"

#include "base/mem.h"

#define DEPTH_MAX 256 /* of elements written inside each other; browsers flatten at 512 */

struct frame {
	const GumboNode *node;
	const struct element_rule *written; /* NULL: the element itself is left out */
	unsigned next;
};

struct walk {
	struct cleaner *cleaner;
	struct frame *frames;
	size_t depth, size, written, links;
};

/* ---------------------------------------------------------------- text */

/* Bytes at `at` that are no text: C0 and C1 controls and noncharacters. What they do differs from browser to browser.
 */
static size_t skip_at(struct str text, size_t at)
{
	const unsigned char *p = (const unsigned char *)text.p + at;
	size_t left = text.n - at;

	if (p[0] < 0x20)
		return p[0] != '\t' && p[0] != '\n' && p[0] != '\r';
	if (p[0] == 0x7f)
		return 1;
	if (p[0] == 0xc2 && left > 1 && p[1] < 0xa0)
		return 2;
	/* The last two code points of a plane. */
	if (p[0] >= 0xf0 && left > 3 && (p[1] & 0x0f) == 0x0f && p[2] == 0xbf && p[3] >= 0xbe)
		return 4;
	if (p[0] == 0xef && left > 2 &&
	    ((p[1] == 0xbf && p[2] >= 0xbe) || (p[1] == 0xb7 && p[2] >= 0x90 && p[2] < 0xb0)))
		return 3;
	return 0;
}

static const char *entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '`':
		return "&#96;";
	case '\r':
		return "\n";
	default:
		return NULL;
	}
}

void sanitise_text(struct buf *out, struct str text)
{
	size_t start = 0;

	for (size_t at = 0; at < text.n;) {
		const char *entity = entity_of(text.p[at]);
		size_t skip = entity ? 1 : skip_at(text, at);

		if (!skip) {
			at++;
			continue;
		}
		buf_add(out, str_slice(text, start, at));
		if (entity)
			buf_add_cstr(out, entity);
		at += skip;
		start = at;
	}
	buf_add(out, str_slice(text, start, text.n));
}

/* ---------------------------------------------------------------- elements */

static void push(struct walk *walk, const GumboNode *node, const struct element_rule *written)
{
	if (walk->depth == walk->size) {
		walk->size = MAX(walk->size * 2, 64);
		walk->frames = mem_resize(walk->frames, walk->size, sizeof *walk->frames);
	}
	walk->frames[walk->depth++] = (struct frame){.node = node, .written = written};
	walk->written += written != NULL;
	walk->links += written && written->groups & GROUP_LINK;
}

static void pop(struct walk *walk)
{
	const struct element_rule *written = walk->frames[--walk->depth].written;

	if (!written)
		return;
	walk->written--;
	walk->links -= (written->groups & GROUP_LINK) != 0;
	buf_printf(&walk->cleaner->out, "</%s>", written->name);
}

/* Below the deepest level, and for a link in a link, the content alone stays. Of a table that is there, all parts are.
 */
static bool may_open(struct walk *walk, const struct element_rule *rule)
{
	if (rule->groups & GROUP_LINK && walk->links)
		return false;
	if (walk->written < DEPTH_MAX || rule->is_table_part || rule->is_void)
		return true;
	walk->cleaner->removed[REMOVED_DEPTH]++;
	return false;
}

static void write_start(struct cleaner *cleaner, const struct element_rule *rule, const GumboElement *element)
{
	buf_printf(&cleaner->out, "<%s", rule->name);
	for (unsigned i = 0; i < element->attributes.length; i++)
		sanitise_attribute(cleaner, rule, element->attributes.data[i]);
	/* A parser drops the line end that follows <pre>, so there always is one. */
	buf_add_cstr(&cleaner->out, rule->is_pre ? ">\n" : ">");
}

/* A <meta> that says the charset, as nearly every page has one, isn't worth a notice. */
static void count_removal(struct cleaner *cleaner, const GumboElement *element, const struct element_rule *rule)
{
	const GumboAttribute *what = gumbo_get_attribute(&element->attributes, "http-equiv");

	if (element->tag != GUMBO_TAG_META || (what && str_eq_nocase(str_trim(str_of(what->value)), STR("refresh"))))
		cleaner->removed[rule->removal]++;
}

static void enter(struct walk *walk, const GumboNode *node)
{
	const GumboElement *element = &node->v.element;
	const struct element_rule *rule = sanitise_element(element);

	if (rule->fate != FATE_KEEP)
		count_removal(walk->cleaner, element, rule);
	if (rule->fate == FATE_DROP)
		return;
	if (rule->fate == FATE_UNWRAP || !may_open(walk, rule)) {
		push(walk, node, NULL);
		return;
	}
	write_start(walk->cleaner, rule, element);
	if (!rule->is_void)
		push(walk, node, rule);
}

/* ---------------------------------------------------------------- the page */

/* What <body> says of its looks, as CSS; what it may not say is counted. */
static void add_body_style(struct cleaner *cleaner, const GumboVector *attributes, struct buf *style)
{
	const GumboAttribute *own = gumbo_get_attribute(attributes, "style");

	for (unsigned i = 0; i < attributes->length; i++) {
		const GumboAttribute *one = attributes->data[i];
		struct str name = str_of(one->name), value = str_trim(str_of(one->value));

		if (str_eq(name, STR("bgcolor")) && sanitise_is_color(value))
			buf_printf(style, "background-color:" STR_FMT ";", STR_ARG(value));
		else if (str_eq(name, STR("text")) && sanitise_is_color(value))
			buf_printf(style, "color:" STR_FMT ";", STR_ARG(value));
		else if (str_eq(name, STR("background")))
			(void)sanitise_image(cleaner, value);
		else if (str_starts(name, STR("on")))
			cleaner->removed[REMOVED_HANDLER]++;
	}
	if (own)
		buf_add_cstr(style, own->value);
}

/* Colours, style and direction of <body> stand on a <div>: its place is taken by the page around. */
static bool write_body_start(struct cleaner *cleaner, const GumboNode *root, const GumboNode *body)
{
	static const struct element_rule div = {.name = "div", .fate = FATE_KEEP};
	const GumboAttribute *dir = gumbo_get_attribute(&body->v.element.attributes, "dir");
	struct buf style CLEANUP(buf_done) = BUF_INIT(MIB(1));
	size_t start = cleaner->out.n, bare;

	add_body_style(cleaner, &body->v.element.attributes, &style);
	buf_add(&cleaner->out, STR("<div"));
	bare = cleaner->out.n;
	if (style.n)
		sanitise_attribute(cleaner, &div, &(GumboAttribute){.name = "style", .value = buf_cstr(&style)});
	if (!dir)
		dir = gumbo_get_attribute(&root->v.element.attributes, "dir");
	if (dir)
		sanitise_attribute(cleaner, &div, dir);
	if (cleaner->out.n == bare) {
		cleaner->out.n = start;
		return false;
	}
	buf_add_char(&cleaner->out, '>');
	return true;
}

static void visit_next(struct walk *walk)
{
	struct frame *top = &walk->frames[walk->depth - 1];
	const GumboVector *children = &top->node->v.element.children;
	const GumboNode *child;

	if (top->next >= children->length) {
		pop(walk);
		return;
	}
	child = children->data[top->next++];
	if (child->type == GUMBO_NODE_ELEMENT)
		enter(walk, child);
	else if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE ||
	         child->type == GUMBO_NODE_CDATA)
		sanitise_text(&walk->cleaner->out, str_of(child->v.text.text));
}

/* What stands in the head is gone without being walked over. */
static void count_head(struct cleaner *cleaner, const GumboNode *root)
{
	const GumboVector *children = &root->v.element.children;

	for (unsigned i = 0; i < children->length; i++) {
		const GumboNode *head = children->data[i];

		if (head->type != GUMBO_NODE_ELEMENT || head->v.element.tag != GUMBO_TAG_HEAD)
			continue;
		for (unsigned j = 0; j < head->v.element.children.length; j++) {
			const GumboNode *child = head->v.element.children.data[j];

			if (child->type == GUMBO_NODE_ELEMENT)
				count_removal(cleaner, &child->v.element, sanitise_element(&child->v.element));
		}
	}
}

const char *sanitise_write(struct cleaner *cleaner, struct str html)
{
	const char *fault = NULL;
	struct html_tree *tree CLEANUP(html_tree_freep) = html_tree_parse(html, &fault);
	struct walk walk = {.cleaner = cleaner};
	const GumboNode *body;
	bool has_div;

	if (!tree)
		return fault;
	count_head(cleaner, html_tree_root(tree));
	body = html_tree_body(tree);
	if (!body)
		return "is a set of frames";
	has_div = write_body_start(cleaner, html_tree_root(tree), body);
	walk.written = has_div;
	push(&walk, body, NULL);
	while (walk.depth && !cleaner->out.failed)
		visit_next(&walk);
	free(walk.frames);
	if (has_div)
		buf_add(&cleaner->out, STR("</div>"));
	return cleaner->out.failed ? "is too long" : NULL;
}
