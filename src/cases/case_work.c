/* See case_work.h. */
#include "cases/case_work.h"

#include "base/clock.h"
#include "base/mem.h"
#include "rules/number_mask.h"

#include <jansson.h>

/* Case types without statuses of their own have these two. */
static const struct case_status preset_statuses[] = {
        {.id = "open", .name = "Open"},
        {.id = "resolved", .name = "Resolved", .resolved = true},
};

const struct case_status *case_statuses(const struct case_type *type, size_t *ret_count)
{
	*ret_count = type->statuses.count ? type->statuses.count : ARRAY_LEN(preset_statuses);
	return type->statuses.count ? type->statuses.items : preset_statuses;
}

const struct case_status *case_status_find(const struct case_type *type, const char *id)
{
	size_t n;
	const struct case_status *all = case_statuses(type, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].id, id) == 0)
			return &all[i];
	return NULL;
}

/* The status named, or the type's first. */
static const char *status_or_first(const struct case_type *type, const char *named)
{
	size_t n;

	return named && *named ? named : case_statuses(type, &n)[0].id;
}

/* For work that nobody is to do. A type without a resolved status has no better one than its first. */
static const char *cancelled_status(const struct case_type *type)
{
	size_t n;
	const struct case_status *all = case_statuses(type, &n);

	if (*type->cancelled_status)
		return type->cancelled_status;
	for (size_t i = 0; i < n; i++)
		if (all[i].resolved)
			return all[i].id;
	return all[0].id;
}

static struct str fields_json(struct arena *arena, const struct field_value *values, size_t n)
{
	json_t *object;
	char *text;
	struct str copy;

	if (n == 0)
		return STR("{}");
	object = json_object();
	for (size_t i = 0; i < n; i++)
		json_object_set_new(object, values[i].target,
		                    json_stringn(values[i].value.p ? values[i].value.p : "", values[i].value.n));
	text = json_dumps(object, JSON_COMPACT);
	must(text != NULL);
	copy = arena_str(arena, str_of(text));
	free(text);
	json_decref(object);
	return copy;
}

int case_open(struct db *db, struct arena *arena, const struct case_opening *opening, struct stored_case *ret_case,
              struct error *err)
{
	const struct case_type *type = opening->type;
	struct stored_case c = {
	        .type = type->id,
	        .status = opening->is_cancelled ? cancelled_status(type) : status_or_first(type, type->initial_status),
	        .resolved_at = opening->is_cancelled ? opening->at : 0,
	        .subject = opening->subject,
	        .contact_id = opening->contact_id,
	        .account = opening->account,
	        .previous_id = opening->previous_id,
	        .fields = fields_json(arena, opening->values, opening->value_count),
	        .created_at = opening->at,
	        .updated_at = opening->at,
	        .message_count = 1,
	        .waits_for = opening->is_ours ? CASE_WAITS_FOR_CONTACT : CASE_WAITS_FOR_US,
	};
	int64_t number;
	int r = db_next_number(db, number_mask_sequence(arena, type->number_mask, opening->at), &number, err);

	if (r == 0)
		r = db_new_id(db, &c.id, err);
	if (r < 0)
		return r;
	c.number = number_mask_format(arena, type->number_mask, opening->at, number).p;
	r = case_insert(db, &c, err);
	if (r == 0)
		*ret_case = c;
	return r;
}

enum case_reach case_reach(const struct case_type *type, const struct stored_case *c, int64_t at)
{
	if (!c->resolved_at)
		return CASE_OPEN;
	if (type->reopen_days && at - c->resolved_at > type->reopen_days * HOURS_MS(24))
		return CASE_TOO_OLD;
	return CASE_REOPENS;
}

int case_join(struct db *db, const struct case_type *type, struct stored_case *c, bool reopen, bool by_person,
              int64_t at, struct error *err)
{
	const char *status = reopen ? status_or_first(type, type->reopened_status) : NULL;
	int r = case_touch(db, c->id, status, by_person ? CASE_WAITS_FOR_US : NULL, at, err);

	if (r < 0)
		return r;
	if (reopen) {
		c->status = status;
		c->resolved_at = 0;
	}
	if (by_person)
		c->waits_for = CASE_WAITS_FOR_US;
	c->updated_at = at;
	c->message_count++;
	return 0;
}
