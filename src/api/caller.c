/* See caller.h. */
#include "api/caller.h"

#include <stdlib.h>

const struct caller caller_nobody = {.operator_id = "", .author = "", .rights = RIGHT_BIT(RIGHT_NONE)};

bool caller_may(const struct caller *caller, enum right right)
{
	return right == RIGHT_NONE || (caller->rights & RIGHT_BIT(right));
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct caller_account *)a)->id, ((const struct caller_account *)b)->id);
}

static const struct caller_account *find_account(const struct caller *caller, const char *account)
{
	const struct caller_account key = {.id = account};

	return caller->account_count ? bsearch(&key, caller->accounts, caller->account_count, sizeof key, compare_ids)
	                             : NULL;
}

bool caller_may_on(const struct caller *caller, const char *account, enum account_right right)
{
	const struct caller_account *own = caller->all_accounts ? NULL : find_account(caller, account);

	if (caller->all_accounts)
		return true;
	return own && (right == ACCOUNT_READ || (right == ACCOUNT_SEND ? own->may_send : own->may_manage));
}

bool caller_oversees(const struct caller *caller)
{
	return caller->all_accounts || caller->new_accounts;
}

int caller_check_on(const struct caller *caller, const char *account, enum account_right right, const char *what,
                    struct error *err)
{
	if (caller_may_on(caller, account, right))
		return 0;
	if (!caller_may_on(caller, account, ACCOUNT_READ))
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s", what);
	return fail(err, E_REFUSED, RETRY_NEVER, "%s: you may read the mail of account %s, not %s", what, account,
	            right == ACCOUNT_SEND ? "send as it" : "change it");
}
