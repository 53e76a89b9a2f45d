/* See no_answer.h. */
#include "intake/no_answer.h"

#include "intake/item.h"

static const struct {
	const char *code, *words;
} reasons[NO_ANSWER_COUNT] = {
        [NO_ANSWER_HANDLED_BEFORE] = {"handled-before", "handled before"},
        [NO_ANSWER_DUPLICATE] = {"duplicate", "a duplicate gets no answer"},
        [NO_ANSWER_DISCARDED] = {"discarded", "discarded mail gets no answer"},
        [NO_ANSWER_FILED] = {"filed", "filed mail gets no answer"},
        [NO_ANSWER_NO_BRANCH] = {"no-branch", "no branch of the rule fits"},
        [NO_ANSWER_OWN_MAIL] = {"own-mail", "own mail gets no answer"},
        [NO_ANSWER_AUTOMATIC] = {"automatic", "automatic mail gets no answer"},
        [NO_ANSWER_REPORT] = {"report", "a report on mail of ours gets no answer"},
        [NO_ANSWER_NO_RESPONSE] = {"no-response", "the rule has no response for this"},
        [NO_ANSWER_NO_TEMPLATE] = {"no-template", "the response's template is missing"},
        [NO_ANSWER_ACCOUNT_SILENT] = {"account-silent", "the account doesn't send"},
        [NO_ANSWER_UNWANTED] = {"unwanted", "the sender takes no answers"},
        [NO_ANSWER_NO_ADDRESS] = {"no-address", "no sender address"},
        [NO_ANSWER_OWN_ADDRESS] = {"own-address", "own address"},
        [NO_ANSWER_BLOCKED] = {"blocked", "the address is on the block list"},
        [NO_ANSWER_SUPPRESSED] = {"suppressed", "the address is suppressed"},
        [NO_ANSWER_STRANGER] = {"stranger", "the sender has no part in the case"},
        [NO_ANSWER_UNAUTHENTICATED] = {"unauthenticated", "the sender's domain disowns the mail"},
        [NO_ANSWER_HELD] = {"held", "held mail gets no answer"},
        [NO_ANSWER_SWITCHED_OFF] = {"switched-off", "automatic mail is switched off"},
        [NO_ANSWER_BUDGET] = {"budget", "this address had its answers of the hour"},
        [NO_ANSWER_LOOP] = {"loop", "a loop: answers are stopped for a while"},
        [NO_ANSWER_UNWRITABLE] = {"unwritable", "no answer can be written"},
        [NO_ANSWER_UNPROTECTED] = {"unprotected", "it can't be signed or encrypted as the account says"},
};

const char *no_answer_code(enum no_answer reason)
{
	return reasons[reason].code;
}

const char *no_answer_words(enum no_answer reason)
{
	return reasons[reason].words;
}

const char *const *no_answer_codes(void)
{
	static const char *codes[NO_ANSWER_COUNT + 1];

	for (size_t i = 0; i < NO_ANSWER_COUNT; i++)
		codes[i] = reasons[i].code;
	return codes;
}

void no_answer(struct item *item, enum no_answer reason, const char *words)
{
	item->ledger.answer_code = reasons[reason].code;
	item->ledger.answer = words ? words : reasons[reason].words;
}
