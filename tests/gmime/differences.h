/* The kinds of difference between the two readings that are meant to be, each with a narrow condition and its reason.
 */
#ifndef GMIME_DIFFERENCES_H
#define GMIME_DIFFERENCES_H

#include "reading.h"

enum aspect { ASPECT_SUBJECT, ASPECT_FROM, ASPECT_TO, ASPECT_TREE, ASPECT_BYTES, ASPECT_TEXT, ASPECT_NAME, ASPECTS };

struct difference {
	struct arena *arena;
	const char *where; /* which mail, for people */
	const struct message *m;
	const struct reading *all_ours, *all_theirs;
	size_t leaf; /* its place in both, from ASPECT_BYTES on */
	enum aspect aspect;
	struct str ours, theirs;
};

/* The name of its kind, counted; NULL where it is none of them. */
const char *difference_explain(const struct difference *d);

/* How many there were of each kind since the last call. */
void differences_print(const char *what, size_t mails);

const char *aspect_word(enum aspect aspect);

#endif
