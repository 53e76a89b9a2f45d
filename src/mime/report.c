/* See report.h. A delivery-status part is a row of header blocks: one for the message, one for each recipient. */
#include "mime/report.h"

#include "base/cursor.h"
#include "mime/charset.h"

#define RECIPIENTS_MAX 10000

/* "rfc822; ann@example.com" → the second half. */
static struct str without_type(struct str value)
{
	ptrdiff_t semicolon = str_find_char(value, ';');

	return str_trim(semicolon < 0 ? value : str_slice(value, (size_t)semicolon + 1, value.n));
}

static struct str bare_address(struct str value)
{
	value = without_type(value);
	if (value.n >= 2 && value.p[0] == '<' && value.p[value.n - 1] == '>')
		value = str_slice(value, 1, value.n - 1);
	return value;
}

/* "5.1.1 (no such user)" → "5.1.1"; empty where it isn't d.d.d. */
static struct str status_code(struct str value)
{
	size_t end = 0, dots = 0;

	while (end < value.n && (is_digit(value.p[end]) || value.p[end] == '.'))
		dots += value.p[end++] == '.';
	return dots == 2 && value.p[0] >= '2' && value.p[0] <= '5' && value.p[1] == '.' ? str_slice(value, 0, end)
	                                                                                : STR("");
}

/* The next field with its folds, or an empty name at an empty line. False at the end. */
static bool field_next(struct cursor *c, struct str *ret_name, struct str *ret_value)
{
	struct str rest = cursor_rest(c), line;
	size_t end = 0;
	ptrdiff_t colon;

	if (cursor_end(c))
		return false;
	do {
		const char *eol = memchr(rest.p + end, '\n', rest.n - end);
		end = eol ? (size_t)(eol - rest.p) + 1 : rest.n;
	} while (end < rest.n && (rest.p[end] == ' ' || rest.p[end] == '\t') && end > 2);
	line = str_slice(rest, 0, end);
	cursor_skip(c, end);
	colon = str_find_char(line, ':');
	*ret_name = str_trim(colon < 0 ? STR("") : str_slice(line, 0, (size_t)colon));
	*ret_value = str_trim(colon < 0 ? line : str_slice(line, (size_t)colon + 1, line.n));
	return true;
}

static struct str text_of(struct arena *arena, struct str value)
{
	struct str copy = arena_str(arena, charset_guess_utf8(arena, str_slice(value, 0, 2000)));
	char *p = (char *)(uintptr_t)copy.p;

	for (size_t i = 0; i < copy.n; i++)
		if ((unsigned char)p[i] < ' ')
			p[i] = ' ';
	return copy;
}

static void recipient_end(struct arena *arena, struct report *report, size_t *size, struct report_recipient *at_hand)
{
	if (at_hand->recipient.n && report->count < RECIPIENTS_MAX) {
		at_hand->is_hard = str_eq(at_hand->action, STR("failed")) && at_hand->status.n &&
		                   at_hand->status.p[0] == '5' && !str_starts(at_hand->status, STR("5.2.2")) &&
		                   !str_starts(at_hand->status, STR("5.4.7"));
		ARENA_ROOM(arena, report->recipients, report->count, *size);
		report->recipients[report->count++] = *at_hand;
	}
	*at_hand = (struct report_recipient){0};
}

static struct str lower(struct arena *arena, struct str s)
{
	struct str copy = text_of(arena, s);

	for (size_t i = 0; i < copy.n; i++)
		((char *)(uintptr_t)copy.p)[i] = ascii_lower(copy.p[i]);
	return copy;
}

static void status_part_read(struct arena *arena, struct str text, struct report *report, size_t *size)
{
	struct report_recipient at_hand = {0};
	struct cursor c = cursor_of(text);
	struct str name, value;

	while (field_next(&c, &name, &value)) {
		if (!name.n && !value.n)
			recipient_end(arena, report, size, &at_hand);
		else if (str_eq_nocase(name, STR("Final-Recipient")))
			at_hand.recipient = text_of(arena, bare_address(value));
		else if (str_eq_nocase(name, STR("Original-Recipient")) && !at_hand.recipient.n)
			at_hand.recipient = text_of(arena, bare_address(value));
		else if (str_eq_nocase(name, STR("Action")))
			at_hand.action = lower(arena, value);
		else if (str_eq_nocase(name, STR("Status")))
			at_hand.status = text_of(arena, status_code(value));
		else if (str_eq_nocase(name, STR("Diagnostic-Code")))
			at_hand.diagnostic = text_of(arena, without_type(value));
	}
	recipient_end(arena, report, size, &at_hand);
}

struct report message_report(struct arena *arena, const struct message *m)
{
	struct report report = {0};
	size_t size = 0;

	for (size_t i = 0; i < m->part_count; i++) {
		const struct part *part = m->parts[i];

		if (str_eq(part->type, STR("message")) && (str_eq(part->subtype, STR("delivery-status")) ||
		                                           str_eq(part->subtype, STR("global-delivery-status"))))
			status_part_read(arena, part_text(arena, m, part), &report, &size);
	}
	return report;
}
