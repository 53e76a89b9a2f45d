/* The fields of a record type, for people and for the documentation. */
#include "record/field.h"

/* One field as it is told: all texts live until the callback returns. */
struct told {
	const char *path, *value, *preset;
	const struct field *field;
};

struct telling {
	void (*tell)(void *ctx, const struct told *told);
	void *ctx;
	struct place place;
};

static void put_type(struct buf *out, const struct field *field)
{
	switch (field->kind) {
	case FIELD_KIND_TEXT:
		buf_add_cstr(out, field->is_id ? "id" : field->refers_to ? "id of " : "text");
		buf_add_cstr(out, field->refers_to ? field->refers_to : "");
		break;
	case FIELD_KIND_INT:
		buf_add_cstr(out, "number");
		if (field->low || field->high)
			buf_printf(out, " %lld-%lld", (long long)field->low, (long long)field->high);
		break;
	case FIELD_KIND_BOOL:
		buf_add_cstr(out, "true|false");
		break;
	case FIELD_KIND_ENUM:
		for (int i = 0; field->words[i]; i++)
			buf_printf(out, "%s%s", i ? "|" : "", field->words[i]);
		break;
	case FIELD_KIND_SECRET:
		buf_add_cstr(out, "secret");
		break;
	case FIELD_KIND_SECTION:
		break;
	case FIELD_KIND_LIST:
		buf_add_cstr(out, "list");
		break;
	case FIELD_KIND_TEXTS:
		buf_add_cstr(out, "list of texts");
		break;
	case FIELD_KIND_PAIRS:
		buf_add_cstr(out, "texts by name");
		break;
	case FIELD_KIND_TIME:
		buf_add_cstr(out, "time");
		break;
	case FIELD_KIND_JSON:
		buf_add_cstr(out, "any JSON");
		break;
	}
}

static void put_preset(struct buf *out, const struct field *field)
{
	if (field->required)
		buf_add_cstr(out, "required");
	else if (field->kind == FIELD_KIND_TEXT && field->preset_text)
		show_text(out, field->preset_text, strlen(field->preset_text), 60);
	else if (field->kind == FIELD_KIND_INT)
		buf_printf(out, "%lld", (long long)field->preset);
	else if (field->kind == FIELD_KIND_BOOL)
		buf_add_cstr(out, field->preset ? "true" : "false");
	else if (field->kind == FIELD_KIND_ENUM)
		buf_add_cstr(out, field->words[field->preset]);
	else
		buf_add_char(out, '-');
}

static void tell_field(struct telling *telling, const struct field *field)
{
	struct buf value CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct buf preset CLEANUP(buf_done) = BUF_INIT(KIB(1));

	put_type(&value, field);
	put_preset(&preset, field);
	const struct told told = {
	        .path = buf_cstr(&telling->place.text),
	        .value = buf_cstr(&value),
	        .preset = buf_cstr(&preset),
	        .field = field,
	};
	telling->tell(telling->ctx, &told);
}

static void tell_fields(struct telling *telling, const struct field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t outer = place_enter(&telling->place, fields[i].name);

		if (fields[i].kind != FIELD_KIND_SECTION)
			tell_field(telling, &fields[i]);
		if (fields[i].kind == FIELD_KIND_LIST)
			place_enter(&telling->place, "N");
		tell_fields(telling, fields[i].fields, fields[i].field_count);
		place_leave(&telling->place, outer);
	}
}

static void tell_type(const struct record_type *type, void (*tell)(void *ctx, const struct told *told), void *ctx)
{
	struct telling telling = {.tell = tell, .ctx = ctx, .place = PLACE_INIT};

	tell_fields(&telling, type->fields, type->field_count);
	place_done(&telling.place);
}

/* Indented, folded at spaces before column 80. */
static void put_folded(struct buf *out, struct str text)
{
	static const size_t width = 73;

	while (text.n > width) {
		size_t cut = width;

		while (cut > 0 && text.p[cut] != ' ')
			cut--;
		if (cut == 0)
			break;
		buf_printf(out, "      " STR_FMT "\n", STR_ARG(str_slice(text, 0, cut)));
		text = str_slice(text, cut + 1, text.n);
	}
	buf_printf(out, "      " STR_FMT "\n", STR_ARG(text));
}

static void put_lines(void *ctx, const struct told *told)
{
	struct buf meaning CLEANUP(buf_done) = BUF_INIT(KIB(4));
	const struct field *field = told->field;

	buf_printf(&meaning, "%s%s%s", field->label, field->help ? ". " : "", field->help ? field->help : "");
	buf_printf(ctx, "  %-26s %-30s %s\n", told->path, told->value, told->preset);
	put_folded(ctx, buf_str(&meaning));
}

void record_help(const struct record_type *type, struct buf *out)
{
	buf_printf(out, "%s (%s)\n  %-26s %-30s %s\n", type->label, type->plural, "KEY", "VALUE", "DEFAULT");
	tell_type(type, put_lines, out);
}

static void add_object(void *ctx, const struct told *told)
{
	json_array_append_new(ctx, json_pack("{s:s, s:s, s:s, s:s, s:s}", "key", told->path, "value", told->value,
	                                     "default", told->preset, "label", told->field->label, "help",
	                                     told->field->help ? told->field->help : ""));
}

json_t *record_help_json(const struct record_type *type)
{
	json_t *fields = json_array();

	tell_type(type, add_object, fields);
	return json_pack("{s:s, s:s, s:o}", "kind", type->kind, "label", type->label, "fields", fields);
}
