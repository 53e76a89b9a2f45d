/* How much mail of an account is between its server and its end: what a change of the server or protocol concerns. */
#ifndef STORE_IN_FLIGHT_H
#define STORE_IN_FLIGHT_H

#include "store/db.h"

struct in_flight {
	int64_t unacknowledged; /* handled, and the server isn't told yet */
	int64_t unfinished;     /* shown by the server, and to be tried again */
	int64_t outgoing;       /* in the outbox, not sent yet */
};

int in_flight_of(struct db *db, const char *account, struct in_flight *ret, struct error *err) NODISCARD;

#endif
