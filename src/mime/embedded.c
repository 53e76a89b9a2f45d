/* Files that no MIME structure announces: uuencode and yEnc blocks inside plain text, and those inside a winmail.dat.
 * Each becomes a part of its own below the part it stands in (`embedded`), listed among the attachments. Nothing is
 * copied but text that is transfer-encoded. */
#include "parse.h"

#include "base/cursor.h"
#include "mime/charset.h"
#include "tnef.h"
#include "transfer.h"

#define FILES_MAX 200 /* of one part */

struct block {
	size_t start, end;
	struct str name;
	enum transfer_encoding encoding;
};

/* ---------------------------------------------------------------- uuencode */

static struct str take_line(struct cursor *c)
{
	struct str rest = cursor_rest(c);
	ptrdiff_t eol = str_find_char(rest, '\n');
	struct str line = str_slice(rest, 0, eol < 0 ? rest.n : (size_t)eol);

	cursor_skip(c, eol < 0 ? rest.n : (size_t)eol + 1);
	while (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* Its first character counts the bytes; blanks at its end may have been lost, a checksum may have been added. */
static bool is_uu_line(struct str line)
{
	size_t want;

	if (!line.n)
		return false;
	want = ((((size_t)(uint8_t)line.p[0] - 32) & 63) + 2) / 3 * 4;
	if (!want || line.n - 1 > want + 2 || line.n - 1 + 12 < want || line.n < 2)
		return false;
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] < ' ' || line.p[i] > '`')
			return false;
	return true;
}

/* "begin 644 name" */
static bool uu_name(struct str line, struct str *ret)
{
	size_t at = STR("begin ").n, digits = 0;

	while (at < line.n && line.p[at] >= '0' && line.p[at] <= '7') {
		at++;
		digits++;
	}
	if (digits < 3 || digits > 5 || at >= line.n || line.p[at] != ' ')
		return false;
	*ret = str_trim(str_slice(line, at, line.n));
	return ret->n > 0;
}

/* A block that begins at `start`; it ends with "end", before which stands a line that counts no bytes, or with the
 * text. *ret_next: where to look on, in any case, so that hardly a line is read twice. */
static bool uu_block(struct str text, size_t start, struct block *ret, size_t *ret_next)
{
	struct cursor c = cursor_of(text);
	size_t lines = 0;
	struct str line;

	cursor_skip(&c, start);
	line = take_line(&c);
	*ret_next = c.at;
	*ret = (struct block){.start = start, .encoding = ENCODING_UUENCODE};
	if (!uu_name(line, &ret->name))
		return false;
	for (line = take_line(&c); is_uu_line(line); line = take_line(&c)) {
		lines++;
		*ret_next = c.at;
	}
	line = str_trim(line);
	if (!line.n || str_eq(line, STR("`")))
		line = str_trim(take_line(&c));
	if (!str_eq(line, STR("end")) && !(lines && !line.n && cursor_end(&c)))
		return false;
	ret->end = *ret_next = c.at;
	return true;
}

/* ---------------------------------------------------------------- yEnc */

/* "=ybegin line=128 size=99 name=a.png", the bytes, "=yend size=99" */
static bool yenc_block(struct str text, size_t start, struct block *ret, size_t *ret_next)
{
	struct cursor c = cursor_of(text);
	struct str line;
	ptrdiff_t name, end;

	cursor_skip(&c, start);
	line = take_line(&c);
	*ret_next = c.at;
	name = str_find(line, STR(" name="));
	if (name < 0 || str_find(line, STR(" size=")) < 0)
		return false;
	*ret = (struct block){.start = start, .encoding = ENCODING_YENC};
	ret->name = str_trim(str_slice(line, (size_t)name + 6, line.n));
	end = str_find(cursor_rest(&c), STR("\n=yend"));
	if (end < 0) {
		*ret_next = text.n; /* nor for any that begins further on */
		return false;
	}
	cursor_skip(&c, (size_t)end + 1);
	take_line(&c);
	ret->end = *ret_next = c.at;
	return true;
}

/* ---------------------------------------------------------------- blocks in a text */

