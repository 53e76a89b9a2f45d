/* One listener's connection to its folder: opened, read to the end, kept for news. Straight-line and blocking; who
 * calls it when (a command that reads once, or the scheduler with its parked connections) is not its business. */
#ifndef LISTEN_SESSION_H
#define LISTEN_SESSION_H

#include "intake/intake.h"
#include "receive/receiver.h"
#include "setup/setup.h"
#include "store/folders.h"
#include "store/store.h"

struct session;

struct session_options {
	struct store *store;
	const struct setup *setup; /* borrowed until session_close() */
	const struct listener *listener;
	void (*progress)(void *ctx, int64_t done, int64_t total, const struct intake_counts *counts); /* may be NULL */
	void (*transcript)(void *ctx, const char *line);                                              /* may be NULL */
	bool (*stopped)(void *ctx); /* asked between messages; may be NULL */
	void *ctx, *transcript_ctx;
};

/* Connects, logs in, selects, and tells the server of what was committed but not acknowledged before. */
int session_open(const struct session_options *options, struct session **ret_session, struct error *err) NODISCARD;

/* Handles everything new: scan, fetch, intake, acknowledge. Adds to *counts. */
int session_read(struct session *session, struct intake_counts *counts, struct error *err) NODISCARD;

/* The set-up was read anew; nothing the connection stands on changed. */
void session_renew(struct session *session, const struct setup *setup, const struct listener *listener);

struct receiver *session_receiver(struct session *session);

/* True where the open connection never shows new mail (POP3): to be closed when it was read to the end. */
bool session_is_snapshot(const struct session *session);

/* Reads what came to the folder in these days (Unix ms, `before` not included; 0: no bound) and has no row in the
 * ledger, up to where reading stands: what lies behind is read anyway. `dry_run`: only counts. Mail that is known under
 * another name is recorded as a duplicate. Adds to *counts. */
struct backfill_counts {
	int64_t in_window, known, unread; /* unread: behind the position */
	int64_t missing;                  /* … and read now, unless dry_run */
};
struct backfill_window {
	int64_t since, before;
	bool dry_run;
	/* After one that broke off (session_broke_off()), over a new session: message for message, so that the one at
	 * which the server hangs up is known, and noted as not had. Then the next call goes on behind it. */
	bool one_by_one;
};
/* *ret_backfill is written where it broke off as well. */
int session_backfill(struct session *session, const struct backfill_window *window,
                     struct backfill_counts *ret_backfill, struct intake_counts *counts, struct error *err) NODISCARD;

/* The connection ended in a way that a message may be to blame for. */
bool session_broke_off(const struct error *err);

/* Compares the server's UIDs with the ledger: every UID up to the position must have its row. */
struct verify_counts {
	int64_t on_server;
	int64_t unread; /* behind the position: not read yet */
	int64_t gaps;   /* passed over: must be 0 */
};
int session_verify(struct session *session, void (*gap)(void *ctx, uint32_t uid), void *ctx,
                   struct verify_counts *ret_counts, struct error *err) NODISCARD;

void session_close(struct session *session);
DEFINE_CLEANUP(struct session *, session_close)

#endif
