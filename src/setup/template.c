/* See template.h. */
#include "setup/template.h"

/* clang-format off */
static const struct field template_fields[] = {
	FIELD_ID(struct template, id, "Template ID"),
	FIELD_TEXT(struct template, name, "Name", .max = 200),
	FIELD_TEXT(struct template, subject, "Subject", .preset_text = "Re: {{message.subject}} [{{case.number}}]", .max = 500),
	FIELD_TEXT(struct template, text, "Text", .required = true, .multiline = true, .max = 100000,
		   .help = "With {{placeholders}} such as {{contact.name}} or {{case.number}}"),
	FIELD_TEXT(struct template, html, "HTML", .multiline = true, .max = 500000,
		   .help = "The same as HTML; empty: the message has text only"),
};
/* clang-format on */

const struct record_type template_type =
        RECORD_TYPE("template", "templates", struct template, template_fields, "Template",
                    .example = "{\"id\": \"received\", \"name\": \"Acknowledgement\", \"text\": \"Hello "
                               "{{contact.name}},\\n\\nyour mail has the number {{case.number}}.\\n\"}");
