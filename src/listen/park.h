/* Where idle things wait without a thread: descriptors in one epoll set, times in one heap.
 *
 *	park_wait(park, &thing, &why) returns things one by one: PARK_READY when its descriptor became readable,
 *PARK_DUE when its time came.
 *
 * A thing is taken out of the park when it is returned; it parks again when it wants to. */
#ifndef LISTEN_PARK_H
#define LISTEN_PARK_H

#include "base/base.h"

struct park;

/* Embedded first in what is parked. */
struct parked {
	int fd;         /* -1: only a time */
	int64_t due_at; /* clock_mono_ms() */
	size_t slot;    /* the park's: place in the heap, from 1; 0: not parked */
};

enum park_reason { PARK_READY, PARK_DUE, PARK_STOPPED };

struct park *park_new(void) NODISCARD;
void park_free(struct park *park); /* what is still parked is the caller's */
DEFINE_CLEANUP(struct park *, park_free)

/* Thread-safe. `fd` must stay open while parked. */
void park_add(struct park *park, struct parked *thing, int fd, int64_t due_at);

/* Makes it due at once; nothing where it is not parked. Thread-safe. */
void park_hurry(struct park *park, struct parked *thing);

/* Blocks. One thread only. PARK_STOPPED after park_stop(). */
enum park_reason park_wait(struct park *park, struct parked **ret_thing);

/* Any thing that is parked, NULL where none is: for clearing up after park_stop(), on the thread that waited. */
struct parked *park_take(struct park *park);

/* Thread-safe and safe in a signal handler. */
void park_stop(struct park *park);

#endif
