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

static const char *entry_key(const struct field *field, const void *entry)
{
	for (size_t i = 0; i < field->field_count; i++)
		if (field->fields[i].is_id || field->fields[i].is_key)
			return *(const char *const *)field_of(&field->fields[i], entry);
	return NULL;
}

/* The entry that `entry` was before: the one with its key. Without keys there is no telling after a re-ordering. */
static const void *entry_before(const struct field *field, const struct record_list *before, const void *entry)
{
	const char *key = entry_key(field, entry);

	for (size_t i = 0; key && before && i < before->count; i++)
		if (strcmp(entry_key(field, list_item(field, before, i)), key) == 0)
			return list_item(field, before, i);
	return NULL;
}

/* What of a record is looked at. */
struct keeping {
	const struct record_type *type;
	const void *record, *before; /* the whole; before may be NULL */
	struct place place, moved;   /* moved: what changed and decides where the secrets of this part go; "" nothing */
	struct error *err;
};

static void keeping_done(struct keeping *k)
{
	place_done(&k->place);
	place_done(&k->moved);
}

static int keep_fields(struct keeping *k, const struct field *fields, size_t n, void *base, const void *before);

static int keep_secret(struct keeping *k, const struct field *field, struct secret *secret, const struct secret *old)
{
	if (!secret_is_set(secret) || !str_eq(secret_reveal(secret), STR(RECORD_MASK)))
		return 0;
	if (!old || !secret_is_stored(old))
		return fail(k->err, E_INVALID, RETRY_NEVER,
		            "%s: " RECORD_MASK " stands for a secret that is stored, but none is",
		            buf_cstr(&k->place.text));
	if (!field->stays && k->moved.text.n)
		return fail(k->err, E_INVALID, RETRY_NEVER, "%s: type it again: %s changed, which decides who gets it",
		            buf_cstr(&k->place.text), buf_cstr(&k->moved.text));
	secret_copy(secret, old);
	return 0;
}

static int keep_list(struct keeping *k, const struct field *field, struct record_list *list,
                     const struct record_list *before)
{
	int result = 0;

	for (size_t i = 0; i < list->count && result == 0; i++) {
		void *entry = list_item(field, list, i);
		size_t outer = place_enter_entry(&k->place, i);

		result = keep_fields(k, field->fields, field->field_count, entry, entry_before(field, before, entry));
		place_leave(&k->place, outer);
	}
	return result;
}

static int keep_field(struct keeping *k, const struct field *field, void *base, const void *before)
{
	void *member = field_in(field, base);
	const void *was = before ? field_of(field, before) : NULL;

	if (field->kind == FIELD_KIND_SECTION)
		return keep_fields(k, field->fields, field->field_count, member, was);
	if (field->kind == FIELD_KIND_SECRET)
		return keep_secret(k, field, member, was);
	return field->kind == FIELD_KIND_LIST ? keep_list(k, field, member, was) : 0;
}

static int keep_fields(struct keeping *k, const struct field *fields, size_t n, void *base, const void *before)
{
	for (size_t i = 0; i < n; i++) {
		size_t outer = place_enter(&k->place, fields[i].name);

		if (keep_field(k, &fields[i], base, before) < 0)
			return E_INVALID;
		place_leave(&k->place, outer);
	}
	return 0;
}

/* ---------------------------------------------------------------- who would get it */

/* Whether it, or something within it, changed and directs; then `place` names it. */
static bool has_moved(const struct field *field, const void *now, const void *was, struct place *place)
{
	size_t outer = place_enter(place, field->name);
	bool moved = field->directs && !field_equal(field, field_of(field, now), field_of(field, was));

	for (size_t i = 0; field->kind == FIELD_KIND_SECTION && i < field->field_count && !moved; i++)
		moved = has_moved(&field->fields[i], field_of(field, now), field_of(field, was), place);
	if (!moved)
		place_leave(place, outer);
	return moved;
}

/* Whether secrets of `part` go where `other`, another section, says. */
static bool borrows(const struct field *other, const void *record, const struct field *part)
{
	const void *section = field_of(other, record);

	for (size_t i = 0; other->kind == FIELD_KIND_SECTION && i < other->field_count; i++) {
		const struct field *field = &other->fields[i];

		if (field->lends && strcmp(field->lends, part->name) == 0 && *(const bool *)field_of(field, section))
			return true;
	}
	return false;
}

bool record_is_moved(const struct record_type *type, const void *before, const void *after)
{
	struct place place CLEANUP(place_done) = PLACE_INIT;
	bool moved = false;

	for (size_t i = 0; i < type->field_count && !moved; i++)
		moved = has_moved(&type->fields[i], after, before, &place);
	return moved;
}

static void find_moved(struct keeping *k, const struct field *part)
{
	bool moved = false;

	buf_clear(&k->moved.text);
	for (size_t i = 0; k->before && i < k->type->field_count && !moved; i++) {
		const struct field *field = &k->type->fields[i];

		if (field == part || field->kind != FIELD_KIND_SECTION || borrows(field, k->record, part))
			moved = has_moved(field, k->record, k->before, &k->moved);
	}
}

int record_keep_secrets(const struct record_type *type, void *record, const void *before, const char *path,
                        struct error *err)
{
	struct keeping k CLEANUP(keeping_done) = {type, record, before, PLACE_INIT, PLACE_INIT, err};
	int result = 0;

	buf_add_cstr(&k.place.text, path ? path : "");
	for (size_t i = 0; i < type->field_count && result == 0; i++) {
		find_moved(&k, &type->fields[i]);
		result = keep_fields(&k, &type->fields[i], 1, record, before);
	}
	return result;
}

/* ---------------------------------------------------------------- sealed */

static bool find_sealed(const struct field *fields, size_t n, const json_t *json, struct place *place)
{
	for (size_t i = 0; i < n; i++) {
		const struct field *field = &fields[i];
		const json_t *value = json_object_get(json, field->name);
		size_t outer = place_enter(place, field->name), k;
		json_t *entry;

		if (field->kind == FIELD_KIND_SECRET && json_object_get(value, "sealed"))
			return true;
		if (field->kind == FIELD_KIND_SECTION && find_sealed(field->fields, field->field_count, value, place))
			return true;
		json_array_foreach ((json_t *)(uintptr_t)(field->kind == FIELD_KIND_LIST ? value : NULL), k, entry) {
			size_t list = place_enter_entry(place, k);
			if (find_sealed(field->fields, field->field_count, entry, place))
				return true;
			place_leave(place, list);
		}
		place_leave(place, outer);
	}
	return false;
}

bool record_has_sealed(const struct record_type *type, const json_t *json, const char *path, struct buf *ret_place)
{
	struct place place CLEANUP(place_done) = PLACE_INIT;

	buf_add_cstr(&place.text, path);
	if (!find_sealed(type->fields, type->field_count, json, &place))
		return false;
	buf_add(ret_place, buf_str(&place.text));
	return true;
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
