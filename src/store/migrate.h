/* Brings a store's schema up to this program's: each step in a transaction of its own, recorded with its time; an empty
 * store gets all of them in one, so that it's there as a whole or not at all, and waits for the disk once. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"
#include "store/migrations.h"

/* `known` are the steps this program has, ascending. Without `may_change` a store that needs a step is an error that
 * says what to do. A store with a step beyond the last known one is refused. Several processes may call it at once. */
int store_migrate(struct db *db, const struct migration *known, size_t count, bool may_change,
                  struct error *err) NODISCARD;

/* The version of the schema that the store has now; 0 for an empty one. */
int store_schema_found(struct db *db, int64_t *ret_version, struct error *err) NODISCARD;

#endif
