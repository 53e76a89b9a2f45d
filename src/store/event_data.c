/* See event_data.h. */
#include "store/event_data.h"

#include "base/cursor.h"
#include "base/mem.h"

int event_add_data(struct db *db, const struct new_event *event, json_t *data, struct error *err)
{
	struct new_event whole = *event;
	char *text CLEANUP(freep) = data ? json_dumps(data, JSON_COMPACT) : NULL;

	json_decref(data);
	must(text != NULL);
	whole.data = str_of(text);
	return event_add(db, &whole, err);
}

/* ---------------------------------------------------------------- one field */

/* Behind the quote that ends it; what stands between is returned as it is. */
static bool take_string(struct cursor *in, struct str *ret)
{
	size_t begin = in->at + 1;
	int c;

	if (!cursor_take_char(in, '"'))
		return false;
	while ((c = cursor_next(in)) >= 0 && c != '"')
		if (c == '\\')
			(void)cursor_next(in);
	*ret = str_new(in->p + begin, in->at - begin - (c >= 0));
	return c >= 0;
}

/* A value up to the comma or bracket behind it, which stays. */
static void take_value(struct cursor *in, struct str *ret)
{
	size_t begin = in->at, depth = 0;
	struct str ignored;
	int c;

	while ((c = cursor_peek(in)) >= 0 && (depth || (c != ',' && c != '}'))) {
		depth += c == '{' || c == '[';
		depth -= depth && (c == '}' || c == ']');
		if (c != '"' || !take_string(in, &ignored))
			cursor_skip(in, 1);
	}
	*ret = str_trim(str_new(in->p + begin, in->at - begin));
}

static void skip_blanks(struct cursor *in)
{
	while (is_space((char)cursor_peek(in)))
		cursor_skip(in, 1);
}

static bool find_value(struct str data, const char *name, struct str *ret)
{
	struct cursor in = cursor_of(str_trim(data));
	struct str field, value, wanted = str_of(name);

	if (!cursor_take_char(&in, '{'))
		return false;
	do {
		skip_blanks(&in);
		if (!take_string(&in, &field))
			return false;
		skip_blanks(&in);
		if (!cursor_take_char(&in, ':'))
			return false;
		take_value(&in, &value);
	} while (!str_eq(field, wanted) && cursor_take_char(&in, ','));
	*ret = value;
	return str_eq(field, wanted);
}

bool event_data_text(struct str data, const char *name, struct str *ret_text)
{
	struct str value;

	if (!find_value(data, name, &value) || value.n < 2 || value.p[0] != '"' || str_find_char(value, '\\') >= 0)
		return false;
	*ret_text = str_slice(value, 1, value.n - 1);
	return true;
}

bool event_data_int(struct str data, const char *name, int64_t *ret_value)
{
	struct str value;
	uint64_t number;
	bool is_negative;

	if (!find_value(data, name, &value))
		return false;
	is_negative = str_starts(value, STR("-"));
	if (!str_to_uint(str_slice(value, is_negative, value.n), INT64_MAX, &number))
		return false;
	*ret_value = is_negative ? -(int64_t)number : (int64_t)number;
	return true;
}
