/* Who makes a request: nobody yet, an operator with a session, or a program with a token. */
#ifndef API_CALLER_H
#define API_CALLER_H

#include "setup/rights.h"
#include "base/error.h"

enum caller_kind { CALLER_NOBODY, CALLER_OPERATOR, CALLER_TOKEN };

/* What may be done with the mail and the settings of one account (shared mailboxes: AC11). */
enum account_right { ACCOUNT_READ, ACCOUNT_SEND, ACCOUNT_MANAGE };

struct caller_account {
	const char *id;
	bool may_send, may_manage; /* reading goes with being named */
};

struct caller {
	enum caller_kind kind;
	const char *operator_id; /* "" for nobody */
	const char *author;      /* for records, audit and events: "anna", "anna (token deploy)"; "" for nobody */
	int64_t credential_id;   /* of the session or the token; 0 for nobody */
	uint64_t rights;         /* bits */
	bool new_accounts;       /* may make accounts that aren't there yet: is bound to none in particular */
	bool all_accounts;       /* else those named, in the order of their ids: */
	const struct caller_account *accounts;
	size_t account_count;
	const char *only_rights, *only_accounts; /* a token's, of its operator's; NULL or "": all of them */
};

extern const struct caller caller_nobody;

bool caller_may(const struct caller *caller, enum right right);
bool caller_may_on(const struct caller *caller, const char *account, enum account_right right);

/* May see what belongs to no account, or to all together: webhooks, metrics, the set-up's events. Others' personal
 * mailboxes are none of it, and take nothing of it away. */
bool caller_oversees(const struct caller *caller);

/* E_NOT_FOUND where the account is not the caller's to know of (so that ids can't be guessed), E_REFUSED where it may
 * be read and not what is asked. `what` names the thing for the text: "case SUP-1". */
int caller_check_on(const struct caller *caller, const char *account, enum account_right right, const char *what,
                    struct error *err) NODISCARD;

#endif
