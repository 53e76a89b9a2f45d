/* Content-Type and its relatives: tokens and parameters (RFC 2045 §5.1, RFC 2231), as tolerantly as mail demands. */
#include "parse.h"

#include "base/cursor.h"
#include "growing.h"
#include "mime/charset.h"
#include "transfer.h"
#include "words.h"

#define PARAMS_MAX 200 /* of one field */

struct param {
	struct str name, value; /* the name without "*", "*0*" */
	int section;            /* -1: the plain form */
	bool encoded;           /* RFC 2231 %-encoding */
};

struct params {
	struct param items[PARAMS_MAX];
	size_t count;
};

/* ---------------------------------------------------------------- reading */

static void skip_blank(struct cursor *c)
{
	int depth = 0;

	while (!cursor_end(c)) {
		int ch = cursor_peek(c);

		if (ch == '(')
			depth++;
		else if (ch == ')' && depth)
			depth--;
		else if (!depth && !is_space((char)ch))
			return;
		cursor_next(c);
	}
}

static struct str read_quoted(struct arena *arena, struct cursor *c)
{
	size_t end = c->at + 1, n = 0;
	char *out;

	while (end < c->n && c->p[end] != '"')
		end += c->p[end] == '\\' ? 2 : 1;
	out = arena_bytes(arena, MIN(end, c->n) - c->at + 1);
	cursor_next(c);
	while (!cursor_end(c)) {
		int ch = cursor_next(c);

		if (ch == '"')
			break;
		/* Outlook writes C:\dir\file unescaped: only \" and \\ are taken for escapes. */
		if (ch == '\\' && (cursor_peek(c) == '"' || cursor_peek(c) == '\\'))
			ch = cursor_next(c);
		out[n++] = (char)ch;
	}
	out[n] = '\0';
	return str_new(out, n);
}

/* Up to a semicolon; blanks within are let pass (unquoted file names have them). */
static struct str read_bare(struct cursor *c)
{
	size_t start = c->at;

	while (!cursor_end(c) && cursor_peek(c) != ';')
		cursor_next(c);
	return str_trim(str_new(c->p + start, c->at - start));
}

/* "name*12*" → name, 12, encoded. */
static void split_name(struct param *param)
{
	struct str name = param->name;
	ptrdiff_t star = str_find_char(name, '*');
	uint64_t section;
	struct str tail;

	param->section = -1;
	if (star < 0)
		return;
	tail = str_slice(name, (size_t)star + 1, name.n);
	if (!tail.n) {
		param->encoded = true;
	} else {
		if (tail.p[tail.n - 1] == '*') {
			param->encoded = true;
			tail.n--;
		}
		if (!str_to_uint(tail, PARAMS_MAX, &section))
			return;
		param->section = (int)section;
	}
	param->name = str_slice(name, 0, (size_t)star);
}

static void params_read(struct arena *arena, struct cursor *c, struct params *params)
{
	params->count = 0;
	while (!cursor_end(c) && params->count < PARAMS_MAX) {
		struct param *param = &params->items[params->count];
		size_t start;

		skip_blank(c);
		if (cursor_take_char(c, ';'))
			continue;
		start = c->at;
		while (!cursor_end(c) && cursor_peek(c) != '=' && cursor_peek(c) != ';')
			cursor_next(c);
		*param = (struct param){.name = str_trim(str_new(c->p + start, c->at - start))};
		if (!cursor_take_char(c, '='))
			continue;
		skip_blank(c);
		param->value = cursor_peek(c) == '"' ? read_quoted(arena, c) : read_bare(c);
		split_name(param);
		params->count++;
		/* What stands between a quoted value and the next semicolon is junk, unless the semicolon was
		 * forgotten. */
		skip_blank(c);
	}
}

/* ---------------------------------------------------------------- values */

