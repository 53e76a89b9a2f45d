/* JSON into a record, every value checked on the way. */
#include "record/field.h"
#include "record/nearest.h"

#include "base/clock.h"

#include <stdio.h>

#define MAX_SEALED MIB(2) /* a keystore is the longest: 700 KiB, twice in base64 */

struct reader {
	const struct record_type *type;
	const struct sealer *sealer;
	struct arena *arena;
	const char *id; /* of the record, for the context of sealed secrets; "" where it has none */
	struct place place;
	size_t prefix; /* bytes of the place that stand for the record itself */
	struct error *err;
};

static void reader_done(struct reader *r)
{
	place_done(&r->place);
}

static int read_fields(struct reader *r, const struct field *fields, size_t n, const json_t *json, void *base);

/* "place: what" */
static int refuse(struct reader *r, const char *what)
{
	const char *colon = r->place.text.n ? ": " : "";
	return fail(r->err, E_INVALID, RETRY_NEVER, "%s%s%s", buf_cstr(&r->place.text), colon, what);
}

/* "place: VALUE what" */
static int refuse_value(struct reader *r, const json_t *json, const char *what)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(1));
	show_json(&text, json);
	buf_printf(&text, " %s", what);
	return refuse(r, buf_cstr(&text));
}

/* ---------------------------------------------------------------- keys */

static const char *key_at(const void *fields, size_t i)
{
	return ((const struct field *)fields)[i].name;
}

/* Appends the paths of the fields of this name in the sections below: "tls/truststore or smime/truststore". */
static void add_deeper(const struct field *fields, size_t n, const char *key, const char *path, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		char below[128];

		if (fields[i].kind != FIELD_KIND_SECTION)
			continue;
		snprintf(below, sizeof below, "%s%s/", path, fields[i].name);
		if (fields_find(fields[i].fields, fields[i].field_count, key))
			buf_printf(out, "%s%s%s", out->n ? " or " : "", below, key);
		add_deeper(fields[i].fields, fields[i].field_count, key, below, out);
	}
}

static int refuse_key(struct reader *r, const struct field *fields, size_t n, const char *key)
{
	const char *nearest = nearest_word(str_of(key), key_at, fields, n);
	struct buf meant CLEANUP(buf_done) = BUF_INIT(160);
	char what[200];

	add_deeper(fields, n, key, "", &meant);
	if (!meant.n && !meant.failed && nearest)
		buf_add_cstr(&meant, nearest);
	place_enter(&r->place, key);
	snprintf(what, sizeof what, meant.n ? "unknown key (did you mean %s?)" : "unknown key", buf_cstr(&meant));
	return refuse(r, what);
}

static int check_keys(struct reader *r, const struct field *fields, size_t n, const json_t *json)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)json, key, value)
		if (!fields_find(fields, n, key))
			return refuse_key(r, fields, n, key);
	return 0;
}

/* ---------------------------------------------------------------- texts */

const char *record_id_check(struct str id)
{
	static const char expected[] =
	        "is not an id (1 to 64 letters, digits, '.', '-' and '_', not beginning with '.' or '-')";

	if (id.n < 1 || id.n > 64 || id.p[0] == '.' || id.p[0] == '-')
		return expected;
	for (size_t i = 0; i < id.n; i++)
		if (!is_alpha(id.p[i]) && !is_digit(id.p[i]) && id.p[i] != '.' && id.p[i] != '-' && id.p[i] != '_')
			return expected;
	return NULL;
}

static const char *characters_check(struct str s, bool multiline)
{
	if (!str_is_utf8(s))
		return "is not valid UTF-8";
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == 0)
			return "contains a NUL character";
		if (c == '\t' || c == '\r' || c == '\n') {
			if (!multiline)
				return "contains a line end or a tab";
		} else if (c < 0x20 || c == 0x7f) {
			return "contains a control character";
		}
	}
	return NULL;
}

static int check_length(struct reader *r, size_t n, size_t max)
{
	char what[80];

	if (n <= max)
		return 0;
	snprintf(what, sizeof what, "is %zu bytes long, at most %zu are allowed", n, max);
	return refuse(r, what);
}

/* A JSON text within `max` bytes, copied to the arena. */
static int read_string(struct reader *r, const json_t *json, size_t max, bool multiline, const char **ret_text)
{
	if (json_is_object(json) || json_is_array(json))
		return refuse_value(r, json, "is not a text");
	if (!json_is_string(json))
		return refuse_value(r, json, "is not a text (put it in quotes)");
	struct str s = str_new(json_string_value(json), json_string_length(json));
	if (check_length(r, s.n, max) < 0)
		return E_INVALID;
	const char *wrong = characters_check(s, multiline);
	if (wrong)
		return refuse(r, wrong);
	*ret_text = arena_cstr(r->arena, s);
	return 0;
}

