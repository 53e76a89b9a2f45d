/* The connections that are open: how many an address may have, and until when something must have come. A client that
 * drips byte after byte, or reads none, is cut off at its deadline whatever it does. Thread-safe. */
#ifndef API_PEERS_H
#define API_PEERS_H

#include "api/proxies.h"

#include <stdatomic.h>

struct peer {
	struct peer *next, *previous; /* the list's */
	int fd;                       /* not ours */
	unsigned char address[16];
	bool is_counted;
	atomic_llong deadline_ms; /* monotonic; 0: none */
};

struct peers;

struct peers_options {
	size_t per_address; /* connections, of IPv6 those of a /64; loopback and trusted proxies have no limit but that
	                       of all */
	const struct proxies *proxies; /* borrowed */
	/* Called four times a second on the thread that watches deadlines. */
	void (*tick)(void *ctx);
	void *ctx;
};

struct peers *peers_new(const struct peers_options *options) NODISCARD;
void peers_stop(struct peers *peers); /* ends the thread */
void peers_free(struct peers *peers); /* stopped; all connections gone; NULL is fine */

/* Whether one more from there is welcome. */
bool peers_may_come(struct peers *peers, const unsigned char address[16]);

struct peer *peers_add(struct peers *peers, int fd, const unsigned char address[16]);
void peers_remove(struct peers *peers, struct peer *peer); /* before its descriptor is closed */

/* It has so long from now; 0: as long as it likes. */
void peer_give(struct peer *peer, int64_t ms);

size_t peers_count(struct peers *peers);

#endif
