/* Rows whose end nobody wrote down. See outbox_parts.h. */
#include "send/outbox_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "send/sent_copy.h"
#include "store/outbox_orphans.h"

struct recover {
	struct work work;
	const struct setup *setup;
	const char *claim, *account; /* account NULL: whatever other processes left */
	int64_t n;                   /* with somebody in doubt */
};

/* What the runner would have written and told of the row. */
static int write_end(const struct recover *recover, struct db *db, const struct outbox_orphan *orphan, int64_t now,
                     struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct outbox_row row;
	int r = outbox_get(db, orphan->id, arena, &row, err);

	if (r <= 0)
		return r;
	r = sent_copy_owe(recover->setup, db, &row, now, err);
	if (r == 0 && orphan->is_doubtful)
		r = outbox_tell(db, &row, "outbox.uncertain", "uncertain", err);
	if (r == 0 && strcmp(row.state, "later") != 0 && outbox_any_is(&row, OUTBOX_REACHED))
		r = outbox_tell(db, &row, "outbox.sent", OUTBOX_REACHED, err);
	if (r == 0 && strcmp(row.state, "later") != 0 && outbox_any_is(&row, "failed"))
		r = outbox_tell(db, &row, "outbox.failed", "failed", err);
	return r;
}

static int run_recover(struct work *work, struct db *db, struct error *err)
{
	struct recover *recover = (struct recover *)(void *)work;
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct outbox_orphan *list = NULL;
	int64_t n, now = clock_now_ms();
	int r = 0;

	recover->n = 0;
	n = recover->account ? outbox_own_orphans(db, recover->account, recover->claim, now, arena, &list, err)
	                     : outbox_orphans(db, recover->claim, now, arena, &list, err);
	for (int64_t i = 0; r == 0 && i < n; i++) {
		r = write_end(recover, db, &list[i], now, err);
		recover->n += list[i].is_doubtful;
	}
	return n < 0 ? (int)n : r;
}

int outbox_recover_own(const struct outbox_options *options, const char *account, struct error *err)
{
	struct recover recover = {
	        .work = {.run = run_recover}, .setup = options->setup, .claim = options->claim, .account = account};
	int r = store_do(options->store, &recover.work, err);

	if (r == 0 && recover.n > 0)
		log_warning("outbox", "account %s: of %lld messages it isn't known whether they were sent", account,
		            (long long)recover.n);
	return r;
}

int64_t outbox_recover(const struct outbox_options *options, struct error *err)
{
	struct recover recover = {.work = {.run = run_recover}, .setup = options->setup, .claim = options->claim};
	int r = store_do(options->store, &recover.work, err);

	return r < 0 ? r : recover.n;
}
