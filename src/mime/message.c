/* message_parse(): the tree first (part.c), then the fields that everybody asks for, then the walk of the body. */
#include "parse.h"

#include "date.h"
#include "mime/charset.h"
#include "words.h"

#define NOTICES_MAX 50
#define IDS_MAX     1000
#define FIELDS_MAX  100 /* of one name that hold addresses */

/* ---------------------------------------------------------------- notices */

void notice_add(struct arena *arena, struct message *m, const char *text)
{
	struct message_work *work = (struct message_work *)m;

	for (size_t i = 0; i < m->notice_count; i++)
		if (str_eq(m->notices[i], str_of(text)))
			return;
	if (m->notice_count == NOTICES_MAX)
		return;
	ARENA_ROOM(arena, m->notices, m->notice_count, work->notices_size);
	m->notices[m->notice_count++] = arena_str(arena, str_of(text));
}

/* ---------------------------------------------------------------- raw text in fields */

/* The charset that fields without encoded words are most likely in: that of the first text. */
static struct str charset_of_text(const struct message *m)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (str_eq(m->parts[i]->type, STR("text")) && m->parts[i]->charset.n)
			return m->parts[i]->charset;
	return STR("");
}

/* Does the value need that charset to be read? Seven-bit charsets look like ASCII. */
static bool needs_charset(struct str value, struct str charset)
{
	if (!charset.n || str_eq(charset, STR("us-ascii")) || str_eq(charset, STR("utf-8")))
		return false;
	if (str_eq(charset, STR("utf-7")) || str_eq(charset, STR("hz-gb-2312")))
		return str_is_ascii(value);
	return !str_is_utf8(value) || str_find_char(value, '\033') >= 0;
}

/* A field's value, unfolded. Text beyond ASCII that was never encoded (RFC 2047 forbids it, RFC 6532 means UTF-8) is
 * read as the body's, unless it can't be that. */
static struct str field_value(struct arena *arena, const struct message *m, const struct header *header)
{
	struct str value = header ? header_unfold(arena, header->value) : STR("");
	struct str charset, text;

	if (str_is_ascii(value) && !memchr(value.p ? value.p : "", '+', value.n) && str_find(value, STR("~{")) < 0 &&
	    str_find_char(value, '\033') < 0)
		return value;
	/* Encoded words say themselves what they are in, even where raw bytes stand inside them. */
	if (str_find(value, STR("=?")) >= 0)
		return value;
	charset = charset_of_text(m);
	if (!needs_charset(value, charset))
		return value;
	text = charset_to_utf8(arena, charset, value);
	return str_find(text, STR("\xef\xbf\xbd")) < 0 ? text : value;
}

/* ---------------------------------------------------------------- ids */

struct id_list {
	struct str *items;
	size_t count, size;
};

static void id_add(struct arena *arena, struct id_list *list, struct str raw)
{
	char *out = arena_bytes(arena, raw.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++)
		if ((unsigned char)raw.p[i] > ' ' && raw.p[i] != 0x7f)
			out[n++] = raw.p[i];
	out[n] = '\0';
	if (!n || list->count == IDS_MAX)
		return;
	ARENA_ROOM(arena, list->items, list->count, list->size);
	list->items[list->count++] = arena_str(arena, charset_guess_utf8(arena, str_new(out, n)));
}

/* Words with an @, where nobody wrote <>. */
static void bare_ids(struct arena *arena, struct str text, struct id_list *list)
{
	size_t at = 0;

	while (at < text.n) {
		size_t start;

		while (at < text.n && (is_space(text.p[at]) || text.p[at] == ','))
			at++;
		start = at;
		while (at < text.n && !is_space(text.p[at]) && text.p[at] != ',')
			at++;
		if (str_find_char(str_slice(text, start, at), '@') >= 0)
			id_add(arena, list, str_slice(text, start, at));
	}
}

static struct id_list ids_read(struct arena *arena, const struct part *root, const char *name)
{
	const struct header *header = part_header(root, name);
	struct id_list list = {0};
	struct str text, rest;

	if (!header)
		return list;
	rest = text = header_unfold(arena, header->value);
	for (;;) {
		ptrdiff_t open = str_find_char(rest, '<'), close;

		if (open < 0)
			break;
		rest = str_slice(rest, (size_t)open + 1, rest.n);
		close = str_find_char(rest, '>');
		if (close < 0)
			close = (ptrdiff_t)rest.n;
		id_add(arena, &list, str_slice(rest, 0, (size_t)close));
		rest = str_slice(rest, (size_t)close + 1, rest.n);
	}
	if (!list.count)
		bare_ids(arena, text, &list);
	return list;
}

