/* See differences.h. */
#include "differences.h"

#include "mime/charset.h"
#include "repairs.h"

#include <stdio.h>

/* ---------------------------------------------------------------- what GMime says of a repaired mail */

static struct str said(const struct difference *d, const struct reading *r)
{
	switch (d->aspect) {
	case ASPECT_SUBJECT:
		return r->subject;
	case ASPECT_FROM:
		return r->from;
	case ASPECT_TO:
		return r->to;
	case ASPECT_TREE:
		return reading_types(d->arena, r);
	case ASPECT_BYTES:
		return d->leaf < r->count ? r->leaves[d->leaf].bytes : STR("");
	case ASPECT_TEXT:
		return d->leaf < r->count ? r->leaves[d->leaf].text : STR("");
	case ASPECT_NAME:
	case ASPECTS:
		break;
	}
	return d->leaf < r->count ? r->leaves[d->leaf].name : STR("");
}

/* ---------------------------------------------------------------- texts */

static const struct leaf *our_leaf(const struct difference *d)
{
	return &d->all_ours->leaves[d->leaf];
}

static bool text_has_nul(const struct difference *d)
{
	return memchr(our_leaf(d)->bytes.p, '\0', our_leaf(d)->bytes.n) && str_starts(d->ours, d->theirs);
}

/* Without blanks and U+FFFD. */
static struct str known_letters(struct arena *arena, struct str s)
{
	char *out = arena_bytes(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (str_starts(str_slice(s, i, s.n), STR("\xef\xbf\xbd")))
			i += 2;
		else if (!is_space(s.p[i]))
			out[n++] = s.p[i];
	}
	return str_new(out, n);
}

/* GMime drops them or writes '?', and what stands behind may be cut into letters in another way. */
static bool letters_are_unknown(const struct difference *d)
{
	ptrdiff_t at = str_find(d->ours, STR("\xef\xbf\xbd"));

	return at >= 0 && (str_eq(known_letters(d->arena, d->ours), known_letters(d->arena, d->theirs)) ||
	                   str_starts(d->theirs, str_trim(str_slice(d->ours, 0, (size_t)at))));
}

static bool is_mixed(struct str raw)
{
	bool crlf = false, lf = false;

	for (size_t i = 0; i < raw.n; i++)
		if (raw.p[i] == '\n')
			*(i && raw.p[i - 1] == '\r' ? &crlf : &lf) = true;
	return crlf && lf;
}

/* They part by one line end at the end alone. */
static bool line_ends_are_mixed(const struct difference *d)
{
	struct str longer = d->ours.n > d->theirs.n ? d->ours : d->theirs;
	struct str shorter = d->ours.n > d->theirs.n ? d->theirs : d->ours;
	size_t more = longer.n - shorter.n;

	return more && more <= 2 && str_starts(longer, shorter) &&
	       !str_trim(str_slice(longer, shorter.n, longer.n)).n && is_mixed(d->m->raw);
}

/* "text--boundary--" at the mail's end. */
static bool delimiter_is_glued(const struct difference *d)
{
	const struct part *parent = our_leaf(d)->part->parent;
	struct str rest = str_trim(str_slice(d->theirs, d->ours.n, d->theirs.n));

	return parent && str_starts(d->theirs, d->ours) &&
	       str_eq(rest, arena_printf(d->arena, "--" STR_FMT "--", STR_ARG(parent->boundary)));
}

/* GMime keeps whole lines, sometimes whole groups of them. */
static bool uuencode_is_cut(const struct difference *d)
{
	const struct part *part = our_leaf(d)->part;

	return part->encoding == ENCODING_UUENCODE && str_starts(d->ours, d->theirs) && d->ours.n - d->theirs.n <= 45 &&
	       str_find(part->body, STR("\nend")) < 0;
}

static bool is_not_seven_bits(const struct difference *d)
{
	return str_starts(our_leaf(d)->part->charset, STR("iso-2022-")) && !str_is_ascii(our_leaf(d)->bytes);
}

/* Nothing says what the bytes beyond ASCII are. */
static bool no_charset(const struct difference *d)
{
	struct str charset = our_leaf(d)->part->charset;

	return (!charset.n || str_eq(charset, STR("us-ascii"))) && !str_is_utf8(our_leaf(d)->bytes);
}

/* ---------------------------------------------------------------- fields and names */

static const struct header *field_of(const struct difference *d)
{
	return message_header(d->m, d->aspect == ASPECT_SUBJECT ? "Subject" : d->aspect == ASPECT_FROM ? "From" : "To");
}

static struct str ascii_letters(struct arena *arena, struct str s)
{
	char *out = arena_bytes(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] > ' ' && s.p[i] != 0x7f)
			out[n++] = s.p[i];
	return str_new(out, n);
}

