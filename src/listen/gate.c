/* See gate.h. */
#include "listen/gate.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"
#include "store/status.h"
#include "store/throttles.h"

#include <pthread.h>

#define SEND_FIRST_MS   SECONDS_MS(5)
#define SEND_LONGEST_MS MINUTES_MS(15)
#define PAUSED_MS       HOURS_MS(1) /* then it looks again without being told */

struct side {
	int refusals, failures; /* in a row */
	int64_t due_at;         /* monotonic ms; 0: open */
	bool is_refused, is_spent;
};

struct entry {
	char *id;
	int64_t throttled_until; /* Unix ms; 0: not */
	bool paused;
	bool is_fresh; /* gate_refresh() met it */
	int sessions;
	struct side sides[2];
};

struct gate {
	pthread_mutex_t lock;
	/* guarded by lock; entries are never removed: there are as many as accounts and paused listeners */
	struct map *accounts, *listeners;
};

struct gate *gate_new(void)
{
	struct gate *gate = mem_new(1, sizeof *gate);

	gate->accounts = map_new();
	gate->listeners = map_new();
	pthread_mutex_init(&gate->lock, NULL);
	return gate;
}

static void free_entry(void *ctx UNUSED, struct str id UNUSED, void *value)
{
	struct entry *entry = value;

	free(entry->id);
	free(entry);
}

void gate_free(struct gate *gate)
{
	if (!gate)
		return;
	map_each(gate->accounts, free_entry, NULL);
	map_each(gate->listeners, free_entry, NULL);
	map_free(gate->accounts);
	map_free(gate->listeners);
	pthread_mutex_destroy(&gate->lock);
	free(gate);
}

/* Lock held. */
static struct entry *entry_of(struct map *map, const char *id)
{
	struct entry *entry = map_get(map, str_of(id));

	if (entry)
		return entry;
	entry = mem_new(1, sizeof *entry);
	entry->id = mem_strdup(id);
	map_set(map, str_of(id), entry);
	return entry;
}

/* ---------------------------------------------------------------- what the store says */

struct refresh {
	struct gate *gate;
	bool changed;
};

static void take_throttle(void *ctx, const struct throttle *t)
{
	struct refresh *refresh = ctx;
	struct entry *entry = entry_of(refresh->gate->accounts, t->account);

	refresh->changed |= entry->throttled_until != t->until_at;
	entry->throttled_until = t->until_at;
	entry->is_fresh = true;
}

/* A refused log-in stays one. */
static void open_sides(struct entry *entry)
{
	for (int side = 0; side < 2; side++)
		if (!entry->sides[side].is_refused)
			entry->sides[side] = (struct side){0};
}

static void drop_stale_throttle(void *ctx, struct str id UNUSED, void *value)
{
	struct refresh *refresh = ctx;
	struct entry *entry = value;

	if (!entry->is_fresh && entry->throttled_until) {
		refresh->changed = true;
		if (entry->throttled_until > clock_now_ms()) /* lifted by a person before its time */
			open_sides(entry);
		entry->throttled_until = 0;
	}
	entry->is_fresh = false;
}

static void take_pause(void *ctx, const char *kind, const char *id, const char *author UNUSED, int64_t at UNUSED)
{
	struct refresh *refresh = ctx;
	struct map *map = strcmp(kind, "listener") == 0 ? refresh->gate->listeners : refresh->gate->accounts;
	struct entry *entry = entry_of(map, id);

	refresh->changed |= !entry->paused;
	entry->paused = true;
	entry->is_fresh = true;
}

static void drop_stale_pause(void *ctx, struct str id UNUSED, void *value)
{
	struct refresh *refresh = ctx;
	struct entry *entry = value;

	if (!entry->is_fresh && entry->paused) {
		refresh->changed = true;
		entry->paused = false;
	}
	entry->is_fresh = false;
}

int gate_refresh(struct gate *gate, struct db *db, bool *ret_changed, struct error *err)
{
	struct refresh refresh = {.gate = gate};
	int r;

	pthread_mutex_lock(&gate->lock);
	r = throttle_each(db, take_throttle, &refresh, err);
	if (r >= 0) {
		map_each(gate->accounts, drop_stale_throttle, &refresh);
		r = pause_each(db, take_pause, &refresh, err);
	}
	if (r >= 0) {
		map_each(gate->accounts, drop_stale_pause, &refresh);
		map_each(gate->listeners, drop_stale_pause, &refresh);
	}
	pthread_mutex_unlock(&gate->lock);
	if (r < 0)
		return r;
	*ret_changed = refresh.changed;
	return 0;
}