static int hex(char c)
{
	c = ascii_lower(c);
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_percent(struct growing *out, struct str value)
{
	for (size_t i = 0; i < value.n; i++) {
		int high = -1, low = -1;

		if (value.p[i] == '%' && i + 2 < value.n) {
			high = hex(value.p[i + 1]);
			low = hex(value.p[i + 2]);
		}
		if (high < 0 || low < 0) {
			growing_add_char(out, value.p[i]);
		} else {
			growing_add_char(out, (char)(high << 4 | low));
			i += 2;
		}
	}
}

static const struct param *param_find(const struct params *params, struct str name, int section, bool encoded)
{
	for (size_t i = 0; i < params->count; i++)
		if (params->items[i].section == section && params->items[i].encoded == encoded &&
		    str_eq_nocase(params->items[i].name, name))
			return &params->items[i];
	return NULL;
}

/* charset'language'text; the first two only in the first section. Returns the text. */
static struct str split_charset(struct str value, struct str *ret_charset)
{
	ptrdiff_t first = str_find_char(value, '\'');
	ptrdiff_t second = first < 0 ? -1 : str_find_char(str_slice(value, (size_t)first + 1, value.n), '\'');

	if (second < 0)
		return value;
	*ret_charset = str_slice(value, 0, (size_t)first);
	return str_slice(value, (size_t)first + (size_t)second + 2, value.n);
}

/* The parameter's value in RFC 2231's forms, else the plain one with RFC 2047 words (which nobody should write and many
 * do). */
static struct str param_text(struct arena *arena, const struct params *params, const char *name_text)
{
	struct str name = str_of(name_text), charset = STR_NULL;
	const struct param *param = param_find(params, name, -1, true);
	struct growing bytes = {.arena = arena};

	if (param) {
		add_percent(&bytes, split_charset(param->value, &charset));
		return words_decode(arena, charset_to_utf8(arena, charset, growing_str(&bytes)));
	}
	for (int section = 0; section < PARAMS_MAX; section++) {
		const struct param *plain = param_find(params, name, section, false);

		param = param_find(params, name, section, true);
		if (param)
			add_percent(&bytes, section == 0 ? split_charset(param->value, &charset) : param->value);
		else if (plain)
			growing_add(&bytes, plain->value);
		else if (section > 0 || !param_find(params, name, 1, false))
			break;
	}
	if (bytes.n)
		return words_decode(arena, charset_to_utf8(arena, charset, growing_str(&bytes)));
	param = param_find(params, name, -1, false);
	return param ? words_decode(arena, param->value) : STR("");
}

/* ---------------------------------------------------------------- fields of a part */

struct str str_lower(struct arena *arena, struct str s)
{
	struct str copy = arena_str(arena, charset_guess_utf8(arena, s));
	char *p = (char *)(uintptr_t)copy.p;

	for (size_t i = 0; i < copy.n; i++)
		p[i] = ascii_lower(p[i]);
	return copy;
}

static bool is_token_char(int c)
{
	return c > ' ' && c < 0x7f && !strchr("()<>@,;:\\\"/[]?=", c);
}

static struct str read_token(struct cursor *c)
{
	size_t start = c->at;

	while (!cursor_end(c) && is_token_char(cursor_peek(c)))
		cursor_next(c);
	return str_new(c->p + start, c->at - start);
}

struct str filename_clean(struct arena *arena, struct str name)
{
	size_t start = 0;

	name = str_trim(name);
	for (size_t i = 0; i < name.n; i++)
		if ((name.p[i] == '/' || name.p[i] == '\\') && i + 1 < name.n)
			start = i + 1;
	return arena_str(arena, str_trim(str_slice(name, start, name.n)));
}

/* Where Content-Type was written twice, what stands last describes the body: gateways that wrap a body put theirs in
 * front and leave the old one. */
static const struct header *last_content_type(const struct part *part)
{
	for (size_t i = part->header_count; i-- > 0;)
		if (str_eq_nocase(part->headers[i].name, STR("Content-Type")))
			return &part->headers[i];
	return NULL;
}

static void content_type_read(struct arena *arena, struct part *part, struct params *params)
{
	const struct header *header = last_content_type(part);
	struct str value = header ? header_unfold(arena, header->value) : STR_NULL;
	struct cursor c = cursor_of(value);
	struct str type, subtype;

	if (!header)
		return;
	part->type = STR("text"); /* whatever the part's default: one that can't be read is text (RFC 2045 §5.2) */
	part->subtype = STR("plain");
	skip_blank(&c);
	type = read_token(&c);
	skip_blank(&c);
	if (type.n && cursor_take_char(&c, '/')) {
		skip_blank(&c);
		subtype = read_token(&c);
		if (subtype.n) {
			part->type = str_lower(arena, type);
			part->subtype = str_lower(arena, subtype);
		}
	} else if (str_eq_nocase(type, STR("multipart")) || str_eq_nocase(type, STR("image")) ||
	           str_eq_nocase(type, STR("application"))) {
		part->type = str_lower(arena, type);
		part->subtype = str_eq_nocase(type, STR("multipart")) ? STR("mixed") : STR("octet-stream");
	}
	params_read(arena, &c, params);
	part->charset = str_lower(arena, str_trim(param_text(arena, params, "charset")));
	if (str_eq(part->type, STR("multipart"))) {
		const struct param *boundary = param_find(params, STR("boundary"), -1, false);

		/* As the bytes stand: boundaries are compared, not shown. */
		part->boundary = boundary ? boundary->value : param_text(arena, params, "boundary");
	}
	part->filename = param_text(arena, params, "name");
}

static void disposition_read(struct arena *arena, struct part *part, struct params *params)
{
	const struct header *header = part_header(part, "Content-Disposition");
	struct cursor c;
	struct str name;

	if (header) {
		c = cursor_of(header_unfold(arena, header->value));
		skip_blank(&c);
		part->disposition = str_lower(arena, read_token(&c));
		params_read(arena, &c, params);
		name = param_text(arena, params, "filename");
		if (!name.n)
			name = param_text(arena, params, "name");
		if (name.n)
			part->filename = name;
	}
	if (part->filename.n)
		part->filename = filename_clean(arena, part->filename);
}

static void encoding_read(struct arena *arena, struct part *part)
{
	static const struct {
		const char *word;
		enum transfer_encoding encoding;
	} words[] = {
	        {"base64", ENCODING_BASE64},   {"quoted-printable", ENCODING_QP}, {"8bit", ENCODING_8BIT},
	        {"binary", ENCODING_BINARY},   {"x-uuencode", ENCODING_UUENCODE}, {"uuencode", ENCODING_UUENCODE},
	        {"x-uue", ENCODING_UUENCODE},  {"uue", ENCODING_UUENCODE},        {"quoted_printable", ENCODING_QP},
	        {"x-base64", ENCODING_BASE64},
	};
	const struct header *header = part_header(part, "Content-Transfer-Encoding");
	struct cursor c;
	struct str word;

	if (!header)
		return;
	c = cursor_of(header_unfold(arena, header->value));
	skip_blank(&c);
	cursor_take_char(&c, '"');
	word = read_token(&c);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_nocase(word, str_of(words[i].word)))
			part->encoding = words[i].encoding;
}

static void content_id_read(struct arena *arena, struct part *part)
{
	const struct header *header = part_header(part, "Content-ID");
	struct str id;

	if (!header)
		return;
	id = str_trim(header_raw_text(arena, header));
	if (id.n && id.p[0] == '<')
		id = str_slice(id, 1, id.n);
	if (id.n && id.p[id.n - 1] == '>')
		id.n--;
	part->content_id = arena_str(arena, str_trim(id));
}

void part_fields_read(struct arena *arena, struct part *part, bool in_digest)
{
	struct params params;

	part->type = in_digest ? STR("message") : STR("text");
	part->subtype = in_digest ? STR("rfc822") : STR("plain");
	part->charset = part->boundary = part->filename = part->content_id = part->disposition = STR("");
	params.count = 0;
	content_type_read(arena, part, &params);
	disposition_read(arena, part, &params);
	encoding_read(arena, part);
	content_id_read(arena, part);
}
