/* What happens to the secrets of a record: wiped, kept where they are masked, fetched where they are given by
 * reference. */
#include "record/field.h"

#include "base/file.h"
#include "base/mem.h"

/* ---------------------------------------------------------------- wiped */

static void fields_done(const struct field *fields, size_t n, void *base)
{
	for (size_t i = 0; i < n; i++) {
		const struct field *field = &fields[i];

		if (field->kind == FIELD_KIND_SECRET) {
			secret_done(field_in(field, base));
		} else if (field->kind == FIELD_KIND_JSON) {
			json_decrefp(field_in(field, base));
			*(json_t **)field_in(field, base) = NULL;
		} else if (field->kind == FIELD_KIND_SECTION) {
			fields_done(field->fields, field->field_count, field_in(field, base));
		} else if (field->kind == FIELD_KIND_LIST) {
			struct record_list *list = field_in(field, base);
			for (size_t k = 0; k < list->count; k++)
				fields_done(field->fields, field->field_count, list_item(field, list, k));
		}
	}
}

void record_done(const struct record_type *type, void *record)
{
	if (record)
		fields_done(type->fields, type->field_count, record);
}

/* ---------------------------------------------------------------- kept */

static const char *entry_id(const struct field *field, const void *entry)
{
	for (size_t i = 0; i < field->field_count; i++)
		if (field->fields[i].is_id)
			return *(const char *const *)field_of(&field->fields[i], entry);
	return NULL;
}

/* The entry that `entry` was before: the one with its id. Without ids there is no telling after a re-ordering. */
static const void *entry_before(const struct field *field, const struct record_list *before, const void *entry)
{
	const char *id = entry_id(field, entry);

	for (size_t i = 0; id && before && i < before->count; i++)
		if (strcmp(entry_id(field, list_item(field, before, i)), id) == 0)
			return list_item(field, before, i);
	return NULL;
}

static int keep_fields(const struct field *fields, size_t n, void *base, const void *before, struct place *place,
                       struct error *err);

static int keep_field(const struct field *field, void *base, const void *before, struct place *place, struct error *err)
{
	const void *was = before ? field_of(field, before) : NULL;
	int result = 0;

	if (field->kind == FIELD_KIND_SECTION)
		return keep_fields(field->fields, field->field_count, field_in(field, base), was, place, err);
	if (field->kind == FIELD_KIND_SECRET) {
		struct secret *secret = field_in(field, base);
		const struct secret *old = was;
		if (!secret_is_set(secret) || !str_eq(secret_reveal(secret), STR(RECORD_MASK)))
			return 0;
		if (!old || !secret_is_stored(old))
			return fail(err, E_INVALID, RETRY_NEVER,
			            "%s: " RECORD_MASK " stands for a secret that is stored, but none is",
			            buf_cstr(&place->text));
		secret_copy(secret, old);
	}
	if (field->kind == FIELD_KIND_LIST) {
		struct record_list *list = field_in(field, base);
		for (size_t i = 0; i < list->count && result == 0; i++) {
			void *entry = list_item(field, list, i);
			size_t outer = place_enter_entry(place, i);
			result = keep_fields(field->fields, field->field_count, entry, entry_before(field, was, entry),
			                     place, err);
			place_leave(place, outer);
		}
	}
	return result;
}

static int keep_fields(const struct field *fields, size_t n, void *base, const void *before, struct place *place,
                       struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		size_t outer = place_enter(place, fields[i].name);
		if (keep_field(&fields[i], base, before, place, err) < 0)
			return E_INVALID;
		place_leave(place, outer);
	}
	return 0;
}

int record_keep_secrets(const struct record_type *type, void *record, const void *before, const char *path,
                        struct error *err)
{
	struct place place CLEANUP(place_done) = PLACE_INIT;

	buf_add_cstr(&place.text, path ? path : "");
	return keep_fields(type->fields, type->field_count, record, before, &place, err);
}

/* ---------------------------------------------------------------- fetched */

