/* What people read of a message: the walk of RFC 8621 §4.1.4 and the texts of its body parts. */
#include "parse.h"

#include "html_text.h"
#include "mime/charset.h"
#include "transfer.h"

/* ---------------------------------------------------------------- the walk */

struct part_list {
	struct part **items;
	size_t count, size;
};

struct walk {
	struct arena *arena;
	struct part_list text, html, attachments;
};

static void list_add(struct walk *walk, struct part_list *list, struct part *part)
{
	ARENA_ROOM(walk->arena, list->items, list->count, list->size);
	list->items[list->count++] = part;
}

static bool is_media(const struct part *part)
{
	return str_eq(part->type, STR("image")) || str_eq(part->type, STR("audio")) || str_eq(part->type, STR("video"));
}

static bool is_text(const struct part *part, struct str subtype)
{
	return str_eq(part->type, STR("text")) && str_eq(part->subtype, subtype);
}

static bool is_inline(const struct part *part, struct str multipart, bool is_first)
{
	if (str_eq(part->disposition, STR("attachment")))
		return false;
	if (!is_text(part, STR("plain")) && !is_text(part, STR("html")) && !is_media(part))
		return false;
	return is_first || (!str_eq(multipart, STR("related")) && (is_media(part) || !part->filename.n));
}

static bool is_blank(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_space(s.p[i]))
			return false;
	return true;
}

/* Which of the two bodies the parts at hand may join: an alternative that turned out to be of one kind closes the
 * other. */
struct targets {
	bool text, html;
};

/* A text that was cut off or isn't in the encoding it declares is shown as far as it goes, and kept as a file: only its
 * bytes say what it was meant to be. */
static bool is_damaged_text(const struct part *part)
{
	return str_eq(part->type, STR("text")) && (part->truncated || part->is_mislabelled) && !is_blank(part->body);
}

static void walk_leaf(struct walk *walk, struct part *part, struct str multipart, bool in_alternative,
                      struct targets *to)
{
	if (is_damaged_text(part))
		list_add(walk, &walk->attachments, part);
	if (str_eq(multipart, STR("alternative"))) {
		list_add(walk,
		         is_text(part, STR("plain"))  ? &walk->text
		         : is_text(part, STR("html")) ? &walk->html
		                                      : &walk->attachments,
		         part);
		return;
	}
	if (in_alternative && is_text(part, STR("plain")))
		to->html = false;
	if (in_alternative && is_text(part, STR("html")))
		to->text = false;
	if (to->text)
		list_add(walk, &walk->text, part);
	if (to->html)
		list_add(walk, &walk->html, part);
	/* RFC 8621 lists media as attachments only where one of the bodies can't show them; here they always are, so
	 * that nobody who takes the attachments for the files of a mail loses a picture. */
	if (is_media(part))
		list_add(walk, &walk->attachments, part);
}

/* The signature of a multipart/signed (RFC 1847 §2.1) says something of the mail and isn't a file of it, unless its
 * sender made it one by a name. It stays among the parts. */
static bool is_signature(const struct part *part, struct str multipart)
{
	static const struct str subtypes[] = {STR_INIT("pgp-signature"), STR_INIT("pkcs7-signature"),
	                                      STR_INIT("x-pkcs7-signature")};

	if (!str_eq(multipart, STR("signed")) || !str_eq(part->type, STR("application")) || part->filename.n)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(subtypes); i++)
		if (str_eq(part->subtype, subtypes[i]))
			return true;
	return false;
}

/* RFC 1740 §2: what a Macintosh's file system knows of the file in the part beside it. */
static bool is_resource_fork(const struct part *part)
{
	return str_eq(part->type, STR("application")) && str_eq(part->subtype, STR("applefile"));
}

/* On file systems without forks the name of that half begins with a mark. */
static struct str without_fork_mark(struct str name)
{
	if (str_starts(name, STR("._")))
		return str_slice(name, 2, name.n);
	return str_starts(name, STR("%")) ? str_slice(name, 1, name.n) : name;
}

/* A part of a multipart/appledouble, which is one file: its data, under its own name or the one that the other half
 * has. That half is a file of the mail only where the data is missing. */
static void walk_fork(struct walk *walk, struct part *part, const struct part *first, const struct targets *to)
{
	const struct part *fork = is_resource_fork(first)                        ? first
	                          : first->next && is_resource_fork(first->next) ? first->next
	                                                                         : NULL;
	bool has_data = fork && (fork != first || (first->next && !is_resource_fork(first->next)));

	if (has_data && is_resource_fork(part))
		return;
	if (has_data && !part->filename.n)
		part->filename = without_fork_mark(fork->filename);
	if (is_media(part) && !str_eq(part->disposition, STR("attachment"))) {
		if (to->text)
			list_add(walk, &walk->text, part);
		if (to->html)
			list_add(walk, &walk->html, part);
	}
	list_add(walk, &walk->attachments, part);
}

