/* See reply.h. First the quotes are taken out, from top to bottom; then each part that is left loses its signature. */
#include "reply_parts.h"

/* ---------------------------------------------------------------- the state of the decision */

struct cutting {
	struct arena *arena;
	const struct reply_lines *lines;
	bool *kept;         /* for each line */
	size_t cut_line;    /* this one is kept up to cut_bytes */
	size_t cut_bytes;   /* 0: no line is cut */
	bool keep_rest;     /* what stands behind the lines that were looked at */
	bool is_forward;    /* the subject says so */
	size_t quote_line;  /* the first line of the first quote; SIZE_MAX: none */
	size_t reason_line; /* the one that says so */
	enum reply_evidence evidence;
};

static void found(struct cutting *c, enum reply_evidence evidence, size_t first, size_t reason)
{
	if (c->quote_line != SIZE_MAX)
		return;
	c->quote_line = first;
	c->reason_line = reason;
	c->evidence = evidence;
}

static void drop(struct cutting *c, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		c->kept[i] = false;
}

/* Rules, and the blank lines around them, that stand directly above a quote belong to it. */
static size_t above(const struct cutting *c, size_t at)
{
	const struct reply_line *lines = c->lines->items;
	size_t from = at;

	for (size_t i = at; i > 0 && i + 4 > at && (lines[i - 1].is_blank || reply_is_rule(lines[i - 1].folded)); i--)
		if (!lines[i - 1].is_blank && c->kept[i - 1])
			from = i - 1;
	return from;
}

/* ---------------------------------------------------------------- quotes */

/* A quote that is announced at `at`; its content begins at `content`. Lines with marks end where the marks end, all
 * else goes on to the end. Returns where to go on. */
static size_t take_quote(struct cutting *c, size_t at, size_t content)
{
	size_t from = above(c, at), to = c->lines->count, first = content;
	const struct reply_line *lines = c->lines->items;

	while (first < to && lines[first].is_blank)
		first++;
	if (first < to && (lines[first].is_marked || str_starts(lines[first].folded, STR("|"))))
		to = reply_marked_end(c->lines, first);
	else
		c->keep_rest = false;
	drop(c, from, to);
	return to;
}

/* A client's quote element: what introduces it are a few lines, then come marked ones (of a blockquote), or none. */
static size_t take_element(struct cutting *c, size_t at)
{
	const struct reply_line *lines = c->lines->items;
	size_t i = at;

	while (i < c->lines->count && i < at + 8 && !lines[i].is_marked)
		i++;
	return take_quote(c, at, i < c->lines->count && lines[i].is_marked ? i : at);
}

/* What begins at line `i` by its words; returns the line to go on with, `i` where nothing begins. */
static size_t take_words(struct cutting *c, size_t i)
{
	const struct reply_line *line = &c->lines->items[i];
	size_t kept = 0, end;

	if (line->is_marked) {
		end = reply_marked_end(c->lines, i);
		found(c, REPLY_QUOTE_MARKS, i, i);
		drop(c, i, end);
		return end;
	}
	if (reply_own_line_at(c->lines, i)) {
		found(c, REPLY_OWN_LINE, above(c, i), i);
		drop(c, above(c, i), c->lines->count);
		c->keep_rest = false;
		return c->lines->count;
	}
	if (reply_original_at(c->lines, i)) {
		size_t next = i + 1;

		while (next < c->lines->count && c->lines->items[next].is_blank)
			next++;
		end = next < c->lines->count ? reply_header_block_at(c->lines, next) : 0;
		found(c, REPLY_ORIGINAL_MESSAGE, above(c, i), i);
		return take_quote(c, i, end ? end : i + 1);
	}
	end = reply_header_block_at(c->lines, i);
	if (end) {
		found(c, REPLY_HEADER_BLOCK, above(c, i), i);
		return take_quote(c, i, end);
	}
	end = reply_attribution_at(c->lines, i, &kept);
	if (end) {
		found(c, REPLY_ATTRIBUTION, kept ? i + 1 : above(c, i), i);
		end = take_quote(c, i, end);
		c->kept[i] = kept > 0;
		c->cut_bytes = kept ? kept : c->cut_bytes;
		c->cut_line = kept ? i : c->cut_line;
		return end;
	}
	return i;
}

