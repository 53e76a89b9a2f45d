/* See migrate.h. */
#include "store/migrate.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/db_driver.h"

/* Any number, the same for everybody who migrates. */
#define LOCK_NUMBER 7105238

int store_schema_found(struct db *db, int64_t *ret_version, struct error *err)
{
	const char *look =
	        db_kind(db) == DB_SQLITE
	                ? "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'"
	                : "SELECT COUNT(*) FROM pg_tables WHERE schemaname = ANY (current_schemas(false))"
	                  " AND tablename = 'schema_migration'";
	int64_t present = 0;
	int r = db_query_int(db, look, DB_NO_ARGS, &present, err);

	*ret_version = 0;
	if (r < 0 || !present)
		return r < 0 ? r : 0;
	r = db_query_int(db, "SELECT MAX(version) FROM schema_migration", DB_NO_ARGS, ret_version, err);
	return r < 0 ? r : 0;
}

static int check_version(struct db *db, int64_t version, int64_t newest, bool may_change, struct error *err)
{
	if (version > newest)
		return fail(err, E_STORE, RETRY_NEVER,
		            "store %s has schema %lld, this program knows %lld: install a newer hauspost", db->name,
		            (long long)version, (long long)newest);
	if (version < newest && !may_change && version == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "store %s is empty: `hauspost apply FILE` fills it",
		            db->name);
	if (version < newest && !may_change)
		return fail(err, E_STORE, RETRY_NEVER,
		            "store %s has schema %lld, this program needs %lld: back it up, then `hauspost serve` "
		            "or `hauspost apply FILE` brings it up to date",
		            db->name, (long long)version, (long long)newest);
	return 0;
}

/* Whoever comes second waits here, and then finds the work done. SQLite's transaction is the lock itself. */
static int lock_out_others(struct db *db, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;

	if (db_kind(db) == DB_SQLITE)
		return 0;
	return db_query(db, "SELECT pg_advisory_xact_lock($1)", DB_ARGS(DB_INT(LOCK_NUMBER)), &rows, err);
}

/* One step within the caller's transaction. */
static int take_migration(struct db *db, const struct migration *m, struct error *err)
{
	const char *own = db_kind(db) == DB_SQLITE ? m->sqlite : m->postgresql;
	int r = db_script(db, m->sql, err);

	if (r == 0 && own)
		r = db_script(db, own, err);
	if (r == 0)
		r = db_exec(db, "INSERT INTO schema_migration (version, name, applied_at) VALUES ($1, $2, $3)",
		            DB_ARGS(DB_INT(m->version), DB_TEXT(m->name), DB_INT(clock_now_ms())), err);
	return r < 0 ? error_prefix(err, "migration %d (%s)", m->version, m->name) : 0;
}

/* Takes the step behind the store's version; 1 where there may be another, 0 at the end. */
static int migrate_once(struct db *db, const struct migration *known, size_t count, bool may_change, struct error *err)
{
	const struct migration *next = NULL;
	int64_t version;
	int r = lock_out_others(db, err);

	if (r == 0)
		r = db_script(db, db->ops->bookkeeping, err);
	if (r == 0)
		r = store_schema_found(db, &version, err);
	if (r == 0)
		r = check_version(db, version, known[count - 1].version, may_change, err);
	if (r < 0)
		return r;
	for (size_t i = count; i > 0 && known[i - 1].version > version; i--)
		next = &known[i - 1];
	if (!next)
		return 0;
	r = take_migration(db, next, err);
	return r < 0 ? r : 1;
}

/* One step, or where the store is empty all there are, in one transaction; 1 where there may be another. */
static int migrate_some(struct db *db, const struct migration *known, size_t count, bool is_empty, bool may_change,
                        struct error *err)
{
	int more, r = db_begin(db, err);

	if (r < 0)
		return r;
	do
		more = migrate_once(db, known, count, may_change, err);
	while (more > 0 && is_empty);
	if (more < 0) {
		db_rollback(db);
		return more;
	}
	r = db_commit(db, err);
	return r < 0 ? r : more;
}

int store_migrate(struct db *db, const struct migration *known, size_t count, bool may_change, struct error *err)
{
	int64_t version, newest = known[count - 1].version;
	int r = store_schema_found(db, &version, err);
	int more = 1;

	if (r == 0)
		r = check_version(db, version, newest, may_change, err);
	if (r < 0 || version == newest)
		return r;
	while (more > 0)
		more = migrate_some(db, known, count, version == 0, may_change, err);
	if (more < 0)
		return more;
	if (version)
		log_info("store", "%s: schema %lld is now %lld", db->name, (long long)version, (long long)newest);
	return 0;
}
