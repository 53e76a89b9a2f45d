/* Addresses that get no mail from us, and why:
 *
 *	hard-bounce  the address is no good (unknown mailbox or domain, moved, takes no mail): at the first bounce, for
 *	             ever. Mail from the address lifts it, but only SUPPRESSION_LIFTS times: whoever writes with a
 *made-up sender's address must not get a bounce made of each of their mails. soft-bounce  SUPPRESSION_SOFT bounces for
 *the time being (full, disabled, unreachable) within SUPPRESSION_SOFT_DAYS; for SUPPRESSION_SOFT_HOLD_DAYS. Mail from
 *the address lifts it. complaint    the recipient called our mail spam (RFC 5965): for the account that had written;
 *until a person lifts it. manual       a person's decision, and a person's to undo.
 *
 * Refusals that say nothing of the address (policy, spam, block lists, size, rates, content) don't count: the caller
 * chooses. There is one entry per address (any case) and account, "" being all accounts; one that isn't active only
 * remembers the count. Everything here runs in the caller's transaction, and each change leaves an event. */
#ifndef STORE_SUPPRESSIONS_H
#define STORE_SUPPRESSIONS_H

#include "base/arena.h"
#include "store/db.h"

#define SUPPRESSION_LIFTS          2
#define SUPPRESSION_SOFT           5
#define SUPPRESSION_SOFT_DAYS      14
#define SUPPRESSION_SOFT_HOLD_DAYS 7

struct suppression {
	const char *address;               /* lower case (ASCII) */
	const char *account;               /* "": all */
	const char *reason;                /* hard-bounce, soft-bounce, complaint, manual */
	const char *class, *status, *note; /* "userunknown", "5.1.1", words of the server or of a person; or "" */
	int64_t message_id;                /* the report; 0: none */
	int64_t since, until;              /* until 0: for ever */
	int64_t count, counted_from;       /* bounces, and the time of the first */
	bool is_active;
	const char *author; /* "mail", or who did it */
};

/* What is known of an address for an account: 1 and the entry that forbids mail at `now`; 0 where mail may go. */
int suppression_find(struct db *db, struct str address, const char *account, int64_t now, struct arena *arena,
                     struct suppression *ret_suppression, struct error *err) NODISCARD;

struct suppression_cause {
	struct str address;
	const char *account; /* a complaint's */
	const char *class, *status, *note;
	int64_t message_id, case_id;
	int64_t at;
};

/* Each returns 1 where the address is suppressed by it, 0 where it is not (yet, or was before). An address of more than
 * 512 bytes is none. */
int suppression_hard_bounce(struct db *db, struct arena *arena, const struct suppression_cause *cause,
                            struct error *err) NODISCARD;
int suppression_soft_bounce(struct db *db, struct arena *arena, const struct suppression_cause *cause,
                            struct error *err) NODISCARD;
int suppression_complaint(struct db *db, struct arena *arena, const struct suppression_cause *cause,
                          struct error *err) NODISCARD;

/* A person wrote from this address: 1 where that lifted a suppression. */
int suppression_alive(struct db *db, struct arena *arena, struct str address, int64_t case_id, int64_t at,
                      struct error *err) NODISCARD;

/* A person sends to the recipients of this outbox row once more: suppressions after bounces are lifted, others stay.
 * Returns how many. */
int suppression_lift_row(struct db *db, struct arena *arena, int64_t outbox_id, const char *author, int64_t at,
                         struct error *err) NODISCARD;

/* A person's decision; replaces what was there for this account ("": all). */
int suppression_add(struct db *db, struct arena *arena, struct str address, const char *account, const char *note,
                    const char *author, int64_t at, struct error *err) NODISCARD;

/* Forgets the entries of an address (`account` NULL: of all accounts), with their counts. Returns how many there were.
 */
int suppression_remove(struct db *db, struct arena *arena, struct str address, const char *account, const char *author,
                       int64_t at, struct error *err) NODISCARD;

/* Newest first, up to `max`; `address` (any case) unless empty: its entries only, also those that aren't active. */
int suppression_list(struct db *db, struct str address, int64_t now, size_t max, struct arena *arena,
                     struct suppression **ret_list, struct error *err) NODISCARD;

/* The active ones, newest first, up to `max`, those behind `after` (NULL: from the first; its since, address and
 * account count). */
int suppression_page(struct db *db, const struct suppression *after, int64_t now, size_t max, struct arena *arena,
                     struct suppression **ret_list, struct error *err) NODISCARD;

/* Which recipients of an outbox row get no mail: calls `each` with position and entry. Returns their number. */
int suppression_of_row(struct db *db, int64_t outbox_id, const char *account, int64_t now, struct arena *arena,
                       void (*each)(void *ctx, size_t position, const struct suppression *suppression), void *ctx,
                       struct error *err) NODISCARD;

/* "hard-bounce 5.1.1 userunknown since 2026-11-21" */
struct str suppression_text(struct arena *arena, const struct suppression *suppression);

#endif
