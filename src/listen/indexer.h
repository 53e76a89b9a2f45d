/* Writes the full-text index behind the mail (cases/search_index.h), on a thread of its own that gives way to what
 * brings mail in: it uses a tenth of the time, and what it writes goes through the committer. */
#ifndef LISTEN_INDEXER_H
#define LISTEN_INDEXER_H

#include "store/store.h"

struct indexer;

struct indexer *indexer_start(struct store *store);
void indexer_stop(struct indexer *indexer); /* waits for what is being written; NULL is fine */

#endif
