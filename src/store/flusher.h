/* The flusher makes durable what was committed: one fdatasync of the database's log for all that came in while the last
 * one ran, on a thread of its own, so that the committer needn't wait for the disk before it runs the next batch.
 * Nobody is told that his unit is committed before that. A log is written in order: whatever is durable, all before it
 * is. */
#ifndef STORE_FLUSHER_H
#define STORE_FLUSHER_H

#include "base/error.h"

struct flusher;

/* Something committed that waits to be durable. Embedded in the caller's struct. */
struct flush {
	/* result 0: durable; negative: nobody knows, err says why. Called on the flusher's thread, or the caller's. */
	void (*done)(struct flush *flush, int result, const struct error *err);
	struct flush *next; /* the flusher's */
};

/* Takes `fd`, the log's descriptor; `name` is the store's for errors. Costs no thread until something has to wait. */
struct flusher *flusher_new(int fd, const char *name) NODISCARD;
void flusher_free(struct flusher *flusher); /* waits until everything is done */
DEFINE_CLEANUP(struct flusher *, flusher_free)

/* In the order of the calls. With `is_alone` (nothing else waits for the caller) it is done before the call returns
 * where the flusher is idle, which spares a change of threads. Waits where too much is under way already. */
void flusher_add(struct flusher *flusher, struct flush *flush, bool is_alone);

/* 0, or negative when a flush failed: the system may have dropped what it could not write, and says so only once, so
 * nothing may be believed any more until the store is opened anew. */
int flusher_check(struct flusher *flusher, struct error *err) NODISCARD;

#endif
