/* What handlers answer with. See route.h. */
#include "api/cursor_token.h"
#include "api/route.h"

#include <stdio.h>
#include <strings.h>
#include <unistd.h>

void answer_init(struct answer *answer, struct arena *arena, struct stream_wake *wake)
{
	*answer = (struct answer){.body = BUF_INIT(MIB(64)), .fd = -1, .arena = arena, .wake = wake};
}

void answer_done(struct answer *answer)
{
	if (answer->stream)
		answer->stream->done(answer->stream);
	answer->stream = NULL;
	if (answer->fd >= 0)
		close(answer->fd);
	answer->fd = -1;
	buf_done(&answer->body);
}

/* ---------------------------------------------------------------- headers */

static bool has_line_end(const char *text)
{
	return strpbrk(text, "\r\n") != NULL;
}

void answer_header(struct answer *answer, const char *name, const char *value)
{
	must(answer->header_count < ANSWER_MAX_HEADERS && !has_line_end(name) && !has_line_end(value));
	answer->headers[answer->header_count++] = (struct answer_header){name, value};
}

const char *answer_header_value(const struct answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->header_count; i++)
		if (strcasecmp(answer->headers[i].name, name) == 0)
			return answer->headers[i].value;
	return NULL;
}

void answer_etag(struct answer *answer, int64_t revision)
{
	answer_header(answer, "ETag", arena_printf(answer->arena, "\"%lld\"", (long long)revision).p);
}

/* RFC 8187 §3.2.1 attr-char. */
static bool is_attr_char(char c)
{
	return is_alpha(c) || is_digit(c) || (c && strchr("!#$&+-.^_`|~", c));
}

/* For clients of long ago: ASCII in quotes, everything else an underscore. */
static void add_plain_name(struct buf *out, struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (((unsigned char)c & 0xc0) == 0x80) /* the rest of a character */
			continue;
		buf_add_char(out, c < 0x20 || c > 0x7e || strchr("\"\\%/", c) ? '_' : c);
	}
}

static void add_coded_name(struct buf *out, struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (is_attr_char(c))
			buf_add_char(out, c);
		else if ((unsigned char)c < 0x20 || c == 0x7f || c == '/' || c == '\\')
			buf_add_char(out, '_');
		else
			buf_printf(out, "%%%02X", (unsigned char)c);
	}
}

void answer_disposition(struct answer *answer, const char *type, struct str filename)
{
	struct buf value CLEANUP(buf_done) = BUF_INIT(KIB(8));
	struct str name = str_is_utf8(filename) ? str_slice(filename, 0, KIB(1)) : STR("file");

	while (!str_is_utf8(name)) /* cut within a character */
		name.n--;
	if (name.n == 0)
		name = STR("file");
	buf_printf(&value, "%s; filename=\"", type);
	add_plain_name(&value, name);
	buf_add(&value, STR("\"; filename*=UTF-8''"));
	add_coded_name(&value, name);
	answer_header(answer, "Content-Disposition", arena_cstr(answer->arena, buf_str(&value)));
}

/* ---------------------------------------------------------------- bodies */

static int add_piece(const char *piece, size_t n, void *body)
{
	buf_add(body, str_new(piece, n));
	return ((struct buf *)body)->failed ? -1 : 0;
}

static void add_json(struct buf *body, const json_t *json)
{
	if (json_dump_callback(json, add_piece, body, JSON_COMPACT) != 0)
		body->failed = true;
}

int answer_record(struct answer *answer, const struct record_type *type, const void *record, struct error *err UNUSED)
{
	answer->type = "application/json";
	record_write_text(type, record, &answer->body);
	return 0;
}

void answer_list_begin(struct answer *answer)
{
	answer->type = "application/json";
	buf_add(&answer->body, STR("{\"items\":["));
}

int answer_list_add(struct answer *answer, const struct record_type *type, const void *record, struct error *err UNUSED)
{
	if (answer->body.n > 0 && answer->body.p[answer->body.n - 1] != '[')
		buf_add_char(&answer->body, ',');
	record_write_text(type, record, &answer->body);
	return 0;
}

void answer_list_end(struct answer *answer, bool has_more, int64_t cursor_number, struct str cursor_text)
{
	if (has_more)
		buf_printf(&answer->body, "],\"next\":\"%s\"}",
		           cursor_token(cursor_number, cursor_text, answer->arena));
	else
		buf_add(&answer->body, STR("],\"next\":null}"));
}

void answer_json(struct answer *answer, json_t *json)
{
	answer->type = "application/json";
	add_json(&answer->body, json);
	json_decref(json);
}

void answer_text(struct answer *answer, const char *type, struct str text)
{
	answer->type = type;
	buf_add(&answer->body, text);
}

void answer_stream(struct answer *answer, const char *type, struct stream_body *stream)
{
	must(!answer->stream);
	answer->type = type;
	answer->stream = stream;
	stream->wake = answer->wake;
}

void stream_wake(struct stream_body *stream)
{
	stream->wake->wake(stream->wake);
}
