/* A change of the set-up under way: one transaction with the set-up as it is, which becomes the set-up as it will be.
 * Private to src/setup. */
#ifndef SETUP_CHANGE_H
#define SETUP_CHANGE_H

#include "setup/setup.h"
#include "setup/snapshot.h"

struct change {
	struct db *db; /* NULL: nothing is stored, see setup_preview() */
	const struct sealer *sealer;
	const char *by;
	setup_may *may; /* NULL: everything */
	void *may_ctx;
	const char *mailbox; /* the personal mailbox that it makes or removes; NULL */
	int64_t at, revision;
	struct change_event *events; /* still to be written; in the snapshot's arena */
	size_t event_count, event_size;
	struct setup *setup; /* as it is, then as it will be */
	bool open;           /* a transaction of our own, until committed */
	bool cancels_mail;   /* of an account that goes, and whose mail waits */
	int64_t cancelled_mail;
};

/* Rolls back what wasn't committed. For CLEANUP(). */
void change_done(struct change *change);

/* Begins a transaction, or joins the one that the connection is in: its owner then commits or undoes. */
int change_begin(struct change *change, struct error *err) NODISCARD;

/* Writes what happened, as events; ends a transaction of our own. */
int change_commit(struct change *change, struct error *err) NODISCARD;

/* A document's record as it would be stored, still without its place in the snapshot: in the snapshot's arena, its
 * secrets the caller's. Masked secrets are those that are stored. */
int change_read(const struct change *change, const struct record_type *type, const char *id, const json_t *value,
                void **ret_record, struct error *err) NODISCARD;

/* Stores a version of a record of the snapshot; with change_commit() an event "record.created" or "record.changed". */
int change_put(struct change *change, const struct record_type *type, const void *record, bool is_new,
               struct error *err) NODISCARD;

/* Takes a record that nobody needs any more out of the store, with an event "record.deleted". E_NOT_FOUND; E_CONFLICT
 * where another record refers to it, or where it is an account whose mail waits in the outbox (unless cancels_mail). */
int change_remove(struct change *change, const struct record_type *type, const char *id, struct error *err) NODISCARD;

#endif
