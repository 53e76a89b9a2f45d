/* See repairs.h. */
#include "repairs.h"

#include <stdlib.h>

static void edit_add(struct edits *e, const char *at, size_t drop, struct str put)
{
	struct str raw = e->m->raw;

	if (at < raw.p || at + drop > raw.p + raw.n)
		return; /* of a message that was decoded first */
	ARENA_ROOM(e->arena, e->items, e->count, e->size);
	e->items[e->count++] = (struct edit){(size_t)(at - raw.p), drop, put, e->count};
}

static bool has_crlf(const struct edits *e)
{
	return str_find(e->m->raw, STR("\r\n")) >= 0;
}

/* What ends lines in this mail. */
static struct str eol(const struct edits *e)
{
	return has_crlf(e) ? STR("\r\n") : STR("\n");
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_hex(char c)
{
	return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

/* ---------------------------------------------------------------- transfer encodings */

/* Of a leaf; a multipart's says nothing (RFC 2045 6.4). */
static enum transfer_encoding leaf_encoding(const struct part *part)
{
	return part->first_child || part->inner || str_eq(part->type, STR("multipart")) ? ENCODING_7BIT
	                                                                                : part->encoding;
}

static void trailing_blanks(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	struct str body = part->body;

	if (leaf_encoding(part) != ENCODING_QP)
		return;
	for (size_t i = 0; i < body.n; i++) {
		size_t start = i;

		while (i < body.n && is_blank(body.p[i]))
			i++;
		if (i > start && (i == body.n || body.p[i] == '\n' || body.p[i] == '\r'))
			edit_add(e, body.p + start, i - start, STR(""));
	}
}

static void soft_end(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	struct str body = str_trim(part->body);

	if (leaf_encoding(part) == ENCODING_QP && body.n && body.p[body.n - 1] == '=')
		edit_add(e, body.p + body.n - 1, (size_t)(part->body.p + part->body.n - body.p) - body.n + 1, STR(""));
}

static void bad_escapes(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	struct str body = part->body;

	for (size_t i = 0; i < body.n && leaf_encoding(part) == ENCODING_QP; i++) {
		size_t end = i + 1;

		if (body.p[i] != '=')
			continue;
		while (end < body.n && is_blank(body.p[end]))
			end++;
		if (end == body.n || body.p[end] == '\n' || body.p[end] == '\r')
			continue;
		if (i + 2 >= body.n || !is_hex(body.p[i + 1]) || !is_hex(body.p[i + 2]))
			edit_add(e, body.p + i, 1, STR("=3D"));
	}
}

static bool is_base64_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '+' || c == '/';
}

static void missing_padding(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	struct str body = part->body;
	size_t n = 0;

	if (leaf_encoding(part) != ENCODING_BASE64 || str_find_char(body, '=') >= 0)
		return;
	for (size_t i = 0; i < body.n; i++)
		n += is_base64_char(body.p[i]);
	if (n % 4 >= 2)
		edit_add(e, body.p + body.n, 0, n % 4 == 2 ? STR("==") : STR("="));
	if (n % 4 == 1)
		edit_add(e, body.p + body.n, 0, STR(""));
}

/* Is the line that begins at or behind `at` made of whole groups alone? */
static bool goes_on(struct str body, size_t at)
{
	size_t n = 0;

	while (at < body.n && (is_space(body.p[at]) || body.p[at] == '='))
		at++;
	for (; at < body.n && (is_base64_char(body.p[at]) || body.p[at] == '='); at++)
		n++;
	return n && n % 4 == 0 && (at == body.n || is_space(body.p[at]));
}

static void data_behind_padding(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	struct str body = part->body;
	size_t n = 0, last = 0;

	for (size_t i = 0; i < body.n && leaf_encoding(part) == ENCODING_BASE64; i++) {
		if (is_base64_char(body.p[i])) {
			last = i;
			n++;
		} else if (body.p[i] == '=' && n % 4 >= 2) {
			if (!goes_on(body, i)) {
				edit_add(e, body.p + i, body.n - i, n % 4 == 2 ? STR("==") : STR("="));
				return;
			}
			edit_add(e, body.p + i, 1, n % 4 == 2 ? STR("==") : STR("="));
			n = 0;
		} else if (body.p[i] == '=') {
			edit_add(e, body.p + i, 1, STR(""));
			if (n % 4 == 1)
				edit_add(e, body.p + last, 1, STR(""));
			n = 0;
		}
	}
}

/* ---------------------------------------------------------------- encoded words */

static bool is_word_char(char c)
{
	return c > ' ' && c < 0x7f && c != '?';
}

/* One word, from behind its "=?charset?B?". */
static void word_repair(struct edits *e, struct str value, size_t text, char encoding)
{
	size_t end = text, letters = 0;

	while (end < value.n && is_word_char(value.p[end]) && value.p[end] != '<') {
		letters += value.p[end] != '=';
		end++;
	}
	if (ascii_lower(encoding) == 'b' && letters % 4 >= 2 && letters == end - text)
		edit_add(e, value.p + end, 0, letters % 4 == 2 ? STR("==") : STR("="));
}

static void words(struct edits *e, const struct part *part,
                  void (*repair)(struct edits *e, struct str value, size_t text, char encoding))
{
	for (size_t h = 0; h < part->header_count; h++) {
		struct str value = part->headers[h].value;

		for (size_t i = 0; i + 5 < value.n; i++) {
			size_t at = i + 2;

			if (value.p[i] != '=' || value.p[i + 1] != '?')
				continue;
			while (at < value.n && is_word_char(value.p[at]))
				at++;
			if (at + 2 < value.n && value.p[at] == '?' && value.p[at + 2] == '?')
				repair(e, value, at + 3, value.p[at + 1]);
		}
	}
}

/* A word without anything in it, of another charset, between this one and the next. */
static void keep_apart(struct edits *e, struct str value, size_t text, char encoding)
{
	while (text < value.n && is_word_char(value.p[text]))
		text++;
	if (ascii_lower(encoding) == 'b' && text + 3 < value.n && value.p[text + 1] == '=' &&
	    is_space(value.p[text + 2]))
		edit_add(e, value.p + text + 2, 0,
		         STR(" =?us-ascii?Q?"
		             "?="));
}

static void words_apart(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	words(e, part, keep_apart);
}

static void fill_blanks(struct edits *e, struct str value, size_t text, char encoding)
{
	struct str rest = str_slice(value, text, value.n);
	ptrdiff_t close = str_find(rest, STR("?=")), next = str_find(rest, STR("=?"));

	if (close < 0 || (next >= 0 && next + 1 < close))
		return;
	for (size_t i = 0; i < (size_t)close; i++)
		if (is_space(rest.p[i]))
			edit_add(e, rest.p + i, 1, ascii_lower(encoding) == 'q' ? STR("_") : STR(""));
}

static void filled_words(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	words(e, part, fill_blanks);
}

static void name_charset(struct edits *e, struct str value, size_t text, char encoding UNUSED)
{
	if (text >= 5 && value.p[text - 4] == '?')
		edit_add(e, value.p + text - 3, 0, STR("us-ascii"));
}

static void named_charsets(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	words(e, part, name_charset);
}

static void padded_words(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	words(e, part, word_repair);
}

static void close_word(struct edits *e, struct str value, size_t text, char encoding UNUSED)
{
	struct str rest = str_slice(value, text, value.n);
	ptrdiff_t close = str_find(rest, STR("?=")), next = str_find(rest, STR("=?"));

	if (close >= 0 && (next < 0 || next + 1 >= close))
		return;
	while (text < value.n && is_word_char(value.p[text]) && value.p[text] != '<' && value.p[text] != '"')
		text++;
	edit_add(e, value.p + text, 0, STR("?="));
}

static void closed_words(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	words(e, part, close_word);
}

/* ---------------------------------------------------------------- structure */

static const struct header *field(const struct part *part, const char *name)
{
	return part_header(part, name);
}

static const struct header *last_type(const struct part *part)
{
	for (size_t i = part->header_count; i-- > 0;)
		if (str_eq_nocase(part->headers[i].name, STR("Content-Type")))
			return &part->headers[i];
	return NULL;
}

/* "text", "multipart", "/plain": what stands before the first semicolon. */
static void no_subtype(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	const struct header *header = last_type(part);
	ptrdiff_t end = header ? str_find_char(header->value, ';') : -1, slash;
	struct str type;

	if (!header)
		return;
	type = str_trim(str_slice(header->value, 0, end < 0 ? header->value.n : (size_t)end));
	slash = str_find_char(type, '/');
	if (slash <= 0 || (size_t)slash + 1 == type.n)
		edit_add(e, header->value.p, end < 0 ? header->value.n : (size_t)end,
		         arena_printf(e->arena, " " STR_FMT "/" STR_FMT, STR_ARG(part->type), STR_ARG(part->subtype)));
}

/* "multipart/mixed boundary=a" */
static void no_semicolon(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	const struct header *header = last_type(part);
	struct str value = header ? str_trim(header->value) : STR("");
	size_t at = 0;

	while (at < value.n && !is_space(value.p[at]) && value.p[at] != ';')
		at++;
	if (at < value.n && is_space(value.p[at]) && str_find_char(str_slice(value, at, value.n), '=') > 0)
		edit_add(e, value.p + at, 0, STR(";"));
}

/* "text/plain; charset; name=a" */
static void no_value(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	const struct header *header = last_type(part);
	struct str value = header ? header->value : STR("");
	bool quoted = false;

	for (size_t i = 0; i < value.n; i++) {
		size_t end = i + 1;

		quoted ^= value.p[i] == '"';
		if (quoted || value.p[i] != ';')
			continue;
		while (end < value.n && value.p[end] != ';' && value.p[end] != '=')
			end++;
		if (end == value.n || value.p[end] == ';')
			edit_add(e, value.p + i, end - i, STR(""));
	}
}

static void open_quote(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	for (size_t h = 0; h < part->header_count; h++) {
		struct str value = part->headers[h].value;
		size_t quotes = 0;

		for (size_t i = 0; i < value.n; i++)
			quotes += value.p[i] == '"' && (!i || value.p[i - 1] != '\\');
		if (quotes % 2)
			edit_add(e, value.p + value.n, 0, STR("\""));
	}
}

/* The word with quotes around it or something behind it. */
static void encoding_word(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	const struct header *header = field(part, "Content-Transfer-Encoding");
	struct str word = header ? str_trim(header->value) : STR("");
	bool is_odd = str_starts(word, STR("\"")) || str_find_char(word, ';') >= 0;

	if (is_odd && (part->encoding == ENCODING_QP || part->encoding == ENCODING_BASE64))
		edit_add(e, header->value.p, header->value.n,
		         part->encoding == ENCODING_QP ? STR(" quoted-printable") : STR(" base64"));
}

static void mislabelled(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	const struct header *header = field(part, "Content-Transfer-Encoding");

	if (part->is_mislabelled && header)
		edit_add(e, header->value.p, header->value.n, STR(" 8bit"));
}

/* The line end before a delimiter, where the mail has both kinds. */
static void line_ends(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	const char *end = part->body.p + part->body.n, *all = e->m->raw.p + e->m->raw.n;

	if (part->parent && end < all && *end == '\n' && has_crlf(e))
		edit_add(e, end, 0, STR("\r"));
}

/* The delimiter before a part without what its line says besides. */
static void delimiter_line(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	const char *end = part->raw.p, *start;
	struct str text;

	if (!part->parent || part->raw.p == part->parent->body.p)
		return;
	for (end--; end > part->parent->body.p && (*end == '\n' || *end == '\r'); end--)
		;
	for (start = end; start > part->parent->body.p && start[-1] != '\n'; start--)
		;
	text = str_new(start, (size_t)(end + 1 - start));
	if (str_starts(text, STR("--")) && text.n > part->parent->boundary.n + 2)
		edit_add(e, start + 2 + part->parent->boundary.n, text.n - 2 - part->parent->boundary.n, STR(""));
}

/* Does an empty line stand before the body? */
static bool ends_header(const struct part *part)
{
	const char *p = part->body.p, *start = part->raw.p;

	if (p == start)
		return false;
	if (p > start && p[-1] == '\n')
		p--;
	if (p > start && p[-1] == '\r')
		p--;
	return p == start || p[-1] == '\n';
}

static void no_boundary(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	const struct header *header = field(part, "Content-Type");

	if (!header || !str_eq(part->type, STR("multipart")) || str_find_nocase(header->value, STR("boundary")) >= 0)
		return;
	edit_add(e, header->value.p + header->value.n, 0,
	         arena_printf(e->arena, "; boundary=\"" STR_FMT "\"",
	                      STR_ARG(part->boundary.n ? part->boundary : STR("none"))));
}

/* What is behind the last line end, if it can't be a field, and the empty line. */
static void cut_header(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	struct str raw = e->m->raw;
	size_t end = raw.n, start = (size_t)(part->raw.p - raw.p);

	if (part->first_child || part->body.p + part->body.n != raw.p + raw.n || ends_header(part))
		return;
	while (end > start && raw.p[end - 1] != '\n')
		end--;
	if (end == raw.n || is_blank(raw.p[end]) || str_find_char(str_slice(raw, end, raw.n), ':') >= 0)
		end = raw.n;
	edit_add(e, raw.p + end, raw.n - end, eol(e));
	if (end == raw.n && end && raw.p[end - 1] != '\n')
		edit_add(e, raw.p + end, 0, eol(e));
}

static void no_empty_line(struct edits *e, const struct message *m UNUSED, const struct part *part)
{
	if (part->body.n && !ends_header(part))
		edit_add(e, part->body.p, 0, eol(e));
}

/* ---------------------------------------------------------------- the table */

/* clang-format off */
const struct repair repairs[] = {
	{"blanks at the end of a quoted-printable line", "RFC 2045 6.7 (3): they were added on the way and must be deleted", trailing_blanks},
	{"a soft line break without a line after it", "RFC 2045 6.7 (5): it is no part of the data", soft_end},
	{"an escape that is none", "RFC 2045 6.7: the = stays as it is; what follows is read for itself", bad_escapes},
	{"base64 without padding", "RFC 2045 6.8: two or three characters hold one or two bytes; nothing is lost", missing_padding},
	{"data behind a base64 padding", "RFC 2045 6.8: the padding ends the data, unless whole groups follow", data_behind_padding},
	{"a word for the transfer encoding with something around it", "RFC 2045 6.1 wants a token; it is clear all the same", encoding_word},
	{"a type without a subtype", "RFC 2045 5.2: text/plain, or what the type alone says", no_subtype},
	{"a parameter without a semicolon before it", "RFC 2045 5.1 requires one; it is clear what is meant", no_semicolon},
	{"a parameter without a value", "RFC 2045 5.1 requires one; those behind it count all the same", no_value},
	{"a text that is base64 in name only", "shown as it was sent, or nobody could read it", mislabelled},
	{"an encoded word that is never closed", "RFC 2047 2: it has no blank inside, so a blank ends it", closed_words},
	{"an encoded word with a blank inside", "RFC 2047 2 forbids it; what ends with ?= was meant as one", filled_words},
	{"an encoded word without a charset", "RFC 2047 2 requires one; a reader wants the letters", named_charsets},
	{"words in base64 side by side", "RFC 2047 5 (3): each is base64 of its own, its padding ends nothing else", words_apart},
	{"an encoded word in base64 without padding", "RFC 2045 6.8, as in bodies", padded_words},
	{"a quoted string that is never closed", "RFC 2045 5.1: the field's end ends it", open_quote},
	{"a multipart without a boundary parameter", "RFC 2046 5.1.1 requires one; the first line that looks like a delimiter names it", no_boundary},
	{"a delimiter with something behind it", "RFC 2046 5.1.1: the line has to begin with the boundary, no more", delimiter_line},
	{"a bare LF before a delimiter", "RFC 2046 5.1.1: the line end belongs to the delimiter; GMime takes what it met before", line_ends},
	{"no empty line behind a header", "RFC 5322 2.2: a line that can be no field begins the body", no_empty_line},
	{"a header that the mail's end cuts off", "RFC 5322 2.1: the body is optional, with its empty line", cut_header},
};
/* clang-format on */
const size_t repair_count = ARRAY_LEN(repairs);

static void find_in(const struct repair *r, struct edits *edits, const struct message *m)
{
	for (size_t i = 0; i < m->part_count; i++) {
		r->find(edits, m, m->parts[i]);
		if (m->parts[i]->inner)
			find_in(r, edits, m->parts[i]->inner);
	}
}

void repair_find(const struct repair *r, struct edits *edits)
{
	find_in(r, edits, edits->m);
}

static int by_place(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

struct str repaired(struct edits *edits)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(256));
	struct str raw = edits->m->raw;
	size_t at = 0;

	if (edits->count)
		qsort(edits->items, edits->count, sizeof *edits->items, by_place);
	for (size_t i = 0; i < edits->count; i++) {
		if (edits->items[i].at < at)
			continue;
		buf_add(&out, str_slice(raw, at, edits->items[i].at));
		buf_add(&out, edits->items[i].put);
		at = edits->items[i].at + edits->items[i].drop;
	}
	buf_add(&out, str_slice(raw, at, raw.n));
	return arena_str(edits->arena, buf_str(&out));
}
