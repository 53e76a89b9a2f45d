/* See replay.h. */
#include "events/replay.h"

#include "base/clock.h"
#include "events/webhooks.h"
#include "security/webhook_sign.h"
#include "setup/edit.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE 500

struct again {
	struct work work;
	const struct setup *setup;
	const struct webhook *webhook;
	const char *id;
	int64_t delivery, after;
	bool all;
	/* out */
	int64_t count, next;
	bool is_last;
};

static void run_again(struct work *work UNUSED)
{
}

static int replay_one(struct work *work, struct db *db, struct error *err)
{
	struct again *again = (struct again *)(void *)work;

	again->count = delivery_replay(db, again->id, again->delivery, clock_now_ms(), err);
	return again->count <= 0 ? (int)again->count : webhook_end_rest(db, again->id, err);
}

int webhook_replay(struct store *store, const char *webhook, int64_t delivery, struct error *err)
{
	struct again again = {.work = {.run = replay_one, .again = run_again}, .id = webhook, .delivery = delivery};
	int r = store_do(store, &again.work, err);

	return r < 0 ? r : (int)again.count;
}

static bool is_wanted(const struct again *again, const struct stored_event *event)
{
	bool is_gone = *event->account && !setup_account(again->setup, event->account);

	if (strcmp(event->kind, "webhook.test") == 0 || (is_gone && !again->webhook->accounts.count))
		return false;
	return webhook_wants(again->setup, again->webhook, event);
}

/* Rows that are there become due, those that are missing are made. */
static int replay_page(struct again *again, struct db *db, struct stored_event *events, int n, struct error *err)
{
	int64_t now = clock_now_ms();
	int r = 0;

	for (int i = 0; i < n && r == 0; i++) {
		if (!is_wanted(again, &events[i]))
			continue;
		r = delivery_add(db, again->id, events[i].number, events[i].kind, now, err);
		if (r == 0)
			r = delivery_replay_event(db, again->id, events[i].number, now, err);
		again->count++;
	}
	return r;
}

/* Nothing is left to a webhook of its name that is made later. */
static int check_exists(struct db *db, const char *webhook, struct error *err)
{
	int64_t changed_at = 0;
	int r = webhook_changed_at(db, webhook, &changed_at, err);

	if (r < 0 || changed_at)
		return r;
	return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no webhook \"%.64s\" any more", webhook);
}

/* A page of all; or all that failed. */
static int replay_some(struct work *work, struct db *db, struct error *err)
{
	struct again *again = (struct again *)(void *)work;
	const struct event_query query = {.from = again->after, .max = PAGE};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct stored_event *events;
	int n, r = check_exists(db, again->id, err);

	if (r == 0)
		r = webhook_end_rest(db, again->id, err);
	if (r < 0)
		return r;
	again->count = 0;
	if (!again->all) {
		again->count = delivery_replay_failed(db, again->id, again->after, clock_now_ms(), err);
		return (int)MIN(again->count, 0);
	}
	n = events_list(db, &query, arena, &events, err);
	r = n < 0 ? n : replay_page(again, db, events, n, err);
	again->is_last = n < PAGE;
	if (n > 0)
		again->next = events[n - 1].number;
	return r;
}

int64_t webhook_replay_since(struct store *store, const struct setup *setup, const struct webhook *webhook,
                             int64_t after, bool all, struct error *err)
{
	struct again again = {.work = {.run = replay_some, .again = run_again},
	                      .setup = setup,
	                      .webhook = webhook,
	                      .id = webhook->id,
	                      .after = after,
	                      .all = all,
	                      .is_last = !all};
	int64_t count = 0;

	do {
		int r = store_do(store, &again.work, err);

		if (r < 0)
			return r;
		count += again.count;
		again.after = again.next;
	} while (!again.is_last);
	return count;
}

/* ---------------------------------------------------------------- a test */

struct testing {
	struct work work;
	const struct webhook *webhook;
	const char *author;
};

