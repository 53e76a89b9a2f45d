/* What two parsers make of one mail, in a form that can be compared. Used by differential_test.c alone. */
#ifndef GMIME_READING_H
#define GMIME_READING_H

#include "mime/message.h"

/* A leaf of the tree of parts; those of an inner message stand in its place. */
struct leaf {
	struct str type; /* "text/plain", lower case */
	struct str name;
	struct str bytes;        /* decoded, charset untouched */
	struct str text;         /* of a text: as UTF-8, white space evened out */
	const struct part *part; /* ours only, NULL in GMime's reading */
	const struct message *m; /* whose part it is; ours only */
};

struct reading {
	struct leaf *leaves;
	size_t count, size;
	struct str subject, from, to; /* addresses as "name <address>; ", those with an @ */
};

/* Both readings live in the arena; `raw` must outlive ours. */
struct reading read_ours(struct arena *arena, const struct message *m);
struct reading read_gmime(struct arena *arena, struct str raw);

/* "text/plain; image/png; " */
struct str reading_types(struct arena *arena, const struct reading *r);

/* Runs of white space as one blank, none at the ends, no NUL. */
struct str evened(struct arena *arena, struct str s);

/* generate.c: mail number `n` of a series that is the same on every machine, appended to `out`. */
void generate_mail(uint64_t n, struct buf *out);

#endif
