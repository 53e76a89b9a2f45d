/* See html.h. */
#include "html.h"

static const char *reference_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_escape(struct buf *out, struct str text)
{
	size_t from = 0;

	for (size_t i = 0; i < text.n; i++) {
		const char *reference = reference_of(text.p[i]);

		if (!reference)
			continue;
		buf_add(out, str_slice(text, from, i));
		buf_add_cstr(out, reference);
		from = i + 1;
	}
	buf_add(out, str_slice(text, from, text.n));
}
