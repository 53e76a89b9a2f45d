/* What differs between two versions of a record, for people. */
#include "record/field.h"

#include "base/clock.h"

struct differ {
	struct buf *out;
	struct place place;
	size_t count;
};

static void differ_done(struct differ *d)
{
	place_done(&d->place);
}

static void diff_fields(struct differ *d, const struct field *fields, size_t n, const void *before, const void *after);

/* One line; "" where that side has nothing to show. */
static void put_line(struct differ *d, const char *before, const char *after)
{
	buf_printf(d->out, "  %s: ", buf_cstr(&d->place.text));
	if (*before)
		buf_printf(d->out, "%s -> ", before);
	buf_printf(d->out, "%s\n", *after ? after : "(removed)");
	d->count++;
}

static void show_texts(struct buf *out, const struct text_list *list)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		buf_add_cstr(out, i ? ", " : "");
		show_text(out, list->items[i], strlen(list->items[i]), 60);
	}
	buf_add_char(out, ']');
}

static void show_pairs(struct buf *out, const struct text_pairs *pairs)
{
	buf_add_char(out, '{');
	for (size_t i = 0; i < pairs->count; i++) {
		buf_printf(out, "%s%s: ", i ? ", " : "", pairs->items[i].key);
		show_text(out, pairs->items[i].value, strlen(pairs->items[i].value), 60);
	}
	buf_add_char(out, '}');
}

static void show_time(struct buf *out, int64_t at)
{
	char text[32] = "";

	if (at)
		clock_format_iso(at, text);
	buf_add_cstr(out, text);
}

static void show_value(struct buf *out, const struct field *field, const void *member)
{
	switch (field->kind) {
	case FIELD_KIND_TEXT:
		show_text(out, *(const char *const *)member, strlen(*(const char *const *)member), 60);
		break;
	case FIELD_KIND_INT:
		buf_printf(out, "%lld", (long long)*(const int64_t *)member);
		break;
	case FIELD_KIND_BOOL:
		buf_add_cstr(out, *(const bool *)member ? "true" : "false");
		break;
	case FIELD_KIND_ENUM:
		buf_add_cstr(out, field->words[*(const int *)member]);
		break;
	case FIELD_KIND_TEXTS:
		show_texts(out, member);
		break;
	case FIELD_KIND_PAIRS:
		show_pairs(out, member);
		break;
	case FIELD_KIND_TIME:
		show_time(out, *(const int64_t *)member);
		break;
	case FIELD_KIND_JSON:
		if (*(json_t *const *)member)
			show_json(out, *(json_t *const *)member);
		break;
	case FIELD_KIND_SECRET:
	case FIELD_KIND_SECTION:
	case FIELD_KIND_LIST:
		break;
	}
}

static bool texts_equal(const struct text_list *a, const struct text_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

static bool pairs_equal(const struct text_pairs *a, const struct text_pairs *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i].key, b->items[i].key) != 0 || strcmp(a->items[i].value, b->items[i].value) != 0)
			return false;
	return true;
}

bool field_equal(const struct field *field, const void *a, const void *b)
{
	switch (field->kind) {
	case FIELD_KIND_TEXT:
		return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
	case FIELD_KIND_INT:
		return *(const int64_t *)a == *(const int64_t *)b;
	case FIELD_KIND_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case FIELD_KIND_ENUM:
		return *(const int *)a == *(const int *)b;
	case FIELD_KIND_TEXTS:
		return texts_equal(a, b);
	case FIELD_KIND_PAIRS:
		return pairs_equal(a, b);
	case FIELD_KIND_TIME:
		return *(const int64_t *)a == *(const int64_t *)b;
	case FIELD_KIND_JSON:
		return *(json_t *const *)a == *(json_t *const *)b ||
		       json_equal(*(json_t *const *)a, *(json_t *const *)b);
	case FIELD_KIND_SECRET:
		return secret_equal(a, b);
	case FIELD_KIND_SECTION:
	case FIELD_KIND_LIST:
		break;
	}
	return true;
}

/* The value a field has where nobody set it. */
static bool is_preset(const struct field *field, const void *member)
{
	switch (field->kind) {
	case FIELD_KIND_TEXT:
		return strcmp(*(const char *const *)member, field_preset_text(field)) == 0;
	case FIELD_KIND_INT:
		return *(const int64_t *)member == field->preset;
	case FIELD_KIND_BOOL:
		return *(const bool *)member == (field->preset != 0);
	case FIELD_KIND_ENUM:
		return *(const int *)member == field->preset;
	case FIELD_KIND_TEXTS:
		return ((const struct text_list *)member)->count == 0;
	case FIELD_KIND_PAIRS:
		return ((const struct text_pairs *)member)->count == 0;
	case FIELD_KIND_TIME:
		return *(const int64_t *)member == 0;
	case FIELD_KIND_JSON:
		return *(json_t *const *)member == NULL;
	case FIELD_KIND_SECRET:
		return !secret_is_stored(member);
	case FIELD_KIND_SECTION:
	case FIELD_KIND_LIST:
		break;
	}
	return false;
}

static void diff_secret(struct differ *d, const struct secret *before, const struct secret *after)
{
	bool was = before && secret_is_stored(before), is = after && secret_is_stored(after);

	if (was && is)
		put_line(d, "", "(changed)");
	else
		put_line(d, "", is ? "(set)" : "(removed)");
}

static void diff_value(struct differ *d, const struct field *field, const void *before, const void *after)
{
	struct buf old CLEANUP(buf_done) = BUF_INIT(KIB(64));
	struct buf new CLEANUP(buf_done) = BUF_INIT(KIB(64));

	if (before && after ? field_equal(field, before, after) : is_preset(field, before ? before : after))
		return;
	if (field->kind == FIELD_KIND_SECRET) {
		diff_secret(d, before, after);
		return;
	}
	if (before)
		show_value(&old, field, before);
	if (after)
		show_value(&new, field, after);
	put_line(d, buf_cstr(&old), buf_cstr(&new));
}

static void diff_list(struct differ *d, const struct field *field, const struct record_list *before,
                      const struct record_list *after)
{
	size_t old = before ? before->count : 0, new = after ? after->count : 0;

	for (size_t i = 0; i < MAX(old, new); i++) {
		size_t outer = place_enter_entry(&d->place, i);
		if (i >= new)
			put_line(d, "", "");
		else
			diff_fields(d, field->fields, field->field_count, i < old ? list_item(field, before, i) : NULL,
			            list_item(field, after, i));
		place_leave(&d->place, outer);
	}
}

static void diff_fields(struct differ *d, const struct field *fields, size_t n, const void *before, const void *after)
{
	for (size_t i = 0; i < n; i++) {
		const struct field *field = &fields[i];
		const void *old = before ? field_of(field, before) : NULL, *new = after ? field_of(field, after) : NULL;
		size_t outer = place_enter(&d->place, field->name);

		if (field->kind == FIELD_KIND_SECTION)
			diff_fields(d, field->fields, field->field_count, old, new);
		else if (field->kind == FIELD_KIND_LIST)
			diff_list(d, field, old, new);
		else
			diff_value(d, field, old, new);
		place_leave(&d->place, outer);
	}
}

size_t record_diff(const struct record_type *type, const void *before, const void *after, struct buf *out)
{
	struct differ d CLEANUP(differ_done) = {.out = out, .place = PLACE_INIT};

	if (before || after)
		diff_fields(&d, type->fields, type->field_count, before, after);
	return d.count;
}
