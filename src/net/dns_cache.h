/* What look-ups found, for as long as it holds. Private to src/net; thread-safe. */
#ifndef NET_DNS_CACHE_H
#define NET_DNS_CACHE_H

#include "net/dns.h"

struct dns_cache;

struct dns_cache *dns_cache_new(void) NODISCARD;
void dns_cache_free(struct dns_cache *cache);

/* True: *ret_answer is filled, its texts copied into the arena. */
bool dns_cache_get(struct dns_cache *cache, struct arena *arena, const struct dns_question *question,
                   struct dns_answer *ret_answer);

/* Keeps a copy for `ttl_s` seconds, an hour at most. When the cache is full, all of it is forgotten. */
void dns_cache_put(struct dns_cache *cache, const struct dns_question *question, const struct dns_answer *answer,
                   uint32_t ttl_s);

#endif
