/* The values that a template of ours may name (setup/template.h). */
#ifndef CASES_LETTER_VALUES_H
#define CASES_LETTER_VALUES_H

#include "mime/message.h"
#include "rules/render.h"
#include "setup/setup.h"
#include "store/cases.h"

struct letter_facts {
	const struct account *account;
	const char *our_address;
	const struct stored_case *c; /* NULL: none */
	struct str case_subject;     /* as it may be shown in clear mail */
	struct address contact;      /* whom we write to */
	struct str message_subject;  /* of the mail that is answered; its "Re:" is left out */
	struct str message_from;     /* an address */
	int64_t message_date;        /* Unix ms */
	struct str message_size;     /* "61.3 MB", and the limit that it is above; empty where that is no matter */
	struct str message_limit;
	struct str text; /* what a person wrote: {{text}} */
};

/* Texts from outside are cut at 800 bytes each (but `text`), and are without NULs. The case's fields are field.NAME. */
size_t letter_values(struct arena *arena, const struct letter_facts *facts, struct render_value **ret_values);

/* Without one "Re:", so that the template's own doesn't stand twice. */
struct str letter_plain_subject(struct str subject);

#endif
