/* See case_type.h. */
#include "setup/case_type.h"

#include "base/map.h"
#include "setup/mask.h"

static const char *const field_kind_words[] = {"text", "number", "date", "address", "choice", NULL};

static const char *const strangers_words[] = {"answers", "join", "separate", NULL};

/* clang-format off */
static const struct field status_fields[] = {
	FIELD_ID(struct case_status, id, "Status ID"),
	FIELD_TEXT(struct case_status, name, "Name", .max = 200),
	FIELD_BOOL(struct case_status, resolved, "Resolved", .help = "The work is done; a reply opens the case again"),
};

static const struct field case_field_fields[] = {
	FIELD_ID(struct case_field, id, "Field ID"),
	FIELD_TEXT(struct case_field, name, "Name", .max = 200),
	FIELD_ENUM_AS(struct case_field, kind, "type", field_kind_words, "Type"),
	FIELD_TEXTS(struct case_field, choices, "Choices", .max = 500, .help = "The values of a field of type choice"),
};

static const struct field case_type_fields[] = {
	FIELD_ID(struct case_type, id, "Case type ID"),
	FIELD_TEXT(struct case_type, name, "Name", .max = 200),
	FIELD_TEXT(struct case_type, number_mask, "Number mask", .required = true, .max = 60, .check = mask_check, .example = "SUP-{year}-{number:5}",
		   .help = "Such as SUP-{year}-{number:5}; counted anew for each year or month named before {number}"),
	FIELD_TEXTS(struct case_type, old_masks, "Earlier number masks", .max = 20, .check = mask_check, .example = "OLD-{number:5}",
		    .help = "Numbers of these shapes still find their case"),
	FIELD_LIST(struct case_type, statuses, struct case_status, status_fields, "Statuses", .max = 100,
		   .help = "Empty: open and resolved"),
	FIELD_TEXT(struct case_type, initial_status, "Status of a new case", .max = 64, .help = "Empty: the first"),
	FIELD_TEXT(struct case_type, reopened_status, "Status of a re-opened case", .max = 64, .help = "Empty: the first"),
	FIELD_TEXT(struct case_type, cancelled_status, "Status of a cancelled case", .max = 64,
		   .help = "For mail by senders on the block list whose action is cancel; must be resolved; empty: the first that is"),
	FIELD_ENUM(struct case_type, strangers, strangers_words, "Mail by strangers",
		   .help = "By somebody without a part in the case: joins it (marked, without an answer) if it answers a mail of "
			   "the case; if it names its number, too; or gets a case of its own"),
	FIELD_INT(struct case_type, reopen_days, "Re-open within", .high = 36500, .preset = 30,
		  .help = "Days; a reply later than that opens a new case; 0: always re-open"),
	FIELD_LIST(struct case_type, fields, struct case_field, case_field_fields, "Fields", .max = 200),
};
/* clang-format on */

static int check_statuses(const struct case_type *type, struct map *statuses, struct error *err)
{
	const struct case_status *items = type->statuses.items;
	size_t resolved = 0;

	for (size_t i = 0; i < type->statuses.count; i++) {
		/* The value only has to be something. */
		if (map_set(statuses, str_of(items[i].id), statuses))
			return fail(err, E_INVALID, RETRY_NEVER, "statuses/%zu/id: \"%s\" is there twice", i + 1,
			            items[i].id);
		resolved += items[i].resolved;
	}
	if (type->statuses.count == 0) {
		map_set(statuses, STR("open"), statuses);
		map_set(statuses, STR("resolved"), statuses);
	} else if (resolved == type->statuses.count) {
		return fail(err, E_INVALID, RETRY_NEVER, "statuses: at least one must not be resolved");
	}
	return 0;
}

static int check_status(const struct map *statuses, const char *path, const char *status, struct error *err)
{
	if (*status && !map_get(statuses, str_of(status)))
		return fail(err, E_INVALID, RETRY_NEVER, "%s: there is no status \"%s\"", path, status);
	return 0;
}

static int check_fields(const struct case_type *type, struct error *err)
{
	struct map *seen CLEANUP(map_freep) = map_new();
	const struct case_field *items = type->fields.items;

	for (size_t i = 0; i < type->fields.count; i++) {
		if (map_set(seen, str_of(items[i].id), seen))
			return fail(err, E_INVALID, RETRY_NEVER, "fields/%zu/id: \"%s\" is there twice", i + 1,
			            items[i].id);
		if (items[i].kind == CASE_FIELD_CHOICE && items[i].choices.count == 0)
			return fail(err, E_INVALID, RETRY_NEVER, "fields/%zu/choices: is missing (type is choice)",
			            i + 1);
		if (items[i].kind != CASE_FIELD_CHOICE && items[i].choices.count)
			return fail(err, E_INVALID, RETRY_NEVER, "fields/%zu/choices: only for type choice", i + 1);
	}
	return 0;
}

static int check_case_type(const void *record, struct error *err)
{
	const struct case_type *type = record;
	struct map *statuses CLEANUP(map_freep) = map_new();

	if (check_statuses(type, statuses, err) < 0 ||
	    check_status(statuses, "initial_status", type->initial_status, err) < 0 ||
	    check_status(statuses, "reopened_status", type->reopened_status, err) < 0 ||
	    check_status(statuses, "cancelled_status", type->cancelled_status, err) < 0)
		return E_INVALID;
	return check_fields(type, err);
}

const struct record_type case_type_type = RECORD_TYPE(
        "case_type", "case_types", struct case_type, case_type_fields, "Case type", .check = check_case_type,
        .example = "{\"id\": \"request\", \"name\": \"Request\", \"number_mask\": \"SUP-{year}-{number:5}\"}");
