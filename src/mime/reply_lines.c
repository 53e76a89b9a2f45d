/* See reply_parts.h: a body as a table of lines, and their folded form. */
#include "reply_parts.h"

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include <stdlib.h>

#define LINES_MAX 50000
#define LINE_MAX  1000 /* bytes; a longer one is a paragraph, not a line of a client's making */

/* ---------------------------------------------------------------- folding */

/* What all spellings of a sign become; 0 for what is left out, c itself for the rest. */
static ucs4_t plain_form(ucs4_t c)
{
	if (c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f || c == 0x3000 || c == '\t' ||
	    c == '\r')
		return ' ';
	if (c == 0xad || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	    c == 0xfeff)
		return 0;
	if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xff0d)
		return '-';
	if (c == 0x2018 || c == 0x2019)
		return '\'';
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xff01 + '!';
	return c;
}

static ucs4_t fold_char(ucs4_t c)
{
	int digit;

	c = plain_form(c);
	if (c < 0x80)
		return (ucs4_t)(unsigned char)ascii_lower((char)c);
	digit = uc_decimal_value(c);
	return digit >= 0 ? (ucs4_t)('0' + digit) : plain_form(uc_tolower(c));
}

static bool has_combining(struct str text)
{
	return text.n && (memchr(text.p, 0xcc, text.n) || memchr(text.p, 0xcd, text.n));
}

/* Composed as most clients write it: Apple's send "é" in two parts. */
static struct str composed(struct arena *arena, struct str text)
{
	struct str result = text;
	size_t n;
	uint8_t *p;

	if (!has_combining(text))
		return text;
	p = u8_normalize(UNINORM_NFC, (const uint8_t *)text.p, text.n, NULL, &n);
	if (p)
		result = arena_str(arena, str_new(p, n));
	free(p);
	return result;
}

struct str reply_fold(struct arena *arena, struct str text)
{
	struct str from = composed(arena, text);
	char *out = arena_bytes(arena, from.n * 3 / 2 + 8); /* no lower case is longer than that */
	size_t n = 0;

	for (size_t i = 0; i < from.n;) {
		char byte = from.p[i];
		ucs4_t c;

		if (byte > ' ' && (unsigned char)byte < 0x80) {
			out[n++] = ascii_lower(byte);
			i++;
			continue;
		}
		i += (size_t)u8_mbtouc(&c, (const uint8_t *)from.p + i, from.n - i);
		c = fold_char(c);
		if (c == 0 || (c == ' ' && (n == 0 || out[n - 1] == ' ')))
			continue;
		if (c < 0x80)
			out[n++] = (char)c;
		else
			n += (size_t)MAX(u8_uctomb((uint8_t *)out + n, c, 6), 0);
	}
	while (n && out[n - 1] == ' ')
		n--;
	return str_new(out, n);
}

/* ---------------------------------------------------------------- dates */

static size_t digits_at(struct str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && is_digit(s.p[at + n]))
		n++;
	return n;
}

static bool is_year(struct str s, size_t at)
{
	unsigned year = (unsigned)(s.p[at] - '0') * 1000 + (unsigned)(s.p[at + 1] - '0') * 100;

	return (year >= 1900 && year <= 2000) || (year >= 2500 && year <= 2600) || year == 1300 || year == 1400;
}

/* 12.3.2020, 2020-03-12, 12/3/20 … or 9:05, 9.05: two or three numbers with the same sign between them. */
static bool is_numeric_date(struct str s, size_t at, size_t first)
{
	size_t second, third, next = at + first;
	char sign = next < s.n ? s.p[next] : '\0';

	if (first > 4 || first == 3 || !sign || !memchr(":./-", sign, 4))
		return false;
	second = digits_at(s, next + 1);
	if (sign == ':' && first <= 2 && second == 2)
		return true;
	next += 1 + second;
	if (second == 0 || second > 2 || next >= s.n || s.p[next] != sign)
		return false;
	third = digits_at(s, next + 1);
	return third == 2 || third == 4 || (first == 4 && third == 1);
}

