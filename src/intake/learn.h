/* Certificates learned from signed mail (private to this folder): by them mail to its sender can be encrypted. */
#ifndef INTAKE_LEARN_H
#define INTAKE_LEARN_H

#include "intake/item.h"
#include "intake/smime.h"

/* What the mail teaches, into the item: of a signature over the whole that is good (vouched for, and the signer is who
 * From names), the certificates that name From's address. */
void learn_read(struct item *item, const struct smime_report *report);

/* Into the store, with the message. */
int learn_store(struct item *item, struct db *db, int64_t message_id, struct error *err) NODISCARD;

#endif
