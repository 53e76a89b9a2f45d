/* A record as JSON text at once: what record_write() and a dump of its JSON give, to the byte, for a third of the
 * work. Answers of the API are lists of records. */
#include "record/field.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"

#include <stdlib.h>

static void write_fields(struct buf *out, const struct field *fields, size_t n, const void *base);

/* ---------------------------------------------------------------- texts and numbers */

static void add_text(struct buf *out, const char *text)
{
	struct str s = str_of(text);

	if (str_is_utf8(s)) {
		buf_add_json(out, s);
	} else { /* as json_text() */
		char *copy CLEANUP(freep) = str_dup(s);

		buf_add_json(out, str_new(copy, str_make_printable(copy, s.n, true)));
	}
}

static void add_int(struct buf *out, int64_t value)
{
	char digits[24], *p = digits + sizeof digits;
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--p = '-';
	buf_add(out, str_new(p, (size_t)(digits + sizeof digits - p)));
}

static void add_time(struct buf *out, int64_t at)
{
	char text[32];

	if (at) {
		clock_format_iso(at, text);
		buf_add_json(out, str_of(text));
	} else {
		buf_add(out, STR("null"));
	}
}

static int add_piece(const char *piece, size_t n, void *out)
{
	buf_add(out, str_new(piece, n));
	return ((struct buf *)out)->failed ? -1 : 0;
}

static void add_json(struct buf *out, const json_t *json)
{
	if (!json)
		buf_add(out, STR("null"));
	else if (json_dump_callback(json, add_piece, out, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
		out->failed = true;
}

/* ---------------------------------------------------------------- members */

static void add_list(struct buf *out, const struct field *field, const struct record_list *list)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buf_add_char(out, ',');
		write_fields(out, field->fields, field->field_count, list_item(field, list, i));
	}
	buf_add_char(out, ']');
}

static void add_texts(struct buf *out, const struct text_list *list)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buf_add_char(out, ',');
		add_text(out, list->items[i]);
	}
	buf_add_char(out, ']');
}

/* Through an object: a key may come twice, and the last one counts. */
static void add_pairs(struct buf *out, const struct text_pairs *pairs)
{
	json_t *object = json_object();

	for (size_t i = 0; i < pairs->count; i++)
		json_object_set_new(object, pairs->items[i].key, json_text(str_of(pairs->items[i].value)));
	add_json(out, object);
	json_decref(object);
}

static void write_value(struct buf *out, const struct field *field, const void *base)
{
	const void *member = field_of(field, base);

	switch (field->kind) {
	case FIELD_KIND_TEXT:
		add_text(out, *(const char *const *)member);
		break;
	case FIELD_KIND_INT:
		add_int(out, *(const int64_t *)member);
		break;
	case FIELD_KIND_BOOL:
		buf_add_cstr(out, *(const bool *)member ? "true" : "false");
		break;
	case FIELD_KIND_ENUM:
		add_text(out, field->words[*(const int *)member]);
		break;
	case FIELD_KIND_SECRET:
		add_text(out, secret_is_stored(member) ? RECORD_MASK : "");
		break;
	case FIELD_KIND_SECTION:
		write_fields(out, field->fields, field->field_count, member);
		break;
	case FIELD_KIND_LIST:
		add_list(out, field, member);
		break;
	case FIELD_KIND_TEXTS:
		add_texts(out, member);
		break;
	case FIELD_KIND_PAIRS:
		add_pairs(out, member);
		break;
	case FIELD_KIND_TIME:
		add_time(out, *(const int64_t *)member);
		break;
	case FIELD_KIND_JSON:
		add_json(out, *(json_t *const *)member);
		break;
	}
}

static void write_fields(struct buf *out, const struct field *fields, size_t n, const void *base)
{
	buf_add_char(out, '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(out, ',');
		buf_add_json(out, str_of(fields[i].name));
		buf_add_char(out, ':');
		write_value(out, &fields[i], base);
	}
	buf_add_char(out, '}');
}

void record_write_text(const struct record_type *type, const void *record, struct buf *out)
{
	write_fields(out, type->fields, type->field_count, record);
}
