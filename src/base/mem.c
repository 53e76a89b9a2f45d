/* See mem.h. This file stays extern and unmarked: the analysers would otherwise report leaks in code that uses CLEANUP.
 */
#include "mem.h"

#include <stdio.h>
#include <string.h>

void must_failed(const char *expr, const char *file, int line)
{
	fprintf(stderr, "hauspost: internal error: %s:%d: %s does not hold\n", file, line, expr);
	abort();
}

static NORETURN void out_of_memory(size_t count, size_t size)
{
	fprintf(stderr, "hauspost: out of memory (asked for %zu x %zu bytes)\n", count, size);
	abort();
}

void *mem_new(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		out_of_memory(count, size);
	return p;
}

void *mem_resize(void *p, size_t count, size_t size)
{
	void *q = reallocarray(p, count ? count : 1, size ? size : 1);

	if (!q)
		out_of_memory(count, size);
	return q;
}

char *mem_strdup(const char *s)
{
	char *copy;
	size_t n;

	if (!s)
		return NULL;
	n = strlen(s) + 1;
	copy = mem_new(n, 1);
	memcpy(copy, s, n);
	return copy;
}

void mem_wipe_free(void *p, size_t size)
{
	if (p)
		explicit_bzero(p, size);
	free(p);
}
