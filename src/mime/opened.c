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
	if (inside->subject.n && is_hidden(shown->subject)) {
		shown->subject = inside->subject;
		shown->hides_subject = true;
	}
}

/* "smime.p7m" becomes "smime.eml". */
static struct part *as_message(struct arena *arena, const struct opened *one)
{
	struct part *part = ARENA_NEW(arena, struct part);
	struct str name = one->part->filename;

	if (str_ends_nocase(name, STR(".p7m")))
		name = str_slice(name, 0, name.n - 4);
	*part = (struct part){
	        .parent = one->part,
	        .index = one->part->index,
	        .raw = one->inside->raw,
	        .body = one->inside->raw,
	        .type = STR("message"),
	        .subtype = STR("rfc822"),
	        .charset = STR(""),
	        .boundary = STR(""),
	        .filename = arena_printf(arena, STR_FMT ".eml", STR_ARG(name.n ? name : STR("opened"))),
	        .content_id = STR(""),
	        .disposition = STR("attachment"),
	        .encoding = ENCODING_BINARY,
	        .inner = one->inside,
	};
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
		files.items[files.count++] = one ? one->part->embedded : shown->attachments[i];
	}
	shown->attachments = files.items;
	shown->attachment_count = files.count;
}

static void notices_add(struct arena *arena, struct message *shown, const struct message *m)
{
	for (size_t i = 0; i < m->notice_count; i++)
		notice_add(arena, shown, m->notices[i].p);
}

const struct message *message_opened(struct arena *arena, const struct message *m, const struct opened *opened,
                                     size_t count)
{
	struct message_work *work = ARENA_NEW(arena, struct message_work);

	work->m = *m;
	work->m.notices = NULL;
	work->m.notice_count = 0;
	notices_add(arena, &work->m, m);
	for (size_t i = 0; i < count; i++) {
		struct message *inside = opened[i].inside;

		if (!inside)
			continue;
		notices_add(arena, &work->m, inside);
		opened[i].part->embedded = opened[i].is_whole ? inside->root : as_message(arena, &opened[i]);
		inside->root->parent = opened[i].is_whole ? opened[i].part : NULL;
		if (opened[i].is_whole)
			take_bodies(&work->m, unwrapped(inside));
	}
	replace_files(arena, &work->m, opened, count);
	return &work->m;
}
