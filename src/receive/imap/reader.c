/* See reader.h. */
#include "receive/imap/reader.h"

#include "base/clock.h"
#include "base/mem.h"

void imap_reader_init(struct imap_reader *rd, struct stream *stream)
{
	*rd = (struct imap_reader){.stream = stream, .unquoted = BUF_INIT(IMAP_LINE_MAX)};
}

void imap_reader_done(struct imap_reader *rd)
{
	buf_done(&rd->unquoted);
}

void imap_reader_shrink(struct imap_reader *rd)
{
	buf_done(&rd->unquoted);
	buf_init(&rd->unquoted, IMAP_LINE_MAX);
	rd->line = (struct cursor){0};
}

static int read_line(struct imap_reader *rd, struct error *err)
{
	struct str line;

	if (++rd->lines > IMAP_LINES_MAX)
		return fail(err, E_LIMIT, RETRY_LATER, "the server's answer has more than %d literals", IMAP_LINES_MAX);
	int r = stream_read_line(rd->stream, IMAP_LINE_MAX, &line, err);
	if (r < 0)
		return r;
	rd->line = cursor_of(line);
	rd->line_ended = false;
	return 0;
}

int imap_reader_next(struct imap_reader *rd, struct error *err)
{
	rd->lines = rd->depth = 0;
	rd->literal = 0;
	return read_line(rd, err);
}

void imap_reader_take(struct imap_reader *rd, struct str line)
{
	rd->lines = 1;
	rd->depth = 0;
	rd->literal = 0;
	rd->line_ended = false;
	rd->line = cursor_of(line);
}

/* ---------------------------------------------------------------- literals */

int imap_literal_read(struct imap_reader *rd, char *to, size_t n, struct error *err)
{
	must(n <= rd->literal);
	if (n == 0)
		return 0;
	int r = stream_read_exactly(rd->stream, to, n, err);
	if (r < 0)
		return r;
	rd->literal -= n;
	return 0;
}

int imap_literal_some(struct imap_reader *rd, size_t max, struct str *ret_bytes, struct error *err)
{
	must(rd->literal > 0);
	int r = stream_read_some(rd->stream, (size_t)MIN((uint64_t)max, rd->literal), ret_bytes, err);
	if (r < 0)
		return r;
	rd->literal -= ret_bytes->n;
	return 0;
}

