/* The committers: threads that gather units of work and commit many of them together. One thread is one lane with a
 * connection of its own; units are spread over them by `lane`. */
#ifndef STORE_COMMITTER_H
#define STORE_COMMITTER_H

#include "store/store.h"

struct committer;

struct committer_options {
	int batch_count;
	int batch_delay_ms;
	/* Opens a lane's connection; called on its thread, when there is work. */
	int (*connect)(void *ctx, struct db **ret_db, struct error *err);
	void *ctx;
};

/* Costs nothing until the first unit comes: only then the thread starts. */
struct committer *committer_new(const struct committer_options *options) NODISCARD;
void committer_free(struct committer *committer); /* waits until everything submitted is done */
DEFINE_CLEANUP(struct committer *, committer_free)

void committer_submit(struct committer *committer, struct work *work);

/* The caller waits now for what it submitted: a batch isn't held open for company any longer. */
void committer_hurry(struct committer *committer);

/* True on a committer's own thread, where waiting for a committer would never end. */
bool committer_is_self(void);

#endif
