/* See page.h. */
#include "cli/page.h"

#include "base/mem.h"
#include "cli/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_MAX   100 /* longer lines are hard to read */
#define LABEL_WIDTH 12

struct page page_new(struct buf *out, enum page_color color)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	struct page page = {.out = out, .has_color = color == PAGE_COLOR_ALWAYS};
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return page;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
		page.width = MIN(size.ws_col, WIDTH_MAX);
	if (color == PAGE_COLOR_AUTO)
		page.has_color = !(no_color && *no_color) && term && *term && strcmp(term, "dumb") != 0;
	return page;
}

bool page_color_parse(const char *word, enum page_color *ret_color)
{
	static const char *const words[] = {"auto", "never", "always"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(word, words[i]) == 0) {
			*ret_color = (enum page_color)i;
			return true;
		}
	}
	return false;
}

/* ---------------------------------------------------------------- letters */

/* The code point at `text`, and its bytes; a byte that is no UTF-8 has the code 0xfffd. */
static size_t letter_at(struct str text, uint32_t *ret_code)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (n > text.n || !str_is_utf8(str_slice(text, 0, n))) {
		*ret_code = 0xfffd;
		return 1;
	}
	*ret_code = n == 1 ? p[0] : p[0] & (0x7f >> n);
	for (size_t i = 1; i < n; i++)
		*ret_code = *ret_code << 6 | (p[i] & 0x3f);
	return n;
}

/* C0, DEL, C1, marks and overrides of direction (Unicode TR 9), separators of lines, tags. */
static bool is_shown_as_number(uint32_t c)
{
	return (c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0x61c || (c >= 0x200e && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x206f) || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe007f);
}

/* Text of one line as it may stand on a terminal. */
static void add_visible(struct buf *out, struct str text)
{
	for (size_t at = 0; at < text.n;) {
		uint32_t code;
		size_t n = letter_at(str_slice(text, at, text.n), &code);

		if (code == '\n' || code == '\t' || (code == '\r' && at + 1 < text.n && text.p[at + 1] == '\n'))
			buf_add_char(out, ' ');
		else if (is_shown_as_number(code))
			buf_printf(out, "\xe2\x9f\xa8U+%04X\xe2\x9f\xa9", (unsigned)code);
		else if (code == 0xfffd)
			buf_add(out, STR("\xef\xbf\xbd"));
		else
			buf_add(out, str_slice(text, at, at + n));
		at += n;
	}
}

/* ---------------------------------------------------------------- lines */

static void style_begin(struct page *page, enum page_style style)
{
	static const char *const codes[] = {
	        [PAGE_PLAIN] = "",        [PAGE_BOLD] = "\x1b[1m", [PAGE_DIM] = "\x1b[2m",
	        [PAGE_GOOD] = "\x1b[32m", [PAGE_BAD] = "\x1b[31m", [PAGE_NOTE] = "\x1b[33m",
	};

	if (page->has_color)
		buf_add_cstr(page->out, codes[style]);
}

static void style_end(struct page *page, enum page_style style)
{
	if (page->has_color && style != PAGE_PLAIN)
		buf_add(page->out, STR("\x1b[0m"));
}

void page_text(struct page *page, enum page_style style, struct str text)
{
	style_begin(page, style);
	add_visible(page->out, text);
	style_end(page, style);
}

void page_printf(struct page *page, enum page_style style, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	must(n >= 0);
	page_text(page, style, str_new(text, (size_t)n));
	free(text);
}

void page_line_end(struct page *page)
{
	buf_add_char(page->out, '\n');
}

void page_heading(struct page *page, const char *title)
{
	page_line_end(page);
	page_text(page, PAGE_BOLD, str_of(title));
	page_line_end(page);
}

void page_label(struct page *page, const char *label)
{
	page_printf(page, PAGE_DIM, "%-*s ", LABEL_WIDTH, label);
}

void page_field(struct page *page, const char *label, struct str value)
{
	if (!value.n)
		return;
	page_label(page, label);
	page_text(page, PAGE_PLAIN, value);
	page_line_end(page);
}

/* How much of the line fits: to the last space in `room` columns, or a word that is longer than that. */
static size_t fitting(struct str line, int room)
{
	size_t fit, space;

	if (room <= 0 || (text_width(line, room, &fit), fit >= line.n))
		return line.n;
	for (space = fit; space > 0 && line.p[space] != ' ';)
		space--;
	if (space)
		return space;
	while (fit < line.n && line.p[fit] != ' ')
		fit++;
	return fit;
}

static void add_line(struct page *page, enum page_style style, int indent, struct str line)
{
	do {
		size_t n = fitting(line, page->width ? MAX(page->width - indent, 20) : 0);

		buf_printf(page->out, "%*s", line.n ? indent : 0, "");
		style_begin(page, style);
		buf_add(page->out, str_slice(line, 0, n));
		style_end(page, style);
		page_line_end(page);
		while (n < line.n && line.p[n] == ' ')
			n++;
		line = str_slice(line, n, line.n);
	} while (line.n);
}

void page_lines(struct page *page, enum page_style style, int indent, struct str text)
{
	struct buf visible CLEANUP(buf_done) = BUF_INIT(text.n * 12 + 16);
	struct str line;

	while (str_split(&text, '\n', &line)) {
		while (line.n && is_space(line.p[line.n - 1]))
			line.n--;
		buf_clear(&visible);
		add_visible(&visible, line);
		add_line(page, line.n ? style : PAGE_PLAIN, indent, buf_str(&visible));
	}
}

const char *page_size(uint64_t bytes, char room[24])
{
	if (bytes < 1000)
		snprintf(room, 24, "%u byte%s", (unsigned)bytes, bytes == 1 ? "" : "s");
	else if (bytes < 1000000)
		snprintf(room, 24, "%.1f KB", (double)bytes / 1000);
	else
		snprintf(room, 24, "%.1f MB", (double)bytes / 1000000);
	return room;
}
