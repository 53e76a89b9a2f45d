/* Where a message's bytes go while they come: up to 1 MiB on the heap, above that into an unlinked temporary file that
 *is mapped for reading; beyond the limit only what its header needs is kept.
 *
 *	body_begin(&body, size, max);
 *	body_add(&body, bytes) …
 *	body_end(&body, &incoming, err);       also frees what it has
 *
 * A fault of our disk is the message's, not the connection's: body_add() takes the rest and drops it. */
#ifndef RECEIVE_BODY_H
#define RECEIVE_BODY_H

#include "receive/receiver.h"

struct body {
	char *heap; /* owned */
	size_t size, kept;
	int fd;         /* -1 while all is on the heap */
	uint64_t total; /* bytes added */
	uint64_t max;
	bool failed;
	struct error err;
};

/* `expected`: what the server says, believed for allocating only up to 1 MiB. */
void body_begin(struct body *body, uint64_t expected, uint64_t max);
void body_add(struct body *body, struct str bytes);

/* A message with kind, size and raw (the header section only where it was longer than the limit: INCOMING_TOO_LARGE);
 * or what was wrong with our disk, SCOPE_MESSAGE. */
int body_end(struct body *body, struct incoming **ret, struct error *err) NODISCARD;
void body_done(struct body *body);

/* ---------------------------------------------------------------- pieces of it */

/* The header section with its blank line; all of it where there is none. */
struct str body_header(struct str text);

int body_write(int fd, struct str bytes, struct error *err) NODISCARD;
int body_map(int fd, size_t n, struct incoming **ret, struct error *err) NODISCARD;

#endif
