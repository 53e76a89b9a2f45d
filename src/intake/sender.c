/* See sender.h. */
#include "intake/sender.h"

#include "base/clock.h"
#include "intake/no_answer.h"
#include "store/cases.h"
#include "store/held.h"
#include "trust/trust.h"

/* ---------------------------------------------------------------- before the transaction */

void sender_verify(struct item *item, const struct message_limits *limits)
{
	const struct listener *listener = item->place->listener;
	int64_t arrived = item->incoming ? item->incoming->received_at : 0;
	/* A signature is over the body, which isn't there of mail that is too large. */
	bool looks_up = listener->verify_senders == VERIFY_ON &&
	                !(item->incoming && item->incoming->kind == INCOMING_TOO_LARGE);
	const struct trust_options options = {
	        .authserv_ids = listener->trusted_authserv_ids.items,
	        .authserv_id_count = listener->trusted_authserv_ids.count,
	        .look_up = looks_up ? trust_look_up_dns : NULL,
	        .ctx = looks_up ? dns_of_process() : NULL,
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

/* A row that was kept before may have been released. */
int sender_take_release(struct item *item, struct db *db, struct threading *t, struct error *err)
{
	int64_t case_id = 0;
	int r = item->is_kept ? held_was_released(db, item->ledger.id, &case_id, err) : 0;

	if (r <= 0)
		return r;
	item->is_released = true;
	t->case_id = t->case_id ? t->case_id : case_id;
	t->is_stranger = false;
	return 0;
}

bool sender_is_refused(const struct item *item)
{
	return item->sender && item->sender->is_refused && !item->is_released;
}

static int hold(struct item *item, struct db *db, int64_t case_id, const char *category, struct str why,
                struct error *err)
{
	struct stored_case c;
	struct str reason;
	int r = case_get(db, case_id, item->arena, &c, err);

	if (r < 0)
		return r;
	reason = arena_printf(item->arena, STR_FMT " wanted to join %s: " STR_FMT,
	                      STR_ARG(item_text(item, item->message->from.address)), r > 0 ? c.number : "a case",
	                      STR_ARG(why));
	item->stage = "store";
	r = item_keep_raw(item, db, err);
	if (r == 0)
		r = held_insert(db, item->ledger.id, case_id, clock_now_ms(), err);
	item->ledger.outcome = "held";
	no_answer(item, NO_ANSWER_HELD, NULL);
	return r < 0 ? r : item_set_aside(item, db, "held", category, item_text(item, reason).p, err);
}

/* The case that a stranger has named by its number, where nothing better leads anywhere; 0: there is none. */
static int64_t case_named_by_stranger(const struct threading *t)
{
	if (t->case_id)
		return t->is_stranger && t->found_count && t->found[0].kind == EVIDENCE_NUMBER ? t->case_id : 0;
	for (size_t i = 0; i < t->found_count; i++)
		if (t->found[i].kind == EVIDENCE_NUMBER && !t->found[i].is_participant && !t->found[i].is_ambiguous)
			return t->found[i].case_id;
	return 0;
}

int sender_standing(struct item *item, struct db *db, const struct threading *t, bool joins, bool *ret_held,
                    struct error *err)
{
	const struct trust_result *sender = item->sender;
	int64_t named = joins || t->case_id ? case_named_by_stranger(t) : 0;

	*ret_held = false;
	if (!sender || item->is_released)
		return 0;
	/* Our Message-ID alone doesn't make it ours: whoever has had a mail of ours knows one. */
	if (t->is_our_own && setup_owns_address(item->place->setup, item->message->from.address))
		return 0;
	if (t->case_id && sender->is_refused) {
		*ret_held = true;
		return hold(item, db, t->case_id, "sender", sender->reason, err);
	}
	if (!named || sender->state == TRUST_AUTHENTICATED)
		return 0;
	*ret_held = true;
	return hold(item, db, named, sender->is_refused ? "sender" : "stranger",
	            arena_printf(item->arena, "he has no part in it, only its number, and " STR_FMT,
	                         STR_ARG(sender->reason)),
	            err);
}