/* ---------------------------------------------------------------- asking */

/* Lock held. */
static enum gate_state state_of(struct gate *gate, enum gate_side side, const char *account, const char *listener,
                                int64_t *ret_due_at)
{
	const struct entry *entry = map_get(gate->accounts, str_of(account));
	const struct entry *own = listener ? map_get(gate->listeners, str_of(listener)) : NULL;
	int64_t now = clock_now_ms(), mono = clock_mono_ms();

	if ((own && own->paused) || (entry && entry->paused)) {
		*ret_due_at = mono + PAUSED_MS;
		return GATE_PAUSED;
	}
	if (entry && entry->throttled_until > now) {
		*ret_due_at = mono + entry->throttled_until - now;
		return GATE_THROTTLED;
	}
	if (entry && entry->sides[side].due_at > mono) {
		*ret_due_at = entry->sides[side].due_at;
		return entry->sides[side].is_refused ? GATE_REFUSED
		       : entry->sides[side].is_spent ? GATE_SPENT
		                                     : GATE_WAITING;
	}
	return GATE_OPEN;
}

enum gate_state gate_ask(struct gate *gate, enum gate_side side, const char *account, const char *listener,
                         int64_t *ret_due_at)
{
	enum gate_state state;

	pthread_mutex_lock(&gate->lock);
	state = state_of(gate, side, account, listener, ret_due_at);
	pthread_mutex_unlock(&gate->lock);
	return state;
}

/* ---------------------------------------------------------------- how it went */

int64_t gate_backoff_ms(int failures, int64_t first_ms, int64_t longest_ms)
{
	int64_t ms = MIN(first_ms << MIN(failures, 20), longest_ms);

	return ms / 2 + (int64_t)random_below((uint64_t)ms / 2 + 1);
}

/* So that a server doesn't lock the mailbox, nor believe that somebody guesses passwords. */
static int64_t after_refusals(int refusals)
{
	static const int minutes[] = {1, 5, 15, 30, 60};

	return MINUTES_MS(minutes[MIN(refusals, (int)ARRAY_LEN(minutes) - 1)]);
}

static int64_t wait_after(enum gate_side side, struct side *s, const struct error *err)
{
	s->is_refused = err->code == E_AUTH && err->retry == RETRY_NEVER;
	s->is_spent = err->code == E_LIMIT && err->retry_after_ms > 0;
	if (s->is_refused)
		return after_refusals(s->refusals++);
	if (err->code == E_THROTTLED || side == GATE_RECEIVE)
		return err->retry_after_ms;
	if (err->retry_after_ms)
		return err->retry_after_ms;
	return gate_backoff_ms(s->failures++, SEND_FIRST_MS, SEND_LONGEST_MS);
}

int64_t gate_failed(struct gate *gate, enum gate_side side, const char *account, const struct error *err)
{
	struct entry *entry;
	int64_t wait;

	pthread_mutex_lock(&gate->lock);
	entry = entry_of(gate->accounts, account);
	if (err->code == E_THROTTLED && err->retry_after_ms)
		entry->throttled_until = MAX(entry->throttled_until, clock_now_ms() + err->retry_after_ms);
	wait = wait_after(side, &entry->sides[side], err);
	if (wait)
		entry->sides[side].due_at = clock_mono_ms() + wait;
	pthread_mutex_unlock(&gate->lock);
	return wait;
}

void gate_worked(struct gate *gate, enum gate_side side, const char *account)
{
	pthread_mutex_lock(&gate->lock);
	entry_of(gate->accounts, account)->sides[side] = (struct side){0};
	pthread_mutex_unlock(&gate->lock);
}

void gate_forget(struct gate *gate, const char *account)
{
	pthread_mutex_lock(&gate->lock);
	for (int side = 0; side < 2; side++)
		entry_of(gate->accounts, account)->sides[side] = (struct side){0};
	pthread_mutex_unlock(&gate->lock);
}

/* ---------------------------------------------------------------- connections at once */

bool gate_enter(struct gate *gate, const char *account, int64_t limit)
{
	struct entry *entry;
	bool may;

	pthread_mutex_lock(&gate->lock);
	entry = entry_of(gate->accounts, account);
	may = !limit || entry->sessions < limit;
	if (may)
		entry->sessions++;
	pthread_mutex_unlock(&gate->lock);
	return may;
}

void gate_leave(struct gate *gate, const char *account)
{
	pthread_mutex_lock(&gate->lock);
	entry_of(gate->accounts, account)->sessions--;
	pthread_mutex_unlock(&gate->lock);
}
