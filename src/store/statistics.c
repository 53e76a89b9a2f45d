/* See statistics.h. */
#include "store/statistics.h"

#include "base/arena.h"

static const int64_t steps[] = {STATISTIC_SHORT_MS, STATISTIC_LONG_MS};

int statistic_add(struct db *db, const char *series, const char *name, int64_t at, int64_t count, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(steps) && r == 0; i++)
		r = db_exec(db,
		            "INSERT INTO statistic (step, series, slot, name, value) VALUES ($1, $2, $3, $4, $5)"
		            " ON CONFLICT (step, series, slot, name) DO UPDATE SET value = statistic.value + $5",
		            DB_ARGS(DB_INT(steps[i]), DB_TEXT(series), DB_INT(at - at % steps[i]), DB_TEXT(name),
		                    DB_INT(count)),
		            err);
	return r;
}

int statistic_note(struct db *db, const char *series, const char *name, int64_t at, int64_t value, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(steps) && r == 0; i++)
		r = db_exec(db,
		            "INSERT INTO statistic (step, series, slot, name, value) VALUES ($1, $2, $3, $4, $5)"
		            " ON CONFLICT (step, series, slot, name) DO UPDATE SET value ="
		            " CASE WHEN statistic.value > $5 THEN statistic.value ELSE $5 END",
		            DB_ARGS(DB_INT(steps[i]), DB_TEXT(series), DB_INT(at - at % steps[i]), DB_TEXT(name),
		                    DB_INT(value)),
		            err);
	return r;
}

int statistic_any_queue(struct db *db, struct error *err)
{
	int64_t any = 0;
	int r = db_query_int(db,
	                     "SELECT CASE WHEN EXISTS (SELECT 1 FROM outbox WHERE state = 'queued' OR state = 'later')"
	                     " THEN 1 ELSE 0 END",
	                     DB_NO_ARGS, &any, err);

	return r < 0 ? r : any != 0;
}

int statistic_note_queues(struct db *db, int64_t at, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct queue {
		const char *account;
		int64_t count;
	} *queues = NULL;
	size_t n = 0, size = 0;
	int r = db_query(db,
	                 "SELECT account, COUNT(*) FROM outbox WHERE state = 'queued' OR state = 'later'"
	                 " GROUP BY account ORDER BY account",
	                 DB_NO_ARGS, &rows, err);

	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, queues, n, size);
		queues[n++] = (struct queue){arena_cstr(arena, db_col_str(rows, 0)), db_col_int(rows, 1)};
	}
	db_rows_free(take(rows));
	for (size_t i = 0; i < n && r == 0; i++)
		r = statistic_note(db, "queued", queues[i].account, at, queues[i].count, err);
	return r < 0 ? r : (int)n;
}

int statistic_each(struct db *db, int64_t step, int64_t from, int64_t to, size_t max,
                   void (*each)(void *ctx, const struct statistic *statistic), void *ctx, struct error *err)
{
	static const char *const all[] = {"bounced", "failed", "failures", "latency",
	                                  "parked",  "queued", "received", "sent"};
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(all) && n < max; i++) {
		struct db_rows *rows CLEANUP(db_rows_freep) = NULL;

		r = db_query(
		        db,
		        "SELECT slot, name, value FROM statistic"
		        " WHERE step = $1 AND series = $2 AND slot >= $3 AND slot < $4 ORDER BY slot, name LIMIT $5",
		        DB_ARGS(DB_INT(step), DB_TEXT(all[i]), DB_INT(from), DB_INT(to), DB_INT(max - n)), &rows, err);
		while (r >= 0 && (r = db_next(rows, err)) > 0) {
			struct str name = db_col_str(rows, 1);
			const struct statistic s = {.series = all[i],
			                            .name = name.p,
			                            .slot = db_col_int(rows, 0),
			                            .value = db_col_int(rows, 2)};

			each(ctx, &s);
			n++;
		}
		if (r < 0)
			return r;
	}
	return (int)n;
}

int statistic_prune(struct db *db, int64_t now, struct error *err)
{
	static const char *const all[] = {"bounced", "failed", "failures", "latency",
	                                  "parked",  "queued", "received", "sent"};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(all) * 2 && r == 0; i++)
		r = db_exec(db, "DELETE FROM statistic WHERE step = $1 AND series = $2 AND slot < $3",
		            DB_ARGS(DB_INT(steps[i % 2]), DB_TEXT(all[i / 2]),
		                    DB_INT(now - (i % 2 ? STATISTIC_LONG_KEPT : STATISTIC_SHORT_KEPT))),
		            err);
	return r;
}
