/* Fuzz target: any bytes as a mail. Where the first byte is odd, they are the text of one from a mail daemon. What is
 * found is text, bounded, and says why. */
#include "mime/bounce.h"
#include "mime/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct str s)
{
	must(s.p && str_is_utf8(s) && !memchr(s.p, '\n', s.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str raw = str_new(data, size);
	const struct message *m;
	struct receipt receipt;
	struct bounces b;

	if (size && data[0] & 1)
		raw = arena_printf(arena, "From: MAILER-DAEMON@example.org\nSubject: failure notice\n\n" STR_FMT,
		                   STR_ARG(raw));
	m = message_parse(arena, raw, NULL);
	b = message_bounces(arena, m);
	must(b.count <= 10000);
	for (size_t i = 0; i < b.count; i++) {
		const struct bounce_recipient *r = &b.recipients[i];

		check_text(r->address);
		check_text(r->original);
		check_text(r->status);
		check_text(r->code);
		check_text(r->diagnostic);
		check_text(r->remote_mta);
		check_text(r->action);
		check_text(r->evidence);
		must(bounce_reason_word(r->reason)[0] != '?');
		must(r->diagnostic.n <= 2000);
	}
	must(!b.is_bounce || b.evidence.n);
	must(str_is_utf8(b.original_message_id) && str_is_utf8(b.original_from) && str_is_utf8(b.original_to) &&
	     str_is_utf8(b.original_subject) && str_is_utf8(b.reporting_mta) && str_is_utf8(b.envelope_id) &&
	     str_is_utf8(b.original_first_id) && str_is_utf8(b.feedback_type));
	receipt = message_receipt(arena, m);
	must(receipt.found || !receipt.recipient.n);
	must(str_is_utf8(receipt.recipient) && str_is_utf8(receipt.original_message_id));
	must(receipt.recipient.n <= 1000 && receipt.original_message_id.n <= 1000 && receipt.disposition.n <= 1000);
	return 0;
}
