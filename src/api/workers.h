/* The threads that handlers run on, each with a connection to the store of its own, so that a slow one holds up no
 * other request and no socket. */
#ifndef API_WORKERS_H
#define API_WORKERS_H

#include "store/store.h"

/* Embedded in the caller's struct. */
struct job {
	/* `db` is NULL where the store can't be reached; `err` then says why. */
	void (*run)(struct job *job, struct db *db, const struct error *err);
	struct job *next; /* the workers' */
};

struct workers;

struct workers *workers_new(struct store *store, int threads) NODISCARD;

/* Lets everything submitted run to its end. */
void workers_stop(struct workers *workers);
void workers_free(struct workers *workers); /* stopped; NULL is fine */

/* In order; the struct must live until run() returns. False once they are being stopped. */
bool workers_submit(struct workers *workers, struct job *job) NODISCARD;

/* How many wait for a thread: whether it is wise to take more. */
size_t workers_waiting(struct workers *workers);

#endif
