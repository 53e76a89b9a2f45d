/* A record into JSON, and its references to others. */
#include "record/field.h"

#include "base/clock.h"
#include "base/mem.h"

struct writer {
	const struct record_type *type;
	const char *id, *path;
	enum secret_form form;
	bool whole;
	const struct sealer *sealer;
	struct place place; /* below the record */
	struct error *err;
};

static void writer_done(struct writer *w)
{
	place_done(&w->place);
}

static int write_fields(struct writer *w, const struct field *fields, size_t n, const void *base, json_t **ret_json);

json_t *json_text(struct str text)
{
	json_t *json = json_stringn(text.p ? text.p : "", text.n);

	if (!json) { /* what record_read() made is UTF-8; what a handler took from a column of the store need not be */
		char *copy = str_dup(text);
		json = json_stringn(copy, str_make_printable(copy, text.n, true));
		free(copy);
	}
	must(json);
	return json;
}

static json_t *text_json(const char *text)
{
	return json_text(str_of(text));
}

static json_t *time_json(int64_t at)
{
	char text[32];

	if (at == 0)
		return json_null();
	clock_format_iso(at, text);
	return text_json(text);
}

/* *ret_json stays NULL where nothing is written. */
static int write_secret(struct writer *w, const struct secret *secret, json_t **ret_json)
{
	struct buf context CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct buf sealed CLEANUP(buf_done) = BUF_INIT(MIB(2));

	if (w->form == SECRETS_OMITTED || (!secret_is_stored(secret) && !(w->whole && w->form == SECRETS_MASKED)))
		return 0;
	if (w->form == SECRETS_MASKED) {
		*ret_json = text_json(secret_is_stored(secret) ? RECORD_MASK : "");
		return 0;
	}
	if (secret->sealed) {
		*ret_json = json_pack("{s:s}", "sealed", secret->sealed);
		return 0;
	}
	buf_printf(&context, "%s/%s/%s", w->type->kind, w->id, buf_cstr(&w->place.text));
	if (w->sealer->seal(w->sealer->ctx, buf_cstr(&context), secret_reveal(secret), &sealed, w->err) < 0)
		return error_prefix(w->err, "%s/%s", w->path ? w->path : w->type->kind, buf_cstr(&w->place.text));
	*ret_json = json_pack("{s:s#}", "sealed", sealed.p, (int)sealed.n);
	must(*ret_json);
	return 0;
}

static int write_list(struct writer *w, const struct field *field, const struct record_list *list, json_t **ret_json)
{
	json_t *array CLEANUP(json_decrefp) = json_array();

	for (size_t i = 0; i < list->count; i++) {
		json_t *entry = NULL;
		size_t outer = place_enter_entry(&w->place, i);
		int result = write_fields(w, field->fields, field->field_count, list_item(field, list, i), &entry);
		if (result < 0)
			return result;
		place_leave(&w->place, outer);
		json_array_append_new(array, entry);
	}
	if (list->count || w->whole)
		*ret_json = take(array);
	return 0;
}

static json_t *texts_json(const struct text_list *list)
{
	json_t *array = json_array();
	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array, text_json(list->items[i]));
	return array;
}

static json_t *pairs_json(const struct text_pairs *pairs)
{
	json_t *object = json_object();
	for (size_t i = 0; i < pairs->count; i++)
		json_object_set_new(object, pairs->items[i].key, text_json(pairs->items[i].value));
	return object;
}

