/* A circuit breaker as a person sees it, and lets it go. See breaker.h. */
#include "base/clock.h"
#include "base/mail_address.h"
#include "intake/breaker.h"
#include "store/breakers.h"
#include "store/cases.h"
#include "store/event_data.h"
#include "store/store.h"

/* An open one whose time is over lets the next answer through. */
const char *breaker_state_now(const struct stored_breaker *b)
{
	return strcmp(b->state, "open") == 0 && b->open_until <= clock_now_ms() ? "half-open" : b->state;
}

struct reset {
	struct work work;
	const char *scope, *name, *author;
	int removed;
};

static int run_reset(struct work *work, struct db *db, struct error *err)
{
	struct reset *reset = (struct reset *)(void *)work;
	const struct new_event event = {.kind = "loop.reset", .author = reset->author, .at = clock_now_ms()};
	struct stored_breaker closed = {.scope = reset->scope,
	                                .name = reset->name,
	                                .state = "closed",
	                                .reason = "",
	                                .memory = STR(""),
	                                .updated_at = clock_now_ms()};
	int r = reset->removed = breaker_remove(db, reset->scope, reset->name, err);

	/* Remembered as empty: without a circuit it would be made up from the outbox again. */
	if (r > 0)
		r = breaker_put(db, &closed, err);
	if (r < 0 || !reset->removed)
		return r;
	return event_add_data(db, &event, json_pack("{s:s, s:s}", "scope", reset->scope, "name", reset->name), err);
}

int breaker_reset(struct store *store, struct db *db, const char *name, const char *author, struct arena *arena,
                  struct error *err)
{
	struct reset reset = {.work = {.run = run_reset}, .scope = "address", .author = author};
	char room[MAIL_ADDRESS_MAX];
	struct stored_case c;
	int r = 0;

	reset.name = breaker_correspondent(arena, arena_cstr(arena, mail_address_key(str_of(name), room)));
	if (!strchr(name, '@')) {
		reset.scope = "case";
		r = case_find_number(db, str_of(name), arena, &c, err);
		if (r > 0)
			reset.name = arena_printf(arena, "%lld", (long long)c.id).p;
	}
	if (r >= 0)
		r = store_do(store, &reset.work, err);
	return r < 0 ? r : reset.removed > 0;
}
