/* Fuzz target: any bytes as a DMARC record, and as the domain of a sender. */
#include "trust/dmarc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str text = str_new(data, size);
	struct dmarc_record record;

	if (dmarc_record_parse(text, &record)) {
		must(record.percent <= 100);
		must(*dmarc_policy_word(dmarc_policy_of(&record, true)));
	}
	must(domains_align(arena, text, text, false) == (size > 0));
	return 0;
}