static void wipe_buf(struct buf *buf)
{
	mem_wipe_free(buf->p, buf->size);
	buf->p = NULL;
}

static int fetch_file(const struct field *field, const char *path, struct buf *out, struct error *err)
{
	if (path[0] != '/')
		return fail(err, E_INVALID, RETRY_NEVER, "\"%s\" is not an absolute path", path);
	if (file_read(path, out, err) < 0)
		return err->code = E_INVALID;
	if (out->n && out->p[out->n - 1] == '\n')
		out->n--;
	if (out->n && out->p[out->n - 1] == '\r')
		out->n--;
	if (out->n > field_max(field))
		return fail(err, E_INVALID, RETRY_NEVER, "%s is longer than %zu bytes", path, field_max(field));
	if (out->n == 0)
		return fail(err, E_INVALID, RETRY_NEVER, "%s is empty", path);
	return 0;
}

static int fetch_variable(const struct field *field, const char *name, struct buf *out, struct error *err)
{
	const char *value = getenv(name);

	if (!value || !*value)
		return fail(err, E_INVALID, RETRY_NEVER, "the variable %s is not set", name);
	buf_add_cstr(out, value);
	if (out->n > field_max(field))
		return fail(err, E_INVALID, RETRY_NEVER, "the variable %s is longer than %zu bytes", name,
		            field_max(field));
	return 0;
}

/* Replaces {"file": …} or {"env": …} in `parent` by its text. */
static int fetch_secret(const struct field *field, json_t *parent, struct error *err)
{
	const json_t *value = json_object_get(parent, field->name);
	const char *path = json_string_value(json_object_get(value, "file"));
	const char *name = json_string_value(json_object_get(value, "env"));
	struct buf text CLEANUP(wipe_buf) = BUF_INIT(KIB(256));

	if (!json_is_object(value) || (!json_object_get(value, "file") && !json_object_get(value, "env")))
		return 0;
	if (json_object_size(value) != 1 || (!path && !name))
		return fail(err, E_INVALID, RETRY_NEVER, "a reference is {file: /PATH} or {env: NAME}");
	/* Room for the whole at once: growing would leave pieces of the secret in freed memory. */
	if (!buf_room(&text, KIB(128)))
		return E_LIMIT;
	if ((path ? fetch_file(field, path, &text, err) : fetch_variable(field, name, &text, err)) < 0)
		return E_INVALID;
	json_t *plain = json_stringn(text.p, text.n);
	if (!plain)
		return fail(err, E_INVALID, RETRY_NEVER, "the content of %s is not valid UTF-8", path ? path : name);
	json_object_set_new(parent, field->name, plain);
	return 0;
}

static int fetch_fields(const struct field *fields, size_t n, json_t *json, struct place *place, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct field *field = &fields[i];
		json_t *value = json_object_get(json, field->name), *entry;
		size_t outer = place_enter(place, field->name), k;

		if (field->kind == FIELD_KIND_SECRET && fetch_secret(field, json, err) < 0)
			return error_prefix(err, "%s", buf_cstr(&place->text));
		if (field->kind == FIELD_KIND_SECTION &&
		    fetch_fields(field->fields, field->field_count, value, place, err) < 0)
			return E_INVALID;
		if (field->kind == FIELD_KIND_LIST) {
			json_array_foreach (value, k, entry) {
				size_t list = place_enter_entry(place, k);
				if (fetch_fields(field->fields, field->field_count, entry, place, err) < 0)
					return E_INVALID;
				place_leave(place, list);
			}
		}
		place_leave(place, outer);
	}
	return 0;
}

int record_resolve_secrets(const struct record_type *type, json_t *json, const char *path, struct error *err)
{
	struct place place CLEANUP(place_done) = PLACE_INIT;
	struct error ignored;

	buf_add_cstr(&place.text, path ? path : "");
	return fetch_fields(type->fields, type->field_count, json, &place, err ? err : &ignored);
}
