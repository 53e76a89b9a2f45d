/* Fills a template's {{placeholders}}. */
#ifndef RULES_RENDER_H
#define RULES_RENDER_H

#include "base/arena.h"
#include "base/buf.h"

struct render_value {
	const char *name; /* "case.number" */
	struct str value;
};

enum render_form { RENDER_TEXT, RENDER_HTML, RENDER_LINE /* one line: line ends become spaces; for subjects */ };

/* Appends the filled text; an unknown placeholder becomes nothing. False where `out` reached its maximum. */
bool render(const char *text, enum render_form form, const struct render_value *values, size_t n,
            struct buf *out) NODISCARD;

#endif
