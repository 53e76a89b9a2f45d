/* Header blocks: where they end, their fields, and the text of a field. */
#include "parse.h"

#include "mime/charset.h"
#include "words.h"

/* ---------------------------------------------------------------- lines */

struct line {
	size_t start, end, next; /* the text is start…end, the following line begins at next */
};

static struct line line_at(const struct header_source *source, size_t at)
{
	const char *eol = memchr(source->raw.p + at, source->eol, source->raw.n - at);
	struct line line = {at, source->raw.n, source->raw.n};

	if (eol) {
		line.end = (size_t)(eol - source->raw.p);
		line.next = line.end + 1;
	}
	while (line.end > at && source->raw.p[line.end - 1] == '\r')
		line.end--;
	return line;
}

/* Length of the field name at the line's start, 0 where the line isn't a field. White space before the colon is
 * obsolete syntax. */
static size_t field_name(const struct header_source *source, struct line line)
{
	const char *p = source->raw.p + line.start;
	size_t n = line.end - line.start, i = 0, end;

	while (i < n && p[i] > ' ' && p[i] != ':' && p[i] != 0x7f)
		i++;
	end = i;
	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	return i < n && p[i] == ':' ? end : 0;
}

static bool is_continuation(const struct header_source *source, size_t at)
{
	return at < source->raw.n && (source->raw.p[at] == ' ' || source->raw.p[at] == '\t');
}

/* ---------------------------------------------------------------- blocks */

/* The end of a field that begins with `line`, its continuations included. A line of white space alone ends no field
 * but, where nothing follows it, is what is left of the empty line. */
static struct line field_end(const struct header_source *source, struct line line)
{
	while (is_continuation(source, line.next)) {
		struct line more = line_at(source, line.next);

		line.end = more.end;
		line.next = more.next;
	}
	return line;
}

static void field_add(const struct header_source *source, struct part *part, size_t *size, struct line line,
                      size_t name)
{
	struct str raw = source->raw;
	size_t colon;

	if (part->header_count >= source->max_headers) {
		notice_add(source->arena, source->m, "too many header fields, the rest was left out");
		return;
	}
	colon = line.start + name;
	while (raw.p[colon] != ':')
		colon++;
	ARENA_ROOM(source->arena, part->headers, part->header_count, *size);
	part->headers[part->header_count++] = (struct header){
	        .name = str_slice(raw, line.start, line.start + name),
	        .value = str_slice(raw, colon + 1, line.end),
	};
}

/* A line that is neither a field nor a continuation: junk inside the header where more header follows it, else the body
 * that came without an empty line before it. */
static bool is_junk(const struct header_source *source, struct line line)
{
	struct line next;

	if (line.next >= source->raw.n)
		return false;
	next = line_at(source, line.next);
	return next.start == next.end || field_name(source, next) > 0;
}

#define BOUNDARY_LINES_MAX 8 /* that are looked at in one header */

/* "--x" where a Content-Type of this very header names x: its parts begin without an empty line before them. */
static bool is_own_delimiter(const struct header_source *source, const struct part *part, struct line line)
{
	struct str text = str_trim(str_slice(source->raw, line.start + 2, line.end));

	for (size_t i = part->header_count; i-- > 0 && text.n;) {
		struct str value = str_slice(part->headers[i].value, 0, 1000);
		ptrdiff_t at = str_find_nocase(value, STR("boundary"));

		if (at < 0 || !str_eq_nocase(part->headers[i].name, STR("Content-Type")))
			continue;
		value = str_trim(str_slice(value, (size_t)at + strlen("boundary"), value.n));
		value = str_trim(str_slice(value, str_starts(value, STR("=")), value.n));
		value = str_slice(value, str_starts(value, STR("\"")), value.n);
		return str_starts(value, text) && (value.n == text.n || strchr("\"; \t\r\n", value.p[text.n]));
	}
	return false;
}

void header_block_parse(const struct header_source *source, size_t *at, struct part *part)
{
	size_t size = 0, boundary_lines = 0;
	bool first = true;

	while (*at < source->raw.n) {
		struct line line = line_at(source, *at);
		size_t name;

		if (line.start == line.end) {
			*at = line.next;
			return;
		}
		if (source->raw.p[line.start] == '-' && source->is_delimiter(source->ctx, line.start)) {
			notice_add(source->arena, source->m, "a part has no empty line behind its header");
			return;
		}
		if (str_starts(str_slice(source->raw, line.start, line.end), STR("--")) &&
		    boundary_lines++ < BOUNDARY_LINES_MAX && is_own_delimiter(source, part, line)) {
			notice_add(source->arena, source->m, "the empty line behind the header is missing");
			return;
		}
		name = field_name(source, line);
		if (name) {
			line = field_end(source, line);
			field_add(source, part, &size, line, name);
		} else if (first && (str_starts(str_slice(source->raw, line.start, line.end), STR("From ")) ||
		                     str_starts(str_slice(source->raw, line.start, line.end), STR(">From ")))) {
			/* the envelope line of an mbox file */
		} else if (!(first && source->is_inner) && is_junk(source, line)) {
			notice_add(source->arena, source->m, "a line in the header is not a field");
		} else {
			notice_add(source->arena, source->m, "the empty line behind the header is missing");
			return;
		}
		first = false;
		*at = line.next;
	}
}

/* ---------------------------------------------------------------- text of a field */

struct str header_unfold(struct arena *arena, struct str value)
{
	char *out;
	size_t n = 0;

	value = str_trim(value);
	if (!value.n || (!memchr(value.p, '\n', value.n) && !memchr(value.p, '\r', value.n)))
		return value;
	out = arena_bytes(arena, value.n + 1);
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] != '\r' && value.p[i] != '\n')
			out[n++] = value.p[i];
	out[n] = '\0';
	return str_new(out, n);
}

struct str header_text(struct arena *arena, const struct header *header)
{
	if (!header)
		return STR("");
	return words_decode(arena, header_unfold(arena, header->value));
}

struct str header_raw_text(struct arena *arena, const struct header *header)
{
	struct str text;

	if (!header)
		return STR("");
	text = charset_guess_utf8(arena, header_unfold(arena, header->value));
	return arena_str(arena, text);
}

const struct header *part_header(const struct part *part, const char *name)
{
	struct str want = str_of(name);
	char first = ascii_lower(name[0]);

	for (size_t i = 0; i < part->header_count; i++) {
		const struct header *h = &part->headers[i];

		if (h->name.n == want.n && want.n && ascii_lower(h->name.p[0]) == first && str_eq_nocase(h->name, want))
			return h;
	}
	return NULL;
}

const struct header *message_header(const struct message *m, const char *name)
{
	return part_header(m->root, name);
}
