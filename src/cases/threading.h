/* Which case does this mail belong to? Every finding is kept, with the one that won, so that the decision can be asked
 *for.
 *
 * In this order, the first that leads to a case wins:
 *	1. In-Reply-To, then References from the newest to the oldest: Message-IDs of mail in or out that belongs to a
 *case (ours carry an unguessable token);
 *	2. a case number in the subject, by the masks of all case types, old masks included.
 */
#ifndef CASES_THREADING_H
#define CASES_THREADING_H

#include "base/arena.h"
#include "mime/message.h"
#include "setup/setup.h"
#include "store/db.h"

#define THREADING_MAX_NUMBERS 10   /* case numbers looked up */
#define THREADING_MAX_SUBJECT 2000 /* bytes of the subject that are looked through */
#define THREADING_MAX_IDS     30   /* Message-IDs looked up for one mail; In-Reply-To and the newest references first */

enum evidence_kind { EVIDENCE_REPLY_TO_OURS, EVIDENCE_REPLY_TO_KNOWN, EVIDENCE_NUMBER_IN_SUBJECT };

struct evidence {
	enum evidence_kind kind;
	struct str value; /* the Message-ID or the number */
	int64_t case_id;
};

struct threading {
	int64_t case_id; /* 0: it belongs to none */
	struct evidence *found;
	size_t found_count;
	bool is_our_own; /* the mail itself is one that we sent, come back */
};

int threading_decide(struct db *db, struct arena *arena, const struct setup *setup, const struct message *message,
                     struct threading *ret_threading, struct error *err) NODISCARD;

/* One line per finding, for people: "won: In-Reply-To <…> answers our message". Empty where nothing was found. */
struct str threading_text(struct arena *arena, const struct threading *threading);

#endif
