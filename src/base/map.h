/* String → pointer, in a hash table seeded at random (hostile keys can't make it slow). Keys are copied, values
 * borrowed. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "str.h"

struct map;

struct map *map_new(void) NODISCARD;
void map_free(struct map *map);
DEFINE_CLEANUP(struct map *, map_free)

/* Replaces what stood under `key`; returns what stood there or NULL. A NULL value removes the key. */
void *map_set(struct map *map, struct str key, void *value);
void *map_get(const struct map *map, struct str key);
size_t map_count(const struct map *map);

/* Calls `each` for every entry, in no order; `each` must not change the map. */
void map_each(const struct map *map, void (*each)(void *ctx, struct str key, void *value), void *ctx);

#endif
