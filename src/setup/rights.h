/* What a caller of the API may do (FEATURES PE1, AC11, PR8): fine rights, the roles that bundle them, and whose mail. A
 * right says what kind of thing, the accounts say whose: both are asked. */
#ifndef SETUP_RIGHTS_H
#define SETUP_RIGHTS_H

#include "base/str.h"

#include <stdint.h>

enum right {
	RIGHT_NONE,   /* for everybody, signed in or not */
	RIGHT_SIGNED, /* for everybody who is signed in: what is the caller's own */
	RIGHT_PROVIDERS_MANAGE,
	RIGHT_ACCOUNTS_READ,
	RIGHT_ACCOUNTS_MANAGE, /* accounts, keystores, authentication profiles; testing them */
	RIGHT_LISTENERS_READ,  /* their states and the ledger */
	RIGHT_LISTENERS_MANAGE,
	RIGHT_RULES_READ,
	RIGHT_RULES_MANAGE, /* service rules, case types, templates, blocks */
	RIGHT_CASES_READ,
	RIGHT_CASES_WRITE, /* status, replies */
	RIGHT_MAIL_SEND,   /* new mail that belongs to no case */
	RIGHT_MAIL_INGEST, /* upload of mail to be handled */
	RIGHT_OUTBOX_READ,
	RIGHT_OUTBOX_MANAGE, /* retry, cancel */
	RIGHT_LEDGER_MANAGE, /* retry, release, discard */
	RIGHT_EVENTS_READ,
	RIGHT_WEBHOOKS_MANAGE,
	RIGHT_METRICS_READ,
	RIGHT_OPERATORS_MANAGE, /* operators, their roles and tokens */
	RIGHT_AUDIT_READ,
	RIGHT_MAILBOXES_OWN, /* sets up mailboxes of the caller's own */
	RIGHT_COUNT
};

/* "cases.read"; "none", "signed" for the first two. */
const char *right_name(enum right right);
const char *right_label(enum right right); /* "Read cases": for forms */
bool right_parse(struct str name, enum right *ret) NODISCARD;

struct role {
	const char *name;  /* "administrator" */
	const char *label; /* "Administrator" */
	const char *help;
	uint64_t rights; /* bits: RIGHT_BIT() */
};

#define RIGHT_BIT(right) (UINT64_C(1) << (right))

extern const struct role roles[]; /* ends with a name of NULL */
const struct role *role_find(struct str name);

#define ROLE_ADMINISTRATOR "administrator"
#define ROLE_MAILBOX_USER  "mailbox-user"

#endif
