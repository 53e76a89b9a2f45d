/* An operator: somebody who signs in (FEATURES PE1, AC11). Roles and further rights say what kind of thing may be done,
 * the accounts whose mail and settings it may be done with. Passwords, second factors and tokens are no part of the
 * record: store/credentials.h.
 *
 *	operators:
 *	  anna:
 *	    name: Anna Berg
 *	    email: anna@example.com
 *	    roles: [agent]
 *	    accounts:
 *	      - { account: support, send: true }
 *
 * As soon as there are operators, one of them must be an enabled administrator. */
#ifndef SETUP_OPERATOR_H
#define SETUP_OPERATOR_H

#include "record/record.h"
#include "setup/rights.h"

struct setup;
struct account;

#define OPERATOR_MAX_ACCOUNTS 10000

struct operator_account {
	const char *account; /* id */
	bool send, manage;   /* reading goes with being named */
};

struct operator_record {
	const char *id, *name, *email;
	bool disabled;
	struct text_list roles, rights; /* names: rights.h */
	struct record_list accounts;    /* of struct operator_account; empty: see operator_sees_all() */
	const char *oidc_subject;       /* "": the e-mail address decides */
};

extern const struct record_type operator_type;

/* What the roles and the further rights add up to, RIGHT_SIGNED among them; nothing where the operator is disabled. */
uint64_t operator_rights(const struct operator_record *op);

bool operator_has_role(const struct operator_record *op, const char *role);
bool operator_is_administrator(const struct operator_record *op); /* and enabled */

/* No accounts are named, which means all of them: but for those who are personal mailbox users alone, who have what is
 * theirs and what is shared with them. */
bool operator_sees_all(const struct operator_record *op);

/* What an operator may do with which accounts. A personal mailbox (account.owner) is its owner's, and nobody else's
 * unless it is shared with him, or the owner is no operator any more. */
struct account_access {
	const char *id; /* borrowed of the set-up */
	bool read, send, manage;
};

/* Those that may be read, in the order of their ids; in the arena. True where that is every account, and everything may
 * be done with it, those to come included. */
bool operator_accounts(const struct setup *setup, const struct operator_record *op, struct arena *arena,
                       struct account_access **ret_list, size_t *ret_count);

int account_shares_check(const struct account *account, struct error *err) NODISCARD;

/* At least one enabled administrator, where there are operators; `without` (may be NULL) is to be removed. */
int operators_check(const struct setup *setup, const char *without, struct error *err) NODISCARD;

#endif
