/* Where a crash test stops the process. Every step that moves responsibility (a commit, an acknowledgement to a server,
 * a final dot) calls fault_step() before and after; with HAUSPOST_FAULT_STEP=n in the environment the n-th call ends
 * the process at once with exit code 99, as a power loss would. HAUSPOST_FAULT_LOG=FILE appends the names of the steps
 * passed. HAUSPOST_FAULT_BATCH=n makes batches of at most n, so that a short run has many steps;
 * HAUSPOST_FAULT_HURRY=n lets long waits end n times as soon. Without -Dfault_points=true all four are compiled out. */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include "base.h"

#ifdef HAUSPOST_FAULT_POINTS
void fault_step(const char *name);

/* How many may go together where usually `most` do. */
size_t fault_batch(size_t most);

/* How long something takes that usually takes `ms`. */
int64_t fault_hurry(int64_t ms);
#else
static inline void fault_step(const char *name)
{
	(void)name;
}

static inline size_t fault_batch(size_t most)
{
	return most;
}

static inline int64_t fault_hurry(int64_t ms)
{
	return ms;
}
#endif

#endif
