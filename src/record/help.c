/* The fields of a record type as a table for people. */
#include "record/field.h"

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
	}
}

static void put_preset(struct buf *out, const struct field *field)
{
	if (field->required)
		buf_add_cstr(out, "required");
	else if (field->kind == FIELD_KIND_TEXT && field->preset_text)
		show_text(out, field->preset_text, strlen(field->preset_text), 40);
	else if (field->kind == FIELD_KIND_INT)
		buf_printf(out, "%lld", (long long)field->preset);
	else if (field->kind == FIELD_KIND_BOOL)
		buf_add_cstr(out, field->preset ? "true" : "false");
	else if (field->kind == FIELD_KIND_ENUM)
		buf_add_cstr(out, field->words[field->preset]);
	else
		buf_add_char(out, '-');
}

static void put_field(struct buf *out, const struct field *field, const char *path)
{
	struct buf type CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct buf preset CLEANUP(buf_done) = BUF_INIT(KIB(1));

	put_type(&type, field);
	put_preset(&preset, field);
	buf_printf(out, "  %-28s %-24s %-12s %s%s%s\n", path, buf_cstr(&type), buf_cstr(&preset), field->label,
	           field->help ? ": " : "", field->help ? field->help : "");
}

static void put_fields(struct buf *out, const struct field *fields, size_t n, struct place *place)
{
	for (size_t i = 0; i < n; i++) {
		size_t outer = place_enter(place, fields[i].name);

		if (fields[i].kind != FIELD_KIND_SECTION)
			put_field(out, &fields[i], buf_cstr(&place->text));
		if (fields[i].kind == FIELD_KIND_LIST)
			place_enter(place, "N");
		put_fields(out, fields[i].fields, fields[i].field_count, place);
		place_leave(place, outer);
	}
}

void record_help(const struct record_type *type, struct buf *out)
{
	struct place place CLEANUP(place_done) = PLACE_INIT;

	buf_printf(out, "%s (%s)\n  %-28s %-24s %-12s %s\n", type->label, type->plural, "KEY", "VALUE", "DEFAULT",
	           "MEANING");
	put_fields(out, type->fields, type->field_count, &place);
}
