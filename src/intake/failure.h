/* What the receiver gave instead of a mail. See item.h for the mail that fails while it is handled. */
#ifndef INTAKE_FAILURE_H
#define INTAKE_FAILURE_H

#include "intake/item.h"

/* Larger than the listener takes: parked, and still on the server. */
int item_park_too_large(struct item *item, struct db *db, struct error *err) NODISCARD;

/* The server has it and doesn't give it, or there was no room for it here: the row stands for it until it is fetched.
 */
int item_note_unfetched(struct item *item, struct db *db, struct error *err) NODISCARD;

#endif
