/* Mail that couldn't be handled, or not be had: what its row says then, and when it is tried again. See item.h. */
#include "intake/failure.h"

#include "base/clock.h"
#include "intake/answer.h"
#include "intake/oversize.h"
#include "intake/row.h"

#include <errno.h>

bool is_store_fault(const struct error *err)
{
	return err->scope != SCOPE_MESSAGE && (err->code == E_STORE || err->code == E_IN_USE ||
	                                       err->code == E_STOPPED || err->code == -ENOSPC || err->code == -EIO);
}

int item_park_too_large(struct item *item, struct db *db, struct error *err)
{
	struct str reason =
	        arena_printf(item->arena,
	                     "%llu bytes are more than the listener's max_message_mb (%lld); the "
	                     "mail is still on the server",
	                     (unsigned long long)item->ledger.size, (long long)item->place->listener->max_message_mb);

	int r = oversize_answer(item, db, err);

	if (r < 0)
		return r;
	item->ledger.outcome = "too-large";
	return item_park(item, db, "too-large", reason.p, err);
}

int item_note_unfetched(struct item *item, struct db *db, struct error *err)
{
	const struct listener *listener = item->place->listener;
	const struct error *fault = item->incoming->fault;
	int r;

	item->ledger.tries++;
	if (fault->retry == RETRY_NEVER || item->ledger.tries >= listener->tries)
		return item_park(item, db, "fetch", fault->text, err);
	item->ledger.state = "failed";
	item->ledger.category = "fetch";
	item->ledger.reason = fault->text;
	item->ledger.next_try_at = clock_now_ms() + MINUTES_MS(listener->retry_minutes);
	r = item_write_row(item, db, err);
	return r < 0 ? r : item_advance(item, db, err);
}

int item_store_crashed(struct item *item, struct db *db, struct error *err)
{
	struct str reason = arena_printf(item->arena, "the program ended %lld times while it handled this mail",
	                                 (long long)item->ledger.tries);
	int r;

	item->stage = "crash";
	item->before = item->ledger;
	r = db_new_id(db, &item->ledger.message_id, err);

	if (r == 0)
		r = item_store_raw(item, db, item->ledger.message_id, err);
	return r < 0 ? r : item_park(item, db, "crash", reason.p, err);
}

/* The message is kept whole, so that a later try doesn't need the server. */
int item_keep_raw(struct item *item, struct db *db, struct error *err)
{
	int r;

	if (item->is_kept)
		return 0;
	r = db_new_id(db, &item->ledger.message_id, err);
	return r < 0 ? r : item_store_raw(item, db, item->ledger.message_id, err);
}

/* Nothing but the store's own faults may end here: else one mail would stand before all that come behind it.
 * What conflicts with another process's work is worth a try later. */
int item_store_failure(struct item *item, struct db *db, const struct error *cause, struct error *err)
{
	const struct listener *listener = item->place->listener;
	const char *stage = item->stage, *reason = arena_cstr(item->arena, str_of(cause->text));
	int r = 0;

	if (is_store_fault(cause))
		return fail(err, cause->code, cause->retry, "%s", cause->text);
	item->ledger = item->before; /* what the undone try had noted is not so */
	item->case_number = "";
	if (cause->code == E_CONFLICT)
		r = item_look_up(item, db, err);
	if (r == 0 && item->passed_over)
		return item_advance(item, db, err);
	if (r == 0 && item->incoming && item->incoming->kind != INCOMING_WHOLE) {
		item->is_mute = true;
		return item_store(item, db, err); /* with the row that it met; there is no mail to keep */
	}
	if (r == 0)
		r = item_keep_raw(item, db, err);
	if (r < 0)
		return r;
	item->ledger.tries++;
	item->ledger.outcome = "";
	if ((cause->retry == RETRY_NEVER && cause->code != E_CONFLICT) || item->ledger.tries >= listener->tries) {
		if (strcmp(stage, "mapping") == 0)
			r = answer_queue(item, db, WHEN_MAPPING_ERROR, NULL, err);
		return r < 0 ? r : item_park(item, db, stage, reason, err);
	}
	item->ledger.state = "failed";
	item->ledger.category = stage;
	item->ledger.reason = reason;
	item->ledger.next_try_at = clock_now_ms() + MINUTES_MS(listener->retry_minutes);
	r = item_write_row(item, db, err);
	return r < 0 ? r : item_advance(item, db, err);
}
