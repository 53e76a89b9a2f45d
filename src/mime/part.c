/* The tree of parts in one pass over the bytes (RFC 2046 §5.1). Every open entity, from the root down to the leaf at
 * hand, stands on a stack; a delimiter line is compared with the boundaries of all open multiparts, innermost first,
 * and ends what is open above the one it matches. Inner messages stand on the same stack, so that nothing is read twice
 * however deep it is. */
#include "parse.h"

#include "transfer.h"

#define DONE_STEP MIB(1) /* how often done_with is told, at least */

struct open_part {
	struct part *part;
	struct part *last_child;
	struct message_work *work; /* whose part it is */
	bool is_multipart, is_closed;
};

struct scan {
	struct parser *parser;
	struct str raw;
	struct open_part *open;
	size_t open_count, depth; /* depth: of what encloses this scan */
	size_t done;              /* done_with was told up to here */
	char eol;
	bool is_full; /* max_parts was reached */
};

static void done_until(struct scan *scan, size_t at, bool now)
{
	const struct message_limits *limits = &scan->parser->limits;

	if (limits->done_with && scan->depth == 0 && (now || at - scan->done >= DONE_STEP)) {
		limits->done_with(limits->ctx, scan->raw.p + at);
		scan->done = at;
	}
}

/* ---------------------------------------------------------------- delimiter lines */

enum delimiter { DELIMITER_NONE, DELIMITER_NEXT, DELIMITER_CLOSE };

/* Does `text` (a line behind its "--") begin with the boundary? *ret_exact where nothing but white space or "--"
 * follows it. */
static enum delimiter delimiter_match(struct str text, struct str boundary, bool *ret_exact)
{
	size_t at = boundary.n;
	enum delimiter kind = DELIMITER_NEXT;

	if (text.n < boundary.n || memcmp(text.p, boundary.p, boundary.n) != 0)
		return DELIMITER_NONE;
	if (text.n >= at + 2 && text.p[at] == '-' && text.p[at + 1] == '-') {
		kind = DELIMITER_CLOSE;
		at += 2;
	}
	while (at < text.n && is_space(text.p[at]))
		at++;
	*ret_exact = at == text.n;
	return kind;
}

/* The open multipart whose delimiter is `text`, as an index into the stack: the innermost that it matches exactly, else
 * (RFC 2046 §5.1.1 asks only for the beginning of the line) the longest that begins it. */
static enum delimiter delimiter_level(const struct scan *scan, struct str text, size_t *ret_level)
{
	enum delimiter best = DELIMITER_NONE;
	size_t length = 0;

	for (size_t i = scan->open_count; i-- > 0;) {
		const struct open_part *open = &scan->open[i];
		enum delimiter kind = DELIMITER_NONE;
		bool exact = false;

		if (open->is_multipart && !open->is_closed)
			kind = delimiter_match(text, open->part->boundary, &exact);
		if (kind == DELIMITER_NONE || (!exact && open->part->boundary.n <= length))
			continue;
		best = kind;
		*ret_level = i;
		length = open->part->boundary.n;
		if (exact)
			break;
	}
	return best;
}

static enum delimiter delimiter_at(const struct scan *scan, size_t at, size_t *ret_level, size_t *ret_next)
{
	const char *p = scan->raw.p;
	const char *eol;

	if (scan->raw.n - at < 2 || p[at] != '-' || p[at + 1] != '-')
		return DELIMITER_NONE;
	eol = memchr(p + at, scan->eol, scan->raw.n - at);
	*ret_next = eol ? (size_t)(eol - p) + 1 : scan->raw.n;
	return delimiter_level(scan, str_slice(scan->raw, at + 2, eol ? (size_t)(eol - p) : scan->raw.n), ret_level);
}

static bool is_delimiter(const void *ctx, size_t at)
{
	size_t level, next;

	return delimiter_at(ctx, at, &level, &next) != DELIMITER_NONE;
}

/* The next delimiter line at or behind `at`; base64 is crossed at memchr's speed, since it has no dash. */
static enum delimiter delimiter_find(struct scan *scan, size_t at, size_t *ret_at, size_t *ret_level, size_t *ret_next)
{
	const char *p = scan->raw.p;

