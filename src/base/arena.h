/* Memory for one unit of work (a message, a request, a record), freed as a whole. Nothing in it is freed singly.
 *
 *	struct arena *arena CLEANUP(arena_freep) = arena_new();
 *	struct str name = arena_str(arena, view);
 *
 * Not for threads side by side; an arena may be handed on whole. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "str.h"

struct arena;

struct arena *arena_new(void) NODISCARD;
void arena_free(struct arena *arena);
DEFINE_CLEANUP(struct arena *, arena_free)

/* Forgets everything in it and keeps its first block: for a loop over many units. */
void arena_clear(struct arena *arena);

/* Zeroed, aligned for any type; never NULL. */
void *arena_alloc(struct arena *arena, size_t count, size_t size) NODISCARD;

/* Undefined bytes without alignment: for text. */
char *arena_bytes(struct arena *arena, size_t n) NODISCARD;

/* A NUL-terminated copy. */
struct str arena_str(struct arena *arena, struct str s) NODISCARD;
char *arena_cstr(struct arena *arena, struct str s) NODISCARD;
struct str arena_printf(struct arena *arena, const char *fmt, ...) PRINTF(2, 3) NODISCARD;

/* Bytes obtained from the heap so far, for limits and tests. */
size_t arena_size(const struct arena *arena);

#define ARENA_NEW(arena, type)      ((type *)arena_alloc((arena), 1, sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_alloc((arena), (n), sizeof(type)))

/* Makes room for one more element of an arena array; the old place is abandoned to the arena. */
#define ARENA_ROOM(arena, p, n, size)                                                \
	do {                                                                         \
		if ((n) == (size)) {                                                 \
			size_t size_ = (size) ? (size)*2 : 8;                        \
			__typeof__(p) p_ = arena_alloc((arena), size_, sizeof *(p)); \
			if (n)                                                       \
				memcpy(p_, (p), (n) * sizeof *(p));                  \
			(p) = p_;                                                    \
			(size) = size_;                                              \
		}                                                                    \
	} while (0)

#endif
