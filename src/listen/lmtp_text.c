/* See lmtp_text.h. */
#include "listen/lmtp_text.h"

#include "base/base.h"

/* The rest of a line up to its CR, in one go. Returns where that is. */
static size_t take_run(struct lmtp_text *text, struct str bytes, size_t at)
{
	const char *cr = memchr(bytes.p + at, '\r', bytes.n - at);
	size_t to = cr ? (size_t)(cr - bytes.p) : bytes.n;

	text->add(text->ctx, str_slice(bytes, at, to));
	return to;
}

/* A dot at the begin of a line is only kept where more than an end of line follows: without itself. */
static void step(struct lmtp_text *text, char c)
{
	switch (text->state) {
	case TEXT_LINE_BEGIN:
		text->state = c == '.' ? TEXT_DOT : c == '\r' ? TEXT_CR : TEXT_IN_LINE;
		break;
	case TEXT_DOT:
		text->state = c == '\r' ? TEXT_DOT_CR : TEXT_IN_LINE;
		break;
	case TEXT_DOT_CR:
		if (c == '\n') {
			text->state = TEXT_END;
			return;
		}
		text->add(text->ctx,
		          STR("\r")); /* ".\r" and something else: the dot was stuffed, the CR stands alone */
		text->state = c == '\r' ? TEXT_CR : TEXT_IN_LINE;
		break;
	case TEXT_CR:
		text->state = c == '\n' ? TEXT_LINE_BEGIN : c == '\r' ? TEXT_CR : TEXT_IN_LINE;
		break;
	case TEXT_IN_LINE:
		text->state = c == '\r' ? TEXT_CR : TEXT_IN_LINE;
		break;
	case TEXT_END:
		return;
	}
	if (text->state != TEXT_DOT && text->state != TEXT_DOT_CR)
		text->add(text->ctx, str_new(&c, 1));
}

size_t lmtp_text_take(struct lmtp_text *text, struct str bytes)
{
	size_t at = 0;

	while (at < bytes.n && text->state != TEXT_END) {
		if (text->state == TEXT_IN_LINE && bytes.p[at] != '\r')
			at = take_run(text, bytes, at);
		else
			step(text, bytes.p[at++]);
	}
	return at;
}
