/* A batch: units of work that are committed together, and wait together to be durable (private to this folder).
 *
 * First all units run one behind the other. Only where one of them fails is everything undone and run once more, each
 * in a savepoint of its own, so that the others lose nothing by it: a savepoint copies every page that its unit
 * changes, which costs as much as a quarter of the work, and units that fail are rare. */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "store/flusher.h"
#include "store/store.h"

struct outcome {
	int result;
	struct error *err; /* of one that failed */
};

struct batch {
	struct flush flush; /* first: what the flusher knows of it */
	struct work *first; /* linked by next */
	int result;         /* of the transaction; negative: err */
	struct error err;
	struct outcome *outcomes; /* one for each unit */
};

/* Begins a transaction and runs the units in it. Returns how many are to be committed, with the transaction open;
 * 0 with nothing to commit, or negative when the transaction as a whole is lost: then there is none. */
int batch_run(struct batch *batch, struct db *db, struct error *err) NODISCARD;

/* Tells each unit how it went; the transaction's failure is every unit's. A unit may be gone once it was told. */
void batch_report(struct batch *batch, int result, const struct error *err);

struct batch *batch_new(struct work *first, int count) NODISCARD;
void batch_free(struct batch *batch);

#endif
