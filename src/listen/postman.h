/* Sends what is due, each account on a thread of its own: a server that answers slowly, or not at all, holds up nobody
 * else's mail. An account whose server fails waits longer each time. Copies for Sent folders go the same way, on
 * threads of their own: a mailbox that is slow or refuses holds up no mail. */
#ifndef LISTEN_POSTMAN_H
#define LISTEN_POSTMAN_H

#include "listen/gate.h"
#include "setup/setup_share.h"
#include "listen/states.h"
#include "listen/tracing.h"
#include "store/store.h"

struct postman;

struct postman_options {
	struct store *store;
	const char *claim;          /* names this process in outbox rows */
	bool (*stopped)(void *ctx); /* asked between mails, on any thread */
	void *ctx;
	int most;          /* accounts that send at a time; 0: 8. Half as many file copies */
	struct gate *gate; /* who waits, and for how long after a failure */
	struct states *states;
	struct tracing *tracing; /* may be NULL */
};

/* The options are copied, what they point to is not. */
struct postman *postman_new(const struct postman_options *options) NODISCARD;

/* Waits for those who are still sending. */
void postman_free(struct postman *postman);
DEFINE_CLEANUP(struct postman *, postman_free)

/* One round: starts whatever is due now and not being sent already; doesn't wait. Logs what goes wrong. */
void postman_go(struct postman *postman, struct db *db, struct shared_setup *shared);

#endif
