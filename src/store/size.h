/* How large the store is, and how many wait in it: for metrics. */
#ifndef STORE_SIZE_H
#define STORE_SIZE_H

#include "store/db.h"

/* Bytes of the file (without its log) or of the database. */
int store_size(struct db *db, int64_t *ret_bytes, struct error *err) NODISCARD;

/* Mail waiting in the outbox, for each account that has some; texts live during the call. Returns their number. */
int store_queued_each(struct db *db, void (*each)(void *ctx, const char *account, int64_t queued), void *ctx,
                      struct error *err) NODISCARD;

/* Rows of the ledger in a state ("parked", "held", "failed"). */
int store_ledger_count(struct db *db, const char *state, int64_t *ret_count, struct error *err) NODISCARD;

#endif
