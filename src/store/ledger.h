/* The ledger: one row for every message a server has shown us, with what became of it and when. States:
 *
 *	- received: seen, and being handled by a process that has not committed yet (written ahead only after an unclean
 *	  stop)
 *	- failed: handling failed; the message is kept here and tried again at next_try_at
 *	- parked: given up after its tries, with category and reason; `hauspost ledger retry` brings it back
 *	- held: waits for a person (held.h), as its sender may not be who he says; `hauspost ledger release` lets it
 *	  pass
 *	- committed: handled for good; the server has not been told yet
 *	- acknowledged: the server has been told: the end
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include "base/arena.h"
#include "store/db.h"

struct ledger_row {
	int64_t id;
	const char *listener;
	int64_t folder_id; /* 0: not from a server */
	uint32_t uidvalidity, uid;
	const char *state, *outcome, *answer, *category, *reason; /* never NULL */
	const char *answer_code; /* why there is no answer (intake/no_answer.h); NULL or "": there is one, or nothing
	                            was decided */
	int64_t tries, next_try_at;
	int64_t message_id, case_id, duplicate_of; /* 0: none */
	struct str message_ident;
	int64_t content_key;     /* the first 8 bytes of content_hash */
	struct str content_hash; /* 16 bytes; empty where nothing was parsed */
	uint64_t size;
	int64_t received_at, parsed_at, mapped_at, activity_at, response_at, committed_at, acknowledged_at, parked_at;
};

int ledger_insert(struct db *db, const struct ledger_row *row, struct error *err) NODISCARD;

/* Replaces everything but id, listener and place. */
int ledger_update(struct db *db, const struct ledger_row *row, struct error *err) NODISCARD;

/* 1 found, 0 none. Texts live in the arena. */
int ledger_get(struct db *db, int64_t id, struct arena *arena, struct ledger_row *ret_row, struct error *err) NODISCARD;
int ledger_find_uid(struct db *db, int64_t folder_id, uint32_t uidvalidity, uint32_t uid, struct arena *arena,
                    struct ledger_row *ret_row, struct error *err) NODISCARD;

/* 1 where it has a row; 0: none. */
int ledger_has_uid(struct db *db, int64_t folder_id, uint32_t uidvalidity, uint32_t uid, struct error *err) NODISCARD;

/* The row with the same content, of this folder where there is one, else the oldest, that was handled (not failed,
 * parked, received, nor a duplicate itself); 1 found, 0 none. */
struct ledger_twin {
	int64_t id, folder_id, case_id, message_id;
	uint32_t uidvalidity;
};
int ledger_find_content(struct db *db, struct str content_hash, int64_t folder_id, struct ledger_twin *ret_twin,
                        struct error *err) NODISCARD;

/* Of mail that was too large and has this hash (of its header): has row `id` a queued answer, and is there another row?
 */
int ledger_find_too_large(struct db *db, struct str content_hash, int64_t id, bool *ret_told, bool *ret_elsewhere,
                          struct error *err) NODISCARD;

/* Rows committed but not acknowledged, ascending; up to `max` uids into ret_uids, returns their number. */
int ledger_unacknowledged(struct db *db, int64_t folder_id, uint32_t uidvalidity, uint32_t *ret_uids, size_t max,
                          struct error *err) NODISCARD;

/* Marks rows acknowledged (or, of an older uidvalidity, given up: uids NULL marks all of other uidvalidities). */
int ledger_acknowledge(struct db *db, int64_t folder_id, uint32_t uidvalidity, const uint32_t *uids, size_t n,
                       int64_t at, struct error *err) NODISCARD;
int ledger_forget_older(struct db *db, int64_t folder_id, uint32_t uidvalidity, int64_t at,
                        struct error *err) NODISCARD;

/* Ids of failed rows that are kept here and whose time has come, oldest first, up to `max`; returns their number.
 * `listener` NULL: any. */
int ledger_due(struct db *db, const char *listener, int64_t now, int64_t *ret_ids, size_t max,
               struct error *err) NODISCARD;

/* 1: it is failed, and stays so for others until this transaction ends; 0: not, or not any more. */
int ledger_is_failed(struct db *db, int64_t id, struct error *err) NODISCARD;

/* A failed row is given up without a try. */
int ledger_park(struct db *db, int64_t id, const char *category, const char *reason, int64_t at,
                struct error *err) NODISCARD;

/* How often a failed row was tried, and when it is due: 1; 0 where it isn't failed any more. */
int ledger_set_tries(struct db *db, int64_t id, int64_t tries, int64_t next_try_at, struct error *err) NODISCARD;

/* UIDs of failed rows whose mail could not be had from the server and whose time has come, ascending; returns their
 * number. */
int ledger_unfetched(struct db *db, int64_t folder_id, uint32_t uidvalidity, int64_t now, uint32_t *ret_uids,
                     size_t max, struct error *err) NODISCARD;

/* Rows written ahead whose mail is gone from the folder are parked: everything up to `uid` has been looked at. */
int ledger_park_vanished(struct db *db, int64_t folder_id, uint32_t uidvalidity, uint32_t uid, int64_t at,
                         struct error *err) NODISCARD;

/* UIDs of parked rows of which the server was not told (their mail is where it was), ascending; returns their number.
 */
int ledger_unmoved(struct db *db, int64_t folder_id, uint32_t uidvalidity, uint32_t *ret_uids, size_t max,
                   struct error *err) NODISCARD;

/* The server has put the mail of parked rows aside. */
int ledger_moved(struct db *db, int64_t folder_id, uint32_t uidvalidity, const uint32_t *uids, size_t n, int64_t at,
                 struct error *err) NODISCARD;

/* Parked (or failed) rows become due now with fresh tries; `id` 0: all parked. Returns their number. Those whose mail
 * is on the server only are fetched again when their listener reads next. */
int64_t ledger_retry(struct db *db, int64_t id, int64_t now, struct error *err) NODISCARD;

/* A person gives a parked or failed row up: handled, with outcome "discarded"; `tell_server`: its server is still to be
 * told. 1, or 0 where the row is in another state. */
int ledger_discard(struct db *db, int64_t id, bool tell_server, int64_t at, struct error *err) NODISCARD;

/* Newest first, up to `max`; `state` NULL: all. Returns their number. */
int ledger_list(struct db *db, const char *state, size_t max, struct arena *arena, struct ledger_row **ret_rows,
                struct error *err) NODISCARD;

/* Those whose mail got no answer for this reason, newest first, up to `max`. Returns their number. */
int ledger_list_unanswered(struct db *db, const char *answer_code, size_t max, struct arena *arena,
                           struct ledger_row **ret_rows, struct error *err) NODISCARD;

/* The 8 bytes that the index is on. */
int64_t ledger_content_key(struct str content_hash);

#endif
