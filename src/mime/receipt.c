/* See receipt.h. The part is a block of header fields, so a message without a body. */
#include "mime/receipt.h"

static const struct part *receipt_part(const struct message *m)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (str_eq(m->parts[i]->type, STR("message")) &&
		    (str_eq(m->parts[i]->subtype, STR("disposition-notification")) ||
		     str_eq(m->parts[i]->subtype, STR("global-disposition-notification"))))
			return m->parts[i];
	return NULL;
}

#define MAX_VALUE 1000

static struct str field(struct arena *arena, const struct message *fields, const char *name)
{
	const struct header *header = message_header(fields, name);
	struct str value = header ? header_raw_text(arena, header) : STR("");
	size_t n = MIN(value.n, (size_t)MAX_VALUE);

	while (n && n < value.n && ((unsigned char)value.p[n] & 0xc0) == 0x80)
		n--;
	return str_slice(value, 0, n);
}

/* "rfc822; ann@example.org" → the address */
static struct str without_type(struct str value)
{
	ptrdiff_t semicolon = str_find_char(value, ';');

	return str_trim(semicolon < 0 ? value : str_slice(value, (size_t)semicolon + 1, value.n));
}

static struct str without_brackets(struct str value)
{
	value = str_trim(value);
	return value.n > 2 && value.p[0] == '<' && value.p[value.n - 1] == '>' ? str_slice(value, 1, value.n - 1)
	                                                                       : value;
}

/* "manual-action/MDN-sent-manually; displayed/warning" → "displayed" */
static struct str disposition_of(struct arena *arena, struct str value)
{
	struct str rest = without_type(value), word = STR("");
	struct str copy;

	str_split(&rest, '/', &word);
	copy = arena_str(arena, str_trim(word));
	for (size_t i = 0; i < copy.n; i++)
		((char *)(uintptr_t)copy.p)[i] = ascii_lower(copy.p[i]);
	return copy;
}

struct receipt message_receipt(struct arena *arena, const struct message *m)
{
	const struct part *part = receipt_part(m);
	const struct message *fields;
	struct receipt receipt = {.disposition = STR(""), .recipient = STR(""), .original_message_id = STR("")};

	if (!part)
		return receipt;
	fields = message_parse(arena, part_text(arena, m, part), NULL);
	receipt.found = true;
	receipt.disposition = disposition_of(arena, field(arena, fields, "Disposition"));
	receipt.is_displayed = str_eq(receipt.disposition, STR("displayed")) ||
	                       str_eq(receipt.disposition, STR("dispatched")) ||
	                       str_eq(receipt.disposition, STR("processed"));
	receipt.recipient = without_type(field(arena, fields, "Original-Recipient"));
	if (!receipt.recipient.n)
		receipt.recipient = without_type(field(arena, fields, "Final-Recipient"));
	receipt.original_message_id = without_brackets(field(arena, fields, "Original-Message-ID"));
	return receipt;
}
