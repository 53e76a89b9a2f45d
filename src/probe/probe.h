/* The test of an account: one side of it (sender or receiver) is connected as in daily work, by the same receivers and
 * senders, and each step is told as it happens with the time it took; a failure is told with its diagnosis.
 *
 *	struct probe_options options = {.setup = setup, .account = account, .step = show_step, .ctx = …};
 *
 *	if (probe_receiver(&options, arena, &result))
 *		… result.closing: "IMAP (Connect using IMAPS)"
 *
 * No mail is sent (but where `send_to` is set), no message is read or marked, nothing is stored. */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "probe/diagnose.h"
#include "setup/setup.h"
#include "store/store.h"

enum probe_status { PROBE_OK, PROBE_WARNING, PROBE_FAILED };

struct probe_step {
	bool sends;       /* else receives */
	const char *name; /* "look-up", "connection", "TLS", "greeting", "abilities", "log-in", "folder", "envelope",
	                     "mail", "size" */
	enum probe_status status;
	int64_t took_us;
	struct str text;
	const struct str *details; /* further lines: certificates, addresses that failed */
	size_t detail_count;
};

struct probe_fault {
	bool sends;
	const char *step;
	struct error err;
	struct diagnosis diagnosis;
	struct str setting; /* the setting that is likely wrong: "accounts/support/send/port"; empty: none */
};

struct probe_options {
	struct store *store; /* where tokens are kept; NULL: there is none yet, so that no profile can be used */
	const struct setup *setup;
	const struct account *account;
	const char *send_to; /* sender: really send one mail to this address; NULL: none */
	void (*step)(void *ctx, const struct probe_step *step);
	void (*fault)(void *ctx, const struct probe_fault *fault);
	void (*transcript)(void *ctx, const char *line); /* may be NULL; secrets are blanked */
	void *ctx;
	bool no_advice; /* failures are named without looking at the server again */
	/* see diagnose.h */
	const struct sniff_place *places;
	size_t place_count;
	int look_timeout_ms;
};

struct probe_result {
	bool ok;
	struct str closing; /* "SMTP (Connect using STARTTLS)": what was really used; where it failed: "SMTP: failed at
	                       …" */
	int64_t took_us;
};

/* Return result.ok. Strings live in the arena. */
bool probe_sender(const struct probe_options *options, struct arena *arena, struct probe_result *ret_result);
bool probe_receiver(const struct probe_options *options, struct arena *arena, struct probe_result *ret_result);

/* Is this side of the account set up at all? Without a listener, a host or a password of its own an account may be
 * there for sending alone. */
bool probe_has_sender(const struct account *account);
bool probe_has_receiver(const struct setup *setup, const struct account *account);

#endif