ptrdiff_t reply_date_find(struct str folded)
{
	for (size_t i = 0; i < folded.n;) {
		size_t n = digits_at(folded, i);

		if (n == 0) {
			i++;
			continue;
		}
		if (is_numeric_date(folded, i, n) || (n == 4 && is_year(folded, i)))
			return (ptrdiff_t)i;
		i += n;
	}
	return -1;
}

/* ---------------------------------------------------------------- the table */

static bool has_address(struct str s)
{
	const char *at = s.n ? memchr(s.p, '@', s.n) : NULL;
	size_t i = at ? (size_t)(at - s.p) : 0;

	return at && i > 0 && s.p[i - 1] != ' ' && i + 2 < s.n && s.p[i + 1] != ' ';
}

static bool ends_with_colon(struct str s)
{
	while (s.n && (s.p[s.n - 1] == '-' || s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '*' || s.p[s.n - 1] == '_'))
		s.n--;
	return s.n && s.p[s.n - 1] == ':';
}

static void line_look(struct arena *arena, struct reply_line *line)
{
	struct str head = str_slice(line->text, 0, LINE_MAX), folded;

	folded = reply_fold(arena, head);
	line->is_blank = folded.n == 0 && head.n == line->text.n;
	/* ">>> look here <<<" is a decoration. */
	line->is_marked = folded.n && folded.p[0] == '>' &&
	                  !(str_starts(folded, STR(">>")) && str_ends_nocase(folded, STR("<<")));
	if (head.n < line->text.n)
		return;
	line->folded = folded;
	line->has_mail = has_address(folded);
	line->ends_colon = ends_with_colon(folded);
	for (size_t i = 0; i < folded.n && !line->has_digit; i++)
		line->has_digit = is_digit(folded.p[i]);
}

/* A line that holds a hint alone, behind any quote marks. */
static enum line_hint hint_of(struct str line)
{
	size_t i = 0;

	while (i < line.n && (line.p[i] == '>' || line.p[i] == ' '))
		i++;
	line = str_slice(line, i, line.n);
	if (str_eq(line, STR(HINT_QUOTE_MARK)))
		return HINT_QUOTE;
	return str_eq(line, STR(HINT_SIGNATURE_MARK)) ? HINT_SIGNATURE : HINT_NONE;
}

/* Takes the lines of hints out of `text`; each is kept with the line that follows. */
static struct str without_hints(struct arena *arena, struct str text, struct reply_lines *lines)
{
	char *out = arena_bytes(arena, text.n + 2); /* each piece with a line end, and the NUL */
	size_t n = 0;
	struct str rest = text, line;
	enum line_hint hint = HINT_NONE;

	while (str_split(&rest, '\n', &line)) {
		enum line_hint own = hint_of(line);

		if (own != HINT_NONE) {
			hint = own;
			continue;
		}
		if (lines->count < LINES_MAX) {
			bool is_empty = str_trim(line).n == 0;

			lines->items[lines->count++].hint = is_empty ? HINT_NONE : hint;
			hint = is_empty ? hint : HINT_NONE;
		}
		if (line.n)
			memcpy(out + n, line.p, line.n);
		n += line.n;
		out[n++] = '\n';
	}
	n -= n != 0;
	out[n] = '\0';
	return str_new(out, n);
}

static size_t lines_count(struct str text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.n && n < LINES_MAX; i++)
		n += text.p[i] == '\n';
	return n;
}

struct reply_lines reply_lines_read(struct arena *arena, struct str text, bool has_hints)
{
	struct reply_lines lines = {0};
	struct str rest, line;

	lines.items = ARENA_ARRAY(arena, struct reply_line, lines_count(text));
	lines.text = has_hints ? without_hints(arena, text, &lines) : text;
	rest = lines.text;
	for (lines.count = 0; lines.count < LINES_MAX && str_split(&rest, '\n', &line); lines.count++) {
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		lines.items[lines.count].text = line;
		line_look(arena, &lines.items[lines.count]);
	}
	return lines;
}
