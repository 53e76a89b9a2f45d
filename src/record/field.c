/* Places and values as people read them. */
#include "record/field.h"

size_t place_enter(struct place *place, const char *name)
{
	size_t before = place->text.n;
	if (before)
		buf_add_char(&place->text, '/');
	struct str s = str_of(name);
	buf_add(&place->text, str_slice(s, 0, 64));
	return before;
}

size_t place_enter_entry(struct place *place, size_t index)
{
	size_t before = place->text.n;
	buf_printf(&place->text, "%s%zu", before ? "/" : "", index + 1);
	return before;
}

void place_leave(struct place *place, size_t before)
{
	place->text.n = before;
	if (place->text.p)
		place->text.p[before] = '\0';
	place->text.failed = false;
}

void place_done(struct place *place)
{
	buf_done(&place->text);
}

/* At most `cut` bytes of `text`, not ending within a character. */
static size_t cut_at_character(const char *text, size_t n, size_t cut)
{
	if (n <= cut)
		return n;
	while (cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	return cut;
}

void show_text(struct buf *out, const char *text, size_t n, size_t cut)
{
	size_t shown = cut_at_character(text, n, cut);
	buf_add_char(out, '"');
	for (size_t i = 0; i < shown; i++) {
		switch (text[i]) {
		case '\n':
			buf_add(out, STR("\\n"));
			break;
		case '\r':
			buf_add(out, STR("\\r"));
			break;
		case '\t':
			buf_add(out, STR("\\t"));
			break;
		case '"':
			buf_add(out, STR("\\\""));
			break;
		default:
			buf_add_char(out, text[i]);
		}
	}
	buf_add(out, shown < n ? STR("…\"") : STR("\""));
}

void show_json(struct buf *out, const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_STRING:
		show_text(out, json_string_value(json), json_string_length(json), 60);
		break;
	case JSON_INTEGER:
		buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
		break;
	case JSON_REAL:
		buf_printf(out, "%g", json_real_value(json));
		break;
	case JSON_TRUE:
		buf_add(out, STR("true"));
		break;
	case JSON_FALSE:
		buf_add(out, STR("false"));
		break;
	case JSON_NULL:
		buf_add(out, STR("null"));
		break;
	case JSON_ARRAY:
		buf_add(out, STR("a list"));
		break;
	case JSON_OBJECT:
		buf_add(out, STR("an object"));
		break;
	}
}

const struct field *fields_find(const struct field *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}
