/* Address lists (RFC 5322 §3.4, and what stands in their place). */
#include "parse.h"

#include "base/cursor.h"
#include "growing.h"
#include "mime/charset.h"
#include "words.h"

#include <stdlib.h>
#include <uninorm.h>

#define ADDRESS_NORMAL_MAX 1000 /* what is longer is no address, and stays as it is */

struct reader {
	struct arena *arena;
	struct cursor c;
	struct growing phrase;  /* what stands outside <> and (), quotes taken off */
	struct growing literal; /* the same with its quotes: an address without <> */
	struct str angle;       /* what stood inside <> */
	struct str comment;     /* the last one */
	bool has_angle, has_comment;
	struct address_list list;
	size_t size;
};

/* ---------------------------------------------------------------- pieces */

static void read_quoted(struct reader *r)
{
	cursor_next(&r->c);
	growing_add_char(&r->literal, '"');
	while (!cursor_end(&r->c)) {
		int c = cursor_next(&r->c);

		if (c == '"')
			break;
		if (c == '\\' && !cursor_end(&r->c)) {
			growing_add_char(&r->literal, '\\');
			c = cursor_next(&r->c);
		}
		growing_add_char(&r->phrase, (char)c);
		growing_add_char(&r->literal, (char)c);
	}
	growing_add_char(&r->literal, '"');
}

/* Nested comments, quoted pairs. */
static void read_comment(struct reader *r)
{
	size_t start = r->c.at + 1;
	int depth = 0;

	while (!cursor_end(&r->c)) {
		int c = cursor_next(&r->c);

		if (c == '\\')
			cursor_next(&r->c);
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			break;
	}
	r->comment = str_new(r->c.p + start, r->c.at - start - (depth == 0));
	r->has_comment = true;
}

/* Inside <>: up to '>' or, where that is missing, to a comma. Quotes protect both. */
static void read_angle(struct reader *r)
{
	size_t start = ++r->c.at;
	bool quoted = false;

	while (!cursor_end(&r->c)) {
		int c = cursor_peek(&r->c);

		if (c == '"')
			quoted = !quoted;
		else if (c == '\\')
			cursor_next(&r->c);
		else if (!quoted && (c == '>' || c == '<' || c == ';'))
			break;
		else if (!quoted && c == ',' && r->c.p[start] != '@')
			break;
		cursor_next(&r->c);
	}
	r->angle = str_trim(str_new(r->c.p + start, MIN(r->c.at, r->c.n) - start));
	r->has_angle = true;
	cursor_take_char(&r->c, '>');
}

/* ---------------------------------------------------------------- one mailbox */

/* RFC 6532 §3.1: two ways to write a letter are one letter, and so one address. */
static struct str normal_form(struct arena *arena, struct str address)
{
	uint8_t *normal;
	size_t n;

	if (address.n > ADDRESS_NORMAL_MAX || str_is_ascii(address))
		return address;
	normal = u8_normalize(UNINORM_NFC, (const uint8_t *)address.p, address.n, NULL, &n);
	if (!normal)
		return address;
	address = arena_str(arena, str_new(normal, n));
	free(normal);
	return address;
}

/* An address as written, without white space outside quotes and without an RFC 822 route ("@a,@b:"). */
static struct str clean_address(struct arena *arena, struct str text)
{
	char *out;
	size_t n = 0;
	bool quoted = false;

	text = str_trim(text);
	if (text.n && text.p[0] == '@') {
		ptrdiff_t colon = str_find_char(text, ':');

		if (colon >= 0)
			text = str_slice(text, (size_t)colon + 1, text.n);
	}
	if (str_starts_nocase(text, STR("mailto:")))
		text = str_slice(text, 7, text.n);
	out = arena_bytes(arena, text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '"')
			quoted = !quoted;
		if ((unsigned char)c < ' ' || c == 0x7f || (!quoted && is_space(c)))
			continue;
		out[n++] = c;
	}
	out[n] = '\0';
	return normal_form(arena, charset_guess_utf8(arena, str_new(out, n)));
}

static struct str clean_name(struct arena *arena, struct str text)
{
	struct str name = str_trim(words_decode(arena, str_trim(text)));

	/* Encoded words that hold the quotes: "=?utf-8?Q?=22A=22?=" */
	if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
		name = str_trim(str_slice(name, 1, name.n - 1));
	return arena_str(arena, name);
}

