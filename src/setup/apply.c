/* Changing the set-up: apply, delete, seal anew. Each is one transaction that first looks at everything as it would
 * be. */
#include "setup/setup.h"

#include "base/clock.h"
#include "base/mem.h"
#include "setup/moved.h"
#include "setup/signing.h"
#include "setup/snapshot.h"
#include "store/outbox_cancel.h"
#include "store/records.h"
#include "store/tokens.h"

#include <stdio.h>

/* ---------------------------------------------------------------- the transaction */

struct change {
	struct db *db; /* NULL: nothing is stored, see setup_preview() */
	const struct sealer *sealer;
	const char *by;
	int64_t at, revision;
	struct setup *setup; /* as it is, then as it will be */
	bool open;           /* until committed */
};

static void change_done(struct change *change)
{
	if (change->open)
		db_rollback(change->db);
	setup_free(change->setup);
}

static int change_begin(struct change *change, struct error *err)
{
	int r = db_begin(change->db, err);

	if (r < 0)
		return r;
	change->open = true;
	change->at = clock_now_ms();
	r = records_begin_change(change->db, &change->revision, err);
	return r < 0 ? r : setup_load(change->db, change->sealer, &change->setup, err);
}

static int change_commit(struct change *change, struct error *err)
{
	int r = db_commit(change->db, err);

	if (r >= 0)
		change->open = false;
	return r;
}

static int put_record(const struct change *change, const struct record_type *type, const void *record,
                      struct error *err)
{
	json_t *json CLEANUP(json_decrefp) = NULL;
	int r = record_write(type, record, type->plural, SECRETS_SEALED, false, change->sealer, &json, err);

	if (r < 0)
		return r;
	char *text CLEANUP(freep) = json_dumps(json, JSON_COMPACT);
	must(text);
	return records_put(change->db, type->kind, record_id(type, record), str_of(text), change->by, change->at, err);
}

/* ---------------------------------------------------------------- apply */

/* A document's record as it would be stored, still without its place in the snapshot. */
static int read_one(const struct change *change, const struct record_type *type, const char *id, const json_t *value,
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

/* Returns 1 where the record differs from what is stored. */
static int apply_one(struct change *change, const struct record_type *type, const char *id, const json_t *value,
                     struct buf *report, struct error *err)
{
	struct buf differences CLEANUP(buf_done) = BUF_INIT(KIB(256));
	void *record;
	int r = read_one(change, type, id, value, &record, err);

	if (r < 0)
		return r;
	const void *before = setup_find(change->setup, type, id);
	size_t count = record_diff(type, before, record, &differences);
	if (before && count == 0) {
		buf_printf(report, "%s/%s: unchanged\n", type->plural, id);
		record_done(type, record);
		return 0;
	}
	buf_printf(report, "%s/%s: %s\n", type->plural, id, before ? "changed" : "created");
	if (before)
		buf_add(report, buf_str(&differences));
	setup_put(change->setup, type, record);
	r = change->db ? put_record(change, type, record, err) : 0;
	return r < 0 ? r : 1;
}

static int apply_kind(struct change *change, const struct record_type *type, const json_t *records, struct buf *report,
                      struct error *err)
{
	const char *id;
	json_t *value;
	int count = 0;

	if (!json_is_object(records))
		return fail(err, E_INVALID, RETRY_NEVER, "%s: is not an object of records by their id", type->plural);
	json_object_foreach ((json_t *)(uintptr_t)records, id, value) {
		int r = apply_one(change, type, id, value, report, err);
		if (r < 0)
			return r;
		count += r;
	}
	return count;
}

/* Each key must be a kind of record. */
static int check_kinds(const json_t *document, struct error *err)
{
	const char *key;
	json_t *value;

	if (!json_is_object(document))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "the set-up is not an object (\"accounts:\", \"listeners:\" … with records below)");
	json_object_foreach ((json_t *)(uintptr_t)document, key, value) {
		struct buf known CLEANUP(buf_done) = BUF_INIT(KIB(1));
		const struct record_type *type = setup_type_find(key);

		if (type && strcmp(type->plural, key) == 0)
			continue;
		if (type)
			return fail(err, E_INVALID, RETRY_NEVER, "%s: unknown key (did you mean %s?)", key,
			            type->plural);
		for (size_t i = 0; setup_types[i]; i++)
			buf_printf(&known, "%s%s", i ? ", " : "", setup_types[i]->plural);
		return fail(err, E_INVALID, RETRY_NEVER, "%.64s: unknown key (known are %s)", key, buf_cstr(&known));
	}
	return 0;
}

