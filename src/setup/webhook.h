/* A webhook (FEATURES AP2): a URL that is told of events, in the form of Standard Webhooks with a CloudEvent as body.
 */
#ifndef SETUP_WEBHOOK_H
#define SETUP_WEBHOOK_H

#include "record/record.h"

#define WEBHOOK_OLD_SECRET_MS (INT64_C(24) * 3600 * 1000) /* so long a secret that was replaced signs as well */

struct webhook_header {
	const char *name;
	struct secret value;
};

struct webhook {
	const char *id, *name;
	bool enabled;
	const char *url;            /* https; http where the process allows it */
	struct text_list events;    /* "case.created", "case.*", "*"; none: all */
	struct text_list accounts;  /* none: all but personal mailboxes, and what is nobody's */
	struct secret secret;       /* "whsec_" and base64: signs with HMAC-SHA-256 (v1) */
	struct secret old_secret;   /* the one before, for a day */
	struct secret private_key;  /* "whsk_" and base64: signs with Ed25519 (v1a) */
	int64_t rotated_at;         /* Unix ms; 0: never */
	struct record_list headers; /* of struct webhook_header: sent along */
	int64_t timeout_s;
};

extern const struct record_type webhook_type;

struct setup;

/* Accounts exist. */
int webhooks_check(const struct setup *setup, struct error *err) NODISCARD;

/* Is it told of an event of this account ("": nobody's)? Of a personal mailbox only where it is named. Of its kind:
 * store/event_kinds.h. */
bool webhook_takes_account(const struct setup *setup, const struct webhook *webhook, const char *account);

#endif
