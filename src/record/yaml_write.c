/* JSON into YAML that people like to read and that reads back as the same value. */
#include "record/record.h"

#include <stdio.h>

static void put_value(const json_t *json, int indent, struct buf *out);

static void put_indent(int indent, struct buf *out)
{
	for (int i = 0; i < indent; i++)
		buf_add(out, STR("  "));
}

/* ---------------------------------------------------------------- texts */

/* Would these bytes, plain, be read as something else than a text? All of the core schema's words and numbers are
 * caught by their first letter or by name. */
static bool is_plain_start(struct str s)
{
	static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_nocase(s, str_of(words[i])))
			return false;
	return is_alpha(s.p[0]) || s.p[0] == '/' || s.p[0] == '_';
}

/* Letters, digits and harmless signs only, so that no reader of YAML can see anything else in it. */
static bool is_plain(struct str s)
{
	if (!s.n || !is_plain_start(s) || s.p[s.n - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alpha(s.p[i]) && !is_digit(s.p[i]) && (!s.p[i] || !strchr(" _-./@+()=$;,", s.p[i])))
			return false;
	return true;
}

/* U+0080…009F, U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF: libyaml refuses them or takes them for line ends. `n` is what is
 * left. */
static bool needs_escape(const unsigned char *p, size_t n, unsigned *ret_code)
{
	if (n >= 2 && p[0] == 0xc2 && p[1] < 0xa0)
		*ret_code = p[1];
	else if (n >= 3 && p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9))
		*ret_code = 0x2000u + p[2] - 0x80;
	else if (n >= 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
		*ret_code = 0xfeff;
	else if (n >= 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe)
		*ret_code = 0xff00u + p[2] + 0x40;
	else
		return false;
	return true;
}

static void put_quoted(struct str s, struct buf *out)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char *p = (const unsigned char *)s.p + i;
		unsigned code;

		if (*p == '"' || *p == '\\')
			buf_printf(out, "\\%c", *p);
		else if (*p == '\n')
			buf_add(out, STR("\\n"));
		else if (*p == '\t')
			buf_add(out, STR("\\t"));
		else if (*p < 0x20 || *p == 0x7f)
			buf_printf(out, "\\x%02x", *p);
		else if (needs_escape(p, s.n - i, &code)) {
			buf_printf(out, "\\u%04x", code);
			i += code < 0x100 ? 1 : 2;
		} else
			buf_add_char(out, (char)*p);
	}
	buf_add_char(out, '"');
}

/* Several lines that a literal block gives back exactly: no control characters, no line that begins or ends oddly. */
static bool is_literal(struct str s)
{
	unsigned code;

	if (s.n < 2 || s.p[0] == ' ' || s.p[0] == '\n' || s.p[0] == '\t' || !memchr(s.p, '\n', s.n - 1))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if ((c < 0x20 && c != '\n') || c == 0x7f)
			return false;
		if (needs_escape((const unsigned char *)s.p + i, s.n - i, &code))
			return false;
		if (c == '\n' && i > 0 && s.p[i - 1] == ' ')
			return false;
	}
	return true;
}

/* "|" keeps one line end at the end, "|-" none, "|+" all. */
static void put_literal(struct str s, int indent, struct buf *out)
{
	struct str rest = s, line;
	bool ends = s.p[s.n - 1] == '\n';
	bool more = ends && s.p[s.n - 2] == '\n';

	buf_add_cstr(out, more ? "|+\n" : ends ? "|\n" : "|-\n");
	if (ends)
		rest.n--;
	while (str_split(&rest, '\n', &line)) {
		if (line.n)
			put_indent(indent, out);
		buf_add(out, line);
		buf_add_char(out, '\n');
	}
}

/* On one line. */
static void put_text(struct str s, struct buf *out)
{
	if (is_plain(s))
		buf_add(out, s);
	else
		put_quoted(s, out);
}

/* ---------------------------------------------------------------- values */

static void put_real(double value, struct buf *out)
{
	char text[40];

	snprintf(text, sizeof text, "%.17g", value);
	buf_add_cstr(out, text);
	if (!strpbrk(text, ".e"))
		buf_add(out, STR(".0"));
}

/* What fits behind "key:" or "-" on its line; false for the rest. */
static bool put_inline(const json_t *json, struct buf *out)
{
	switch (json_typeof(json)) {
	case JSON_STRING:
		put_text(str_new(json_string_value(json), json_string_length(json)), out);
		return true;
	case JSON_INTEGER:
		buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
		return true;
	case JSON_REAL:
		put_real(json_real_value(json), out);
		return true;
	case JSON_TRUE:
		buf_add(out, STR("true"));
		return true;
	case JSON_FALSE:
		buf_add(out, STR("false"));
		return true;
	case JSON_NULL:
		buf_add(out, STR("null"));
		return true;
	case JSON_ARRAY:
		if (json_array_size(json))
			return false;
		buf_add(out, STR("[]"));
		return true;
	case JSON_OBJECT:
		if (json_object_size(json))
			return false;
		buf_add(out, STR("{}"));
		return true;
	}
	return false;
}

/* What stands behind "key:" and its line end. */
static void put_after_key(const json_t *json, int indent, struct buf *out)
{
	struct str s = str_new(json_string_value(json), json_string_length(json));

	if (json_is_string(json) && is_literal(s)) {
		buf_add_char(out, ' ');
		put_literal(s, indent + 1, out);
		return;
	}
	if ((json_is_object(json) && json_object_size(json)) || (json_is_array(json) && json_array_size(json))) {
		buf_add_char(out, '\n');
		put_value(json, indent + 1, out);
		return;
	}
	buf_add_char(out, ' ');
	put_inline(json, out);
	buf_add_char(out, '\n');
}

/* The keys of an object; the first is already indented where it stands behind "- ". */
static void put_object(const json_t *json, int indent, bool first_indented, struct buf *out)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)json, key, value) {
		struct str k = str_of(key);

		if (!first_indented)
			put_indent(indent, out);
		first_indented = false;
		/* YAML 1.2 §7.4: a key on one line with its value has at most 1,024 characters. */
		if (k.n > 200)
			buf_add(out, STR("? "));
		put_text(k, out);
		if (k.n > 200) {
			buf_add_char(out, '\n');
			put_indent(indent, out);
		}
		buf_add_char(out, ':');
		put_after_key(value, indent, out);
	}
}

static void put_list(const json_t *json, int indent, struct buf *out)
{
	json_t *value;
	size_t i;

	json_array_foreach (json, i, value) {
		put_indent(indent, out);
		buf_add_char(out, '-');
		if (json_is_object(value) && json_object_size(value)) {
			buf_add_char(out, ' ');
			put_object(value, indent + 1, true, out);
		} else {
			put_after_key(value, indent, out);
		}
	}
}

static void put_value(const json_t *json, int indent, struct buf *out)
{
	if (json_is_object(json) && json_object_size(json)) {
		put_object(json, indent, false, out);
	} else if (json_is_array(json) && json_array_size(json)) {
		put_list(json, indent, out);
	} else {
		put_indent(indent, out);
		put_inline(json, out);
		buf_add_char(out, '\n');
	}
}

void yaml_write(const json_t *json, struct buf *out)
{
	put_value(json, 0, out);
}
