/* See names_lasting.h. Reading is done on connections of its own; only a look that changes something is a unit of work
 * for the committer. */
#include "receive/names_lasting.h"

#include "base/arena.h"
#include "base/mem.h"
#include "receive/names_change.h"
#include "store/names.h"

#define PORTION 5000 /* names asked for at once */

struct names_lasting {
	struct receiver_names names;
	struct store *store;
	int64_t folder_id;
	char *source;
	bool deletes;
	struct names_state state;
	struct arena *texts; /* of the last names_after() or names_these() */
};

static struct names_lasting *lasting_of(struct receiver_names *names)
{
	return (struct names_lasting *)(void *)names;
}

/* ---------------------------------------------------------------- looking */

struct known {
	struct names_change *change;
	uint32_t last;
};

static void take_known(void *ctx, uint32_t uid, struct str name)
{
	struct known *known = ctx;

	names_change_known(known->change, uid, name);
	known->last = uid;
}

/* A complete look is held against everything that is known, another against what it speaks of. */
static int compare(struct names_lasting *l, struct db *db, struct names_change *change, struct error *err)
{
	const struct names_look *look = change->look;
	struct known known = {change, 0};
	int r;

	if (look->complete) {
		do
			r = names_list(db, l->folder_id, known.last, PORTION, take_known, &known, err);
		while (r == PORTION);
		return r;
	}
	r = names_find(db, l->folder_id, look->names, look->count, take_known, &known, err);
	return r < 0 ? r : names_find(db, l->folder_id, look->gone, look->gone_count, take_known, &known, err);
}

static int find_renaming(struct names_lasting *l, struct db *db, const struct names_change *change, bool *ret_renaming,
                         struct error *err)
{
	bool renaming = names_change_is_renaming(change, 0);
	int64_t leaving = 0;
	int r = 0;

	if (renaming && l->deletes) {
		r = names_done_with(db, l->folder_id, l->state.uidvalidity, &leaving, err);
		renaming = names_change_is_renaming(change, (size_t)leaving);
	}
	if (r < 0)
		return r;
	*ret_renaming = renaming;
	return 0;
}

struct look_work {
	struct work work;
	struct names_write write;
	struct names_state after;
};

static int run_look(struct work *work, struct db *db, struct error *err)
{
	struct look_work *w = (struct look_work *)(void *)work;

	return names_write(db, &w->write, &w->after, err);
}

static void nothing_to_put_back(struct work *work UNUSED)
{
}

static int write_look(struct names_lasting *l, const struct names_change *change, bool renaming, struct error *err)
{
	struct look_work w = {
	        .work = {.run = run_look, .again = nothing_to_put_back, .lane = (uint64_t)l->folder_id},
	        .write = {.folder_id = l->folder_id,
	                  .before = l->state,
	                  .is_renaming = renaming,
	                  .fresh = change->fresh,
	                  .fresh_count = change->fresh_count,
	                  .gone = change->gone,
	                  .gone_count = change->gone_count,
	                  .cursor = change->look->cursor},
	};
	int r = store_do(l->store, &w.work, err);

	if (r == 0)
		l->state = w.after;
	return r;
}

static int lasting_look(struct receiver_names *names, const struct names_look *look, struct error *err)
{
	struct names_lasting *l = lasting_of(names);
	struct names_change change CLEANUP(names_change_done) = {0};
	struct db *db CLEANUP(db_closep) = NULL;
	bool renaming;
	int r = names_change_begin(&change, look, err);

	if (r >= 0)
		r = store_connect(l->store, &db, err);
	if (r >= 0)
		r = compare(l, db, &change, err);
	if (r >= 0)
		r = names_change_end(&change, l->state.last_uid, err);
	if (r >= 0)
		r = find_renaming(l, db, &change, &renaming, err);
	if (r < 0)
		return r;
	if (change.fresh_count || change.gone_count || look->cursor)
		r = write_look(l, &change, renaming, err);
	return r < 0 ? r : (int)change.fresh_count;
}

