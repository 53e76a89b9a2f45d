/* Who sends to whom: checking the addresses, the MAIL command, and the outcomes of items and recipients. */
#include "send/smtp/smtp.h"

#include "mime/idna.h"

#include <inttypes.h>
#include <stdio.h>

#define MAX_ADDRESS 512 /* RFC 5321 §4.5.3.1.3 says 256 */

/* ---------------------------------------------------------------- outcomes */

bool smtp_is_asked(const struct recipient *recipient)
{
	return recipient->outcome == OUTCOME_PENDING;
}

enum outcome smtp_outcome(int code)
{
	return code >= 500 ? OUTCOME_FAILED : OUTCOME_LATER;
}

void smtp_settle(struct outgoing *item, struct recipient *recipient, enum outcome outcome, int code, struct str words)
{
	recipient->outcome = outcome;
	recipient->by_rcpt = false;
	recipient->code = code;
	recipient->answer = arena_cstr(item->arena, words);
}

void smtp_settle_all(struct outgoing *item, enum outcome outcome, int code, struct str words)
{
	for (size_t i = 0; i < item->recipient_count; i++)
		if (smtp_is_asked(&item->recipients[i]))
			smtp_settle(item, &item->recipients[i], outcome, code, words);
}

void smtp_conclude(struct outgoing *item, int code, struct str words)
{
	item->outcome = sender_outcome_of(item);
	item->code = code;
	item->answer = arena_cstr(item->arena, words);
}

int smtp_settle_throttled(struct outgoing *item, const struct reply *reply, const char *step, struct error *err)
{
	int rc = smtp_check_throttled(reply, step, err);

	if (rc < 0 && reply->code != 421) {
		smtp_settle_all(item, OUTCOME_LATER, reply->code, reply->words);
		smtp_conclude(item, reply->code, reply->words);
	}
	return reply->code == 421 ? 0 : rc;
}

/* ---------------------------------------------------------------- addresses */

/* Bytes that would end or change the command: control characters anywhere, spaces and angle brackets outside a quoted
 * local part. */
static bool is_writable(struct str address)
{
	bool quoted = false;

	for (size_t i = 0; i < address.n; i++) {
		unsigned char c = (unsigned char)address.p[i];

		if (c < 0x20 || c == 0x7f)
			return false;
		if (quoted && c == '\\' && i + 1 < address.n && (unsigned char)address.p[i + 1] >= 0x20)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == ' ' || c == '<' || c == '>'))
			return false;
	}
	return !quoted && address.n <= MAX_ADDRESS && str_is_utf8(address);
}

/* The address as it is written in commands: with its domain in ASCII where that is enough for every server. */
static const char *wire_address(const struct outgoing *item, const char *address)
{
	struct buf ascii CLEANUP(buf_done) = BUF_INIT(4 * MAX_ADDRESS);

	if (str_is_ascii(str_of(address)))
		return address;
	idna_put_address(&ascii, str_of(address));
	return ascii.failed ? address : arena_cstr(item->arena, buf_str(&ascii));
}

/* Recipients that can't be asked for fail one by one; the others are not held up. */
static void check_recipients(const struct smtp *smtp, struct envelope *envelope)
{
	struct outgoing *item = envelope->item;

	for (size_t i = 0; i < item->recipient_count; i++) {
		struct recipient *recipient = &item->recipients[i];
		struct str address = str_of(wire_address(item, recipient->address));

		if (recipient->outcome == OUTCOME_SENT || recipient->outcome == OUTCOME_FAILED)
			continue;
		recipient->outcome = OUTCOME_PENDING;
		recipient->code = 0;
		recipient->answer = "";
		if (!address.n || !is_writable(address))
			smtp_settle(item, recipient, OUTCOME_FAILED, 0,
			            STR("this is no address that can be written in a command"));
		else if (!str_is_ascii(address) && !(smtp->capabilities & CAN_UTF8))
			smtp_settle(item, recipient, OUTCOME_FAILED, 0,
			            STR("the address is not ASCII, and the server does not offer SMTPUTF8"));
		else
			envelope->asked++;
		if (smtp_is_asked(recipient) && !str_is_ascii(address))
			envelope->utf8 = true;
	}
}

/* ---------------------------------------------------------------- what the server can't do */

static bool refuse(struct outgoing *item, struct str why)
{
	smtp_settle_all(item, OUTCOME_FAILED, 0, why);
	smtp_conclude(item, 0, why);
	return false;
}

