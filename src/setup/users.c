/* See users.h. */
#include "setup/users.h"

#include "base/mem.h"
#include "setup/personal.h"
#include "setup/snapshot.h"

#include <pthread.h>
#include <stdlib.h>

struct use {
	size_t *places;
	size_t count, size;
	bool all_personal;
};

struct users_index {
	pthread_mutex_t lock;
	/* guarded by lock; as long as it is built it stays as it is */
	bool is_built;
	struct arena *arena;
	struct map *keystores, *profiles; /* struct use, by id */
	uint64_t steps;
};

struct users_index *users_index_new(void)
{
	struct users_index *index = mem_new(1, sizeof *index);

	pthread_mutex_init(&index->lock, NULL);
	return index;
}

static void forget(struct users_index *index)
{
	map_free(take(index->keystores));
	map_free(take(index->profiles));
	arena_free(take(index->arena));
	index->is_built = false;
}

void users_index_free(struct users_index *index)
{
	if (!index)
		return;
	forget(index);
	pthread_mutex_destroy(&index->lock);
	free(index);
}

/* ---------------------------------------------------------------- the walk */

struct walk {
	struct users_index *index;
	const struct setup *setup;
	size_t place; /* of the account at hand */
	bool is_personal;
};

static void add_use(const struct walk *walk, struct map *map, const char *id)
{
	struct use *use = *id ? map_get(map, str_of(id)) : NULL;

	if (!*id)
		return;
	if (!use) {
		use = ARENA_NEW(walk->index->arena, struct use);
		use->all_personal = true;
		map_set(map, str_of(id), use);
	}
	if (use->count && use->places[use->count - 1] == walk->place)
		return;
	ARENA_ROOM(walk->index->arena, use->places, use->count, use->size);
	use->places[use->count++] = walk->place;
	use->all_personal = use->all_personal && walk->is_personal;
}

static int add_reference(void *ctx, const char *path UNUSED, const char *kind, const char *id)
{
	const struct walk *walk = ctx;
	const struct authentication_profile *profile;

	if (strcmp(kind, keystore_type.kind) == 0)
		add_use(walk, walk->index->keystores, id);
	if (strcmp(kind, authentication_profile_type.kind) != 0)
		return 0;
	add_use(walk, walk->index->profiles, id);
	profile = setup_authentication_profile(walk->setup, id);
	if (profile) {
		add_use(walk, walk->index->keystores, profile->keystore);
		add_use(walk, walk->index->keystores, profile->truststore);
	}
	return 0;
}

static int compare_accounts(const void *a, const void *b, void *accounts)
{
	const struct account *const *list = accounts;

	return strcmp(list[*(const size_t *)a]->id, list[*(const size_t *)b]->id);
}

static void sort_use(void *accounts, struct str id UNUSED, void *value)
{
	const struct use *use = value;

	qsort_r(use->places, use->count, sizeof *use->places, compare_accounts, accounts);
}

/* Lock held. A set-up that is being changed isn't in the order of ids. */
static void build(struct users_index *index, const struct setup *setup)
{
	struct walk walk = {.index = index, .setup = setup};
	const void *const *accounts;
	size_t n = setup_list(setup, &account_type, &accounts);

	index->arena = arena_new();
	index->keystores = map_new();
	index->profiles = map_new();
	for (; walk.place < n; walk.place++) {
		const struct account *account = accounts[walk.place];

		walk.is_personal = account_is_personal(setup, account);
		(void)record_each_reference(&account_type, account, add_reference, &walk);
		add_use(&walk, index->keystores, account->send.tls.truststore);
		add_use(&walk, index->keystores, account->receive.tls.truststore);
	}
	index->steps += n;
	map_each(index->keystores, sort_use, (void *)(uintptr_t)accounts);
	map_each(index->profiles, sort_use, (void *)(uintptr_t)accounts);
	index->is_built = true;
}

/* ---------------------------------------------------------------- a change */

static int write_reference(void *ctx, const char *path UNUSED, const char *kind, const char *id)
{
	buf_printf(ctx, "%s/%s\n", kind, id);
	return 0;
}

/* All that the walk goes by. */
static void write_uses(const struct record_type *type, const void *record, struct buf *out)
{
	const struct account *account = type == &account_type ? record : NULL;
	const struct authentication_profile *profile = type == &authentication_profile_type ? record : NULL;

	(void)record_each_reference(type, record, write_reference, out);
	if (account)
		buf_printf(out, "%s\n%s\n%s\n", account->owner, account->send.tls.truststore,
		           account->receive.tls.truststore);
	if (profile)
		buf_printf(out, "%s\n", profile->truststore);
}

static bool changes_uses(const struct record_type *type, const void *before, const void *after)
{
	struct buf was CLEANUP(buf_done) = BUF_INIT(MIB(1)), is CLEANUP(buf_done) = BUF_INIT(MIB(1));

	if (type != &account_type && type != &authentication_profile_type && type != &operator_type)
		return false;
	if (!before || type == &operator_type)
		return !before;
	write_uses(type, before, &was);
	write_uses(type, after, &is);
	return was.failed || is.failed || !str_eq(buf_str(&was), buf_str(&is));
}

void users_index_change(struct users_index *index, const struct record_type *type, const void *before,
                        const void *after)
{
	bool changes = changes_uses(type, before, after);

	pthread_mutex_lock(&index->lock);
	if (changes)
		forget(index);
	pthread_mutex_unlock(&index->lock);
}

/* ---------------------------------------------------------------- asking */

struct users setup_users(const struct setup *setup, const struct record_type *type, const char *id)
{
	struct users_index *index = setup->users;
	const struct use *use = NULL;

	pthread_mutex_lock(&index->lock);
	if (!index->is_built)
		build(index, setup);
	if (type == &keystore_type || type == &authentication_profile_type)
		use = map_get(type == &keystore_type ? index->keystores : index->profiles, str_of(id));
	pthread_mutex_unlock(&index->lock);
	if (!use)
		return (struct users){.setup = setup};
	return (struct users){setup, use->places, use->count, use->all_personal};
}

const struct account *users_at(const struct users *users, size_t i)
{
	const void *const *accounts;

	must(i < users->count);
	(void)setup_list(users->setup, &account_type, &accounts);
	return accounts[users->places[i]];
}

uint64_t users_index_steps(const struct setup *setup)
{
	uint64_t steps;

	pthread_mutex_lock(&setup->users->lock);
	steps = setup->users->steps;
	pthread_mutex_unlock(&setup->users->lock);
	return steps;
}
