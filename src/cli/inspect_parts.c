/* See inspect_sections.h: attachments, HTML, the tree of parts, notices. */
#include "cli/inspect_sections.h"

#include "cli/text.h"

#define NAME_WIDTH 40

/* A text and spaces up to `width` columns. */
static void show_column(struct page *page, enum page_style style, struct str text, int width)
{
	size_t start = page->out->n;
	int columns;

	page_text(page, style, text);
	columns = text_width(text, INT32_MAX, NULL);
	if (page->out->n == start || columns > width)
		columns = width;
	page_printf(page, PAGE_PLAIN, "%*s  ", width - columns, "");
}

void inspect_section_attachments(const struct inspected *mail, struct page *page)
{
	const struct message *m = mail->message;
	int width = 0;

	for (size_t i = 0; i < m->attachment_count; i++)
		width = MAX(width, MIN(text_width(m->attachments[i]->filename, INT32_MAX, NULL), NAME_WIDTH));
	if (m->attachment_count)
		page_heading(page, "Attachments");
	for (size_t i = 0; i < m->attachment_count; i++) {
		const struct part *part = m->attachments[i];
		bool has_name = part->filename.n > 0;
		char room[24];

		page_printf(page, PAGE_DIM, "%3zu  ", i + 1);
		show_column(page, has_name ? PAGE_PLAIN : PAGE_DIM, has_name ? part->filename : STR("no name"),
		            MAX(width, 7));
		show_column(page, PAGE_DIM, str_of(page_size(message_part_size(m, part), room)), 10);
		page_text(page, PAGE_DIM, part_type(mail->arena, part));
		if (part->content_id.n)
			page_printf(page, PAGE_DIM, "  cid:" STR_FMT, STR_ARG(part->content_id));
		page_line_end(page);
	}
}

void inspect_section_html(const struct inspected *mail, struct page *page)
{
	const struct sanitised *html = &mail->html;
	char room[24];

	if (!mail->message->html)
		return;
	page_heading(page, "HTML");
	page_label(page, "Safe to show");
	page_printf(page, PAGE_PLAIN, "%s%s", page_size(html->html.n, room), html->as_text ? ", as text alone" : "");
	page_line_end(page);
	if (html->part_count)
		page_field(page, "Images", STR("from the mail itself:"));
	for (size_t i = 0; i < html->part_count; i++)
		page_field(page, "", html->parts[i]);
	for (size_t i = 0; i < html->notice_count; i++)
		page_field(page, i ? "" : "Removed", html->notices[i]);
}

/* ---------------------------------------------------------------- structure */

static void show_part(struct arena *arena, const struct message *m, const struct part *part, int depth,
                      struct page *page)
{
	struct str number = part_number(arena, part);
	char room[24];

	page_printf(page, PAGE_DIM, "%*s", depth * 2, "");
	page_printf(page, PAGE_DIM, STR_FMT "%s", STR_ARG(number), number.n ? " " : "");
	page_text(page, PAGE_PLAIN, part_type(arena, part));
	page_printf(page, PAGE_DIM, "  %s", page_size(message_part_size(m, part), room));
	if (part->charset.n)
		page_printf(page, PAGE_DIM, "  " STR_FMT, STR_ARG(part->charset));
	if (part->filename.n)
		page_printf(page, PAGE_PLAIN, "  \"" STR_FMT "\"", STR_ARG(part->filename));
	if (part == m->text || part == m->html)
		page_text(page, PAGE_DIM, part == m->text ? STR("  the text") : STR("  the HTML"));
	page_line_end(page);
}

/* Inner messages stand in their place; their depth is bounded by the parser. */
static void show_tree(struct arena *arena, const struct message *m, int indent, struct page *page)
{
	for (size_t i = 0; i < m->part_count; i++) {
		const struct part *part = m->parts[i];
		int depth = indent;

		for (const struct part *p = part->parent; p; p = p->parent)
			depth++;
		show_part(arena, m, part, depth, page);
		if (part->inner)
			show_tree(arena, part->inner, depth + 1, page);
	}
}

void inspect_section_structure(const struct inspected *mail, struct page *page)
{
	page_heading(page, "Parts");
	show_tree(mail->arena, mail->message, 1, page);
}

void inspect_section_notices(const struct inspected *mail, struct page *page)
{
	const struct message *m = mail->message;

	if (m->notice_count)
		page_heading(page, "Odd about it");
	for (size_t i = 0; i < m->notice_count; i++) {
		page_text(page, PAGE_NOTE, m->notices[i]);
		page_line_end(page);
	}
}
