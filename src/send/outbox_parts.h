/* What the files of the outbox's sending share: outbox_runner.c sends, outbox_end.c tells how rows end. Nobody outside
 * uses this. */
#ifndef SEND_OUTBOX_PARTS_H
#define SEND_OUTBOX_PARTS_H

#include "send/outbox_runner.h"

/* An event of this kind about the row: with those of its recipients (some of them, where they are many) that are in
 * that state. */
int outbox_tell(struct db *db, const struct outbox_row *row, const char *kind, const char *state,
                struct error *err) NODISCARD;

/* Rows of the account that this process began to send, and couldn't write the end of, become uncertain. */
int outbox_recover_own(const struct outbox_options *options, const char *account, struct error *err) NODISCARD;

#endif
