/* Text that grows inside an arena: for what is gathered while a mail is read, so that no mail asks the heap for more
 * than the arena's blocks. The place it grows out of is abandoned to the arena: at most as much again as the text. */
#ifndef MIME_GROWING_H
#define MIME_GROWING_H

#include "base/arena.h"

struct growing {
	struct arena *arena;
	char *p;
	size_t n, size;
};

/* Room for `more` bytes (none is fine) behind what is there, to be counted into n by the caller. Never NULL. */
static inline char *growing_room(struct growing *g, size_t more)
{
	if (!g->p || more > g->size - g->n) {
		size_t size = MAX(g->size * 2, g->n + more + 32);
		char *p = arena_bytes(g->arena, size);

		if (g->n)
			memcpy(p, g->p, g->n);
		g->p = p;
		g->size = size;
	}
	return g->p + g->n;
}

static inline void growing_add(struct growing *g, struct str s)
{
	char *room = growing_room(g, s.n);

	if (s.n)
		memcpy(room, s.p, s.n);
	g->n += s.n;
}

static inline void growing_add_char(struct growing *g, char c)
{
	*growing_room(g, 1) = c;
	g->n++;
}

static inline struct str growing_str(const struct growing *g)
{
	return str_new(g->p ? g->p : "", g->n);
}

#endif
