/* See report.h. A delivery-status part is a row of header blocks: one for the message, one for each recipient. */
#include "mime/report.h"

#include "base/cursor.h"
#include "mime/charset.h"

#define RECIPIENTS_MAX 10000
#define TEXT_MAX       MIB(1)

/* "rfc822; ann@example.com" → the second half. A type is one word; "550 no; go away" has none. */
static struct str without_type(struct str value)
{
	ptrdiff_t semicolon = str_find_char(str_slice(value, 0, 40), ';');
	struct str type = str_trim(str_slice(value, 0, semicolon < 0 ? 0 : (size_t)semicolon));

	if (semicolon < 0 || str_find_char(type, ' ') >= 0)
		return str_trim(value);
	return str_trim(str_slice(value, (size_t)semicolon + 1, value.n));
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

	if (cursor_end(c) || !rest.p)
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

static struct str lower(struct arena *arena, struct str s)
{
	struct str copy = text_of(arena, s);

	for (size_t i = 0; i < copy.n; i++)
		((char *)(uintptr_t)copy.p)[i] = ascii_lower(copy.p[i]);
	return copy;
}

/* ---------------------------------------------------------------- recipients */

struct reading {
	struct arena *arena;
	struct report *report;
	size_t size;
	struct report_recipient at_hand;
};

static void recipient_end(struct reading *r)
{
	struct report *report = r->report;
	struct report_recipient *at_hand = &r->at_hand;

	if (!at_hand->recipient.n)
		at_hand->recipient = at_hand->original;
	if (at_hand->recipient.n && report->count < RECIPIENTS_MAX) {
		at_hand->is_hard = str_eq(at_hand->action, STR("failed")) && at_hand->status.n &&
		                   at_hand->status.p[0] == '5' && !str_starts(at_hand->status, STR("5.2.2")) &&
		                   !str_starts(at_hand->status, STR("5.4.7"));
		ARENA_ROOM(r->arena, report->recipients, report->count, r->size);
		report->recipients[report->count++] = *at_hand;
	}
	*at_hand = (struct report_recipient){0};
}

/* An empty line ends a recipient's block once the block says what became of it: some writers leave one behind every
 * field. */
static void block_end(struct reading *r)
{
	const struct report_recipient *at_hand = &r->at_hand;

	if ((at_hand->recipient.n || at_hand->original.n) && (at_hand->status.n || at_hand->diagnostic.n))
		recipient_end(r);
}

static void final_recipient(struct reading *r, struct str value)
{
	if (r->at_hand.recipient.n)
		recipient_end(r);
	r->at_hand.recipient = text_of(r->arena, bare_address(value));
}

static void original_recipient(struct reading *r, struct str value)
{
	if (r->at_hand.original.n)
		recipient_end(r);
	r->at_hand.original = text_of(r->arena, bare_address(value));
}

static void status_field(struct reading *r, struct str value)
{
	struct str code = status_code(value);

	if (!value.n)
		return;
	r->at_hand.status = text_of(r->arena, code);
	r->at_hand.comment = text_of(r->arena, str_trim(str_slice(value, code.n, value.n)));
}

static void field_read(struct reading *r, struct str name, struct str value)
{
	if (str_eq_nocase(name, STR("Final-Recipient")))
		final_recipient(r, value);
	else if (str_eq_nocase(name, STR("Original-Recipient")))
		original_recipient(r, value);
	else if (str_eq_nocase(name, STR("Action")))
		r->at_hand.action = lower(r->arena, value);
	else if (str_eq_nocase(name, STR("Status")))
		status_field(r, value);
	else if (str_eq_nocase(name, STR("Diagnostic-Code")) && !r->at_hand.diagnostic.n)
		r->at_hand.diagnostic = text_of(r->arena, without_type(value));
	else if (str_eq_nocase(name, STR("Remote-MTA")))
		r->at_hand.remote_mta = text_of(r->arena, without_type(value));
	else if (str_eq_nocase(name, STR("Reporting-MTA")) && !r->report->reporting_mta.n)
		r->report->reporting_mta = text_of(r->arena, without_type(value));
	else if (str_eq_nocase(name, STR("Original-Envelope-Id")) && !r->report->envelope_id.n)
		r->report->envelope_id = text_of(r->arena, value);
}

static void text_read(struct reading *r, struct str text)
{
	struct cursor c = cursor_of(str_slice(text, 0, TEXT_MAX));
	struct str name, value;

	while (field_next(&c, &name, &value)) {
		if (!name.n && !value.n)
			block_end(r);
		else
			field_read(r, name, value);
	}
	recipient_end(r);
}

struct report report_of_text(struct arena *arena, struct str text)
{
	struct report report = {.reporting_mta = STR(""), .envelope_id = STR("")};
	struct reading r = {.arena = arena, .report = &report};

	text_read(&r, text);
	return report;
}

static bool is_status_part(const struct part *part)
{
	static const char *const subtypes[] = {"delivery-status", "global-delivery-status", "xdelivery-status"};

	for (size_t i = 0; i < ARRAY_LEN(subtypes); i++)
		if (str_eq(part->type, STR("message")) && str_eq(part->subtype, str_of(subtypes[i])))
			return true;
	return false;
}

struct report message_report(struct arena *arena, const struct message *m)
{
	struct report report = {.reporting_mta = STR(""), .envelope_id = STR("")};
	struct reading r = {.arena = arena, .report = &report};

	for (size_t i = 0; i < m->part_count; i++) {
		if (!is_status_part(m->parts[i]))
			continue;
		report.found = true;
		text_read(&r, part_text(arena, m, m->parts[i]));
	}
	return report;
}
