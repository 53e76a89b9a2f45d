/* The grammar of case number masks: "SUP-{year}-{number:5}". Formatting and finding numbers stand in
 * rules/number_mask.h. */
#ifndef SETUP_MASK_H
#define SETUP_MASK_H

#include "base/cursor.h"

enum mask_piece_kind { MASK_TEXT, MASK_YEAR, MASK_MONTH, MASK_NUMBER };

struct mask_piece {
	enum mask_piece_kind kind;
	struct str text; /* MASK_TEXT: as written */
	int width;       /* MASK_NUMBER: filled with zeros to that many digits, 1 to 12 */
};

/* The next piece of a mask; false at its end. `*ret_wrong` is NULL or says what is wrong, and ends the walk. */
bool mask_next(struct cursor *c, struct mask_piece *ret_piece, const char **ret_wrong);

/* NULL, or what is wrong with the mask: exactly one {number}, at least one letter before it, no unknown
 * placeholder. */
const char *mask_check(const char *mask);

/* What stands before {number}. */
struct str mask_prefix(const char *mask);

#endif
