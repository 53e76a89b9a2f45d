/* See html_text.h. The page is read as HTML's tokenizer reads it (comments, raw text, quoted attributes); each tag only
 * moves a few counters: line breaks that are due, quote depth, lists, preformatted text. */
#include "html_text.h"

#include "base/buf.h"

#define LISTS_MAX 8 /* deeper ones are indented like the eighth */

struct page {
	struct str html;
	size_t at;
	struct buf out;
	int breaks;                    /* line ends that are due before the next text */
	bool has_space;                /* a blank is due before the next text */
	bool has_cell;                 /* the row at hand has a cell already */
	int line_quotes;               /* depth of the line that was last begun */
	int pre, quotes;               /* depth of pre and blockquote */
	int lists, numbers[LISTS_MAX]; /* depth; the number of the next item, -1 for a bullet */
	struct str href;               /* of the link that is open */
	size_t link_start;             /* where its text begins in out */
};

/* ---------------------------------------------------------------- writing */

static void line_break(struct page *page, int count)
{
	page->breaks = MAX(page->breaks, count);
	page->has_space = false;
}

/* What is due before text: line ends, the marks of quotes, the indent of lists, or a blank. */
static void before_text(struct page *page)
{
	bool fresh = page->out.n == 0;

	for (int i = 0; i < page->breaks && !fresh; i++) {
		buf_add_char(&page->out, '\n');
		if (i + 1 < page->breaks && MIN(page->quotes, page->line_quotes))
			buf_add(&page->out, STR(">"));
	}
	if (page->breaks || fresh) {
		for (int i = 0; i < MIN(page->quotes, 5); i++)
			buf_add(&page->out, i + 1 < MIN(page->quotes, 5) ? STR(">") : STR("> "));
		for (int i = 1; i < MIN(page->lists, LISTS_MAX); i++)
			buf_add(&page->out, STR("  "));
	} else if (page->has_space) {
		buf_add_char(&page->out, ' ');
	}
	page->breaks = 0;
	page->line_quotes = page->quotes;
	page->has_space = false;
}

