/* See listening.h. */
#include "api/listening.h"

#include "base/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

/* Into an address to bind to and the host as it stands in a URL. */
static bool parse(struct str text, union address *ret, char ret_host[64])
{
	union address at = {.four = {.sin_family = AF_INET}};
	char host[INET6_ADDRSTRLEN];
	struct str name, port = text;
	uint64_t number;
	ptrdiff_t bracket = text.n > 0 && text.p[0] == '[' ? str_find(text, STR("]:")) : -1;

	if (bracket > 0) {
		name = str_slice(text, 1, (size_t)bracket);
		port = str_slice(text, (size_t)bracket + 2, text.n);
	} else if (!str_split(&port, ':', &name)) {
		return false;
	}
	if (!port.p || !str_to_uint(port, 65535, &number) || name.n == 0 || name.n >= sizeof host)
		return false;
	snprintf(host, sizeof host, STR_FMT, STR_ARG(name));
	snprintf(ret_host, 64, bracket > 0 ? "[%s]" : "%s", host);
	at.four.sin_port = htons((uint16_t)number);
	if (bracket > 0 || strcmp(host, "*") == 0) {
		at.six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)number)};
		if (bracket < 0)
			snprintf(ret_host, 64, "localhost");
	}
	*ret = at;
	if (bracket > 0)
		return inet_pton(AF_INET6, host, &ret->six.sin6_addr) == 1;
	if (strcmp(host, "*") == 0)
		return true;
	return inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &ret->four.sin_addr) == 1;
}

/* A socket for both families where the address is IPv6's "any". Systems without IPv6 get IPv4 alone. */
static int new_socket(union address *at, struct error *err)
{
	bool everywhere = at->any.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&at->six.sin6_addr);
	int fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1, off = 0;

	if (fd < 0 && errno == EAFNOSUPPORT && everywhere) {
		at->four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = at->six.sin6_port};
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	}
	if (fd < 0)
		return fail_errno(err, errno, "socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (at->any.sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, everywhere ? &off : &on, sizeof on);
	return fd;
}

static int port_of(int fd)
{
	union address at = {.four = {.sin_family = AF_INET}};
	socklen_t len = sizeof at;

	must(getsockname(fd, &at.any, &len) == 0);
	return ntohs(at.any.sa_family == AF_INET6 ? at.six.sin6_port : at.four.sin_port);
}

int listening_open(const char *address, struct listening *ret_listening, struct error *err)
{
	struct listening made = {.fd = -1};
	union address at;
	int fd CLEANUP(fd_closep) = -1;
	socklen_t len;

	if (!parse(str_of(address), &at, made.host))
		return fail(
		        err, E_INVALID, RETRY_NEVER,
		        "'%.80s' is no address to listen on: 127.0.0.1:8025, [::1]:8025, or *:8025 for every address",
		        address);
	fd = new_socket(&at, err);
	if (fd < 0)
		return fd;
	len = at.any.sa_family == AF_INET6 ? sizeof at.six : sizeof at.four;
	if (bind(fd, &at.any, len) < 0 || listen(fd, BACKLOG) < 0) {
		if (errno == EADDRINUSE)
			return fail(err, E_IN_USE, RETRY_LATER, "%.80s: another program listens on this port", address);
		return fail_errno(err, errno, "%.80s", address);
	}
	made.port = port_of(fd);
	made.fd = fd;
	fd = -1;
	*ret_listening = made;
	return 0;
}
