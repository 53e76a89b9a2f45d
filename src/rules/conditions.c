/* See conditions.h. */
#include "rules/conditions.h"

#include "rules/pattern.h"

#include <stdlib.h>
#include <unicase.h>

#define SHOWN_MAX 80 /* bytes of a value in a trace */

static const char *const operator_texts[] = {
        [OPERATOR_IS] = "is",
        [OPERATOR_CONTAINS] = "contains",
        [OPERATOR_STARTS_WITH] = "starts with",
        [OPERATOR_ENDS_WITH] = "ends with",
        [OPERATOR_MATCHES] = "matches",
        [OPERATOR_EXISTS] = "exists",
};

struct str quote_value(struct arena *arena, struct str value)
{
	size_t n = value.n;

	if (n > SHOWN_MAX) {
		n = SHOWN_MAX;
		while (n > 0 && ((unsigned char)value.p[n] & 0xc0) == 0x80)
			n--;
	}
	struct str shown =
	        arena_printf(arena, "\"" STR_FMT "%s\"", STR_ARG(str_slice(value, 0, n)), n < value.n ? "…" : "");
	char *p = (char *)(uintptr_t)shown.p; /* ours */
	for (size_t i = 0; i < shown.n; i++)
		if ((unsigned char)p[i] < ' ' || p[i] == 0x7f)
			p[i] = ' ';
	return shown;
}

struct str fold_case(struct arena *arena, struct str text)
{
	if (str_is_ascii(text)) {
		char *folded = arena_cstr(arena, text);
		for (size_t i = 0; i < text.n; i++)
			folded[i] = ascii_lower(folded[i]);
		return str_new(folded, text.n);
	}
	size_t n = 0;
	uint8_t *folded = u8_casefold((const uint8_t *)text.p, text.n, NULL, UNINORM_NFC, NULL, &n);
	if (!folded)
		return text;
	struct str copy = arena_str(arena, str_new(folded, n));
	free(folded);
	return copy;
}

static bool ends_with(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_slice(s, s.n - suffix.n, s.n), suffix);
}

static bool value_fits(struct arena *arena, struct str value, enum condition_operator operator, struct str want)
{
	struct str folded = fold_case(arena, value);

	switch (operator) {
	case OPERATOR_IS:
		return str_eq(folded, want);
	case OPERATOR_CONTAINS:
		return str_find(folded, want) >= 0;
	case OPERATOR_STARTS_WITH:
		return str_starts(folded, want);
	case OPERATOR_ENDS_WITH:
		return ends_with(folded, want);
	case OPERATOR_MATCHES:
	case OPERATOR_EXISTS:
		break;
	}
	return false;
}

static enum pattern_answer any_matches(const struct source_values *values, const char *pattern)
{
	for (size_t i = 0; i < values->count; i++) {
		enum pattern_answer answer = pattern_search(pattern, values->items[i], NULL);
		if (answer != PATTERN_NO)
			return answer;
	}
	return PATTERN_NO;
}

static enum pattern_answer any_fits(struct arena *arena, const struct source_values *values,
                                    const struct condition *condition)
{
	if (values->gave_up)
		return PATTERN_GAVE_UP;
	if (condition->operator_kind == OPERATOR_EXISTS)
		return values->count ? PATTERN_YES : PATTERN_NO;
	if (condition->operator_kind == OPERATOR_MATCHES)
		return any_matches(values, condition->value);
	struct str want = fold_case(arena, str_of(condition->value));
	for (size_t i = 0; i < values->count; i++)
		if (value_fits(arena, values->items[i], (enum condition_operator)condition->operator_kind, want))
			return PATTERN_YES;
	return PATTERN_NO;
}

static struct str trace_line(struct arena *arena, const struct condition *condition, const struct source_values *values,
                             enum pattern_answer answer, bool holds)
{
	bool exists = condition->operator_kind == OPERATOR_EXISTS;
	struct str want = exists ? STR("") : quote_value(arena, str_of(condition->value));
	struct str found = quote_value(arena, source_join(arena, values));
	const char *result = answer == PATTERN_GAVE_UP ? "no, the pattern took too many steps" : holds ? "yes" : "no";

	return arena_printf(arena, "%s %s%s%s" STR_FMT ": %s, it is " STR_FMT, condition->field,
	                    condition->negate ? "not " : "", operator_texts[condition->operator_kind],
	                    exists ? "" : " ", STR_ARG(want), result, STR_ARG(found));
}

bool condition_holds(struct source_reader *reader, const struct condition *condition, struct str *ret_trace)
{
	struct source_values values = source_read(reader, condition->field);
	enum pattern_answer answer = any_fits(reader->arena, &values, condition);
	bool holds = answer != PATTERN_GAVE_UP && (answer == PATTERN_YES) != condition->negate;

	*ret_trace = trace_line(reader->arena, condition, &values, answer, holds);
	return holds;
}
