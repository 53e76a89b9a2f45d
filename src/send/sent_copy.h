/* When a copy of a mail is owed to the Sent folder (store/sent_copies.h): from the moment that somebody surely has the
 * mail, by whatever way that became known: the server's answer, a report, or what was found after the process that sent
 * it had died. */
#ifndef SEND_SENT_COPY_H
#define SEND_SENT_COPY_H

#include "setup/setup.h"
#include "store/outbox.h"

/* Owes it once, where the account (it may be gone) files copies and a recipient of `row` has the mail; not where no
 * set-up is known (NULL). In the caller's transaction. */
int sent_copy_owe(const struct setup *setup, struct db *db, const struct outbox_row *row, int64_t now,
                  struct error *err) NODISCARD;

#endif
