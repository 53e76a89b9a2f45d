/* What is written down of the parts of a set-up while they work: how they stand, pauses, throttles, traces. It is
 * about one part, and ends with it: another of its name begins with nothing. */
#ifndef STORE_PARTS_H
#define STORE_PARTS_H

#include "store/db.h"

/* Forgets all of it of a record that is deleted; nothing where `kind` is none that works ("listener", "account" with
 * its sending, "inlet"). In the transaction of the deletion. */
int part_forget(struct db *db, const char *kind, const char *id, struct error *err) NODISCARD;

#endif
