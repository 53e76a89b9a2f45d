/* How much mail waits, came to nothing, or asks for a person: for `hauspost status`. */
#ifndef STORE_MAIL_COUNTS_H
#define STORE_MAIL_COUNTS_H

#include "store/db.h"

struct mail_counts {
	int64_t waiting, oldest_at;     /* outbox: queued, later or sending; when the oldest was made (0: none) */
	int64_t uncertain, failed;      /* outbox: in doubt; given up or refused since a time */
	int64_t parked, held, retrying; /* ledger: retrying is what is tried again by itself */
};

/* `failed_since`: Unix ms. */
int mail_count(struct db *db, int64_t failed_since, struct mail_counts *ret_counts, struct error *err) NODISCARD;

#endif
