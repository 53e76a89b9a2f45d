/* The calendar of what runs out (FEATURES SX6): certificates of keystores, learned certificates, client secrets and
 * refresh tokens of authentication profiles. Thirty, seven and one day before, and when it has, each is told once as an
 * event "expiry.warning". */
#ifndef AUTH_EXPIRY_H
#define AUTH_EXPIRY_H

#include "setup/setup.h"

#define EXPIRY_MAX        5000 /* entries looked at */
#define EXPIRY_PAST_DAYS  30   /* what ended longer ago is left out, unless an account signs with it */
#define EXPIRY_FIRST_DAYS 30   /* the first warning */

struct expiry {
	const char *
	        kind; /* "key": with its private key; "certificate"; "learned": of a correspondent; "secret", "token" */
	const char *what; /* "keystores/company/support", "certificates/anna@example.org/0a1b…": stable */
	const char *text; /* whose it is: subject or the like */
	int64_t expires_at;
	const char *used_by; /* "accounts/support/send/smime/keystore …"; "" */
	const char *account; /* of a learned one: whose mail it came with; "" */
	bool is_signer;      /* an account signs with it: its mail stops when it ends */
};

/* What ends within `days` (or has ended), soonest first. Returns their number. */
int expiry_list(const struct setup *setup, struct db *db, int64_t now, int days, struct arena *arena,
                struct expiry **ret_list, struct error *err) NODISCARD;

/* Whole days until then, rounded down; negative where it has ended. */
int64_t expiry_days(const struct expiry *expiry, int64_t now);

/* Tells what is due as events, and remembers; within a transaction. What personal mailboxes alone use is told as
 * theirs, what others use as well without naming them. Returns how many were told; `each` (may be NULL) is called for
 * them, for the log. */
int expiry_warn(const struct setup *setup, struct db *db, int64_t now,
                void (*each)(void *ctx, const struct expiry *expiry, int64_t days), void *ctx,
                struct error *err) NODISCARD;

#endif