static void add_text(struct page *page, struct str text)
{
	size_t at = 0;

	while (at < text.n) {
		size_t start = at;

		while (at < text.n && !is_space(text.p[at]) && text.p[at] != '\f')
			at++;
		if (at > start) {
			before_text(page);
			buf_add(&page->out, str_slice(text, start, at));
		}
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

/* ---------------------------------------------------------------- character references */

static void add_code_point(struct buf *out, uint32_t c)
{
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	if (c < 0x80) {
		buf_add_char(out, (char)c);
	} else if (c < 0x800) {
		buf_add_char(out, (char)(0xc0 | c >> 6));
		buf_add_char(out, (char)(0x80 | (c & 0x3f)));
	} else {
		if (c < 0x10000) {
			buf_add_char(out, (char)(0xe0 | c >> 12));
		} else {
			buf_add_char(out, (char)(0xf0 | c >> 18));
			buf_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_add_char(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* Numbers 128…159 mean windows-1252, as browsers have it. */
static uint32_t code_of_number(uint32_t code)
{
	static const uint16_t high[32] = {
	        0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
	        0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	        0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
	};
	return code >= 128 && code < 160 ? high[code - 128] : code;
}

/* Length of the reference that begins text ("&amp;"), 0 where there is none. */
static size_t reference_at(struct str text, uint32_t *ret_code)
{
	size_t i = 1, start;
	uint32_t code = 0;

	if (text.n > 2 && text.p[1] == '#') {
		bool hex = ascii_lower(text.p[2]) == 'x';

		start = i = hex ? 3 : 2;
		for (; i < text.n && i < start + 8; i++) {
			char c = ascii_lower(text.p[i]);

			if (is_digit(c))
				code = code * (hex ? 16 : 10) + (uint32_t)(c - '0');
			else if (hex && c >= 'a' && c <= 'f')
				code = code * 16 + (uint32_t)(c - 'a') + 10;
			else
				break;
		}
		if (i == start)
			return 0;
		*ret_code = code_of_number(code);
	} else {
		while (i < text.n && i < 10 && (is_alpha(text.p[i]) || is_digit(text.p[i])))
			i++;
		*ret_code = i > 1 ? html_entity(str_slice(text, 1, i)) : 0;
		if (!*ret_code)
			return 0;
	}
	return i < text.n && text.p[i] == ';' ? i + 1 : i;
}

/* Text with its references resolved; a soft hyphen and the invisible marks of newsletters go, a fixed space becomes a
 * space. */
static struct str resolve(struct arena *arena, struct str text)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(text.n * 4 + 8);

	if (!text.n || !memchr(text.p, '&', text.n))
		return text;
	for (size_t at = 0; at < text.n;) {
		uint32_t code;
		size_t length = text.p[at] == '&' ? reference_at(str_slice(text, at, MIN(at + 16, text.n)), &code) : 0;

		if (!length) {
			buf_add_char(&out, text.p[at++]);
			continue;
		}
		at += length;
		if (code == 0xad || code == 0x200b || code == 0x200c || code == 0x200d || code == 0xfeff ||
		    code == 0x34f)
			continue;
		add_code_point(&out, code == '\r' ? '\n' : code);
	}
	return arena_str(arena, buf_str(&out));
}

/* ---------------------------------------------------------------- tags */

struct tag {
	struct str name;
	bool is_end;
	struct str href, alt; /* as written */
};

static bool is_tag_space(char c)
{
	return is_space(c) || c == '\f' || c == '/';
}

/* One attribute; false at the tag's end. */
static bool attribute_next(struct page *page, struct str *ret_name, struct str *ret_value)
{
	const char *p = page->html.p;
	size_t n = page->html.n, start;

	while (page->at < n && is_tag_space(p[page->at]))
		page->at++;
	start = page->at;
	if (page->at >= n || p[page->at] == '>')
		return false;
	page->at++;
	while (page->at < n && !is_tag_space(p[page->at]) && p[page->at] != '=' && p[page->at] != '>')
		page->at++;
	*ret_name = str_slice(page->html, start, page->at);
	*ret_value = STR_NULL;
	while (page->at < n && is_space(p[page->at]))
		page->at++;
	if (page->at >= n || p[page->at] != '=')
		return true;
	for (page->at++; page->at < n && is_space(p[page->at]);)
		page->at++;
	start = page->at;
	if (page->at < n && (p[page->at] == '"' || p[page->at] == '\'')) {
		const char *end = memchr(p + page->at + 1, p[page->at], n - page->at - 1);

		page->at = end ? (size_t)(end - p) + 1 : n;
		*ret_value = str_slice(page->html, start + 1, page->at - (end != NULL));
	} else {
		while (page->at < n && !is_space(p[page->at]) && p[page->at] != '>')
			page->at++;
		*ret_value = str_slice(page->html, start, page->at);
	}
	return true;
}

/* The tag that begins at page->at, which holds '<' and a letter or '/' and a letter. */
static struct tag tag_read(struct page *page)
{
	struct tag tag = {0};
	struct str name, value;
	size_t start;

	page->at++;
	if (page->html.p[page->at] == '/') {
		tag.is_end = true;
		page->at++;
	}
	start = page->at;
	while (page->at < page->html.n && !is_tag_space(page->html.p[page->at]) && page->html.p[page->at] != '>')
		page->at++;
	tag.name = str_slice(page->html, start, page->at);
	while (attribute_next(page, &name, &value)) {
		if (str_eq_nocase(name, STR("href")))
			tag.href = str_trim(value);
		else if (str_eq_nocase(name, STR("alt")))
			tag.alt = str_trim(value);
	}
	page->at = MIN(page->at + 1, page->html.n);
	return tag;
}

/* Behind the end tag of an element whose content isn't text. */
static void skip_element(struct page *page, struct str name)
{
	while (page->at < page->html.n) {
		const char *open = memchr(page->html.p + page->at, '<', page->html.n - page->at);

		page->at = open ? (size_t)(open - page->html.p) + 1 : page->html.n;
		struct str rest = str_slice(page->html, page->at, page->html.n);
		if (rest.n > name.n && rest.p[0] == '/' && str_starts_nocase(str_slice(rest, 1, rest.n), name)) {
			const char *close = memchr(rest.p, '>', rest.n);

			page->at = close ? (size_t)(close - page->html.p) + 1 : page->html.n;
			return;
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
	FX_RULE
};

static enum effect effect_of(struct str name)
{
	static const struct {
		char name[12];
		enum effect effect;
	} table[] = {
	        /* clang-format off */
		{"p", FX_PARAGRAPH}, {"br", FX_BREAK}, {"div", FX_LINE}, {"td", FX_CELL}, {"tr", FX_ROW}, {"a", FX_LINK}, {"th", FX_CELL}, {"img", FX_IMAGE},
		{"li", FX_ITEM}, {"ul", FX_LIST}, {"ol", FX_LIST}, {"table", FX_LINE}, {"h1", FX_PARAGRAPH}, {"h2", FX_PARAGRAPH}, {"h3", FX_PARAGRAPH}, {"h4", FX_PARAGRAPH},
		{"h5", FX_PARAGRAPH}, {"h6", FX_PARAGRAPH}, {"hr", FX_RULE}, {"pre", FX_PRE}, {"blockquote", FX_QUOTE}, {"script", FX_SKIP}, {"style", FX_SKIP}, {"title", FX_SKIP},
		{"dl", FX_PARAGRAPH}, {"dt", FX_LINE}, {"dd", FX_LINE}, {"center", FX_LINE}, {"address", FX_LINE}, {"section", FX_LINE}, {"article", FX_LINE}, {"header", FX_LINE},
		{"footer", FX_LINE}, {"form", FX_LINE}, {"fieldset", FX_LINE}, {"caption", FX_LINE}, {"option", FX_LINE}, {"main", FX_LINE}, {"nav", FX_LINE}, {"body", FX_LINE},
		{"head", FX_LINE}, {"tbody", FX_LINE}, {"thead", FX_LINE}, {"template", FX_SKIP}, {"noframes", FX_SKIP}, {"figure", FX_LINE}, {"xml", FX_SKIP},
	        /* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_eq_nocase(name, str_of(table[i].name)))
			return table[i].effect;
	return FX_NONE;
}

static void do_list(struct page *page, const struct tag *tag)
{
	line_break(page, page->lists > 1 ? 1 : 2);
	if (!tag->is_end) {
		if (page->lists < LISTS_MAX)
			page->numbers[page->lists] = ascii_lower(tag->name.p[0]) == 'o' ? 1 : -1;
		page->lists++;
	} else if (page->lists) {
		page->lists--;
	}
}

static void do_item(struct page *page, const struct tag *tag)
{
	int *number = page->lists ? &page->numbers[MIN(page->lists, LISTS_MAX) - 1] : NULL;

	line_break(page, 1);
	if (tag->is_end)
		return;
	before_text(page);
	if (number && *number > 0)
		buf_printf(&page->out, "%d. ", (*number)++);
	else
		buf_add(&page->out, STR("* "));
}

/* The address behind the link's text, unless the text says it. */
static void link_end(struct arena *arena, struct page *page)
{
	struct str href = resolve(arena, page->href), text, bare;

	page->href = STR_NULL;
	if (!href.n || page->link_start >= page->out.n)
		return;
	text = str_trim(str_slice(buf_str(&page->out), page->link_start, page->out.n));
	bare = href;
	if (str_starts_nocase(bare, STR("mailto:")))
		bare = str_slice(bare, 7, bare.n);
	else if (str_starts_nocase(bare, STR("http://")))
		bare = str_slice(bare, 7, bare.n);
	else if (str_starts_nocase(bare, STR("https://")))
		bare = str_slice(bare, 8, bare.n);
	else
		return;
	if (bare.n && bare.p[bare.n - 1] == '/')
		bare.n--;
	if (!text.n || str_find_nocase(str_slice(text, 0, 300), str_slice(bare, 0, 300)) >= 0)
		return;
	buf_add(&page->out, STR(" <"));
	buf_add(&page->out, href);
	buf_add(&page->out, STR(">"));
}

static void do_tag(struct arena *arena, struct page *page, const struct tag *tag)
{
	switch (effect_of(tag->name)) {
	case FX_NONE:
		break;
	case FX_LINE:
		line_break(page, 1);
		break;
	case FX_PARAGRAPH:
		line_break(page, 2);
		break;
	case FX_BREAK:
		page->breaks = MIN(page->breaks + 1, 2);
		page->has_space = false;
		break;
	case FX_SKIP:
		if (!tag->is_end)
			skip_element(page, tag->name);
		break;
	case FX_PRE:
		line_break(page, 2);
		page->pre = MAX(page->pre + (tag->is_end ? -1 : 1), 0);
		break;
	case FX_QUOTE:
		line_break(page, 2);
		page->quotes = MAX(page->quotes + (tag->is_end ? -1 : 1), 0);
		break;
	case FX_LIST:
		do_list(page, tag);
		break;
	case FX_ITEM:
		do_item(page, tag);
		break;
	case FX_ROW:
		line_break(page, 1);
		page->has_cell = false;
		break;
	case FX_CELL:
		if (!tag->is_end && page->has_cell && !page->breaks && page->out.n)
			page->has_space = true;
		page->has_cell = true;
		break;
	case FX_LINK:
		link_end(arena, page);
		if (!tag->is_end) {
			page->href = tag->href;
			page->link_start = page->out.n;
		}
		break;
	case FX_IMAGE:
		if (tag->alt.n)
			add_text(page, resolve(arena, tag->alt));
		break;
	case FX_RULE:
		line_break(page, 1);
		add_text(page, STR("----------"));
		line_break(page, 1);
		break;
	}
}

/* Comments, <!DOCTYPE …>, <?xml …>, <![endif]>: nothing to show. False where '<' stands for itself. */
static bool skip_markup(struct page *page)
{
	struct str rest = str_slice(page->html, page->at, page->html.n);
	ptrdiff_t end;

	if (str_starts(rest, STR("<!--"))) {
		end = str_find(str_slice(rest, 2, rest.n), STR("-->"));
		page->at = end < 0 ? page->html.n : page->at + 2 + (size_t)end + 3;
		return true;
	}
	if (rest.n > 1 && (rest.p[1] == '!' || rest.p[1] == '?')) {
		end = str_find_char(rest, '>');
		page->at = end < 0 ? page->html.n : page->at + (size_t)end + 1;
		return true;
	}
	return false;
}

struct str html_to_text(struct arena *arena, struct str html)
{
	struct page page = {.html = html};
	struct str text;

	buf_init(&page.out, html.n * 4 + 64);
	while (page.at < html.n) {
		const char *p = html.p + page.at;
		size_t left = html.n - page.at;
		const char *open = memchr(p, '<', left);
		size_t plain = open ? (size_t)(open - p) : left;

		if (plain) {
			add_text(&page, resolve(arena, str_new(p, plain)));
			page.at += plain;
		} else if (skip_markup(&page)) {
			continue;
		} else if (left > 1 && (is_alpha(p[1]) || (p[1] == '/' && left > 2 && is_alpha(p[2])))) {
			struct tag tag = tag_read(&page);
			do_tag(arena, &page, &tag);
		} else {
			add_text(&page, STR("<"));
			page.at++;
		}
	}
	link_end(arena, &page);
	text = arena_str(arena, str_trim(buf_str(&page.out)));
	buf_done(&page.out);
	return text;
}

/* ---------------------------------------------------------------- the other way, and the page's charset */

struct str html_from_text(struct arena *arena, struct str text)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(text.n * 6 + 64);

	buf_add(&out, STR("<pre>"));
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '&')
			buf_add(&out, STR("&amp;"));
		else if (c == '<')
			buf_add(&out, STR("&lt;"));
		else if (c == '>')
			buf_add(&out, STR("&gt;"));
		else
			buf_add_char(&out, c);
	}
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