	while (at < scan->raw.n) {
		size_t chunk = MIN(scan->raw.n - at, DONE_STEP);
		const char *dash = memchr(p + at, '-', chunk);
		enum delimiter kind = DELIMITER_NONE;

		done_until(scan, at, false);
		if (!dash) {
			at += chunk;
			continue;
		}
		at = (size_t)(dash - p);
		if (at == 0 || p[at - 1] == scan->eol)
			kind = delimiter_at(scan, at, ret_level, ret_next);
		if (kind != DELIMITER_NONE) {
			*ret_at = at;
			return kind;
		}
		while (at < scan->raw.n && p[at] == '-')
			at++;
	}
	return DELIMITER_NONE;
}

/* ---------------------------------------------------------------- beginning a part */

static struct part *part_new(struct scan *scan, struct message_work *work, struct part *parent, size_t start)
{
	struct arena *arena = scan->parser->arena;
	struct part *part = ARENA_NEW(arena, struct part);

	part->parent = parent;
	part->index = (int)work->m.part_count;
	part->raw = str_slice(scan->raw, start, scan->raw.n);
	ARENA_ROOM(arena, work->m.parts, work->m.part_count, work->parts_size);
	work->m.parts[work->m.part_count++] = part;
	if (!work->m.root)
		work->m.root = part;
	scan->parser->parts++;
	return part;
}

static void header_read(struct scan *scan, struct message_work *work, struct part *part, size_t *at)
{
	struct header_source source = {
	        .arena = scan->parser->arena,
	        .m = &work->m,
	        .raw = scan->raw,
	        .eol = scan->eol,
	        .is_inner = part->parent != NULL,
	        .max_headers = scan->parser->limits.max_headers,
	        .is_delimiter = is_delimiter,
	        .ctx = scan,
	};
	bool in_digest = part->parent && str_eq(part->parent->subtype, STR("digest"));

	header_block_parse(&source, at, part);
	part->body = str_slice(scan->raw, *at, scan->raw.n);
	part_fields_read(scan->parser->arena, part, in_digest);
}

static bool is_message(const struct part *part)
{
	return str_eq(part->type, STR("message")) &&
	       (str_eq(part->subtype, STR("rfc822")) || str_eq(part->subtype, STR("global")));
}

static bool is_transparent(enum transfer_encoding encoding)
{
	return encoding == ENCODING_7BIT || encoding == ENCODING_8BIT || encoding == ENCODING_BINARY;
}

/* What a line that looks like a delimiter delimits with; empty where it doesn't look like one. */
static struct str delimiter_boundary(struct str line)
{
	size_t at = 2;

	if (line.n <= 2 || line.n >= 200 || !str_starts(line, STR("--")) || str_find_char(line, ' ') >= 0)
		return STR_NULL;
	while (at < line.n && line.p[at] == '-')
		at++;
	if (at == line.n) /* a ruler */
		return STR_NULL;
	return str_slice(line, 2, str_ends_nocase(line, STR("--")) ? line.n - 2 : line.n);
}

/* A multipart that names no boundary: the first line that looks like a delimiter is one. */
static void boundary_guess(struct scan *scan, struct message_work *work, struct part *part)
{
	struct str body = str_slice(part->body, 0, KIB(64));
	size_t at = 0;

	while (at < body.n) {
		const char *eol = memchr(body.p + at, scan->eol, body.n - at);
		size_t end = eol ? (size_t)(eol - body.p) : body.n;

		part->boundary = delimiter_boundary(str_trim(str_slice(body, at, end)));
		if (part->boundary.n) {
			notice_add(scan->parser->arena, &work->m, "a multipart names no boundary, one was guessed");
			return;
		}
		at = end + 1;
	}
	part->boundary = STR("");
}

static struct message_work *inner_new(struct scan *scan, struct message_work *work, struct part *part, struct str raw)
{
	struct message_work *inner = ARENA_NEW(scan->parser->arena, struct message_work);

	inner->m.raw = raw;
	inner->m.limits = work->m.limits;
	part->inner = &inner->m;
	return inner;
}

