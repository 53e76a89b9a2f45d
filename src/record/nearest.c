/* See nearest.h. */
#include "record/nearest.h"

#define LONGEST 40

/* Edits (insert, drop, change, swap neighbours) that make `b` of `a`: both at most 40 bytes. */
static size_t edits_between(struct str a, struct str b)
{
	size_t rows[3][42];
	size_t *older = rows[0], *old = rows[1], *now = rows[2];

	for (size_t j = 0; j <= b.n; j++)
		old[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			bool same = ascii_lower(a.p[i - 1]) == ascii_lower(b.p[j - 1]);
			size_t best = MIN(old[j - 1] + !same, MIN(old[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				best = MIN(best, older[j - 2] + 1);
			now[j] = best;
		}
		size_t *spare = older;
		older = old;
		old = now;
		now = spare;
	}
	return old[b.n];
}

const char *nearest_word(struct str word, const char *(*word_at)(const void *words, size_t i), const void *words,
                         size_t n)
{
	const char *nearest = NULL;
	size_t fewest = MAX(1, word.n / 3) + 1;

	for (size_t i = 0; i < n && word.n <= LONGEST; i++) {
		struct str name = str_of(word_at(words, i));
		size_t edits;

		if (!name.n || name.n > LONGEST)
			continue;
		edits = edits_between(word, name);
		if (edits < fewest) {
			fewest = edits;
			nearest = name.p;
		}
	}
	return nearest;
}
