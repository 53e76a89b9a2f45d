/* See sources.h. */
#include "rules/sources.h"

#include "base/clock.h"
#include "mime/reply.h"
#include "rules/pattern.h"
#include "rules/rule.h"
#include "setup/source.h"

static struct source_values one(struct arena *arena, struct str value)
{
	struct source_values values = {0};

	if (value.n) {
		values.items = ARENA_ARRAY(arena, struct str, 1);
		values.items[0] = value;
		values.count = 1;
	}
	return values;
}

static struct source_values addresses(struct arena *arena, const struct address_list *list)
{
	struct source_values values = {.items = ARENA_ARRAY(arena, struct str, MAX(list->count, 1))};

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].address.n)
			values.items[values.count++] = list->items[i].address;
	return values;
}

static struct source_values attachment_names(struct arena *arena, const struct message *m)
{
	struct source_values values = {.items = ARENA_ARRAY(arena, struct str, MAX(m->attachment_count, 1))};

	for (size_t i = 0; i < m->attachment_count; i++)
		if (m->attachments[i]->filename.n)
			values.items[values.count++] = m->attachments[i]->filename;
	return values;
}

/* What stands behind the last @. */
static struct str domain_of(struct str address)
{
	size_t at = address.n;

	while (at > 0 && address.p[at - 1] != '@')
		at--;
	return at ? str_slice(address, at, address.n) : STR_NULL;
}

static struct str date_text(struct arena *arena, const struct message *m)
{
	char text[32];

	if (!m->date)
		return STR_NULL;
	clock_format_iso(m->date, text);
	return arena_str(arena, str_of(text));
}

static struct str header_value(struct arena *arena, const struct message *m, struct str name)
{
	const struct header *header = message_header(m, arena_cstr(arena, name));

	return header ? header_text(arena, header) : STR_NULL;
}

static struct str body_text(struct source_reader *reader)
{
	if (!reader->has_body) {
		reader->body = message_body_text(reader->arena, reader->message);
		reader->has_body = true;
	}
	return reader->body;
}

static struct str reply_text(struct source_reader *reader)
{
	if (!reader->has_reply) {
		reader->reply = message_reply(reader->arena, reader->message).reply;
		reader->has_reply = true;
	}
	return reader->reply;
}

static struct source_values read_plain(struct source_reader *reader, const struct source *source)
{
	struct arena *arena = reader->arena;
	const struct message *m = reader->message;

	switch (source->kind) {
	case SOURCE_FROM:
		return one(arena, m->from.address);
	case SOURCE_FROM_NAME:
		return one(arena, m->from.name);
	case SOURCE_FROM_DOMAIN:
		return one(arena, domain_of(m->from.address));
	case SOURCE_TO:
		return addresses(arena, &m->to);
	case SOURCE_CC:
		return addresses(arena, &m->cc);
	case SOURCE_REPLY_TO:
		return addresses(arena, &m->reply_to);
	case SOURCE_SUBJECT:
		return one(arena, m->subject);
	case SOURCE_DATE:
		return one(arena, date_text(arena, m));
	case SOURCE_MESSAGE_ID:
		return one(arena, m->message_id);
	case SOURCE_THREAD_TOPIC:
		return one(arena, header_value(arena, m, STR("Thread-Topic")));
	case SOURCE_BODY:
		return one(arena, body_text(reader));
	case SOURCE_REPLY:
		return one(arena, reply_text(reader));
	case SOURCE_ATTACHMENTS:
		return attachment_names(arena, m);
	case SOURCE_SIZE:
		return one(arena, arena_printf(arena, "%zu", m->raw.n));
	case SOURCE_HEADER:
		return one(arena, header_value(arena, m, source->argument));
	case SOURCE_TEXT:
		return one(arena, arena_str(arena, source->argument));
	}
	return (struct source_values){0};
}

/* The first of the values in which the pattern is found. */
static struct source_values search_pattern(struct arena *arena, const struct source_values *plain, const char *pattern)
{
	for (size_t i = 0; i < plain->count; i++) {
		struct str found = STR_NULL;
		enum pattern_answer answer = pattern_search(pattern, plain->items[i], &found);

		if (answer == PATTERN_GAVE_UP)
			return (struct source_values){.gave_up = true};
		if (answer == PATTERN_YES)
			return one(arena, arena_str(arena, found));
	}
	return (struct source_values){0};
}

struct source_values source_read(struct source_reader *reader, const char *text)
{
	struct source source;

	if (source_parse(text, &source))
		return (struct source_values){0};
	struct source_values values = read_plain(reader, &source);
	return source.has_pattern ? search_pattern(reader->arena, &values, source.pattern) : values;
}

struct str source_join(struct arena *arena, const struct source_values *values)
{
	size_t n = 0;

	if (values->count == 0)
		return STR("");
	if (values->count == 1)
		return values->items[0];
	for (size_t i = 0; i < values->count; i++)
		n += values->items[i].n + 2;
	char *joined = arena_bytes(arena, n + 1);
	size_t at = 0;
	for (size_t i = 0; i < values->count; i++) {
		if (i) {
			memcpy(joined + at, ", ", 2);
			at += 2;
		}
		memcpy(joined + at, values->items[i].p, values->items[i].n);
		at += values->items[i].n;
	}
	joined[at] = '\0';
	return str_new(joined, at);
}

struct str rule_source(struct arena *arena, const struct message *message, const char *source)
{
	struct source_reader reader = {.arena = arena, .message = message};
	struct source_values values = source_read(&reader, source);

	return source_join(arena, &values);
}

const char *rule_source_check(const char *source)
{
	return source_check(source);
}
