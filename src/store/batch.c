/* See batch.h. */
#include "store/batch.h"

#include "base/mem.h"
#include "store/db_driver.h"

struct batch *batch_new(struct work *first, int count)
{
	struct batch *batch = mem_new(1, sizeof *batch);

	batch->first = first;
	batch->outcomes = mem_new((size_t)count, sizeof *batch->outcomes);
	return batch;
}

void batch_free(struct batch *batch)
{
	free(batch->outcomes);
	free(batch);
}

static int settle(struct outcome *outcome, int result, const struct error *err)
{
	outcome->result = result;
	if (result < 0) {
		outcome->err = mem_new(1, sizeof *err);
		*outcome->err = *err;
	}
	return result;
}

/* ---------------------------------------------------------------- each in a savepoint */

/* Runs one function of a unit in a savepoint of its own; what a failed one wrote is undone. */
static int in_savepoint(struct db *db, struct work *work, const struct error *cause, struct error *err)
{
	int r = db_savepoint(db, err);

	if (r < 0)
		return r;
	r = cause ? work->run_failed(work, db, cause, err) : work->run(work, db, err);
	if (r >= 0)
		r = db_release(db, err);
	if (r < 0)
		(void)!db_rollback_to(db, NULL); /* when that fails, the whole transaction is lost, and db says so */
	return r;
}

/* A unit that fails may write down in the same transaction that it did; then it counts as done. */
static int run_carefully(struct db *db, struct work *work, struct outcome *outcome)
{
	struct error err;
	int r = in_savepoint(db, work, NULL, &err);

	if (r < 0 && work->run_failed && db_is_sound(db, NULL)) {
		const struct error cause = err;

		r = in_savepoint(db, work, &cause, &err);
	}
	return settle(outcome, r, &err);
}

/* Runs every unit; returns how many succeeded, or negative when the transaction as a whole is lost. */
static int run_each(struct batch *batch, struct db *db, struct error *err)
{
	int succeeded = 0, i = 0;

	for (struct work *w = batch->first; w; w = w->next, i++) {
		if (run_carefully(db, w, &batch->outcomes[i]) >= 0)
			succeeded++;
		else if (!db_is_sound(db, err))
			return err->code;
	}
	return succeeded;
}

/* ---------------------------------------------------------------- all together */

static bool can_run_again(const struct batch *batch)
{
	for (const struct work *w = batch->first; w; w = w->next)
		if (!w->again)
			return false;
	return true;
}

/* Returns their number, or negative when one failed (or all did: see db_is_sound). */
static int run_together(struct batch *batch, struct db *db, struct error *err)
{
	int r = 0, n = 0;

	for (struct work *w = batch->first; w && r >= 0; w = w->next) {
		r = w->run(w, db, err);
		n++;
	}
	/* PostgreSQL tells of a statement's fault later than it was given: now at last, not at the commit. */
	if (r >= 0)
		r = db_savepoint(db, err);
	if (r >= 0)
		r = db_release(db, err);
	return r < 0 ? r : n;
}

int batch_run(struct batch *batch, struct db *db, struct error *err)
{
	int r = db_begin(db, err);

	if (r < 0)
		return r;
	if (can_run_again(batch)) {
		r = run_together(batch, db, err);
		if (r >= 0)
			return r;
		if (!db_is_sound(db, err)) {
			db_rollback(db);
			return r;
		}
		db_rollback(db);
		for (struct work *w = batch->first; w; w = w->next)
			w->again(w);
		r = db_begin(db, err);
		if (r < 0)
			return r;
	}
	r = run_each(batch, db, err);
	if (r <= 0)
		db_rollback(db);
	return r;
}

/* ---------------------------------------------------------------- how it went */

void batch_report(struct batch *batch, int result, const struct error *err)
{
	struct work *next;
	int i = 0;

	for (struct work *w = batch->first; w; w = next) {
		struct outcome *o = &batch->outcomes[i++];

		next = w->next;
		if (result < 0)
			w->done(w, result, err);
		else
			w->done(w, o->result, o->err);
		free(o->err);
	}
}
