/* See states.h. */
#include "listen/states.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/cases.h"
#include "store/status.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>

#define AT_A_TIME     300
#define SIGN_OF_LIFE  SECONDS_MS(10)
#define FORGOTTEN     HOURS_MS(24) /* processes that ended without a word */
#define NEXT_TRY_SLOP SECONDS_MS(2)

struct entry {
	struct entry *next; /* in the list of changed ones */
	bool is_changed;    /* … is in it */
	bool is_dropped;
	bool is_failing, was_failing;
	char *key; /* "kind id" */
	const char *kind, *id, *state;
	const char *written_state;
	int64_t written_next;
	int64_t since, error_at, next_try_at;
	char *error; /* the last one's text; NULL: there was none */
};

struct states {
	pthread_mutex_t lock;
	/* guarded by lock */
	struct map *entries;
	struct entry *changed, *changed_last;
	/* of the thread that flushes */
	int64_t started_at, life_at;
};

struct states *states_new(void)
{
	struct states *states = mem_new(1, sizeof *states);

	states->entries = map_new();
	states->started_at = clock_now_ms();
	pthread_mutex_init(&states->lock, NULL);
	return states;
}

static void free_entry(struct entry *entry)
{
	free(entry->key);
	free(entry->error);
	free(entry);
}

static void free_each(void *ctx UNUSED, struct str key UNUSED, void *value)
{
	struct entry *entry = value;

	if (!entry->is_dropped)
		free_entry(entry);
}

void states_free(struct states *states)
{
	if (!states)
		return;
	for (struct entry *entry = states->changed, *next; entry; entry = next) {
		next = entry->next;
		if (entry->is_dropped)
			free_entry(entry);
	}
	map_each(states->entries, free_each, NULL);
	map_free(states->entries);
	pthread_mutex_destroy(&states->lock);
	free(states);
}

/* ---------------------------------------------------------------- changes; lock held */

static struct entry *entry_of(struct states *states, const char *kind, const char *id, bool create)
{
	struct buf key CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct entry *entry;

	buf_printf(&key, "%s %s", kind, id);
	entry = map_get(states->entries, buf_str(&key));
	if (entry || !create)
		return entry;
	entry = mem_new(1, sizeof *entry);
	entry->key = mem_strdup(buf_cstr(&key));
	entry->kind = kind;
	entry->id = entry->key + strlen(kind) + 1;
	map_set(states->entries, buf_str(&key), entry);
	return entry;
}

static void note_change(struct states *states, struct entry *entry)
{
	if (entry->is_changed)
		return;
	entry->is_changed = true;
	entry->next = NULL;
	if (states->changed)
		states->changed_last->next = entry;
	else
		states->changed = entry;
	states->changed_last = entry;
}

/* … as status_is_failing() has it; a static text, NULL: it isn't that */
static const char *failing_state(const char *state)
{
	static const char *const failing[] = {"failed", "auth-failed"};

	for (size_t i = 0; state && i < ARRAY_LEN(failing); i++)
		if (strcmp(state, failing[i]) == 0)
			return failing[i];
	return NULL;
}

/* A mailbox that is only asked from time to time must not cost a write each time. */
static bool is_worth_writing(const struct entry *entry, bool has_error)
{
	int64_t moved = entry->next_try_at - entry->written_next;

	return has_error || entry->state != entry->written_state || moved > NEXT_TRY_SLOP || moved < -NEXT_TRY_SLOP;
}

static bool is_good(const char *state)
{
	return strcmp(state, "idle") == 0 || strcmp(state, "waiting") == 0 || strcmp(state, "connected") == 0;
}

void states_set(struct states *states, const char *kind, const char *id, const char *state, const struct error *err,
                int64_t next_try_in_ms)
{
	struct entry *entry;
	int64_t now = clock_now_ms();

	pthread_mutex_lock(&states->lock);
	entry = entry_of(states, kind, id, true);
	if (entry->is_failing && strcmp(state, "connecting") == 0) /* that it tries again mends nothing yet */
		state = failing_state(entry->state) ? entry->state : "failed";
	if (entry->state != state)
		entry->since = now;
	entry->state = state;
	entry->next_try_at = next_try_in_ms ? now + next_try_in_ms : 0;
	if (err) {
		free(entry->error);
		entry->error = mem_strdup(err->text);
		entry->error_at = now;
		entry->is_failing = !is_good(state); /* a budget that is used up is no failure */
	} else if (is_good(state)) {
		entry->is_failing = false;
	}
	if (is_worth_writing(entry, err != NULL))
		note_change(states, entry);
	pthread_mutex_unlock(&states->lock);
}