static int read_text(struct reader *r, const struct field *field, const json_t *json, void *base)
{
	const char *text;

	if (read_string(r, json, field_max(field), field->multiline, &text) < 0)
		return E_INVALID;
	if (field->required && !*text)
		return refuse(r, "must not be empty");
	if (*text && (field->is_id || field->refers_to)) {
		const char *wrong = record_id_check(str_of(text));
		if (wrong)
			return refuse_value(r, json, wrong);
	}
	if (*text && field->check && strcmp(text, field_preset_text(field)) != 0) {
		const char *wrong = field->check(text);
		if (wrong)
			return refuse_value(r, json, wrong);
	}
	*(const char **)field_in(field, base) = text;
	return 0;
}

/* ---------------------------------------------------------------- numbers and words */

static int read_int(struct reader *r, const struct field *field, const json_t *json, void *base)
{
	char what[80];

	if (!json_is_integer(json))
		return refuse_value(r, json, "is not a whole number");
	int64_t value = json_integer_value(json);
	if ((field->low || field->high) && (value < field->low || value > field->high) && value != field->preset) {
		snprintf(what, sizeof what, "is not between %lld and %lld", (long long)field->low,
		         (long long)field->high);
		return refuse_value(r, json, what);
	}
	*(int64_t *)field_in(field, base) = value;
	return 0;
}

static int read_bool(struct reader *r, const struct field *field, const json_t *json, void *base)
{
	if (!json_is_boolean(json))
		return refuse_value(r, json, "is neither true nor false");
	*(bool *)field_in(field, base) = json_is_true(json);
	return 0;
}

static int read_enum(struct reader *r, const struct field *field, const json_t *json, void *base)
{
	struct buf what CLEANUP(buf_done) = BUF_INIT(KIB(1));

	buf_add(&what, STR("is not one of "));
	for (int i = 0; field->words[i]; i++) {
		if (json_is_string(json) && strcmp(json_string_value(json), field->words[i]) == 0) {
			*(int *)field_in(field, base) = i;
			return 0;
		}
		buf_printf(&what, "%s%s", i ? ", " : "", field->words[i]);
	}
	return refuse_value(r, json, buf_cstr(&what));
}

static int read_time(struct reader *r, const struct field *field, const json_t *json, void *base)
{
	int64_t at;

	if (json_is_string(json) && strlen(json_string_value(json)) != json_string_length(json))
		return refuse(r, "contains a NUL character");
	if (!json_is_string(json) || !clock_parse_iso(json_string_value(json), &at))
		return refuse_value(r, json, "is not a time (as in \"2026-11-21T08:00:00Z\")");
	*(int64_t *)field_in(field, base) = at;
	return 0;
}

/* ---------------------------------------------------------------- secrets */

/* "account/support/send/password" */
static void secret_context(const struct reader *r, struct buf *out)
{
	buf_printf(out, "%s/%s", r->type->kind, r->id);
	struct str below = str_slice(buf_str(&r->place.text), r->prefix, r->place.text.n);
	if (below.n && below.p[0] != '/')
		buf_add_char(out, '/');
	buf_add(out, below);
}

static int read_sealed(struct reader *r, const json_t *sealed, struct secret *secret)
{
	struct buf context CLEANUP(buf_done) = BUF_INIT(KIB(4));

	if (!json_is_string(sealed) || json_string_length(sealed) > MAX_SEALED)
		return refuse(r, "the value of \"sealed\" is not a sealed secret");
	if (!r->sealer)
		return refuse(r, "a sealed secret can't be opened here: give it as a text");
	secret_context(r, &context);
	struct str text = str_new(json_string_value(sealed), json_string_length(sealed));
	if (r->sealer->open(r->sealer->ctx, buf_cstr(&context), text, secret, r->err) >= 0)
		return 0;
	if (!r->sealer->keeps_unopened)
		return error_prefix(r->err, "%s", buf_cstr(&r->place.text));
	secret_set_unopened(secret, text, r->err->text);
	return 0;
}

