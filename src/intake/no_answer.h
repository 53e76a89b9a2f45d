/* Why a mail got no automatic answer: a code for those who search, and words for those who read. docs/answers.md has
 * the table. */
#ifndef INTAKE_NO_ANSWER_H
#define INTAKE_NO_ANSWER_H

#include "base/base.h"

enum no_answer {
	NO_ANSWER_HANDLED_BEFORE,
	NO_ANSWER_DUPLICATE,
	NO_ANSWER_DISCARDED,
	NO_ANSWER_FILED,
	NO_ANSWER_NO_BRANCH,
	NO_ANSWER_OWN_MAIL,
	NO_ANSWER_AUTOMATIC,
	NO_ANSWER_REPORT,
	NO_ANSWER_NO_RESPONSE,
	NO_ANSWER_NO_TEMPLATE,
	NO_ANSWER_ACCOUNT_SILENT,
	NO_ANSWER_UNWANTED,
	NO_ANSWER_NO_ADDRESS,
	NO_ANSWER_OWN_ADDRESS,
	NO_ANSWER_BLOCKED,
	NO_ANSWER_SUPPRESSED,
	NO_ANSWER_STRANGER,
	NO_ANSWER_UNAUTHENTICATED,
	NO_ANSWER_HELD,
	NO_ANSWER_SWITCHED_OFF,
	NO_ANSWER_BUDGET,
	NO_ANSWER_LOOP,
	NO_ANSWER_UNWRITABLE,
	NO_ANSWER_UNPROTECTED,
	NO_ANSWER_COUNT
};

const char *no_answer_code(enum no_answer reason);  /* "loop" */
const char *no_answer_words(enum no_answer reason); /* "automatic mail gets no answer" */

/* NULL-terminated, all codes in the order above. */
const char *const *no_answer_codes(void);

struct item;

/* Notes it in the item's ledger row; in words of one's own (which must live as long as the item) or, NULL, in ours. */
void no_answer(struct item *item, enum no_answer reason, const char *words);

#endif
