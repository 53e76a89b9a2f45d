/* The audit trail of what isn't a record: sign-ins, passwords, second factors, tokens. (What changed in records is
 * their history: store/records.h.) Never a secret in it. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "base/arena.h"
#include "store/db.h"

struct audit_entry {
	int64_t id, at;
	const char *author;          /* who did it; of a failed sign-in: as whom */
	const char *action;          /* "sign-in", "sign-in.failed", "password.changed" … */
	const char *object;          /* whom or what it is about: "operators/anna", "tokens/17" */
	const char *detail;          /* for people; "" */
	const char *address, *agent; /* where the request came from, and its program; "" */
};

#define AUDIT_MAX_TEXT 500 /* bytes of each text; longer ones are cut */

/* Within the caller's transaction. The id is made here. */
int audit_add(struct db *db, const struct audit_entry *entry, struct error *err) NODISCARD;

/* The newest first, those before (`before_at`, `before_id`; 0: from the newest); `object` "": of all. Returns their
 * number. */
int audit_list(struct db *db, const char *object, int64_t before_at, int64_t before_id, size_t max, struct arena *arena,
               struct audit_entry **ret_entries, struct error *err) NODISCARD;

#endif
