/* A session's messages on their way through the committer: how many may be under way, which are done. See intake.h. */
#include "intake/item.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <pthread.h>
#include <stdatomic.h>

#define MAX_BYTES MIB(4)
#define MAX_COUNT 200

/* The committer waits a moment for company. Where large mail fills what may be under way before it has enough, session
 * and committer would take turns: so it is told to begin at each such share of it. */
#define HURRY_SHARE 4

struct uid_list {
	uint32_t *uids;
	size_t n, size;
};

struct intake_run {
	struct intake_place place;
	struct intake_options options;
	uint64_t lane;
	size_t unhurried;   /* bytes submitted since the committer was told to hurry */
	atomic_bool broken; /* the store failed: what was submitted after must not be committed */

	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* below: guarded by lock */
	size_t bytes, count; /* under way */
	struct uid_list done, parked;
	struct intake_counts counts;
	struct error error; /* of the first failure of the store */
};

int intake_run_new(const struct intake_options *options, struct intake_run **ret_run, struct error *err)
{
	static _Atomic uint64_t next_lane = 1;
	struct intake_run *run = mem_new(1, sizeof *run);
	int r = intake_place_init(&run->place, options, err);

	if (r < 0) {
		free(run);
		return r;
	}
	run->options = *options;
	if (!run->options.max_bytes)
		run->options.max_bytes = MAX_BYTES;
	if (!run->options.max_count)
		run->options.max_count = MAX_COUNT;
	run->lane = options->folder_id ? (uint64_t)options->folder_id : atomic_fetch_add(&next_lane, 1) << 32;
	pthread_mutex_init(&run->lock, NULL);
	pthread_cond_init(&run->changed, NULL);
	*ret_run = run;
	return 0;
}

static void wait_until_below(struct intake_run *run, size_t bytes, size_t count)
{
	pthread_mutex_lock(&run->lock);
	while (run->count && (run->bytes > bytes || run->count > count)) {
		store_hurry(run->place.store, run->lane);
		pthread_cond_wait(&run->changed, &run->lock);
	}
	pthread_mutex_unlock(&run->lock);
}

void intake_run_free(struct intake_run *run)
{
	if (!run)
		return;
	wait_until_below(run, 0, 0);
	pthread_mutex_destroy(&run->lock);
	pthread_cond_destroy(&run->changed);
	free(run->done.uids);
	free(run->parked.uids);
	free(run);
}

/* ---------------------------------------------------------------- on the committer's thread */

static int run_item(struct work *work, struct db *db, struct error *err)
{
	struct item *item = (struct item *)(void *)work;
	int r;

	if (atomic_load(&item->run->broken))
		return fail(err, E_STOPPED, RETRY_LATER, "stopped after a fault of the store");
	r = item_store(item, db, err);
	fault_step("message-written");
	return r;
}

static int run_item_failed(struct work *work, struct db *db, const struct error *cause, struct error *err)
{
	struct item *item = (struct item *)(void *)work;
	int r = item_store_failure(item, db, cause, err);

	if (r < 0)
		atomic_store(&item->run->broken, true);
	return r;
}

static void run_item_again(struct work *work)
{
	item_restart((struct item *)(void *)work);
}

static void add_uid(struct uid_list *list, uint32_t uid)
{
	ARRAY_ROOM(list->uids, list->n, list->size);
	list->uids[list->n++] = uid;
}

static void count_outcome(struct intake_counts *counts, const struct item *item)
{
	static const struct {
		const char *outcome;
		size_t offset;
	} table[] = {
	        {"created", offsetof(struct intake_counts, created)},
	        {"updated", offsetof(struct intake_counts, updated)},
	        {"reopened", offsetof(struct intake_counts, reopened)},
	        {"filed", offsetof(struct intake_counts, filed)},
	        {"discarded", offsetof(struct intake_counts, discarded)},
	        {"duplicate", offsetof(struct intake_counts, duplicates)},
	        {"seen-before", offsetof(struct intake_counts, seen_before)},
	};
	const struct ledger_row *row = &item->ledger;

	counts->messages++;
	counts->bytes += (int64_t)item->raw.n;
	if (strcmp(row->state, "failed") == 0)
		counts->failed++;
	else if (strcmp(row->state, "parked") == 0)
		counts->parked++;
	else if (strcmp(row->state, "held") == 0)
		counts->held++;
	else
		for (size_t i = 0; i < ARRAY_LEN(table); i++)
			if (strcmp(row->outcome, table[i].outcome) == 0)
				++*(int64_t *)(void *)((char *)counts + table[i].offset);
	if (!item->answered_before && strcmp(row->answer, "queued") == 0)
		counts->answers++;
}