static size_t depth_of(const struct scan *scan)
{
	return scan->depth + scan->open_count;
}

/* Begins the part at *at and, where it is a message, the message's root in it, and so on: what is open at the end is a
 * leaf or a multipart that waits for its first delimiter. */
static void part_begin(struct scan *scan, struct message_work *work, struct part *parent, size_t *at)
{
	for (;;) {
		struct part *part = part_new(scan, work, parent, *at);
		struct open_part *open = &scan->open[scan->open_count++];
		bool may_hold = depth_of(scan) <= scan->parser->limits.max_depth;

		*open = (struct open_part){.part = part, .work = work};
		header_read(scan, work, part, at);
		if ((str_eq(part->type, STR("multipart")) || is_message(part)) && !may_hold) {
			notice_add(scan->parser->arena, &work->m,
			           "nested too deeply, what is further inside was left closed");
			return;
		}
		if (str_eq(part->type, STR("multipart"))) {
			if (!part->boundary.n)
				boundary_guess(scan, work, part);
			open->is_multipart = part->boundary.n > 0;
			return;
		}
		if (!is_message(part) || !is_transparent(part->encoding) ||
		    scan->parser->parts >= scan->parser->limits.max_parts)
			return;
		work = inner_new(scan, work, part, part->body);
		parent = NULL;
	}
}

static void child_begin(struct scan *scan, size_t level, size_t *at)
{
	struct open_part *open = &scan->open[level];
	struct part *before = open->last_child;
	struct part *parent = open->part;

	part_begin(scan, open->work, parent, at);
	open->last_child = scan->open[level + 1].part;
	if (before)
		before->next = open->last_child;
	else
		parent->first_child = open->last_child;
}

/* ---------------------------------------------------------------- ending a part */

/* A message that was base64- or quoted-printable-encoded (RFC 2046 §5.2.1 forbids it, gateways do it). */
static void encoded_message_read(struct scan *scan, struct message_work *work, struct part *part)
{
	struct parser *parser = scan->parser;
	size_t n = transfer_size(part->encoding, part->body);
	struct message_work *inner;
	char *out;

	if (n > parser->decode_left || parser->parts >= parser->limits.max_parts) {
		notice_add(parser->arena, &work->m, "an encoded inner message was left closed: too large");
		return;
	}
	parser->decode_left -= n;
	out = arena_bytes(parser->arena, n + 1);
	(void)transfer_run(part->encoding, part->body, out);
	out[n] = '\0';
	inner = inner_new(scan, work, part, str_new(out, n));
	message_scan(parser, inner, depth_of(scan) + 1);
}

/* A text that only declares base64 is taken as it stands. */
static void encoding_check(struct scan *scan, struct message_work *work, struct part *part)
{
	if (part->encoding != ENCODING_BASE64 || !str_eq(part->type, STR("text")) || is_like_base64(part->body))
		return;
	part->encoding = ENCODING_8BIT;
	part->is_mislabelled = true;
	notice_add(scan->parser->arena, &work->m, "a text is labelled base64 and isn't: taken as it was sent");
}

static void part_end(struct scan *scan, size_t end, bool was_delimited)
{
	struct open_part *open = &scan->open[--scan->open_count];
	struct part *part = open->part;
	size_t start = (size_t)(part->raw.p - scan->raw.p);
	size_t body = (size_t)(part->body.p - scan->raw.p);

	/* Between two delimiter lines without anything, the one line end belongs to both: the part is empty. */
	part->raw = str_slice(scan->raw, MIN(start, end), end);
	part->body = str_slice(scan->raw, MIN(body, end), end);
	if (open->is_multipart) {
		if (!part->first_child && !open->is_closed)
			notice_add(scan->parser->arena, &open->work->m,
			           "a multipart has no parts: its boundary never comes");
		else if (!open->is_closed)
			notice_add(scan->parser->arena, &open->work->m, "a closing boundary is missing");
		part->truncated = !open->is_closed;
	} else if (!was_delimited && part->parent) {
		part->truncated = true;
	}
	encoding_check(scan, open->work, part);
	if (part->inner) {
		part->inner->raw = part->body;
	} else if (is_message(part) && !is_transparent(part->encoding)) {
		if (depth_of(scan) < scan->parser->limits.max_depth)
			encoded_message_read(scan, open->work, part);
	}
	if (!part->parent) {
		open->work->m.raw = part->raw;
		message_finish(scan->parser, open->work);
	}
}