int imap_literal_skip(struct imap_reader *rd, struct error *err)
{
	struct str dropped;

	while (rd->literal) {
		int r = imap_literal_some(rd, KIB(64), &dropped, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---------------------------------------------------------------- tokens */

/* A string is closed by its quote; where a server forgot it, the line's end does. */
static struct str read_quoted(struct imap_reader *rd)
{
	struct cursor *c = &rd->line;
	size_t from = c->at;
	int ch;

	while ((ch = cursor_peek(c)) >= 0 && ch != '"' && ch != '\\')
		cursor_skip(c, 1);
	if (ch != '\\') {
		struct str text = str_new(c->p + from, c->at - from);

		cursor_skip(c, 1);
		return text;
	}
	buf_clear(&rd->unquoted);
	buf_add(&rd->unquoted, str_new(c->p + from, c->at - from));
	while ((ch = cursor_next(c)) >= 0 && ch != '"') {
		if (ch == '\\')
			ch = cursor_next(c);
		if (ch >= 0)
			buf_add_char(&rd->unquoted, (char)ch);
	}
	return buf_str(&rd->unquoted);
}

/* "{123}" or "{123+}" or "~{123}" (RFC 7888, RFC 3516), as the last thing on its line. */
static bool read_literal_size(struct cursor *c, uint64_t *ret_size)
{
	struct cursor at = *c;
	struct str digits;
	size_t from;

	cursor_take_char(&at, '~');
	if (!cursor_take_char(&at, '{'))
		return false;
	from = at.at;
	while (cursor_peek(&at) >= '0' && cursor_peek(&at) <= '9')
		cursor_skip(&at, 1);
	digits = str_new(at.p + from, at.at - from);
	cursor_take_char(&at, '+');
	if (!cursor_take_char(&at, '}') || !cursor_end(&at) || !str_to_uint(digits, INT64_MAX, ret_size))
		return false;
	*c = at;
	return true;
}

/* "BODY[HEADER.FIELDS (A B)]" is one: within brackets only the closing one ends it. */
static struct str read_atom(struct cursor *c)
{
	size_t from = c->at;
	bool bracket = false;
	int ch;

	while ((ch = cursor_peek(c)) >= 0) {
		if (!bracket && (ch == ' ' || ch == '(' || ch == ')' || ch == '"' || ch == '\t'))
			break;
		if (ch == '[' && c->at > from)
			bracket = true;
		if (ch == ']')
			bracket = false;
		cursor_skip(c, 1);
	}
	return str_new(c->p + from, c->at - from);
}

static int open_list(struct imap_reader *rd, struct error *err)
{
	if (++rd->depth > IMAP_DEPTH_MAX)
		return fail(err, E_LIMIT, RETRY_LATER, "the server's answer has more than %d lists in one another",
		            IMAP_DEPTH_MAX);
	return 0;
}

int imap_token(struct imap_reader *rd, struct imap_token *ret_token, struct error *err)
{
	struct cursor *c = &rd->line;

	if (rd->line_ended) {
		int r = imap_literal_skip(rd, err);
		if (r == 0)
			r = read_line(rd, err);
		if (r < 0)
			return r;
	}
	while (cursor_take_char(c, ' ') || cursor_take_char(c, '\t'))
		;
	*ret_token = (struct imap_token){.kind = TOKEN_END};
	if (cursor_end(c))
		return 0;
	if (cursor_take_char(c, '(')) {
		ret_token->kind = TOKEN_OPEN;
		return open_list(rd, err);
	}
	if (cursor_take_char(c, ')')) {
		ret_token->kind = TOKEN_CLOSE;
		rd->depth -= rd->depth > 0;
	} else if (cursor_take_char(c, '"')) {
		ret_token->kind = TOKEN_STRING;
		ret_token->text = read_quoted(rd);
	} else if (read_literal_size(c, &ret_token->size)) {
		ret_token->kind = TOKEN_LITERAL;
		rd->literal = ret_token->size;
		rd->line_ended = true;
	} else {
		ret_token->kind = TOKEN_ATOM;
		ret_token->text = read_atom(c);
	}
	return 0;
}

/* ---------------------------------------------------------------- leaving out */

int imap_skip_value(struct imap_reader *rd, const struct imap_token *token, struct error *err)
{
	struct imap_token inner;
	int outside = rd->depth - 1;

	if (token->kind == TOKEN_LITERAL)
		return imap_literal_skip(rd, err);
	if (token->kind != TOKEN_OPEN)
		return 0;
	while (rd->depth > outside) {
		int r = imap_token(rd, &inner, err);
		if (r < 0)
			return r;
		if (inner.kind == TOKEN_END)
			return 0; /* the closing parenthesis was forgotten */
	}
	return 0;
}

int imap_skip_rest(struct imap_reader *rd, struct error *err)
{
	struct imap_token token;

	do {
		int r = imap_token(rd, &token, err);
		if (r < 0)
			return r;
	} while (token.kind != TOKEN_END);
	return 0;
}

/* ---------------------------------------------------------------- status responses */

void imap_response_code(struct imap_reader *rd, struct str *ret_code, struct str *ret_arguments)
{
	struct cursor *c = &rd->line;
	struct str inside;
	ptrdiff_t end;

	*ret_code = *ret_arguments = STR_NULL;
	while (cursor_take_char(c, ' '))
		;
	if (cursor_peek(c) != '[')
		return;
	end = str_find_char(cursor_rest(c), ']');
	if (end < 0)
		return;
	inside = str_slice(cursor_rest(c), 1, (size_t)end);
	cursor_skip(c, (size_t)end + 1);
	if (str_split(&inside, ' ', ret_code))
		*ret_arguments = inside;
}

struct str imap_text(const struct imap_reader *rd)
{
	return str_trim(cursor_rest(&rd->line));
}

/* ---------------------------------------------------------------- dates */

static bool read_number(struct cursor *c, size_t digits, int *ret)
{
	struct str text;
	uint64_t value;

	if (!cursor_bytes(c, digits, &text) || !str_to_uint(text, 9999, &value))
		return false;
	*ret = (int)value;
	return true;
}

static bool read_month(struct cursor *c, int *ret_month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct str name;

	if (!cursor_bytes(c, 3, &name))
		return false;
	for (int i = 0; i < 12; i++)
		if (str_eq_nocase(name, str_new(names + 3 * i, 3))) {
			*ret_month = i + 1;
			return true;
		}
	return false;
}

bool imap_parse_date(struct str text, int64_t *ret_ms)
{
	struct cursor c = cursor_of(str_trim(text));
	int day, month, year, hour, minute, second, zone;
	bool west;

	/* " 7-Jul-1996" has a space where there is no tens digit; some servers leave it out */
	if (!read_number(&c, c.n > 1 && c.p[1] == '-' ? 1 : 2, &day) || !cursor_take_char(&c, '-') ||
	    !read_month(&c, &month) || !cursor_take_char(&c, '-') || !read_number(&c, 4, &year) ||
	    !cursor_take_char(&c, ' ') || !read_number(&c, 2, &hour) || !cursor_take_char(&c, ':') ||
	    !read_number(&c, 2, &minute) || !cursor_take_char(&c, ':') || !read_number(&c, 2, &second) ||
	    !cursor_take_char(&c, ' '))
		return false;
	west = cursor_take_char(&c, '-');
	if ((!west && !cursor_take_char(&c, '+')) || !read_number(&c, 4, &zone) || !cursor_end(&c))
		return false;
	zone = (zone / 100 * 60 + zone % 100) * (west ? -1 : 1);
	*ret_ms = clock_from_civil(year, month, day, hour, minute - zone, second);
	return true;
}
