/* Whom a report speaks of: fields, header and prose brought together, recipient by recipient. See bounce_gather.h. */
#include "bounce_gather.h"

#include "base/map.h"

#define DIAGNOSTIC_MAX 2000

struct bounce_recipient *bounce_recipient_new(struct gathering *g)
{
	struct bounces *b = &g->b;
	struct str none = STR("");

	ARENA_ROOM(g->arena, b->recipients, b->count, g->size);
	b->recipients[b->count] = (struct bounce_recipient){none, none, none, none, none, none, none, 0, 0, 0, none};
	return &b->recipients[b->count++];
}

/* One line, at most DIAGNOSTIC_MAX bytes, whole characters. */
static struct str flat(struct arena *arena, struct str text)
{
	struct str copy = arena_str(arena, str_trim(str_slice(text, 0, DIAGNOSTIC_MAX)));
	char *p = (char *)(uintptr_t)copy.p;
	size_t n = 0;

	for (size_t i = 0; i < copy.n; i++)
		if ((unsigned char)p[i] > ' ' || (n && p[n - 1] != ' '))
			p[n++] = (unsigned char)p[i] > ' ' ? p[i] : ' ';
	copy.n = n;
	while (copy.n && !str_is_utf8(copy))
		copy.n--;
	return arena_str(arena, copy);
}

static bool is_general(struct str status)
{
	return !status.n || str_eq(str_slice(status, 1, status.n), STR(".0.0"));
}

/* The status of the server's own words counts before the one of the field, which is often a guess. */
static struct str best_status(struct str said, struct str field, struct str written)
{
	if (said.n && (!is_general(said) || is_general(field)))
		return said;
	if (!is_general(field))
		return field;
	if (!is_general(written))
		return written;
	return field.n ? field : written;
}

const struct reason_phrase *bounce_phrase_in(struct gathering *g, struct str text)
{
	return text.n ? reason_phrase_find(reason_words(g->arena, str_slice(text, 0, DIAGNOSTIC_MAX * 2))) : NULL;
}

/* `block` is what the prose says of this recipient, or all of it where there is one recipient only. */
void bounce_recipient_decide(struct gathering *g, struct bounce_recipient *r, struct str comment, struct str block)
{
	struct str said_code, said_status, code, status;
	struct reason_facts facts = {.action = r->action};

	reason_codes(r->diagnostic, &said_code, &said_status);
	reason_codes(block, &code, &status);
	r->status = best_status(said_status, r->status, status);
	r->code = said_code.n ? said_code : code;
	facts.status = r->status;
	facts.code = r->code;
	facts.command = reason_command(r->diagnostic);
	if (facts.command == COMMAND_NONE)
		facts.command = reason_command(block);
	facts.said = bounce_phrase_in(
	        g, comment.n ? arena_printf(g->arena, STR_FMT " " STR_FMT, STR_ARG(r->diagnostic), STR_ARG(comment))
	                     : r->diagnostic);
	facts.written = facts.said ? NULL : bounce_phrase_in(g, block);
	if (!facts.said && !facts.written)
		facts.written = g->written;
	reason_decide(g->arena, &facts, r);
}

struct str bounce_lower(struct arena *arena, struct str s)
{
	struct str copy = arena_str(arena, s);

	for (size_t i = 0; i < copy.n; i++)
		((char *)(uintptr_t)copy.p)[i] = ascii_lower(copy.p[i]);
	return copy;
}

static struct map *blocks_by_address(struct gathering *g)
{
	struct map *map = map_new();

	for (size_t i = 0; i < g->prose.count; i++)
		(void)map_set(map, bounce_lower(g->arena, g->prose.recipients[i].address), &g->prose.recipients[i]);
	return map;
}

bool bounce_is_done(struct str action)
{
	return str_eq(action, STR("delivered")) || str_eq(action, STR("relayed")) || str_eq(action, STR("expanded"));
}

void bounce_from_report(struct gathering *g)
{
	struct map *blocks CLEANUP(map_freep) = blocks_by_address(g);

	for (size_t i = 0; i < g->report.count; i++) {
		const struct report_recipient *from = &g->report.recipients[i];
		struct bounce_recipient *r = bounce_recipient_new(g);
		struct str key = bounce_lower(g->arena, from->recipient);
		/* Taken out: each block is read once, however often its recipient is named. */
		const struct prose_recipient *block = map_set(blocks, key, NULL);

		r->address = from->recipient;
		r->original =
		        from->original.n && !str_eq_nocase(from->original, from->recipient) ? from->original : STR("");
		r->status = from->status.n ? from->status : STR("");
		r->diagnostic = from->diagnostic.n ? from->diagnostic : STR("");
		r->remote_mta = from->remote_mta.n ? from->remote_mta : STR("");
		r->action = from->action.n ? from->action : STR("failed");
		if (bounce_is_done(r->action)) {
			r->reason = REASON_DELIVERED;
			r->evidence = arena_printf(g->arena, "action " STR_FMT, STR_ARG(r->action));
			continue;
		}
		bounce_recipient_decide(g, r, from->comment,
		                        g->report.count == 1 ? g->prose.text
		                        : block              ? block->block
		                                             : STR(""));
		if (!r->diagnostic.n && block)
			r->diagnostic = flat(g->arena, block->block);
	}
}

static void prose_recipient(struct gathering *g, struct str address, struct str block)
{
	struct bounce_recipient *r = bounce_recipient_new(g);

	r->address = arena_str(g->arena, address);
	r->action =
	        g->report.found || str_find_nocase(g->m->subject, STR("delay")) < 0 ? STR("failed") : STR("delayed");
	r->diagnostic = flat(g->arena, block);
	bounce_recipient_decide(g, r, STR(""), g->prose.count <= 1 ? g->prose.text : STR(""));
}

void bounce_from_header(struct gathering *g, const char *name)
{
	const struct header *header = message_header(g->m, name);
	struct address_list list;

	if (!header || g->b.count)
		return;
	list = address_list_parse(g->arena, header_raw_text(g->arena, header));
	for (size_t i = 0; i < MIN(list.count, (size_t)1000); i++)
		if (list.items[i].address.n)
			prose_recipient(g, list.items[i].address, list.count == 1 ? g->prose.text : STR(""));
}

void bounce_from_prose(struct gathering *g)
{
	for (size_t i = 0; i < g->prose.count; i++)
		prose_recipient(g, g->prose.recipients[i].address, g->prose.recipients[i].block);
	bounce_from_header(g, "X-Failed-Recipients");
	bounce_from_header(g, "X-Bounced-Address");
	if (!g->b.count && (g->prose.to.n || g->b.original_to.n))
		prose_recipient(g, g->b.original_to.n ? g->b.original_to : g->prose.to, g->prose.text);
}
