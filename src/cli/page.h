/* A page for people: headings, named lines, text with long lines broken, and colours where there is a terminal that
 * wants them. Most of what stands on it was written by strangers, in mail: what could move the cursor, change the title
 * or make text read otherwise than it is (controls, direction marks) is shown as what it is: "⟨U+202E⟩".
 *
 *	struct page page = page_new(&out, PAGE_COLOR_AUTO);
 *
 *	page_heading(&page, "Attachments");
 *	page_field(&page, "Name", part->filename);
 *	fwrite(out.p, 1, out.n, stdout); */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include "base/buf.h"

enum page_color {
	PAGE_COLOR_AUTO, /* on a terminal, unless NO_COLOR is set or TERM is dumb */
	PAGE_COLOR_NEVER,
	PAGE_COLOR_ALWAYS
};

enum page_style {
	PAGE_PLAIN,
	PAGE_BOLD,
	PAGE_DIM,
	PAGE_GOOD, /* green */
	PAGE_BAD,  /* red */
	PAGE_NOTE  /* yellow */
};

struct page {
	struct buf *out; /* borrowed */
	bool has_color;
	int width; /* columns; 0: lines aren't broken */
};

/* For standard output: its width where it is a terminal, at most 100 columns. */
struct page page_new(struct buf *out, enum page_color color);

/* "auto", "never", "always"; false for another word. */
bool page_color_parse(const char *word, enum page_color *ret_color) NODISCARD;

/* Text in a line; line ends in it become spaces. */
void page_text(struct page *page, enum page_style style, struct str text);
void page_printf(struct page *page, enum page_style style, const char *fmt, ...) PRINTF(3, 4);
void page_line_end(struct page *page);

/* A blank line and the title. */
void page_heading(struct page *page, const char *title);

/* "Label      value"; nothing where the value is empty. */
void page_field(struct page *page, const char *label, struct str value);

/* The label alone, for a value that follows by page_text(). */
void page_label(struct page *page, const char *label);

/* Several lines, each after `indent` spaces. */
void page_lines(struct page *page, enum page_style style, int indent, struct str text);

/* "5 bytes", "1.2 KB", "3.4 MB" */
const char *page_size(uint64_t bytes, char room[24]);

#endif