/* *ret_json stays NULL where the field is left out. */
static int write_value(struct writer *w, const struct field *field, const void *base, json_t **ret_json)
{
	const void *member = field_of(field, base);
	bool always = w->whole || field->required;
	int result;

	switch (field->kind) {
	case FIELD_KIND_TEXT:
		if (always || !*(const char *const *)member ||
		    strcmp(*(const char *const *)member, field_preset_text(field)) != 0)
			*ret_json = text_json(*(const char *const *)member);
		return 0;
	case FIELD_KIND_INT:
		if (always || *(const int64_t *)member != field->preset)
			*ret_json = json_integer(*(const int64_t *)member);
		return 0;
	case FIELD_KIND_BOOL:
		if (always || *(const bool *)member != (field->preset != 0))
			*ret_json = json_boolean(*(const bool *)member);
		return 0;
	case FIELD_KIND_ENUM:
		if (always || *(const int *)member != field->preset)
			*ret_json = text_json(field->words[*(const int *)member]);
		return 0;
	case FIELD_KIND_SECRET:
		return write_secret(w, member, ret_json);
	case FIELD_KIND_SECTION:
		result = write_fields(w, field->fields, field->field_count, member, ret_json);
		if (result == 0 && !always && json_object_size(*ret_json) == 0) {
			json_decref(*ret_json);
			*ret_json = NULL;
		}
		return result;
	case FIELD_KIND_LIST:
		return write_list(w, field, member, ret_json);
	case FIELD_KIND_TEXTS:
		if (w->whole || ((const struct text_list *)member)->count)
			*ret_json = texts_json(member);
		return 0;
	case FIELD_KIND_PAIRS:
		if (w->whole || ((const struct text_pairs *)member)->count)
			*ret_json = pairs_json(member);
		return 0;
	case FIELD_KIND_TIME:
		if (always || *(const int64_t *)member)
			*ret_json = time_json(*(const int64_t *)member);
		return 0;
	case FIELD_KIND_JSON:
		if (*(json_t *const *)member)
			*ret_json = json_incref(*(json_t *const *)member);
		else if (always)
			*ret_json = json_null();
		return 0;
	}
	return 0;
}

static int write_fields(struct writer *w, const struct field *fields, size_t n, const void *base, json_t **ret_json)
{
	json_t *object CLEANUP(json_decrefp) = json_object();

	for (size_t i = 0; i < n; i++) {
		json_t *value = NULL;
		size_t outer = place_enter(&w->place, fields[i].name);
		int result = write_value(w, &fields[i], base, &value);
		if (result < 0)
			return result;
		place_leave(&w->place, outer);
		if (value)
			json_object_set_new(object, fields[i].name, value);
	}
	*ret_json = take(object);
	return 0;
}

int record_write(const struct record_type *type, const void *record, const char *path, enum secret_form form,
                 bool whole, const struct sealer *sealer, json_t **ret_json, struct error *err)
{
	struct error ignored;
	struct writer w CLEANUP(writer_done) = {type,       record_id(type, record), path, form, whole, sealer,
	                                        PLACE_INIT, err ? err : &ignored};

	must(form != SECRETS_SEALED || sealer);
	return write_fields(&w, type->fields, type->field_count, record, ret_json);
}

/* ---------------------------------------------------------------- references */

struct reference_walk {
	int (*each)(void *ctx, const char *path, const char *kind, const char *id);
	void *ctx;
	struct place place;
};

static void reference_walk_done(struct reference_walk *walk)
{
	place_done(&walk->place);
}

static int each_in_fields(struct reference_walk *walk, const struct field *fields, size_t n, const void *base);

static int each_in_field(struct reference_walk *walk, const struct field *field, const void *member)
{
	int result = 0;

	if (field->kind == FIELD_KIND_TEXT && field->refers_to && **(const char *const *)member)
		return walk->each(walk->ctx, buf_cstr(&walk->place.text), field->refers_to,
		                  *(const char *const *)member);
	if (field->kind == FIELD_KIND_SECTION)
		return each_in_fields(walk, field->fields, field->field_count, member);
	if (field->kind == FIELD_KIND_LIST) {
		const struct record_list *list = member;
		for (size_t i = 0; i < list->count && result == 0; i++) {
			size_t outer = place_enter_entry(&walk->place, i);
			result = each_in_fields(walk, field->fields, field->field_count, list_item(field, list, i));
			place_leave(&walk->place, outer);
		}
	}
	return result;
}

static int each_in_fields(struct reference_walk *walk, const struct field *fields, size_t n, const void *base)
{
	int result = 0;

	for (size_t i = 0; i < n && result == 0; i++) {
		size_t outer = place_enter(&walk->place, fields[i].name);
		result = each_in_field(walk, &fields[i], field_of(&fields[i], base));
		place_leave(&walk->place, outer);
	}
	return result;
}

int record_each_reference(const struct record_type *type, const void *record,
                          int (*each)(void *ctx, const char *path, const char *kind, const char *id), void *ctx)
{
	struct reference_walk walk CLEANUP(reference_walk_done) = {each, ctx, PLACE_INIT};

	return each_in_fields(&walk, type->fields, type->field_count, record);
}
