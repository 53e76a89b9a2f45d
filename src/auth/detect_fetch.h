/* How detection fetches a document: HTTPS alone, through the guard against addresses inside (net/guard.h), at most
 * three redirects, each again by HTTPS and, to another server, always through the guard. */
#ifndef AUTH_DETECT_FETCH_H
#define AUTH_DETECT_FETCH_H

#include "base/arena.h"
#include "base/error.h"

struct detect_fetch {
	const char *truststore; /* PEM file of CA certificates; NULL: the system's */
	bool allow_private;     /* servers inside: the person named the address */
};

/* `ctx` is a struct detect_fetch; for detect_options.fetch. E_NOT_FOUND where the server answers and has none. */
int detect_fetch(void *ctx, const char *url, int64_t deadline_ms, struct arena *arena, struct str *ret_body,
                 struct error *err) NODISCARD;

#endif
