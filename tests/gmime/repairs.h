/* A rule of an RFC, applied to the raw bytes of a mail: where GMime doesn't know the rule, it has to agree with us on
 * the repaired mail. That tells exactly whether a difference comes of the rule and of nothing else. */
#ifndef GMIME_REPAIRS_H
#define GMIME_REPAIRS_H

#include "mime/message.h"

struct edit {
	size_t at, drop; /* in the raw mail */
	struct str put;
	size_t order; /* of finding */
};

struct edits {
	struct arena *arena;
	const struct message *m;
	struct edit *items;
	size_t count, size;
};

struct repair {
	const char *name, *reason;
	void (*find)(struct edits *edits, const struct message *m, const struct part *part); /* for each part */
};

extern const struct repair repairs[];
extern const size_t repair_count;

/* Adds what repair `r` would change. */
void repair_find(const struct repair *r, struct edits *edits);

/* The mail with all edits; of two that overlap the first is made. */
struct str repaired(struct edits *edits);

#endif
