/* See expiry_watch.h. */
#include "listen/expiry_watch.h"

#include "base/clock.h"
#include "base/log.h"
#include "auth/expiry.h"

struct look {
	struct work work;
	const struct setup *setup;
};

static void say(void *ctx UNUSED, const struct expiry *expiry, int64_t days)
{
	if (!*expiry->used_by)
		return;
	if (days < 0)
		log_warning("expiry", "%s has expired; used by %s", expiry->what, expiry->used_by);
	else
		log_warning("expiry", "%s expires in %lld days; used by %s", expiry->what, (long long)days,
		            expiry->used_by);
}

static int run_look(struct work *work, struct db *db, struct error *err)
{
	const struct look *look = (const struct look *)(const void *)work;
	int r = expiry_warn(look->setup, db, clock_now_ms(), say, NULL, err);

	return MIN(r, 0);
}

void expiry_watch(struct store *store, struct db *db, const struct setup *setup)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct look look = {.work.run = run_look, .setup = setup};
	struct expiry *list;
	struct error err;
	int r = expiry_list(setup, db, clock_now_ms(), EXPIRY_FIRST_DAYS, arena, &list, &err);

	if (r > 0)
		r = store_do(store, &look.work, &err);
	if (r < 0)
		log_warning("expiry", "what runs out was not looked at: %s", err.text);
}