/* Of those that the document is about. */
static void warn_of_keys(const struct setup *setup, const json_t *document, struct buf *report)
{
	const char *id;
	json_t *value;

	json_object_foreach (json_object_get(document, keystore_type.plural), id, value)
		keystore_warnings(setup_keystore(setup, id), clock_now_ms(), report);
	json_object_foreach (json_object_get(document, account_type.plural), id, value)
		signing_warnings(setup, setup_account(setup, id), clock_now_ms(), report);
}

static int apply_all(struct change *change, const json_t *document, struct buf *report, struct error *err)
{
	struct moved_place *before;
	size_t accounts = moved_places(change->setup, change->setup->arena, &before);
	int count = 0;

	for (size_t i = 0; setup_types[i]; i++) {
		const json_t *records = json_object_get(document, setup_types[i]->plural);
		if (!records || json_is_null(records))
			continue;
		int r = apply_kind(change, setup_types[i], records, report, err);
		if (r < 0)
			return r;
		count += r;
	}
	int r = setup_check(change->setup, err);
	if (r >= 0)
		warn_of_keys(change->setup, document, report);
	if (r >= 0 && change->db)
		r = moved_warnings(change->db, change->setup, before, accounts, report, err);
	return r < 0 ? r : count;
}

int setup_apply(struct db *db, const struct sealer *sealer, const json_t *document, const char *by, bool dry_run,
                struct buf *report, struct error *err)
{
	struct change change CLEANUP(change_done) = {.db = db, .sealer = sealer, .by = by};
	struct buf lines CLEANUP(buf_done) = BUF_INIT(MIB(16));
	struct error ignored;

	err = err ? err : &ignored;
	int count = check_kinds(document, err);
	if (count >= 0)
		count = change_begin(&change, err);
	if (count >= 0)
		count = apply_all(&change, document, &lines, err);
	if (count > 0 && !dry_run) {
		int r = change_commit(&change, err);
		if (r < 0)
			return r;
	}
	if (count >= 0 && report)
		buf_add(report, buf_str(&lines));
	return count;
}

int setup_preview(const struct sealer *sealer, const json_t *document, struct buf *report, struct error *err)
{
	struct change change CLEANUP(change_done) = {.sealer = sealer};
	struct buf lines CLEANUP(buf_done) = BUF_INIT(MIB(16));
	struct error ignored;
	int count;

	err = err ? err : &ignored;
	count = check_kinds(document, err);
	if (count >= 0) {
		change.setup = setup_new();
		count = apply_all(&change, document, &lines, err);
	}
	if (count >= 0 && report)
		buf_add(report, buf_str(&lines));
	return count;
}

int setup_imagine(struct db *db, const struct sealer *sealer, const json_t *document, struct setup **ret_setup,
                  struct error *err)
{
	struct change change CLEANUP(change_done) = {.sealer = sealer};
	struct buf lines CLEANUP(buf_done) = BUF_INIT(MIB(16));
	int r = check_kinds(document, err);

	if (r == 0 && db)
		r = setup_load(db, sealer, &change.setup, err);
	else if (r == 0)
		change.setup = setup_new();
	if (r >= 0)
		r = apply_all(&change, document, &lines, err);
	if (r < 0)
		return r;
	*ret_setup = take(change.setup);
	return 0;
}

/* ---------------------------------------------------------------- secrets by reference */

