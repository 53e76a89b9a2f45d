/* Words of a text as a search compares them: lower case, without accents ("Größe" is "grosse"), a character each where
 * a script has no spaces (Han, Kana). The same word of a text and of a query is folded to the same bytes. */
#ifndef MIME_FOLD_H
#define MIME_FOLD_H

#include "base/buf.h"

#define FOLD_WORD_MAX 60 /* bytes of a folded word; the rest of a longer one isn't looked at */

/* Goes through a text: struct fold fold = {.text = text}; while (fold_next(&fold)) … */
struct fold {
	struct str text; /* UTF-8 */
	size_t at;
	/* The word found: folded, and where it stands in the text. */
	struct str word;
	size_t from, to;
	char room[FOLD_WORD_MAX + 8];
};

bool fold_next(struct fold *fold);

/* Appends the text's words with a space between them; false where `out` reached its maximum. */
bool fold_text(struct str text, struct buf *out);

#endif