/* They agree in everything that is ASCII. */
static bool field_is_raw(const struct difference *d)
{
	const struct header *header = field_of(d);

	return header && !str_is_ascii(header->value) &&
	       str_eq(ascii_letters(d->arena, d->ours), ascii_letters(d->arena, d->theirs));
}

static bool field_is_utf_7(const struct difference *d)
{
	for (size_t i = 0; i < d->m->part_count; i++)
		if (str_eq(d->m->parts[i]->charset, STR("utf-7")))
			return str_eq(d->ours, charset_to_utf8(d->arena, STR("utf-7"), d->theirs));
	return false;
}

/* The addresses without their names. */
static struct str bare(struct arena *arena, struct str list)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(16));
	ptrdiff_t open, close;

	while ((open = str_find_char(list, '<')) >= 0 && (close = str_find_char(list, '>')) > open) {
		buf_add(&out, str_slice(list, (size_t)open, (size_t)close + 1));
		list = str_slice(list, (size_t)close + 1, list.n);
	}
	return arena_str(arena, buf_str(&out));
}

static bool name_is_a_comment(const struct difference *d)
{
	const struct header *header = field_of(d);

	return header && str_find(header->value, STR("> (")) >= 0 &&
	       str_eq(bare(d->arena, d->ours), bare(d->arena, d->theirs));
}

static bool has_folder(struct str s)
{
	return str_find_char(s, '/') >= 0 || str_find_char(s, '\\') >= 0;
}

/* "/a/b" or, where GMime took the backslashes for quotes, "C:ab". */
static bool name_is_a_path(const struct difference *d)
{
	const struct part *part = our_leaf(d)->part;

	if (!d->ours.n || !str_ends_nocase(d->theirs, d->ours))
		return false;
	for (size_t i = 0; i < part->header_count; i++)
		if (str_starts_nocase(part->headers[i].name, STR("Content-")) && has_folder(part->headers[i].value))
			return true;
	return false;
}

static bool text_holds_files(const struct difference *d)
{
	return our_leaf(d)->part->embedded && str_find(d->theirs, STR("begin ")) >= 0;
}

/* ---------------------------------------------------------------- the tree */

/* Our types again, with encoded messages left closed. */
static void types_add(const struct message *m, struct buf *out)
{
	for (size_t i = 0; i < m->part_count; i++) {
		const struct part *part = m->parts[i];

		if (part->inner && part->inner->raw.p == part->body.p)
			types_add(part->inner, out);
		else if (!part->first_child && !str_eq(part->type, STR("multipart")))
			buf_printf(out, STR_FMT "/" STR_FMT "; ", STR_ARG(part->type), STR_ARG(part->subtype));
	}
}

static bool message_is_encoded(const struct difference *d)
{
	struct buf types CLEANUP(buf_done) = BUF_INIT(MIB(4));

	types_add(d->m, &types);
	return str_eq(buf_str(&types), d->theirs);
}

/* Theirs are ours but for leaves without a byte. */
static bool part_is_empty(const struct difference *d)
{
	const struct reading *ours = d->all_ours, *theirs = d->all_theirs;
	size_t k = 0;

	for (size_t i = 0; i < ours->count; i++) {
		bool is_empty = !ours->leaves[i].part->raw.n;

		if (is_empty && ours->count - i > theirs->count - k)
			continue;
		if (k == theirs->count || !str_eq(ours->leaves[i].type, theirs->leaves[k].type))
			return false;
		k++;
	}
	return k == theirs->count;
}

static bool boundary_is_long(const struct difference *d)
{
	return d->m->root->boundary.n > 70 && !d->theirs.n;
}

/* ---------------------------------------------------------------- the table */

