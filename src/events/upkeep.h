/* What each thread of this folder does beside its work: it drops what is old. Private to this folder. */
#ifndef EVENTS_UPKEEP_H
#define EVENTS_UPKEEP_H

#include "store/store.h"

struct upkeep {
	struct store *store;
	int keep_days;                                                /* negative: for ever */
	int64_t every_ms, at;                                         /* at: monotonic, when it is due again */
	int (*any)(struct db *db, int64_t before, struct error *err); /* 1: there is something that old */
	int64_t (*prune)(struct db *db, int64_t before, size_t max, struct error *err);
};

/* Drops some, when it is time, through the store's committer. Nothing is written where nothing is old enough. */
int upkeep_prune(struct upkeep *upkeep, struct db *db, struct error *err) NODISCARD;

#endif