static void message_id_read(struct arena *arena, struct message *m)
{
	struct id_list ids = ids_read(arena, m->root, "Message-ID");
	const struct header *header = message_header(m, "Message-ID");

	if (!ids.count && header)
		id_add(arena, &ids, header_unfold(arena, header->value));
	m->message_id = ids.count ? ids.items[0] : STR("");
}

/* ---------------------------------------------------------------- addresses */

/* All fields of the name: some senders write one To for each recipient. */
static struct address_list addresses_read(struct arena *arena, struct message *m, const char *name)
{
	struct address_list all = {0};
	struct str want = str_of(name);
	size_t size = 0, fields = 0;

	for (size_t i = 0; i < m->root->header_count; i++) {
		const struct header *header = &m->root->headers[i];
		struct address_list more;

		if (!str_eq_nocase(header->name, want))
			continue;
		if (fields++ == FIELDS_MAX) {
			notice_add(arena, m, "too many fields with addresses, the rest was left out");
			break;
		}
		more = address_list_parse(arena, field_value(arena, m, header));
		if (more.count >= ADDRESSES_MAX)
			notice_add(arena, m, "too many addresses in one field, the rest was left out");
		if (!all.count) {
			all = more;
			size = more.count;
			continue;
		}
		for (size_t k = 0; k < more.count; k++) {
			ARENA_ROOM(arena, all.items, all.count, size);
			all.items[all.count++] = more.items[k];
		}
	}
	return all;
}

static void return_path_read(struct arena *arena, struct message *m)
{
	const struct header *header = message_header(m, "Return-Path");
	struct str text;
	struct address_list list;

	m->return_path = STR("");
	if (!header)
		return;
	text = header_unfold(arena, header->value);
	list = address_list_parse(arena, text);
	if (list.count)
		m->return_path = list.items[0].address.n ? list.items[0].address : list.items[0].name;
	m->has_null_return_path = !m->return_path.n && str_find_char(text, '<') >= 0;
}

static void addresses_of(struct arena *arena, struct message *m)
{
	m->from_list = addresses_read(arena, m, "From");
	m->sender = addresses_read(arena, m, "Sender");
	m->to = addresses_read(arena, m, "To");
	m->cc = addresses_read(arena, m, "Cc");
	m->bcc = addresses_read(arena, m, "Bcc");
	m->reply_to = addresses_read(arena, m, "Reply-To");
	if (m->from_list.count)
		m->from = m->from_list.items[0];
	else if (m->sender.count)
		m->from = m->sender.items[0];
	else
		m->from = (struct address){STR(""), STR("")};
}

/* ---------------------------------------------------------------- the whole */

void message_finish(struct parser *parser, struct message_work *work)
{
	struct arena *arena = parser->arena;
	struct message *m = &work->m;
	const struct header *date = message_header(m, "Date");
	struct id_list ids;

	addresses_of(arena, m);
	return_path_read(arena, m);
	m->subject = words_decode(arena, field_value(arena, m, message_header(m, "Subject")));
	message_id_read(arena, m);
	ids = ids_read(arena, m->root, "In-Reply-To");
	m->in_reply_to = ids.items;
	m->in_reply_to_count = ids.count;
	ids = ids_read(arena, m->root, "References");
	m->references = ids.items;
	m->reference_count = ids.count;
	if (ids.count == IDS_MAX)
		notice_add(arena, m, "too many references, the rest was left out");
	m->date = date ? date_parse(header_unfold(arena, date->value)) : 0;
	if (!m->root->header_count)
		notice_add(arena, m, "no header");
	body_walk(parser, m);
}

static struct message_limits with_defaults(const struct message_limits *limits)
{
	struct message_limits l = limits ? *limits : (struct message_limits){0};

	l.max_parts = l.max_parts ? l.max_parts : 10000;
	l.max_depth = l.max_depth ? l.max_depth : 50;
	l.max_headers = l.max_headers ? l.max_headers : 10000;
	l.max_text = l.max_text ? l.max_text : MIB(10);
	return l;
}

struct message *message_parse(struct arena *arena, struct str raw, const struct message_limits *limits)
{
	struct parser parser = {.arena = arena, .limits = with_defaults(limits), .decode_left = raw.n * 2};
	struct message_work *work = ARENA_NEW(arena, struct message_work);

	work->m.raw = raw.p ? raw : STR("");
	work->m.limits = parser.limits;
	message_scan(&parser, work, 0);
	return &work->m;
}
