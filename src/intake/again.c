/* Messages that are handled outside a session: retries from the store, and single mails from a file or pipe. See
 * intake.h. */
#include "intake/item.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>

#define MAX_DUE  100
#define MAX_KEPT MIB(256) /* no listener takes larger mail */

static int run_single(struct work *work, struct db *db, struct error *err)
{
	return item_store((struct item *)(void *)work, db, err);
}

static int run_single_failed(struct work *work, struct db *db, const struct error *cause, struct error *err)
{
	return item_store_failure((struct item *)(void *)work, db, cause, err);
}

/* Another process may try the same row: only one finds it failed. */
static int run_again(struct work *work, struct db *db, struct error *err)
{
	struct item *item = (struct item *)(void *)work;
	int r = ledger_is_failed(db, item->ledger.id, err);

	item->passed_over = r == 0;
	return r <= 0 ? r : item_store(item, db, err);
}

static int handle_now(struct item *item, struct error *err)
{
	item->work = (struct work){.run = item->has_row ? run_again : run_single,
	                           .run_failed = run_single_failed,
	                           .lane = (uint64_t)item->ledger.folder_id};
	return store_do(item->place->store, &item->work, err);
}

struct try_ahead {
	struct work work;
	int64_t id, tries, next_try_at;
	bool is_over; /* its tries are used up, and none came to an end */
	bool is_gone; /* out: not failed any more */
};

static int run_try_ahead(struct work *work, struct db *db, struct error *err)
{
	struct try_ahead *w = (struct try_ahead *)(void *)work;
	int r;

	if (w->is_over)
		return ledger_park(db, w->id, "crash",
		                   "its last tries came to no end: the program ended while it handled this mail",
		                   clock_now_ms(), err);
	r = ledger_set_tries(db, w->id, w->tries, w->next_try_at, err);
	w->is_gone = r == 0;
	return MIN(r, 0);
}

/* The try counts before it is made, so that a mail which ends the process doesn't end it at every start: 1 try it, 0
 * leave it. */
static int count_ahead(struct store *store, const struct listener *listener, const struct ledger_row *row,
                       struct error *err)
{
	struct try_ahead w = {.work = {.run = run_try_ahead},
	                      .id = row->id,
	                      .tries = row->tries + 1,
	                      .next_try_at = clock_now_ms() + MINUTES_MS(listener->retry_minutes),
	                      .is_over = row->tries >= listener->tries};
	int r = store_do(store, &w.work, err);

	if (r == 0 && w.is_over)
		log_warning("intake", "listener %s: ledger row %lld parked (crash): its last tries came to no end",
		            listener->id, (long long)row->id);
	return r < 0 ? r : !w.is_over && !w.is_gone;
}

/* The store failed, not the mail. */
static void count_back(struct store *store, const struct ledger_row *row)
{
	struct try_ahead w = {
	        .work = {.run = run_try_ahead}, .id = row->id, .tries = row->tries, .next_try_at = row->next_try_at};
	struct error err;

	if (store_do(store, &w.work, &err) < 0)
		log_debug("intake", "ledger row %lld: a try that was not made counts: %s", (long long)row->id,
		          err.text);
}

/* 1: handled well; 0: failed again, and noted. */
static int retry_one(struct store *store, const struct setup *setup, struct db *db, int64_t id, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MAX_KEPT);
	struct item *item CLEANUP(item_freep) = NULL;
	struct intake_place place;
	struct intake_options options = {.store = store, .setup = setup};
	struct ledger_row row;
	size_t n;
	int r = ledger_get(db, id, arena, &row, err);

	if (r <= 0)
		return r;
	options.listener = setup_listener(setup, row.listener);
	if (!options.listener)
		return fail_scope(err, SCOPE_MESSAGE, E_NOT_FOUND, RETRY_NEVER, "listener %s is not set up any more",
		                  row.listener);
	options.folder_id = row.folder_id;
	options.uidvalidity = row.uidvalidity;
	r = intake_place_init(&place, &options, err);
	if (r == 0)
		r = raw_get(db, row.message_id, &raw, err);
	if (r <= 0)
		return r < 0 ? r
		             : fail_scope(err, SCOPE_MESSAGE, E_NOT_FOUND, RETRY_NEVER,
		                          "the mail itself is not in the store");
	r = count_ahead(store, options.listener, &row, err);
	if (r <= 0)
		return r;
	fault_step("counted-ahead");
	n = raw.n;
	item = item_again(&place, &row, buf_take(&raw), n);
	r = handle_now(item, err);
	if (r < 0 && is_store_fault(err))
		count_back(store, &row);
	if (r < 0)
		return r;
	return !item->passed_over && strcmp(item->ledger.state, "failed") != 0 &&
	       strcmp(item->ledger.state, "parked") != 0 && strcmp(item->ledger.state, "held") != 0;
}