/* No error here shows any of the value. */
static int read_secret(struct reader *r, const struct field *field, const json_t *json, void *base)
{
	struct secret *secret = field_in(field, base);

	if (json_is_object(json)) {
		const json_t *sealed = json_object_get(json, "sealed");
		if (json_object_get(json, "file") || json_object_get(json, "env"))
			return refuse(r, "files and variables are not read here: give the secret itself");
		if (!sealed || json_object_size(json) != 1)
			return refuse(r, "a secret is a text or {sealed: …}");
		return read_sealed(r, sealed, secret);
	}
	if (!json_is_string(json))
		return refuse(r, "a secret is a text (put it in quotes) or {sealed: …}");
	struct str s = str_new(json_string_value(json), json_string_length(json));
	if (check_length(r, s.n, field_max(field)) < 0)
		return E_INVALID;
	if (s.n && memchr(s.p, '\0', s.n))
		return refuse(r, "contains a NUL character");
	if (!str_is_utf8(s))
		return refuse(r, "is not valid UTF-8");
	if (s.n)
		secret_set(secret, s);
	else if (field->required)
		return refuse(r, "must not be empty");
	return 0;
}

/* ---------------------------------------------------------------- what holds others */

static int check_count(struct reader *r, size_t n, size_t max)
{
	char what[80];

	if (n <= max)
		return 0;
	snprintf(what, sizeof what, "has %zu entries, at most %zu are allowed", n, max);
	return refuse(r, what);
}

static int read_section(struct reader *r, const struct field *field, const json_t *json, void *base)
{
	if (!json_is_object(json))
		return refuse_value(r, json, "is not an object (of \"key: value\" lines)");
	return read_fields(r, field->fields, field->field_count, json, field_in(field, base));
}

static int read_list(struct reader *r, const struct field *field, const json_t *json, void *base)
{
	struct record_list *list = field_in(field, base);
	size_t count = json_array_size(json);

	if (!json_is_array(json))
		return refuse_value(r, json, "is not a list");
	if (check_count(r, count, field_max(field)) < 0)
		return E_INVALID;
	if (count == 0)
		return field->required ? refuse(r, "must not be empty") : 0;
	list->items = arena_alloc(r->arena, count, field->element_size);
	list->count = count;
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(json, i);
		size_t before = place_enter_entry(&r->place, i);
		if (!json_is_object(item))
			return refuse_value(r, item, "is not an object (of \"key: value\" lines)");
		if (read_fields(r, field->fields, field->field_count, item, list_item(field, list, i)) < 0)
			return r->err ? r->err->code : E_INVALID;
		place_leave(&r->place, before);
	}
	return 0;
}

static int read_texts(struct reader *r, const struct field *field, const json_t *json, void *base)
{
	struct text_list *list = field_in(field, base);
	size_t count = json_array_size(json);

	if (!json_is_array(json))
		return refuse_value(r, json, "is not a list of texts");
	if (check_count(r, count, field_max(field)) < 0)
		return E_INVALID;
	if (count == 0)
		return field->required ? refuse(r, "must not be empty") : 0;
	list->items = ARENA_ARRAY(r->arena, const char *, count);
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(json, i);
		size_t before = place_enter_entry(&r->place, i);
		if (read_string(r, item, 1000, field->multiline, &list->items[i]) < 0)
			return E_INVALID;
		const char *wrong = field->check && *list->items[i] ? field->check(list->items[i]) : NULL;
		if (wrong)
			return refuse_value(r, item, wrong);
		place_leave(&r->place, before);
	}
	list->count = count;
	return 0;
}

static int read_pairs(struct reader *r, const struct field *field, const json_t *json, void *base)
{
	struct text_pairs *pairs = field_in(field, base);
	const char *key;
	json_t *value;
	size_t i = 0;

	if (!json_is_object(json))
		return refuse_value(r, json, "is not an object (of \"name: text\" lines)");
	if (check_count(r, json_object_size(json), field_max(field)) < 0)
		return E_INVALID;
	pairs->items = ARENA_ARRAY(r->arena, struct text_pair, json_object_size(json));
	json_object_foreach ((json_t *)(uintptr_t)json, key, value) {
		size_t before = place_enter(&r->place, key);
		const char *wrong = characters_check(str_of(key), false);
		if (wrong || !*key)
			return refuse(r, wrong ? wrong : "an empty name");
		if (check_length(r, strlen(key), 200) < 0)
			return E_INVALID;
		pairs->items[i].key = arena_cstr(r->arena, str_of(key));
		if (read_string(r, value, 1000, field->multiline, &pairs->items[i].value) < 0)
			return E_INVALID;
		place_leave(&r->place, before);
		i++;
	}
	pairs->count = i;
	return 0;
}

/* ---------------------------------------------------------------- the record */

