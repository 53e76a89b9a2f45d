/* A mail that arrives piece by piece: in memory up to 1 MiB, in a temporary file beyond, which is mapped at the end. */
#ifndef INTAKE_SPOOL_H
#define INTAKE_SPOOL_H

#include "receive/receiver.h"

struct spool {
	struct buf memory;
	int fd; /* -1: all of it is in memory */
	uint64_t size, max;
	bool too_large; /* more than max came: the rest was dropped */
	bool failed;    /* the temporary file: see fault */
	struct error fault;
};

void spool_init(struct spool *spool, uint64_t max_bytes);
void spool_done(struct spool *spool);
void spool_clear(struct spool *spool); /* for the next mail */

/* Takes what comes, whatever state it is in. */
void spool_add(struct spool *spool, struct str bytes);

/* The whole mail as one that was received; can be asked for several times, each is its own (owned by whoever asked).
 * Not for one that is too large. */
int spool_incoming(const struct spool *spool, struct incoming **ret_incoming, struct error *err) NODISCARD;

#endif
