/* The text of a report, and the mail that came back with it. See bounce_gather.h. */
#include "bounce_gather.h"

#include "mime/charset.h"

bool bounce_part_is(const struct part *part, const char *type, const char *subtype)
{
	return str_eq(part->type, str_of(type)) && (!subtype || str_eq(part->subtype, str_of(subtype)));
}

static bool is_original_part(const struct part *part)
{
	return bounce_part_is(part, "message", "rfc822") || bounce_part_is(part, "message", "global") ||
	       bounce_part_is(part, "message", "global-headers") || bounce_part_is(part, "text", "rfc822-headers") ||
	       bounce_part_is(part, "text", "rfc822");
}

static void add_text(struct buf *text, struct str more)
{
	buf_add(text, str_slice(more, 0, BOUNCE_TEXT_MAX - MIN((size_t)BOUNCE_TEXT_MAX, text->n)));
	if (text->n < BOUNCE_TEXT_MAX)
		buf_add_char(text, '\n');
}

/* All that isn't the original: text parts; the body itself where the declared multipart has no parts. */
struct str bounce_text(struct gathering *g)
{
	const struct message *m = g->m;
	struct buf text CLEANUP(buf_done) = BUF_INIT(BOUNCE_TEXT_MAX + 1);

	for (size_t i = 0; i < m->part_count && text.n < BOUNCE_TEXT_MAX; i++) {
		const struct part *part = m->parts[i];

		if (is_original_part(part))
			g->original_part = g->original_part ? g->original_part : part;
		else if (bounce_part_is(part, "text", "plain") || bounce_part_is(part, "text", "delivery-status"))
			add_text(&text, part_text(g->arena, m, part));
		else if (bounce_part_is(part, "multipart", NULL) && !part->first_child)
			add_text(&text, charset_guess_utf8(g->arena, str_slice(part->body, 0, BOUNCE_TEXT_MAX)));
	}
	/* Newsletters are HTML alone as well, and turning them into text takes its time. */
	if (!str_trim(buf_str(&text)).n && g->sender >= 3)
		add_text(&text, message_body_text(g->arena, m));
	return arena_str(g->arena, buf_str(&text));
}

/* ---------------------------------------------------------------- the original */

static struct str first_address(const struct address_list *list)
{
	return list->count ? list->items[0].address : STR("");
}

static struct str first_id(struct arena *arena, const struct message *original)
{
	const struct part *root = original->root;

	for (size_t i = 0; i < root->header_count; i++) {
		struct str id;

		if (!str_ends_nocase(root->headers[i].name, STR("-Original-Message-ID")))
			continue;
		id = str_trim(header_raw_text(arena, &root->headers[i]));
		return id.n > 2 && id.p[0] == '<' && id.p[id.n - 1] == '>' ? str_slice(id, 1, id.n - 1) : id;
	}
	return STR("");
}

static void original_take(struct gathering *g, const struct message *original)
{
	g->b.original_message_id = original->message_id;
	g->b.original_first_id = first_id(g->arena, original);
	g->b.original_from = original->from.address;
	g->b.original_to = first_address(&original->to);
	g->b.original_subject = original->subject;
}

/* Where a header begins in what stands behind "Below is a copy": at the first line that looks like a field. */
struct str bounce_header_start(struct str text)
{
	struct str rest = text;

	for (int lines = 0; lines < 30 && rest.n; lines++) {
		struct str line = rest, before = rest;
		size_t at = 0;

		(void)str_split(&rest, '\n', &line);
		while (at < line.n && (unsigned char)line.p[at] > ' ' && line.p[at] != ':' && line.p[at] != '@')
			at++;
		if (at > 1 && at < line.n && line.p[at] == ':' && line.p[0] >= 'A' && line.p[0] <= 'z')
			return before;
	}
	return STR("");
}

void bounce_original(struct gathering *g)
{
	const struct part *part = g->original_part;
	const struct message *original = part ? part->inner : NULL;

	if (part && !original)
		original = message_parse(g->arena, bounce_header_start(part_text(g->arena, g->m, part)), NULL);
	if (!original && g->prose.original.n)
		original = message_parse(g->arena,
		                         bounce_header_start(str_slice(g->prose.original, 0, BOUNCE_TEXT_MAX)), NULL);
	if (original)
		original_take(g, original);
}