/* On a thread of the store's. */
static void say_set_aside(const struct item *item)
{
	char message[40];

	snprintf(message, sizeof message, "ledger/%lld", (long long)item->ledger.id);
	log_set_account(item->place->account->id);
	log_set_message(message);
	log_warning("intake", "listener %s: uid %u %s (%s): %s", item->ledger.listener, item->ledger.uid,
	            item->ledger.state, item->ledger.category, item->ledger.reason);
	log_set_account(NULL);
	log_set_message(NULL);
}

static void item_done(struct work *work, int result, const struct error *err)
{
	struct item *item = (struct item *)(void *)work;
	struct intake_run *run = item->run;

	if (result == 0 && (strcmp(item->ledger.state, "parked") == 0 || strcmp(item->ledger.state, "held") == 0))
		say_set_aside(item);
	pthread_mutex_lock(&run->lock);
	run->bytes -= item->raw.n;
	run->count--;
	if (result < 0) {
		if (!run->error.code)
			run->error = *err;
		atomic_store(&run->broken, true);
	} else if (!item->passed_over && !(item->incoming && item->incoming->kind == INCOMING_GONE)) {
		count_outcome(&run->counts, item);
		if (strcmp(item->ledger.state, "committed") == 0)
			add_uid(&run->done, item->ledger.uid);
		else if (strcmp(item->ledger.state, "parked") == 0)
			add_uid(&run->parked, item->ledger.uid);
	}
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
	item_free(item);
}

/* ---------------------------------------------------------------- on the session's thread */

/* Written ahead of the handling, so that a mail that brings the process down is known by its tries. */
struct write_ahead {
	struct work work;
	struct intake_place *place;
	const struct incoming *incoming;
	struct arena *arena;
	int64_t tries, row_id; /* out */
	bool is_final;         /* out: the ledger shows it as handled */
};

static int run_write_ahead(struct work *work, struct db *db, struct error *err)
{
	struct write_ahead *w = (struct write_ahead *)(void *)work;
	struct ledger_row row;
	int r = ledger_find_uid(db, w->place->folder_id, w->place->uidvalidity, w->incoming->uid, w->arena, &row, err);

	if (r < 0)
		return r;
	if (r > 0) {
		w->is_final =
		        strcmp(row.state, "received") != 0 && !(strcmp(row.state, "failed") == 0 && !row.message_id);
		row.tries++;
		w->row_id = row.id;
		w->tries = row.tries;
		return w->is_final ? 0 : ledger_update(db, &row, err);
	}
	row = (struct ledger_row){
	        .listener = w->place->listener->id,
	        .folder_id = w->place->folder_id,
	        .uidvalidity = w->place->uidvalidity,
	        .uid = w->incoming->uid,
	        .state = "received",
	        .outcome = "",
	        .answer = "",
	        .category = "",
	        .reason = "",
	        .tries = 1,
	        .size = w->incoming->size,
	        .received_at = clock_now_ms(),
	};
	w->tries = 1;
	r = db_new_id(db, &row.id, err);
	w->row_id = row.id;
	return r < 0 ? r : ledger_insert(db, &row, err);
}

static int run_crashed(struct work *work, struct db *db, struct error *err)
{
	struct item *item = (struct item *)(void *)work;

	return item_store_crashed(item, db, err);
}

/* *ret_item is NULL where nothing is left to do. Takes incoming. */
static int prepare_carefully(struct intake_run *run, struct incoming *incoming, struct item **ret_item,
                             struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct write_ahead ahead = {
	        .work = {.run = run_write_ahead, .lane = run->lane},
	        .place = &run->place,
	        .incoming = incoming,
	        .arena = arena,
	};
	struct item *item;
	int r = store_do(run->place.store, &ahead.work, err);

	if (r < 0 || ahead.is_final) {
		incoming_free(incoming);
		*ret_item = NULL;
		return r;
	}
	if (ahead.tries > run->place.listener->tries) {
		item = item_new_unread(&run->place, incoming);
		item->work.run = run_crashed;
	} else {
		fault_step("written-ahead");
		item = item_new(&run->place, incoming);
	}
	item->has_row = true;
	item->ledger.id = ahead.row_id;
	item->ledger.tries = ahead.tries - 1;
	*ret_item = item;
	return 0;
}

static void hurry_now_and_then(struct intake_run *run, size_t bytes)
{
	run->unhurried += bytes;
	if (run->unhurried < run->options.max_bytes / HURRY_SHARE)
		return;
	store_hurry(run->place.store, run->lane);
	run->unhurried = 0;
}