static int read_value(struct reader *r, const struct field *field, const json_t *json, void *base)
{
	switch (field->kind) {
	case FIELD_KIND_TEXT:
		return read_text(r, field, json, base);
	case FIELD_KIND_INT:
		return read_int(r, field, json, base);
	case FIELD_KIND_BOOL:
		return read_bool(r, field, json, base);
	case FIELD_KIND_ENUM:
		return read_enum(r, field, json, base);
	case FIELD_KIND_SECRET:
		return read_secret(r, field, json, base);
	case FIELD_KIND_SECTION:
		return read_section(r, field, json, base);
	case FIELD_KIND_TIME:
		return read_time(r, field, json, base);
	case FIELD_KIND_JSON:
		*(json_t **)field_in(field, base) = json_incref((json_t *)(uintptr_t)json);
		return 0;
	case FIELD_KIND_LIST:
		return read_list(r, field, json, base);
	case FIELD_KIND_TEXTS:
		return read_texts(r, field, json, base);
	case FIELD_KIND_PAIRS:
		return read_pairs(r, field, json, base);
	}
	must(field->kind <= FIELD_KIND_PAIRS);
	return E_INVALID;
}

/* The value of a field that isn't there: its preset; sections are read from nothing, so that theirs are set. */
static int read_absent(struct reader *r, const struct field *field, void *base)
{
	json_t *nothing;
	int by_others;

	if (field->required)
		return refuse(r, "is missing");
	switch (field->kind) {
	case FIELD_KIND_TEXT:
		*(const char **)field_in(field, base) = field_preset_text(field);
		return 0;
	case FIELD_KIND_INT:
		*(int64_t *)field_in(field, base) = field->preset;
		return 0;
	case FIELD_KIND_BOOL:
		*(bool *)field_in(field, base) = field->preset != 0;
		return 0;
	case FIELD_KIND_ENUM:
		by_others = field->preset_by ? field->preset_by(base) : -1;
		*(int *)field_in(field, base) = by_others >= 0 ? by_others : (int)field->preset;
		return 0;
	case FIELD_KIND_SECTION:
		nothing = json_object();
		int result = read_section(r, field, nothing, base);
		json_decref(nothing);
		return result;
	case FIELD_KIND_SECRET:
	case FIELD_KIND_LIST:
	case FIELD_KIND_TEXTS:
	case FIELD_KIND_PAIRS:
	case FIELD_KIND_TIME:
	case FIELD_KIND_JSON:
		return 0;
	}
	return 0;
}

static int read_fields(struct reader *r, const struct field *fields, size_t n, const json_t *json, void *base)
{
	if (check_keys(r, fields, n, json) < 0)
		return E_INVALID;
	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_object_get(json, fields[i].name);
		size_t before = place_enter(&r->place, fields[i].name);
		int result = value && !json_is_null(value) ? read_value(r, &fields[i], value, base)
		                                           : read_absent(r, &fields[i], base);
		if (result < 0)
			return result;
		place_leave(&r->place, before);
	}
	return 0;
}

static int check_record(struct reader *r, const void *record)
{
	if (!r->type->check || r->type->check(record, r->err) >= 0)
		return 0;
	if (!r->err)
		return E_INVALID;
	/* What comes from the type starts with a path below the record. */
	struct error inner = *r->err;
	return fail(r->err, inner.code, inner.retry, "%s%s%s", buf_cstr(&r->place.text), r->place.text.n ? "/" : "",
	            inner.text);
}

int record_read(const struct record_type *type, const json_t *json, const char *path, const struct sealer *sealer,
                struct arena *arena, void **ret_record, struct error *err)
{
	struct error ignored;
	struct reader r CLEANUP(reader_done) = {type, sealer, arena, "", PLACE_INIT, 0, err ? err : &ignored};

	buf_add_cstr(&r.place.text, path ? path : "");
	r.prefix = r.place.text.n;
	if (!json_is_object(json))
		return refuse_value(&r, json, "is not an object (of \"key: value\" lines)");
	for (size_t i = 0; i < type->field_count; i++) {
		const char *id =
		        type->fields[i].is_id ? json_string_value(json_object_get(json, type->fields[i].name)) : NULL;
		if (id)
			r.id = id;
	}
	void *record = arena_alloc(arena, 1, type->size);
	int result = read_fields(&r, type->fields, type->field_count, json, record);
	if (result >= 0)
		result = check_record(&r, record);
	if (result < 0) {
		record_done(type, record);
		return r.err->code;
	}
	*ret_record = record;
	return 0;
}

const char *record_id(const struct record_type *type, const void *record)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (type->fields[i].is_id)
			return *(const char *const *)field_of(&type->fields[i], record);
	return "";
}
