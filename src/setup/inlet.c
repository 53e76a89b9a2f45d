/* See inlet.h. */
#include "setup/inlet.h"

#include "base/mail_address.h"
#include "base/map.h"
#include "setup/check.h"
#include "setup/setup.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/un.h>

static const char *check_listen(const char *value)
{
	const char *path;
	char host[64];
	int port;

	if (inlet_place(value, &path, host, &port))
		return NULL;
	return "is neither unix:/PATH (of at most 107 bytes) nor a port of this machine (127.0.0.1:2424, [::1]:2424): "
	       "LMTP knows no log-in";
}

/* clang-format off */
static const struct field inlet_fields[] = {
	FIELD_ID(struct inlet, id, "Inlet ID"),
	FIELD_TEXT(struct inlet, name, "Name", .max = 200),
	FIELD_BOOL(struct inlet, enabled, "Enabled", .preset = true),
	FIELD_TEXT(struct inlet, listen, "Listens at", .required = true, .max = 200, .check = check_listen, .example = "127.0.0.1:2424",
		   .help = "unix:/run/hauspost/lmtp, or a port of this machine: 127.0.0.1:2424"),
	FIELD_INT(struct inlet, socket_mode, "Socket mode", .low = 600, .high = 777, .preset = 660,
		  .help = "Who may connect to the unix socket, as for chmod"),
	FIELD_INT(struct inlet, connections, "Connections", .low = 1, .high = 1000, .preset = 50, .help = "At once; more are told to come later"),
	FIELD_INT(struct inlet, recipients, "Recipients", .low = 1, .high = 1000, .preset = 200, .help = "Of one mail"),
	FIELD_INT(struct inlet, max_message_mb, "Largest message", .low = 1, .high = 1000, .preset = 50, .help = "MB; larger ones are refused"),
	FIELD_INT(struct inlet, timeout_s, "Time-out", .low = 1, .high = 3600, .preset = 300,
		  .help = "Seconds without a command before the connection is ended"),
};
/* clang-format on */

static int check_inlet(const void *record, struct error *err)
{
	const struct inlet *inlet = record;
	int64_t mode = inlet->socket_mode;

	for (; mode; mode /= 10)
		if (mode % 10 > 7)
			return fail(err, E_INVALID, RETRY_NEVER, "socket_mode: %lld is no mode as for chmod",
			            (long long)inlet->socket_mode);
	return 0;
}

const struct record_type inlet_type =
        RECORD_TYPE("inlet", "inlets", struct inlet, inlet_fields, "Inlet", .check = check_inlet,
                    .example = "{\"id\": \"postfix\", \"listen\": \"127.0.0.1:2424\"}");

/* ---------------------------------------------------------------- where it listens */

