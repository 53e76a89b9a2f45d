/* See sender.h. */
#include "intake/sender.h"

#include "base/clock.h"
#include "store/cases.h"
#include "store/held.h"
#include "trust/trust.h"

/* ---------------------------------------------------------------- before the transaction */

void sender_verify(struct item *item, const struct message_limits *limits)
{
	const struct listener *listener = item->place->listener;
	int64_t arrived = item->incoming ? item->incoming->received_at : 0;
	const struct trust_options options = {
	        .authserv_ids = listener->trusted_authserv_ids.items,
	        .authserv_id_count = listener->trusted_authserv_ids.count,
	        .look_up = listener->verify_senders == VERIFY_ON ? trust_look_up_dns : NULL,
	        .ctx = listener->verify_senders == VERIFY_ON ? dns_of_process() : NULL,
	        /* When it came to the mailbox: signatures expire, and it may have lain there for long. */
	        .now_s = (arrived ? MIN(arrived, item->ledger.received_at) : item->ledger.received_at) / 1000,
	        .done_with = limits->done_with,
	        .done_ctx = limits->ctx,
	};

	if (listener->verify_senders != VERIFY_OFF)
		item->sender = trust_check(item->arena, item->message, &options);
}

/* ---------------------------------------------------------------- in the transaction */

int sender_store(struct item *item, struct db *db, int64_t message_id, struct error *err)
{
	json_t *json;
	char *text;
	struct str document;

	if (!item->sender)
		return 0;
	json = trust_json(item->sender);
	text = json_dumps(json, JSON_COMPACT);
	must(text != NULL);
	document = arena_str(item->arena, str_of(text));
	free(text);
	json_decref(json);
	return authentication_insert(db, message_id, trust_state_word(item->sender->state), document, err);
}

static int hold(struct item *item, struct db *db, const struct threading *t, const char *category, struct str why,
                struct error *err)
{
	struct stored_case c;
	struct str reason;
	int r = case_get(db, t->case_id, item->arena, &c, err);

	if (r < 0)
		return r;
	reason = arena_printf(item->arena, STR_FMT " wanted to join %s: " STR_FMT,
	                      STR_ARG(item_text(item, item->message->from.address)), r > 0 ? c.number : "a case",
	                      STR_ARG(why));
	item->stage = "store";
	r = item_keep_raw(item, db, err);
	if (r == 0)
		r = held_insert(db, item->ledger.id, t->case_id, clock_now_ms(), err);
	item->ledger.outcome = "held";
	item->ledger.answer = "held mail gets no answer";
	return r < 0 ? r : item_set_aside(item, db, "held", category, item_text(item, reason).p, err);
}

static bool has_only_a_number(const struct threading *t)
{
	for (size_t i = 0; i < t->found_count; i++)
		if (t->found[i].case_id == t->case_id && t->found[i].kind != EVIDENCE_NUMBER_IN_SUBJECT)
			return false;
	return true;
}

/* A row that was kept before may have been released by a person. */
static int was_released(struct item *item, struct db *db, struct error *err)
{
	int r = item->is_kept ? held_was_released(db, item->ledger.id, err) : 0;

	item->is_released = r > 0;
	return r;
}

int sender_standing(struct item *item, struct db *db, const struct threading *t, bool joins,
                    enum standing *ret_standing, struct error *err)
{
	const struct trust_result *sender = item->sender;
	int r;

	*ret_standing = STANDING_GOOD;
	if (!sender || !t->case_id || t->is_our_own)
		return 0;
	r = was_released(item, db, err);
	if (r != 0)
		return MIN(r, 0);
	if (sender->is_refused) {
		*ret_standing = STANDING_HELD;
		return hold(item, db, t, "sender", sender->reason, err);
	}
	if (!joins || !has_only_a_number(t))
		return 0;
	r = held_takes_part(db, t->case_id, item_text(item, item->message->from.address), err);
	if (r != 0)
		return MIN(r, 0);
	if (sender->state == TRUST_AUTHENTICATED) {
		*ret_standing = STANDING_STRANGER;
		item->sender_note =
		        "but: the sender has no part in that case; he gets one of his own that follows it\n";
		return 0;
	}
	*ret_standing = STANDING_HELD;
	return hold(item, db, t, "stranger",
	            arena_printf(item->arena, "he has only its number, and " STR_FMT, STR_ARG(sender->reason)), err);
}

const char *sender_no_answer(const struct item *item)
{
	if (item->sender && item->sender->is_refused && !item->is_released)
		return "the sender is not authenticated, and his domain demands that he is";
	return NULL;
}