/* ---------------------------------------------------------------- asking */

struct answer {
	struct names_lasting *lasting;
	struct named *named;
	size_t count;
};

static void take_named(void *ctx, uint32_t uid, struct str name)
{
	struct answer *a = ctx;

	a->named[a->count++] = (struct named){uid, arena_str(a->lasting->texts, name)};
}

static int lasting_after(struct receiver_names *names, uint32_t from, struct named *ret_named, size_t max,
                         struct error *err)
{
	struct names_lasting *l = lasting_of(names);
	struct answer answer = {l, ret_named, 0};
	struct db *db CLEANUP(db_closep) = NULL;
	int r = store_connect(l->store, &db, err);

	arena_clear(l->texts);
	return r < 0 ? r : names_list(db, l->folder_id, from, max, take_named, &answer, err);
}

static int lasting_these(struct receiver_names *names, const uint32_t *uids, size_t n, struct named *ret_named,
                         struct error *err)
{
	struct names_lasting *l = lasting_of(names);
	struct answer answer = {l, ret_named, 0};
	struct db *db CLEANUP(db_closep) = NULL;
	int r = store_connect(l->store, &db, err);

	arena_clear(l->texts);
	return r < 0 ? r : names_find_uids(db, l->folder_id, uids, n, take_named, &answer, err);
}

static int lasting_cursor(struct receiver_names *names, struct buf *ret_cursor, struct error *err)
{
	struct names_lasting *l = lasting_of(names);
	struct names_state state;
	struct db *db CLEANUP(db_closep) = NULL;
	int r = store_connect(l->store, &db, err);

	return r < 0 ? r : names_state_get(db, l->folder_id, l->source, &state, ret_cursor, err);
}

static uint32_t lasting_uidvalidity(const struct receiver_names *names)
{
	return ((const struct names_lasting *)(const void *)names)->state.uidvalidity;
}

static void lasting_free(struct receiver_names *names)
{
	struct names_lasting *l = lasting_of(names);

	arena_free(l->texts);
	free(l->source);
	free(l);
}

static const struct receiver_names_ops lasting_ops = {
        .look = lasting_look,
        .after = lasting_after,
        .these = lasting_these,
        .cursor = lasting_cursor,
        .uidvalidity = lasting_uidvalidity,
        .free = lasting_free,
};

/* ---------------------------------------------------------------- opening */

struct begin_work {
	struct work work;
	struct names_lasting *lasting;
};

static int run_begin(struct work *work, struct db *db, struct error *err)
{
	struct names_lasting *l = ((struct begin_work *)(void *)work)->lasting;

	return names_state_begin(db, l->folder_id, l->source, &l->state, err);
}

static int open_state(struct names_lasting *l, struct error *err)
{
	struct begin_work begin = {
	        .work = {.run = run_begin, .again = nothing_to_put_back, .lane = (uint64_t)l->folder_id},
	        .lasting = l,
	};
	struct db *db CLEANUP(db_closep) = NULL;
	int r = store_connect(l->store, &db, err);

	if (r >= 0)
		r = names_state_get(db, l->folder_id, l->source, &l->state, NULL, err);
	if (r < 0 || l->state.uidvalidity)
		return r;
	return store_do(l->store, &begin.work, err);
}

int names_lasting_new(struct store *store, int64_t folder_id, const char *source, bool deletes,
                      struct receiver_names **ret_names, struct error *err)
{
	struct names_lasting *l = mem_new(1, sizeof *l);
	struct receiver_names *names CLEANUP(names_freep) = &l->names;
	int r;

	*l = (struct names_lasting){
	        .names = {&lasting_ops},
	        .store = store,
	        .folder_id = folder_id,
	        .source = mem_strdup(source),
	        .deletes = deletes,
	        .texts = arena_new(),
	};
	r = open_state(l, err);
	if (r < 0)
		return r;
	*ret_names = take(names);
	return 0;
}
