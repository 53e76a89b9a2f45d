/* See template.h. */
#include "setup/template.h"

/* clang-format off */
static const struct field template_fields[] = {
	FIELD_ID(struct template, id, "Template ID"),
	FIELD_TEXT(struct template, name, "Name", .max = 200),
	FIELD_TEXT(struct template, subject, "Subject", .preset_text = "Re: {{message.subject}} [{{case.number}}]", .max = 500),
	FIELD_TEXT(struct template, text, "Text", .required = true, .multiline = true, .max = 100000,
		   .help = "With {{placeholders}}: case.number, case.subject, case.status, case.id, contact.name, contact.address, "
			   "message.subject, message.from, message.date, account.name, account.address; field.NAME is a field of "
			   "the case, text what a person wrote, message.size and message.limit are those of mail that is too large"),
	FIELD_TEXT(struct template, html, "HTML", .multiline = true, .max = 500000,
		   .help = "The same as HTML; empty: the message has text only"),
};
/* clang-format on */

const char *const template_value_names[] = {
        "case.number",     "case.subject",    "case.status",     "case.id",      "contact.name",
        "contact.address", "message.subject", "message.from",    "message.date", "message.size",
        "message.limit",   "account.name",    "account.address", "text",         NULL,
};

const struct record_type template_type =
        RECORD_TYPE("template", "templates", struct template, template_fields, "Template",
                    .example = "{\"id\": \"received\", \"name\": \"Acknowledgement\", \"text\": \"Hello "
                               "{{contact.name}},\\n\\nyour mail has the number {{case.number}}.\\n\"}");
