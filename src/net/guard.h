/* Which addresses a request from inside may not reach, so that a URL from a record, a mail or another server can't be
 * pointed at this machine or its network (SSRF). Looked at on the address that a socket is about to be connected to,
 * never on a name: what a name server says a moment later doesn't count. */
#ifndef NET_GUARD_H
#define NET_GUARD_H

#include "base/base.h"

#include <sys/socket.h>

/* What kind of special address it is ("loopback", "a private network", …; static text); NULL: it may be reached.
 *
 * Refused: everything that IANA's registries of special-purpose addresses (RFC 6890, 5735, 4291) call not globally
 * reachable: this host (0.0.0.0/8), loopback, link-local (with the clouds' 169.254.169.254), private (RFC 1918,
 * fc00::/7, fec0::/10), shared (RFC 6598), documentation, benchmarking, protocol assignments, multicast, reserved,
 * broadcast; and IPv6 forms of such an IPv4 address: mapped, compatible, translated, NAT64, 6to4, ISATAP; Teredo as a
 * whole.
 *
 * `allow_private`: loopback, private and shared addresses may be reached (in all their forms); link-local, multicast,
 * reserved and documentation addresses never are. */
const char *guard_refusal(const struct sockaddr *address, bool allow_private) NODISCARD;

#endif
