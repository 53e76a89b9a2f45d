/* What each account has sent and fetched, counted in slots of ten minutes: for the budgets of its provider, which
 * mostly go by the last 24 hours. */
#ifndef STORE_TRAFFIC_H
#define STORE_TRAFFIC_H

#include "store/db.h"

#define TRAFFIC_SLOT_MS (10 * 60 * 1000)

struct traffic {
	int64_t messages, recipients, bytes; /* sent */
	int64_t received_bytes;
};

/* So much more; where it is sent mail, in the transaction that notes it as sent. What is older than two days is
 * forgotten. */
int traffic_add(struct db *db, const char *account, const struct traffic *more, int64_t now,
                struct error *err) NODISCARD;

/* The slots that lie (in part) behind `since`, the oldest first. Returns their number. */
int traffic_each(struct db *db, const char *account, int64_t since,
                 void (*each)(void *ctx, int64_t slot, const struct traffic *traffic), void *ctx,
                 struct error *err) NODISCARD;

#endif
