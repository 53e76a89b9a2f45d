/* A template of a message: subject, text, HTML with {{placeholders}}. In HTML values are escaped. */
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

/* What a placeholder may name, NULL-terminated; besides these there is field.NAME, a field of the case. */
extern const char *const template_value_names[];

#endif
