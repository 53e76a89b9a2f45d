/* YAML into JSON, by libyaml's event parser. */
#include "record/record.h"

#include <stdio.h>

#include <errno.h>
#include <yaml.h>

#define YAML_MAX_BYTES MIB(16)
#define YAML_MAX_DEPTH 64

struct yaml_reader {
	const char *name;
	struct str text;
	yaml_parser_t parser;
	struct error *err;
};

static void yaml_reader_done(struct yaml_reader *y)
{
	yaml_parser_delete(&y->parser);
}

static int refuse_at(struct yaml_reader *y, yaml_mark_t mark, const char *what)
{
	return fail(y->err, E_INVALID, RETRY_NEVER, "%s:%zu:%zu: %s", y->name, mark.line + 1, mark.column + 1, what);
}

/* What libyaml's words mean for whoever wrote the file. */
static const char *hint_for(const char *problem)
{
	if (strstr(problem, "cannot start any token"))
		return " (indent with spaces, not tabs)";
	if (strstr(problem, "mapping values are not allowed"))
		return " (keys of one level begin in one column; a text with \": \" in it needs quotes)";
	if (strstr(problem, "UTF-8"))
		return " (save the file as UTF-8)";
	return "";
}

/* What libyaml found wrong, in its words and with its place. */
static int refuse_syntax(struct yaml_reader *y)
{
	const yaml_parser_t *p = &y->parser;
	const char *problem = p->problem ? p->problem : "can't be read";
	char what[256];

	snprintf(what, sizeof what, "%s%s%s%s", problem, hint_for(problem), p->context ? " " : "",
	         p->context ? p->context : "");
	if (p->error == YAML_READER_ERROR) { /* which counts bytes */
		yaml_mark_t mark = {0};

		for (size_t i = 0; i < p->problem_offset && i < y->text.n; i++) {
			mark.line += y->text.p[i] == '\n';
			mark.column = y->text.p[i] == '\n' ? 0 : mark.column + 1;
		}
		return refuse_at(y, mark, what);
	}
	return refuse_at(y, p->problem_mark, what);
}

static int next_event(struct yaml_reader *y, yaml_event_t *ret_event)
{
	return yaml_parser_parse(&y->parser, ret_event) ? 0 : refuse_syntax(y);
}

/* ---------------------------------------------------------------- plain scalars: YAML 1.2 §10.3 */

static size_t count_digits(struct str s, size_t at)
{
	size_t from = at;
	while (at < s.n && is_digit(s.p[at]))
		at++;
	return at - from;
}

static bool is_one_of(struct str s, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(s, str_of(*words)))
			return true;
	return false;
}

/* [-+]? (digits | digits "." digits? | "." digits) ([eE] [-+]? digits)?; *ret_whole: digits alone. */
static bool is_number(struct str s, bool *ret_whole)
{
	size_t at = s.n && (s.p[0] == '-' || s.p[0] == '+'), before, after = 0;

	before = count_digits(s, at);
	at += before;
	*ret_whole = before && at == s.n;
	if (at < s.n && s.p[at] == '.') {
		after = count_digits(s, at + 1);
		at += 1 + after;
	}
	if (!before && !after)
		return false;
	if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		at++;
		at += at < s.n && (s.p[at] == '-' || s.p[at] == '+');
		size_t exponent = count_digits(s, at);
		if (!exponent)
			return false;
		at += exponent;
	}
	return at == s.n;
}

/* 0x1F, 0o17 */
static bool is_based(struct str s, int *ret_base)
{
	if (s.n < 3 || s.p[0] != '0' || (s.p[1] != 'x' && s.p[1] != 'o'))
		return false;
	*ret_base = s.p[1] == 'x' ? 16 : 8;
	for (size_t i = 2; i < s.n; i++) {
		char c = ascii_lower(s.p[i]);
		bool digit = *ret_base == 8 ? c >= '0' && c <= '7' : is_digit(c) || (c >= 'a' && c <= 'f');
		if (!digit)
			return false;
	}
	return true;
}

static int read_number(struct yaml_reader *y, const yaml_event_t *event, const char *digits, int base, bool whole,
                       json_t **ret_json)
{
	errno = 0;
	if (whole) {
		long long value = strtoll(digits, NULL, base);
		if (errno)
			return refuse_at(y, event->start_mark, "the number is too large");
		*ret_json = json_integer(value);
	} else {
		*ret_json = json_real(strtod(digits, NULL));
		if (!*ret_json)
			return refuse_at(y, event->start_mark, "the number is too large");
	}
	return 0;
}

