/* See row.h. */
#include "intake/row.h"

#include "base/clock.h"
#include "intake/no_answer.h"
#include "store/events.h"
#include "store/folders.h"

int item_advance(struct item *item, struct db *db, struct error *err)
{
	if (!item->place->folder_id || !item->incoming)
		return 0;
	return folder_advance(db, item->place->folder_id, item->ledger.uidvalidity, item->ledger.uid, err);
}

int item_take_row_id(struct item *item, struct db *db, struct error *err)
{
	return item->ledger.id ? 0 : db_new_id(db, &item->ledger.id, err);
}

int item_write_row(struct item *item, struct db *db, struct error *err)
{
	int r;

	if (item->has_row)
		return ledger_update(db, &item->ledger, err);
	r = item_take_row_id(item, db, err);
	return r < 0 ? r : ledger_insert(db, &item->ledger, err);
}

/* Nothing is left to be told to a server that is left as it is. */
int item_finish(struct item *item, struct db *db, const char *outcome, struct error *err)
{
	int64_t now = clock_now_ms();
	bool tell_server =
	        item->place->folder_id && item->place->listener->after != AFTER_LEAVE && strcmp(outcome, "gone") != 0;
	int r;

	item->ledger.outcome = outcome;
	item->ledger.state = tell_server ? "committed" : "acknowledged";
	item->ledger.committed_at = now;
	item->ledger.acknowledged_at = tell_server ? 0 : now;
	item->ledger.next_try_at = 0;
	r = item_write_row(item, db, err);
	return r < 0 ? r : item_advance(item, db, err);
}

/* ---------------------------------------------------------------- has it been here before? */

/* After an unclean stop the ledger may already hold the message: handled (then there is nothing to do) or written
 * ahead. */
int item_look_up(struct item *item, struct db *db, struct error *err)
{
	struct ledger_row row;
	int r;

	if (item->has_row || !item->place->folder_id)
		return 0;
	r = ledger_find_uid(db, item->place->folder_id, item->ledger.uidvalidity, item->ledger.uid, item->arena, &row,
	                    err);
	if (r <= 0)
		return r;
	item->has_row = true;
	item->ledger.id = row.id;
	item->ledger.tries = row.tries;
	item->passed_over =
	        strcmp(row.state, "received") != 0 && !(strcmp(row.state, "failed") == 0 && !row.message_id);
	return 0;
}

/* The same content was handled before: in this folder under another UIDVALIDITY (the server renumbered), or elsewhere.
 * 1: it is finished. */
int item_recognise(struct item *item, struct db *db, struct error *err)
{
	struct ledger_twin twin;
	bool renumbered;
	int r;

	if (!item->place->folder_id && item->place->listener->duplicates == DUPLICATES_HANDLE)
		return 0;
	r = ledger_find_content(db, item->ledger.content_hash, item->place->folder_id, &twin, err);
	if (r <= 0)
		return r;
	renumbered = twin.folder_id && twin.folder_id == item->place->folder_id &&
	             twin.uidvalidity != item->ledger.uidvalidity;
	if (!renumbered && item->place->listener->duplicates == DUPLICATES_HANDLE)
		return 0;
	item->ledger.duplicate_of = twin.id;
	item->ledger.case_id = twin.case_id;
	if (!item->is_kept)
		item->ledger.message_id = twin.message_id;
	no_answer(item, renumbered ? NO_ANSWER_HANDLED_BEFORE : NO_ANSWER_DUPLICATE, NULL);
	r = item_finish(item, db, renumbered ? "seen-before" : "duplicate", err);
	return r < 0 ? r : 1;
}

/* ---------------------------------------------------------------- set aside */

int item_set_aside(struct item *item, struct db *db, const char *state, const char *category, const char *reason,
                   struct error *err)
{
	int64_t now = clock_now_ms();
	int r;

	item->ledger.state = state;
	item->ledger.category = category;
	item->ledger.reason = reason;
	item->ledger.parked_at = now;
	item->ledger.next_try_at = 0;
	r = item_write_row(item, db, err);
	if (r == 0)
		r = event_add(db,
		              &(struct new_event){
		                      .kind = arena_printf(item->arena, "message.%s", state).p,
		                      .account = item->place->account->id,
		                      .message_id = item->ledger.message_id,
		                      .data = arena_printf(
		                              item->arena, "{\"ledger\":%lld,\"category\":\"%s\",\"listener\":\"%s\"}",
		                              (long long)item->ledger.id, category, item->place->listener->id),
		                      .at = now,
		              },
		              err);
	return r < 0 ? r : item_advance(item, db, err);
}

int item_park(struct item *item, struct db *db, const char *category, const char *reason, struct error *err)
{
	return item_set_aside(item, db, "parked", category, reason, err);
}
