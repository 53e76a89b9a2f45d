/* See setup.h: the snapshot. */
#include "setup/setup.h"

#include "base/mem.h"
#include "setup/catalogue.h"
#include "setup/snapshot.h"
#include "setup/users.h"
#include "store/records.h"

#include <stdlib.h>

const struct record_type *const setup_types[] = {
        &provider_type, &template_type,          &case_type_type, &keystore_type, &authentication_profile_type,
        &account_type,  &service_rule_type,      &listener_type,  &block_type,    &inlet_type,
        &operator_type, &identity_provider_type, &webhook_type,   &alert_type,    NULL,
};

_Static_assert(ARRAY_LEN(setup_types) == SETUP_TYPE_COUNT + 1, "one snapshot kind for each type");

const struct record_type *setup_type_find(const char *kind_or_plural)
{
	for (size_t i = 0; setup_types[i]; i++)
		if (strcmp(setup_types[i]->kind, kind_or_plural) == 0 ||
		    strcmp(setup_types[i]->plural, kind_or_plural) == 0)
			return setup_types[i];
	return NULL;
}

/* ---------------------------------------------------------------- building */

struct setup_kind *setup_kind(const struct setup *setup, const struct record_type *type)
{
	for (size_t i = 0; i < SETUP_TYPE_COUNT; i++)
		if (setup->kinds[i].type == type)
			return (struct setup_kind *)(uintptr_t)&setup->kinds[i];
	must_failed("a type of setup_types", __FILE__, __LINE__);
}

struct setup *setup_new(void)
{
	struct setup *setup = mem_new(1, sizeof *setup);

	setup->arena = arena_new();
	setup->users = users_index_new();
	for (size_t i = 0; i < SETUP_TYPE_COUNT; i++)
		setup->kinds[i] = (struct setup_kind){.type = setup_types[i], .by_id = map_new()};
	return setup;
}

void setup_free(struct setup *setup)
{
	if (!setup)
		return;
	for (size_t i = 0; i < SETUP_TYPE_COUNT; i++) {
		struct setup_kind *kind = &setup->kinds[i];
		for (size_t k = 0; k < kind->count; k++)
			record_done(kind->type, (void *)(uintptr_t)kind->records[k]);
		map_free(kind->by_id);
		free(kind->records);
	}
	users_index_free(setup->users);
	arena_free(setup->arena);
	free(setup);
}

/* 0: no such record; else its index plus 1. */
static size_t place_of(const struct setup_kind *kind, const char *id)
{
	return (size_t)(uintptr_t)map_get(kind->by_id, str_of(id));
}

static void set_place(struct setup_kind *kind, const char *id, size_t place)
{
	map_set(kind->by_id, str_of(id), (void *)(uintptr_t)place);
}

void setup_put(struct setup *setup, const struct record_type *type, void *record)
{
	struct setup_kind *kind = setup_kind(setup, type);
	size_t place = place_of(kind, record_id(type, record));

	users_index_change(setup->users, type, place ? kind->records[place - 1] : NULL, record);
	if (place) {
		record_done(type, (void *)(uintptr_t)kind->records[place - 1]);
		kind->records[place - 1] = record;
		return;
	}
	ARRAY_ROOM(kind->records, kind->count, kind->size);
	kind->records[kind->count++] = record;
	set_place(kind, record_id(type, record), kind->count);
}

/* ---------------------------------------------------------------- loading */

static int load_record(struct setup *setup, const struct stored_record *stored, const struct sealer *sealer,
                       struct error *err)
{
	const struct record_type *type = setup_type_find(stored->kind);
	void *record;
	json_error_t wrong;

	if (!type)
		return fail(err, E_STORE, RETRY_NEVER,
		            "the store has records of a kind \"%s\" that this program doesn't know", stored->kind);
	const char *path = arena_printf(setup->arena, "%s/%s", type->plural, stored->id).p;
	json_t *json CLEANUP(json_decrefp) = json_loadb(stored->document.p, stored->document.n, 0, &wrong);
	if (!json)
		return fail(err, E_STORE, RETRY_NEVER, "%s: the stored document can't be read: %s", path, wrong.text);
	if (record_read(type, json, path, sealer, setup->arena, &record, err) < 0)
		return error_prefix(err, "stored set-up");
	setup_put(setup, type, record);
	return 0;
}

static int compare_ids(const void *a, const void *b, void *type)
{
	return strcmp(record_id(type, *(const void *const *)a), record_id(type, *(const void *const *)b));
}

static void sort_records(struct setup *setup)
{
	for (size_t i = 0; i < SETUP_TYPE_COUNT; i++) {
		struct setup_kind *kind = &setup->kinds[i];
		if (kind->count)
			qsort_r(kind->records, kind->count, sizeof *kind->records, compare_ids,
			        (void *)(uintptr_t)kind->type);
		for (size_t k = 0; k < kind->count; k++)
			set_place(kind, record_id(kind->type, kind->records[k]), k + 1);
	}
}

int setup_load(struct db *db, const struct sealer *sealer, struct setup **ret_setup, struct error *err)
{
	struct setup *setup CLEANUP(setup_freep) = setup_new();
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct sealer tolerant = *sealer;
	struct stored_record *stored;

	tolerant.keeps_unopened = true;
	/* The number first: a change in between is then loaded twice rather than missed. */
	int r = setup_revision(db, &setup->revision, err);
	if (r < 0)
		return r;
	int n = records_list(db, NULL, arena, &stored, err);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		r = load_record(setup, &stored[i], &tolerant, err);
		if (r < 0)
			return r;
	}
	sort_records(setup);
	keystores_link(setup);
	*ret_setup = take(setup);
	return 0;
}

/* ---------------------------------------------------------------- asking */

const void *setup_find(const struct setup *setup, const struct record_type *type, const char *id)
{
	const struct setup_kind *kind = setup_kind(setup, type);
	size_t place = place_of(kind, id);

	return place ? kind->records[place - 1] : NULL;
}

const struct provider *setup_provider(const struct setup *setup, const char *id)
{
	const struct provider *own = setup_find(setup, &provider_type, id);

	return own || !*id ? own : catalogue_find(id);
}

bool setup_has(const struct setup *setup, const struct record_type *type, const char *id)
{
	return type == &provider_type ? setup_provider(setup, id) != NULL : setup_find(setup, type, id) != NULL;
}

size_t setup_list(const struct setup *setup, const struct record_type *type, const void *const **ret_records)
{
	const struct setup_kind *kind = setup_kind(setup, type);

	*ret_records = kind->records;
	return kind->count;
}

int setup_revision(struct db *db, int64_t *ret_revision, struct error *err)
{
	return records_revision(db, ret_revision, err);
}

int64_t setup_loaded_revision(const struct setup *setup)
{
	return setup->revision;
}
