/* See numbering.h; and events_catch_up(). */
#include "events/numbering.h"

#include "events/alerts.h"
#include "events/consequences.h"
#include "events/events.h"

/* A stretch of events. */
struct stretch {
	struct work work;
	const struct numbering *numbering;
	struct arena *arena;
	struct stored_event *list;
	int n;
	bool is_stale; /* the set-up was changed meanwhile: nothing was done */
};

static void place_event(void *ctx, struct stored_event *event)
{
	event->account = consequences_account(ctx, event);
}

static int run_stretch(struct work *work, struct db *db, struct error *err)
{
	struct stretch *stretch = (struct stretch *)(void *)work;
	struct setup *setup = (*stretch->numbering->shared)->setup;
	int64_t revision;
	int r = events_waiting(db, err);

	arena_clear(stretch->arena);
	stretch->n = 0;
	stretch->is_stale = false;
	if (r <= 0)
		return r;
	r = events_hold_numbers(db, err); /* first: a change may be under way */
	if (r == 0)
		r = setup_revision(db, &revision, err);
	stretch->is_stale = r == 0 && revision != setup_loaded_revision(setup);
	if (r < 0 || stretch->is_stale)
		return r;
	stretch->n = events_number(db, NUMBERED_AT_ONCE, place_event, setup, stretch->arena, &stretch->list, err);
	if (stretch->n <= 0)
		return stretch->n;
	r = consequences_write(db, setup, stretch->list, (size_t)stretch->n, err);
	return MIN(r, 0);
}

/* Nothing is kept of a first run that was undone. */
static void number_again(struct work *work UNUSED)
{
}

/* SQLite has one writer, the committer: the work joins its next batch. PostgreSQL has as many as one likes, and there
 * a transaction of its own can't be caught between the locks of others. */
static int do_stretch(struct stretch *stretch, struct error *err)
{
	struct db *db = stretch->numbering->db;
	int r;

	if (db_kind(db) == DB_SQLITE)
		return store_do(stretch->numbering->store, &stretch->work, err);
	r = db_begin(db, err);
	if (r == 0)
		r = run_stretch(&stretch->work, db, err);
	if (r == 0)
		r = db_commit(db, err);
	else
		db_rollback(db);
	return r;
}

int numbering_some(const struct numbering *numbering, struct arena *arena, struct stored_event **ret_events,
                   struct error *err)
{
	struct stretch stretch = {.work = {.run = run_stretch, .again = number_again},
	                          .numbering = numbering,
	                          .arena = arena,
	                          .is_stale = true};
	int r = 0;

	while (r == 0 && stretch.is_stale) {
		r = setup_share_renew(numbering->share, numbering->db, numbering->shared, err);
		if (r == 0)
			r = do_stretch(&stretch, err);
	}
	if (r < 0)
		return r;
	*ret_events = stretch.list;
	return stretch.n;
}

/* ---------------------------------------------------------------- without a follower */

int events_catch_up(struct store *store, const struct sealer *sealer, struct setup *setup, const char *studio,
                    struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct shared_setup *shared = NULL;
	struct numbering numbering = {.store = store, .share = setup_share_with(setup, sealer), .shared = &shared};
	struct stored_event *list;
	int n = NUMBERED_AT_ONCE, r = store_connect(store, &db, err);

	numbering.db = db;
	while (r >= 0 && n == NUMBERED_AT_ONCE)
		r = n = numbering_some(&numbering, arena, &list, err);
	if (r >= 0)
		r = alerts_mail(
		        &(struct alerts_mailing){store, db, shared->setup, studio ? studio : "", .at_once = true}, err);
	shared_release(shared);
	setup_share_leave(numbering.share);
	return MIN(r, 0);
}
