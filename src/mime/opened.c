/* See opened.h. */
#include "mime/opened.h"

#include "parse.h"

struct files {
	struct part **items;
	size_t count, size;
};

/* RFC 8551 §3.1: a sender may wrap the whole mail, to protect its header; then the one inside counts. */
static struct message *unwrapped(struct message *inside)
{
	for (int i = 0; i < 4 && inside->root->inner; i++)
		inside = inside->root->inner;
	return inside;
}

static bool is_hidden(struct str subject)
{
	return !subject.n || str_eq(subject, STR("...")) || str_eq(subject, STR("[...]"));
}

static void take_bodies(struct message *shown, const struct message *inside)
{
	shown->text = inside->text;
	shown->html = inside->html;
	shown->text_body = inside->text_body;
	shown->text_body_count = inside->text_body_count;
	shown->html_body = inside->html_body;
	shown->html_body_count = inside->html_body_count;
	shown->attachments = inside->attachments;
	shown->attachment_count = inside->attachment_count;
	if (inside->subject.n && is_hidden(shown->subject))
		shown->subject = inside->subject;
}

/* "smime.p7m" becomes "smime.eml". */
static struct part *as_message(struct arena *arena, const struct opened *one)
{
	struct part *part = ARENA_NEW(arena, struct part);
	struct str name = one->part->filename;

	*part = *one->part->embedded;
	if (str_ends_nocase(name, STR(".p7m")))
		name = str_slice(name, 0, name.n - 4);
	part->headers = NULL;
	part->header_count = 0;
	part->raw = part->body = one->inside->raw;
	part->type = STR("message");
	part->subtype = STR("rfc822");
	part->charset = part->boundary = part->content_id = STR("");
	part->filename = arena_printf(arena, STR_FMT ".eml", STR_ARG(name.n ? name : STR("opened")));
	part->disposition = STR("attachment");
	part->encoding = ENCODING_BINARY;
	part->first_child = part->embedded = NULL;
	part->inner = one->inside;
	part->text_left = STR_NULL;
	return part;
}

static const struct opened *find(const struct opened *opened, size_t count, const struct part *part)
{
	for (size_t i = 0; i < count; i++)
		if (opened[i].part == part)
			return &opened[i];
	return NULL;
}

static void replace_files(struct arena *arena, struct message *shown, const struct opened *opened, size_t count)
{
	struct files files = {0};

	for (size_t i = 0; i < shown->attachment_count; i++) {
		const struct opened *one = find(opened, count, shown->attachments[i]);

		if (one && !one->inside)
			continue;
		ARENA_ROOM(arena, files.items, files.count, files.size);
		files.items[files.count++] = one ? as_message(arena, one) : shown->attachments[i];
	}
	shown->attachments = files.items;
	shown->attachment_count = files.count;
}

const struct message *message_opened(struct arena *arena, const struct message *m, const struct opened *opened,
                                     size_t count)
{
	struct message_work *work = ARENA_NEW(arena, struct message_work);

	work->m = *m;
	work->m.notices = NULL;
	work->m.notice_count = 0;
	for (size_t i = 0; i < m->notice_count; i++)
		notice_add(arena, &work->m, m->notices[i].p);
	for (size_t i = 0; i < count; i++) {
		const struct message *inside = opened[i].inside;

		if (!inside)
			continue;
		opened[i].part->embedded = inside->root;
		inside->root->parent = opened[i].part;
		for (size_t k = 0; k < inside->notice_count; k++)
			notice_add(arena, &work->m, inside->notices[k].p);
		if (opened[i].is_whole)
			take_bodies(&work->m, unwrapped(opened[i].inside));
	}
	replace_files(arena, &work->m, opened, count);
	return &work->m;
}