/* The next block that begins with a line at or behind *at, which stands at a line's start. */
static bool block_find(struct str text, size_t *at, struct block *ret)
{
	while (*at < text.n) {
		struct str rest = str_slice(text, *at, text.n);
		ptrdiff_t eol;

		if (str_starts(rest, STR("begin "))) {
			if (uu_block(text, *at, ret, at))
				return true;
		} else if (str_starts(rest, STR("=ybegin "))) {
			if (yenc_block(text, *at, ret, at))
				return true;
		} else {
			eol = str_find_char(rest, '\n');
			*at = eol < 0 ? text.n : *at + (size_t)eol + 1;
		}
	}
	return false;
}

static struct part *embedded_new(struct arena *arena, struct part *host, struct part **last, struct str bytes)
{
	struct part *part = ARENA_NEW(arena, struct part);

	*part = (struct part){
	        .parent = host,
	        .index = host->index,
	        .raw = bytes,
	        .body = bytes,
	        .type = STR("application"),
	        .subtype = STR("octet-stream"),
	        .charset = STR(""),
	        .boundary = STR(""),
	        .filename = STR(""),
	        .content_id = STR(""),
	        .disposition = STR("attachment"),
	        .encoding = ENCODING_BINARY,
	};
	if (*last)
		(*last)->next = part;
	else
		host->embedded = part;
	*last = part;
	return part;
}

/* The bytes of a part without its transfer encoding; empty where they'd be more than this message may still take. */
static struct str decoded(struct parser *parser, const struct part *part)
{
	struct str bytes = part->body;
	char *out;
	size_t n;

	if (part->encoding != ENCODING_BASE64 && part->encoding != ENCODING_QP && part->encoding != ENCODING_UUENCODE)
		return bytes;
	n = part_decoded_size(part);
	if (n > parser->decode_left)
		return STR("");
	parser->decode_left -= n;
	out = arena_bytes(parser->arena, bytes.n + 1);
	n = transfer_run(part->encoding, bytes, out);
	out[n] = '\0';
	return str_new(out, n);
}

/* Only base64 hides the word: whoever never writes "begin " needs no second look. */
static bool may_hold_block(const struct part *part)
{
	return part->encoding == ENCODING_BASE64 || str_find(part->body, STR("begin ")) >= 0;
}

void embedded_in_text(struct parser *parser, struct part *host)
{
	struct buf left CLEANUP(buf_done) = BUF_INIT(host->body.n);
	struct part *last = NULL;
	struct block block;
	struct str text;
	size_t at = 0, shown = 0;

	if (!may_hold_block(host))
		return;
	text = decoded(parser, host);
	for (size_t n = 0; n < FILES_MAX && block_find(text, &at, &block); n++) {
		struct part *part = embedded_new(parser->arena, host, &last, str_slice(text, block.start, block.end));
		struct str name = charset_to_utf8(parser->arena, host->charset, block.name);

		part->encoding = block.encoding;
		part->filename = filename_clean(parser->arena, name);
		buf_add(&left, str_slice(text, shown, block.start));
		shown = block.end;
	}
	if (!last)
		return;
	buf_add(&left, str_slice(text, shown, text.n));
	host->text_left = arena_str(parser->arena, buf_str(&left));
}

/* ---------------------------------------------------------------- winmail.dat */

static bool is_tnef(const struct part *part)
{
	if (!str_eq(part->type, STR("application")))
		return false;
	return str_eq(part->subtype, STR("ms-tnef")) || str_eq(part->subtype, STR("vnd.ms-tnef")) ||
	       str_eq_nocase(part->filename, STR("winmail.dat"));
}

static void type_split(struct arena *arena, struct part *part, struct str type)
{
	ptrdiff_t slash = str_find_char(type, '/');

	if (slash <= 0 || (size_t)slash + 1 >= type.n || !str_is_ascii(type) || str_find_char(type, ' ') >= 0)
		return;
	part->type = str_lower(arena, str_slice(type, 0, (size_t)slash));
	part->subtype = str_lower(arena, str_slice(type, (size_t)slash + 1, type.n));
}

void embedded_in_tnef(struct parser *parser, struct part *host)
{
	struct tnef_file files[FILES_MAX];
	struct part *last = NULL;
	size_t count;

	if (!is_tnef(host))
		return;
	count = tnef_read(parser->arena, decoded(parser, host), files, ARRAY_LEN(files));
	for (size_t i = 0; i < count; i++) {
		struct part *part = embedded_new(parser->arena, host, &last, files[i].content);

		part->filename = filename_clean(parser->arena, files[i].name);
		part->content_id = files[i].content_id;
		type_split(parser->arena, part, files[i].type);
	}
}
