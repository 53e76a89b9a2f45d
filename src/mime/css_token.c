/* See css_token.h. */
#include "css_token.h"

#include "base/buf.h"

static bool is_name_byte(int c)
{
	return c >= 0x80 || (c >= 0 && (is_alpha((char)c) || is_digit((char)c))) || c == '_' || c == '-';
}

static int peek_at(const struct cursor *c, size_t ahead)
{
	return ahead < cursor_left(c) ? (unsigned char)c->p[c->at + ahead] : -1;
}

static bool is_css_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* A backslash that isn't followed by a line end. */
static bool is_escape(const struct cursor *c, size_t ahead)
{
	int next = peek_at(c, ahead + 1);

	return peek_at(c, ahead) == '\\' && next != -1 && next != '\n' && next != '\r' && next != '\f';
}

static bool starts_name(const struct cursor *c, size_t ahead)
{
	int first = peek_at(c, ahead), second = peek_at(c, ahead + 1);

	if (first == '-')
		return second == '-' || is_escape(c, ahead + 1) || (is_name_byte(second) && !is_digit((char)second));
	return is_escape(c, ahead) || (is_name_byte(first) && !is_digit((char)first));
}

/* ---------------------------------------------------------------- names, escapes */

static int hex_value(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What a number stands for is ASCII, or "\xef\xbf\xbd": beyond ASCII nobody writes names in numbers for a good reason,
 * and the names that matter are ASCII. */
static void read_escape(struct cursor *c, struct buf *out)
{
	uint32_t code = 0;
	int digits = 0;

	cursor_skip(c, 1);
	while (digits < 6 && hex_value(cursor_peek(c)) >= 0) {
		code = code * 16 + (uint32_t)hex_value(cursor_next(c));
		digits++;
	}
	if (digits == 0) {
		buf_add_char(out, (char)cursor_next(c));
		return;
	}
	if (cursor_peek(c) == '\r' && peek_at(c, 1) == '\n')
		cursor_skip(c, 2);
	else if (is_css_space(cursor_peek(c)))
		cursor_skip(c, 1);
	if (code > 0 && code < 0x80)
		buf_add_char(out, (char)code);
	else
		buf_add(out, STR("\xef\xbf\xbd"));
}

/* A name; a view where nothing is escaped in it. */
static struct str read_name(struct arena *arena, struct cursor *c)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(cursor_left(c) * 3 + 8);
	size_t start = c->at;

	while (is_name_byte(cursor_peek(c)))
		cursor_skip(c, 1);
	if (!is_escape(c, 0))
		return str_new(c->p + start, c->at - start);
	buf_add(&out, str_new(c->p + start, c->at - start));
	while (is_name_byte(cursor_peek(c)) || is_escape(c, 0)) {
		if (cursor_peek(c) == '\\')
			read_escape(c, &out);
		else
			buf_add_char(&out, (char)cursor_next(c));
	}
	return arena_str(arena, buf_str(&out));
}

/* ---------------------------------------------------------------- strings, addresses, numbers */

static struct css_token read_string(struct arena *arena, struct cursor *c)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(cursor_left(c) * 3 + 8);
	int quote = cursor_next(c), next;

	while ((next = cursor_peek(c)) != quote) {
		if (next == -1 || next == '\n' || next == '\r' || next == '\f')
			return (struct css_token){.kind = CSS_BAD};
		if (is_escape(c, 0)) {
			read_escape(c, &out);
		} else if (next == '\\') {
			cursor_skip(c, 2); /* a line goes on */
		} else {
			buf_add_char(&out, (char)cursor_next(c));
		}
	}
	cursor_skip(c, 1);
	return (struct css_token){.kind = CSS_STRING, .text = arena_str(arena, buf_str(&out))};
}

/* Behind "url(": a string makes it a function. */
static struct css_token read_url(struct arena *arena, struct cursor *c, struct str name)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(cursor_left(c) * 3 + 8);
	bool bad = false;
	int next;

	while (is_css_space(cursor_peek(c)))
		cursor_skip(c, 1);
	if (cursor_peek(c) == '"' || cursor_peek(c) == '\'')
		return (struct css_token){.kind = CSS_FUNCTION, .text = name};
	while ((next = cursor_peek(c)) != ')' && next != -1) {
		if (is_escape(c, 0)) {
			read_escape(c, &out);
			continue;
		}
		bad = bad || next == '"' || next == '\'' || next == '(' || next == '\\';
		if (!is_css_space(next))
			buf_add_char(&out, (char)next);
		cursor_skip(c, 1);
	}
	bad = bad || next == -1;
	cursor_skip(c, 1);
	return (struct css_token){.kind = bad ? CSS_BAD : CSS_URL, .text = arena_str(arena, buf_str(&out))};
}

static bool starts_number(const struct cursor *c)
{
	size_t at = peek_at(c, 0) == '+' || peek_at(c, 0) == '-';

	at += peek_at(c, at) == '.';
	return peek_at(c, at) >= '0' && peek_at(c, at) <= '9';
}

static struct css_token read_number(struct arena *arena, struct cursor *c)
{
	struct css_token token = {.kind = CSS_NUMBER};
	size_t start = c->at;
	bool dot = false;

	cursor_skip(c, 1);
	dot = c->p[start] == '.';
	for (int next; (next = cursor_peek(c)) != -1; cursor_skip(c, 1)) {
		if (next == '.' && !dot && hex_value(peek_at(c, 1)) >= 0 && hex_value(peek_at(c, 1)) < 10)
			dot = true;
		else if (next < '0' || next > '9')
			break;
	}
	token.text = str_new(c->p + start, c->at - start);
	if (cursor_take_char(c, '%'))
		token.unit = STR("%");
	else if (starts_name(c, 0))
		token.unit = read_name(arena, c);
	return token;
}

/* ---------------------------------------------------------------- tokens */

/* White space and comments; an unclosed comment takes the rest. */
static bool read_space(struct cursor *c)
{
	size_t start = c->at;

	for (;;) {
		if (is_css_space(cursor_peek(c))) {
			cursor_skip(c, 1);
		} else if (cursor_take(c, STR("/*"))) {
			ptrdiff_t end = str_find(cursor_rest(c), STR("*/"));

			cursor_skip(c, end < 0 ? cursor_left(c) : (size_t)end + 2);
		} else {
			return c->at > start;
		}
	}
}

struct css_token css_token_next(struct arena *arena, struct cursor *c)
{
	struct css_token token = {.kind = CSS_MARK};

	if (cursor_end(c))
		return (struct css_token){.kind = CSS_END};
	if (read_space(c))
		return (struct css_token){.kind = CSS_SPACE};
	if (cursor_peek(c) == '"' || cursor_peek(c) == '\'')
		return read_string(arena, c);
	if (starts_number(c))
		return read_number(arena, c);
	if (starts_name(c, 0)) {
		token.text = read_name(arena, c);
		token.kind = cursor_take_char(c, '(') ? CSS_FUNCTION : CSS_WORD;
		return token.kind == CSS_FUNCTION && str_eq_nocase(token.text, STR("url"))
		               ? read_url(arena, c, token.text)
		               : token;
	}
	token.mark = (char)cursor_next(c);
	if (token.mark == '#' && (is_name_byte(cursor_peek(c)) || is_escape(c, 0))) {
		token.kind = CSS_HASH;
		token.text = read_name(arena, c);
	} else if (token.mark == '@' && starts_name(c, 0)) {
		token.kind = CSS_AT;
		token.text = read_name(arena, c);
	}
	return token;
}
