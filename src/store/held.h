/* Mail that waits for a person: what is held, and what was decided; and what was found out about a mail's sender. The
 * ledger row of held mail is in state "held" and its mail is kept whole. */
#ifndef STORE_HELD_H
#define STORE_HELD_H

#include "base/arena.h"
#include "store/db.h"

/* Beside a ledger row that is being put in state "held": the case that the mail wanted to join. */
int held_insert(struct db *db, int64_t ledger_id, int64_t case_id, int64_t at, struct error *err) NODISCARD;

/* 1: a person let it pass into the case that it wanted to join; 0: not. */
int held_was_released(struct db *db, int64_t ledger_id, int64_t *ret_case_id, struct error *err) NODISCARD;

/* The case that held mail wanted to join; 1 found, 0 none. */
int held_wanted_case(struct db *db, int64_t ledger_id, int64_t *ret_case_id, struct error *err) NODISCARD;

/* A person lets it pass: the row is failed and due now, and its next try asks nobody about its sender. 1, or 0 where
 * the row isn't held. */
int held_release(struct db *db, int64_t ledger_id, int64_t at, struct error *err) NODISCARD;

/* A person throws it away: the row is handled, with outcome "discarded"; `tell_server`: its server is still to be told.
 * The mail itself stays in the store. 1, or 0 where the row isn't held. */
int held_discard(struct db *db, int64_t ledger_id, bool tell_server, int64_t at, struct error *err) NODISCARD;

/* What was found out about who a message is from: a word ("authenticated" …) and a JSON document. */
int authentication_insert(struct db *db, int64_t message_id, const char *result, struct str document,
                          struct error *err) NODISCARD;

/* The document; 1 found, 0 none. */
int authentication_get(struct db *db, int64_t message_id, struct arena *arena, struct str *ret_document,
                       struct error *err) NODISCARD;

#endif
