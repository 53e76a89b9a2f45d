/* How the files of this folder reach a record's members and say where they are. Private to src/record. */
#ifndef RECORD_FIELD_H
#define RECORD_FIELD_H

#include "record/record.h"

#define RECORD_MASK "********"

/* A member of the record at `base`, whose kind the caller has looked at. */
static inline void *field_in(const struct field *field, void *base)
{
	return (char *)base + field->offset;
}

static inline const void *field_of(const struct field *field, const void *base)
{
	return (const char *)base + field->offset;
}

static inline void *list_item(const struct field *field, const struct record_list *list, size_t i)
{
	return (char *)list->items + i * field->element_size;
}

static inline const char *field_preset_text(const struct field *field)
{
	return field->preset_text ? field->preset_text : "";
}

static inline size_t field_max(const struct field *field)
{
	return field->max ? field->max : 1000;
}

/* The place in a record that is being looked at, "accounts/support/send/port": grown on the way down, cut on the way
 * up. */
struct place {
	struct buf text;
};

#define PLACE_INIT               \
	{                        \
		BUF_INIT(KIB(4)) \
	}

/* Adds "/name" (without the slash at the start of an empty place); the answer is what place_leave() takes. */
size_t place_enter(struct place *place, const char *name);
size_t place_enter_entry(struct place *place, size_t index);
void place_leave(struct place *place, size_t before);
void place_done(struct place *place);

/* What a value looks like in an error or a difference: "abc" in quotes and cut, 5, true, "an object". */
void show_text(struct buf *out, const char *text, size_t n, size_t cut);
void show_json(struct buf *out, const json_t *json);

/* Whether a member has the same value in both; sections and lists always. */
bool field_equal(const struct field *field, const void *a, const void *b);

/* The field of that key; NULL where there is none. */
const struct field *fields_find(const struct field *fields, size_t n, const char *name);

#endif
