/* See names_memory.h. */
#include "receive/names_memory.h"

#include "base/mem.h"
#include "receive/names_change.h"

struct names_memory {
	struct receiver_names names;
	struct named *known; /* owned, with their texts; ascending */
	size_t count, size;
	uint32_t uidvalidity, last_uid;
	char *cursor;
};

static struct names_memory *memory_of(struct receiver_names *names)
{
	return (struct names_memory *)(void *)names;
}

/* ---------------------------------------------------------------- looking */

/* `gone` is a subset of the known numbers, both ascending. */
static void forget(struct names_memory *m, const uint32_t *gone, size_t n)
{
	size_t kept = 0, at = 0;

	for (size_t i = 0; i < m->count; i++) {
		if (at < n && gone[at] == m->known[i].uid) {
			free((void *)(uintptr_t)m->known[i].name.p);
			at++;
		} else
			m->known[kept++] = m->known[i];
	}
	m->count = kept;
}

static void remember(struct names_memory *m, const struct names_change *change)
{
	for (size_t i = 0; i < change->fresh_count; i++) {
		struct str name = change->fresh[i];

		ARRAY_ROOM(m->known, m->count, m->size);
		m->known[m->count++] = (struct named){++m->last_uid, {str_dup(name), name.n}};
	}
}

static int memory_look(struct receiver_names *names, const struct names_look *look, struct error *err)
{
	struct names_memory *m = memory_of(names);
	struct names_change change CLEANUP(names_change_done) = {0};
	int r = names_change_begin(&change, look, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < m->count; i++)
		names_change_known(&change, m->known[i].uid, m->known[i].name);
	r = names_change_end(&change, m->last_uid, err);
	if (r < 0)
		return r;
	if (names_change_is_renaming(&change, 0))
		m->uidvalidity++;
	forget(m, change.gone, change.gone_count);
	remember(m, &change);
	if (look->cursor) {
		free(m->cursor);
		m->cursor = mem_strdup(look->cursor);
	}
	return (int)change.fresh_count;
}

/* ---------------------------------------------------------------- asking */

static int memory_after(struct receiver_names *names, uint32_t from, struct named *ret_named, size_t max,
                        struct error *err UNUSED)
{
	struct names_memory *m = memory_of(names);
	size_t low = 0, high = m->count, n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->known[middle].uid <= from)
			low = middle + 1;
		else
			high = middle;
	}
	n = MIN(m->count - low, max);
	if (n)
		memcpy(ret_named, m->known + low, n * sizeof *ret_named);
	return (int)n;
}

static int memory_these(struct receiver_names *names, const uint32_t *uids, size_t n, struct named *ret_named,
                        struct error *err)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		struct named one;

		if (uids[i] && memory_after(names, uids[i] - 1, &one, 1, err) && one.uid == uids[i])
			ret_named[found++] = one;
	}
	return (int)found;
}

static int memory_cursor(struct receiver_names *names, struct buf *ret_cursor, struct error *err UNUSED)
{
	buf_add(ret_cursor, str_of(memory_of(names)->cursor));
	return 0;
}

static uint32_t memory_uidvalidity(const struct receiver_names *names)
{
	return ((const struct names_memory *)(const void *)names)->uidvalidity;
}

static void memory_free(struct receiver_names *names)
{
	struct names_memory *m = memory_of(names);

	for (size_t i = 0; i < m->count; i++)
		free((void *)(uintptr_t)m->known[i].name.p);
	free(m->known);
	free(m->cursor);
	free(m);
}

static const struct receiver_names_ops memory_ops = {
        .look = memory_look,
        .after = memory_after,
        .these = memory_these,
        .cursor = memory_cursor,
        .uidvalidity = memory_uidvalidity,
        .free = memory_free,
};

struct receiver_names *names_memory_new(void)
{
	struct names_memory *m = mem_new(1, sizeof *m);

	m->names.ops = &memory_ops;
	m->uidvalidity = 1;
	return &m->names;
}
