/* See dns_cache.h. */
#include "dns_cache.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>

#define MAX_BYTES MIB(8)
#define MAX_TTL_S 3600
#define KEY_BYTES 300

struct dns_cache {
	pthread_mutex_t lock;
	struct map *entries; /* of struct entry, owned; guarded by lock */
	size_t bytes;        /* guarded by lock */
};

struct entry {
	int64_t until_ms; /* monotonic */
	size_t size;
	enum dns_status status;
	size_t count;
	size_t lengths[DNS_MAX_RECORDS];
	char bytes[]; /* the texts, one behind the other, then the reason */
};

struct dns_cache *dns_cache_new(void)
{
	struct dns_cache *cache = mem_new(1, sizeof *cache);

	pthread_mutex_init(&cache->lock, NULL);
	cache->entries = map_new();
	return cache;
}

static void free_entry(void *ctx UNUSED, struct str key UNUSED, void *value)
{
	free(value);
}

void dns_cache_free(struct dns_cache *cache)
{
	if (!cache)
		return;
	map_each(cache->entries, free_entry, NULL);
	map_free(cache->entries);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

static struct str key_of(const struct dns_question *question, char room[KEY_BYTES])
{
	int n = snprintf(room, KEY_BYTES, "%d %s", (int)question->type, question->name);

	if (n < 0 || n >= KEY_BYTES)
		return STR_NULL;
	for (int i = 0; i < n; i++)
		room[i] = ascii_lower(room[i]);
	return str_new(room, (size_t)n);
}

static void answer_from(const struct entry *entry, struct arena *arena, struct dns_answer *ret)
{
	const char *at = entry->bytes;

	*ret = (struct dns_answer){.status = entry->status, .count = entry->count};
	ret->texts = ARENA_ARRAY(arena, struct str, entry->count);
	for (size_t i = 0; i < entry->count; i++) {
		ret->texts[i] = arena_str(arena, str_new(at, entry->lengths[i]));
		at += entry->lengths[i];
	}
	ret->reason = arena_str(arena, str_of(at));
}

bool dns_cache_get(struct dns_cache *cache, struct arena *arena, const struct dns_question *question,
                   struct dns_answer *ret_answer)
{
	char room[KEY_BYTES];
	struct str key = key_of(question, room);
	struct entry *entry;
	bool found;

	if (!key.n)
		return false;
	pthread_mutex_lock(&cache->lock);
	entry = map_get(cache->entries, key);
	found = entry && entry->until_ms > clock_mono_ms();
	if (found) {
		answer_from(entry, arena, ret_answer);
	} else if (entry) {
		cache->bytes -= entry->size;
		map_set(cache->entries, key, NULL);
		free(entry);
	}
	pthread_mutex_unlock(&cache->lock);
	return found;
}

static struct entry *make_entry(const struct dns_answer *answer, uint32_t ttl_s)
{
	size_t n = answer->reason.n + 1, at = 0;
	struct entry *entry;

	for (size_t i = 0; i < answer->count; i++)
		n += answer->texts[i].n;
	entry = mem_new(1, sizeof *entry + n);
	*entry = (struct entry){.until_ms = clock_mono_ms() + SECONDS_MS(MIN(ttl_s, (uint32_t)MAX_TTL_S)),
	                        .size = sizeof *entry + n + KEY_BYTES,
	                        .status = answer->status,
	                        .count = answer->count};
	for (size_t i = 0; i < answer->count; i++) {
		memcpy(entry->bytes + at, answer->texts[i].p, answer->texts[i].n);
		entry->lengths[i] = answer->texts[i].n;
		at += answer->texts[i].n;
	}
	if (answer->reason.n)
		memcpy(entry->bytes + at, answer->reason.p, answer->reason.n);
	return entry;
}

void dns_cache_put(struct dns_cache *cache, const struct dns_question *question, const struct dns_answer *answer,
                   uint32_t ttl_s)
{
	char room[KEY_BYTES];
	struct str key = key_of(question, room);
	struct entry *entry, *old;

	if (!key.n || !ttl_s)
		return;
	entry = make_entry(answer, ttl_s);
	pthread_mutex_lock(&cache->lock);
	if (cache->bytes + entry->size > MAX_BYTES) {
		map_each(cache->entries, free_entry, NULL);
		map_free(cache->entries);
		cache->entries = map_new();
		cache->bytes = 0;
	}
	old = map_set(cache->entries, key, entry);
	cache->bytes += entry->size - (old ? old->size : 0);
	pthread_mutex_unlock(&cache->lock);
	free(old);
}
