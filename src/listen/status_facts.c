/* See status_facts.h. */
#include "listen/status_facts.h"

#include "base/clock.h"
#include "base/map.h"
#include "store/automatic_mail.h"
#include "store/outbox.h"
#include "store/status.h"
#include "store/throttles.h"

#include <stdio.h>

#define ALIVE_MS SECONDS_MS(45) /* since its last sign of life (every ten seconds) */

struct gathering {
	struct status_facts *facts;
	struct arena *arena;
	struct map *listeners, *senders, *inlets; /* struct status_part, by id */
};

bool status_is_good(const char *state)
{
	static const char *const good[] = {"idle", "waiting", "connecting", "connected"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (strcmp(state, good[i]) == 0)
			return true;
	return false;
}

/* ---------------------------------------------------------------- what the set-up has */

static struct status_part *new_part(struct gathering *g, struct map *map, struct status_part **list, size_t *n,
                                    const char *id, const char *account)
{
	struct status_part *part = &(*list)[(*n)++];

	*part = (struct status_part){.id = arena_cstr(g->arena, str_of(id)),
	                             .account = arena_cstr(g->arena, str_of(account)),
	                             .state = "",
	                             .error = ""};
	map_set(map, str_of(part->id), part);
	return part;
}

static void list_parts(struct gathering *g, const struct setup *setup)
{
	struct status_facts *f = g->facts;
	const void *const *list;
	size_t n = setup_list(setup, &listener_type, &list);

	f->listeners = ARENA_ARRAY(g->arena, struct status_part, n);
	for (size_t i = 0; i < n; i++) {
		const struct listener *l = list[i];
		struct status_part *part =
		        new_part(g, g->listeners, &f->listeners, &f->listener_count, l->id, l->account);

		if (!l->enabled)
			part->state = "off";
		else if (l->source == SOURCE_INLET)
			part->state = "waiting";
	}
	n = setup_list(setup, &inlet_type, &list);
	f->inlets = ARENA_ARRAY(g->arena, struct status_part, n);
	for (size_t i = 0; i < n; i++) {
		const struct inlet *inlet = list[i];

		if (inlet->enabled)
			new_part(g, g->inlets, &f->inlets, &f->inlet_count, inlet->id, "");
	}
	n = setup_list(setup, &account_type, &list);
	f->senders = ARENA_ARRAY(g->arena, struct status_part, n);
	for (size_t i = 0; i < n; i++) {
		const struct account *a = list[i];

		if (a->send.enabled)
			new_part(g, g->senders, &f->senders, &f->sender_count, a->id, a->id)->is_sender = true;
	}
}

/* ---------------------------------------------------------------- how it stands */

static bool is_off(const struct status_part *part)
{
	return strcmp(part->state, "off") == 0;
}

static void take_status(void *ctx, const struct status *s)
{
	struct gathering *g = ctx;
	struct map *map = strcmp(s->kind, "listener") == 0 ? g->listeners
	                  : strcmp(s->kind, "inlet") == 0  ? g->inlets
	                                                   : g->senders;
	struct status_part *part = map_get(map, str_of(s->id));

	if (strcmp(s->kind, "process") == 0) {
		if (strcmp(s->state, "running") == 0 && s->updated_at > g->facts->now - ALIVE_MS) {
			g->facts->is_running = true;
			g->facts->running_since = s->since;
		}
		return;
	}
	if (!part || is_off(part))
		return;
	part->state = arena_cstr(g->arena, str_of(s->state));
	part->error = arena_cstr(g->arena, str_of(s->error));
	part->since = s->since;
	part->error_at = s->error_at;
	part->next_try_at = s->next_try_at;
}

struct overriding {
	struct gathering *g;
	const char *state, *account, *listener; /* listener NULL: all of the account */
	const char *error;
	int64_t since, next_try_at;
};

static void override_part(const struct overriding *o, struct status_part *part)
{
	if (is_off(part))
		return;
	if (strcmp(part->state, o->state) != 0)
		part->since = o->since;
	part->state = o->state;
	part->error = o->error;
	part->next_try_at = o->next_try_at;
}

/* What the store says of an account counts at once, whatever a part wrote last. */
static void override_all(const struct overriding *o)
{
	struct status_facts *f = o->g->facts;

	for (size_t i = 0; i < f->listener_count; i++)
		if (o->listener ? strcmp(f->listeners[i].id, o->listener) == 0
		                : strcmp(f->listeners[i].account, o->account) == 0)
			override_part(o, &f->listeners[i]);
	for (size_t i = 0; i < f->sender_count && !o->listener; i++)
		if (strcmp(f->senders[i].account, o->account) == 0)
			override_part(o, &f->senders[i]);
}

static void take_throttle(void *ctx, const struct throttle *t)
{
	struct gathering *g = ctx;

	if (t->until_at > g->facts->now)
		override_all(&(struct overriding){.g = g,
		                                  .state = "throttled",
		                                  .account = t->account,
		                                  .error = arena_cstr(g->arena, str_of(t->reason)),
		                                  .since = t->since,
		                                  .next_try_at = t->until_at});
}

static void take_pause(void *ctx, const char *kind, const char *id, const char *author, int64_t at)
{
	struct gathering *g = ctx;
	bool is_listener = strcmp(kind, "listener") == 0;

	override_all(&(struct overriding){.g = g,
	                                  .state = "paused",
	                                  .account = id,
	                                  .listener = is_listener ? id : NULL,
	                                  .error = arena_printf(g->arena, "by %s", author).p,
	                                  .since = at});
}

static int read_states(struct gathering *g, struct db *db, struct error *err)
{
	int r = status_each(db, take_status, g, err);

	if (r >= 0)
		r = throttle_each(db, take_throttle, g, err);
	return r < 0 ? r : pause_each(db, take_pause, g, err);
}

/* Where serve doesn't run, what was written last is history; a sender that never had anything to do is idle. */
static void settle(struct gathering *g, struct status_part *parts, size_t n, bool is_listener)
{
	for (size_t i = 0; i < n; i++) {
		struct status_part *part = &parts[i];

		if (is_off(part))
			continue;
		if (!g->facts->is_running && strcmp(part->state, "paused") != 0)
			part->state = "stopped";
		else if (!part->state[0])
			part->state = is_listener ? "connecting" : "idle";
		g->facts->problems += g->facts->is_running && !status_is_good(part->state);
	}
}

/* ---------------------------------------------------------------- the outbox */

static void take_due(void *ctx, const char *account, int64_t due_at)
{
	const struct gathering *g = ctx;
	struct status_part *part = map_get(g->senders, str_of(account));

	if (part)
		part->due_at = MAX(due_at, 1);
}

static int read_outbox(struct gathering *g, struct db *db, struct error *err)
{
	int r = outbox_accounts(db, take_due, g, err);

	if (r >= 0)
		r = mail_count(db, g->facts->now - HOURS_MS(24), &g->facts->mail, err);
	return r < 0 ? r : automatic_mail_is_on(db, &g->facts->automatic_mail, err);
}

int status_gather(struct db *db, const struct setup *setup, struct arena *arena, struct status_facts *ret_facts,
                  struct error *err)
{
	struct map *listeners CLEANUP(map_freep) = map_new(), *senders CLEANUP(map_freep) = map_new(),
	                      *inlets CLEANUP(map_freep) = map_new();
	struct status_facts facts = {.now = clock_now_ms()};
	struct gathering g = {&facts, arena, listeners, senders, inlets};
	int r;

	list_parts(&g, setup);
	r = read_states(&g, db, err);
	if (r >= 0)
		r = read_outbox(&g, db, err);
	if (r < 0)
		return r;
	settle(&g, facts.listeners, facts.listener_count, true);
	settle(&g, facts.senders, facts.sender_count, false);
	settle(&g, facts.inlets, facts.inlet_count, true);
	facts.problems += !facts.is_running;
	*ret_facts = facts;
	return 0;
}
