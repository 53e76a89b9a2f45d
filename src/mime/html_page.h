/* What the files that turn HTML into text share (html_text.c): tags, what is no text, references; nobody else includes
 * it. A page is read through a cursor; no function recurses, all of them together are linear. */
#ifndef MIME_HTML_PAGE_H
#define MIME_HTML_PAGE_H

#include "base/cursor.h"
#include "mime/html_text.h"

/* A tag with the attributes that matter for text, as written. */
struct html_tag {
	struct str name;
	bool is_end;
	struct str href, alt, style, border, start, value;
	bool has_hidden;
};

/* html_tag.c: the tag that begins at the cursor, which stands at '<' and a letter, or '/' and a letter. */
struct html_tag html_tag_read(struct cursor *page);

/* Is there such a tag at the cursor? */
bool html_tag_begins(const struct cursor *page);

/* Comments, <!DOCTYPE …>, <?xml …>, <![endif]>: nothing to show. False where '<' stands for itself. */
bool html_skip_markup(struct cursor *page);

/* Behind the end tag of an element whose content isn't text. */
void html_skip_element(struct cursor *page, struct str name);

/* html_hidden.c: does the tag hide what is in it (display:none and its like)? */
bool html_is_hidden(const struct html_tag *tag);

/* Behind the end of the element that `tag`, which the cursor has just read, begins. False, and nothing moved, where it
 * has no end: then it is better shown. */
bool html_skip_hidden(struct cursor *page, const struct html_tag *tag);

/* html_table.c: what a table is for. Looks at most at the next 64 KiB and not into a table in it. */
enum html_table {
	HTML_TABLE_LAYOUT, /* cells hold whatever a page holds */
	HTML_TABLE_ROWS,   /* cells are short: a row is a line */
	HTML_TABLE_DATA    /* and have borders or headings: marks between the cells */
};

enum html_table html_table_kind(struct cursor after, const struct html_tag *table);

/* html_entities.c: text with its references resolved. */
struct str html_resolve(struct arena *arena, struct str text);

#endif