struct set_aside {
	struct work work;
	int64_t id;
	const char *reason;
};

static int run_set_aside(struct work *work, struct db *db, struct error *err)
{
	struct set_aside *w = (struct set_aside *)(void *)work;

	return ledger_park(db, w->id, "retry", w->reason, clock_now_ms(), err);
}

/* A row that can't even be taken up: parked, or it would be met at every round and stand before others. */
static int set_aside(struct store *store, int64_t id, const char *reason, struct error *err)
{
	struct set_aside w = {.work = {.run = run_set_aside}, .id = id, .reason = reason};

	log_warning("intake", "ledger row %lld parked, it can't be tried again: %s", (long long)id, reason);
	return store_do(store, &w.work, err);
}

int intake_retry_due(struct store *store, const struct setup *setup, const char *listener, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t ids[MAX_DUE];
	int n, good = 0, r = store_connect(store, &db, err);

	if (r < 0)
		return r;
	n = ledger_due(db, listener, clock_now_ms(), ids, MAX_DUE, err);
	for (int i = 0; i < n; i++) {
		struct error fault = {0};

		r = retry_one(store, setup, db, ids[i], &fault);
		good += MAX(r, 0);
		if (r < 0 && is_store_fault(&fault)) {
			if (err)
				*err = fault;
			return r;
		}
		if (r < 0)
			r = set_aside(store, ids[i], fault.text, err);
		if (r < 0)
			return r;
	}
	return n < 0 ? n : good;
}

int intake_take(struct store *store, const struct setup *setup, const struct listener *listener,
                struct incoming *incoming, struct intake_result *ret_result, struct error *err)
{
	const struct intake_options options = {.store = store, .setup = setup, .listener = listener};
	struct item *item CLEANUP(item_freep) = NULL;
	struct intake_result result = {0};
	struct intake_place place;
	int r = intake_place_init(&place, &options, err);

	if (r < 0) {
		incoming_free(incoming);
		return r;
	}
	item = item_new(&place, incoming);
	fault_step("take-before");
	r = handle_now(item, err);
	if (r < 0)
		return r;
	fault_step("take-after");
	result.ledger_id = item->ledger.id;
	snprintf(result.state, sizeof result.state, "%s", item->ledger.state);
	snprintf(result.outcome, sizeof result.outcome, "%s", item->ledger.outcome);
	snprintf(result.case_number, sizeof result.case_number, "%s", item->case_number);
	if (strcmp(item->ledger.state, "failed") == 0 || strcmp(item->ledger.state, "parked") == 0)
		snprintf(result.reason, sizeof result.reason, "%s (%s): %s", item->ledger.state, item->ledger.category,
		         item->ledger.reason);
	result.answered = strcmp(item->ledger.answer, "queued") == 0;
	*ret_result = result;
	return 0;
}

int intake_one(struct store *store, const struct setup *setup, const struct listener *listener, struct str raw,
               char ret_outcome[32], char ret_case[64], struct error *err)
{
	struct incoming *incoming = mem_new(1, sizeof *incoming);
	struct intake_result result;
	int r;

	incoming->kind = INCOMING_WHOLE;
	incoming->size = raw.n;
	incoming->memory = str_dup(raw);
	incoming->raw = str_new(incoming->memory, raw.n);
	r = intake_take(store, setup, listener, incoming, &result, err);
	if (r < 0)
		return r;
	if (result.reason[0])
		return fail_scope(err, SCOPE_MESSAGE, E_REFUSED, RETRY_NEVER, "%s", result.reason);
	snprintf(ret_outcome, 32, "%s", result.outcome);
	snprintf(ret_case, 64, "%s", result.case_number);
	return 0;
}
