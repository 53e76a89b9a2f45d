/* See throttles.h. */
#include "store/throttles.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "store/cases.h"

#include <jansson.h>

#define FIRST_MS   MINUTES_MS(1)
#define LONGEST_MS HOURS_MS(1)
#define NAMED_MS   HOURS_MS(24) /* a longer one isn't believed */
#define PATIENCE   3            /* times in a row that a named time is believed */

int64_t throttle_wait_ms(int64_t level)
{
	return MIN(FIRST_MS << MIN(level - 1, 10), LONGEST_MS);
}

/* A time that was named and turned out too short again and again isn't believed any more. */
static int64_t choose_wait(int64_t named_ms, int64_t level)
{
	int64_t grown = throttle_wait_ms(named_ms ? MAX(level - PATIENCE, 1) : level);

	if (named_ms && (level <= PATIENCE || named_ms >= grown))
		return named_ms;
	return grown + (int64_t)random_below((uint64_t)grown / 4 + 1);
}

static int tell(struct db *db, const char *kind, const char *account, const char *reason, int64_t until_at, int64_t now,
                struct error *err)
{
	json_t *data =
	        json_pack("{s:s, s:s, s:I}", "account", account, "reason", reason, "until", (json_int_t)until_at);
	char *text = data ? json_dumps(data, JSON_COMPACT) : NULL;
	int r = event_add(db, &(struct new_event){.kind = kind, .account = account, .data = str_of(text), .at = now},
	                  err);

	free(text);
	json_decref(data);
	return r;
}

static int read_throttle(struct db *db, const char *account, struct throttle *ret, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT until_at, level, since FROM throttle WHERE account = $1",
	                 DB_ARGS(DB_TEXT(account)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r <= 0)
		return r;
	*ret = (struct throttle){.account = account,
	                         .until_at = db_col_int(rows, 0),
	                         .level = db_col_int(rows, 1),
	                         .since = db_col_int(rows, 2),
	                         .reason = ""};
	return 1;
}

int throttle_raise(struct db *db, const char *account, int64_t wait_ms, const char *reason, int64_t now,
                   int64_t *ret_until_at, struct error *err)
{
	struct throttle t = {.since = now};
	int known = read_throttle(db, account, &t, err), r;

	if (known < 0)
		return known;
	wait_ms = MIN(wait_ms, NAMED_MS);
	if (t.until_at > now) {
		t.until_at = MAX(t.until_at, now + wait_ms);
	} else {
		t.level++;
		t.until_at = now + choose_wait(wait_ms, t.level);
	}
	r = db_exec(db,
	            "INSERT INTO throttle (account, until_at, level, since, reason) VALUES ($1, $2, $3, $4, $5)"
	            " ON CONFLICT (account) DO UPDATE SET until_at = $2, level = $3, since = $4, reason = $5",
	            DB_ARGS(DB_TEXT(account), DB_INT(t.until_at), DB_INT(t.level), DB_INT(t.since), DB_TEXT(reason)),
	            err);
	if (r == 0 && !known)
		r = tell(db, "account.throttled", account, reason, t.until_at, now, err);
	if (r == 0)
		*ret_until_at = t.until_at;
	return MIN(r, 0);
}

static int end_up_to(struct db *db, const char *account, int64_t until_at, int64_t now, struct error *err)
{
	int64_t n = db_exec_count(db, "DELETE FROM throttle WHERE account = $1 AND until_at <= $2",
	                          DB_ARGS(DB_TEXT(account), DB_INT(until_at)), err);

	if (n <= 0)
		return (int)n;
	return tell(db, "account.resumed", account, "", now, now, err) < 0 ? err ? err->code : E_STORE : 1;
}

int throttle_end(struct db *db, const char *account, int64_t now, struct error *err)
{
	return end_up_to(db, account, now, now, err);
}

int throttle_lift(struct db *db, const char *account, int64_t now, struct error *err)
{
	return end_up_to(db, account, INT64_MAX, now, err);
}

int throttle_until(struct db *db, const char *account, int64_t now, int64_t *ret_until_at, struct error *err)
{
	struct throttle t = {0};
	int r = read_throttle(db, account, &t, err);

	if (r < 0)
		return r;
	*ret_until_at = t.until_at > now ? t.until_at : 0;
	return r;
}

int throttle_check(struct db *db, const char *account, struct error *err)
{
	int64_t now = clock_now_ms(), until = 0;
	char at[32];
	int r = throttle_until(db, account, now, &until, err);

	if (r <= 0 || !until)
		return r;
	clock_format_iso(until, at);
	fail(err, E_THROTTLED, RETRY_LATER, "account %s: its provider asked to slow down: nothing is tried before %s",
	     account, at);
	if (err)
		err->retry_after_ms = until - now;
	return E_THROTTLED;
}

/* ---------------------------------------------------------------- in transactions of their own */

struct note {
	struct work work;
	const char *account, *reason;
	int64_t wait_ms, now, until_at;
};

static int run_note(struct work *work, struct db *db, struct error *err)
{
	struct note *n = (struct note *)(void *)work;

	return throttle_raise(db, n->account, n->wait_ms, n->reason, n->now, &n->until_at, err);
}

int throttle_note(struct store *store, const char *account, struct error *err)
{
	struct note note = {.work = {.run = run_note},
	                    .account = account,
	                    .reason = err->text,
	                    .wait_ms = err->retry_after_ms,
	                    .now = clock_now_ms()};
	struct error fault;
	int r = store_do(store, &note.work, &fault);

	if (r < 0)
		log_error("store", "account %s: that it was throttled isn't noted: %s", account, fault.text);
	else
		err->retry_after_ms = MAX(note.until_at - note.now, 1);
	return r;
}

static int run_over(struct work *work, struct db *db, struct error *err)
{
	struct note *n = (struct note *)(void *)work;

	int r = throttle_end(db, n->account, n->now, err);

	return MIN(r, 0);
}

void throttle_over(struct store *store, const char *account)
{
	struct note note = {.work = {.run = run_over}, .account = account, .now = clock_now_ms()};
	struct error err;

	if (store_do(store, &note.work, &err) < 0)
		log_warning("store", "account %s: that it works again isn't noted: %s", account, err.text);
}

int throttle_each(struct db *db, void (*each)(void *ctx, const struct throttle *throttle), void *ctx, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int n = 0, r = db_query(db, "SELECT account, until_at, level, since, reason FROM throttle ORDER BY account",
	                        DB_NO_ARGS, &rows, err);

	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		const struct throttle t = {.account = arena_cstr(arena, db_col_str(rows, 0)),
		                           .until_at = db_col_int(rows, 1),
		                           .level = db_col_int(rows, 2),
		                           .since = db_col_int(rows, 3),
		                           .reason = arena_cstr(arena, db_col_str(rows, 4))};

		each(ctx, &t);
		n++;
	}
	return r < 0 ? r : n;
}
