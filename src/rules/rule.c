/* See rule.h. */
#include "rules/rule.h"

#include "rules/conditions.h"
#include "setup/check.h"

#define VALUE_MAX KIB(64) /* of one case field */

struct run {
	struct arena *arena;
	struct source_reader reader;
	struct rule_result result;
	size_t trace_size;
};

static void trace(struct run *run, struct str line)
{
	ARENA_ROOM(run->arena, run->result.trace, run->result.trace_count, run->trace_size);
	run->result.trace[run->result.trace_count++] = line;
}

/* ---------------------------------------------------------------- which branch */

static bool branch_holds(struct run *run, const struct branch *branch, size_t number)
{
	const struct condition *conditions = branch->conditions.items;
	const char *name = *branch->name ? arena_printf(run->arena, " (%s)", branch->name).p : "";

	if (branch->conditions.count == 0)
		trace(run, arena_printf(run->arena, "branch %zu%s: without conditions, it holds", number, name));
	for (size_t i = 0; i < branch->conditions.count; i++) {
		struct str line;
		bool holds = condition_holds(&run->reader, &conditions[i], &line);

		trace(run, arena_printf(run->arena, "branch %zu%s: " STR_FMT, number, name, STR_ARG(line)));
		if (!holds)
			return false;
	}
	return true;
}

static const struct branch *find_branch(struct run *run, const struct service_rule *rule)
{
	const struct branch *branches = rule->branches.items;

	for (size_t i = 0; i < rule->branches.count; i++)
		if (branch_holds(run, &branches[i], i + 1))
			return &branches[i];
	trace(run, STR("no branch holds"));
	return NULL;
}

/* ---------------------------------------------------------------- values for the case's fields */

static size_t digits_at(struct str s, size_t at)
{
	size_t from = at;
	while (at < s.n && is_digit(s.p[at]))
		at++;
	return at - from;
}

/* -12.50 */
static bool is_number(struct str s)
{
	size_t at = s.n && (s.p[0] == '-' || s.p[0] == '+');
	size_t whole = digits_at(s, at), fraction = 0;

	at += whole;
	if (at < s.n && s.p[at] == '.') {
		fraction = digits_at(s, at + 1);
		if (!fraction)
			return false;
		at += 1 + fraction;
	}
	return whole && at == s.n && s.n <= 40;
}

static bool two_digits(struct str s, size_t at, int64_t low, int64_t high)
{
	uint64_t value;

	return str_to_uint(str_slice(s, at, at + 2), 99, &value) && (int64_t)value >= low && (int64_t)value <= high;
}

/* 2026-11-21, alone or before "T…" */
static bool is_date(struct str s)
{
	return s.n >= 10 && digits_at(s, 0) == 4 && s.p[4] == '-' && s.p[7] == '-' && two_digits(s, 5, 1, 12) &&
	       two_digits(s, 8, 1, 31) && (s.n == 10 || (s.p[10] == 'T' && s.n <= 40));
}

/* The choice as it is written in the case type; empty where there is none. */
static struct str find_choice(struct arena *arena, const struct case_field *field, struct str value)
{
	struct str folded = fold_case(arena, value);

	for (size_t i = 0; i < field->choices.count; i++)
		if (str_eq(fold_case(arena, str_of(field->choices.items[i])), folded))
			return str_of(field->choices.items[i]);
	return STR_NULL;
}

/* NULL and *value as it is stored, or what the value isn't. */
static const char *check_value(struct arena *arena, const struct case_field *field, struct str *value)
{
	switch ((enum case_field_kind)field->kind) {
	case CASE_FIELD_TEXT:
		return NULL;
	case CASE_FIELD_NUMBER:
		return is_number(*value) ? NULL : "is not a number";
	case CASE_FIELD_DATE:
		return is_date(*value) ? NULL : "is not a date (2026-11-21)";
	case CASE_FIELD_ADDRESS:
		return value->n > 254 || check_address(arena_cstr(arena, *value)) ? "is not an email address" : NULL;
	case CASE_FIELD_CHOICE:
		*value = find_choice(arena, field, *value);
		return value->n ? NULL : "is none of the choices";
	}
	return NULL;
}

static struct str cut_value(struct str value)
{
	size_t n = MIN(value.n, VALUE_MAX);

	while (n > 0 && n < value.n && ((unsigned char)value.p[n] & 0xc0) == 0x80)
		n--;
	return str_slice(value, 0, n);
}

static const struct case_field *find_field(const struct case_type *type, const char *id)
{
	const struct case_field *fields = type->fields.items;

	for (size_t i = 0; i < type->fields.count; i++)
		if (strcmp(fields[i].id, id) == 0)
			return &fields[i];
	return NULL;
}

/* The first error stays; all of them are traced. */
static void mapping_failed(struct run *run, struct str text)
{
	if (!run->result.mapping_error.n)
		run->result.mapping_error = text;
	trace(run, arena_printf(run->arena, "mapping: " STR_FMT, STR_ARG(text)));
}

static void map_one(struct run *run, const struct case_type *type, const struct mapping *mapping)
{
	const struct case_field *field = find_field(type, mapping->target);
	struct source_values values = source_read(&run->reader, mapping->source);
	struct str found = str_trim(cut_value(source_join(run->arena, &values))), value = found;

	if (!field) {
		mapping_failed(run, arena_printf(run->arena, "field %s: case type %s has no such field",
		                                 mapping->target, type->id));
	} else if (values.gave_up) {
		mapping_failed(run, arena_printf(run->arena, "field %s: the pattern of %s took too many steps",
		                                 mapping->target, mapping->source));
	} else if (!value.n && mapping->required) {
		mapping_failed(run, arena_printf(run->arena, "field %s: is required, but %s gave nothing",
		                                 mapping->target, mapping->source));
	} else if (value.n) {
		const char *wrong = check_value(run->arena, field, &value);
		struct str shown = quote_value(run->arena, found);
		if (wrong) {
			mapping_failed(run, arena_printf(run->arena, "field %s: " STR_FMT " %s", mapping->target,
			                                 STR_ARG(shown), wrong));
			return;
		}
		run->result.values[run->result.value_count++] =
		        (struct field_value){mapping->target, arena_str(run->arena, value), mapping->source};
		trace(run, arena_printf(run->arena, "mapping: %s is " STR_FMT ", from %s", mapping->target,
		                        STR_ARG(shown), mapping->source));
	}
}

static void map_values(struct run *run, const struct branch *branch, const struct case_type *type)
{
	const struct mapping *mappings = branch->map.items;

	if (!type) {
		mapping_failed(run, arena_printf(run->arena, "there is no case type \"%s\"", branch->case_type));
		return;
	}
	run->result.values = ARENA_ARRAY(run->arena, struct field_value, MAX(branch->map.count, 1));
	for (size_t i = 0; i < branch->map.count; i++)
		map_one(run, type, &mappings[i]);
}

struct rule_result rule_run(struct arena *arena, const struct service_rule *rule, const struct message *message,
                            const struct case_type *(*case_types)(void *ctx, const char *id), void *ctx)
{
	struct run run = {.arena = arena, .reader = {.arena = arena, .message = message}};

	run.result.mapping_error = STR("");
	run.result.branch = find_branch(&run, rule);
	if (run.result.branch && run.result.branch->activity == ACTIVITY_CREATE_CASE)
		map_values(&run, run.result.branch, case_types(ctx, run.result.branch->case_type));
	return run.result;
}
