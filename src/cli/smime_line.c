/* See smime_line.h. */
#include "cli/smime_line.h"

#include "cli/text.h"

json_t *message_smime(const struct stored_message *message)
{
	json_t *smime = message->smime.n ? json_loadb(message->smime.p, message->smime.n, 0, NULL) : NULL;

	return smime ? smime : json_null();
}

void print_smime(const struct stored_message *message)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));
	json_t *smime = message_smime(message);
	const char *verdict = json_string_value(json_object_get(smime, "verdict"));
	const char *summary = json_string_value(json_object_get(smime, "summary"));

	if (verdict && summary) {
		buf_add(&line, STR("    S/MIME: "));
		if (strcmp(verdict, "unsigned") != 0)
			buf_printf(&line, "%s: ", verdict);
		line_column(&line, str_of(summary), 0);
		line_put(&line);
	}
	json_decref(smime);
}
