/* The intake: what happens to one message between the server and the commit.
 *
 * A session makes a run for its listener and submits message after message:
 *
 *	intake_run_new(&options, &run, err)
 *	intake_submit(run, incoming, err)     parses, classifies, packs here; hands over to the committer; waits only
 *while too much is under way intake_collect(run, uids, max)        messages whose commit is done and of which the
 *server may be told intake_acknowledged(run, uids, n)     the server has been told intake_finish(run, err) waits until
 *all is committed
 *
 * For each message one transaction holds its ledger row, the message, the case, the answer in the outbox, the event and
 *the folder's position. A message whose handling fails is stored as it is, with category and reason, in the same
 *transaction: nothing is passed over. */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

#include "receive/receiver.h"
#include "setup/setup.h"
#include "store/store.h"

struct intake_run;

struct intake_options {
	struct store *store;
	const struct setup *setup; /* borrowed; lives as long as the run */
	const struct listener *listener;
	int64_t folder_id; /* 0: not from a server (ingest) */
	uint32_t uidvalidity;
	bool careful; /* the run before died: look every message up first, and count the tries of those it may have died
	                 of */
	bool refetch; /* the messages are known to the ledger as not had before */
	size_t max_bytes; /* of messages under way; 0: 4 MiB */
	size_t max_count; /* 0: 200 */
};

int intake_run_new(const struct intake_options *options, struct intake_run **ret_run, struct error *err) NODISCARD;

/* Waits for what is under way, then frees. */
void intake_run_free(struct intake_run *run);
DEFINE_CLEANUP(struct intake_run *, intake_run_free)

/* Takes `incoming` in any case. Fails only where the run as a whole can't go on (the store); the messages of this run
 * that are not committed by then will be met again. */
int intake_submit(struct intake_run *run, struct incoming *incoming, struct error *err) NODISCARD;

/* Up to `max` UIDs that are committed and of which the server is to be told, in order. Doesn't wait. */
size_t intake_collect(struct intake_run *run, uint32_t *ret_uids, size_t max);

/* As above for messages that were parked and are to go to the listener's failed_folder. */
size_t intake_collect_parked(struct intake_run *run, uint32_t *ret_uids, size_t max);

/* Records that the server has been told; durable some milliseconds later, together with other work. */
void intake_acknowledged(struct intake_run *run, const uint32_t *uids, size_t n);

/* Waits for everything submitted; negative when the store failed. */
int intake_finish(struct intake_run *run, struct error *err) NODISCARD;

/* What came out of a run so far. */
struct intake_counts {
	int64_t messages, created, updated, reopened, filed, discarded, duplicates, seen_before, failed, parked, held,
	        answers;
	int64_t bytes;
};
struct intake_counts intake_run_counts(const struct intake_run *run);

/* Handles again what failed before and is due (and is kept in the store), each in a transaction of its own. Returns how
 * many were handled well. `listener` NULL: all. */
int intake_retry_due(struct store *store, const struct setup *setup, const char *listener, struct error *err) NODISCARD;

/* What became of a message that was handed in. */
struct intake_result {
	int64_t ledger_id;
	char state[16];   /* of its ledger row: "committed", "failed" (tried again from the store), "parked", "held" */
	char outcome[32]; /* "created", "duplicate" …; "" where nothing was decided */
	char case_number[64];
	char reason[240]; /* of one that failed or was parked, with its category */
	bool answered;    /* an automatic answer waits in the outbox */
};

/* One message that somebody hands in; takes `incoming`. 0: it is in the store for good, whatever became of it;
 * negative: it isn't, and whoever has it must keep it. */
int intake_take(struct store *store, const struct setup *setup, const struct listener *listener,
                struct incoming *incoming, struct intake_result *ret_result, struct error *err) NODISCARD;

/* One message from a file or a pipe. The outcome's word and the case's number (or "") are written on success; a
 * handling failure that was stored (failed or parked) is E_REFUSED with the reason. */
int intake_one(struct store *store, const struct setup *setup, const struct listener *listener, struct str raw,
               char ret_outcome[32], char ret_case[64], struct error *err) NODISCARD;

#endif
