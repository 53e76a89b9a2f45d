/* Where a crash test stops the process. Every step that moves responsibility (a commit, an acknowledgement to a server,
 * a final dot) calls fault_step() before and after; with HAUSPOST_FAULT_STEP=n in the environment the n-th call ends
 * the process at once with exit code 99, as a power loss would. HAUSPOST_FAULT_LOG=FILE appends the names of the steps
 * passed. HAUSPOST_FAULT_BATCH=n makes batches of at most n, so that a short run has many steps. Without
 * -Dfault_points=true all three are compiled out. */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include "base.h"

#ifdef HAUSPOST_FAULT_POINTS
void fault_step(const char *name);

/* How many may go together where usually `most` do. */
size_t fault_batch(size_t most);
#else
static inline void fault_step(const char *name)
{
	(void)name;
}

static inline size_t fault_batch(size_t most)
{
	return most;
}
#endif

#endif