static bool check_abilities(const struct smtp *smtp, struct envelope *envelope)
{
	struct outgoing *item = envelope->item;
	struct str from = str_of(wire_address(item, item->envelope_from));

	if (!is_writable(from))
		return refuse(item, STR("the sender's address can't be written in a command"));
	if (!str_is_ascii(from) && !(smtp->capabilities & CAN_UTF8))
		return refuse(item, STR("the sender's address is not ASCII, and the server does not offer SMTPUTF8"));
	if (envelope->scan.eight_bit && !(smtp->capabilities & CAN_8BIT))
		return refuse(item, STR("the message has 8-bit text, and the server does not offer 8BITMIME"));
	if (smtp->max_bytes && envelope->scan.bytes > smtp->max_bytes)
		return refuse(item, arena_printf(item->arena,
		                                 "the message has %" PRIu64 " bytes; the server takes at most %" PRIu64
		                                 " (SIZE)",
		                                 envelope->scan.bytes, smtp->max_bytes));
	return true;
}

bool smtp_prepare(const struct smtp *smtp, struct outgoing *item, struct envelope *ret_envelope)
{
	*ret_envelope = (struct envelope){.item = item};
	item->code = 0;
	item->answer = "";
	smtp_scan(item->mime, &ret_envelope->scan);
	check_recipients(smtp, ret_envelope);
	if (!ret_envelope->asked) {
		smtp_conclude(item, 0,
		              item->recipient_count ? STR("no recipient is left to be asked for")
		                                    : STR("there is no recipient"));
		return false;
	}
	/* A header in UTF-8 (RFC 6532) is announced where the server knows it; elsewhere it goes as the 8-bit text that
	 * it is. */
	if (!str_is_ascii(str_of(wire_address(item, item->envelope_from))) ||
	    (ret_envelope->scan.eight_bit_header && smtp->capabilities & CAN_UTF8))
		ret_envelope->utf8 = true;
	/* For what comes back to somebody: the reverse-path <> belongs to nobody. */
	ret_envelope->reports = smtp->capabilities & CAN_DSN && item->envelope_from[0];
	ret_envelope->chunks = smtp_goes_in_chunks(smtp, ret_envelope);
	item->outcome = OUTCOME_PENDING;
	return check_abilities(smtp, ret_envelope);
}

/* ---------------------------------------------------------------- the commands */

#define MAX_ENVELOPE_ID        100 /* RFC 3461 §4.4, encoded */
#define MAX_ORIGINAL_RECIPIENT 500 /* RFC 3461 §4.2, encoded */

/* RFC 3461 §4: printable ASCII but "+" and "=" stands for itself. False where it doesn't fit. */
static bool write_xtext(struct buf *out, const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p > ' ' && *p < 0x7f && *p != '+' && *p != '=')
			buf_add_char(out, (char)*p);
		else
			buf_printf(out, "+%02X", *p);
	}
	return !out->failed;
}

int smtp_write_mail_command(struct smtp *smtp, const struct envelope *envelope, struct error *err)
{
	struct buf id CLEANUP(buf_done) = BUF_INIT(MAX_ENVELOPE_ID);
	const struct outgoing *item = envelope->item;
	bool named =
	        envelope->reports && item->envelope_id && item->envelope_id[0] && write_xtext(&id, item->envelope_id);
	char size[40] = "";

	if (smtp->capabilities & CAN_SIZE)
		snprintf(size, sizeof size, " SIZE=%" PRIu64, envelope->scan.bytes);
	return stream_printf(smtp->stream, err, "MAIL FROM:<%s>%s%s%s%s%s%s\r\n",
	                     wire_address(item, item->envelope_from), size,
	                     envelope->scan.eight_bit ? " BODY=8BITMIME" : "", envelope->utf8 ? " SMTPUTF8" : "",
	                     envelope->reports ? " RET=HDRS" : "", named ? " ENVID=" : "", named ? buf_cstr(&id) : "");
}

/* ORCPT keeps our address in the report where the mail is forwarded and fails there. An address beyond ASCII would need
 * RFC 6533's form, which servers know less well than they say. */
int smtp_write_rcpt_command(struct smtp *smtp, const struct envelope *envelope, const struct recipient *recipient,
                            struct error *err)
{
	struct buf original CLEANUP(buf_done) = BUF_INIT(MAX_ORIGINAL_RECIPIENT);
	const char *address = wire_address(envelope->item, recipient->address);
	bool named = envelope->reports && str_is_ascii(str_of(address)) && write_xtext(&original, address);

	return stream_printf(smtp->stream, err, "RCPT TO:<%s>%s%s%s\r\n", address,
	                     envelope->reports ? " NOTIFY=FAILURE,DELAY" : "", named ? " ORCPT=rfc822;" : "",
	                     named ? buf_cstr(&original) : "");
}
