/* A case type (FEATURES CA1, CA4): number mask, statuses, fields. */
#ifndef SETUP_CASE_TYPE_H
#define SETUP_CASE_TYPE_H

#include "record/record.h"

enum case_field_kind { CASE_FIELD_TEXT, CASE_FIELD_NUMBER, CASE_FIELD_DATE, CASE_FIELD_ADDRESS, CASE_FIELD_CHOICE };

struct case_field {
	const char *id, *name;
	int kind; /* "type" in records: "text", "number", "date", "address", "choice" */
	struct text_list choices;
};

struct case_status {
	const char *id, *name;
	bool resolved; /* a reply re-opens */
};

/* Mail by somebody who has no part in the case it names. */
enum strangers {
	STRANGERS_ANSWERS,  /* "answers": who answers one of its mails (forwarded, another address) joins, marked; a
	                       number  in the subject doesn't suffice */
	STRANGERS_JOIN,     /* "join": a number suffices */
	STRANGERS_SEPARATE, /* "separate": gets a case of its own */
};

struct case_type {
	const char *id, *name;
	/* "SUP-{year}-{number:5}": {year}, {month}, {number:WIDTH}; exactly one {number}; numbers start anew with each
	 * year or month named. Unique over all case types up to the number. */
	const char *number_mask;
	struct text_list old_masks;   /* numbers in subjects still find their case */
	struct record_list statuses;  /* of struct case_status; none: "open", "resolved" */
	const char *initial_status;   /* "": the first */
	const char *reopened_status;  /* "": the first */
	const char *cancelled_status; /* of mail by blocked senders; "": the first that is resolved */
	int strangers;                /* enum strangers */
	int64_t reopen_days; /* a reply to a case resolved longer ago opens a new one that links the old; preset 30; 0:
	                        always reopen */
	struct record_list fields; /* of struct case_field */
};

extern const struct record_type case_type_type;

#endif
