/* See html_text.h. The page is read as HTML's tokenizer reads it (comments, raw text, quoted attributes); each tag only
 * moves a few counters: line breaks that are due, quote depth, lists, preformatted text. */
#include "html_page.h"

#include "base/buf.h"
#include "base/html.h"

#define LISTS_MAX  8 /* deeper ones are indented like the eighth */
#define QUOTES_MAX 5
#define INDENT_MAX 16

struct page {
	struct cursor html;
	struct buf out;
	int breaks;                    /* line ends that are due before the next text */
	int indent;                    /* fixed spaces that began the line at hand */
	bool has_space;                /* a blank is due before the next text */
	enum html_table table;         /* the kind of the innermost one */
	bool has_cell;                 /* the row at hand has a cell already */
	size_t row_start;              /* where the row begins in out */
	int row_breaks;                /* line ends that are due before it */
	int line_quotes;               /* depth of the line that was last begun */
	int pre, quotes;               /* depth of pre and blockquote */
	int lists, numbers[LISTS_MAX]; /* depth; the number of the next item, -1 for a bullet */
	struct str href;               /* of the link that is open */
	size_t link_start;             /* where its text begins in out */
	size_t paragraphs, bullet_at;  /* tags <p> so far; that of the last item of a list as Word writes it */
	bool shows_hidden;             /* a hidden element had no end: no more are looked for */
};

/* ---------------------------------------------------------------- writing */

static void line_break(struct page *page, int count)
{
	page->breaks = MAX(page->breaks, count);
	page->has_space = false;
	page->indent = 0;
}

static void quote_marks(struct page *page, int depth)
{
	for (int i = 0; i < MIN(depth, QUOTES_MAX); i++)
		buf_add_char(&page->out, '>');
}

/* What is due before text: line ends, the marks of quotes, the indent of lists, or a blank. */
static void before_text(struct page *page)
{
	bool fresh = page->out.n == 0;

	for (int i = 0; i < page->breaks && !fresh; i++) {
		buf_add_char(&page->out, '\n');
		if (i + 1 < page->breaks)
			quote_marks(page, MIN(page->quotes, page->line_quotes));
	}
	if (page->breaks || fresh) {
		quote_marks(page, page->quotes);
		if (page->quotes)
			buf_add_char(&page->out, ' ');
		for (int i = 1; i < MIN(page->lists, LISTS_MAX); i++)
			buf_add(&page->out, STR("  "));
	} else if (page->has_space) {
		buf_add_char(&page->out, ' ');
	}
	page->breaks = 0;
	page->line_quotes = page->quotes;
	page->has_space = false;
}

/* Behind the mark between two cells. */
static bool is_at_mark(const struct page *page)
{
	return page->table == HTML_TABLE_DATA && page->out.n > page->row_start && page->out.p[page->out.n - 1] == '|';
}

/* Fixed spaces that begin a line wait for its first word: they indent it, or the line is meant to be empty. */
static void add_word(struct page *page, struct str word)
{
	bool begins = !page->pre && (page->breaks || page->out.n == 0);

	while ((begins || is_at_mark(page)) && str_starts(word, STR("\xc2\xa0"))) {
		word = str_slice(word, 2, word.n);
		page->indent += begins;
	}
	if (!word.n)
		return;
	before_text(page);
	for (int i = 0; i < MIN(page->indent, INDENT_MAX); i++)
		buf_add(&page->out, STR("\xc2\xa0"));
	page->indent = 0;
	buf_add(&page->out, word);
}

static void add_text(struct page *page, struct str text)
{
	size_t at = 0;

	while (at < text.n) {
		size_t start = at;

		while (at < text.n && !is_space(text.p[at]) && text.p[at] != '\f')
			at++;
		add_word(page, str_slice(text, start, at));
		for (; at < text.n && (is_space(text.p[at]) || text.p[at] == '\f'); at++) {
			if (page->pre && text.p[at] == '\n') {
				page->breaks++;
			} else if (page->pre && text.p[at] != '\r') {
				before_text(page);
				buf_add_char(&page->out, text.p[at]);
			} else if (!page->breaks && page->out.n) {
				page->has_space = true;
			}
		}
	}
}

/* ---------------------------------------------------------------- what tags do */

enum effect {
	FX_NONE,
	FX_LINE,
	FX_PARAGRAPH,
	FX_BREAK,
	FX_SKIP,
	FX_PRE,
	FX_QUOTE,
	FX_LIST,
	FX_ITEM,
	FX_ROW,
	FX_CELL,
	FX_LINK,
	FX_IMAGE,
	FX_RULE,
	FX_TABLE,
	FX_SPACE,     /* a blank around it */
	FX_DEFINITION /* indented */
};