int intake_submit(struct intake_run *run, struct incoming *incoming, struct error *err)
{
	struct item *item;
	size_t bytes = incoming->raw.n;

	wait_until_below(run, run->options.max_bytes > bytes ? run->options.max_bytes - bytes : 0,
	                 run->options.max_count - 1);
	if (atomic_load(&run->broken)) {
		incoming_free(incoming);
		return intake_finish(run, err);
	}
	if (run->place.careful && incoming->kind != INCOMING_GONE) {
		int r = prepare_carefully(run, incoming, &item, err);

		if (r < 0 || !item)
			return r;
	} else {
		item = item_new(&run->place, incoming);
	}
	item->run = run;
	if (!item->work.run)
		item->work.run = run_item;
	item->work.again = run_item_again;
	item->work.run_failed = run_item_failed;
	item->work.done = item_done;
	item->work.lane = run->lane;
	item_keep_start(item);
	pthread_mutex_lock(&run->lock);
	run->bytes += bytes;
	run->count++;
	pthread_mutex_unlock(&run->lock);
	store_submit(run->place.store, &item->work);
	hurry_now_and_then(run, bytes);
	if (run->place.careful)
		wait_until_below(run, 0, 0); /* one by one, so that a crash points at one mail */
	return 0;
}

static size_t collect(struct intake_run *run, struct uid_list *list, uint32_t *ret_uids, size_t max)
{
	size_t n;

	pthread_mutex_lock(&run->lock);
	n = MIN(list->n, max);
	if (n) {
		memcpy(ret_uids, list->uids, n * sizeof *ret_uids);
		memmove(list->uids, list->uids + n, (list->n - n) * sizeof *ret_uids);
		list->n -= n;
	}
	pthread_mutex_unlock(&run->lock);
	return n;
}

size_t intake_collect(struct intake_run *run, uint32_t *ret_uids, size_t max)
{
	return collect(run, &run->done, ret_uids, max);
}

size_t intake_collect_parked(struct intake_run *run, uint32_t *ret_uids, size_t max)
{
	return collect(run, &run->parked, ret_uids, max);
}

int intake_finish(struct intake_run *run, struct error *err)
{
	struct error first;

	wait_until_below(run, 0, 0);
	pthread_mutex_lock(&run->lock);
	first = run->error;
	pthread_mutex_unlock(&run->lock);
	if (!first.code)
		return 0;
	if (err)
		*err = first;
	return first.code;
}

struct intake_counts intake_run_counts(const struct intake_run *run)
{
	struct intake_run *changing = (struct intake_run *)(uintptr_t)run; /* the lock is not part of what is const */
	struct intake_counts counts;

	pthread_mutex_lock(&changing->lock);
	counts = run->counts;
	pthread_mutex_unlock(&changing->lock);
	return counts;
}

/* ---------------------------------------------------------------- the server has been told */

struct acknowledgement {
	struct work work;
	struct intake_run *run;
	uint32_t *uids;
	size_t n;
};

static int run_acknowledgement(struct work *work, struct db *db, struct error *err)
{
	struct acknowledgement *a = (struct acknowledgement *)(void *)work;

	return ledger_acknowledge(db, a->run->place.folder_id, a->run->place.uidvalidity, a->uids, a->n, clock_now_ms(),
	                          err);
}

static void run_acknowledgement_again(struct work *work)
{
	(void)work; /* it changes nothing of its own */
}

/* A mark that could not be written is no harm: the server will be told once more. */
static void acknowledgement_done(struct work *work, int result, const struct error *err)
{
	struct acknowledgement *a = (struct acknowledgement *)(void *)work;
	struct intake_run *run = a->run;

	if (result < 0)
		log_warning("intake", "listener %s: acknowledgements not recorded: %s", run->place.listener->id,
		            err->text);
	free(a->uids);
	free(a);
	pthread_mutex_lock(&run->lock);
	run->count--;
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
}

void intake_acknowledged(struct intake_run *run, const uint32_t *uids, size_t n)
{
	struct acknowledgement *a = mem_new(1, sizeof *a);

	a->run = run;
	a->uids = mem_new(n, sizeof *uids);
	a->n = n;
	memcpy(a->uids, uids, n * sizeof *uids);
	a->work = (struct work){.run = run_acknowledgement,
	                        .again = run_acknowledgement_again,
	                        .done = acknowledgement_done,
	                        .lane = run->lane};
	pthread_mutex_lock(&run->lock);
	run->count++;
	pthread_mutex_unlock(&run->lock);
	store_submit(run->place.store, &a->work);
}
