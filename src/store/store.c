/* See store.h. */
#include "store/store.h"

#include "base/fault.h"
#include "base/mem.h"
#include "store/committer.h"
#include "store/db_driver.h"
#include "store/lock.h"
#include "store/migrate.h"

#define DEFAULT_BATCH_COUNT    100
#define DEFAULT_BATCH_DELAY_MS 5
#define DEFAULT_COMMITTERS     1
#define MOST_COMMITTERS        64
#define COMMITTER_CACHE_KIB    6144 /* it alone writes: the inner pages of all indexes fit */

struct store {
	char *url;
	struct committer **committers;
	size_t committer_count;
	void *companion;
	void (*release)(void *companion);
};

static int connect_committer(void *ctx, struct db **ret_db, struct error *err)
{
	struct store *store = ctx;

	const struct db_open_options options = {.cache_kib = COMMITTER_CACHE_KIB, .takes_ids = true, .defers = true};

	return db_open_with(store->url, &options, ret_db, err);
}

static void add_committers(struct store *store, const struct store_options *options, enum db_kind kind)
{
	int wanted = options->committers ? MIN(options->committers, MOST_COMMITTERS) : DEFAULT_COMMITTERS;
	struct committer_options each = {
	        .batch_count =
	                (int)fault_batch((size_t)(options->batch_count ? options->batch_count : DEFAULT_BATCH_COUNT)),
	        .batch_delay_ms = options->batch_delay_ms ? options->batch_delay_ms : DEFAULT_BATCH_DELAY_MS,
	        .connect = connect_committer,
	        .ctx = store,
	};

	store->committer_count = kind == DB_SQLITE ? 1 : (size_t)wanted;
	store->committers = mem_new(store->committer_count, sizeof *store->committers);
	for (size_t i = 0; i < store->committer_count; i++)
		store->committers[i] = committer_new(&each);
}

int store_open(const struct store_options *options, struct store **ret_store, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct store *store;
	int r = db_open_with(options->url, &(struct db_open_options){.create = options->create}, &db, err);

	if (r == 0)
		r = store_migrate(db, migrations, migration_count, options->create, err);
	if (r == E_STORE && db && options->migrate) /* an empty one is E_NOT_FOUND, and stays as it is */
		r = store_migrate(db, migrations, migration_count, true, err);
	if (r < 0)
		return r;
	store = mem_new(1, sizeof *store);
	store->url = mem_strdup(options->url);
	add_committers(store, options, db_kind(db));
	*ret_store = store;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	if (store->companion)
		store->release(store->companion);
	for (size_t i = 0; i < store->committer_count; i++)
		committer_free(store->committers[i]);
	free(store->committers);
	mem_wipe_free(store->url, strlen(store->url)); /* PostgreSQL's may hold a password */
	free(store);
}

void store_set_companion(struct store *store, void *companion, void (*release)(void *companion))
{
	must(!store->companion);
	store->companion = companion;
	store->release = release;
}

void *store_companion(const struct store *store)
{
	return store->companion;
}

int store_connect(struct store *store, struct db **ret_db, struct error *err)
{
	return db_open_with(store->url, &(struct db_open_options){.takes_ids = true}, ret_db, err);
}

const char *store_url(const struct store *store)
{
	return store->url;
}

int store_schema_version(void)
{
	return migrations[migration_count - 1].version;
}

void store_submit(struct store *store, struct work *work)
{
	committer_submit(store->committers[work->lane % store->committer_count], work);
}

void store_hurry(struct store *store, uint64_t lane)
{
	committer_hurry(store->committers[lane % store->committer_count]);
}

/* ---------------------------------------------------------------- submit and wait */

LOCK_NAME(errand_lock);

struct errand {
	struct work work; /* stands in for `inner` */
	struct work *inner;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool is_done GUARDED_BY(errand_lock);
	int result GUARDED_BY(errand_lock);
	struct error err GUARDED_BY(errand_lock);
};

static void lock(struct errand *errand) ACQUIRES(errand_lock);
static void unlock(struct errand *errand) RELEASES(errand_lock);

TRUSTED static void lock(struct errand *errand)
{
	pthread_mutex_lock(&errand->mutex);
}

TRUSTED static void unlock(struct errand *errand)
{
	pthread_mutex_unlock(&errand->mutex);
}

static int run_errand(struct work *work, struct db *db, struct error *err)
{
	struct errand *errand = (struct errand *)work;

	return errand->inner->run(errand->inner, db, err);
}

static int run_failed_errand(struct work *work, struct db *db, const struct error *cause, struct error *err)
{
	struct errand *errand = (struct errand *)work;

	return errand->inner->run_failed(errand->inner, db, cause, err);
}

static void errand_again(struct work *work)
{
	struct errand *errand = (struct errand *)work;

	errand->inner->again(errand->inner);
}

static void errand_done(struct work *work, int result, const struct error *err)
{
	struct errand *errand = (struct errand *)work;

	if (errand->inner->done)
		errand->inner->done(errand->inner, result, err);
	lock(errand);
	errand->is_done = true;
	errand->result = result;
	if (result < 0)
		errand->err = *err;
	pthread_cond_signal(&errand->changed);
	unlock(errand);
}

int store_do(struct store *store, struct work *work, struct error *err)
{
	struct errand errand = {.work = {.run = run_errand, .done = errand_done, .lane = work->lane}, .inner = work};
	int r;

	if (work->run_failed)
		errand.work.run_failed = run_failed_errand;
	if (work->again)
		errand.work.again = errand_again;
	must(!committer_is_self());
	pthread_mutex_init(&errand.mutex, NULL);
	pthread_cond_init(&errand.changed, NULL);
	store_submit(store, &errand.work);
	lock(&errand);
	while (!errand.is_done)
		pthread_cond_wait(&errand.changed, &errand.mutex);
	r = errand.result;
	if (r < 0 && err)
		*err = errand.err;
	unlock(&errand);
	pthread_cond_destroy(&errand.changed);
	pthread_mutex_destroy(&errand.mutex);
	return r;
}
