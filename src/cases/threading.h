/* Which case does this mail belong to? Every finding is kept with its strength, with the one that won, and why others
 *were not used, so that the decision can be asked for. docs/threading.md tells it to administrators.
 *
 * Findings rank in this order:
 *	1. a token of ours that was made for the sender, wherever it stands
 *	2. In-Reply-To: the Message-ID of a mail of the case, ours or not
 *	3. References, the nearest first: the same
 *	4. Thread-Index: the root of a mail of the case
 *	5. a token in the address that the mail went to, in X-Hauspost-Ref, in the text: made for somebody else
 *	6. a case number in the subject, by the masks of all case types, old masks included
 *	7. the topic of an open case that the sender has a part in, where the mail looks like an answer
 *
 * First of all the findings count whose case the sender has a part in; a case that he has no part in comes after, by 1
 *to 5 alone, which nobody can guess, and the mail is then marked as a stranger's (case_type.strangers decides more). So
 * neither a token taken from another's mail nor a number thought up leads into a case unseen, and whoever has both, a
 *case of his own and another's token, is led to his own. */
#ifndef CASES_THREADING_H
#define CASES_THREADING_H

#include "base/arena.h"
#include "mime/message.h"
#include "setup/setup.h"
#include "store/db.h"

#define THREADING_MAX_NUMBERS 10   /* case numbers looked up */
#define THREADING_MAX_SUBJECT 2000 /* bytes of the subject that are looked through */
#define THREADING_MAX_IDS     30 /* Message-IDs looked up for one mail; In-Reply-To, the newest references, the oldest */
#define THREADING_MAX_TOKENS  12 /* tokens looked up */
#define THREADING_MAX_FOUND   40

/* In the order of their rank. */
enum evidence_kind {
	EVIDENCE_OWN_MAIL,
	EVIDENCE_TOKEN,
	EVIDENCE_IN_REPLY_TO,
	EVIDENCE_REFERENCE,
	EVIDENCE_THREAD_INDEX,
	EVIDENCE_ADDRESS_TOKEN,
	EVIDENCE_HEADER_TOKEN,
	EVIDENCE_BODY_TOKEN,
	EVIDENCE_NUMBER,
	EVIDENCE_TOPIC
};

struct evidence {
	enum evidence_kind kind;
	struct str value; /* the Message-ID, token, root, number or topic */
	int64_t case_id;
	struct str made_for; /* of a token: its address, where that isn't the sender's */
	bool is_ours;        /* the Message-ID is of a mail that we sent */
	bool is_ambiguous;   /* the same is true of another case: not used */
	bool is_participant; /* the sender has a part in the case */
};

struct threading {
	int64_t case_id;        /* 0: it belongs to none */
	struct evidence *found; /* the one that won first, if one did, then by rank */
	size_t found_count;
	bool is_our_own;  /* the mail itself is one that we sent, come back */
	bool is_stranger; /* the sender has no part in the case */
	bool is_conflict; /* what wasn't used names another case */
};

/* `body`: the mail's text, for the tokens in it. */
int threading_decide(struct db *db, struct arena *arena, const struct setup *setup, const struct message *message,
                     struct str body, struct threading *ret_threading, struct error *err) NODISCARD;

/* One line per finding, for people: "won: In-Reply-To names our message (strong): … -> case id 3". Empty where nothing
 * was found. */
struct str threading_text(struct arena *arena, const struct threading *threading);

/* Tokens as they stand in a text or in the address of a mail, whoever made them: views into `text`, at most `max`. */
size_t threading_tokens_in(struct str text, struct str *ret_tokens, size_t max);

#endif
