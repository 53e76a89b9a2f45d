/* See html_page.h. Newsletters begin with a line for the list of mails that the mail itself hides. */
#include "html_page.h"

/* "display:none" among the declarations; what stands behind the word ("!important") doesn't matter. */
static bool has_declaration(struct str style, struct str name, struct str value)
{
	struct str one, found;

	while (str_split(&style, ';', &one)) {
		if (!str_split(&one, ':', &found) || !str_eq_nocase(str_trim(found), name) || !one.p)
			continue;
		one = str_trim(one);
		if (str_starts_nocase(one, value) && (one.n == value.n || !is_digit(one.p[value.n])) &&
		    (one.n == value.n || one.p[value.n] != '.'))
			return true;
	}
	return false;
}

bool html_is_hidden(const struct html_tag *tag)
{
	if (tag->is_end)
		return false;
	if (tag->has_hidden)
		return true;
	if (!tag->style.n)
		return false;
	return has_declaration(tag->style, STR("display"), STR("none")) ||
	       has_declaration(tag->style, STR("mso-hide"), STR("all")) ||
	       has_declaration(tag->style, STR("visibility"), STR("hidden")) ||
	       (has_declaration(tag->style, STR("max-height"), STR("0")) &&
	        has_declaration(tag->style, STR("overflow"), STR("hidden")));
}

/* Elements whose end tag people write. */
static bool has_end(struct str name)
{
	static const char *const names[] = {"div",    "span",       "table", "td", "tr", "p",  "font",
	                                    "center", "section",    "b",     "i",  "a",  "em", "strong",
	                                    "small",  "blockquote", "ul",    "h1", "h2", "h3"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return true;
	return false;
}

bool html_skip_hidden(struct cursor *page, const struct html_tag *tag)
{
	struct cursor c = *page;
	size_t depth = 1;

	if (!has_end(tag->name))
		return false;
	while (depth && !cursor_end(&c)) {
		if (html_tag_begins(&c)) {
			struct html_tag next = html_tag_read(&c);

			if (str_eq_nocase(next.name, tag->name))
				depth += next.is_end ? -1 : 1;
		} else if (cursor_peek(&c) != '<' || !html_skip_markup(&c)) {
			cursor_skip(&c, 1);
		}
	}
	if (depth)
		return false;
	*page = c;
	return true;
}
