/* Sends what is due, account by account; an account whose server fails waits longer each time, and the others don't
 * care. One thread. */
#ifndef LISTEN_POSTMAN_H
#define LISTEN_POSTMAN_H

#include "setup/setup.h"
#include "store/store.h"

struct postman;

struct postman_options {
	struct store *store;
	const char *claim;          /* names this process in outbox rows */
	bool (*stopped)(void *ctx); /* asked between mails */
	void *ctx;
};

struct postman *postman_new(
        const struct postman_options *options) NODISCARD; /* the options are copied, what they point to is not */
void postman_free(struct postman *postman);
DEFINE_CLEANUP(struct postman *, postman_free)

/* One round: everything that is due now. Logs what goes wrong. */
void postman_go(struct postman *postman, struct db *db, const struct setup *setup);

/* How long to wait after so many failures in a row (from 0): 5 s, doubled each time up to 15 minutes, at random between
 * half and all of it. */
int64_t backoff_ms(int failures);

#endif
