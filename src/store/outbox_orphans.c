/* See outbox_orphans.h. */
#include "store/outbox_orphans.h"

#include "store/outbox_reports.h"

#define WORDS(what) what "; look into the Sent folder or ask the recipient, then requeue or leave it"
#define DIED        WORDS("the program stopped while the final dot was on its way")
#define UNNOTED     WORDS("it left, and what became of it could not be noted")

struct orphans {
	struct outbox_orphan *list;
	size_t n, size;
};

static int read_orphans(struct db_rows *rows, struct arena *arena, struct orphans *orphans, struct error *err)
{
	int r;

	while ((r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, orphans->list, orphans->n, orphans->size);
		orphans->list[orphans->n++] = (struct outbox_orphan){.id = db_col_int(rows, 0)};
	}
	db_rows_free(rows);
	return r;
}

/* 1 where somebody is in doubt, else 0. */
static int orphan(struct db *db, int64_t id, const char *why, int64_t now, struct error *err)
{
	int64_t doubted = 0;
	int r = outbox_follow_orphan(db, id, now, err); /* reports may have spoken of all meanwhile */

	if (r >= 0)
		doubted = db_exec_count(db,
		                        "UPDATE outbox_recipient SET state = 'uncertain', reply = $2 WHERE state = "
		                        "'sending' AND outbox_id = $1",
		                        DB_ARGS(DB_INT(id), DB_TEXT(why)), err);
	if (r < 0 || doubted < 0)
		return r < 0 ? r : (int)doubted;
	r = db_exec(db,
	            "UPDATE outbox SET state = 'later', claim = '', reply = $2, next_try_at = $3 WHERE id = $1 AND "
	            "state = 'sending' AND EXISTS (SELECT 1 FROM outbox_recipient r WHERE r.outbox_id = outbox.id AND "
	            "r.state IN ('queued', 'later'))",
	            DB_ARGS(DB_INT(id), DB_TEXT(why), DB_INT(now)), err);
	if (r >= 0)
		r = db_exec(db,
		            "UPDATE outbox SET state = 'uncertain', claim = '', reply = $2 WHERE id = $1 AND state = "
		            "'sending'",
		            DB_ARGS(DB_INT(id), DB_TEXT(why)), err);
	return r < 0 ? r : doubted > 0;
}

static int64_t orphan_all(struct db *db, const struct orphans *orphans, const char *why, int64_t now, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < orphans->n; i++) {
		r = orphan(db, orphans->list[i].id, why, now, err);
		orphans->list[i].is_doubtful = r > 0;
	}
	return r < 0 ? r : (int64_t)orphans->n;
}

int64_t outbox_orphans(struct db *db, const char *live_claim, int64_t now, struct arena *arena,
                       struct outbox_orphan **ret_list, struct error *err)
{
	struct db_rows *rows = NULL;
	struct orphans orphans = {0};
	int64_t n;
	/* By +id: by id SQLite walks the whole outbox in its order, rather than what is on its way. */
	int r = db_query(db, "SELECT id FROM outbox WHERE state = 'sending' AND claim <> $1 ORDER BY +id",
	                 DB_ARGS(DB_TEXT(live_claim)), &rows, err);

	if (r >= 0)
		r = read_orphans(rows, arena, &orphans, err);
	n = r < 0 ? r : orphan_all(db, &orphans, DIED, now, err);
	if (n >= 0)
		*ret_list = orphans.list;
	return n;
}

int64_t outbox_own_orphans(struct db *db, const char *account, const char *claim, int64_t now, struct arena *arena,
                           struct outbox_orphan **ret_list, struct error *err)
{
	struct db_rows *rows = NULL;
	struct orphans orphans = {0};
	int64_t n;
	int r = db_query(db,
	                 "SELECT id FROM outbox WHERE state = 'sending' AND account = $1 AND claim = $2 ORDER BY id",
	                 DB_ARGS(DB_TEXT(account), DB_TEXT(claim)), &rows, err);

	if (r >= 0)
		r = read_orphans(rows, arena, &orphans, err);
	n = r < 0 ? r : orphan_all(db, &orphans, UNNOTED, now, err);
	if (n >= 0)
		*ret_list = orphans.list;
	return n;
}
