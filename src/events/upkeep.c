/* See upkeep.h. */
#include "events/upkeep.h"

#include "base/clock.h"

#define PRUNED_AT_ONCE 500

struct pruning {
	struct work work;
	const struct upkeep *upkeep;
	int64_t before;
};

static int run_pruning(struct work *work, struct db *db, struct error *err)
{
	const struct pruning *pruning = (const struct pruning *)(const void *)work;
	int64_t n = pruning->upkeep->prune(db, pruning->before, PRUNED_AT_ONCE, err);

	return (int)MIN(n, 0);
}

/* Nothing is kept of a first run that was undone. */
static void prune_again(struct work *work UNUSED)
{
}

int upkeep_prune(struct upkeep *upkeep, struct db *db, struct error *err)
{
	struct pruning pruning = {.work = {.run = run_pruning, .again = prune_again},
	                          .upkeep = upkeep,
	                          .before = clock_now_ms() - HOURS_MS(24) * upkeep->keep_days};
	int r;

	if (upkeep->keep_days < 0 || clock_mono_ms() < upkeep->at)
		return 0;
	upkeep->at = clock_mono_ms() + upkeep->every_ms;
	r = upkeep->any(db, pruning.before, err);
	return r <= 0 ? r : store_do(upkeep->store, &pruning.work, err);
}
