/* Heap memory that never fails: without memory the process aborts, the supervisor restarts it, and the store is
 * durable. Sizes from outside are bounded before they come here. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base.h"

#include <stdlib.h>

/* Zeroed memory, to be freed with free(). `count` * `size` is checked. */
void *mem_new(size_t count, size_t size) NODISCARD;

/* Grows or shrinks; new bytes are undefined. */
void *mem_resize(void *p, size_t count, size_t size) NODISCARD;

/* A copy of a C string; NULL gives NULL. */
char *mem_strdup(const char *s) NODISCARD;

/* Overwrites before freeing memory that held a secret; the compiler can't drop it. NULL is fine. */
void mem_wipe_free(void *p, size_t size);

/* Makes room for one more element in a growing array `p` of `n` elements, `size` allocated. */
#define ARRAY_ROOM(p, n, size)                                      \
	do {                                                        \
		if ((n) == (size)) {                                \
			(size) = (size) ? (size)*2 : 8;             \
			(p) = mem_resize((p), (size), sizeof *(p)); \
		}                                                   \
	} while (0)

UNUSED static inline void freep(void *p)
{
	free(*(void **)p);
}

#endif