static void drop_entry(struct states *states, struct entry *entry)
{
	map_set(states->entries, str_of(entry->key), NULL);
	entry->is_dropped = true;
	note_change(states, entry);
}

void states_drop(struct states *states, const char *kind, const char *id)
{
	struct entry *entry;

	pthread_mutex_lock(&states->lock);
	entry = entry_of(states, kind, id, false);
	if (entry)
		drop_entry(states, entry);
	pthread_mutex_unlock(&states->lock);
}

/* ---------------------------------------------------------------- what the set-up has no more */

/* An account stands as a sender as long as it is there: its last mail may wait after its sending was switched off. */
static bool is_part(const struct setup *setup, const char *kind, const char *id)
{
	const struct listener *listener = strcmp(kind, "listener") == 0 ? setup_listener(setup, id) : NULL;
	const struct inlet *inlet = strcmp(kind, "inlet") == 0 ? setup_inlet(setup, id) : NULL;

	return (listener && listener->enabled && listener->source == SOURCE_MAILBOX) || (inlet && inlet->enabled) ||
	       (strcmp(kind, "sender") == 0 && setup_account(setup, id));
}

struct keeping {
	const struct setup *setup;
	struct entry **gone;
	size_t count;
};

static void note_gone(void *ctx, struct str key UNUSED, void *value)
{
	struct keeping *keeping = ctx;
	struct entry *entry = value;

	if (!is_part(keeping->setup, entry->kind, entry->id))
		keeping->gone[keeping->count++] = entry;
}

void states_keep(struct states *states, const struct setup *setup)
{
	struct keeping keeping = {.setup = setup};

	pthread_mutex_lock(&states->lock);
	keeping.gone = mem_new(map_count(states->entries) + 1, sizeof(struct entry *));
	map_each(states->entries, note_gone, &keeping);
	for (size_t i = 0; i < keeping.count; i++)
		drop_entry(states, keeping.gone[i]);
	pthread_mutex_unlock(&states->lock);
	free(keeping.gone);
}

/* ---------------------------------------------------------------- what an earlier process left */

/* The same word as a static text. One that fails stands still at most: what isn't known counts as failed. */
static const char *known_state(const char *state)
{
	static const char *const words[] = {"auth-failed", "paused", "throttled"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(state, words[i]) == 0)
			return words[i];
	return "failed";
}

static void take_failing(struct entry *entry, const struct status *status)
{
	entry->is_failing = entry->was_failing = true;
	entry->state = entry->written_state = known_state(status->state);
	entry->next_try_at = entry->written_next = status->next_try_at;
	entry->since = status->since;
	entry->error_at = status->error_at;
	free(entry->error);
	entry->error = mem_strdup(status->error);
}

struct reading {
	struct states *states;
	const struct setup *setup;
};

static void take_earlier(void *ctx, const struct status *status)
{
	static const char *const kinds[] = {"listener", "sender", "inlet"};
	const struct reading *reading = ctx;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(status->kind, kinds[i]) != 0)
			continue;
		if (!is_part(reading->setup, status->kind, status->id))
			drop_entry(reading->states, entry_of(reading->states, kinds[i], status->id, true));
		else if (status->is_failing)
			take_failing(entry_of(reading->states, kinds[i], status->id, true), status);
	}
}

int states_read(struct states *states, struct db *db, const struct setup *setup, struct error *err)
{
	struct reading reading = {states, setup};
	int r;

	pthread_mutex_lock(&states->lock);
	r = status_each(db, take_earlier, &reading, err);
	pthread_mutex_unlock(&states->lock);
	return MIN(r, 0);
}

/* ---------------------------------------------------------------- writing them down */

struct flush {
	struct work work;
	const char *claim;
	struct entry entries[AT_A_TIME]; /* copies, with texts of their own */
	char *keys[AT_A_TIME];
	int n;
	bool life, stopping;
	int64_t started_at, now;
};

static int tell(struct db *db, const struct entry *entry, int64_t now, struct error *err)
{
	json_t *data = json_pack("{s:s, s:s, s:s}", entry->kind, entry->id, "state", entry->state, "error",
	                         entry->is_failing && entry->error ? entry->error : "");
	char *text = data ? json_dumps(data, JSON_COMPACT) : NULL, kind[40];
	int r;

	snprintf(kind, sizeof kind, "%s.%s", entry->kind, entry->is_failing ? "failed" : "works");
	r = event_add(db,
	              &(struct new_event){.kind = kind,
	                                  .account = strcmp(entry->kind, "sender") == 0 ? entry->id : NULL,
	                                  .data = str_of(text),
	                                  .at = now},
	              err);
	free(text);
	json_decref(data);
	return r;
}

