/* Who a mail is really from, and what that means for the case it leads to (private to this folder).
 *
 * Where the listener verifies senders:
 *	- Mail that isn't authenticated although its domain demands it joins no case, neither by references nor by a
 *	  number: it is held for a person. It may open a case of its own, without an automatic answer.
 *	- A stranger (no participant of the case) who has nothing but a case number: held unless he is authenticated;
 *and where he is, he gets a case of his own that follows the one he named, as what he writes is no part of it and what
 *is in it is none of his business.
 *	- A stranger who answers a mail of the case joins it: he was given that mail.
 * A person's release ends all of it for that mail. */
#ifndef INTAKE_SENDER_H
#define INTAKE_SENDER_H

#include "cases/threading.h"
#include "intake/item.h"

/* Looks into the sender, on the session's thread and before any transaction; nothing where the listener doesn't want
 * it. `limits`: those that the message was parsed with. */
void sender_verify(struct item *item, const struct message_limits *limits);

/* Stores what was found out beside the message. */
int sender_store(struct item *item, struct db *db, int64_t message_id, struct error *err) NODISCARD;

enum standing {
	STANDING_GOOD,
	STANDING_STRANGER, /* authenticated, with a number alone: a case of his own */
	STANDING_HELD,     /* the ledger row has been put in state "held": that is all */
};

/* May it become part of the case that was found? `joins`: as a participant; else it is only filed there. Holds it where
 * it may not. */
int sender_standing(struct item *item, struct db *db, const struct threading *t, bool joins,
                    enum standing *ret_standing, struct error *err) NODISCARD;

/* NULL, or why the sender may get no automatic answer. */
const char *sender_no_answer(const struct item *item);

#endif
