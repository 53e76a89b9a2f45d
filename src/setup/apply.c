/* Changing the set-up by a document, and sealing it anew. Each is one transaction that first looks at everything as it
 * would be. */
#include "setup/setup.h"

#include "base/clock.h"
#include "base/mem.h"
#include "setup/change.h"
#include "setup/event_names.h"
#include "setup/placeholders.h"
#include "setup/moved.h"
#include "setup/signing.h"
#include "store/records.h"

#include <stdio.h>

/* ---------------------------------------------------------------- apply */

static int ask(const struct change *change, const struct record_type *type, const void *before, const void *after,
               struct error *err)
{
	return change->may ? change->may(change->may_ctx, change->setup, type, before, after, err) : 0;
}

/* Returns 1 where the record differs from what is stored. */
static int apply_one(struct change *change, const struct record_type *type, const char *id, const json_t *value,
                     struct buf *report, struct error *err)
{
	struct buf differences CLEANUP(buf_done) = BUF_INIT(KIB(256));
	const void *before = setup_find(change->setup, type, id);
	void *record;
	/* First as it is: what is wrong with the document could tell of a record that isn't theirs to know of. */
	int r = before ? ask(change, type, before, NULL, err) : 0;

	if (r >= 0)
		r = change_read(change, type, id, value, &record, err);
	if (r < 0)
		return r;
	r = ask(change, type, before, record, err);
	if (r < 0) {
		record_done(type, record);
		return r;
	}
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
	r = change->db ? change_put(change, type, record, !before, err) : 0;
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

static void warn_of_names(const struct setup *setup, const json_t *document, const struct record_type *type,
                          struct buf *report)
{
	const char *id;
	json_t *value;

	json_object_foreach (json_object_get(document, type->plural), id, value)
		event_names_warnings(type, setup_find(setup, type, id), report);
}

static void warn_of_placeholders(const struct setup *setup, const json_t *document, struct buf *report)
{
	const char *id;
	json_t *value;

	json_object_foreach (json_object_get(document, template_type.plural), id, value)
		placeholders_warnings(setup_template(setup, id), report);
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
	if (r >= 0) {
		warn_of_keys(change->setup, document, report);
		warn_of_names(change->setup, document, &webhook_type, report);
		warn_of_names(change->setup, document, &alert_type, report);
		warn_of_placeholders(change->setup, document, report);
	}
	if (r >= 0 && change->db)
		r = moved_warnings(change->db, change->setup, before, accounts, report, err);
	return r < 0 ? r : count;
}

int setup_apply(struct db *db, const struct sealer *sealer, const json_t *document, const char *by, bool dry_run,
                struct buf *report, struct error *err)
{
	return setup_apply_for(db, sealer, &(struct application){.document = document, .by = by, .dry_run = dry_run},
	                       report, err);
}

int setup_apply_for(struct db *db, const struct sealer *sealer, const struct application *application,
                    struct buf *report, struct error *err)
{
	struct change change CLEANUP(change_done) = {.db = db,
	                                             .sealer = sealer,
	                                             .by = application->by,
	                                             .may = application->may,
	                                             .may_ctx = application->ctx,
	                                             .mailbox = application->mailbox};
	struct buf lines CLEANUP(buf_done) = BUF_INIT(MIB(16));
	struct error ignored;

	err = err ? err : &ignored;
	int count = check_kinds(application->document, err);
	if (count >= 0)
		count = change_begin(&change, err);
	if (count >= 0)
		count = apply_all(&change, application->document, &lines, err);
	if (count > 0 && !application->dry_run) {
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

static int64_t delete_record(struct change *change, const char *kind, const char *id, struct error *err)
{
	const struct record_type *type = setup_type_find(kind);

	if (!type)
		return fail(err, E_INVALID, RETRY_NEVER, "\"%s\" is not a kind of record", kind);
	int r = change_begin(change, err);
	if (r >= 0)
		r = change_remove(change, type, id, err);
	if (r >= 0)
		r = change_commit(change, err);
	return r < 0 ? r : change->cancelled_mail;
}

int setup_delete(struct db *db, const struct sealer *sealer, const char *kind, const char *id, const char *by,
                 struct error *err)
{
	struct change change CLEANUP(change_done) = {.db = db, .sealer = sealer, .by = by};

	int64_t r = delete_record(&change, kind, id, err);

	return (int)MIN(r, 0);
}

int64_t setup_delete_with_mail(struct db *db, const struct sealer *sealer, const char *kind, const char *id,
                               const char *by, struct error *err)
{
	struct change change CLEANUP(change_done) = {.db = db, .sealer = sealer, .by = by, .cancels_mail = true};

	return delete_record(&change, kind, id, err);
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
