/* See change.h. */
#include "setup/change.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/cases.h"
#include "store/credentials.h"
#include "store/outbox_cancel.h"
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

int change_commit(struct change *change, struct error *err)
{
	int r = change->open ? db_commit(change->db, err) : 0;

	if (r >= 0)
		change->open = false;
	return r;
}

/* What happened, for those who follow. */
static int tell(const struct change *change, const char *event, const struct record_type *type, const char *id,
                struct error *err)
{
	json_t *data CLEANUP(json_decrefp) =
	        json_pack("{s:s, s:s, s:s}", "kind", type->kind, "id", id, "by", change->by);
	char *text CLEANUP(freep) = data ? json_dumps(data, JSON_COMPACT) : NULL;

	return event_add(change->db,
	                 &(struct new_event){.kind = event,
	                                     .account = type == &account_type ? id : NULL,
	                                     .author = change->by,
	                                     .data = str_of(text),
	                                     .at = change->at},
	                 err);
}

int change_put(const struct change *change, const struct record_type *type, const void *record, bool is_new,
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
	return r < 0 ? r : tell(change, is_new ? "record.created" : "record.changed", type, id, err);
}

/* ---------------------------------------------------------------- a record of a document */

int change_read(const struct change *change, const struct record_type *type, const char *id, const json_t *value,
                void **ret_record, struct error *err)
{
	const char *path = arena_printf(change->setup->arena, "%s/%.64s", type->plural, id).p;
	json_t *json CLEANUP(json_decrefp) = json_copy((json_t *)(uintptr_t)value);
	const char *inner = json_string_value(json_object_get(json, "id"));
	void *record;

	if (inner && strcmp(inner, id) != 0)
		return fail(err, E_INVALID, RETRY_NEVER, "%s/id: \"%.64s\" is not the key above it", path, inner);
	if (json_is_object(json) && !inner)
		json_object_set_new(json, "id", json_string(id));
	int r = record_read(type, json, path, change->sealer, change->setup->arena, &record, err);
	if (r < 0)
		return r;
	r = record_keep_secrets(type, record, setup_find(change->setup, type, id), path, err);
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

/* Fails where any record refers to it. */
static int check_unused(const struct setup *setup, const struct record_type *type, const char *id, struct error *err)
{
	struct user_search search = {type, id};

	for (size_t i = 0; setup_types[i]; i++) {
		const void *const *records;
		size_t n = setup_list(setup, setup_types[i], &records);

		for (size_t k = 0; k < n; k++)
			if (record_each_reference(setup_types[i], records[k], is_user, &search))
				return fail(err, E_CONFLICT, RETRY_NEVER, "%s/%s is still used by %s/%s", type->plural,
				            id, setup_types[i]->plural, record_id(setup_types[i], records[k]));
	}
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
	if (r >= 0 && type == &authentication_profile_type)
		r = token_forget(change->db, id, err);
	if (r >= 0 && type == &operator_type)
		r = credentials_forget(change->db, id, err);
	return r < 0 ? r : tell(change, "record.deleted", type, id, err);
}
