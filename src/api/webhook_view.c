/* See webhook_view.h. */
#include "api/webhook_view.h"

const char *const delivery_state_names[] = {"queued", "sending", "later", "delivered", "failed", NULL};

/* clang-format off */
static const struct field try_fields[] = {
	FIELD_INT(struct delivery_try_view, number, "Number"),
	FIELD_TIME(struct delivery_try_view, at, "When"),
	FIELD_INT(struct delivery_try_view, duration_ms, "Duration", .help = "Milliseconds"),
	FIELD_INT(struct delivery_try_view, status, "HTTP status", .help = "0: there was no answer"),
	FIELD_TEXT(struct delivery_try_view, reason, "What went wrong"),
	FIELD_TEXT(struct delivery_try_view, answer, "Answer", .multiline = true, .help = "Its first bytes"),
};

static const struct field delivery_fields[] = {
	FIELD_INT(struct delivery_view, id, "Delivery ID"),
	FIELD_INT(struct delivery_view, event, "Event", .help = "Its number"),
	FIELD_TEXT(struct delivery_view, kind, "Kind of event"),
	FIELD_ENUM(struct delivery_view, state, delivery_state_names, "State"),
	FIELD_INT(struct delivery_view, tries, "Tries"),
	FIELD_TIME(struct delivery_view, next_try_at, "Next try"),
	FIELD_INT(struct delivery_view, status, "HTTP status", .help = "Of the last try; 0: there was no answer"),
	FIELD_TEXT(struct delivery_view, reason, "What went wrong at last"),
	FIELD_TIME(struct delivery_view, created_at, "Owed since"),
	FIELD_TIME(struct delivery_view, done_at, "Done"),
	FIELD_LIST(struct delivery_view, attempts, struct delivery_try_view, try_fields, "Tries, newest first", .help = "Empty in lists"),
};

static const struct field state_fields[] = {
	FIELD_TEXT(struct webhook_state_view, id, "Webhook ID"),
	FIELD_BOOL(struct webhook_state_view, enabled, "Enabled", .help = "By its record"),
	FIELD_BOOL(struct webhook_state_view, disabled, "Disabled", .help = "By itself: the endpoint is gone, or failed for days; a change of the record enables it"),
	FIELD_TIME(struct webhook_state_view, failing_since, "Failing since"),
	FIELD_INT(struct webhook_state_view, failures, "Failures in a row"),
	FIELD_TIME(struct webhook_state_view, next_try_at, "Not tried before"),
	FIELD_TIME(struct webhook_state_view, delivered_at, "Last delivery"),
	FIELD_TIME(struct webhook_state_view, failed_at, "Last failure"),
	FIELD_TIME(struct webhook_state_view, disabled_at, "Disabled at"),
	FIELD_INT(struct webhook_state_view, waiting, "Waiting deliveries"),
	FIELD_TEXT(struct webhook_state_view, reason, "What went wrong at last"),
	FIELD_TEXT(struct webhook_state_view, public_key, "Public key", .help = "whpk_: checks v1a signatures; empty: there is no private key"),
};

static const struct field secret_fields[] = {
	FIELD_TEXT(struct webhook_secret_view, secret, "Secret", .help = "Shown this once"),
};

static const struct field replay_fields[] = {
	FIELD_INT(struct replay_view, after, "After", .high = INT64_MAX, .help = "Events behind this number"),
	FIELD_BOOL(struct replay_view, all, "All", .help = "Also what was delivered, or never owed; else what failed"),
};

static const struct field replayed_fields[] = {
	FIELD_INT(struct replayed_view, count, "Deliveries", .help = "That are sent again"),
};
/* clang-format on */

const struct record_type delivery_view_type =
        RECORD_TYPE("webhook_delivery", "webhook_deliveries", struct delivery_view, delivery_fields, "Delivery");
const struct record_type webhook_state_view_type =
        RECORD_TYPE("webhook_state", "webhook_states", struct webhook_state_view, state_fields, "How a webhook stands");
const struct record_type webhook_secret_view_type =
        RECORD_TYPE("webhook_secret", "webhook_secrets", struct webhook_secret_view, secret_fields, "A new secret");
const struct record_type replay_view_type =
        RECORD_TYPE("replay", "replays", struct replay_view, replay_fields, "What is sent again");
const struct record_type replayed_view_type =
        RECORD_TYPE("replayed", "replayed", struct replayed_view, replayed_fields, "How many are sent again");

struct delivery_view delivery_view_of(const struct delivery *d)
{
	struct delivery_view view = {
	        .id = d->id,
	        .event = d->event_number,
	        .kind = d->event_kind,
	        .tries = d->tries,
	        .next_try_at = d->done_at ? 0 : d->next_try_at,
	        .status = d->status,
	        .reason = d->reason,
	        .created_at = d->created_at,
	        .done_at = d->done_at,
	};

	for (int i = 0; delivery_state_names[i]; i++)
		if (strcmp(delivery_state_names[i], d->state) == 0)
			view.state = i;
	return view;
}
