/* The socket that the API listens on. */
#ifndef API_LISTENING_H
#define API_LISTENING_H

#include "base/error.h"

struct listening {
	int fd; /* close-on-exec, non-blocking */
	int port;
	char host[64]; /* for a URL: "127.0.0.1", "[::1]"; "localhost" where it listens on every address */
};

/* `address`: "127.0.0.1:8025", "[::1]:8025", "localhost:8025", "*:8025" (every address); port 0: any free one.
 * E_INVALID for anything else, E_IN_USE where somebody else has the port. */
int listening_open(const char *address, struct listening *ret_listening, struct error *err) NODISCARD;

#endif
