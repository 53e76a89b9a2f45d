/* Files copies of sent mail in the Sent folders (FEATURES SE11; store/sent_copies.h): over IMAP, after the mail went
 * out, once. A copy that the server may have already, since the process ended or the connection was lost before its
 * answer, is looked for by its Message-ID first. Tried again after 1, 2, 4 … minutes, at most 4 hours apart; given up
 * after 12 tries, with an event (outbox.copy-failed), but never while the mailbox refuses its user or is throttled:
 * that is the account's fault, and the account waits. */
#ifndef LISTEN_SENT_FOLDER_H
#define LISTEN_SENT_FOLDER_H

#include "setup/setup.h"
#include "store/store.h"

struct sent_folder_options {
	struct store *store;
	const struct setup *setup;
	bool (*stopped)(void *ctx); /* asked between two; may be NULL */
	/* May be NULL. Told once of a mailbox that can't be reached, refuses its user or wants to be asked less. */
	void (*mailbox_failed)(void *ctx, const struct error *fault);
	void *ctx;
	void (*transcript)(void *ctx, const char *line); /* may be NULL */
	void *transcript_ctx;
};

/* Files what is due for an account; returns how many. What the mailbox refuses is logged and noted, no error: negative
 * for faults of the store alone. */
int sent_folder_file(const struct sent_folder_options *options, const char *account_id, struct error *err) NODISCARD;

#endif
