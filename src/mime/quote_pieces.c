/* See quote_pieces.h. The reply's lines are lines of the text in their order, so that both are read side by side: a
 * line of the text that isn't the reply's next one was left out. */
#include "mime/quote_pieces.h"

struct pieces {
	struct arena *arena;
	const struct reply *reply;
	struct quote_piece *items;
	size_t count, size;
	struct str next;  /* line of the reply; empty at its end */
	struct str later; /* of the reply */
	bool whole;
};

static struct str line_end_trimmed(struct str line)
{
	while (line.n && is_space(line.p[line.n - 1]))
		line.n--;
	return line;
}

/* To the reply's next line that isn't blank. */
static void step(struct pieces *p)
{
	struct str line;

	p->next = STR_NULL;
	while (p->next.n == 0 && str_split(&p->later, '\n', &line))
		p->next = line_end_trimmed(line);
}

/* Where an attribution stands in the same line, the reply has its beginning. */
static bool is_of_reply(struct pieces *p, struct str line)
{
	if (p->whole)
		return true;
	if (p->next.n == 0 || !str_starts(line, p->next) || (line.n > p->next.n && p->later.n && line.p[0] == '>'))
		return false;
	step(p);
	return true;
}

static void add_line(struct pieces *p, struct str line, bool is_left_out)
{
	struct quote_piece *last = p->count ? &p->items[p->count - 1] : NULL;

	if (!last || last->is_left_out != is_left_out) {
		ARENA_ROOM(p->arena, p->items, p->count, p->size);
		last = &p->items[p->count++];
		*last = (struct quote_piece){.text = line, .is_left_out = is_left_out};
	}
	last->text.n = (size_t)(line.p + line.n - last->text.p);
	if (is_left_out && (line.p[0] == '>' || line.p == p->reply->evidence_line.p))
		last->is_quote = p->reply->evidence != REPLY_SIGNATURE && p->reply->evidence != REPLY_MOBILE_SIGNATURE;
}

static size_t lines_of(struct str text)
{
	size_t lines = text.n > 0;
	const char *end;

	while ((end = text.n ? memchr(text.p, '\n', text.n) : NULL) != NULL) {
		lines++;
		text = str_slice(text, (size_t)(end - text.p) + 1, text.n);
	}
	return lines;
}

size_t quote_pieces(struct arena *arena, const struct reply *reply, struct quote_piece **ret_pieces)
{
	struct pieces p = {.arena = arena, .reply = reply, .later = reply->reply};
	struct str rest = reply->text, line;

	p.whole = reply->evidence == REPLY_WHOLE || reply->evidence == REPLY_FORWARD;
	step(&p);
	while (str_split(&rest, '\n', &line)) {
		line = line_end_trimmed(line);
		if (line.n)
			add_line(&p, line, !is_of_reply(&p, line));
	}
	for (size_t i = 0; i < p.count; i++)
		p.items[i].lines = lines_of(p.items[i].text);
	*ret_pieces = p.items;
	return p.count;
}
