/* Any bytes as the challenges of one exchange: the first chooses the mechanism, then each line is a challenge. No
 * SCRAM exchange ends as proven: nobody finds the server's signature by chance. */
#include "auth/mechanism.h"
#include "auth/sasl.h"

#define MANY_ITERATIONS 5000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A SCRAM challenge that is permitted and only costs time. */
static bool is_slow(struct str challenge)
{
	ptrdiff_t at = str_find(challenge, STR("i="));
	struct str rest = str_slice(challenge, at < 0 ? challenge.n : (size_t)at + 2, challenge.n), digits;
	uint64_t iterations = 0;

	return str_split(&rest, ',', &digits) && str_to_uint(digits, UINT64_MAX, &iterations) &&
	       iterations > MANY_ITERATIONS && iterations <= 600000;
}

static int step(struct exchange *exchange, struct str challenge)
{
	struct buf out CLEANUP(buf_wipe) = BUF_INIT(SASL_RESPONSE_MAX);
	struct error err;
	int rc = exchange_respond(exchange, challenge, &out, &err);

	must(rc < 0 || !out.failed);
	must(rc == 0 || str_is_utf8(str_of(err.text)));
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct exchange exchange CLEANUP(exchange_done) = {
	        .user = STR("anna"), .secret = STR("s\xc3\xa4kret"), .host = "mail.example", .port = 993};
	struct str rest = str_slice(str_new(data, size), 1, size), line;
	int rc = 0;

	exchange.mechanism = size ? (enum sasl_mechanism)(data[0] % SASL_MECHANISMS) : SASL_PLAIN;
	if (exchange.mechanism == SASL_COMMAND)
		return 0;
	if (exchange.mechanism == SASL_SCRAM_SHA_256_PLUS || exchange.mechanism == SASL_SCRAM_SHA_1_PLUS)
		exchange.binding = (struct channel_binding){.type = "tls-exporter", .bytes = "0123", .n = 4};
	exchange.could_bind = size > 1 && data[1] & 1;
	sasl_fix_nonce("abc");
	if (exchange_is_client_first(&exchange))
		rc = step(&exchange, STR_NULL);
	for (int round = 0; rc == 0 && round < 8 && str_split(&rest, '\n', &line) && !is_slow(line); round++)
		rc = step(&exchange, line);
	must(!exchange_is_client_first(&exchange) || !exchange_reads_challenges(&exchange) || !exchange.proven ||
	     exchange.mechanism == SASL_OAUTHBEARER || exchange.mechanism == SASL_XOAUTH2);
	sasl_fix_nonce(NULL);
	return 0;
}
