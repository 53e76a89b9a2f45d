/* The two readings. GMime is asked as a mail program would ask it: loose with RFC 2047, and where nothing says what raw
 * bytes are, UTF-8 and then windows-1252. */
#include "reading.h"

#include <gmime/gmime.h>

/* ---------------------------------------------------------------- both */

struct str evened(struct arena *arena, struct str s)
{
	char *out = arena_bytes(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (!s.p[i])
			continue;
		if (!is_space(s.p[i]))
			out[n++] = s.p[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return str_new(out, n);
}

struct str reading_types(struct arena *arena, const struct reading *r)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(4));

	for (size_t i = 0; i < r->count; i++) {
		buf_add(&out, r->leaves[i].type);
		buf_add(&out, STR("; "));
	}
	return arena_str(arena, buf_str(&out));
}

static struct leaf *leaf_add(struct arena *arena, struct reading *r)
{
	ARENA_ROOM(arena, r->leaves, r->count, r->size);
	return &r->leaves[r->count++];
}

static bool is_text(struct str type)
{
	return str_starts(type, STR("text/"));
}

/* ---------------------------------------------------------------- ours */

static struct str addresses(struct arena *arena, const struct address_list *list)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(16));

	for (size_t i = 0; i < list->count; i++) {
		if (str_find_char(list->items[i].address, '@') < 0)
			continue;
		buf_add(&out, list->items[i].name);
		buf_add(&out, STR(" <"));
		buf_add(&out, list->items[i].address);
		buf_add(&out, STR(">; "));
	}
	return evened(arena, buf_str(&out));
}

static void leaf_read(struct arena *arena, const struct message *m, const struct part *part, struct leaf *leaf)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(MIB(64));

	*leaf = (struct leaf){
	        .type = part_type(arena, part), .name = evened(arena, part->filename), .part = part, .m = m};
	if (part_decode(part, &bytes))
		leaf->bytes = arena_str(arena, buf_str(&bytes));
	if (is_text(leaf->type))
		leaf->text = evened(arena, part_text(arena, m, part));
}

static void leaves_read(struct arena *arena, const struct message *m, struct reading *r)
{
	for (size_t i = 0; i < m->part_count; i++) {
		const struct part *part = m->parts[i];

		if (part->inner)
			leaves_read(arena, part->inner, r);
		else if (!part->first_child && !str_eq(part->type, STR("multipart")))
			leaf_read(arena, m, part, leaf_add(arena, r));
	}
}

struct reading read_ours(struct arena *arena, const struct message *m)
{
	struct reading r = {0};

	r.subject = evened(arena, m->subject);
	r.from = addresses(arena, &m->from_list);
	r.to = addresses(arena, &m->to);
	leaves_read(arena, m, &r);
	return r;
}

/* ---------------------------------------------------------------- GMime's */

static struct str text_of(struct arena *arena, const char *s)
{
	return evened(arena, str_of(s));
}

static void gmime_addresses(struct buf *out, InternetAddressList *list)
{
	int n = list ? internet_address_list_length(list) : 0;

	for (int i = 0; i < n; i++) {
		InternetAddress *a = internet_address_list_get_address(list, i);
		const char *name = internet_address_get_name(a), *address;

		if (INTERNET_ADDRESS_IS_GROUP(a)) {
			gmime_addresses(out, internet_address_group_get_members(INTERNET_ADDRESS_GROUP(a)));
			continue;
		}
		address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(a));
		if (!address || !strchr(address, '@'))
			continue;
		buf_add(out, str_of(name ? name : ""));
		buf_add(out, STR(" <"));
		buf_add(out, str_of(address));
		buf_add(out, STR(">; "));
	}
}

static struct str gmime_list(struct arena *arena, InternetAddressList *list)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(16));

	gmime_addresses(&out, list);
	return evened(arena, buf_str(&out));
}

static struct str gmime_bytes(struct arena *arena, GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *out = g_mime_stream_mem_new();
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out));
	struct str copy;

	if (content)
		g_mime_data_wrapper_write_to_stream(content, out);
	copy = arena_str(arena, str_new(bytes->data, bytes->len));
	g_object_unref(out);
	return copy;
}

static void gmime_leaf(struct arena *arena, GMimePart *part, struct leaf *leaf)
{
	char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(GMIME_OBJECT(part)));
	char *lower = g_ascii_strdown(type, -1);

	*leaf = (struct leaf){.type = text_of(arena, lower), .bytes = gmime_bytes(arena, part)};
	leaf->name = text_of(arena, g_mime_part_get_filename(part));
	if (GMIME_IS_TEXT_PART(part) && is_text(leaf->type)) {
		char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));

		leaf->text = text_of(arena, text);
		g_free(text);
	}
	g_free(lower);
	g_free(type);
}

/* GMime's own parser bounds the depth. */
static void gmime_walk(struct arena *arena, GMimeObject *object, struct reading *r)
{
	if (!object)
		return;
	if (GMIME_IS_MESSAGE_PART(object)) {
		GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));

		if (inner)
			gmime_walk(arena, g_mime_message_get_mime_part(inner), r);
	} else if (GMIME_IS_MULTIPART(object)) {
		for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
			gmime_walk(arena, g_mime_multipart_get_part(GMIME_MULTIPART(object), i), r);
	} else if (GMIME_IS_PART(object)) {
		gmime_leaf(arena, GMIME_PART(object), leaf_add(arena, r));
	}
}

static GMimeParserOptions *loose_options(void)
{
	GMimeParserOptions *options = g_mime_parser_options_new();
	const char *fallbacks[] = {"utf-8", "windows-1252", NULL};

	g_mime_parser_options_set_rfc2047_compliance_mode(options, GMIME_RFC_COMPLIANCE_LOOSE);
	g_mime_parser_options_set_parameter_compliance_mode(options, GMIME_RFC_COMPLIANCE_LOOSE);
	g_mime_parser_options_set_address_compliance_mode(options, GMIME_RFC_COMPLIANCE_LOOSE);
	g_mime_parser_options_set_fallback_charsets(options, fallbacks);
	return options;
}

struct reading read_gmime(struct arena *arena, struct str raw)
{
	GMimeParserOptions *options = loose_options();
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(raw.p, raw.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *m = g_mime_parser_construct_message(parser, options);
	struct reading r = {.subject = STR("")};

	if (m) {
		r.subject = text_of(arena, g_mime_message_get_subject(m));
		r.from = gmime_list(arena, g_mime_message_get_from(m));
		r.to = gmime_list(arena, g_mime_message_get_to(m));
		gmime_walk(arena, g_mime_message_get_mime_part(m), &r);
		g_object_unref(m);
	}
	g_object_unref(parser);
	g_object_unref(stream);
	g_mime_parser_options_free(options);
	return r;
}
