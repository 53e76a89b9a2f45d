/* Tells of what runs out (auth/expiry.h): a housekeeper's hourly look. */
#ifndef LISTEN_EXPIRY_WATCH_H
#define LISTEN_EXPIRY_WATCH_H

#include "setup/setup.h"
#include "store/store.h"

/* Looks now, by `db`; writes where there is something to tell. A fault is logged. */
void expiry_watch(struct store *store, struct db *db, const struct setup *setup);

#endif
