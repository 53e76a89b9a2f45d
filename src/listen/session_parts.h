/* What the files of a session share: session_open.c, session.c (read), session_look.c (verify, backfill),
 * session_folder.c, session_notes.c, session_acknowledge.c, session_stall.c, session_allowance.c. Nobody outside uses
 * this. */
#ifndef LISTEN_SESSION_PARTS_H
#define LISTEN_SESSION_PARTS_H

#include "listen/session.h"

#define ACKNOWLEDGE_AT 250 /* committed messages that make one acknowledgement */

#define MAX_REFUSED 20

/* Of the account's provider, in bytes. */
struct session_allowance {
	bool is_limited;
	int64_t left;    /* that may be fetched still, as far as this session knows */
	int64_t fetched; /* and not written down yet */
};

struct session {
	struct session_options options;
	struct session_allowance allowance;
	struct receiver *receiver;
	struct receiver_names *names; /* of a protocol without numbers; else NULL */
	struct folder folder;
	struct folder_claim *claim; /* owned: that it is read here, by another name than the server's; or NULL */
	uint32_t uidvalidity;       /* as last seen */
	bool was_throttled;         /* before, as the store has it */
	bool is_marked;             /* the folder's careful mark was set for what is being read */
	uint32_t asked_alone;       /* the one message that is being fetched again; 0: none, or more */
	uint32_t refused_uids[MAX_REFUSED]; /* messages of which the server won't be told: not again in this session */
	size_t refused_count;
	bool has_confirmed; /* it took some */
	bool refused;       /* the server takes no acknowledgements: said once, the rows stay `committed` */
};

/* It is to stop, or may fetch no more today. */
bool session_is_stopped(const struct session *s);

/* The server takes deletions at the end of a connection, all at once. */
bool session_deletes_at_end(const struct session *s);

/* Hands the messages of the receiver's scan to the intake; refetch: look each up in the ledger. */
int session_read_folder(struct session *s, int total, bool refetch, struct intake_counts *counts,
                        struct error *err) NODISCARD;

/* A run of one message that was not had. */
int session_submit_one_broken(struct session *s, uint32_t uid, const struct error *cause, struct intake_counts *counts,
                              struct error *err) NODISCARD;

/* ---------------------------------------------------------------- session_open.c */

/* Notes that the provider asked to slow down, or that it does no longer; returns r. */
int session_tell_throttle(struct session *s, int r, struct error *err);

/* ---------------------------------------------------------------- session_notes.c */

/* Marks rows whose messages the server has confirmed. */
int session_record_acknowledged(struct session *s, const uint32_t *uids, size_t n, struct error *err) NODISCARD;

int session_move_parked(struct session *s, struct error *err) NODISCARD;

/* Where the server gave the folder other numbers: what was not acknowledged under the old ones can't be any more. */
int session_note_renumbering(struct session *s, struct error *err) NODISCARD;

/* All up to this UID counts as handled, though it has no rows. */
int session_begin_behind(struct session *s, uint32_t uid, struct error *err) NODISCARD;

/* The folder's careful mark, where it isn't set: before messages are handled. And away again, in an orderly end. */
int session_mark_careful(struct session *s, struct error *err) NODISCARD;
int session_unmark_careful(struct session *s, struct error *err) NODISCARD;

/* Away, set by this session or not; and with what a careful run to the end has shown. */
int session_clear_careful(struct session *s) NODISCARD;
int session_end_in_order(struct session *s, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- session_folder.c */

/* After the receiver was opened: E_INVALID where another listener reads the same folder by another name. */
int session_claim_folder(struct session *s, struct error *err) NODISCARD;
void session_free_claim(struct session *s);

/* ---------------------------------------------------------------- session_acknowledge.c */

/* 0 for a refusal, after which this read tells the server no more; r for all else. */
int session_note_refusal(struct session *s, int r, const struct error *err);

int session_acknowledge_leftovers(struct session *s, struct error *err) NODISCARD;
int session_acknowledge_at_end(struct session *s, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- session_allowance.c */

/* What is left of the day's allowance; E_LIMIT with the time (retry_after_ms) where nothing is. */
int session_ask_allowance(struct session *s, struct db *db, struct error *err) NODISCARD;

/* … for a session that was open before; costs nothing where there is no limit. */
int session_ask_allowance_again(struct session *s, struct error *err) NODISCARD;

void session_count_fetched(struct session *s, size_t bytes);

/* At the end of a read that came to r: writes down what was fetched; E_LIMIT where nothing is left. */
int session_settle_allowance(struct session *s, int r, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- session_stall.c */

/* Reading of new mail broke off at the position. */
void session_note_break(struct session *s, const struct error *err);

/* 1 and the first message behind the position, where reading broke off there too often; else 0. */
int session_find_stalled(struct session *s, const struct position *from, uint32_t *ret_uid,
                         struct error *err) NODISCARD;

/* Asks for it alone, or gives it up where that was done before: the position moves behind it. */
int session_pass_stalled(struct session *s, uint32_t uid, struct intake_counts *counts, struct error *err) NODISCARD;

int session_submit_broken(struct session *s, struct intake_run *run, uint32_t uid, const struct error *cause,
                          struct error *err) NODISCARD;

/* The connection broke off while this message was fetched again: a try of its row. */
bool session_note_broken_refetch(struct session *s, struct intake_run *run, uint32_t uid, const struct error *cause);

#endif