int setup_resolve_secrets(json_t *document, struct error *err)
{
	for (size_t i = 0; setup_types[i]; i++) {
		const char *id;
		json_t *value;

		json_object_foreach (json_object_get(document, setup_types[i]->plural), id, value) {
			char path[160];
			snprintf(path, sizeof path, "%s/%.64s", setup_types[i]->plural, id);
			int r = record_resolve_secrets(setup_types[i], value, path, err);
			if (r < 0)
				return r;
		}
	}
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
static int64_t settle_mail(const struct change *change, const char *id, bool cancels, struct error *err)
{
	struct outbox_waiting mail;
	char why[160];
	int r = outbox_count_waiting(change->db, id, &mail, err);

	if (r < 0)
		return r;
	if (mail.sending)
		return fail(err, E_CONFLICT, RETRY_LATER,
		            "accounts/%s is sending mail at this moment: try again when it is through", id);
	if (mail.waiting && !cancels)
		return fail(err, E_CONFLICT, RETRY_NEVER,
		            "accounts/%s: %lld %s in the outbox would never be sent: wait until it is empty, or cancel "
		            "what waits (delete account %s --cancel-mail)",
		            id, (long long)mail.waiting, mail.waiting == 1 ? "letter" : "letters", id);
	if (!mail.waiting)
		return 0;
	snprintf(why, sizeof why, "cancelled: account %.64s was deleted", id);
	return outbox_cancel_account(change->db, id, why, change->by, change->at, err);
}

static int64_t delete_record(struct db *db, const struct sealer *sealer, const char *kind, const char *id,
                             const char *by, bool cancels_mail, struct error *err)
{
	struct change change CLEANUP(change_done) = {.db = db, .sealer = sealer, .by = by};
	const struct record_type *type = setup_type_find(kind);
	int64_t cancelled = 0;

	if (!type)
		return fail(err, E_INVALID, RETRY_NEVER, "\"%s\" is not a kind of record", kind);
	int r = change_begin(&change, err);
	if (r < 0)
		return r;
	if (!setup_find(change.setup, type, id))
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s \"%s\"", type->kind, id);
	r = check_unused(change.setup, type, id, err);
	if (r >= 0 && type == &account_type)
		cancelled = settle_mail(&change, id, cancels_mail, err);
	if (cancelled < 0)
		return cancelled;
	if (r >= 0)
		r = records_put(db, type->kind, id, STR(""), by, change.at, err);
	if (r >= 0 && type == &authentication_profile_type)
		r = token_forget(db, id, err);
	if (r >= 0)
		r = change_commit(&change, err);
	return r < 0 ? r : cancelled;
}

int setup_delete(struct db *db, const struct sealer *sealer, const char *kind, const char *id, const char *by,
                 struct error *err)
{
	return (int)MIN(delete_record(db, sealer, kind, id, by, false, err), 0);
}

int64_t setup_delete_with_mail(struct db *db, const struct sealer *sealer, const char *kind, const char *id,
                               const char *by, struct error *err)
{
	return delete_record(db, sealer, kind, id, by, true, err);
}

/* ---------------------------------------------------------------- seal anew */

/* Seals one version anew where something in it is sealed with an older key; 1 where it was. A version that can't be
 * read by today's rules, or whose secrets can't be opened, stays as it is: it was of no use before. */
static int reseal_version(const struct change *change, const struct stored_record *stored, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct record_type *type = setup_type_find(stored->kind);
	json_t *json CLEANUP(json_decrefp) = json_loadb(stored->document.p, stored->document.n, 0, NULL);
	json_t *written CLEANUP(json_decrefp) = NULL;
	struct sealer tolerant = *change->sealer;
	void *record;
	int r;

	tolerant.keeps_unopened = true;
	if (!type || !json || str_find(stored->document, STR("\"sealed\"")) < 0)
		return 0;
	if (record_read(type, json, type->plural, &tolerant, arena, &record, err) < 0)
		return 0;
	r = record_write(type, record, type->plural, SECRETS_SEALED, false, change->sealer, &written, err);
	record_done(type, record);
	if (r < 0)
		return r;
	char *text CLEANUP(freep) = json_dumps(written, JSON_COMPACT);
	must(text);
	r = records_rewrite(change->db, stored, str_of(text), err);
	return r < 0 ? r : 1;
}

int setup_reseal(struct db *db, const struct sealer *sealer, struct error *err)
{
	struct change change CLEANUP(change_done) = {.db = db, .sealer = sealer, .by = ""};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct stored_record *versions;
	struct error ignored;
	int count = 0, n, r;

	err = err ? err : &ignored;
	r = change_begin(&change, err);
	n = r < 0 ? r : records_versions(db, arena, &versions, err);
	for (int i = 0; r >= 0 && i < n; i++) {
		r = reseal_version(&change, &versions[i], err);
		count += r > 0;
	}
	if (n < 0 || r < 0)
		return n < 0 ? n : r;
	r = count ? change_commit(&change, err) : 0;
	return r < 0 ? r : count;
}