static const struct kind {
	const char *name, *reason;
	enum aspect aspects[5];
	size_t aspect_count;
	bool (*holds)(const struct difference *d);
} kinds[] = {
        {"a NUL in a text", "RFC 5322 4: obsolete, dropped; GMime's text ends there", {ASPECT_TEXT}, 1, text_has_nul},
        {"bytes that are no letters of the charset",
         "Unicode 5.22: shown as U+FFFD, so that a reader sees that something was there; GMime drops them",
         {ASPECT_TEXT, ASPECT_SUBJECT, ASPECT_FROM, ASPECT_TO, ASPECT_NAME},
         5,
         letters_are_unknown},
        {"line ends of both kinds",
         "RFC 2046 5.1.1: one line end, of either kind, belongs to the delimiter; GMime takes what it met before",
         {ASPECT_BYTES},
         1,
         line_ends_are_mixed},
        {"raw bytes beyond ASCII in a field",
         "RFC 6532: UTF-8, or what the text is in",
         {ASPECT_SUBJECT, ASPECT_FROM, ASPECT_TO},
         3,
         field_is_raw},
        {"a name in a comment behind the address",
         "RFC 5322 A.6.1 shows the form: it says who it is",
         {ASPECT_FROM, ASPECT_TO},
         2,
         name_is_a_comment},
        {"a boundary longer than 70 characters",
         "RFC 2046 5.1.1 forbids it; it is clear what is meant",
         {ASPECT_TREE},
         1,
         boundary_is_long},
        {"bytes beyond ASCII in a seven-bit charset",
         "RFC 1468 has none: the label is wrong, the charset is detected",
         {ASPECT_TEXT},
         1,
         is_not_seven_bits},
        {"UTF-7 in a field",
         "the text declares it, and the field is read as the text is",
         {ASPECT_SUBJECT, ASPECT_FROM, ASPECT_TO},
         3,
         field_is_utf_7},
        {"a path as a file name",
         "RFC 2183 2.3: only the last component counts; a backslash parts folders, RFC 822 notwithstanding",
         {ASPECT_NAME},
         1,
         name_is_a_path},
        {"files inside a text",
         "uuencode and yEnc blocks are attachments, not something to read",
         {ASPECT_TEXT},
         1,
         text_holds_files},
        {"an encoded message",
         "RFC 2046 5.2.1 forbids it and gateways do it: it is opened all the same",
         {ASPECT_TREE},
         1,
         message_is_encoded},
        {"a part with nothing in it",
         "RFC 2046 5.1.1: what stands between two delimiters is a part",
         {ASPECT_TREE},
         1,
         part_is_empty},
        {"a closing delimiter that the mail's text runs into",
         "RFC 2046 5.1.1 wants a line end before it; it is none of the text",
         {ASPECT_BYTES},
         1,
         delimiter_is_glued},
        {"uuencode without its end", "what is there of the last line is decoded", {ASPECT_BYTES}, 1, uuencode_is_cut},
        {"bytes that nothing names the charset of",
         "RFC 2045 5.2 says US-ASCII and senders don't keep to it: the charset is detected",
         {ASPECT_TEXT},
         1,
         no_charset},
};

static size_t kind_of(const struct difference *d)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		for (size_t k = 0; k < kinds[i].aspect_count; k++)
			if (kinds[i].aspects[k] == d->aspect && kinds[i].holds(d))
				return i;
	return ARRAY_LEN(kinds);
}

/* One repair after the other, until both agree. Returns the one that did it, or repair_count. */
static size_t repair_that_helps(const struct difference *d)
{
	struct edits edits = {.arena = d->arena, .m = d->m};

	for (size_t i = 0; i < repair_count; i++) {
		size_t before = edits.count;
		struct difference left = *d;
		struct reading again;

		repair_find(&repairs[i], &edits);
		if (edits.count == before)
			continue;
		again = read_gmime(d->arena, repaired(&edits));
		left.theirs = said(d, &again);
		if (str_eq(left.theirs, d->ours) || kind_of(&left) < ARRAY_LEN(kinds))
			return i;
	}
	return repair_count;
}

#define REPAIRS_MAX 100
static size_t counts[ARRAY_LEN(kinds)], repair_counts[REPAIRS_MAX], unexplained[ASPECTS];

const char *difference_explain(const struct difference *d)
{
	size_t i = kind_of(d);

	if (i < ARRAY_LEN(kinds)) {
		counts[i]++;
		return kinds[i].name;
	}
	i = repair_that_helps(d);
	if (i < repair_count) {
		repair_counts[i]++;
		return repairs[i].name;
	}
	unexplained[d->aspect]++;
	return NULL;
}

void differences_print(const char *what, size_t mails)
{
	printf("%s: %zu mails\n", what, mails);
	for (size_t i = 0; i < repair_count; i++) {
		if (repair_counts[i])
			printf("%6zu  %s: %s\n", repair_counts[i], repairs[i].name, repairs[i].reason);
		repair_counts[i] = 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (counts[i])
			printf("%6zu  %s: %s\n", counts[i], kinds[i].name, kinds[i].reason);
		counts[i] = 0;
	}
	for (size_t i = 0; i < ASPECTS; i++) {
		if (unexplained[i])
			printf("%6zu  UNEXPLAINED in %s\n", unexplained[i], aspect_word((enum aspect)i));
		unexplained[i] = 0;
	}
	fflush(stdout);
}

const char *aspect_word(enum aspect aspect)
{
	static const char *const words[ASPECTS] = {"subject", "From", "To", "the tree", "bytes", "text", "file name"};

	return words[aspect];
}