/* `john@example.com` or, without any syntax, `John Doe john@example.com`: the word with the @. False where there is
 * none. */
static bool split_bare(struct str text, struct str *ret_address, struct str *ret_name)
{
	ptrdiff_t at = -1;
	size_t start, end;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '@')
			at = (ptrdiff_t)i;
	if (at < 0)
		return false;
	start = end = (size_t)at;
	/* White space beside the @ and the dots is obsolete syntax, elsewhere it parts words. */
	while (end < text.n && (!is_space(text.p[end]) || text.p[end - 1] == '@' || text.p[end - 1] == '.' ||
	                        (end + 1 < text.n && text.p[end + 1] == '.')))
		end++;
	while (start > 0) {
		char before = text.p[start - 1];

		if (before == '"') {
			for (start--; start > 0 && text.p[start - 1] != '"'; start--)
				;
			start -= start > 0;
			break;
		}
		if (is_space(before) && text.p[start] != '@' && text.p[start] != '.' &&
		    !(start >= 2 && text.p[start - 2] == '.'))
			break;
		start--;
	}
	*ret_address = str_slice(text, start, end);
	*ret_name = str_trim(str_slice(text, 0, start));
	return true;
}

static void mailbox_end(struct reader *r)
{
	struct str literal = str_trim(growing_str(&r->literal));
	struct str name = growing_str(&r->phrase), address = STR_NULL;
	struct address *item;

	if (r->has_angle) {
		address = r->angle;
	} else if (!split_bare(literal, &address, &name)) {
		name = growing_str(&r->phrase);
	}
	if (!str_trim(name).n && r->has_comment)
		name = r->comment;
	address = clean_address(r->arena, address);
	name = clean_name(r->arena, name);
	if ((address.n || name.n) && r->list.count < ADDRESSES_MAX) {
		ARENA_ROOM(r->arena, r->list.items, r->list.count, r->size);
		item = &r->list.items[r->list.count++];
		*item = (struct address){.name = name, .address = arena_str(r->arena, address)};
	}
	r->phrase.n = r->literal.n = 0;
	r->has_angle = r->has_comment = false;
	r->comment = r->angle = STR_NULL;
}

/* "Doe, John <j@example.com>" with the quotes forgotten: a piece without any @ before a piece with <> belongs to its
 * name. */
static bool is_split_name(const struct reader *r)
{
	struct str rest = cursor_rest(&r->c), literal = growing_str(&r->literal);
	ptrdiff_t angle = str_find_char(str_slice(rest, 0, 200), '<');
	struct str between;

	if (r->has_angle || !str_trim(literal).n || str_find_char(literal, '@') >= 0 || angle < 0)
		return false;
	between = str_slice(rest, 0, (size_t)angle);
	return str_find_char(between, ',') < 0 && str_find_char(between, '@') < 0 && str_find_char(between, ';') < 0 &&
	       str_find_char(between, ':') < 0;
}

struct address_list address_list_parse(struct arena *arena, struct str value)
{
	struct reader r = {
	        .arena = arena, .c = cursor_of(value), .phrase = {.arena = arena}, .literal = {.arena = arena}};

	while (!cursor_end(&r.c) && r.list.count < ADDRESSES_MAX) {
		int c = cursor_peek(&r.c);

		if (c == '"') {
			read_quoted(&r);
		} else if (c == '(') {
			read_comment(&r);
		} else if (c == '<') {
			read_angle(&r);
		} else if (c == ',' && (cursor_skip(&r.c, 1), is_split_name(&r))) {
			growing_add(&r.phrase, STR(","));
			growing_add(&r.literal, STR(","));
		} else if (c == ',') {
			mailbox_end(&r);
		} else if (c == ';') {
			cursor_skip(&r.c, 1);
			mailbox_end(&r);
		} else if (c == ':' && !r.has_angle && str_find_char(growing_str(&r.literal), '@') < 0) {
			cursor_skip(&r.c, 1);
			r.phrase.n = r.literal.n = 0; /* a group's name */
			r.has_comment = false;
		} else {
			growing_add_char(&r.phrase, (char)c);
			growing_add_char(&r.literal, (char)c);
			cursor_skip(&r.c, 1);
		}
	}
	mailbox_end(&r);
	return r.list;
}
