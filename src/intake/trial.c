/* See trial.h. */
#include "intake/trial.h"

#include "base/mem.h"
#include "cases/threading.h"
#include "intake/item.h"

static struct incoming *incoming_of(struct str raw)
{
	struct incoming *incoming = mem_new(1, sizeof *incoming);

	incoming->kind = INCOMING_WHOLE;
	incoming->size = raw.n;
	incoming->memory = str_dup(raw);
	incoming->raw = str_new(incoming->memory, raw.n);
	return incoming;
}

/* As it may be tried: nobody is asked over the network, and the same mail counts again. */
static struct listener listener_for_trial(const struct listener *listener)
{
	struct listener copy = *listener;

	copy.verify_senders = VERIFY_OFF;
	copy.duplicates = DUPLICATES_HANDLE;
	return copy;
}

/* ---------------------------------------------------------------- why */

static const struct case_type *find_case_type(void *ctx, const char *id)
{
	return setup_case_type(ctx, id);
}

static int explain(const struct trial_options *options, struct trial *trial, struct error *err)
{
	struct item *item = trial->item;
	struct threading t;
	int r = threading_decide(options->db, item->arena, options->setup, item->message, item->body_text, &t, err);

	if (r < 0)
		return r;
	trial->threading = threading_text(item->arena, &t);
	trial->case_id = t.case_id;
	trial->message = item->message;
	trial->automatic = item->automatic;
	trial->rule = rule_run(item->arena, item->place->rule, item->message, find_case_type,
	                       (void *)(uintptr_t)options->setup);
	return 0;
}

/* ---------------------------------------------------------------- what */

static const char *text_or_none(const char *text)
{
	return text ? text : "";
}

static int take_result(struct trial *trial, struct db *db, struct error *err)
{
	struct item *item = trial->item;
	const struct ledger_row *row = &item->ledger;
	int r = 0;

	trial->state = text_or_none(row->state);
	trial->outcome = text_or_none(row->outcome);
	trial->case_number = text_or_none(item->case_number);
	trial->has_rule_run = row->mapped_at != 0;
	trial->no_answer = text_or_none(row->answer_code);
	trial->answered = row->answer && strcmp(row->answer, "queued") == 0;
	trial->fault = str_of(strcmp(trial->state, "held") == 0 || strcmp(trial->state, "parked") == 0
	                              ? text_or_none(row->reason)
	                              : "");
	if (trial->answered)
		r = message_last_sent(db, row->case_id, item->arena, &trial->answer_subject, &trial->answer_text, err);
	return MIN(r, 0);
}

/* What stays of a mail whose handling failed: it would be tried again, or parked. */
static int take_fault(struct trial *trial, const struct error *fault, struct error *err)
{
	if (is_store_fault(fault)) {
		if (err)
			*err = *fault;
		return fault->code;
	}
	trial->state = "failed";
	trial->outcome = trial->case_number = trial->no_answer = "";
	trial->has_rule_run = trial->item->ledger.mapped_at != 0;
	trial->fault = arena_printf(trial->item->arena, "%s: %s", text_or_none(trial->item->stage), fault->text);
	return 0;
}

static int handle(const struct trial_options *options, struct trial *trial, struct error *err)
{
	struct error fault;
	int r = db_begin(options->db, err);

	if (r < 0)
		return r;
	r = item_store(trial->item, options->db, &fault);
	r = r < 0 ? take_fault(trial, &fault, err) : take_result(trial, options->db, err);
	db_rollback(options->db);
	return r;
}

int intake_trial(const struct trial_options *options, struct trial *ret_trial, struct error *err)
{
	const struct listener listener = listener_for_trial(options->listener);
	const struct intake_options place_options = {
	        .store = options->store, .setup = options->setup, .listener = &listener};
	struct intake_place place;
	struct trial trial = {.state = ""};
	int r = intake_place_init(&place, &place_options, err);

	if (r < 0)
		return r;
	trial.item = item_new(&place, incoming_of(options->raw));
	r = explain(options, &trial, err);
	if (r >= 0)
		r = handle(options, &trial, err);
	trial.item->place = NULL;
	if (r < 0) {
		trial_done(&trial);
		return r;
	}
	*ret_trial = trial;
	return 0;
}

void trial_done(struct trial *trial)
{
	item_free(take(trial->item));
}
