/* See attempts.h. */
#include "store/attempts.h"

#include "base/clock.h"

#define MEMORY_MS HOURS_MS(24)

static int64_t delay_of(const struct attempt_policy *policy, int64_t failures)
{
	int64_t delay = policy->first_ms;

	if (failures <= policy->free)
		return 0;
	for (int64_t i = policy->free + 1; i < failures && delay < policy->longest_ms; i++)
		delay *= 2;
	return MIN(delay, policy->longest_ms);
}

static int get_number(struct db *db, const char *sql, const char *scope, const char *name, int64_t *ret,
                      struct error *err)
{
	int r = db_query_int(db, sql, DB_ARGS(DB_TEXT(scope), DB_TEXT(name)), ret, err);

	return MIN(r, 0);
}

/* The row's lock (PostgreSQL) or the one writer (SQLite) keeps others out until the transaction ends. */
static int64_t count(struct db *db, const char *scope, const char *name, int64_t now, struct error *err)
{
	int r = db_exec(db,
	                "INSERT INTO sign_in_attempt (scope, name, failures, last_at, until_at) VALUES ($1, $2, 0, $3, "
	                "0) ON CONFLICT (scope, name) DO NOTHING",
	                DB_ARGS(DB_TEXT(scope), DB_TEXT(name), DB_INT(now)), err);

	return r < 0 ? r
	             : db_exec_count(db,
	                             "UPDATE sign_in_attempt SET failures = CASE WHEN last_at < $4 THEN 1 ELSE "
	                             "failures + 1 END, last_at = $3 WHERE scope = $1 AND name = $2 AND until_at <= $3",
	                             DB_ARGS(DB_TEXT(scope), DB_TEXT(name), DB_INT(now), DB_INT(now - MEMORY_MS)), err);
}

int attempt_begin(struct db *db, const char *scope, const char *name, const struct attempt_policy *policy, int64_t now,
                  int64_t *ret_until, struct error *err)
{
	int64_t failures = 0, delay, changed = count(db, scope, name, now, err);
	int r;

	if (changed < 0)
		return (int)changed;
	if (changed == 0)
		return get_number(db, "SELECT until_at FROM sign_in_attempt WHERE scope = $1 AND name = $2", scope,
		                  name, ret_until, err);
	r = get_number(db, "SELECT failures FROM sign_in_attempt WHERE scope = $1 AND name = $2", scope, name,
	               &failures, err);
	delay = r < 0 ? 0 : delay_of(policy, failures);
	if (delay)
		r = db_exec(db, "UPDATE sign_in_attempt SET until_at = $3 WHERE scope = $1 AND name = $2",
		            DB_ARGS(DB_TEXT(scope), DB_TEXT(name), DB_INT(now + delay)), err);
	return r < 0 ? r : 1;
}

int attempt_forget(struct db *db, const char *scope, const char *name, struct error *err)
{
	return db_exec(db, "DELETE FROM sign_in_attempt WHERE scope = $1 AND name = $2",
	               DB_ARGS(DB_TEXT(scope), DB_TEXT(name)), err);
}

int attempt_take_back(struct db *db, const char *scope, const char *name, int64_t at, struct error *err)
{
	return db_exec(db,
	               "UPDATE sign_in_attempt SET failures = CASE WHEN failures > 0 THEN failures - 1 ELSE 0 END, "
	               "until_at = CASE WHEN last_at = $3 THEN 0 ELSE until_at END WHERE scope = $1 AND name = $2",
	               DB_ARGS(DB_TEXT(scope), DB_TEXT(name), DB_INT(at)), err);
}

int attempts_purge(struct db *db, int64_t now, struct error *err)
{
	return db_exec(db, "DELETE FROM sign_in_attempt WHERE last_at < $1", DB_ARGS(DB_INT(now - MEMORY_MS)), err);
}
