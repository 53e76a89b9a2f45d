/* See held.h. */
#include "store/held.h"

/* ---------------------------------------------------------------- what is held */

int held_insert(struct db *db, int64_t ledger_id, int64_t case_id, int64_t at, struct error *err)
{
	return db_exec(db,
	               "INSERT INTO held (ledger_id, case_id, at, decision) VALUES ($1, $2, $3, '') "
	               "ON CONFLICT (ledger_id) DO UPDATE SET case_id = $2, at = $3, decision = '', decided_at = NULL",
	               DB_ARGS(DB_INT(ledger_id), case_id ? DB_INT(case_id) : DB_NULL, DB_INT(at)), err);
}

int held_was_released(struct db *db, int64_t ledger_id, int64_t *ret_case_id, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT case_id FROM held WHERE ledger_id = $1 AND decision = 'released'",
	                 DB_ARGS(DB_INT(ledger_id)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		*ret_case_id = db_col_int(rows, 0);
	return r;
}

static int note_decision(struct db *db, int64_t ledger_id, const char *decision, int64_t at, struct error *err)
{
	return db_exec(db, "UPDATE held SET decision = $2, decided_at = $3 WHERE ledger_id = $1",
	               DB_ARGS(DB_INT(ledger_id), DB_TEXT(decision), DB_INT(at)), err);
}

int held_release(struct db *db, int64_t ledger_id, int64_t at, struct error *err)
{
	int64_t n = db_exec_count(db,
	                          "UPDATE ledger SET state = 'failed', outcome = '', tries = 0, next_try_at = $2, "
	                          "parked_at = NULL WHERE id = $1 AND state = 'held'",
	                          DB_ARGS(DB_INT(ledger_id), DB_INT(at)), err);
	int r = n > 0 ? note_decision(db, ledger_id, "released", at, err) : (int)n;

	return r < 0 ? r : n > 0;
}

int held_discard(struct db *db, int64_t ledger_id, bool tell_server, int64_t at, struct error *err)
{
	int64_t n = db_exec_count(
	        db,
	        "UPDATE ledger SET state = $2, outcome = 'discarded', answer = 'discarded mail gets no answer', "
	        "answer_code = 'discarded', "
	        "committed_at = $3, acknowledged_at = $4, parked_at = NULL WHERE id = $1 AND state = 'held'",
	        DB_ARGS(DB_INT(ledger_id), DB_TEXT(tell_server ? "committed" : "acknowledged"), DB_INT(at),
	                tell_server ? DB_NULL : DB_INT(at)),
	        err);
	int r = n > 0 ? note_decision(db, ledger_id, "discarded", at, err) : (int)n;

	return r < 0 ? r : n > 0;
}

/* ---------------------------------------------------------------- what was found out */

int authentication_insert(struct db *db, int64_t message_id, const char *result, struct str document, struct error *err)
{
	return db_exec(db, "INSERT INTO authentication (message_id, result, document) VALUES ($1, $2, $3)",
	               DB_ARGS(DB_INT(message_id), DB_TEXT(result), DB_STR(document)), err);
}

int authentication_get(struct db *db, int64_t message_id, struct arena *arena, struct str *ret_document,
                       struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT document FROM authentication WHERE message_id = $1", DB_ARGS(DB_INT(message_id)),
	                 &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		*ret_document = arena_str(arena, db_col_str(rows, 0));
	return r;
}

int held_wanted_case(struct db *db, int64_t ledger_id, int64_t *ret_case_id, struct error *err)
{
	return db_query_int(db, "SELECT case_id FROM held WHERE ledger_id = $1", DB_ARGS(DB_INT(ledger_id)),
	                    ret_case_id, err);
}
