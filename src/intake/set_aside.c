/* See set_aside.h. */
#include "intake/set_aside.h"

#include "base/clock.h"
#include "intake/intake.h"
#include "store/event_data.h"
#include "store/held.h"
#include "store/ledger.h"

struct choice {
	struct work work;
	int64_t id, message_id;
	const char *author, *event, *account; /* account NULL: nobody's */
	int (*change)(const struct choice *choice, struct db *db, int64_t at, struct error *err);
	bool tell_server;
	int found; /* out */
};

static int write_event(const struct choice *choice, struct db *db, int64_t at, struct error *err)
{
	const struct new_event event = {.kind = choice->event,
	                                .account = choice->account,
	                                .author = choice->author,
	                                .message_id = choice->message_id,
	                                .at = at};

	return event_add_data(db, &event, json_pack("{s:I}", "ledger", (json_int_t)choice->id), err);
}

static int run_choice(struct work *work, struct db *db, struct error *err)
{
	struct choice *choice = (struct choice *)(void *)work;
	int64_t at = clock_now_ms();

	choice->found = choice->change(choice, db, at, err);
	return choice->found <= 0 ? choice->found : write_event(choice, db, at, err);
}

static int release(const struct choice *choice, struct db *db, int64_t at, struct error *err)
{
	return held_release(db, choice->id, at, err);
}

static int discard_held(const struct choice *choice, struct db *db, int64_t at, struct error *err)
{
	return held_discard(db, choice->id, choice->tell_server, at, err);
}

static int discard_failed(const struct choice *choice, struct db *db, int64_t at, struct error *err)
{
	return ledger_discard(db, choice->id, choice->tell_server, at, err);
}

/* 1: done; 0: the row isn't in such a state. Mail that was never had from its server isn't taken off it. */
static int choose(struct store *store, const struct setup *setup, struct db *db, struct choice *choice,
                  struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct listener *listener;
	struct ledger_row row;
	int r = ledger_get(db, choice->id, arena, &row, err);

	if (r <= 0)
		return r;
	listener = setup_listener(setup, row.listener);
	choice->work.run = run_choice;
	choice->message_id = row.message_id;
	choice->account = listener ? listener->account : NULL;
	choice->tell_server = row.folder_id && row.message_id && listener && listener->after != AFTER_LEAVE;
	r = store_do(store, &choice->work, err);
	return r < 0 ? r : choice->found;
}

int set_aside_decide(struct store *store, const struct setup *setup, struct db *db, int64_t ledger_id,
                     enum decision decision, const char *author, struct error *err)
{
	bool passes = decision == DECIDE_RELEASE;
	struct choice choice = {.id = ledger_id,
	                        .author = author,
	                        .event = passes ? "message.released" : "message.discarded",
	                        .change = passes ? release : discard_held};
	int r = choose(store, setup, db, &choice, err);

	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "ledger row %lld is not held; 'hauspost ledger list held' shows those that are",
		            (long long)ledger_id);
	if (r > 0 && passes)
		r = intake_retry_due(store, setup, NULL, err);
	return MIN(r, 0);
}

int set_aside_discard(struct store *store, const struct setup *setup, struct db *db, int64_t ledger_id,
                      const char *author, struct error *err)
{
	struct choice choice = {
	        .id = ledger_id, .author = author, .event = "message.discarded", .change = discard_failed};
	int r = choose(store, setup, db, &choice, err);

	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "ledger row %lld is not parked, failed or held",
		            (long long)ledger_id);
	return MIN(r, 0);
}

/* ---------------------------------------------------------------- once more */

struct retry_work {
	struct work work;
	int64_t id, n;
};

static int run_retry(struct work *work, struct db *db, struct error *err)
{
	struct retry_work *retry = (struct retry_work *)(void *)work;

	retry->n = ledger_retry(db, retry->id, clock_now_ms(), err);
	return retry->n < 0 ? (int)retry->n : 0;
}

int set_aside_retry(struct store *store, const struct setup *setup, int64_t ledger_id, int64_t *ret_tried,
                    struct error *err)
{
	struct retry_work retry = {.work = {.run = run_retry}, .id = ledger_id};
	int good, r = store_do(store, &retry.work, err);

	if (r < 0)
		return r;
	if (ledger_id && retry.n == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "ledger row %lld is not parked or failed, or its mail is not kept here ('hauspost ledger "
		            "list' shows)",
		            (long long)ledger_id);
	good = intake_retry_due(store, setup, NULL, err);
	if (good >= 0)
		*ret_tried = retry.n;
	return good;
}
