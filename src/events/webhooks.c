/* See webhooks.h. */
#include "events/webhooks.h"

#include "base/clock.h"
#include "store/event_kinds.h"

#include <jansson.h>

#define CLOCK_SLACK_MS MINUTES_MS(1) /* by so much clocks of several processes may differ */

int64_t webhook_delay_ms(int64_t tries)
{
	static const int64_t delays_s[] = {5, 30, 300, 1800, 7200, 18000};

	if (tries >= WEBHOOK_TRIES)
		return 0;
	return tries <= (int64_t)ARRAY_LEN(delays_s) ? SECONDS_MS(delays_s[MAX(tries, 1) - 1]) : HOURS_MS(10);
}

int64_t webhook_pause_ms(int64_t failures)
{
	return failures >= 8 ? MINUTES_MS(5) : SECONDS_MS(1) << MAX(failures, 1);
}

/* A test is for one alone. */
static bool is_test_for(const struct webhook *webhook, const struct stored_event *event)
{
	json_t *data = json_loadb(event->data.p, event->data.n, 0, NULL);
	const char *id = json_string_value(json_object_get(data, "webhook"));
	bool is_meant = id && strcmp(id, webhook->id) == 0;

	json_decref(data);
	return is_meant;
}

bool webhook_wants(const struct setup *setup, const struct webhook *webhook, const struct stored_event *event)
{
	bool fits = webhook->events.count == 0;

	if (strcmp(event->kind, "webhook.test") == 0)
		return is_test_for(webhook, event);
	for (size_t i = 0; i < webhook->events.count && !fits; i++)
		fits = event_kind_fits(webhook->events.items[i], event->kind);
	return fits && webhook_takes_account(setup, webhook, event->account);
}

int webhook_changed_since(struct db *db, const char *webhook, int64_t at, int64_t now, struct error *err)
{
	int64_t changed_at = 0;
	int r = webhook_changed_at(db, webhook, &changed_at, err);

	return r < 0 ? r : changed_at > at && changed_at <= now + CLOCK_SLACK_MS;
}

int webhook_standing(struct db *db, const char *webhook, int64_t now, struct arena *arena, struct webhook_state *ret,
                     struct error *err)
{
	struct webhook_state state;
	int64_t last;
	int r = webhook_state_get(db, webhook, arena, &state, err);

	if (r < 0)
		return r;
	last = MAX(state.failed_at, state.disabled_at);
	if (last)
		r = last > now + CLOCK_SLACK_MS ? 1 : webhook_changed_since(db, webhook, last, now, err);
	if (r < 0)
		return r;
	if (r > 0)
		state = (struct webhook_state){.webhook = webhook,
		                               .delivered_at = state.delivered_at,
		                               .failed_at = state.failed_at,
		                               .reason = ""};
	*ret = state;
	return 0;
}

int webhook_is_disabled(struct db *db, const char *webhook, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct webhook_state state;
	int r = webhook_standing(db, webhook, clock_now_ms(), arena, &state, err);

	return r < 0 ? r : state.disabled_at != 0;
}

size_t webhooks_turn(const void *const *webhooks, size_t n, const char *last_id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(((const struct webhook *)webhooks[i])->id, last_id) > 0)
			return i;
	return 0;
}

static int owe(struct db *db, const struct setup *setup, const struct webhook *webhook,
               const struct stored_event *events, size_t n, struct error *err)
{
	int64_t now = clock_now_ms();
	bool known = false;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		if (!webhook_wants(setup, webhook, &events[i]))
			continue;
		r = known ? 0 : webhook_is_disabled(db, webhook->id, err);
		if (r != 0)
			return MIN(r, 0);
		known = true;
		r = delivery_add(db, webhook->id, events[i].number, events[i].kind, now, err);
	}
	return r;
}

int webhooks_owe(struct db *db, const struct setup *setup, const struct stored_event *events, size_t n,
                 struct error *err)
{
	const void *const *list;
	size_t count = setup_list(setup, &webhook_type, &list);
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		const struct webhook *webhook = list[i];

		if (webhook->enabled)
			r = owe(db, setup, webhook, events, n, err);
	}
	return r;
}
