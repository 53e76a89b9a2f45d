/* Keeping the full-text index: it is written behind the mail, not with it, by whoever follows the ids of messages and
 * cases.
 *
 *	struct search_follower *f = search_follower_new(store);
 *	while (search_follow(f, db, 100, &err) > 0) …          until nothing is left
 *
 * Ids ascend within the blocks that a connection takes at once (db_new_id()), not over all connections; so each of the
 * last blocks is followed by itself. At the beginning, and once a day, what is missing otherwise is looked for. */
#ifndef CASES_SEARCH_INDEX_H
#define CASES_SEARCH_INDEX_H

#include "base/arena.h"
#include "store/store.h"

struct search_follower;

struct search_follower *search_follower_new(struct store *store);
void search_follower_free(struct search_follower *follower);
DEFINE_CLEANUP(struct search_follower *, search_follower_free)

/* Indexes up to `max` messages and cases in one unit of the committer's work; `db` is for reading. Returns how many;
 * 0: there is nothing to do. Those that can't be indexed are passed over. */
int search_follow(struct search_follower *follower, struct db *db, size_t max, struct error *err) NODISCARD;

/* Everything that is missing, in batches; returns how many. `rebuild`: forgets the index before. */
int64_t search_catch_up(struct store *store, bool rebuild, struct error *err) NODISCARD;

/* Within the caller's transaction: before and after a message is written over (message_rewrite()). */
int search_unindex(struct db *db, struct arena *arena, int64_t message_id, struct error *err) NODISCARD;
int search_index(struct db *db, struct arena *arena, int64_t message_id, struct error *err) NODISCARD;

#endif
