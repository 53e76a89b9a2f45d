/* For the sanitiser's tests: is there anything in a page that must not be? Knows nothing of the sanitiser's own tables.
 */
#ifndef MIME_SANITISE_CHECK_H
#define MIME_SANITISE_CHECK_H

#include "html_tree.h"

#include <stdio.h>

static inline bool check_is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

static inline bool check_image(const char *value, bool remote)
{
	struct str url = str_of(value);

	return str_starts(url, STR("cid:")) || str_starts(url, STR("data:image/png;")) ||
	       str_starts(url, STR("data:image/jpeg;")) || str_starts(url, STR("data:image/jpg;")) ||
	       str_starts(url, STR("data:image/gif;")) || str_starts(url, STR("data:image/webp;")) ||
	       (remote && (str_starts(url, STR("https://")) || str_starts(url, STR("http://"))));
}

/* What stands in a style that nothing may, each url() included. A word alone does nothing: a font may have any name. */
static inline const char *check_style(const char *value, bool remote)
{
	static const char *const banned[] = {
	        "expression(", "javascript:", "behavior:", "binding:", "@import", "position:", "\\",        "/*",
	        "<",           "{",           "}",         "-->",      "var(",    "attr(",     "image-set", NULL};
	struct str style = str_of(value);
	ptrdiff_t at;

	for (size_t i = 0; banned[i]; i++)
		if (str_find_nocase(style, str_of(banned[i])) >= 0)
			return banned[i];
	while ((at = str_find_nocase(style, STR("url"))) >= 0) {
		style = str_slice(style, (size_t)at + 3, style.n);
		if (str_starts(style, STR("(")) && (!str_starts(style, STR("('")) || !check_image(style.p + 2, remote)))
			return "url()";
	}
	return NULL;
}

static inline bool check_link(const char *value)
{
	struct str url = str_of(value);

	return str_starts(url, STR("https://")) || str_starts(url, STR("http://")) || str_starts(url, STR("mailto:")) ||
	       str_starts(url, STR("tel:")) || str_eq(url, STR("#")) || str_starts(url, STR("#mail-"));
}

static inline bool check_names(const char *value)
{
	struct str rest = str_of(value), word;

	while (str_split(&rest, ' ', &word))
		if (!str_starts(word, STR("mail-")))
			return false;
	return true;
}

/* NULL, or what is wrong with the attribute. */
static inline const char *check_attribute(const GumboAttribute *a, bool remote)
{
	static const char *const plain[] = {
	        "title",       "dir",         "lang",        "align",   "valign",  "role",        "aria-label",
	        "aria-hidden", "alt",         "width",       "height",  "border",  "hspace",      "vspace",
	        "bgcolor",     "cellpadding", "cellspacing", "colspan", "rowspan", "span",        "nowrap",
	        "scope",       "abbr",        "summary",     "frame",   "rules",   "bordercolor", "color",
	        "face",        "size",        "noshade",     "type",    "start",   "value",       "reversed",
	        "compact",     "datetime",    "open",        "target",  "rel",     NULL};

	if (strcmp(a->name, "style") == 0)
		return check_style(a->value, remote);
	if (strcmp(a->name, "href") == 0)
		return check_link(a->value) ? NULL : "href";
	if (strcmp(a->name, "src") == 0 || strcmp(a->name, "background") == 0)
		return check_image(a->value, remote) ? NULL : "an address of an image";
	if (strcmp(a->name, "class") == 0 || strcmp(a->name, "id") == 0 || strcmp(a->name, "name") == 0)
		return check_names(a->value) ? NULL : "a name without prefix";
	return check_is_one_of(a->name, plain) ? NULL : "an attribute that isn't on the list";
}

static inline const char *check_element(const GumboElement *element, bool remote)
{
	static const char *const known[] = {
	        "a",      "abbr",       "acronym", "address", "article", "aside", "b",     "bdi",     "bdo",
	        "big",    "blockquote", "br",      "caption", "center",  "cite",  "code",  "col",     "colgroup",
	        "dd",     "del",        "details", "dfn",     "div",     "dl",    "dt",    "em",      "figcaption",
	        "figure", "font",       "footer",  "h1",      "h2",      "h3",    "h4",    "h5",      "h6",
	        "header", "hr",         "i",       "img",     "ins",     "kbd",   "li",    "main",    "mark",
	        "nav",    "ol",         "p",       "pre",     "q",       "s",     "samp",  "section", "small",
	        "span",   "strike",     "strong",  "sub",     "summary", "sup",   "table", "tbody",   "td",
	        "tfoot",  "th",         "thead",   "time",    "tr",      "tt",    "u",     "ul",      "var",
	        "wbr",    "body",       NULL};

	if (element->tag_namespace != GUMBO_NAMESPACE_HTML)
		return "an element of another namespace";
	if (!check_is_one_of(gumbo_normalized_tagname(element->tag), known))
		return "an element that isn't on the list";
	for (unsigned i = 0; i < element->attributes.length; i++) {
		const char *wrong = check_attribute(element->attributes.data[i], remote);

		if (wrong)
			return wrong;
	}
	return NULL;
}

/* Recursion: what is checked has a bounded depth. */
static inline const char *check_node(const GumboNode *node, bool remote)
{
	const char *wrong = NULL;

	if (node->type == GUMBO_NODE_COMMENT || node->type == GUMBO_NODE_TEMPLATE || node->type == GUMBO_NODE_CDATA)
		return "a comment";
	if (node->type != GUMBO_NODE_ELEMENT)
		return NULL;
	wrong = check_element(&node->v.element, remote);
	for (unsigned i = 0; !wrong && i < node->v.element.children.length; i++)
		wrong = check_node(node->v.element.children.data[i], remote);
	return wrong;
}

/* NULL, or what is wrong with a sanitised page. */
static inline const char *check_page(struct str html, bool remote)
{
	const char *fault = NULL;
	struct html_tree *tree CLEANUP(html_tree_freep) = html_tree_parse(html, &fault);
	const GumboNode *root, *head;

	if (!str_is_utf8(html))
		return "bytes that aren't UTF-8";
	if (!tree)
		return fault;
	root = html_tree_root(tree);
	head = root->v.element.children.length ? root->v.element.children.data[0] : NULL;
	if (!head || head->v.element.children.length || root->v.element.attributes.length || !html_tree_body(tree))
		return "something in the head";
	return check_node(html_tree_body(tree), remote);
}

#endif
