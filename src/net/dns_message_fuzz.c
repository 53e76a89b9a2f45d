/* Fuzz target: any bytes as the answer to a question. The id of the question is made to fit, or nothing would be read.
 */
#include "dns_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct dns_reading reading;
	uint16_t id = (uint16_t)(size < 2 ? 0 : data[0] << 8 | data[1]);
	enum dns_verdict verdict = dns_answer_read(arena, str_new(data, size), id, "good.test", DNS_TXT, &reading);

	must(verdict != DNS_SAYS_FOUND || (reading.count > 0 && reading.count <= DNS_MAX_RECORDS));
	must(verdict != DNS_SAYS_ALIAS || reading.alias[0]);
	must(memchr(reading.alias, '\0', sizeof reading.alias));
	must(verdict == DNS_SAYS_FOUND || reading.reason);
	for (size_t i = 0; i < reading.count; i++)
		must(reading.texts[i].p[reading.texts[i].n] == '\0');
	return 0;
}
