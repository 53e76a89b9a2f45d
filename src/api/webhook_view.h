/* Webhooks' deliveries and states as the API shows them. The records themselves are those of the set-up. */
#ifndef API_WEBHOOK_VIEW_H
#define API_WEBHOOK_VIEW_H

#include "record/record.h"
#include "store/deliveries.h"

/* In which a delivery can be; NULL-ended. */
extern const char *const delivery_state_names[];

struct delivery_try_view {
	int64_t number, at, duration_ms, status;
	const char *reason, *answer;
};

struct delivery_view {
	int64_t id, event;
	const char *kind;
	int state; /* delivery_state_names */
	int64_t tries, next_try_at, status;
	const char *reason;
	int64_t created_at, done_at;
	struct record_list attempts; /* of struct delivery_try_view; in a single one */
};

struct webhook_state_view {
	const char *id;
	bool enabled, disabled; /* the record's word, and by itself */
	int64_t failing_since, failures, next_try_at, delivered_at, failed_at, disabled_at, waiting;
	const char *reason;
	const char *public_key; /* whpk_…; "" */
};

struct webhook_secret_view {
	const char *secret;
};

struct replay_view {
	int64_t after;
	bool all;
};

struct replayed_view {
	int64_t count;
};

extern const struct record_type delivery_view_type, webhook_state_view_type, webhook_secret_view_type, replay_view_type,
        replayed_view_type;

struct delivery_view delivery_view_of(const struct delivery *delivery);

#endif
