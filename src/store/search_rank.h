/* What a document of SQLite's full-text index is worth. FTS5's own bm25() counts every document of every word first,
 * which among a hundred thousand takes longer than all the rest; here the documents that were found, the newest that
 * fit, are weighed among themselves: BM25 (k1 1.2, no regard to a document's length) with each word's rarity as it is
 * among them.
 *
 *	SELECT rowid, search_parts(search, 8.0, 4.0, …) FROM search WHERE search MATCH …    a weight for each column
 */
#ifndef STORE_SEARCH_RANK_H
#define STORE_SEARCH_RANK_H

#include "store/search.h"

#include <sqlite3.h>

/* Defines search_parts() for a connection; returns SQLite's code. */
int search_rank_define(sqlite3 *conn);

/* What search_parts() said of a document: bytes of the arena's. */
struct search_parts {
	const struct search_part *list;
	size_t count;
};
struct search_parts search_parts_read(struct arena *arena, struct str blob);

/* Sets the scores of `n` hits. */
void search_rank(struct arena *arena, struct search_hit *hits, const struct search_parts *parts, size_t n);

#endif