static int check_enabled(struct db *db, const struct webhook *webhook, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct webhook_state state;
	int r = webhook_standing(db, webhook->id, clock_now_ms(), arena, &state, err);

	if (r == 0 && !webhook->enabled)
		return fail(err, E_CONFLICT, RETRY_NEVER, "webhook %s isn't enabled", webhook->id);
	if (r == 0 && state.disabled_at)
		return fail(err, E_CONFLICT, RETRY_NEVER,
		            "webhook %s was switched off (%s): mend its endpoint, then change its record, which "
		            "enables it",
		            webhook->id, state.reason);
	return r;
}

static int run_testing(struct work *work, struct db *db, struct error *err)
{
	const struct testing *testing = (const struct testing *)(const void *)work;
	char data[160]; /* an id needs no escaping */
	int r = check_enabled(db, testing->webhook, err);

	if (r == 0)
		r = webhook_end_rest(db, testing->webhook->id, err);
	if (r < 0)
		return r;
	snprintf(data, sizeof data, "{\"webhook\":\"%s\",\"reason\":\"test\"}", testing->webhook->id);
	return event_add(
	        db,
	        &(struct new_event){
	                .kind = "webhook.test", .author = testing->author, .data = str_of(data), .at = clock_now_ms()},
	        err);
}

int webhook_test(struct store *store, const struct webhook *webhook, const char *author, struct error *err)
{
	struct testing testing = {
	        .work = {.run = run_testing, .again = run_again}, .webhook = webhook, .author = author};

	return store_do(store, &testing.work, err);
}

/* ---------------------------------------------------------------- another secret */

struct rotating {
	struct work work;
	const struct sealer *sealer;
	struct edit edit;
};

static int run_rotating(struct work *work, struct db *db, struct error *err)
{
	struct rotating *rotating = (struct rotating *)(void *)work;
	enum edit_refusal refusal;
	int64_t revision;

	return setup_edit(db, rotating->sealer, &rotating->edit, &revision, &refusal, err);
}

/* The record as it is, with the new secret, the one before, and the time. Secrets that stay are masked. */
static int changed_document(const struct webhook *webhook, struct str secret, const struct sealer *sealer,
                            json_t **ret_json, struct error *err)
{
	struct webhook changed = *webhook;
	int r;

	changed.secret = (struct secret){0};
	changed.old_secret = (struct secret){0};
	secret_set(&changed.secret, secret);
	if (secret_is_set(&webhook->secret))
		secret_copy(&changed.old_secret, &webhook->secret);
	changed.rotated_at = clock_now_ms();
	r = record_write(&webhook_type, &changed, "webhooks", SECRETS_SEALED, true, sealer, ret_json, err);
	secret_done(&changed.secret);
	secret_done(&changed.old_secret);
	return r;
}

int webhook_rotate(struct store *store, const struct sealer *sealer, const struct setup *setup, const char *id,
                   const char *author, struct buf *ret_secret, struct error *err)
{
	const struct webhook *webhook = setup_webhook(setup, id);
	struct rotating rotating = {.work = {.run = run_rotating, .again = run_again}, .sealer = sealer};
	struct buf secret CLEANUP(buf_wipe) = BUF_INIT(200);
	json_t *document = NULL;
	int r;

	if (!webhook)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no webhook \"%.64s\"", id);
	must(buf_room(&secret, 100));
	webhook_new_secret(&secret);
	r = changed_document(webhook, buf_str(&secret), sealer, &document, err);
	if (r < 0)
		return r;
	rotating.edit = (struct edit){.kind = EDIT_REPLACE,
	                              .type = &webhook_type,
	                              .id = id,
	                              .document = document,
	                              .by = author,
	                              .revision = EDIT_ANY_REVISION};
	r = store_do(store, &rotating.work, err);
	json_decref(document);
	if (r == 0)
		buf_add(ret_secret, buf_str(&secret));
	return r;
}