static enum effect effect_of(struct str name)
{
	static const struct {
		char name[12];
		enum effect effect;
	} table[] = {
	        /* clang-format off */
		{"p", FX_PARAGRAPH}, {"br", FX_BREAK}, {"div", FX_LINE}, {"td", FX_CELL}, {"tr", FX_ROW}, {"a", FX_LINK}, {"th", FX_CELL}, {"img", FX_IMAGE},
		{"li", FX_ITEM}, {"ul", FX_LIST}, {"ol", FX_LIST}, {"table", FX_TABLE}, {"h1", FX_PARAGRAPH}, {"h2", FX_PARAGRAPH}, {"h3", FX_PARAGRAPH}, {"h4", FX_PARAGRAPH},
		{"h5", FX_PARAGRAPH}, {"h6", FX_PARAGRAPH}, {"hr", FX_RULE}, {"pre", FX_PRE}, {"blockquote", FX_QUOTE}, {"script", FX_SKIP}, {"style", FX_SKIP}, {"title", FX_SKIP},
		{"dl", FX_PARAGRAPH}, {"dt", FX_LINE}, {"dd", FX_DEFINITION}, {"center", FX_LINE}, {"address", FX_LINE}, {"section", FX_LINE}, {"article", FX_LINE}, {"header", FX_LINE},
		{"footer", FX_LINE}, {"form", FX_LINE}, {"fieldset", FX_LINE}, {"caption", FX_LINE}, {"option", FX_LINE}, {"main", FX_LINE}, {"nav", FX_LINE}, {"body", FX_LINE},
		{"head", FX_LINE}, {"tbody", FX_LINE}, {"thead", FX_LINE}, {"template", FX_SKIP}, {"noframes", FX_SKIP}, {"figure", FX_LINE}, {"xml", FX_SKIP},
		{"button", FX_SPACE}, {"select", FX_SPACE}, {"textarea", FX_SPACE}, {"label", FX_SPACE},
	        /* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_eq_nocase(name, str_of(table[i].name)))
			return table[i].effect;
	return FX_NONE;
}

static void do_list(struct page *page, const struct html_tag *tag)
{
	uint64_t start = 1;

	line_break(page, page->lists - tag->is_end > 0 ? 1 : 2);
	if (!tag->is_end) {
		if (!str_to_uint(tag->start, 1000000, &start))
			start = 1;
		if (page->lists < LISTS_MAX)
			page->numbers[page->lists] = ascii_lower(tag->name.p[0]) == 'o' ? (int)start : -1;
		page->lists++;
	} else if (page->lists) {
		page->lists--;
	}
}

static void do_item(struct page *page, const struct html_tag *tag)
{
	int *number = page->lists ? &page->numbers[MIN(page->lists, LISTS_MAX) - 1] : NULL;

	uint64_t value;

	line_break(page, 1);
	if (tag->is_end)
		return;
	before_text(page);
	if (number && *number >= 0 && str_to_uint(tag->value, 1000000, &value))
		*number = (int)value;
	if (number && *number >= 0)
		buf_printf(&page->out, "%d. ", (*number)++);
	else
		buf_add(&page->out, STR("* "));
}

/* The address behind the link's text, unless the text says it. */
static void link_end(struct arena *arena, struct page *page)
{
	struct str href = html_resolve(arena, page->href), text, bare, to;

	page->href = STR_NULL;
	if (!href.n || page->link_start >= page->out.n)
		return;
	text = str_trim(str_slice(buf_str(&page->out), page->link_start, page->out.n));
	bare = href;
	if (str_starts_nocase(bare, STR("mailto:")) && str_split(&bare, '?', &to))
		bare = str_slice(to, 7, to.n);
	else if (str_starts_nocase(bare, STR("http://")))
		bare = str_slice(bare, 7, bare.n);
	else if (str_starts_nocase(bare, STR("https://")))
		bare = str_slice(bare, 8, bare.n);
	else
		return;
	if (str_starts_nocase(bare, STR("www.")))
		bare = str_slice(bare, 4, bare.n);
	if (bare.n && bare.p[bare.n - 1] == '/')
		bare.n--;
	if (!text.n || str_find_nocase(str_slice(text, 0, 300), str_slice(bare, 0, 300)) >= 0)
		return;
	buf_add(&page->out, STR(" <"));
	buf_add(&page->out, href);
	buf_add(&page->out, STR(">"));
}

/* ---------------------------------------------------------------- tables */

static bool ends_with(const struct buf *out, size_t from, struct str end)
{
	return out->n >= from + end.n && memcmp(out->p + out->n - end.n, end.p, end.n) == 0;
}

/* Marks behind the last cell that has something in it are taken back; a row without any such cell leaves no line. */
static void row_end(struct page *page)
{
	if (page->table == HTML_TABLE_DATA && page->has_cell) {
		while (page->out.n > page->row_start &&
		       (page->out.p[page->out.n - 1] == '|' || page->out.p[page->out.n - 1] == ' '))
			page->out.n--;
		while (page->out.n > page->row_start && page->out.p[page->out.n - 1] == '\n')
			page->out.n--;
		if (page->out.n == page->row_start && page->row_breaks)
			page->breaks = page->row_breaks;
	}
	page->has_cell = false;
	line_break(page, 1);
	page->row_start = page->out.n;
	page->row_breaks = page->breaks;
}

/* "Name: Anna" needs no mark. */
static void do_cell(struct page *page, const struct html_tag *tag)
{
	page->indent = 0;
	if (tag->is_end)
		return;
	if (!page->has_cell) {
		page->has_cell = true;
		return;
	}
	if (page->table == HTML_TABLE_DATA && !ends_with(&page->out, page->row_start, STR(":"))) {
		before_text(page);
		buf_add(&page->out, page->out.n == 0 || is_space(page->out.p[page->out.n - 1]) ? STR("|") : STR(" |"));
		page->has_space = true;
	} else if (!page->breaks && page->out.n) {
		page->has_space = true;
	}
}

static void do_table(struct page *page, const struct html_tag *tag)
{
	row_end(page);
	if (page->table == HTML_TABLE_DATA)
		line_break(page, 2);
	page->table = tag->is_end ? HTML_TABLE_LAYOUT : html_table_kind(page->html, tag);
	if (page->table == HTML_TABLE_DATA)
		line_break(page, 2);
	page->row_breaks = page->breaks;
}

/* In a row that is a line, paragraphs and line ends of a cell are blanks. A line of nothing but fixed spaces is an
 * empty one. Count 0: one more, as <br> has it. */
static void do_break(struct page *page, int count)
{
	if (page->table != HTML_TABLE_LAYOUT && page->has_cell)
		page->has_space = page->has_space || (!page->breaks && page->out.n);
	else if (count && !page->indent)
		line_break(page, count);
	else
		line_break(page, page->indent ? 2 : MIN(page->breaks + 1, 2));
}

/* ---------------------------------------------------------------- lists as Word writes them */

/* "<![if !supportLists]>·    <![endif]>" in front of a paragraph's text. */
#define WORD_LIST      STR("<![if !supportLists]>")
#define WORD_LIST_END  STR("<![endif]>")
#define WORD_LIST_SPAN 2000

static bool word_bullet(struct arena *arena, struct page *page)
{
	struct str rest = str_slice(cursor_rest(&page->html), 0, WORD_LIST_SPAN), mark;
	ptrdiff_t end;

	if (!str_starts_nocase(rest, WORD_LIST) || (end = str_find_nocase(rest, WORD_LIST_END)) < 0)
		return false;
	cursor_skip(&page->html, (size_t)end + WORD_LIST_END.n);
	mark = str_trim(html_to_text(arena, str_slice(rest, WORD_LIST.n, (size_t)end)));
	while (mark.n > 1 && str_eq(str_slice(mark, mark.n - 2, mark.n), STR("\xc2\xa0")))
		mark = str_trim(str_slice(mark, 0, mark.n - 2));
	if (page->bullet_at && page->bullet_at + 1 == page->paragraphs)
		page->breaks = MIN(page->breaks, 1);
	page->bullet_at = page->paragraphs;
	before_text(page);
	buf_add(&page->out, mark.n > 1 && (is_digit(mark.p[0]) || is_alpha(mark.p[0])) ? mark : STR("*"));
	page->has_space = true;
	return true;
}

/* ---------------------------------------------------------------- each tag */

static void do_definition(struct page *page, const struct html_tag *tag)
{
	line_break(page, 1);
	if (tag->is_end)
		return;
	before_text(page);
	buf_add(&page->out, STR("  "));
}

/* How deep in a kind of block the text stands, which begins and ends with an empty line. */
static void do_nested(struct page *page, const struct html_tag *tag, int *depth)
{
	line_break(page, 2);
	*depth = MAX(*depth + (tag->is_end ? -1 : 1), 0);
}

static void do_link(struct arena *arena, struct page *page, const struct html_tag *tag)
{
	link_end(arena, page);
	if (tag->is_end)
		return;
	page->href = tag->href;
	page->link_start = page->out.n;
}

static void do_rule(struct page *page)
{
	line_break(page, 1);
	add_text(page, STR("----------"));
	line_break(page, 1);
}

static void do_tag(struct arena *arena, struct page *page, const struct html_tag *tag)
{
	switch (effect_of(tag->name)) {
	case FX_NONE:
		break;
	case FX_LINE:
		do_break(page, 1);
		break;
	case FX_PARAGRAPH:
		page->paragraphs += !tag->is_end;
		do_break(page, 2);
		break;
	case FX_BREAK:
		do_break(page, 0);
		break;
	case FX_SPACE:
		page->has_space = page->has_space || (!page->breaks && page->out.n);
		break;
	case FX_DEFINITION:
		do_definition(page, tag);
		break;
	case FX_TABLE:
		do_table(page, tag);
		break;
	case FX_SKIP:
		if (!tag->is_end)
			html_skip_element(&page->html, tag->name);
		break;
	case FX_PRE:
		do_nested(page, tag, &page->pre);
		break;
	case FX_QUOTE:
		do_nested(page, tag, &page->quotes);
		break;
	case FX_LIST:
		do_list(page, tag);
		break;
	case FX_ITEM:
		do_item(page, tag);
		break;
	case FX_ROW:
		row_end(page);
		break;
	case FX_CELL:
		do_cell(page, tag);
		break;
	case FX_LINK:
		do_link(arena, page, tag);
		break;
	case FX_IMAGE:
		if (tag->alt.n)
			add_text(page, html_resolve(arena, tag->alt));
		break;
	case FX_RULE:
		do_rule(page);
		break;
	}
}

static void visit_tag(struct arena *arena, struct page *page)
{
	struct html_tag tag = html_tag_read(&page->html);

	if (!page->shows_hidden && html_is_hidden(&tag)) {
		if (html_skip_hidden(&page->html, &tag))
			return;
		page->shows_hidden = true;
	}
	do_tag(arena, page, &tag);
}

/* Text up to the next '<', a tag, or something between. */
static void visit_next(struct arena *arena, struct page *page)
{
	struct str rest = cursor_rest(&page->html);
	const char *open = memchr(rest.p, '<', rest.n);
	size_t plain = open ? (size_t)(open - rest.p) : rest.n;

	if (plain) {
		add_text(page, html_resolve(arena, str_slice(rest, 0, plain)));
		cursor_skip(&page->html, plain);
	} else if (word_bullet(arena, page) || html_skip_markup(&page->html)) {
		return;
	} else if (html_tag_begins(&page->html)) {
		visit_tag(arena, page);
	} else {
		add_text(page, STR("<"));
		cursor_skip(&page->html, 1);
	}
}

struct str html_to_text(struct arena *arena, struct str html)
{
	struct page page = {.html = cursor_of(html)};
	struct str text;

	buf_init(&page.out, html.n * 8 + 64);
	while (!cursor_end(&page.html))
		visit_next(arena, &page);
	link_end(arena, &page);
	row_end(&page);
	text = arena_str(arena, str_trim(buf_str(&page.out)));
	buf_done(&page.out);
	return text;
}

/* ---------------------------------------------------------------- the other way, and the page's charset */

struct str html_from_text(struct arena *arena, struct str text)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(text.n * 6 + 64);

	buf_add(&out, STR("<pre>"));
	html_escape(&out, text);
	buf_add(&out, STR("</pre>\n"));
	return arena_str(arena, buf_str(&out));
}

struct str html_charset(struct str html)
{
	struct str start = str_slice(html, 0, KIB(2));
	ptrdiff_t at = str_find_nocase(start, STR("charset="));
	size_t end = 0;

	if (at < 0)
		return STR("");
	start = str_slice(start, (size_t)at + 8, start.n);
	if (start.n && (start.p[0] == '"' || start.p[0] == '\''))
		start = str_slice(start, 1, start.n);
	while (end < start.n && (is_alpha(start.p[end]) || is_digit(start.p[end]) || strchr("-_:.", start.p[end])))
		end++;
	return str_slice(start, 0, end);
}
