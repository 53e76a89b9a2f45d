/* Copies of sent mail that are to be filed in the Sent folder (FEATURES SE11). A row is made in the transaction that
 * writes down that a mail was sent:
 *
 *	due → filing → done | failed        filing → due: no answer came, the folder is looked through before the next
 *try
 *
 * `filing` is written before the copy may leave: where it is found, the server may have it already. */
#ifndef STORE_SENT_COPIES_H
#define STORE_SENT_COPIES_H

#include "base/arena.h"
#include "store/db.h"

struct sent_copy {
	int64_t outbox_id, message_id;
	const char *message_ident; /* without <> */
	const char *state;         /* due, filing, done, failed */
	int64_t tries;
	const char *reason; /* of the last failure */
};

/* Does nothing where there is a row already. */
int sent_copy_add(struct db *db, int64_t outbox_id, const char *account, int64_t now, struct error *err) NODISCARD;

/* What is due for an account, the oldest first, up to `max`; returns the number. */
int sent_copies_due(struct db *db, const char *account, int64_t now, size_t max, struct arena *arena,
                    struct sent_copy **ret_copies, struct error *err) NODISCARD;

/* Calls `each` for every account that has something to file, with the time the earliest is due. */
int sent_copies_accounts(struct db *db, void (*each)(void *ctx, const char *account, int64_t due_at), void *ctx,
                         struct error *err) NODISCARD;

/* Writes state, tries, reason and the time of the next try (0: none). */
int sent_copy_write(struct db *db, const struct sent_copy *copy, int64_t next_try_at, struct error *err) NODISCARD;

/* 1 found, 0: none was wanted. */
int sent_copy_get(struct db *db, int64_t outbox_id, struct arena *arena, struct sent_copy *ret_copy,
                  struct error *err) NODISCARD;

#endif
