/* Which of the known words somebody may have meant. */
#ifndef RECORD_NEAREST_H
#define RECORD_NEAREST_H

#include "base/str.h"

/* The nearest of `n` words, which `word_at` names (NULL: none there), in a time that the length of `word` bounds; NULL
 * where none is near. */
const char *nearest_word(struct str word, const char *(*word_at)(const void *words, size_t i), const void *words,
                         size_t n);

#endif
