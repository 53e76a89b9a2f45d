/* Fuzz target: any bytes as the answer to a question. The id of the question is made to fit, or nothing would be read.
 */
#include "dns_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct dns_reading reading;
	uint16_t id = (uint16_t)(size < 2 ? 0 : data[0] << 8 | data[1]);
	/* The question's type as the input itself has it, where it is one of ours. */
	static const enum dns_type types[] = {DNS_A, DNS_MX, DNS_TXT, DNS_AAAA, DNS_SRV};
	enum dns_type type = DNS_TXT;
	enum dns_verdict verdict;
	struct dns_service service;

	for (size_t i = 0; i < ARRAY_LEN(types) && size > 24; i++)
		if (data[24] == types[i])
			type = types[i];
	verdict = dns_answer_read(arena, str_new(data, size), id, "good.test", type, &reading);

	must(verdict != DNS_SAYS_FOUND || (reading.count > 0 && reading.count <= DNS_MAX_RECORDS));
	must(verdict != DNS_SAYS_ALIAS || reading.alias[0]);
	must(memchr(reading.alias, '\0', sizeof reading.alias));
	must(verdict == DNS_SAYS_FOUND || reading.reason);
	for (size_t i = 0; i < reading.count; i++)
		must(reading.texts[i].p[reading.texts[i].n] == '\0' &&
		     (type == DNS_TXT || type == DNS_A || type == DNS_AAAA ||
		      dns_service_read(reading.texts[i], type, &service)));
	return 0;
}