/* What begins at line `i` by its words or by the element it stands in. */
static size_t take_at(struct cutting *c, size_t i)
{
	const struct reply_line *lines = c->lines->items;
	size_t words = i, next;

	/* The line that a client draws above the words of its header. */
	for (; lines[i].hint == HINT_QUOTE && words < i + 4 && words + 1 < c->lines->count; words++)
		if (!lines[words].is_blank && !reply_is_rule(lines[words].folded))
			break;
	next = take_words(c, words);
	if (next > words || lines[i].hint != HINT_QUOTE)
		return next > words ? next : i;
	found(c, REPLY_HTML_QUOTE, above(c, i), i);
	return take_element(c, i);
}

static bool is_forward_at(const struct cutting *c, size_t i)
{
	return reply_forwarded_at(c->lines, i) ||
	       (c->is_forward && (reply_original_at(c->lines, i) || reply_header_block_at(c->lines, i)));
}

static void take_quotes(struct cutting *c)
{
	for (size_t i = 0; i < c->lines->count;) {
		const struct reply_line *line = &c->lines->items[i];
		size_t next;

		if (line->is_blank) {
			i++;
			continue;
		}
		if (!line->is_marked && is_forward_at(c, i)) {
			found(c, REPLY_FORWARD, c->lines->count, i);
			return;
		}
		next = take_at(c, i);
		i = next > i ? next : i + 1;
	}
}

/* ---------------------------------------------------------------- signatures */

static bool has_text(const struct cutting *c, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (c->kept[i] && !c->lines->items[i].is_blank)
			return true;
	return false;
}

/* Each part between quotes loses its signature, unless the first part is nothing else. */
static void take_signatures(struct cutting *c)
{
	size_t count = c->lines->count;

	for (size_t from = 0, to; from < count; from = to) {
		size_t at;
		bool is_mobile;

		to = from + 1;
		if (!c->kept[from])
			continue;
		while (to < count && c->kept[to])
			to++;
		at = reply_signature_find(c->lines, from, to, &is_mobile);
		if (at == to || (!has_text(c, 0, at) && !has_text(c, to, count)))
			continue;
		found(c, is_mobile ? REPLY_MOBILE_SIGNATURE : REPLY_SIGNATURE, at, at);
		drop(c, at, to);
		if (to == count)
			c->keep_rest = false;
	}
}

/* ---------------------------------------------------------------- the result */

static struct str line_trimmed_end(struct str line)
{
	while (line.n && is_space(line.p[line.n - 1]))
		line.n--;
	return line;
}

static size_t rest_at(const struct reply_lines *lines)
{
	const struct reply_line *last = &lines->items[lines->count - 1];
	size_t at = (size_t)(last->text.p - lines->text.p) + last->text.n;

	return MIN(at, lines->text.n);
}

/* Takes what was added of line ends back: blank lines count only between two lines of a part. */
static void end_part(struct buf *out)
{
	while (out->n && is_space(out->p[out->n - 1]))
		out->n--;
	if (out->n)
		buf_add(out, STR("\n\n"));
}

/* The kept lines; one blank line stands for whatever was left out between them. */
static struct str kept_text(const struct cutting *c)
{
	size_t rest = rest_at(c->lines), blanks = 0;
	struct buf out CLEANUP(buf_done) = BUF_INIT(c->lines->text.n + c->lines->count * 2 + 4);
	bool is_start = true; /* of a part */

	(void)!buf_room(&out, out.max);
	for (size_t i = 0; i < c->lines->count; i++) {
		struct str line = c->lines->items[i].text;

		if (!c->kept[i]) {
			if (!is_start)
				end_part(&out);
			is_start = true;
			blanks = 0;
		} else if (c->lines->items[i].is_blank) {
			blanks++;
		} else {
			for (; blanks && !is_start; blanks--)
				buf_add_char(&out, '\n');
			if (c->cut_bytes && i == c->cut_line)
				line = str_slice(line, 0, c->cut_bytes);
			buf_add(&out, line_trimmed_end(line));
			buf_add_char(&out, '\n');
			is_start = false;
			blanks = 0;
		}
	}
	if (c->keep_rest && rest < c->lines->text.n)
		buf_add(&out, str_slice(c->lines->text, rest + 1, c->lines->text.n));
	return arena_str(c->arena, str_trim(buf_str(&out)));
}

