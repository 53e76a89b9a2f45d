/* Sends what is due in the outbox, account by account. One process of a store sends at a time (the caller holds the
 * lock); `claim` names it in the rows that are on their way.
 *
 * Retry schedule after a passing refusal: 1, 5, 15, 30 minutes, then hourly for 12 hours, then every 4 hours; given up
 * 5 days after the message was made. After 4 hours of waiting an event says so (outbox.delayed); one tells the end of
 * what can't be sent (outbox.failed, outbox.uncertain).
 *
 * Recipients that are suppressed (store/suppressions.h) are not asked for: they end as `suppressed`, the others get
 * their mail. A refusal that says that the address is no good suppresses it, as a bounce would. */
#ifndef SEND_OUTBOX_RUNNER_H
#define SEND_OUTBOX_RUNNER_H

#include "send/sender.h"
#include "setup/setup.h"
#include "store/outbox.h"
#include "store/store.h"

struct outbox_options {
	struct store *store;
	const struct setup *setup;
	const char *claim;
	bool (*stopped)(void *ctx); /* asked before each letter; may be NULL */
	void *ctx;
	void (*transcript)(void *ctx, const char *line); /* may be NULL */
	void *transcript_ctx;
};

struct outbox_counts {
	int64_t sent, later, failed, uncertain, suppressed;
	int64_t parts; /* sent, of letters that go on with others at once */
};

/* Rows that a dead process left on their way become uncertain for those who were asked, and go on with the others. Once
 * at start; returns their number. */
int64_t outbox_recover(const struct outbox_options *options, struct error *err) NODISCARD;

/* Sends everything that is due for one account, over one connection and, where the server ends it after some letters,
 * another. What an earlier call left on its way becomes uncertain. A fault of the account (no connection, log-in
 * refused) costs no message a try: negative, and the messages stay due. *counts is added to in any case. */
int outbox_send_account(const struct outbox_options *options, const char *account_id, struct outbox_counts *counts,
                        struct error *err) NODISCARD;

/* When to try again after `tries` failed tries; 0: give up. */
int64_t outbox_next_try(int64_t created_at, int64_t tries, int64_t now);

#endif
