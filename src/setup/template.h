/* A template of a message: subject, text, HTML with {{placeholders}}. Values: case.number, case.subject,
 * case.status, case.id, contact.name, contact.address, message.subject, message.from, message.date, account.name,
 * account.address, field.NAME, text (what a person wrote). In HTML values are escaped. */
#ifndef SETUP_TEMPLATE_H
#define SETUP_TEMPLATE_H

#include "record/record.h"

struct template
{
	const char *id, *name;
	const char *subject; /* preset "Re: {{message.subject}} [{{case.number}}]" */
	const char *text;    /* required */
	const char *html;    /* "": text only */
};

extern const struct record_type template_type;

#endif
