/* See names_change.h, and names.h for what is the same in every form. */
#include "receive/names_change.h"

#include "base/mem.h"

static char gone_mark; /* a map's value: the look says that this name is gone */

int names_look(struct receiver_names *names, const struct names_look *look, struct error *err)
{
	return names->ops->look(names, look, err);
}

int names_after(struct receiver_names *names, uint32_t from, struct named *ret_named, size_t max, struct error *err)
{
	return names->ops->after(names, from, ret_named, max, err);
}

int names_these(struct receiver_names *names, const uint32_t *uids, size_t n, struct named *ret_named,
                struct error *err)
{
	return names->ops->these(names, uids, n, ret_named, err);
}

int names_cursor(struct receiver_names *names, struct buf *ret_cursor, struct error *err)
{
	return names->ops->cursor(names, ret_cursor, err);
}

uint32_t names_uidvalidity(const struct receiver_names *names)
{
	return names->ops->uidvalidity(names);
}

void names_free(struct receiver_names *names)
{
	if (names)
		names->ops->free(names);
}

/* ---------------------------------------------------------------- what a look changes */

static bool is_name(struct str name)
{
	return name.n && name.n <= NAMES_LONGEST && !memchr(name.p, 0, name.n) && str_is_utf8(name);
}

static int check(const struct names_look *look, struct error *err)
{
	struct str cursor = str_of(look->cursor);

	if (look->count > NAMES_MOST || look->gone_count > NAMES_MOST)
		return fail_scope(err, SCOPE_FOLDER, E_LIMIT, RETRY_LATER, "the folder has more than %d messages",
		                  NAMES_MOST);
	for (size_t i = 0; i < look->count + look->gone_count; i++) {
		struct str name = i < look->count ? look->names[i] : look->gone[i - look->count];

		if (!is_name(name))
			return fail(err, E_PROTOCOL, RETRY_LATER,
			            "the server's name of a message (%zu bytes) is not 1 to %d bytes of UTF-8", name.n,
			            NAMES_LONGEST);
	}
	if (cursor.n > NAMES_CURSOR || !str_is_utf8(cursor))
		return fail(err, E_PROTOCOL, RETRY_LATER,
		            "the server's name of its state (%zu bytes) is not up to %zu bytes of UTF-8", cursor.n,
		            NAMES_CURSOR);
	return 0;
}

int names_change_begin(struct names_change *change, const struct names_look *look, struct error *err)
{
	int r = check(look, err);

	*change = (struct names_change){.look = look};
	if (r < 0)
		return r;
	change->marks = map_new();
	change->uids = mem_new(MAX(look->count, 1), sizeof *change->uids);
	change->fresh = mem_new(MAX(look->count, 1), sizeof *change->fresh);
	for (size_t i = 0; i < look->gone_count; i++)
		map_set(change->marks, look->gone[i], &gone_mark);
	for (size_t i = look->count; i-- > 0;) /* the first of equal ones counts; what is there isn't gone */
		map_set(change->marks, look->names[i], &change->uids[i]);
	return 0;
}

void names_change_known(struct names_change *change, uint32_t uid, struct str name)
{
	void *mark = map_get(change->marks, name);

	change->known++;
	if (mark == &gone_mark || (!mark && change->look->complete)) {
		ARRAY_ROOM(change->gone, change->gone_count, change->gone_size);
		change->gone[change->gone_count++] = uid;
	} else if (mark) {
		change->kept++;
		*(uint32_t *)mark = uid;
	}
}

int names_change_end(struct names_change *change, uint32_t last_uid, struct error *err)
{
	const struct names_look *look = change->look;

	if (look->count > UINT32_MAX - last_uid)
		return fail_scope(err, SCOPE_FOLDER, E_LIMIT, RETRY_NEVER,
		                  "the folder has had %u messages: no number is left", last_uid);
	for (size_t i = 0; i < look->count; i++) {
		uint32_t *first = map_get(change->marks, look->names[i]);

		if (first == &change->uids[i] && !*first) {
			change->fresh[change->fresh_count++] = look->names[i];
			*first = last_uid + (uint32_t)change->fresh_count;
		}
		change->uids[i] = *first;
	}
	if (look->ret_uids && look->count)
		memcpy(look->ret_uids, change->uids, look->count * sizeof *look->ret_uids);
	return 0;
}

/* A renaming shows all that was there again: about as many as before. */
bool names_change_is_renaming(const struct names_change *change, size_t leaving)
{
	size_t staying = change->known - MIN(change->known, leaving);

	return change->look->complete && staying && change->kept == 0 && change->fresh_count &&
	       change->fresh_count * 2 >= staying;
}

void names_change_done(struct names_change *change)
{
	map_free(change->marks);
	free(change->uids);
	free(change->fresh);
	free(change->gone);
}
