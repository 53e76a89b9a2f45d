/* The automatic answer to a message (private to this folder): which template, whether at all, and its way into the
 * outbox. */
#ifndef INTAKE_ANSWER_H
#define INTAKE_ANSWER_H

#include "intake/item.h"
#include "store/cases.h"

/* Chooses the rule's response for `when` and puts the answer into the outbox, or notes in item->ledger.answer why there
 * is none (an answer that can't be written, to an address of an odd form, is none either: it must not keep the mail
 * itself from being handled). `c` may be NULL (no case came of it). Never answers automatic mail, own addresses, or one
 * address more often than the account allows. */
int answer_queue(struct item *item, struct db *db, enum response_when when, const struct stored_case *c,
                 struct error *err) NODISCARD;

/* The same with a template that no response names, outside of any case. */
int answer_queue_template(struct item *item, struct db *db, const char *template_id, struct error *err) NODISCARD;

#endif
