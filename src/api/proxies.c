/* See proxies.h. */
#include "api/proxies.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
static const struct network loopback[] = {
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127}, 104},
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128},
};

/* An address as text; *ret_bits is how many bits it has. */
static bool parse_address(struct str text, unsigned char ret[16], int *ret_bits)
{
	char copy[INET6_ADDRSTRLEN];

	if (text.n == 0 || text.n >= sizeof copy)
		return false;
	snprintf(copy, sizeof copy, STR_FMT, STR_ARG(text));
	memcpy(ret, mapped, sizeof mapped);
	*ret_bits = 32;
	if (inet_pton(AF_INET, copy, ret + sizeof mapped) == 1)
		return true;
	*ret_bits = 128;
	return inet_pton(AF_INET6, copy, ret) == 1;
}

static bool parse_network(struct str text, struct network *ret)
{
	struct str bits = text, address;
	struct network network;
	uint64_t number;
	int all;

	if (!str_split(&bits, '/', &address) || !parse_address(address, network.address, &all))
		return false;
	number = (uint64_t)all;
	if (bits.p && !str_to_uint(bits, (uint64_t)all, &number))
		return false;
	network.bits = 128 - all + (int)number;
	*ret = network;
	return true;
}

int proxies_parse(struct proxies *proxies, const char *text, struct error *err)
{
	struct proxies made = {.count = 0};
	struct str rest = str_of(text), piece;

	while (str_split(&rest, ',', &piece)) {
		piece = str_trim(piece);
		if (piece.n == 0)
			continue;
		if (made.count == PROXIES_MAX - ARRAY_LEN(loopback))
			return fail(err, E_INVALID, RETRY_NEVER, "more than %zu trusted proxies",
			            PROXIES_MAX - ARRAY_LEN(loopback));
		if (!parse_network(piece, &made.networks[made.count++]))
			return fail(err, E_INVALID, RETRY_NEVER,
			            "trusted proxies: '" STR_FMT "' is neither an address nor a network (10.0.0.0/8)",
			            STR_ARG(str_slice(piece, 0, 80)));
	}
	*proxies = made;
	return 0;
}

void proxies_add_loopback(struct proxies *proxies)
{
	for (size_t i = 0; i < ARRAY_LEN(loopback) && proxies->count < PROXIES_MAX; i++)
		proxies->networks[proxies->count++] = loopback[i];
}

/* ---------------------------------------------------------------- addresses */

void address_bytes(const struct sockaddr *address, unsigned char ret[16])
{
	memset(ret, 0, 16);
	if (address && address->sa_family == AF_INET6) {
		struct sockaddr_in6 six;

		memcpy(&six, address, sizeof six);
		memcpy(ret, &six.sin6_addr, 16);
	} else if (address && address->sa_family == AF_INET) {
		struct sockaddr_in four;

		memcpy(&four, address, sizeof four);
		memcpy(ret, mapped, sizeof mapped);
		memcpy(ret + sizeof mapped, &four.sin_addr, 4);
	}
}

static bool is_within(const struct network *network, const unsigned char address[16])
{
	int whole = network->bits / 8, rest = network->bits % 8;

	if (memcmp(network->address, address, (size_t)whole) != 0)
		return false;
	return rest == 0 || (network->address[whole] ^ address[whole]) >> (8 - rest) == 0;
}

bool address_is_loopback(const unsigned char address[16])
{
	for (size_t i = 0; i < ARRAY_LEN(loopback); i++)
		if (is_within(&loopback[i], address))
			return true;
	return false;
}

const char *address_text(const unsigned char address[16], struct arena *arena)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (memcmp(address, mapped, sizeof mapped) == 0)
		inet_ntop(AF_INET, address + sizeof mapped, text, sizeof text);
	else
		inet_ntop(AF_INET6, address, text, sizeof text);
	return arena_cstr(arena, str_of(text));
}

bool proxies_trust(const struct proxies *proxies, const unsigned char address[16])
{
	for (size_t i = 0; i < proxies->count; i++)
		if (is_within(&proxies->networks[i], address))
			return true;
	return false;
}

/* Takes the last piece off a list; "[::1]:5000" and "192.0.2.7:5000" lose their port. */
static struct str take_last(struct str *list)
{
	size_t at = list->n;
	struct str piece;
	ptrdiff_t colon;

	while (at > 0 && list->p[at - 1] != ',')
		at--;
	piece = str_trim(str_slice(*list, at, list->n));
	*list = at > 0 ? str_slice(*list, 0, at - 1) : STR_NULL;
	if (piece.n > 0 && piece.p[0] == '[') {
		ptrdiff_t end = str_find_char(piece, ']');

		return str_slice(piece, 1, end < 0 ? piece.n : (size_t)end);
	}
	colon = str_find_char(piece, ':');
	if (colon >= 0 && str_find_char(str_slice(piece, (size_t)colon + 1, piece.n), ':') < 0)
		piece.n = (size_t)colon;
	return piece;
}

const char *proxies_client(const struct proxies *proxies, const unsigned char peer[16], const char *forwarded,
                           struct arena *arena)
{
	struct str rest = str_of(forwarded);
	unsigned char client[16], next[16];
	int bits;

	memcpy(client, peer, sizeof client);
	while (rest.n > 0 && proxies_trust(proxies, client) && parse_address(take_last(&rest), next, &bits))
		memcpy(client, next, sizeof client);
	return address_text(client, arena);
}