static bool is_interleaved(const struct cutting *c)
{
	return c->quote_line < c->lines->count && has_text(c, c->quote_line, c->lines->count) &&
	       c->evidence != REPLY_SIGNATURE && c->evidence != REPLY_MOBILE_SIGNATURE;
}

static struct reply result(const struct cutting *c)
{
	const struct reply_lines *lines = c->lines;
	struct reply r = {.text = lines->text, .evidence = c->evidence, .quote_at = lines->text.n};

	r.reply = kept_text(c);
	r.is_interleaved = is_interleaved(c);
	if (c->quote_line < lines->count)
		r.quote_at = (size_t)(lines->items[c->quote_line].text.p - lines->text.p);
	if (c->reason_line < lines->count)
		r.evidence_line = lines->items[c->reason_line].text;
	return r;
}

static struct reply decide(struct arena *arena, const struct reply_lines *lines, bool is_forward)
{
	struct cutting c = {.arena = arena,
	                    .lines = lines,
	                    .keep_rest = true,
	                    .is_forward = is_forward,
	                    .quote_line = SIZE_MAX,
	                    .reason_line = SIZE_MAX};

	c.kept = ARENA_ARRAY(arena, bool, lines->count);
	memset(c.kept, true, lines->count);
	take_quotes(&c);
	if (c.evidence == REPLY_FORWARD)
		return result(&c);
	/* A header block or the like with nothing above it: somebody passes a mail on. */
	if (c.quote_line != SIZE_MAX && !c.keep_rest && !has_text(&c, 0, lines->count)) {
		memset(c.kept, true, lines->count);
		c.keep_rest = true;
		c.quote_line = lines->count;
		c.evidence = REPLY_FORWARD;
		return result(&c);
	}
	take_signatures(&c);
	return result(&c);
}

/* ---------------------------------------------------------------- the ways in */

static struct reply reply_of(struct arena *arena, struct str text, bool is_html, bool is_forward)
{
	struct reply_lines lines;

	if (is_html)
		text = reply_html_text(arena, text);
	if (!text.n)
		return (struct reply){.text = STR(""), .reply = STR("")};
	lines = reply_lines_read(arena, text, is_html);
	if (!lines.count)
		return (struct reply){.text = STR(""), .reply = STR("")};
	return decide(arena, &lines, is_forward);
}

struct reply reply_of_text(struct arena *arena, struct str text)
{
	return reply_of(arena, text, false, false);
}

struct reply reply_of_html(struct arena *arena, struct str html)
{
	return reply_of(arena, html, true, false);
}

struct reply message_reply(struct arena *arena, const struct message *m)
{
	bool is_forward = reply_is_forward_subject(reply_fold(arena, str_slice(m->subject, 0, 100)));
	struct str text = m->text || !m->html ? message_body_text(arena, m) : STR("");

	if (str_trim(text).n || !m->html)
		return reply_of(arena, text, false, is_forward);
	return reply_of(arena, message_body_html(arena, m), true, is_forward);
}

const char *reply_evidence_word(enum reply_evidence evidence)
{
	static const char *const words[] = {
	        [REPLY_WHOLE] = "whole",
	        [REPLY_FORWARD] = "forward",
	        [REPLY_OWN_LINE] = "own-line",
	        [REPLY_ATTRIBUTION] = "attribution",
	        [REPLY_HEADER_BLOCK] = "header-block",
	        [REPLY_ORIGINAL_MESSAGE] = "original-message",
	        [REPLY_QUOTE_MARKS] = "quote-marks",
	        [REPLY_HTML_QUOTE] = "html-quote",
	        [REPLY_SIGNATURE] = "signature",
	        [REPLY_MOBILE_SIGNATURE] = "mobile-signature",
	};
	return words[evidence];
}
