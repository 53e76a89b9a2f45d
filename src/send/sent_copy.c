/* See sent_copy.h. */
#include "send/sent_copy.h"

#include "store/outbox_events.h"
#include "store/sent_copies.h"

int sent_copy_owe(const struct setup *setup, struct db *db, const struct outbox_row *row, int64_t now,
                  struct error *err)
{
	const struct account *account = setup ? setup_account(setup, row->account) : NULL;
	struct account_sent_copy ignored;

	if (!account || !outbox_any_is(row, OUTBOX_REACHED) ||
	    !account_sent_copy(account, setup_provider(setup, account->provider), &ignored))
		return 0;
	return sent_copy_add(db, row->id, row->account, now, err);
}
