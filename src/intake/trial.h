/* What would become of a mail: it goes the whole way of one that arrives (intake.h), in a transaction that is undone.
 * Nothing is stored, sent or told; only an id is lost. For trying rules before they are used. */
#ifndef INTAKE_TRIAL_H
#define INTAKE_TRIAL_H

#include "mime/classify.h"
#include "rules/rule.h"
#include "setup/setup.h"
#include "store/store.h"

struct trial_options {
	struct store *store;
	struct db *db; /* the caller's connection, in no transaction */
	const struct setup *setup;
	const struct listener *listener; /* need not be in the set-up; its account and rule are */
	struct str raw;
};

struct trial {
	struct item *item; /* what the texts below live in */
	const struct message *message;
	struct classification automatic;
	bool has_rule_run; /* false where the mail never came to its rule */
	struct rule_result rule;
	struct str threading; /* one line for each finding; "" */
	int64_t case_id;      /* of the case it belongs to; 0: none */
	const char *state;    /* as of the ledger: "committed", "acknowledged", "held"; "failed" */
	const char *outcome;  /* "created", "updated", "filed" …; "" */
	const char *case_number;
	struct str fault; /* why it failed, or is held: "mapping: field amount: …"; "" */
	bool answered;
	struct str answer_subject, answer_text; /* of the automatic answer; "" */
	const char *no_answer;                  /* why there is none (no_answer.h); "" */
};

/* Fails where the store does, or the set-up can't handle any mail; a mail that can't be handled is a result. */
int intake_trial(const struct trial_options *options, struct trial *ret_trial, struct error *err) NODISCARD;
void trial_done(struct trial *trial);

#endif
