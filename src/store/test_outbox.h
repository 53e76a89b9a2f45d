/* Letters in the outbox, for tests. */
#ifndef STORE_TEST_OUTBOX_H
#define STORE_TEST_OUTBOX_H

#include "store/outbox.h"

/* Puts `row` in; what it leaves out (NULL, 0) becomes what it usually is: an id of its own, kind "message", texts that
 * are empty, one recipient in the row's state. Where `ident` isn't NULL and it names no message, one of ours with that
 * identifier comes with it. Returns its id. */
int64_t test_outbox_add(struct db *db, const struct outbox_row *row, const char *ident);

#endif
