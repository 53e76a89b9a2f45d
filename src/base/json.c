/* See json.h. */
#include "json.h"

static void add_escaped(struct buf *out, unsigned char c)
{
	switch (c) {
	case '"':
		buf_add(out, STR("\\\""));
		return;
	case '\\':
		buf_add(out, STR("\\\\"));
		return;
	case '\b':
		buf_add(out, STR("\\b"));
		return;
	case '\f':
		buf_add(out, STR("\\f"));
		return;
	case '\n':
		buf_add(out, STR("\\n"));
		return;
	case '\r':
		buf_add(out, STR("\\r"));
		return;
	case '\t':
		buf_add(out, STR("\\t"));
		return;
	default:
		buf_printf(out, "\\u%04X", c);
	}
}

void buf_add_json(struct buf *out, struct str text)
{
	size_t from = 0;

	buf_add_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, str_slice(text, from, i));
		add_escaped(out, c);
		from = i + 1;
	}
	buf_add(out, str_slice(text, from, text.n));
	buf_add_char(out, '"');
}
