/* See html_page.h. A mail's tables are mostly layout; where every row has several short cells, a row reads best as a
 * line. */
#include "html_page.h"

#define LOOK_BYTES KIB(64)
#define CELL_BYTES 200
#define CELL_LINES 4

struct look {
	size_t rows, cells_in_row, rows_of_cells, single_rows;
	size_t bytes, lines; /* of the cell at hand */
	bool has_headings, is_layout;
};

static void row_ends(struct look *look)
{
	look->rows_of_cells += look->cells_in_row > 1;
	look->single_rows += look->cells_in_row == 1;
	look->cells_in_row = 0;
}

static bool is_named(const struct html_tag *tag, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_nocase(tag->name, str_of(names[i])))
			return true;
	return false;
}

/* False at the table's end. */
static bool look_at_tag(struct look *look, const struct html_tag *tag)
{
	static const char *const lines[] = {"p", "div", "br"};
	static const char *const blocks[] = {"table", "ul", "ol", "pre", "blockquote", "h1", "h2",
	                                     "h3",    "h4", "h5", "h6",  "hr",         "dl"};

	if (tag->is_end && str_eq_nocase(tag->name, STR("table")))
		return false;
	if (tag->is_end)
		return true;
	if (str_eq_nocase(tag->name, STR("tr"))) {
		row_ends(look);
	} else if (str_eq_nocase(tag->name, STR("td")) || str_eq_nocase(tag->name, STR("th"))) {
		look->has_headings = look->has_headings || ascii_lower(tag->name.p[1]) == 'h';
		look->cells_in_row++;
		look->bytes = look->lines = 0;
	} else if (is_named(tag, lines, ARRAY_LEN(lines))) {
		look->is_layout = look->is_layout || ++look->lines > CELL_LINES;
	} else if (is_named(tag, blocks, ARRAY_LEN(blocks))) {
		look->is_layout = true;
	}
	return true;
}

static void look_at_text(struct look *look, struct cursor *c)
{
	for (; !cursor_end(c) && cursor_peek(c) != '<'; cursor_skip(c, 1))
		look->bytes += !is_space((char)cursor_peek(c));
	look->is_layout = look->is_layout || (look->cells_in_row && look->bytes > CELL_BYTES);
}

enum html_table html_table_kind(struct cursor after, const struct html_tag *table)
{
	struct look look = {0};

	after.n = MIN(after.n, after.at + LOOK_BYTES);
	while (!look.is_layout && !cursor_end(&after)) {
		if (html_tag_begins(&after)) {
			struct html_tag tag = html_tag_read(&after);

			if (!look_at_tag(&look, &tag))
				break;
		} else if (cursor_peek(&after) != '<') {
			look_at_text(&look, &after);
		} else if (!html_skip_markup(&after)) {
			cursor_skip(&after, 1);
		}
	}
	row_ends(&look);
	if (look.is_layout || look.rows_of_cells < 2 || look.single_rows > look.rows_of_cells)
		return HTML_TABLE_LAYOUT;
	return look.has_headings || (table->border.n && table->border.p[0] != '0') ? HTML_TABLE_DATA : HTML_TABLE_ROWS;
}
