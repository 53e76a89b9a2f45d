/* See html_text.h. */
#include "html_text.h"

#include "base/buf.h"

struct str html_to_text(struct arena *arena, struct str html)
{
	return arena_str(arena, html);
}

struct str html_from_text(struct arena *arena, struct str text)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(text.n * 6 + 64);

	buf_add(&out, STR("<pre>"));
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '&')
			buf_add(&out, STR("&amp;"));
		else if (c == '<')
			buf_add(&out, STR("&lt;"));
		else if (c == '>')
			buf_add(&out, STR("&gt;"));
		else
			buf_add_char(&out, c);
	}
	buf_add(&out, STR("</pre>\n"));
	return arena_str(arena, buf_str(&out));
}

struct str html_charset(struct str html)
{
	struct str start = str_slice(html, 0, KIB(2));
	ptrdiff_t at = str_find_nocase(start, STR("charset="));
	size_t end;

	if (at < 0)
		return STR("");
	start = str_slice(start, (size_t)at + 8, start.n);
	if (start.n && (start.p[0] == '"' || start.p[0] == '\''))
		start = str_slice(start, 1, start.n);
	for (end = 0;
	     end < start.n && (is_alpha(start.p[end]) || is_digit(start.p[end]) || strchr("-_:.", start.p[end]));)
		end++;
	return str_slice(start, 0, end);
}
