/* See bounce_json.h. Not a JSON parser: strings are taken out in order, and what a string means follows from the key
 * before it, which stands up to lines that were broken on their way. */
#include "bounce_json.h"

#include "base/cursor.h"
#include "mime/charset.h"

#define RECIPIENTS_MAX 1000
#define TEXT_MAX       KIB(256)

struct scan {
	struct arena *arena;
	struct notification *n;
	size_t size;
	struct str key;    /* the last one */
	struct str header; /* the last {"name": …} */
	struct str inner;  /* a "Message" that is JSON itself */
};

/* ---------------------------------------------------------------- strings */

static size_t hex4(struct str s)
{
	size_t value = 0;

	for (size_t i = 0; i < 4; i++) {
		char c = ascii_lower(s.p[i]);

		if (!is_digit(c) && (c < 'a' || c > 'f'))
			return 0xfffd;
		value = value * 16 + (size_t)(is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return value;
}

static size_t utf8_put(char *out, size_t c)
{
	if (c < 0x80) {
		out[0] = (char)(c ? c : ' ');
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c >= 0xd800 && c < 0xe000) /* half of a pair: the other half comes alone as well */
		c = 0xfffd;
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

static size_t escape_read(struct cursor *c, char *out)
{
	int next = cursor_next(c);
	struct str digits;

	switch (next) {
	case 'n':
	case 'r':
		out[0] = '\n';
		return 1;
	case 't':
	case 'b':
	case 'f':
	case -1:
		out[0] = ' ';
		return 1;
	case 'u':
		return cursor_bytes(c, 4, &digits) ? utf8_put(out, hex4(digits)) : 0;
	default:
		out[0] = (char)next;
		return 1;
	}
}

/* The string whose opening quote was read. A line end in it is not its own: "!" and a line end break long lines. */
static struct str string_read(struct arena *arena, struct cursor *c)
{
	size_t end = c->at, n = 0;
	char *out;
	int byte;

	while (end < c->n && c->p[end] != '"')
		end += c->p[end] == '\\' ? 2 : 1;
	out = arena_bytes(arena, MIN(end, c->n) - c->at + 1);
	while ((byte = cursor_next(c)) >= 0 && byte != '"') {
		if (byte == '!' && cursor_peek(c) == '\n') {
			cursor_skip(c, 1);
			(void)cursor_take_char(c, ' ');
		} else if (byte == '\\') {
			n += escape_read(c, out + n);
		} else if (byte != '\n' && byte != '\r') {
			out[n++] = (char)byte;
		}
	}
	return str_new(out, n);
}

/* ---------------------------------------------------------------- meaning */

static struct str copy_of(struct arena *arena, struct str s)
{
	struct str copy = arena_str(arena, charset_guess_utf8(arena, str_slice(s, 0, 2000)));

	for (size_t i = 0; i < copy.n; i++)
		if ((unsigned char)copy.p[i] < ' ')
			((char *)(uintptr_t)copy.p)[i] = ' ';
	return copy;
}

static struct notification_recipient *recipient_new(struct scan *s)
{
	struct notification *n = s->n;

	if (n->count == RECIPIENTS_MAX)
		return &n->recipients[n->count - 1];
	ARENA_ROOM(s->arena, n->recipients, n->count, s->size);
	n->recipients[n->count] = (struct notification_recipient){STR(""), STR(""), STR(""), STR("")};
	return &n->recipients[n->count++];
}

static void kind_read(struct scan *s, struct str value)
{
	static const struct {
		const char *word;
		enum notification_kind kind;
	} kinds[] = {{"Bounce", NOTIFICATION_BOUNCE},
	             {"Complaint", NOTIFICATION_COMPLAINT},
	             {"Delivery", NOTIFICATION_DELIVERY}};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(value, str_of(kinds[i].word)))
			s->n->kind = kinds[i].kind;
}

static struct str without_type(struct str value)
{
	ptrdiff_t semicolon = str_find_char(str_slice(value, 0, 10), ';');

	return semicolon < 0 ? value : str_trim(str_slice(value, (size_t)semicolon + 1, value.n));
}

static void id_read(struct scan *s, struct str value)
{
	value = copy_of(s->arena, value);
	if (value.n > 2 && value.p[0] == '<' && value.p[value.n - 1] == '>')
		value = str_slice(value, 1, value.n - 1);
	if (!s->n->message_id.n || str_find_char(value, '@') >= 0)
		s->n->message_id = value;
}

static void recipient_value(struct scan *s, struct str value)
{
	struct notification *n = s->n;
	struct notification_recipient *last = n->count ? &n->recipients[n->count - 1] : NULL;

	if (str_eq(s->key, STR("emailAddress")) ||
	    (n->kind == NOTIFICATION_DELIVERY && str_eq(s->key, STR("recipients"))))
		recipient_new(s)->address = copy_of(s->arena, value);
	else if (last && str_eq(s->key, STR("status")))
		last->status = copy_of(s->arena, value);
	else if (last && str_eq(s->key, STR("action")))
		last->action = copy_of(s->arena, value);
	else if (last && (str_eq(s->key, STR("diagnosticCode")) || str_eq(s->key, STR("smtpResponse"))))
		last->diagnostic = copy_of(s->arena, without_type(value));
}

static void value_read(struct scan *s, struct str value)
{
	struct notification *n = s->n;
	struct str key = s->key;

	if (str_eq(key, STR("notificationType")) || str_eq(key, STR("eventType")))
		kind_read(s, value);
	else if (str_eq(key, STR("Message")) && str_find_char(value, '{') >= 0)
		s->inner = value;
	else if (str_eq(key, STR("bounceType")))
		n->is_transient = str_eq(value, STR("Transient"));
	else if (str_eq(key, STR("reportingMTA")))
		n->reporting_mta = copy_of(s->arena, without_type(value));
	else if (str_eq(key, STR("messageId")))
		id_read(s, value);
	else if (str_eq(key, STR("name")))
		s->header = value;
	else if (str_eq(key, STR("value")) && str_eq_nocase(s->header, STR("Message-ID")))
		id_read(s, value);
	else if (str_eq(key, STR("source")) || (str_eq(key, STR("from")) && !n->from.n))
		n->from = copy_of(s->arena, value);
	else if (str_eq(key, STR("to")) || (str_eq(key, STR("destination")) && !n->to.n))
		n->to = copy_of(s->arena, value);
	else if (str_eq(key, STR("subject")))
		n->subject = copy_of(s->arena, value);
	else
		recipient_value(s, value);
}

static void object_read(struct scan *s, struct str text)
{
	struct cursor c = cursor_of(str_slice(text, 0, TEXT_MAX));
	int byte;

	while ((byte = cursor_next(&c)) >= 0) {
		struct str string;

		if (byte != '"')
			continue;
		string = string_read(s->arena, &c);
		while (!cursor_end(&c) && is_space(c.p[c.at]))
			c.at++;
		if (cursor_peek(&c) == ':')
			s->key = string;
		else
			value_read(s, string);
	}
}

struct notification notification_read(struct arena *arena, struct str text)
{
	struct notification n = {
	        .reporting_mta = STR(""), .message_id = STR(""), .from = STR(""), .to = STR(""), .subject = STR("")};
	struct scan scan = {.arena = arena, .n = &n};
	struct str start = str_trim(str_slice(text, 0, TEXT_MAX));

	if (!str_starts(start, STR("{")) ||
	    (str_find(start, STR("notificationType")) < 0 && str_find(start, STR("eventType")) < 0))
		return n;
	object_read(&scan, start);
	if (n.kind == NOTIFICATION_NONE && scan.inner.n) {
		struct scan inner = {.arena = arena, .n = &n};

		object_read(&inner, scan.inner);
	}
	return n;
}
