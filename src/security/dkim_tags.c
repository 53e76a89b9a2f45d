/* Tag lists and the small grammar around them. See dkim_parts.h. */
#include "security/dkim_parts.h"

#include "base/base64.h"

static bool is_tag_name(struct str name)
{
	if (!name.n || !is_alpha(name.p[0]))
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (!is_alpha(name.p[i]) && !is_digit(name.p[i]) && name.p[i] != '_')
			return false;
	return true;
}

static bool add_tag(struct arena *arena, struct dkim_tag_list *list, struct str spec, struct str *ret_fault)
{
	ptrdiff_t equals = str_find_char(spec, '=');
	struct str name = str_trim(equals < 0 ? spec : str_slice(spec, 0, (size_t)equals));

	if (equals < 0 || !is_tag_name(name)) {
		*ret_fault = STR("it is not a list of tags");
		return false;
	}
	for (size_t i = 0; i < list->count; i++)
		if (str_eq(list->tags[i].name, name)) {
			*ret_fault = arena_printf(arena, "the tag " STR_FMT "= stands in it twice",
			                          STR_ARG(str_slice(name, 0, 20)));
			return false;
		}
	if (list->count == DKIM_MAX_TAGS) {
		*ret_fault = STR("it has too many tags");
		return false;
	}
	list->tags[list->count++] = (struct dkim_tag){name, str_trim(str_slice(spec, (size_t)equals + 1, spec.n))};
	return true;
}

bool dkim_tag_list_read(struct arena *arena, struct str text, struct dkim_tag_list *ret, struct str *ret_fault)
{
	struct dkim_tag_list list = {.tags = ARENA_ARRAY(arena, struct dkim_tag, DKIM_MAX_TAGS)};
	struct str rest = text, spec;

	while (str_split(&rest, ';', &spec)) {
		if (!str_trim(spec).n && !str_trim(rest).n)
			break; /* what stands behind the last semicolon */
		if (!add_tag(arena, &list, spec, ret_fault))
			return false;
	}
	*ret = list;
	return true;
}

const struct str *dkim_tag(const struct dkim_tag_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_eq(list->tags[i].name, str_of(name)))
			return &list->tags[i].value;
	return NULL;
}

struct str dkim_squeeze(struct arena *arena, struct str value)
{
	char *out = arena_bytes(arena, value.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < value.n; i++)
		if (!is_space(value.p[i]))
			out[n++] = value.p[i];
	out[n] = '\0';
	return str_new(out, n);
}

bool dkim_base64(struct arena *arena, struct str value, struct str *ret_bytes)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(DKIM_MAX_FIELD);
	struct str text = dkim_squeeze(arena, value);

	if (!text.n || !base64_decode(&bytes, text))
		return false;
	*ret_bytes = arena_str(arena, buf_str(&bytes));
	return true;
}

bool dkim_list_has(struct str list, const char *item)
{
	struct str rest = list, one;

	while (str_split(&rest, ':', &one))
		if (str_eq_nocase(str_trim(one), str_of(item)))
			return true;
	return false;
}

struct str dkim_domain(struct arena *arena, struct str value)
{
	char *out;
	size_t label = 0;

	if (!value.n || value.n > 253)
		return STR("");
	out = arena_bytes(arena, value.n + 1);
	for (size_t i = 0; i < value.n; i++) {
		char c = ascii_lower(value.p[i]);

		if (c == '.' ? label == 0 || i + 1 == value.n : !is_alpha(c) && !is_digit(c) && c != '-' && c != '_')
			return STR("");
		label = c == '.' ? 0 : label + 1;
		if (label > 63)
			return STR("");
		out[i] = c;
	}
	out[value.n] = '\0';
	return str_new(out, value.n);
}
