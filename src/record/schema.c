/* The record table as JSON Schema. */
#include "record/record_schema.h"

#include "record/field.h"

#define ID_PATTERN "^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$"

static json_t *fields_schema(const struct field *fields, size_t n, enum schema_form form);

static void set_type(json_t *schema, const char *type)
{
	json_object_set_new(schema, "type", json_string(type));
}

/* ---------------------------------------------------------------- texts */

/* Our limits are bytes and the schema's are characters: never tighter than ours. */
static void describe_text(json_t *schema, const struct field *field, enum schema_form form)
{
	set_type(schema, "string");
	if (field->refers_to)
		json_object_set_new(schema, "x-refers-to", json_string(field->refers_to));
	if (field->multiline)
		json_object_set_new(schema, "x-multiline", json_true());
	if (form == SCHEMA_OUTPUT)
		return;
	if (field->is_id || (field->refers_to && field->required))
		json_object_set_new(schema, "pattern", json_string(ID_PATTERN));
	else if (field->required)
		json_object_set_new(schema, "minLength", json_integer(1));
	json_object_set_new(schema, "maxLength", json_integer((json_int_t)field_max(field)));
	if (!field->required)
		json_object_set_new(schema, "default", json_string(field_preset_text(field)));
}

static void describe_secret(json_t *schema, const struct field *field, enum schema_form form)
{
	set_type(schema, "string");
	json_object_set_new(schema, "x-secret", json_true());
	if (form == SCHEMA_OUTPUT) {
		json_object_set_new(schema, "enum", json_pack("[s, s]", "", RECORD_MASK));
		return;
	}
	json_object_set_new(schema, "writeOnly", json_true());
	json_object_set_new(schema, "maxLength", json_integer((json_int_t)MAX(field_max(field), strlen(RECORD_MASK))));
}

/* ---------------------------------------------------------------- numbers and words */

static void describe_int(json_t *schema, const struct field *field, enum schema_form form)
{
	set_type(schema, "integer");
	if (form == SCHEMA_OUTPUT)
		return;
	if (!field->required)
		json_object_set_new(schema, "default", json_integer(field->preset));
	if (!field->low && !field->high)
		return;
	if (field->preset >= field->low && field->preset <= field->high) {
		json_object_set_new(schema, "minimum", json_integer(field->low));
		json_object_set_new(schema, "maximum", json_integer(field->high));
	} else { /* the preset is allowed outside the bounds: 0 for "as the provider has it" */
		json_object_set_new(schema, "anyOf",
		                    json_pack("[{s:I, s:I}, {s:I}]", "minimum", (json_int_t)field->low, "maximum",
		                              (json_int_t)field->high, "const", (json_int_t)field->preset));
	}
}

static void describe_enum(json_t *schema, const struct field *field, enum schema_form form)
{
	json_t *words = json_array();

	set_type(schema, "string");
	for (int i = 0; field->words[i]; i++)
		json_array_append_new(words, json_string(field->words[i]));
	json_object_set_new(schema, "enum", words);
	if (form == SCHEMA_INPUT && !field->required)
		json_object_set_new(schema, "default", json_string(field->words[field->preset]));
}

static void describe_time(json_t *schema, const struct field *field)
{
	if (field->required)
		set_type(schema, "string");
	else
		json_object_set_new(schema, "type", json_pack("[s, s]", "string", "null"));
	json_object_set_new(schema, "format", json_string("date-time"));
}

/* ---------------------------------------------------------------- what holds others */

static void describe_entries(json_t *schema, const struct field *field, enum schema_form form, json_t *entry)
{
	set_type(schema, "array");
	json_object_set_new(schema, "items", entry);
	if (form == SCHEMA_INPUT)
		json_object_set_new(schema, "maxItems", json_integer((json_int_t)field_max(field)));
	if (form == SCHEMA_INPUT && field->required)
		json_object_set_new(schema, "minItems", json_integer(1));
}

