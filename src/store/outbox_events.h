/* What others are told of a row of the outbox. */
#ifndef STORE_OUTBOX_EVENTS_H
#define STORE_OUTBOX_EVENTS_H

#include "store/outbox.h"

/* The states of recipients who have the mail, as far as is known. */
#define OUTBOX_REACHED "sent delayed delivered"

/* Is one recipient at least in one of these states (words with spaces between them)? */
bool outbox_any_is(const struct outbox_row *row, const char *states);

/* An event of this kind about the row, with those of its recipients (ten at most) that are in one of these states, and
 * what the server said of them. */
int outbox_tell(struct db *db, const struct outbox_row *row, const char *kind, const char *states,
                struct error *err) NODISCARD;

#endif