static bool is_this_machine(const char *host)
{
	struct in_addr four;
	struct in6_addr six;

	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool inlet_place(const char *listen, const char **ret_path, char ret_host[64], int *ret_port)
{
	struct str text = str_of(listen), host, port;
	uint64_t number;
	const char *colon = strrchr(listen, ':');

	*ret_path = NULL;
	if (str_starts(text, STR("unix:"))) {
		*ret_path = listen + 5;
		return (*ret_path)[0] == '/' && strlen(*ret_path) < sizeof((struct sockaddr_un *)0)->sun_path;
	}
	if (!colon)
		return false;
	host = str_slice(text, 0, (size_t)(colon - listen));
	port = str_of(colon + 1);
	if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = str_slice(host, 1, host.n - 1);
	if (host.n >= 64 || !str_to_uint(port, 65535, &number) || number == 0)
		return false;
	snprintf(ret_host, 64, STR_FMT, STR_ARG(host));
	*ret_port = (int)number;
	return is_this_machine(ret_host);
}

/* ---------------------------------------------------------------- whose an address is */

/* local+part@domain is local@domain's. */
static bool is_address(struct str pattern, struct str address)
{
	ptrdiff_t at = str_find_char(address, '@'), plus = str_find_char(address, '+'),
	          own = str_find_char(pattern, '@');

	if (str_eq_nocase(pattern, address))
		return true;
	return at > 0 && plus > 0 && plus < at && own == plus &&
	       str_eq_nocase(str_slice(pattern, 0, (size_t)own), str_slice(address, 0, (size_t)plus)) &&
	       str_eq_nocase(str_slice(pattern, (size_t)own, pattern.n), str_slice(address, (size_t)at, address.n));
}

static bool is_domain(struct str pattern, struct str address)
{
	return str_starts(pattern, STR("*@")) && str_ends_nocase(address, str_slice(pattern, 1, pattern.n));
}

enum { NOT_ITS, ITS_DOMAIN, ITS_ADDRESS };

static int how_its(const struct setup *setup, const struct listener *l, struct str address)
{
	const struct account *account = setup_account(setup, l->account);
	int best = NOT_ITS;

	if (l->source == SOURCE_INLET && !l->addresses.count && account &&
	    is_address(str_of(account->send.address), address))
		return ITS_ADDRESS;
	for (size_t i = 0; i < l->addresses.count; i++) {
		struct str pattern = str_of(l->addresses.items[i]);

		if (is_address(pattern, address))
			return ITS_ADDRESS;
		if (is_domain(pattern, address))
			best = ITS_DOMAIN;
	}
	return best;
}

const struct listener *setup_listener_of(const struct setup *setup, struct str address)
{
	const struct listener *best = NULL;
	const void *const *listeners;
	size_t n = setup_list(setup, &listener_type, &listeners);

	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = listeners[i];
		int how = listener->enabled ? how_its(setup, listener, address) : NOT_ITS;

		if (how == ITS_ADDRESS)
			return listener;
		if (how == ITS_DOMAIN && !best)
			best = listener;
	}
	return best;
}

/* ---------------------------------------------------------------- between the records */

static int take_address(struct map *taken, struct arena *arena, const struct listener *listener, const char *address,
                        struct error *err)
{
	char room[MAIL_ADDRESS_MAX];
	struct str key = arena_str(arena, mail_address_key(str_of(address), room));
	const struct listener *other = map_set(taken, key, (void *)(uintptr_t)listener);

	if (!other || other == listener)
		return 0;
	return fail(err, E_INVALID, RETRY_NEVER, "listeners/%s/addresses: %s belongs to listener %s already",
	            listener->id, address, other->id);
}

static int check_addresses(const struct setup *setup, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct map *taken CLEANUP(map_freep) = map_new();
	const void *const *listeners;
	size_t n = setup_list(setup, &listener_type, &listeners);

	for (size_t i = 0; i < n; i++) {
		const struct listener *l = listeners[i];
		const struct account *account = setup_account(setup, l->account);

		if (l->source == SOURCE_INLET && !l->addresses.count) {
			if (!account->send.address[0])
				return fail(err, E_INVALID, RETRY_NEVER,
				            "listeners/%s/addresses: is missing, and account %s has no address either",
				            l->id, account->id);
			if (take_address(taken, arena, l, account->send.address, err) < 0)
				return E_INVALID;
		}
		for (size_t k = 0; k < l->addresses.count; k++)
			if (take_address(taken, arena, l, l->addresses.items[k], err) < 0)
				return E_INVALID;
	}
	return 0;
}

int inlets_check(const struct setup *setup, struct error *err)
{
	struct map *taken CLEANUP(map_freep) = map_new();
	const void *const *inlets;
	size_t n = setup_list(setup, &inlet_type, &inlets);

	for (size_t i = 0; i < n; i++) {
		const struct inlet *inlet = inlets[i], *other;

		other = map_set(taken, str_of(inlet->listen), (void *)(uintptr_t)inlet);
		if (other)
			return fail(err, E_INVALID, RETRY_NEVER, "inlets/%s/listen: %s is inlet %s's already",
			            inlet->id, inlet->listen, other->id);
	}
	return check_addresses(setup, err);
}
