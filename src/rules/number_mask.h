/* Case numbers by mask: "SUP-{year}-{number:5}" makes SUP-2026-00042, and finds it again in a subject. */
#ifndef RULES_NUMBER_MASK_H
#define RULES_NUMBER_MASK_H

#include "base/arena.h"
#include "base/error.h"

/* NULL, or what is wrong with the mask. */
const char *number_mask_check(const char *mask);

/* The sequence that counts for this mask at this time: "SUP-2026-" (what stands before {number} with the date
 * filled in). */
struct str number_mask_sequence(struct arena *arena, const char *mask, int64_t at_ms);

struct str number_mask_format(struct arena *arena, const char *mask, int64_t at_ms, int64_t number);

/* The next text in `subject` from *at on that has the mask's shape, not part of a longer word or number; moves *at
 * behind it. Letters' case is ignored; the result is written as the mask writes it. */
bool number_mask_find(struct arena *arena, const char *mask, struct str subject, size_t *at, struct str *ret_number);

#endif
