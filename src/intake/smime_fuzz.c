/* Fuzz target: any bytes as a mail, its S/MIME followed without keys. What is shown has bodies and files of its own
 * tree, and can be told to programs and people. */
#include "intake/smime_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf page CLEANUP(buf_done) = BUF_INIT(MIB(16));
	struct smime_place place = {.trust_fault = "nobody is trusted", .at = 1795000000000};
	struct message *m = message_parse(arena, str_new(data, size), NULL);
	const struct smime_report *report = smime_read(arena, m, &place);

	must((report != NULL) == smime_is_needed(m));
	if (!report)
		return 0;
	must(report->count > 0 && report->count <= SMIME_PARTS_MAX && str_is_utf8(report->summary));
	must(report->verdict != VERDICT_GOOD);
	must(smime_text(arena, report).n > 0);
	smime_page(report, &page);
	must(page.n > 0);
	must(str_is_utf8(message_body_text(arena, report->message)));
	for (size_t i = 0; i < report->message->attachment_count; i++) {
		(void)part_decoded_size(report->message->attachments[i]);
		must(str_is_utf8(part_number(arena, report->message->attachments[i])));
	}
	return 0;
}
