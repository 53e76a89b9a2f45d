/* Where a list goes on: a number and a text (the last item's keys) as one opaque token for a URL, with a checksum, so
 * that what was cut or typed is refused instead of showing another page. */
#ifndef API_CURSOR_TOKEN_H
#define API_CURSOR_TOKEN_H

#include "base/arena.h"

#define CURSOR_TEXT_MAX KIB(2) /* longer ones are a mistake of ours */

const char *cursor_token(int64_t number, struct str text, struct arena *arena);

/* False for what is none. The text is UTF-8 without NUL and lives in the arena. */
bool cursor_token_read(struct str token, struct arena *arena, int64_t *ret_number, struct str *ret_text) NODISCARD;

#endif
