/* A message that comes in pieces of a length nobody knows before: up to 1 MiB on the heap, above that in an unlinked
 * temporary file that is mapped for reading, and above a limit only the beginning, in which the header is. */
#ifndef RECEIVE_GRAPH_BODY_H
#define RECEIVE_GRAPH_BODY_H

#include "receive/receiver.h"

struct incoming_body {
	struct buf memory;  /* what isn't in the file yet; of one that is too large its beginning */
	int fd;             /* -1: none */
	uint64_t size, max; /* bytes that came; how many may */
	bool too_large;
};

void incoming_body_init(struct incoming_body *body, uint64_t max);
void incoming_body_done(struct incoming_body *body);

/* E_LIMIT, SCOPE_MESSAGE (and too_large) where it has grown beyond the limit; a fault of our disk has SCOPE_MESSAGE. */
int incoming_body_add(struct incoming_body *body, struct str piece, struct error *err) NODISCARD;

/* What has come, as INCOMING_WHOLE, or INCOMING_TOO_LARGE with its header section. Ends the body. */
int incoming_body_finish(struct incoming_body *body, struct incoming **ret_incoming, struct error *err) NODISCARD;

#endif
