/* See html_page.h. */
#include "html_page.h"

static struct str all(const struct cursor *page)
{
	return str_new(page->p, page->n);
}

static bool is_tag_space(char c)
{
	return is_space(c) || c == '\f' || c == '/';
}

/* One attribute; false at the tag's end. */
static bool attribute_next(struct cursor *page, struct str *ret_name, struct str *ret_value)
{
	const char *p = page->p;
	size_t n = page->n, start;

	while (page->at < n && is_tag_space(p[page->at]))
		page->at++;
	start = page->at;
	if (page->at >= n || p[page->at] == '>')
		return false;
	page->at++;
	while (page->at < n && !is_tag_space(p[page->at]) && p[page->at] != '=' && p[page->at] != '>')
		page->at++;
	*ret_name = str_slice(all(page), start, page->at);
	*ret_value = STR_NULL;
	while (page->at < n && is_space(p[page->at]))
		page->at++;
	if (page->at >= n || p[page->at] != '=')
		return true;
	for (page->at++; page->at < n && is_space(p[page->at]);)
		page->at++;
	start = page->at;
	if (page->at < n && (p[page->at] == '"' || p[page->at] == '\'')) {
		const char *end = memchr(p + page->at + 1, p[page->at], n - page->at - 1);

		page->at = end ? (size_t)(end - p) + 1 : n;
		*ret_value = str_slice(all(page), start + 1, page->at - (end != NULL));
	} else {
		while (page->at < n && !is_space(p[page->at]) && p[page->at] != '>')
			page->at++;
		*ret_value = str_slice(all(page), start, page->at);
	}
	return true;
}

static void keep_attribute(struct html_tag *tag, struct str name, struct str value)
{
	const struct {
		const char *name;
		struct str *value;
	} known[] = {{"href", &tag->href},     {"alt", &tag->alt},     {"style", &tag->style},
	             {"border", &tag->border}, {"start", &tag->start}, {"value", &tag->value}};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq_nocase(name, str_of(known[i].name)))
			*known[i].value = value;
	tag->has_hidden = tag->has_hidden || str_eq_nocase(name, STR("hidden"));
}

bool html_tag_begins(const struct cursor *page)
{
	struct str rest = cursor_rest(page);
	size_t letter = rest.n > 1 && rest.p[1] == '/' ? 2 : 1;

	return rest.n > letter && rest.p[0] == '<' && is_alpha(rest.p[letter]);
}

struct html_tag html_tag_read(struct cursor *page)
{
	struct html_tag tag = {0};
	struct str name, value;
	size_t start;

	page->at++;
	if (page->p[page->at] == '/') {
		tag.is_end = true;
		page->at++;
	}
	start = page->at;
	while (page->at < page->n && !is_tag_space(page->p[page->at]) && page->p[page->at] != '>')
		page->at++;
	tag.name = str_slice(all(page), start, page->at);
	while (attribute_next(page, &name, &value))
		keep_attribute(&tag, name, str_trim(value));
	page->at = MIN(page->at + 1, page->n);
	return tag;
}

void html_skip_element(struct cursor *page, struct str name)
{
	while (page->at < page->n) {
		const char *open = memchr(page->p + page->at, '<', page->n - page->at);

		page->at = open ? (size_t)(open - page->p) + 1 : page->n;
		struct str rest = str_slice(all(page), page->at, page->n);
		if (rest.n > name.n && rest.p[0] == '/' && str_starts_nocase(str_slice(rest, 1, rest.n), name)) {
			const char *close = memchr(rest.p, '>', rest.n);

			page->at = close ? (size_t)(close - page->p) + 1 : page->n;
			return;
		}
	}
}

/* ---------------------------------------------------------------- what is no text */

bool html_skip_markup(struct cursor *page)
{
	struct str rest = cursor_rest(page);
	ptrdiff_t end;

	if (str_starts(rest, STR("<!--"))) {
		end = str_find(str_slice(rest, 2, rest.n), STR("-->"));
		page->at = end < 0 ? page->n : page->at + 2 + (size_t)end + 3;
		return true;
	}
	if (rest.n > 1 && (rest.p[1] == '!' || rest.p[1] == '?')) {
		end = str_find_char(rest, '>');
		page->at = end < 0 ? page->n : page->at + (size_t)end + 1;
		return true;
	}
	return false;
}
