/* Answers that take their time (a test of an account, a detection): made on a thread of their own and streamed while
 *they come about, so that no thread of the server waits. A few at once; the next are asked to come again.
 *
 *	static void run_job(struct slow *slow, void *job) { … slow_write(slow, line); … }
 *
 *	return slow_answer(answer, "application/x-ndjson", run_job, free_job, job, err);
 */
#ifndef API_SLOW_H
#define API_SLOW_H

#include "api/route.h"

#define SLOW_MAX       16     /* at once, in this process */
#define SLOW_MAX_BYTES MIB(4) /* that nobody has taken yet; what comes after is dropped */

struct slow;

/* `job` is freed by `job_free` when the run has ended, and where this fails: E_THROTTLED, 429. */
int slow_answer(struct answer *answer, const char *type, void (*run)(struct slow *slow, void *job),
                void (*job_free)(void *job), void *job, struct error *err) NODISCARD;

void slow_write(struct slow *slow, struct str bytes);
void slow_line(struct slow *slow, json_t *json); /* and a line end; takes the JSON over */

/* False once the client has left: what isn't needed any more need not be done. */
bool slow_is_wanted(struct slow *slow);

/* Waits until all have ended: before the store is closed. */
void slow_wait_all(void);

#endif
