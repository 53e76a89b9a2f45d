/* Many phrases looked for in one pass. For the bounce_*.c files only. */
#ifndef MIME_BOUNCE_WORDS_H
#define MIME_BOUNCE_WORDS_H

#include "base/str.h"

#define PHRASES_MAX    4096
#define PHRASE_BUCKETS 1024

/* Phrases in their order, and chains of those that begin with the same two bytes. Zeroed, it is empty. */
struct phrase_index {
	const char *phrases[PHRASES_MAX]; /* from 1; lower case, at least two bytes */
	uint16_t heads[PHRASE_BUCKETS], nexts[PHRASES_MAX];
	size_t count;
};

void phrase_index_add(struct phrase_index *index, const char *phrase); /* aborts where it is full */
void phrase_index_finish(struct phrase_index *index);                  /* after the last one */

/* The number, from 1, of the first of the phrases that stands in `text` at the start of a word; 0 where none does. A
 * phrase of up to four bytes is a whole word. `text` is lower case. */
size_t phrase_index_find(const struct phrase_index *index, struct str text);

#endif
