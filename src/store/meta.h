/* Facts of a store as a whole: a name and a text. */
#ifndef STORE_META_H
#define STORE_META_H

#include "base/buf.h"
#include "store/db.h"

/* Appends the value: 1 found, 0 none. */
int meta_get(struct db *db, const char *name, struct buf *out, struct error *err) NODISCARD;

/* Unless there is one already. */
int meta_put_first(struct db *db, const char *name, struct str value, struct error *err) NODISCARD;

#endif
