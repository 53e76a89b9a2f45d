/* See map.h. Open addressing, linear probing, tombstone-free removal by shifting back. */
#include "map.h"

#include "mem.h"
#include "random.h"

struct slot {
	struct str key; /* owned; p NULL where the slot is free */
	uint64_t hash;
	void *value;
};

struct map {
	struct slot *slots;
	size_t size, count; /* size is a power of two */
	uint64_t seed;
};

/* FNV-1a over a random seed with a final mix: enough where the table is small and the seed unknown. */
static uint64_t hash_of(const struct map *map, struct str key)
{
	uint64_t h = map->seed;

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 0x100000001b3u;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ (h >> 32);
}

struct map *map_new(void)
{
	struct map *map = mem_new(1, sizeof *map);

	random_bytes(&map->seed, sizeof map->seed);
	return map;
}

void map_free(struct map *map)
{
	if (!map)
		return;
	for (size_t i = 0; i < map->size; i++)
		free((void *)(uintptr_t)map->slots[i].key.p);
	free(map->slots);
	free(map);
}

/* The slot that holds `key`, or the free one where it would go. The table is never full. */
static struct slot *slot_of(const struct map *map, struct str key, uint64_t hash)
{
	size_t i = hash & (map->size - 1);

	while (map->slots[i].key.p && !(map->slots[i].hash == hash && str_eq(map->slots[i].key, key)))
		i = (i + 1) & (map->size - 1);
	return &map->slots[i];
}

static void grow(struct map *map)
{
	struct slot *old = map->slots;
	size_t old_size = map->size;

	map->size = old_size ? old_size * 2 : 16;
	map->slots = mem_new(map->size, sizeof *map->slots);
	for (size_t i = 0; i < old_size; i++)
		if (old[i].key.p)
			*slot_of(map, old[i].key, old[i].hash) = old[i];
	free(old);
}

/* Moves later members of the probe run up, so that no run is broken by the hole. */
static void close_hole(struct map *map, size_t hole)
{
	size_t mask = map->size - 1;

	for (size_t i = (hole + 1) & mask; map->slots[i].key.p; i = (i + 1) & mask) {
		size_t home = map->slots[i].hash & mask;

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		map->slots[hole] = map->slots[i];
		map->slots[i].key = STR_NULL;
		hole = i;
	}
	map->slots[hole] = (struct slot){0};
}

void *map_set(struct map *map, struct str key, void *value)
{
	uint64_t hash = hash_of(map, key);
	struct slot *slot;
	void *before;

	if (map->count * 4 >= map->size * 3)
		grow(map);
	slot = slot_of(map, key, hash);
	before = slot->key.p ? slot->value : NULL;
	if (!value) {
		if (slot->key.p) {
			free((void *)(uintptr_t)slot->key.p);
			slot->key = STR_NULL;
			map->count--;
			close_hole(map, (size_t)(slot - map->slots));
		}
		return before;
	}
	if (!slot->key.p) {
		slot->key = str_new(str_dup(key), key.n);
		slot->hash = hash;
		map->count++;
	}
	slot->value = value;
	return before;
}

void *map_get(const struct map *map, struct str key)
{
	return map->size ? slot_of(map, key, hash_of(map, key))->value : NULL;
}

size_t map_count(const struct map *map)
{
	return map->count;
}

void map_each(const struct map *map, void (*each)(void *ctx, struct str key, void *value), void *ctx)
{
	for (size_t i = 0; i < map->size; i++)
		if (map->slots[i].key.p)
			each(ctx, map->slots[i].key, map->slots[i].value);
}
