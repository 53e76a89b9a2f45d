/* See json_bound.h. */
#include "api/json_bound.h"

/* Where a string that began before `at` ends: the place after its quote. */
static size_t after_string(struct str text, size_t at)
{
	for (; at < text.n && text.p[at] != '"'; at++)
		if (text.p[at] == '\\')
			at++;
	return at + 1;
}

/* Counts what can begin a value and how deep it goes; whether it is JSON is the parser's to say. */
static bool is_bounded(struct str text)
{
	size_t depth = 0, values = 1;

	for (size_t at = 0; at < text.n; at++) {
		switch (text.p[at]) {
		case '"':
			at = after_string(text, at + 1) - 1;
			break;
		case '{':
		case '[':
			depth++;
			values++;
			break;
		case '}':
		case ']':
			depth -= depth > 0;
			break;
		case ',':
			values++;
			break;
		default:
			break;
		}
		if (depth > JSON_MAX_DEPTH || values > JSON_MAX_VALUES)
			return false;
	}
	return true;
}

int json_parse_bounded(struct str text, json_t **ret_json, struct error *err)
{
	json_error_t fault;
	json_t *json;

	if (!is_bounded(text))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "the body: JSON is taken to a depth of %d and with %d values at most", JSON_MAX_DEPTH,
		            JSON_MAX_VALUES);
	json = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &fault);
	if (!json)
		return fail(err, E_INVALID, RETRY_NEVER, "the body is not JSON: line %d, column %d: %s", fault.line,
		            fault.column, fault.text);
	*ret_json = json;
	return 0;
}
