/* A page as a tree, read by an HTML5 parser (gumbo) within limits that gumbo itself doesn't have: its memory and its
 *time are counted, and a page that takes more of either is given up in the middle, without a trace left behind.
 *
 *	struct html_tree *tree CLEANUP(html_tree_freep) = html_tree_parse(html, &fault);
 *	if (tree)
 *		walk(html_tree_body(tree));
 *
 * The page is read as if it began with "<!DOCTYPE html>", so that what is read doesn't depend on the place it is shown
 * in. For the files of src/mime that need more of HTML than html_text.h gives. */
#ifndef MIME_HTML_TREE_H
#define MIME_HTML_TREE_H

#include "base/str.h"

#include <gumbo.h>

#define HTML_TREE_TAGS   200000 /* start and end tags of a page */
#define HTML_TREE_DEPTH  1500   /* of elements that need an end tag, as far as counting tells */
#define HTML_TREE_BYTES  MIB(192)
#define HTML_TREE_CPU_MS 1500 /* of one reading */

struct html_tree;

/* NULL where a limit is reached; *ret_fault then says which ("nested too deeply"). The tree's views lie in `html` and
 * in the tree. */
struct html_tree *html_tree_parse(struct str html, const char **ret_fault) NODISCARD;
void html_tree_free(struct html_tree *tree);
DEFINE_CLEANUP(struct html_tree *, html_tree_free)

/* The element <body>; there always is one, but for a set of frames: NULL. */
const GumboNode *html_tree_body(const struct html_tree *tree);

/* The element <html>. */
const GumboNode *html_tree_root(const struct html_tree *tree);

#endif
