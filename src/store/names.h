/* The numbers that were given to messages of a folder whose server has only names for them (receive/names.h). */
#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#include "base/buf.h"
#include "store/db.h"

/* What is written down of a folder with its names. */
struct names_state {
	uint32_t uidvalidity; /* of these numbers; 0: nothing is known yet */
	uint32_t last_uid;    /* the highest that was ever given */
};

/* What the folder's row says; where that is of another `source` (server and user), or there is none, *ret_state is
 * zero. The cursor is appended to `ret_cursor`, which may be NULL. */
int names_state_get(struct db *db, int64_t folder_id, const char *source, struct names_state *ret_state,
                    struct buf *ret_cursor, struct error *err) NODISCARD;

/* Forgets what is known, and begins anew with names of this source under a uidvalidity that no ledger row of the folder
 * has. */
int names_state_begin(struct db *db, int64_t folder_id, const char *source, struct names_state *ret_state,
                      struct error *err) NODISCARD;

/* Changes of one look, in the caller's transaction. E_CONFLICT where the state isn't `before`: somebody else looked. */
struct names_write {
	int64_t folder_id;
	struct names_state before;
	bool is_renaming;        /* uidvalidity is raised; all of the names are new */
	const struct str *fresh; /* get the numbers above before.last_uid */
	size_t fresh_count;
	const uint32_t *gone;
	size_t gone_count;
	const char *cursor; /* NULL: as it is */
};
int names_write(struct db *db, const struct names_write *write, struct names_state *ret_after,
                struct error *err) NODISCARD;

#define NAMES_EACH(each) void (*each)(void *ctx, uint32_t uid, struct str name)

/* The names with numbers above `from`, ascending, at most `max`; returns their number. */
int names_list(struct db *db, int64_t folder_id, uint32_t from, size_t max, NAMES_EACH(each), void *ctx,
               struct error *err) NODISCARD;

/* Those with these names, in no order; of up to `n` names, in as few queries as can be. */
int names_find(struct db *db, int64_t folder_id, const struct str *names, size_t n, NAMES_EACH(each), void *ctx,
               struct error *err) NODISCARD;

/* Those with these numbers; ascending, where the numbers are. */
int names_find_uids(struct db *db, int64_t folder_id, const uint32_t *uids, size_t n, NAMES_EACH(each), void *ctx,
                    struct error *err) NODISCARD;

/* How many of the known names are of messages that are done with (the ledger's committed and acknowledged). */
int names_done_with(struct db *db, int64_t folder_id, uint32_t uidvalidity, int64_t *ret_count,
                    struct error *err) NODISCARD;

#endif
