/* From a host name to a connected socket: look-up in a helper thread, then the addresses raced as RFC 8305 says. Only
 * the net folder uses this. */
#ifndef NET_CONNECT_H
#define NET_CONNECT_H

#include "base/error.h"
#include "net/watch.h"

#include <sys/socket.h>

#define MAX_ADDRESSES 16 /* of one host; what a look-up gives beyond is not tried */

struct address {
	struct sockaddr_storage sa;
	socklen_t len;
};

/* The addresses of `host` in the order in which they are to be tried: as getaddrinfo() prefers them, families in turn.
 * Returns how many. getaddrinfo() can't be interrupted, so a look-up that is not done at `deadline_ms` (monotonic) is
 * left to its thread. */
int resolve_host(const char *host, int port, int64_t deadline_ms, struct address ret_addresses[MAX_ADDRESSES],
                 struct error *err) NODISCARD;

/* A connected non-blocking socket, close-on-exec, with TCP_NODELAY and keep-alive. `watch` may be NULL. */
int connect_host(const char *host, int port, int64_t deadline_ms, const struct stream_watch *watch, int *ret_fd,
                 struct error *err) NODISCARD;

/* The second half of it: the addresses are raced, each started 250 ms after the one before or at once where that one
 * failed. */
int connect_addresses(const struct address *addresses, size_t n, int64_t deadline_ms, int *ret_fd,
                      struct error *err) NODISCARD;

#endif
