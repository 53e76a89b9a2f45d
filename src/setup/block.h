/* A block list entry (FEATURES AR7): whose mail gets no answer, is ignored, or becomes a cancelled case. */
#ifndef SETUP_BLOCK_H
#define SETUP_BLOCK_H

#include "base/str.h"
#include "record/record.h"

enum block_kind {
	BLOCK_ADDRESS, /* "address": the whole address */
	BLOCK_PART,    /* "part": a word of the local part: "noreply" is in noreply@… and in shop.noreply+5@… */
	BLOCK_DOMAIN,  /* "domain": the domain and those below it */
};

enum block_action {
	BLOCK_NO_ANSWER, /* "no-answer": handled as ever, but no automatic answer goes to it */
	BLOCK_IGNORE,    /* "ignore": the mail is discarded, the ledger says so */
	BLOCK_CANCEL,    /* "cancel": the mail becomes a case of its own that is cancelled from the start */
};

struct block {
	const char *id;
	bool enabled; /* preset true */
	int kind;     /* enum block_kind */
	const char *value;
	int action; /* enum block_action */
	const char *note;
};

extern const struct record_type block_type;

/* Letters' case doesn't matter. */
bool block_fits(enum block_kind kind, struct str value, struct str address);

#endif
