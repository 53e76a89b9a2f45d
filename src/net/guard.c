/* See guard.h. Two tables, searched for the first match; an IPv6 address that carries an IPv4 one is judged by that. */
#include "net/guard.h"

#include "base/str.h"

#include <netinet/in.h>

struct network {
	unsigned char prefix[16];
	int bits;
	const char *what;
	bool inside;     /* what an administrator may allow: it is this machine's or this network's */
	int embedded_at; /* the byte where an IPv4 address stands that is judged instead; 0: none */
};

/* clang-format off */
static const struct network v4[] = {
	{{0}, 8, "this host (0.0.0.0/8)"},
	{{10}, 8, "a private network (10.0.0.0/8)", .inside = true},
	{{100, 64}, 10, "a provider's shared network (100.64.0.0/10)", .inside = true},
	{{127}, 8, "loopback", .inside = true},
	{{169, 254}, 16, "link-local (169.254.0.0/16)"},
	{{172, 16}, 12, "a private network (172.16.0.0/12)", .inside = true},
	{{192, 0, 0}, 24, "reserved (192.0.0.0/24)"},
	{{192, 0, 2}, 24, "for documentation (192.0.2.0/24)"},
	{{192, 88, 99}, 24, "reserved (192.88.99.0/24)"},
	{{192, 168}, 16, "a private network (192.168.0.0/16)", .inside = true},
	{{198, 18}, 15, "for benchmarks (198.18.0.0/15)"},
	{{198, 51, 100}, 24, "for documentation (198.51.100.0/24)"},
	{{203, 0, 113}, 24, "for documentation (203.0.113.0/24)"},
	{{224}, 4, "multicast"},
	{{240}, 4, "reserved (240.0.0.0/4)"},
};

/* Longest first where they overlap. What none of them holds must lie in 2000::/3, the only part given out so far. */
static const struct network v6[] = {
	{{[15] = 1}, 128, "loopback", .inside = true},
	{{0}, 128, "this host (::)"},
	{{0}, 96, .embedded_at = 12},                                       /* ::a.b.c.d, compatible */
	{{[10] = 0xff, [11] = 0xff}, 96, .embedded_at = 12},                /* ::ffff:a.b.c.d, mapped */
	{{[8] = 0xff, [9] = 0xff}, 96, .embedded_at = 12},                  /* ::ffff:0:a.b.c.d, translated (RFC 2765) */
	{{0, 0x64, 0xff, 0x9b}, 96, .embedded_at = 12},                     /* 64:ff9b::a.b.c.d, NAT64 (RFC 6052) */
	{{0, 0x64, 0xff, 0x9b, 0, 1}, 48, "a private network (64:ff9b:1::/48)", .inside = true},
	{{0x20, 0x02}, 16, .embedded_at = 2},                               /* 2002:a.b.c.d::, 6to4 */
	{{0x20, 0x01}, 32, "Teredo (2001::/32)"},
	{{0x20, 0x01}, 23, "reserved (2001::/23)"},
	{{0x20, 0x01, 0x0d, 0xb8}, 32, "for documentation (2001:db8::/32)"},
	{{0x3f, 0xff}, 20, "for documentation (3fff::/20)"},
	{{0xfc}, 7, "a private network (fc00::/7)", .inside = true},
	{{0xfe, 0x80}, 10, "link-local (fe80::/10)"},
	{{0xfe, 0xc0}, 10, "a private network (fec0::/10)", .inside = true},
	{{0xff}, 8, "multicast"},
};
/* clang-format on */

static bool in_network(const unsigned char *address, const struct network *network)
{
	int bytes = network->bits / 8, bits = network->bits % 8;
	unsigned mask = (0xff00u >> bits) & 0xff;

	if (memcmp(address, network->prefix, (size_t)bytes) != 0)
		return false;
	return !bits || (address[bytes] & mask) == network->prefix[bytes];
}

static const struct network *find(const struct network *networks, size_t n, const unsigned char *address)
{
	for (size_t i = 0; i < n; i++)
		if (in_network(address, &networks[i]))
			return &networks[i];
	return NULL;
}

static const char *refusal_v4(const unsigned char *address, bool allow_private)
{
	const struct network *found = find(v4, ARRAY_LEN(v4), address);

	return found && !(found->inside && allow_private) ? found->what : NULL;
}

/* An ISATAP address (RFC 5214) ends in 5efe and an IPv4 address, under any prefix. */
static bool is_isatap(const unsigned char *address)
{
	return (address[8] & 0xfc) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == 0xfe;
}

static const char *refusal_v6(const unsigned char *address, bool allow_private)
{
	const struct network *found = find(v6, ARRAY_LEN(v6), address);
	const char *embedded = NULL;

	if (found && found->embedded_at)
		return refusal_v4(address + found->embedded_at, allow_private);
	if (found)
		return found->inside && allow_private ? NULL : found->what;
	if ((address[0] & 0xe0) != 0x20)
		return "reserved";
	if (is_isatap(address))
		embedded = refusal_v4(address + 12, allow_private);
	return embedded;
}

const char *guard_refusal(const struct sockaddr *address, bool allow_private)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof in);
		return refusal_v4((const unsigned char *)&in.sin_addr, allow_private);
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof in6);
		return refusal_v6(in6.sin6_addr.s6_addr, allow_private);
	}
	return "of another kind than IPv4 and IPv6";
}
