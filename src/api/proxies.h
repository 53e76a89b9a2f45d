/* Which proxies in front of us are believed about where a request comes from, and who the client then is. */
#ifndef API_PROXIES_H
#define API_PROXIES_H

#include "base/arena.h"
#include "base/error.h"

#include <sys/socket.h>

#define PROXIES_MAX 32

struct network {
	unsigned char address[16]; /* IPv4 as ::ffff:a.b.c.d */
	int bits;                  /* of the 128 */
};

struct proxies {
	struct network networks[PROXIES_MAX];
	size_t count;
};

/* "10.0.0.0/8, 192.0.2.7, fd00::/8"; "" is none. E_INVALID names what is neither an address nor a network. */
int proxies_parse(struct proxies *proxies, const char *text, struct error *err) NODISCARD;
void proxies_add_loopback(struct proxies *proxies);

/* 16 bytes, IPv4 in its IPv6 form; all zeros for what has no address (a unix socket). */
void address_bytes(const struct sockaddr *address, unsigned char ret[16]);
bool address_is_loopback(const unsigned char address[16]);
const char *address_text(const unsigned char address[16], struct arena *arena); /* "192.0.2.7" */

bool proxies_trust(const struct proxies *proxies, const unsigned char address[16]);

/* The client: `peer`, or, where that is a proxy of ours, the last address in `forwarded` (X-Forwarded-For, all of its
 * lines joined by commas; may be NULL) that is no proxy of ours. What isn't an address ends the search. */
const char *proxies_client(const struct proxies *proxies, const unsigned char peer[16], const char *forwarded,
                           struct arena *arena);

#endif
