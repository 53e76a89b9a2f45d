/* See smime_line.h. */
#include "cli/smime_line.h"

json_t *message_smime(const struct stored_message *message)
{
	json_t *smime = message->smime.n ? json_loadb(message->smime.p, message->smime.n, 0, NULL) : NULL;

	return smime ? smime : json_null();
}

void show_smime(const struct stored_message *message, struct page *page)
{
	json_t *smime = message_smime(message);
	const char *verdict = json_string_value(json_object_get(smime, "verdict"));
	const char *summary = json_string_value(json_object_get(smime, "summary"));

	if (verdict && summary) {
		page_text(page, PAGE_DIM, STR("    S/MIME: "));
		if (strcmp(verdict, "unsigned") != 0)
			page_printf(page, strcmp(verdict, "good") == 0 ? PAGE_GOOD : PAGE_NOTE, "%s: ", verdict);
		page_text(page, PAGE_PLAIN, str_of(summary));
		page_line_end(page);
	}
	json_decref(smime);
}
