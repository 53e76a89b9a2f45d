/* Mail that is larger than its listener takes (private to this folder): who sent it is told, by the listener's
 * oversize_template, where that is one of the mails that may be answered automatically. All that is known of it is its
 * header; the mail itself stays on its server. The answer is written in the transaction that parks it, once for a mail
 * however often and under whatever number it is met; the ledger says where none was, and why. */
#ifndef INTAKE_OVERSIZE_H
#define INTAKE_OVERSIZE_H

#include "intake/item.h"

#define OVERSIZE_HEADER_MAX KIB(256) /* of a longer one it isn't known whether it forbids an answer */

/* Reads the header, where the listener has a template. Needs no database. */
void oversize_read(struct item *item);

/* Puts the answer into the outbox, or notes why there is none. */
int oversize_answer(struct item *item, struct db *db, struct error *err) NODISCARD;

#endif
