/* The unit of work of one message: decide what it is, do it, and write it all down; in one transaction. See item.h. */
#include "intake/item.h"

#include "base/clock.h"
#include "base/json.h"
#include "cases/case_work.h"
#include "cases/participants.h"
#include "cases/threading.h"
#include "intake/answer.h"
#include "intake/blocked.h"
#include "intake/bounced.h"
#include "intake/failure.h"
#include "intake/learn.h"
#include "intake/no_answer.h"
#include "intake/row.h"
#include "intake/sender.h"
#include "store/events.h"
#include "store/suppressions.h"

/* ---------------------------------------------------------------- storing the message */

static struct str join_addresses(struct arena *arena, const struct address_list *list)
{
	struct str text = STR("");

	for (size_t i = 0; i < list->count && text.n < 2000; i++)
		text = arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(text), i ? ", " : "",
		                    STR_ARG(list->items[i].address));
	return text;
}

static int store_attachments(struct item *item, struct db *db, int64_t message_id, struct error *err)
{
	const struct message *m = item->message;

	for (size_t i = 0; i < m->attachment_count; i++) {
		const struct part *part = m->attachments[i];
		struct stored_attachment a = {
		        .part = part_number(item->arena, part),
		        .name = item_text(item, part->filename),
		        .type = item_text(item, part_type(item->arena, part)),
		        .content_ident = item_text(item, part->content_id),
		        .disposition = item_text(item, part->disposition),
		        .size = item->attachment_sizes[i],
		};
		int r = attachment_insert(db, message_id, (int64_t)i, &a, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Why it is in the case, and why it counts as automatic: one line for each. */
static struct str evidence_of(struct item *item, const struct threading *t)
{
	struct str text = threading_text(item->arena, t);

	if (item->is_released)
		text = arena_printf(item->arena, "released: a person let it pass\n" STR_FMT, STR_ARG(text));
	if (item->automatic.kind == AUTO_NONE)
		return item_text(item, text);
	return item_text(item, arena_printf(item->arena, STR_FMT "%s: by " STR_FMT "\n", STR_ARG(text),
	                                    auto_kind_word(item->automatic.kind), STR_ARG(item->automatic.evidence)));
}

static int store_message(struct item *item, struct db *db, int64_t case_id, struct str evidence, struct error *err)
{
	const struct message *m = item->message;
	struct stored_message stored = {
	        .direction = "in",
	        .case_id = case_id,
	        .account = item->place->account->id,
	        .message_ident = item->ledger.message_ident,
	        .from_address = item_text(item, m->from.address),
	        .from_name = item_text(item, m->from.name),
	        .to_text = item_text(item, join_addresses(item->arena, &m->to)),
	        .subject = item_text(item, m->subject),
	        .automatic = auto_kind_word(item->automatic.kind),
	        .date = m->date,
	        .created_at = item->ledger.received_at,
	        .size = item->raw.n,
	        .evidence = evidence,
	        .body_text = item->body_text,
	        .smime = item->smime,
	};
	int r;

	item->stage = "store";
	if (!item->ledger.message_id) {
		r = db_new_id(db, &stored.id, err);
		if (r == 0)
			r = item_store_raw(item, db, stored.id, err);
		if (r < 0)
			return r;
		item->ledger.message_id = stored.id;
	}
	stored.id = item->ledger.message_id;
	item->ledger.case_id = case_id;
	r = message_insert(db, &stored, err);
	if (r == 0)
		r = sender_store(item, db, stored.id, err);
	if (r == 0)
		r = learn_store(item, db, stored.id, err);
	return r < 0 ? r : store_attachments(item, db, stored.id, err);
}

/* From its arrival at the server to now; where that isn't known, from when it was read. */
static int64_t latency_ms(const struct item *item, int64_t now)
{
	int64_t arrived = item->incoming ? item->incoming->received_at : 0;

	return MAX(now - (arrived ? MIN(arrived, item->ledger.received_at) : item->ledger.received_at), 0);
}

static int tell(struct item *item, struct db *db, const char *kind, struct error *err)
{
	int64_t now = clock_now_ms();
	struct buf data CLEANUP(buf_done) = BUF_INIT(KIB(64));

	buf_printf(&data, "{\"ledger\":%lld,\"listener\":", (long long)item->ledger.id);
	buf_add_json(&data, str_of(item->place->listener->id));
	buf_printf(&data, ",\"latency_ms\":%lld", (long long)latency_ms(item, now));
	if (item->branch) {
		buf_add(&data, STR(",\"rule\":"));
		buf_add_json(&data, str_of(item->place->rule->id));
		buf_add(&data, STR(",\"branch\":"));
		buf_add_json(&data, str_of(item->branch));
	}
	buf_add_char(&data, '}');
	must(!data.failed);
	return event_add(db,
	                 &(struct new_event){.kind = kind,
	                                     .account = item->place->account->id,
	                                     .case_id = item->ledger.case_id,
	                                     .message_id = item->ledger.message_id,
	                                     .data = buf_str(&data),
	                                     .at = now},
	                 err);
}

/* ---------------------------------------------------------------- service activities */

/* Kept with its raw bytes; attached to the case it belongs to, which is neither re-opened nor answered. */
static int file_it(struct item *item, struct db *db, const struct threading *t, struct error *err)
{
	bool held = false;
	int r = sender_standing(item, db, t, false, &held, err);

	if (r < 0 || held)
		return r;
	r = store_message(item, db, t->case_id, evidence_of(item, t), err);
	if (r == 0 && t->case_id)
		r = case_touch(db, t->case_id, NULL, NULL, clock_now_ms(), err);
	if (r == 0)
		r = tell(item, db, "message.filed", err);
	return r < 0 ? r : item_finish(item, db, "filed", err);
}

static int discard_it(struct item *item, struct db *db, struct error *err)
{
	no_answer(item, item->is_blocked ? NO_ANSWER_BLOCKED : NO_ANSWER_DISCARDED, NULL);
	return item_finish(item, db, "discarded", err);
}

/* A report that changes nothing: does the block list say that its sender is ignored, or the listener that such mail is?
 */
static bool is_unwanted(struct item *item, const struct bounced *bounced)
{
	const struct block *block = blocked_by(item->place->setup, item->message->from.address);

	item->is_blocked = block && block->action == BLOCK_IGNORE;
	return item->is_blocked || (!bounced->case_id && item->place->listener->automatic == AUTOMATIC_DISCARD);
}

/* A report on mail of ours: kept on the case of that mail, with what it changes in the outbox. */
static int file_report(struct item *item, struct db *db, const struct threading *t, struct error *err)
{
	struct bounced bounced;
	bool held = false;
	int r = bounced_match(item, db, t, &bounced, err);

	/* Only what names an id of ours is believed without more: real reports seldom are authenticated. */
	if (r == 0 && !bounced.row.id && bounced.case_id)
		r = sender_standing(item, db, t, false, &held, err);
	if (r < 0 || held)
		return r;
	if (!bounced.row.id && is_unwanted(item, &bounced))
		return discard_it(item, db, err);
	r = store_message(item, db, bounced.case_id, bounced.evidence, err);
	if (r == 0 && bounced.case_id)
		r = case_touch(db, bounced.case_id, NULL, NULL, clock_now_ms(), err);
	if (r == 0)
		r = tell(item, db, "message.filed", err);
	if (r == 0)
		r = bounced_apply(item, db, &bounced, err);
	return r < 0 ? r : item_finish(item, db, "filed", err);
}

/* Those of the mail have a part in the case from now on; a stranger and those he names don't, and it is told.
 */
static int note_people(struct item *item, struct db *db, const struct threading *t, const struct stored_case *c,
                       struct error *err)
{
	item->is_stranger = t->is_stranger && t->case_id == c->id;
	if (item->is_stranger)
		return tell(item, db, "case.stranger", err);
	return case_note_mail(db, item->arena, item->place->setup, c->id, c->previous_id, item->message, err);
}

static int join_case(struct item *item, struct db *db, const struct threading *t, const struct case_type *type,
                     struct stored_case *c, struct error *err)
{
	bool reopen = c->resolved_at != 0;
	int r = case_join(db, type, c, reopen, item->automatic.kind == AUTO_NONE, item->ledger.received_at, err);

	if (r == 0)
		r = store_message(item, db, c->id, evidence_of(item, t), err);
	item->ledger.activity_at = clock_now_ms();
	item->case_number = c->number;
	if (r == 0)
		r = tell(item, db, reopen ? "case.reopened" : "case.updated", err);
	if (r == 0)
		r = note_people(item, db, t, c, err);
	if (r == 0)
		r = answer_queue(item, db, WHEN_UPDATED, c, err);
	return r < 0 ? r : item_finish(item, db, reopen ? "reopened" : "updated", err);
}

static int open_case(struct item *item, struct db *db, const struct threading *t, const struct rule_result *result,
                     int64_t previous_id, struct error *err)
{
	const struct case_type *type = setup_case_type(item->place->setup, result->branch->case_type);
	struct case_opening opening = {
	        .type = type,
	        .values = result->values,
	        .value_count = result->value_count,
	        .subject = item_text(item, item->message->subject),
	        .account = item->place->account->id,
	        .previous_id = previous_id,
	        .at = item->ledger.received_at,
	        .is_cancelled = item->is_blocked,
	};
	struct stored_case c = {0};
	struct str from = item_text(item, item->message->from.address);
	int r = 0;

	item->stage = "mapping";
	if (result->mapping_error.n && !item->is_blocked)
		return fail_scope(err, SCOPE_MESSAGE, E_INVALID, RETRY_NEVER, STR_FMT, STR_ARG(result->mapping_error));
	item->stage = "activity";
	if (!type)
		return fail_scope(err, SCOPE_MESSAGE, E_INVALID, RETRY_NEVER, "case type %s is missing",
		                  result->branch->case_type);
	if (from.n)
		r = contact_for(db, from, item_text(item, item->message->from.name), opening.at, &opening.contact_id,
		                err);
	if (r == 0)
		r = case_open(db, item->arena, &opening, &c, err);
	if (r == 0)
		r = store_message(item, db, c.id, evidence_of(item, t), err);
	item->ledger.activity_at = clock_now_ms();
	if (r < 0)
		return r;
	item->case_number = c.number;
	r = tell(item, db, "case.created", err);
	if (r == 0)
		r = note_people(item, db, t, &c, err);
	if (r == 0)
		r = answer_queue(item, db, WHEN_CREATED, &c, err);
	return r < 0 ? r : item_finish(item, db, "created", err);
}

/* The case found may be open, resolved a while ago, or so long ago that the mail opens another. */
static int create_or_join(struct item *item, struct db *db, const struct threading *t, const struct rule_result *result,
                          struct error *err)
{
	struct stored_case c;
	const struct case_type *type;
	bool held = false;
	int r = item->is_blocked ? 0 : sender_standing(item, db, t, true, &held, err);

	if (r < 0 || held)
		return r;
	if (!item->is_blocked && !(item->sender && item->sender->is_refused && !item->is_released))
		r = suppression_alive(db, item->arena, item->message->from.address, t->case_id,
		                      item->ledger.received_at, err);
	if (r >= 0)
		r = t->case_id && !item->is_blocked ? case_get(db, t->case_id, item->arena, &c, err) : 0;
	if (r < 0)
		return r;
	if (r == 0)
		return open_case(item, db, t, result, 0, err);
	type = setup_case_type(item->place->setup, c.type);
	if (!type || case_reach(type, &c, item->ledger.received_at) == CASE_TOO_OLD)
		return open_case(item, db, t, result, c.id, err);
	return join_case(item, db, t, type, &c, err);
}

static const struct case_type *find_case_type(void *ctx, const char *id)
{
	return setup_case_type(ctx, id);
}

static const char *branch_name(const struct item *item, const struct branch *branch)
{
	const struct branch *first = item->place->rule->branches.items;

	return *branch->name ? branch->name : arena_printf(item->arena, "%zu", (size_t)(branch - first) + 1).p;
}

static int run_rule(struct item *item, struct db *db, const struct threading *t, struct error *err)
{
	struct rule_result result;

	item->stage = "rule";
	result = rule_run(item->arena, item->place->rule, item->message, find_case_type,
	                  (void *)(uintptr_t)item->place->setup);
	item->ledger.mapped_at = clock_now_ms();
	if (!result.branch) {
		no_answer(item, NO_ANSWER_NO_BRANCH, NULL);
		return file_it(item, db, t, err);
	}
	item->branch = branch_name(item, result.branch);
	switch ((enum activity)result.branch->activity) {
	case ACTIVITY_DISCARD:
		return discard_it(item, db, err);
	case ACTIVITY_FILE:
		no_answer(item, NO_ANSWER_FILED, NULL);
		return file_it(item, db, t, err);
	case ACTIVITY_CREATE_CASE:
		break;
	}
	return create_or_join(item, db, t, &result, err);
}

/* ---------------------------------------------------------------- the message as a whole */

/* The sender is on the block list: 1 where that decides what becomes of the mail. */
static int handle_blocked(struct item *item, struct db *db, const struct threading *t, struct error *err)
{
	const struct block *block = blocked_by(item->place->setup, item->message->from.address);
	int r;

	if (!block || block->action == BLOCK_NO_ANSWER)
		return 0;
	item->is_blocked = true;
	r = block->action == BLOCK_IGNORE ? discard_it(item, db, err) : run_rule(item, db, t, err);
	return r < 0 ? r : 1;
}

static int handle(struct item *item, struct db *db, struct error *err)
{
	struct threading t;
	bool own;
	int r = item_recognise(item, db, err);

	if (r != 0)
		return r < 0 ? r : 0;
	item->stage = "threading";
	r = threading_decide(db, item->arena, item->place->setup, item->message, item->body_text, &t, err);
	if (r == 0)
		r = sender_take_release(item, db, &t, err);
	if (r < 0)
		return r;
	if (item->report)
		return file_report(item, db, &t, err);
	own = t.is_our_own || setup_owns_address(item->place->setup, item->message->from.address);
	if (own) {
		item->automatic.kind = AUTO_OWN;
		item->automatic.evidence = t.is_our_own ? STR("a Message-ID of ours") : STR("one of our addresses");
	} else {
		r = handle_blocked(item, db, &t, err);
		if (r != 0)
			return MIN(r, 0);
	}
	if (own || (item->automatic.kind != AUTO_NONE && item->place->listener->automatic != AUTOMATIC_HANDLE)) {
		no_answer(item, own ? NO_ANSWER_OWN_MAIL : NO_ANSWER_AUTOMATIC, NULL);
		if (!own && !t.case_id && item->place->listener->automatic == AUTOMATIC_DISCARD)
			return discard_it(item, db, err);
		return file_it(item, db, &t, err);
	}
	return run_rule(item, db, &t, err);
}

int item_store(struct item *item, struct db *db, struct error *err)
{
	int r;

	item->stage = "store";
	if (item->place->look_up) {
		r = item_look_up(item, db, err);
		if (r < 0)
			return r;
		if (item->passed_over)
			return item_advance(item, db, err);
	}
	item->before = item->ledger;
	r = item_take_row_id(item, db, err);
	if (r < 0)
		return r;
	if (item->incoming && item->incoming->kind == INCOMING_GONE)
		return item->has_row ? item_park(item, db, "gone", "the mail is not in the folder any more", err)
		                     : item_advance(item, db, err);
	if (item->incoming && item->incoming->kind == INCOMING_FAILED)
		return item_note_unfetched(item, db, err);
	if (item->incoming && item->incoming->kind == INCOMING_TOO_LARGE)
		return item_park_too_large(item, db, err);
	return handle(item, db, err);
}
