/* One record of the set-up, changed from outside: created, replaced, deleted, by whoever may, if it still is as they
 * saw it. What holds for setup_apply() holds here: one transaction, references exist, rules between records.
 *
 * Versions of a record are numbered from 1; who changes one names the version that they changed, so that nobody writes
 * over what somebody else did meanwhile. */
#ifndef SETUP_EDIT_H
#define SETUP_EDIT_H

#include "setup/setup.h"

enum edit_kind { EDIT_CREATE, EDIT_REPLACE, EDIT_DELETE };

#define EDIT_ANY_REVISION (-1)

struct edit {
	enum edit_kind kind;
	const struct record_type *type;
	const char *id;
	const json_t *document; /* as in a set-up file; masked secrets are those that are stored. Not for EDIT_DELETE */
	const char *by;
	int64_t revision; /* of the version that it is made from, or EDIT_ANY_REVISION */
	/* Whether they may; may be NULL. For a record that is there it is asked twice: as for a deletion before the
	 * document is looked at, and with what it would become. */
	setup_may *may;
	void *ctx;
	const char *mailbox; /* as in struct application */
};

enum edit_refusal {
	EDIT_FAULT,  /* not valid, not allowed, the store */
	EDIT_EXISTS, /* to be created, and there already */
	EDIT_STALE,  /* another version is stored than the one that was changed */
};

/* In a transaction of its own, or in the one that the connection is in (store_do()): its owner then undoes what failed.
 * *ret_revision is the version that is stored now, a deletion included; nothing is stored where nothing differs.
 * *ret_refusal is written where it fails. */
int setup_edit(struct db *db, const struct sealer *sealer, const struct edit *edit, int64_t *ret_revision,
               enum edit_refusal *ret_refusal, struct error *err) NODISCARD;

#endif
