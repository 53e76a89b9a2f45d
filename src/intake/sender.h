/* Who a mail is really from, and what that means for the case it leads to (private to this folder).
 *
 * Where the listener verifies senders:
 *	- Mail that isn't authenticated although its domain demands it joins no case, neither by references nor by a
 *	  number: it is held for a person. It may open a case of its own, without an automatic answer.
 *	- A stranger (no participant of the case) who has nothing but a case number is held, too, unless he is
 *	  authenticated. Then it is as where senders aren't verified: the case type says whether he joins or gets a case
 *	  of his own.
 *
 * A person's release ends all of it for that mail: it joins the case that it wanted to, and its sender has
 * a part in it from then on. */
#ifndef INTAKE_SENDER_H
#define INTAKE_SENDER_H

#include "cases/threading.h"
#include "intake/item.h"

/* Looks into the sender, on the session's thread and before any transaction; nothing where the listener doesn't want
 * it. `limits`: those that the message was parsed with. */
void sender_verify(struct item *item, const struct message_limits *limits);

/* Stores what was found out beside the message. */
int sender_store(struct item *item, struct db *db, int64_t message_id, struct error *err) NODISCARD;

/* For a mail that a person has let pass: leads it into its case. */
int sender_take_release(struct item *item, struct db *db, struct threading *t, struct error *err) NODISCARD;

/* May it become part of the case that was found? `joins`: as a participant; else it is only filed there. *ret_held is
 * set where it may not: its ledger row has been put in state "held", and that is all. */
int sender_standing(struct item *item, struct db *db, const struct threading *t, bool joins, bool *ret_held,
                    struct error *err) NODISCARD;

/* Its domain demands that it is authenticated, and it isn't, and nobody has let it pass. */
bool sender_is_refused(const struct item *item);

#endif
