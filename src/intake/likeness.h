/* How alike are two texts that may be the work of the same machine? A sketch of the words and pairs of words, without
 * whatever a machine changes from letter to letter (numbers, dates, ticket ids, addresses, links): two sketches tell
 * the share of words that the texts have in common, whatever their length.
 *
 * The sketch is the smallest LIKENESS_MARKS of the hashes (a bottom-k sketch): linear time, 128 bytes. */
#ifndef INTAKE_LIKENESS_H
#define INTAKE_LIKENESS_H

#include "base/buf.h"

#define LIKENESS_MARKS 32
#define LIKENESS_ALIKE 70 /* per cent */

struct likeness {
	uint32_t marks[LIKENESS_MARKS]; /* ascending, each once */
	size_t count;
};

/* Of the first 16 KiB. */
struct likeness likeness_of(struct str text);

/* 0 to 100. Two texts without any words are alike (100), one without is like no other (0). */
int likeness_compare(const struct likeness *a, const struct likeness *b);

/* As hexadecimal digits, "" for no words; reads what was written (false on anything else). */
void likeness_write(const struct likeness *likeness, struct buf *out);
bool likeness_read(struct str text, struct likeness *ret) NODISCARD;

#endif
