/* See change.h. */
#include "setup/change.h"

#include "base/clock.h"
#include "base/mem.h"
#include "setup/event_names.h"
#include "setup/placeholders.h"
#include "setup/personal.h"
#include "store/alerts.h"
#include "store/cases.h"
#include "store/credentials.h"
#include "store/deliveries.h"
#include "store/event_data.h"
#include "store/outbox_cancel.h"
#include "store/parts.h"
#include "store/records.h"
#include "store/tokens.h"

#include <stdio.h>

/* ---------------------------------------------------------------- the transaction */

void change_done(struct change *change)
{
	if (change->open)
		db_rollback(change->db);
	setup_free(change->setup);
}

int change_begin(struct change *change, struct error *err)
{
	bool joins = db_in_transaction(change->db);
	int r = joins ? 0 : db_begin(change->db, err);

	if (r < 0)
		return r;
	change->open = !joins;
	change->at = clock_now_ms();
	r = records_begin_change(change->db, &change->revision, err);
	return r < 0 ? r : setup_load(change->db, change->sealer, &change->setup, err);
}

/* ---------------------------------------------------------------- what happened, for those who follow */

struct change_event {
	const char *kind;
	const struct record_type *type;
	const char *id;
	bool is_over; /* the record is gone */
	const char *account;
};

/* A personal mailbox's parts are its owner's to know of. */
static const char *whose(const struct change *change, const struct record_type *type, const char *id)
{
	const struct account *mailbox = personal_mailbox(change->setup, type, id, NULL);
	bool is_part = type == &listener_type || type == &authentication_profile_type || type == &keystore_type;

	if (type == &account_type)
		return id;
	return mailbox ? mailbox->id : is_part ? change->mailbox : NULL;
}

/* Told as the change ends: whose a record is shows when what uses it is there, too. What goes shows it now. */
static void note_event(struct change *change, const char *kind, const struct record_type *type, const char *id,
                       bool is_over)
{
	struct arena *arena = change->setup->arena;
	struct change_event *e;

	ARENA_ROOM(arena, change->events, change->event_count, change->event_size);
	e = &change->events[change->event_count++];
	*e = (struct change_event){.kind = kind, .type = type, .id = arena_cstr(arena, str_of(id)), .is_over = is_over};
	if (is_over)
		e->account = whose(change, type, id);
}

static int tell(const struct change *change, const struct change_event *e, struct error *err)
{
	const struct new_event event = {.kind = e->kind,
	                                .account = e->is_over ? e->account : whose(change, e->type, e->id),
	                                .author = change->by,
	                                .at = change->at};

	return event_add_data(change->db, &event,
	                      json_pack("{s:s, s:s, s:s}", "kind", e->type->kind, "id", e->id, "by", change->by), err);
}

int change_commit(struct change *change, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < change->event_count && r == 0; i++)
		r = tell(change, &change->events[i], err);
	change->event_count = 0;
	if (r == 0 && change->open)
		r = db_commit(change->db, err);
	if (r >= 0)
		change->open = false;
	return r;
}

/* ---------------------------------------------------------------- records */

int change_put(struct change *change, const struct record_type *type, const void *record, bool is_new,
               struct error *err)
{
	json_t *json CLEANUP(json_decrefp) = NULL;
	int r = record_write(type, record, type->plural, SECRETS_SEALED, false, change->sealer, &json, err);

	if (r < 0)
		return r;
	char *text CLEANUP(freep) = json_dumps(json, JSON_COMPACT);
	must(text);
	const char *id = record_id(type, record);
	r = records_put(change->db, type->kind, id, str_of(text), change->by, change->at, err);
	if (r == 0)
		note_event(change, is_new ? "record.created" : "record.changed", type, id, false);
	return r;
}

/* ---------------------------------------------------------------- a record of a document */

int change_read(const struct change *change, const struct record_type *type, const char *id, const json_t *value,
                void **ret_record, struct error *err)
{
	const char *path = arena_printf(change->setup->arena, "%s/%.64s", type->plural, id).p;
	json_t *json CLEANUP(json_decrefp) = json_copy((json_t *)(uintptr_t)value);
	const json_t *key = json_object_get(json, "id");
	const char *inner = json_string_value(key);
	void *record;

	if (inner && strcmp(inner, id) != 0)
		return fail(err, E_INVALID, RETRY_NEVER, "%s/id: \"%.64s\" is not the key above it", path, inner);
	if (json_is_object(json) && (!key || json_is_null(key)))
		json_object_set_new(json, "id", json_string(id));
	int r = record_read(type, json, path, change->sealer, change->setup->arena, &record, err);
	if (r < 0)
		return r;
	r = record_keep_secrets(type, record, setup_find(change->setup, type, id), path, err);
	if (r == 0)
		r = event_names_check(type, record, setup_find(change->setup, type, id), err);
	if (r == 0 && type == &template_type)
		r = placeholders_check(record, setup_template(change->setup, id), err);
	if (r < 0) {
		record_done(type, record);
		return r;
	}
	*ret_record = record;
	return 0;
}

