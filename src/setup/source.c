/* See source.h. */
#include "setup/source.h"

#include "base/cursor.h"
#include "setup/check.h"

static const char *const source_words[] = {
        [SOURCE_FROM] = "from",
        [SOURCE_FROM_NAME] = "from-name",
        [SOURCE_FROM_DOMAIN] = "from-domain",
        [SOURCE_TO] = "to",
        [SOURCE_CC] = "cc",
        [SOURCE_REPLY_TO] = "reply-to",
        [SOURCE_SUBJECT] = "subject",
        [SOURCE_DATE] = "date",
        [SOURCE_MESSAGE_ID] = "message-id",
        [SOURCE_THREAD_TOPIC] = "thread-topic",
        [SOURCE_BODY] = "body",
        [SOURCE_REPLY] = "reply",
        [SOURCE_ATTACHMENTS] = "attachments",
        [SOURCE_SIZE] = "size",
};

static const char unknown[] =
        "is not a source (from, from-name, from-domain, to, cc, reply-to, subject, date, message-id, "
        "thread-topic, body, reply, attachments, size, header:NAME, regex:SOURCE:PATTERN, text:CONSTANT)";

/* RFC 5322 §3.6.8: printable ASCII without colon. */
static bool is_field_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] >= 0x7f || name.p[i] == ':')
			return false;
	return name.n > 0;
}

static const char *parse_header(struct str name, struct source *source)
{
	if (!is_field_name(name))
		return "needs the name of a header field: \"header:X-Priority\"";
	source->kind = SOURCE_HEADER;
	source->argument = name;
	return NULL;
}

static const char *parse_word(struct str word, struct source *source)
{
	for (size_t i = 0; i < ARRAY_LEN(source_words); i++) {
		if (str_eq(word, str_of(source_words[i]))) {
			source->kind = (enum source_kind)i;
			return NULL;
		}
	}
	return unknown;
}

/* What stands behind "regex:" */
static const char *parse_pattern(struct str rest, struct source *source)
{
	static const char expected[] = "needs a source and a pattern: \"regex:subject:order ([0-9]+)\"";
	struct cursor c = cursor_of(rest);
	bool header = cursor_take(&c, STR("header:"));
	struct str inner = cursor_rest(&c);
	ptrdiff_t colon = str_find_char(inner, ':');

	if (colon < 0 || (size_t)colon + 1 == inner.n)
		return expected;
	source->has_pattern = true;
	source->pattern = inner.p + colon + 1;
	inner = str_slice(inner, 0, (size_t)colon);
	return header ? parse_header(inner, source) : parse_word(inner, source);
}

const char *source_parse(const char *text, struct source *ret_source)
{
	struct source source = {0};
	struct cursor c = cursor_of(str_of(text));
	const char *wrong;

	if (cursor_take(&c, STR("text:"))) {
		source.kind = SOURCE_TEXT;
		source.argument = cursor_rest(&c);
		wrong = NULL;
	} else if (cursor_take(&c, STR("header:"))) {
		wrong = parse_header(cursor_rest(&c), &source);
	} else if (cursor_take(&c, STR("regex:"))) {
		wrong = parse_pattern(cursor_rest(&c), &source);
	} else {
		wrong = parse_word(cursor_rest(&c), &source);
	}
	if (!wrong)
		*ret_source = source;
	return wrong;
}

const char *source_check(const char *text)
{
	struct source source;
	const char *wrong = source_parse(text, &source);

	if (!wrong && source.has_pattern)
		wrong = check_pattern(source.pattern);
	return wrong;
}
