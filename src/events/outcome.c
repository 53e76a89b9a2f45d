/* See outcome.h. */
#include "events/outcome.h"

#include "base/clock.h"
#include "base/random.h"
#include "events/webhooks.h"
#include "store/event_data.h"

/* ---------------------------------------------------------------- the endpoint */

/* True where it disables the webhook: told once, though several deliveries may have been on their way. */
static bool note_failure(const struct post_result *result, struct webhook_state *state, int64_t now)
{
	bool is_the_end;

	state->failing_since = state->failing_since ? state->failing_since : now;
	state->failed_at = now;
	state->reason = result->attempt.reason;
	if (result->outcome == POST_FAILED) {
		state->failures++;
		state->next_try_at = now + MAX(webhook_pause_ms(state->failures), result->retry_after_ms);
	}
	is_the_end = result->outcome == POST_GONE || now - state->failing_since > WEBHOOK_DISABLED_AFTER;
	if (state->disabled_at || !is_the_end)
		return false;
	state->disabled_at = now;
	return true;
}

static int tell_disabled(struct db *db, const struct webhook_state *state, int64_t now, struct error *err)
{
	const struct new_event event = {.kind = "webhook.disabled", .at = now};

	return event_add_data(db, &event, json_pack("{s:s, s:s}", "webhook", state->webhook, "reason", state->reason),
	                      err);
}

static int write_state(struct db *db, const char *webhook, const struct post_result *result, int64_t now,
                       bool *ret_disabled, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct webhook_state state;
	bool is_disabled = false;
	int r = 0;

	/* A failure of a try that began before the record was changed says nothing about the endpoint as it is now. */
	if (result->outcome != POST_DELIVERED)
		r = webhook_changed_since(db, webhook, result->attempt.at, now, err);
	if (r != 0)
		return MIN(r, 0);
	r = webhook_standing(db, webhook, now, arena, &state, err);
	if (r < 0)
		return r;
	if (result->outcome == POST_DELIVERED)
		state = (struct webhook_state){
		        .webhook = webhook, .delivered_at = now, .failed_at = state.failed_at, .reason = ""};
	else
		is_disabled = note_failure(result, &state, now);
	r = webhook_state_put(db, &state, err);
	if (r == 0 && is_disabled)
		r = tell_disabled(db, &state, now, err);
	if (r == 0)
		*ret_disabled = is_disabled;
	return r;
}

/* ---------------------------------------------------------------- the delivery */

/* A tenth more or less, so that what failed together doesn't come together. */
static int64_t with_jitter(int64_t ms)
{
	return ms - ms / 10 + (int64_t)random_below((uint64_t)ms / 5 + 1);
}

static bool is_last_try(const struct delivery *d, enum post_outcome outcome)
{
	return outcome == POST_GONE || outcome == POST_DROPPED || webhook_delay_ms(d->tries) == 0;
}

int outcome_write(struct db *db, const struct delivery *delivery, const struct post_result *result, int64_t now,
                  bool *ret_disabled, struct error *err)
{
	struct delivery d = *delivery;
	int r;

	*ret_disabled = false;
	d.tries++;
	d.status = result->attempt.status;
	d.reason = result->attempt.reason;
	if (result->outcome == POST_DELIVERED || is_last_try(&d, result->outcome)) {
		d.state = result->outcome == POST_DELIVERED ? "delivered" : "failed";
		d.done_at = now;
	} else {
		d.state = "later";
		d.next_try_at = now + MAX(with_jitter(webhook_delay_ms(d.tries)), result->retry_after_ms);
	}
	r = delivery_write(db, &d, &result->attempt, err);
	if (r <= 0 || result->outcome == POST_DROPPED) /* which is no fault of the endpoint's */
		return MIN(r, 0);
	return write_state(db, d.webhook, result, now, ret_disabled, err);
}