/* ---------------------------------------------------------------- delete */

struct user_search {
	const struct record_type *type; /* of the record that shall go */
	const char *id;
};

static int is_user(void *ctx, const char *path UNUSED, const char *kind, const char *id)
{
	const struct user_search *search = ctx;

	return strcmp(kind, search->type->kind) == 0 && strcmp(id, search->id) == 0;
}

static int is_still_used(const struct record_type *type, const char *id, const struct record_type *by, const char *user,
                         struct error *err)
{
	return fail(err, E_CONFLICT, RETRY_NEVER, "%s/%s is still used by %s/%s", type->plural, id, by->plural, user);
}

/* Lists of accounts are no references, but none may name one that isn't there: every later change would be refused for
 * it. Nor can it be taken out of them here, since an empty one means all. */
static int check_unlisted(const struct setup *setup, const char *id, struct error *err)
{
	const void *const *webhooks, *const *alerts;
	size_t n = setup_list(setup, &webhook_type, &webhooks), m = setup_list(setup, &alert_type, &alerts);

	for (size_t i = 0; i < n; i++) {
		const struct webhook *webhook = webhooks[i];

		if (webhook->accounts.count && webhook_takes_account(setup, webhook, id))
			return is_still_used(&account_type, id, &webhook_type, webhook->id, err);
	}
	for (size_t i = 0; i < m; i++) {
		const struct alert *alert = alerts[i];

		if (alert->accounts.count && alert_takes_account(setup, alert, id))
			return is_still_used(&account_type, id, &alert_type, alert->id, err);
	}
	return 0;
}

/* Fails where any record refers to it. */
static int check_unused(const struct setup *setup, const struct record_type *type, const char *id, struct error *err)
{
	struct user_search search = {type, id};

	for (size_t i = 0; setup_types[i]; i++) {
		const void *const *records;
		size_t n = setup_list(setup, setup_types[i], &records);

		for (size_t k = 0; k < n; k++)
			if (record_each_reference(setup_types[i], records[k], is_user, &search))
				return is_still_used(type, id, setup_types[i], record_id(setup_types[i], records[k]),
				                     err);
	}
	if (type == &account_type)
		return check_unlisted(setup, id, err);
	return type == &keystore_type ? keystore_check_unused(setup, id, err) : 0;
}

/* What no account would send any more. */
static int settle_mail(struct change *change, const char *id, struct error *err)
{
	struct outbox_waiting mail;
	char why[160];
	int r = outbox_count_waiting(change->db, id, &mail, err);

	if (r < 0)
		return r;
	if (mail.sending)
		return fail(err, E_CONFLICT, RETRY_LATER,
		            "accounts/%s is sending mail at this moment: try again when it is through", id);
	if (mail.waiting && !change->cancels_mail)
		return fail(err, E_CONFLICT, RETRY_NEVER,
		            "accounts/%s: %lld %s in the outbox would never be sent: wait until it is empty, or cancel "
		            "what waits (delete account %s --cancel-mail)",
		            id, (long long)mail.waiting, mail.waiting == 1 ? "letter" : "letters", id);
	if (!mail.waiting)
		return 0;
	snprintf(why, sizeof why, "cancelled: account %.64s was deleted", id);
	change->cancelled_mail = outbox_cancel_account(change->db, id, why, change->by, change->at, err);
	return (int)MIN(change->cancelled_mail, 0);
}

int change_remove(struct change *change, const struct record_type *type, const char *id, struct error *err)
{
	int r;

	if (!setup_find(change->setup, type, id))
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s \"%.64s\"", type->kind, id);
	r = check_unused(change->setup, type, id, err);
	if (r >= 0 && type == &account_type)
		r = settle_mail(change, id, err);
	if (r >= 0 && type == &operator_type)
		r = operators_check(change->setup, id, err);
	if (r >= 0)
		r = records_put(change->db, type->kind, id, STR(""), change->by, change->at, err);
	if (r >= 0)
		r = part_forget(change->db, type->kind, id, err);
	if (r >= 0 && type == &authentication_profile_type)
		r = token_forget(change->db, id, err);
	if (r >= 0 && type == &operator_type)
		r = credentials_forget(change->db, id, err);
	if (r >= 0 && type == &webhook_type)
		r = webhook_forget(change->db, id, err);
	if (r >= 0 && type == &alert_type)
		r = alert_forget(change->db, id, err);
	if (r >= 0)
		note_event(change, "record.deleted", type, id, true);
	return MIN(r, 0);
}