/* A multipart whose boundary never comes: shown as text rather than not at all, and kept as a file, since nobody knows
 * what it was meant to be. */
static void walk_childless(struct walk *walk, struct part *part, const struct targets *to)
{
	if (to->text)
		list_add(walk, &walk->text, part);
	list_add(walk, &walk->attachments, part);
}

static void walk_parts(struct walk *walk, struct part *first, struct str multipart, bool in_alternative,
                       struct targets to)
{
	size_t text_before = walk->text.count, html_before = walk->html.count;

	for (struct part *part = first; part; part = part->parent ? part->next : NULL) {
		if (str_eq(part->type, STR("multipart")) && part->first_child) {
			bool alternative = str_eq(part->subtype, STR("alternative"));

			walk_parts(walk, part->first_child, part->subtype, in_alternative || alternative, to);
		} else if (str_eq(multipart, STR("appledouble")) && !str_eq(part->type, STR("multipart"))) {
			walk_fork(walk, part, first, &to);
		} else if (is_inline(part, multipart, part == first)) {
			walk_leaf(walk, part, multipart, in_alternative, &to);
		} else if (!str_eq(part->type, STR("multipart"))) {
			if (!is_signature(part, multipart))
				list_add(walk, &walk->attachments, part);
		} else if (str_trim(part->body).n) {
			walk_childless(walk, part, &to);
		}
	}
	if (!str_eq(multipart, STR("alternative")) || !to.text || !to.html)
		return;
	size_t text_after = walk->text.count, html_after = walk->html.count;
	if (text_after == text_before)
		for (size_t i = html_before; i < html_after; i++)
			list_add(walk, &walk->text, walk->html.items[i]);
	if (html_after == html_before)
		for (size_t i = text_before; i < text_after; i++)
			list_add(walk, &walk->html, walk->text.items[i]);
}

/* Files inside a winmail.dat take its place; those inside the text come last. */
static void embedded_add(struct parser *parser, struct walk *walk)
{
	struct part_list declared = walk->attachments;

	walk->attachments = (struct part_list){0};
	for (size_t i = 0; i < declared.count; i++) {
		embedded_in_tnef(parser, declared.items[i]);
		if (!declared.items[i]->embedded)
			list_add(walk, &walk->attachments, declared.items[i]);
		for (struct part *part = declared.items[i]->embedded; part; part = part->next)
			list_add(walk, &walk->attachments, part);
	}
	for (size_t i = 0; i < walk->text.count; i++) {
		if (!is_text(walk->text.items[i], STR("plain")))
			continue;
		embedded_in_text(parser, walk->text.items[i]);
		for (struct part *part = walk->text.items[i]->embedded; part; part = part->next)
			list_add(walk, &walk->attachments, part);
	}
}

/* Bodies longer than what is shown of them: transferred bytes stand for the text's. */
static void length_check(struct parser *parser, struct message *m, const struct part_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++)
		if (str_eq(list->items[i]->type, STR("text")))
			n += list->items[i]->body.n;
	if (n > parser->limits.max_text)
		notice_add(parser->arena, m, "the text is very long, its end is left out");
}

void body_walk(struct parser *parser, struct message *m)
{
	struct walk walk = {.arena = parser->arena};

	walk_parts(&walk, m->root, STR("mixed"), false, (struct targets){true, true});
	embedded_add(parser, &walk);
	length_check(parser, m, &walk.text);
	length_check(parser, m, &walk.html);
	m->text_body = walk.text.items;
	m->text_body_count = walk.text.count;
	m->html_body = walk.html.items;
	m->html_body_count = walk.html.count;
	m->attachments = walk.attachments.items;
	m->attachment_count = walk.attachments.count;
	for (size_t i = walk.text.count; i-- > 0;)
		if (is_text(walk.text.items[i], STR("plain")))
			m->text = walk.text.items[i];
	for (size_t i = walk.html.count; i-- > 0;)
		if (is_text(walk.html.items[i], STR("html")))
			m->html = walk.html.items[i];
}

/* ---------------------------------------------------------------- decoded content */

bool part_decode(const struct part *part, struct buf *out)
{
	return transfer_decode(part->encoding, part->body, out);
}

uint64_t part_decoded_size(const struct part *part)
{
	return transfer_size(part->encoding, part->body);
}