/* Ends everything above `level` before the delimiter at `at`; the line end before it belongs to the delimiter. */
static void end_above(struct scan *scan, size_t level, size_t at)
{
	const char *p = scan->raw.p;
	size_t end = at;

	if (end > 0 && p[end - 1] == scan->eol)
		end--;
	if (end > 0 && scan->eol == '\n' && p[end - 1] == '\r')
		end--;
	while (scan->open_count > level + 1)
		part_end(scan, end, true);
	done_until(scan, at, false);
}

/* ---------------------------------------------------------------- the pass */

/* Old Macs ended lines in CR alone: only where there is no LF at all. */
static char line_end_of(struct str raw)
{
	struct str start = str_slice(raw, 0, KIB(64));

	return str_find_char(start, '\n') < 0 && str_find_char(start, '\r') >= 0 ? '\r' : '\n';
}

static void scan_delimiters(struct scan *scan, size_t at)
{
	size_t found, level, next;
	enum delimiter kind;

	while ((kind = delimiter_find(scan, at, &found, &level, &next)) != DELIMITER_NONE) {
		end_above(scan, level, found);
		at = next;
		if (kind == DELIMITER_CLOSE) {
			scan->open[level].is_closed = true;
		} else if (scan->parser->parts < scan->parser->limits.max_parts) {
			child_begin(scan, level, &at);
		} else if (!scan->is_full) {
			scan->is_full = true;
			notice_add(scan->parser->arena, &scan->open[level].work->m,
			           "too many parts, the rest was left out");
		}
	}
}

/* The last part may end with its closing delimiter where the sender forgot the line end before it. */
static void end_at_glued_close(struct scan *scan)
{
	struct open_part *parent;
	struct str body, boundary;
	size_t start;

	if (scan->open_count < 2)
		return;
	parent = &scan->open[scan->open_count - 2];
	if (!parent->is_multipart || parent->is_closed || scan->open[scan->open_count - 1].is_multipart)
		return;
	start = (size_t)(scan->open[scan->open_count - 1].part->body.p - scan->raw.p);
	body = str_trim(str_slice(scan->raw, start, scan->raw.n));
	boundary = parent->part->boundary;
	if (body.n < boundary.n + 4 || !str_ends_nocase(body, STR("--")) ||
	    memcmp(body.p + body.n - boundary.n - 2, boundary.p, boundary.n) != 0 ||
	    memcmp(body.p + body.n - boundary.n - 4, "--", 2) != 0)
		return;
	parent->is_closed = true;
	part_end(scan, (size_t)(body.p - scan->raw.p) + body.n - boundary.n - 4, true);
}

void message_scan(struct parser *parser, struct message_work *work, size_t depth)
{
	struct scan scan = {.parser = parser, .raw = work->m.raw, .depth = depth, .eol = line_end_of(work->m.raw)};
	size_t at = 0;

	if (!scan.raw.p)
		scan.raw = STR("");
	scan.open = ARENA_ARRAY(parser->arena, struct open_part, parser->limits.max_depth + 2);
	part_begin(&scan, work, NULL, &at);
	scan_delimiters(&scan, at);
	end_at_glued_close(&scan);
	while (scan.open_count)
		part_end(&scan, scan.raw.n, false);
	done_until(&scan, scan.raw.n, true);
}

/* ---------------------------------------------------------------- numbers */

struct str part_number(struct arena *arena, const struct part *part)
{
	struct str number = STR("");

	for (; part->parent; part = part->parent) {
		unsigned place = 1;

		const struct part *first = part->parent->first_child;

		for (const struct part *p = first ? first : part->parent->embedded; p && p != part; p = p->next)
			place++;
		number = number.n ? arena_printf(arena, "%u." STR_FMT, place, STR_ARG(number))
		                  : arena_printf(arena, "%u", place);
	}
	return number;
}