static int read_plain(struct yaml_reader *y, const yaml_event_t *event, struct str s, json_t **ret_json)
{
	static const char *const null_words[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const true_words[] = {"true", "True", "TRUE", NULL};
	static const char *const false_words[] = {"false", "False", "FALSE", NULL};
	bool whole;
	int base;

	if (is_one_of(s, null_words))
		*ret_json = json_null();
	else if (is_one_of(s, true_words))
		*ret_json = json_true();
	else if (is_one_of(s, false_words))
		*ret_json = json_false();
	else if (is_number(s, &whole))
		return read_number(y, event, s.p, 10, whole, ret_json);
	else if (is_based(s, &base))
		return read_number(y, event, s.p + 2, base, true, ret_json);
	else
		*ret_json = json_stringn(s.p, s.n);
	return 0;
}

static int read_scalar(struct yaml_reader *y, const yaml_event_t *event, json_t **ret_json)
{
	struct str s = str_new(event->data.scalar.value, event->data.scalar.length);

	if (event->data.scalar.anchor)
		return refuse_at(y, event->start_mark, "anchors (&) are not supported");
	if (event->data.scalar.tag)
		return refuse_at(y, event->start_mark, "tags (!) are not supported");
	if (s.n && memchr(s.p, '\0', s.n))
		return refuse_at(y, event->start_mark, "a text can't contain a NUL character");
	if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return read_plain(y, event, s, ret_json);
	*ret_json = json_stringn(s.p, s.n);
	if (!*ret_json)
		return refuse_at(y, event->start_mark, "the text is not valid UTF-8");
	return 0;
}

/* ---------------------------------------------------------------- lists, objects, the document */

static int read_value(struct yaml_reader *y, yaml_event_t *event, int depth, json_t **ret_json);

static int check_collection(struct yaml_reader *y, yaml_mark_t mark, const void *anchor, const void *tag, int depth)
{
	if (anchor)
		return refuse_at(y, mark, "anchors (&) are not supported");
	if (tag)
		return refuse_at(y, mark, "tags (!) are not supported");
	if (depth >= YAML_MAX_DEPTH)
		return refuse_at(y, mark, "more than 64 levels");
	return 0;
}

static int read_sequence(struct yaml_reader *y, int depth, json_t **ret_json)
{
	json_t *array CLEANUP(json_decrefp) = json_array();

	for (;;) {
		yaml_event_t event CLEANUP(yaml_event_delete) = {0};
		json_t *item = NULL;

		if (next_event(y, &event) < 0)
			return E_INVALID;
		if (event.type == YAML_SEQUENCE_END_EVENT)
			break;
		if (read_value(y, &event, depth, &item) < 0)
			return E_INVALID;
		json_array_append_new(array, item);
	}
	*ret_json = take(array);
	return 0;
}

/* A key and its value. */
static int read_entry(struct yaml_reader *y, const yaml_event_t *key, int depth, json_t *object)
{
	yaml_event_t event CLEANUP(yaml_event_delete) = {0};
	json_t *checked CLEANUP(json_decrefp) = NULL, *value = NULL;
	char what[120];

	if (key->type == YAML_ALIAS_EVENT)
		return refuse_at(y, key->start_mark, "aliases (*) are not supported");
	if (key->type != YAML_SCALAR_EVENT)
		return refuse_at(y, key->start_mark, "a key must be a text");
	if (read_scalar(y, key, &checked) < 0)
		return E_INVALID;
	const char *text = (const char *)key->data.scalar.value;
	if (json_object_get(object, text)) {
		snprintf(what, sizeof what, "the key \"%.80s\" is there twice", text);
		return refuse_at(y, key->start_mark, what);
	}
	if (next_event(y, &event) < 0 || read_value(y, &event, depth, &value) < 0)
		return E_INVALID;
	if (json_object_set_new(object, text, value) < 0)
		return refuse_at(y, key->start_mark, "the key is not valid UTF-8");
	return 0;
}

static int read_mapping(struct yaml_reader *y, int depth, json_t **ret_json)
{
	json_t *object CLEANUP(json_decrefp) = json_object();

	for (;;) {
		yaml_event_t key CLEANUP(yaml_event_delete) = {0};

		if (next_event(y, &key) < 0)
			return E_INVALID;
		if (key.type == YAML_MAPPING_END_EVENT)
			break;
		if (read_entry(y, &key, depth, object) < 0)
			return E_INVALID;
	}
	*ret_json = take(object);
	return 0;
}

static int read_value(struct yaml_reader *y, yaml_event_t *event, int depth, json_t **ret_json)
{
	if (event->type == YAML_SCALAR_EVENT)
		return read_scalar(y, event, ret_json);
	if (event->type == YAML_ALIAS_EVENT)
		return refuse_at(y, event->start_mark, "aliases (*) are not supported");
	if (event->type == YAML_SEQUENCE_START_EVENT) {
		if (check_collection(y, event->start_mark, event->data.sequence_start.anchor,
		                     event->data.sequence_start.tag, depth) < 0)
			return E_INVALID;
		return read_sequence(y, depth + 1, ret_json);
	}
	must(event->type == YAML_MAPPING_START_EVENT);
	if (check_collection(y, event->start_mark, event->data.mapping_start.anchor, event->data.mapping_start.tag,
	                     depth) < 0)
		return E_INVALID;
	return read_mapping(y, depth + 1, ret_json);
}

/* Up to where the document's value begins; a stream without documents is null. */
static int read_document(struct yaml_reader *y, json_t **ret_json)
{
	for (;;) {
		yaml_event_t event CLEANUP(yaml_event_delete) = {0};

		if (next_event(y, &event) < 0)
			return E_INVALID;
		if (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_START_EVENT)
			continue;
		if (event.type == YAML_STREAM_END_EVENT) {
			*ret_json = json_null();
			return 0;
		}
		return read_value(y, &event, 0, ret_json);
	}
}

static int expect_end(struct yaml_reader *y)
{
	for (;;) {
		yaml_event_t event CLEANUP(yaml_event_delete) = {0};

		if (next_event(y, &event) < 0)
			return E_INVALID;
		if (event.type == YAML_STREAM_END_EVENT || event.type == YAML_NO_EVENT)
			return 0;
		if (event.type == YAML_DOCUMENT_START_EVENT)
			return refuse_at(y, event.start_mark, "a second document begins here; only one is read");
	}
}

/* ---------------------------------------------------------------- JSON, where it differs from YAML in practice */

static bool is_shallow(const json_t *json, int depth)
{
	const char *key;
	json_t *value;
	size_t i;

	if (depth >= YAML_MAX_DEPTH && (json_is_array(json) || json_is_object(json)))
		return false;
	json_array_foreach (json, i, value) {
		if (!is_shallow(value, depth + 1))
			return false;
	}
	json_object_foreach ((json_t *)(uintptr_t)json, key, value) {
		if (!is_shallow(value, depth + 1))
			return false;
	}
	return true;
}

/* JSON proper may have tabs and surrogate pairs, which libyaml refuses. NULL: not JSON, or not acceptable; then YAML
 * says why. */
static json_t *try_json(struct str text)
{
	struct str trimmed = str_trim(text);

	if (!trimmed.n || (trimmed.p[0] != '{' && trimmed.p[0] != '['))
		return NULL;
	json_t *json = json_loadb(trimmed.p, trimmed.n, JSON_REJECT_DUPLICATES, NULL);
	if (json && !is_shallow(json, 0)) {
		json_decref(json);
		return NULL;
	}
	return json;
}

int yaml_read(struct str text, const char *name, json_t **ret_json, struct error *err)
{
	struct error ignored;
	json_t *json CLEANUP(json_decrefp) = NULL;

	/* Windows' editors write a byte order mark; libyaml takes it for a column of the first line. */
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_slice(text, 3, text.n);
	if (text.n > YAML_MAX_BYTES)
		return fail(err, E_LIMIT, RETRY_NEVER, "%s: longer than 16 MiB", name);
	json = try_json(text);
	if (json) {
		*ret_json = take(json);
		return 0;
	}
	struct yaml_reader y CLEANUP(yaml_reader_done) = {.name = name, .text = text, .err = err ? err : &ignored};
	must(yaml_parser_initialize(&y.parser));
	yaml_parser_set_encoding(&y.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&y.parser, (const unsigned char *)(text.p ? text.p : ""), text.n);
	if (read_document(&y, &json) < 0 || expect_end(&y) < 0)
		return E_INVALID;
	*ret_json = take(json);
	return 0;
}
