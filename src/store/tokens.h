/* OAuth tokens as they are kept: one row for each authentication profile and subject (whose tokens; "" for the
 * profile's own). The secrets are sealed by whoever writes them; `generation` counts the writes, so that of several
 * processes each notices what another stored, and a lease lets only one ask the token endpoint at a time. */
#ifndef STORE_TOKENS_H
#define STORE_TOKENS_H

#include "base/arena.h"
#include "store/db.h"

struct token_row {
	const char *profile, *subject;
	const char *sealed;         /* "": none yet */
	int64_t generation;         /* 0: none yet */
	int64_t expires_at;         /* of the access token, Unix ms */
	int64_t renewed_at;         /* when the tokens were given; 0: never */
	int64_t refresh_expires_at; /* 0: unknown */
	bool has_refresh;
	const char *fault; /* why the last try failed; "": it didn't */
	int64_t fault_at;
	bool fault_is_final; /* a person must act */
};

/* 1 and the row, 0 where there is none. */
int token_get(struct db *db, const char *profile, const char *subject, struct arena *arena, struct token_row *ret_row,
              struct error *err) NODISCARD;

/* Takes the lease until `until` for `by`, unless somebody else has it: 1 taken, 0 not. A transaction of its own. */
int token_lease(struct db *db, const char *profile, const char *subject, const char *by, int64_t now, int64_t until,
                struct error *err) NODISCARD;

/* Who has the lease: 1, in the arena; 0 nobody. */
int token_lease_holder(struct db *db, const char *profile, const char *subject, struct arena *arena,
                       const char **ret_by, struct error *err) NODISCARD;

/* The holder `gone` will never give it back (base/alive.h). */
int token_lease_over(struct db *db, const char *profile, const char *subject, const char *gone,
                     struct error *err) NODISCARD;

/* Writes what the row says as the generation after `row->generation`, and gives the lease back: 1; 0 where another
 * generation stands there already. Durable on return. */
int token_put(struct db *db, const struct token_row *row, const char *by, struct error *err) NODISCARD;

/* Notes why a try failed, and gives the lease back. */
int token_failed(struct db *db, const char *profile, const char *subject, const char *by, const char *fault,
                 bool is_final, int64_t now, struct error *err) NODISCARD;

/* Replaces a sealed text by another of the same content; 0 where it is another by now. */
int token_reseal(struct db *db, const struct token_row *row, const char *sealed, struct error *err) NODISCARD;

/* Forgets all tokens of a profile, within the caller's transaction. */
int token_forget(struct db *db, const char *profile, struct error *err) NODISCARD;

/* All rows in the order of profile and subject, at most `max`; of one profile unless NULL. Returns their number. */
int token_list(struct db *db, const char *profile, size_t max, struct arena *arena, struct token_row **ret_rows,
               struct error *err) NODISCARD;

#endif