static void describe_pairs(json_t *schema, const struct field *field, enum schema_form form)
{
	set_type(schema, "object");
	json_object_set_new(schema, "additionalProperties", json_pack("{s:s}", "type", "string"));
	if (form == SCHEMA_INPUT)
		json_object_set_new(schema, "maxProperties", json_integer((json_int_t)field_max(field)));
}

static void describe_value(json_t *schema, const struct field *field, enum schema_form form)
{
	json_t *section;

	switch (field->kind) {
	case FIELD_KIND_TEXT:
		describe_text(schema, field, form);
		break;
	case FIELD_KIND_INT:
		describe_int(schema, field, form);
		break;
	case FIELD_KIND_BOOL:
		set_type(schema, "boolean");
		if (form == SCHEMA_INPUT && !field->required)
			json_object_set_new(schema, "default", json_boolean(field->preset != 0));
		break;
	case FIELD_KIND_ENUM:
		describe_enum(schema, field, form);
		break;
	case FIELD_KIND_SECRET:
		describe_secret(schema, field, form);
		break;
	case FIELD_KIND_SECTION:
		section = fields_schema(field->fields, field->field_count, form);
		json_object_update(schema, section);
		json_decref(section);
		break;
	case FIELD_KIND_LIST:
		describe_entries(schema, field, form, fields_schema(field->fields, field->field_count, form));
		break;
	case FIELD_KIND_TEXTS:
		describe_entries(schema, field, form, json_pack("{s:s}", "type", "string"));
		break;
	case FIELD_KIND_PAIRS:
		describe_pairs(schema, field, form);
		break;
	case FIELD_KIND_TIME:
		describe_time(schema, field);
		break;
	case FIELD_KIND_JSON: /* any value: no type */
		break;
	}
}

static void add_example(json_t *schema, const struct field *field)
{
	if (field->kind == FIELD_KIND_TEXT)
		json_object_set_new(schema, "examples", json_pack("[s]", field->example));
	else if (field->kind == FIELD_KIND_TEXTS)
		json_object_set_new(schema, "examples", json_pack("[[s]]", field->example));
}

static json_t *field_schema(const struct field *field, enum schema_form form)
{
	json_t *schema = json_object();

	json_object_set_new(schema, "title", json_string(field->label));
	if (field->help)
		json_object_set_new(schema, "description", json_string(field->help));
	describe_value(schema, field, form);
	if (field->example && form == SCHEMA_INPUT)
		add_example(schema, field);
	return schema;
}

/* A section without a required field of its own is asked for where something in it is. */
static bool is_required(const struct field *field)
{
	bool inside = false;

	for (size_t i = 0; field->kind == FIELD_KIND_SECTION && i < field->field_count; i++)
		inside = inside || is_required(&field->fields[i]);
	return field->required || inside;
}

static json_t *fields_schema(const struct field *fields, size_t n, enum schema_form form)
{
	json_t *properties = json_object(), *required = json_array();

	for (size_t i = 0; i < n; i++) {
		json_object_set_new(properties, fields[i].name, field_schema(&fields[i], form));
		if (form == SCHEMA_OUTPUT || is_required(&fields[i]))
			json_array_append_new(required, json_string(fields[i].name));
	}
	return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required", required,
	                 "additionalProperties", 0);
}

static json_t *example_of(const struct record_type *type)
{
	json_t *example = json_loads(type->example, JSON_REJECT_DUPLICATES, NULL);

	must(example);
	return example;
}

json_t *record_schema(const struct record_type *type, enum schema_form form)
{
	json_t *schema = fields_schema(type->fields, type->field_count, form);

	json_object_set_new(schema, "title", json_string(type->label));
	if (type->example && form == SCHEMA_INPUT)
		json_object_set_new(schema, "examples", json_pack("[o]", example_of(type)));
	return schema;
}
