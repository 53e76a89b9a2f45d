/* See target.h. */
#include "api/target.h"

#include "base/clock.h"
#include "base/cursor.h"

#include <stdio.h>

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool target_decode(struct str text, bool plus_is_space, struct arena *arena, struct str *ret)
{
	struct cursor in = cursor_of(text);
	char *out = arena_bytes(arena, text.n + 1);
	size_t n = 0;

	while (!cursor_end(&in)) {
		int c = cursor_next(&in);

		if (c == '%') {
			int high = hex_digit(cursor_next(&in)), low = hex_digit(cursor_next(&in));

			if (high < 0 || low < 0)
				return false;
			c = high * 16 + low;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if (c == '\0')
			return false;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	*ret = str_new(out, n);
	return str_is_utf8(*ret);
}

/* One "name=value". */
static int parse_value(struct str piece, const struct target *target, struct arena *arena, struct query_value *ret,
                       struct error *err)
{
	ptrdiff_t equals = str_find_char(piece, '=');
	struct str name = equals < 0 ? piece : str_slice(piece, 0, (size_t)equals);
	struct str value = equals < 0 ? STR("") : str_slice(piece, (size_t)equals + 1, piece.n);

	if (!target_decode(name, true, arena, &name))
		return fail(err, E_INVALID, RETRY_NEVER, "the name of a query parameter is not percent-encoded UTF-8");
	if (!target_decode(value, true, arena, &value))
		return fail(err, E_INVALID, RETRY_NEVER, "%.80s: the value is not percent-encoded UTF-8", name.p);
	if (target_value(target, name.p))
		return fail(err, E_INVALID, RETRY_NEVER, "%.80s: is given twice", name.p);
	*ret = (struct query_value){name.p, value.p};
	return 0;
}

int target_parse(struct str text, struct arena *arena, struct target *ret_target, struct error *err)
{
	struct query_value *values = ARENA_ARRAY(arena, struct query_value, TARGET_MAX_VALUES);
	struct target target = {.values = values};
	struct str rest, piece;
	ptrdiff_t mark = str_find_char(text, '?');

	target.path = mark < 0 ? text : str_slice(text, 0, (size_t)mark);
	rest = mark < 0 ? STR("") : str_slice(text, (size_t)mark + 1, text.n);
	while (rest.n > 0 && str_split(&rest, '&', &piece)) {
		if (piece.n == 0)
			continue;
		if (target.count == TARGET_MAX_VALUES)
			return fail(err, E_INVALID, RETRY_NEVER, "the query has more than %d parameters",
			            TARGET_MAX_VALUES);
		if (parse_value(piece, &target, arena, &values[target.count], err) < 0)
			return err->code;
		target.count++;
	}
	*ret_target = target;
	return 0;
}

const char *target_value(const struct target *target, const char *name)
{
	for (size_t i = 0; i < target->count; i++)
		if (strcmp(target->values[i].name, name) == 0)
			return target->values[i].value;
	return NULL;
}

bool target_time(const char *value, int64_t *ret_ms)
{
	char text[64];
	char *space;

	if (strlen(value) >= sizeof text)
		return false;
	snprintf(text, sizeof text, "%s", value);
	space = strrchr(text, ' ');
	if (space && space > text + 11) /* "…T08:00:00 01:00": its plus wasn't percent-encoded */
		*space = '+';
	return clock_parse_iso(text, ret_ms) || clock_parse_day(text, ret_ms);
}