uint64_t message_part_size(const struct message *m, const struct part *part)
{
	if (part->encoding == ENCODING_BASE64 && !part->text_left.p)
		return base64_size(part->body, m->limits.done_with, m->limits.ctx);
	return part_decoded_size(part);
}

struct str part_type(struct arena *arena, const struct part *part)
{
	return arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(part->type), STR_ARG(part->subtype));
}

/* CRLF and CR become LF, NUL goes. `out` has room for a NUL behind as many bytes and may be where the text stands. */
static struct str clean_lines(char *out, struct str text)
{
	size_t n = 0, at = 0;

	while (at < text.n) {
		const char *cr = memchr(text.p + at, '\r', text.n - at);
		size_t end = cr ? (size_t)(cr - text.p) : text.n;

		if (out + n != text.p + at)
			memmove(out + n, text.p + at, end - at);
		n += end - at;
		at = end;
		if (cr) {
			while (at < text.n && text.p[at] == '\r')
				at++;
			if (at < text.n && text.p[at] == '\n')
				at++;
			out[n++] = '\n';
		}
	}
	if (memchr(out, '\0', n)) {
		size_t kept = 0;

		for (size_t i = 0; i < n; i++)
			if (out[i])
				out[kept++] = out[i];
		n = kept;
	}
	out[n] = '\0';
	return str_new(out, n);
}

/* Where the text of an HTML part without a charset in its header declares one itself. */
static struct str charset_of(const struct part *part, struct str bytes)
{
	if (part->charset.n || !is_text(part, STR("html")))
		return part->charset;
	return html_charset(bytes);
}

struct str part_text(struct arena *arena, const struct message *m, const struct part *part)
{
	/* Decoding never makes anything longer but base64 takes four for three. */
	size_t max = part->encoding == ENCODING_BASE64 ? m->limits.max_text / 3 * 4 : m->limits.max_text;
	struct str source =
	        part->text_left.p ? str_slice(part->text_left, 0, m->limits.max_text) : str_slice(part->body, 0, max);
	struct str bytes = source, text;

	if (!part->text_left.p && (part->encoding == ENCODING_QP || part->encoding == ENCODING_BASE64 ||
	                           part->encoding == ENCODING_UUENCODE)) {
		char *out = arena_bytes(arena, source.n + 1);

		bytes = str_new(out, transfer_run(part->encoding, source, out));
	}
	text = charset_to_utf8(arena, charset_of(part, bytes), bytes);
	/* What was decoded or converted is ours to change. */
	if (text.n && text.p >= source.p && text.p <= source.p + source.n)
		return clean_lines(arena_bytes(arena, text.n + 1), text);
	return clean_lines(text.n ? (char *)(uintptr_t)text.p : arena_bytes(arena, 1), text);
}

/* ---------------------------------------------------------------- body text */

static void add_piece(struct buf *out, struct str piece)
{
	if (out->n && piece.n && out->p[out->n - 1] != '\n')
		buf_add_char(out, '\n');
	buf_add(out, str_slice(piece, 0, out->max - out->n));
}

/* Cut at a maximum: the last character may have been cut with it. */
static struct str whole_utf8(struct arena *arena, struct str s)
{
	while (s.n && !str_is_utf8(str_slice(s, s.n > 4 ? s.n - 4 : 0, s.n)) && !str_is_utf8(s))
		s.n--;
	return arena_str(arena, s);
}

struct str message_body_text(struct arena *arena, const struct message *m)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(m->limits.max_text);

	if (m->text_body_count == 1 && is_text(m->text_body[0], STR("plain")))
		return part_text(arena, m, m->text_body[0]);
	for (size_t i = 0; i < m->text_body_count && out.n < out.max; i++) {
		const struct part *part = m->text_body[i];

		if (is_text(part, STR("html")))
			add_piece(&out, html_to_text(arena, part_text(arena, m, part)));
		else if (str_eq(part->type, STR("text")) || str_eq(part->type, STR("multipart")))
			add_piece(&out, part_text(arena, m, part));
	}
	return whole_utf8(arena, buf_str(&out));
}

struct str message_body_html(struct arena *arena, const struct message *m)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(m->limits.max_text);

	if (!m->html)
		return STR("");
	for (size_t i = 0; i < m->html_body_count && out.n < out.max; i++) {
		const struct part *part = m->html_body[i];

		if (is_text(part, STR("html")))
			add_piece(&out, part_text(arena, m, part));
		else if (is_text(part, STR("plain")))
			add_piece(&out, html_from_text(arena, part_text(arena, m, part)));
	}
	return whole_utf8(arena, buf_str(&out));
}
