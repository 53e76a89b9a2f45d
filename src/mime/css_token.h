/* CSS as tokens (CSS Syntax Level 3 §4): comments are gone, escapes are resolved. For the sanitiser. */
#ifndef MIME_CSS_TOKEN_H
#define MIME_CSS_TOKEN_H

#include "base/arena.h"
#include "base/cursor.h"

enum css_kind {
	CSS_END,
	CSS_SPACE,
	CSS_WORD,     /* text: its letters */
	CSS_FUNCTION, /* text: the name; the "(" is read */
	CSS_URL,      /* url(x) without quotes; text: the address */
	CSS_STRING,   /* text: what is between the quotes */
	CSS_NUMBER,   /* text: sign, digits, fraction as written; unit: "px", "%" or empty */
	CSS_HASH,     /* text: what stands behind the "#" */
	CSS_AT,       /* text: what stands behind the "@" */
	CSS_MARK,     /* one other letter, in `mark` */
	CSS_BAD       /* a string or url() that is broken off */
};

struct css_token {
	enum css_kind kind;
	struct str text, unit; /* in the arena or in the source */
	char mark;
};

/* Reads one token; CSS_END at the end. Every call but the last moves on. */
struct css_token css_token_next(struct arena *arena, struct cursor *c);

#endif
