/* See render.h. */
#include "rules/render.h"

#include "base/cursor.h"
#include "base/html.h"

static struct str find_value(const struct render_value *values, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(str_of(values[i].name), name))
			return values[i].value;
	return STR("");
}

/* Line ends and other control characters would end a header field. */
static void put_line(struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool crlf = c == '\n' && i > 0 && text.p[i - 1] == '\r';
		if (!crlf)
			buf_add_char(out, c < ' ' || c == 0x7f ? ' ' : (char)c);
	}
}

static void put_value(struct str value, enum render_form form, struct buf *out)
{
	if (form == RENDER_HTML)
		html_escape(out, value);
	else if (form == RENDER_LINE)
		put_line(value, out);
	else
		buf_add(out, value);
}

static void put_template(struct str text, enum render_form form, struct buf *out)
{
	if (form == RENDER_LINE)
		put_line(text, out);
	else
		buf_add(out, text);
}

bool render(const char *text, enum render_form form, const struct render_value *values, size_t n, struct buf *out)
{
	struct str rest = str_of(text);

	while (rest.n && !out->failed) {
		ptrdiff_t open = str_find(rest, STR("{{"));
		ptrdiff_t close = open < 0 ? -1 : str_find(str_slice(rest, (size_t)open, rest.n), STR("}}"));
		if (close < 0)
			break;
		size_t end = (size_t)(open + close);
		put_template(str_slice(rest, 0, (size_t)open), form, out);
		put_value(find_value(values, n, str_trim(str_slice(rest, (size_t)open + 2, end))), form, out);
		rest = str_slice(rest, end + 2, rest.n);
	}
	put_template(rest, form, out);
	return !out->failed;
}
