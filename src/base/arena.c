/* See arena.h. Blocks double up to 1 MiB; a larger request gets a block of its own. */
#include "arena.h"

#include "mem.h"

#include <stdarg.h>
#include <stdio.h>

#define FIRST_BLOCK KIB(16)
#define LAST_BLOCK  MIB(1)

struct block {
	struct block *older;
	size_t size, used; /* of data */
	_Alignas(16) char data[];
};

struct arena {
	struct block *newest;
	size_t next_size, total;
	_Alignas(16) char first[]; /* a struct block lives here */
};

static struct block *first_block(struct arena *arena)
{
	return (struct block *)(void *)arena->first;
}

struct arena *arena_new(void)
{
	struct arena *arena = malloc(FIRST_BLOCK);

	if (!arena)
		arena = mem_resize(NULL, FIRST_BLOCK, 1); /* aborts with the house's words */
	arena->newest = first_block(arena);
	arena->newest->older = NULL;
	arena->newest->size = FIRST_BLOCK - sizeof *arena - sizeof(struct block);
	arena->newest->used = 0;
	arena->next_size = FIRST_BLOCK * 2;
	arena->total = FIRST_BLOCK;
	return arena;
}

static void free_blocks(struct arena *arena)
{
	while (arena->newest != first_block(arena)) {
		struct block *block = arena->newest;

		arena->newest = block->older;
		free(block);
	}
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	free_blocks(arena);
	free(arena);
}

void arena_clear(struct arena *arena)
{
	free_blocks(arena);
	arena->newest->used = 0;
	arena->next_size = FIRST_BLOCK * 2;
	arena->total = FIRST_BLOCK;
}

/* `n` bytes at an address that `align` divides. */
static char *carve(struct arena *arena, size_t n, size_t align)
{
	struct block *block = arena->newest;
	size_t at = (block->used + align - 1) & ~(align - 1);

	if (at > block->size || n > block->size - at) {
		size_t size = MAX(arena->next_size, n);

		must(n <= SIZE_MAX / 2);
		block = mem_resize(NULL, sizeof *block + size, 1);
		block->size = size;
		block->older = arena->newest;
		arena->newest = block;
		arena->total += sizeof *block + size;
		arena->next_size = MIN(arena->next_size * 2, LAST_BLOCK);
		at = 0;
	}
	block->used = at + n;
	return block->data + at;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
	size_t n;
	char *p;

	must(!__builtin_mul_overflow(count, size, &n));
	p = carve(arena, n, 16);
	memset(p, 0, n);
	return p;
}

char *arena_bytes(struct arena *arena, size_t n)
{
	return carve(arena, n, 1);
}

struct str arena_str(struct arena *arena, struct str s)
{
	char *p = arena_bytes(arena, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return str_new(p, s.n);
}

char *arena_cstr(struct arena *arena, struct str s)
{
	char *p = arena_bytes(arena, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct str arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap;
	char brief[256], *p; /* most texts are brief: formatted once then */
	int n;

	va_start(ap, fmt);
	n = vsnprintf(brief, sizeof brief, fmt, ap);
	va_end(ap);
	must(n >= 0);
	if ((size_t)n < sizeof brief)
		return arena_str(arena, str_new(brief, (size_t)n));
	p = arena_bytes(arena, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return str_new(p, (size_t)n);
}

size_t arena_size(const struct arena *arena)
{
	return arena->total;
}