static int write_entry(struct db *db, const struct entry *entry, int64_t now, struct error *err)
{
	const struct status status = {.kind = entry->kind,
	                              .id = entry->id,
	                              .state = entry->state,
	                              .since = entry->since,
	                              .error = entry->error ? entry->error : "",
	                              .error_at = entry->error_at,
	                              .next_try_at = entry->next_try_at,
	                              .updated_at = now,
	                              .is_failing = entry->is_failing};
	int r;

	if (entry->is_dropped)
		return status_remove(db, entry->kind, entry->id, err);
	r = status_put(db, &status, err);
	if (r == 0 && entry->is_failing != entry->was_failing)
		r = tell(db, entry, now, err);
	return r;
}

static int run_flush(struct work *work, struct db *db, struct error *err)
{
	struct flush *flush = (struct flush *)(void *)work;
	const struct status process = {.kind = "process",
	                               .id = flush->claim,
	                               .state = flush->stopping ? "stopped" : "running",
	                               .since = flush->stopping ? flush->now : flush->started_at,
	                               .error = "",
	                               .updated_at = flush->now};
	int r = 0;

	for (int i = 0; i < flush->n && r == 0; i++)
		r = write_entry(db, &flush->entries[i], flush->now, err);
	if (r == 0 && flush->life)
		r = status_forget_processes(db, flush->now - FORGOTTEN, err);
	if (r == 0 && flush->life)
		r = status_put(db, &process, err);
	return MIN(r, 0);
}

/* Lock held. What a flush takes counts as written: where it fails, all of it is noted as changed again. */
static void take_changed(struct states *states, struct flush *flush)
{
	while (states->changed && flush->n < AT_A_TIME) {
		struct entry *entry = states->changed;

		states->changed = entry->next;
		entry->is_changed = false;
		flush->entries[flush->n] = *entry;
		flush->keys[flush->n] = mem_strdup(entry->key);
		flush->entries[flush->n].id = flush->keys[flush->n] + (entry->id - entry->key);
		flush->entries[flush->n].error = mem_strdup(entry->error);
		flush->n++;
		entry->written_state = entry->state;
		entry->written_next = entry->next_try_at;
		entry->was_failing = entry->is_failing;
		if (entry->is_dropped)
			free_entry(entry);
	}
}

/* Lock held. */
static void give_back(struct states *states, const struct flush *flush)
{
	for (int i = 0; i < flush->n; i++) {
		const struct entry *taken = &flush->entries[i];
		struct entry *entry = map_get(states->entries, str_of(flush->keys[i]));

		if (!entry && taken->is_dropped)
			drop_entry(states, entry_of(states, taken->kind, taken->id, true));
		if (!entry)
			continue;
		entry->was_failing = taken->was_failing;
		note_change(states, entry);
	}
}

static bool any_changed(struct states *states)
{
	bool any;

	pthread_mutex_lock(&states->lock);
	any = states->changed != NULL;
	pthread_mutex_unlock(&states->lock);
	return any;
}

int states_flush(struct states *states, struct store *store, const char *claim, bool stopping, struct error *err)
{
	struct flush *flush CLEANUP(freep) = NULL;
	int r = 0;

	if (!stopping && clock_mono_ms() < states->life_at && !any_changed(states))
		return 0;
	flush = mem_new(1, sizeof *flush);
	flush->work.run = run_flush;
	flush->claim = claim;
	flush->now = clock_now_ms();
	flush->started_at = states->started_at;
	flush->stopping = stopping;
	flush->life = stopping || !states->life_at || clock_mono_ms() >= states->life_at;
	pthread_mutex_lock(&states->lock);
	take_changed(states, flush);
	pthread_mutex_unlock(&states->lock);
	if (flush->n || flush->life)
		r = store_do(store, &flush->work, err);
	if (r < 0) {
		pthread_mutex_lock(&states->lock);
		give_back(states, flush);
		pthread_mutex_unlock(&states->lock);
	} else if (flush->life) {
		states->life_at = clock_mono_ms() + SIGN_OF_LIFE;
	}
	for (int i = 0; i < flush->n; i++) {
		free(flush->keys[i]);
		free(flush->entries[i].error);
	}
	return r;
}
