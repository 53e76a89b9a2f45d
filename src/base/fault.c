/* See fault.h. */
#include "fault.h"

#ifdef HAUSPOST_FAULT_POINTS

#include "str.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FAULT_EXIT_CODE 99

static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Atomic uint64_t passed;
static uint64_t stop_at;
static int log_fd = -1;

static void read_environment(void)
{
	const char *step = getenv("HAUSPOST_FAULT_STEP"), *log = getenv("HAUSPOST_FAULT_LOG");

	if (step && !str_to_uint(str_of(step), UINT64_MAX, &stop_at))
		stop_at = 0;
	if (log)
		log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

void fault_step(const char *name)
{
	uint64_t n;

	pthread_once(&once, read_environment);
	if (!stop_at && log_fd < 0)
		return;
	n = atomic_fetch_add(&passed, 1) + 1;
	if (log_fd >= 0)
		dprintf(log_fd, "%llu %s\n", (unsigned long long)n, name);
	if (n == stop_at)
		_exit(FAULT_EXIT_CODE);
}

size_t fault_batch(size_t most)
{
	const char *batch = getenv("HAUSPOST_FAULT_BATCH");
	uint64_t n;

	return batch && str_to_uint(str_of(batch), UINT32_MAX, &n) && n ? MIN((size_t)n, most) : most;
}

int64_t fault_hurry(int64_t ms)
{
	const char *times = getenv("HAUSPOST_FAULT_HURRY");
	uint64_t n;

	return times && str_to_uint(str_of(times), UINT32_MAX, &n) && n ? ms / (int64_t)n : ms;
}

#else
typedef int fault_points_are_compiled_out;
#endif
