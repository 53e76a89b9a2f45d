/* RFC 2047 encoded words and raw 8-bit text in header fields, read as tolerantly as mail demands. */
#ifndef MIME_WORDS_H
#define MIME_WORDS_H

#include "base/arena.h"

/* Valid UTF-8, NUL-terminated, without control characters. `text` is unfolded. */
struct str words_decode(struct arena *arena, struct str text) NODISCARD;

#endif
