/* See by_address.h. */
#include "store/by_address.h"

#include "base/mem.h"

#define FIRST_SIZE 128 /* a power of two, as every size */

static size_t place_of(const struct by_address *map, const void *key)
{
	size_t at = (size_t)(((uintptr_t)key * 0x9e3779b97f4a7c15u) >> 32) & (map->size - 1);

	while (map->entries[at].key && map->entries[at].key != key)
		at = (at + 1) & (map->size - 1);
	return at;
}

void *by_address_get(const struct by_address *map, const void *key)
{
	return map->size ? map->entries[place_of(map, key)].value : NULL;
}

static void grow(struct by_address *map)
{
	struct by_address before = *map;

	map->size = before.size ? before.size * 2 : FIRST_SIZE;
	map->entries = mem_new(map->size, sizeof *map->entries);
	for (size_t i = 0; i < before.size; i++)
		if (before.entries[i].key)
			map->entries[place_of(map, before.entries[i].key)] = before.entries[i];
	free(before.entries);
}

void by_address_add(struct by_address *map, const void *key, void *value)
{
	if (2 * (map->used + 1) > map->size)
		grow(map);
	map->used++;
	map->entries[place_of(map, key)] = (struct by_address_entry){key, value};
}

void by_address_done(struct by_address *map)
{
	free(map->entries);
	*map = (struct by_address){0};
}
