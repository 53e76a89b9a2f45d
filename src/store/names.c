/* See names.h. */
#include "store/names.h"

#include "base/clock.h"
#include "base/mem.h"

#define MANY 50 /* rows of one statement */

/* ---------------------------------------------------------------- the folder's state */

int names_state_get(struct db *db, int64_t folder_id, const char *source, struct names_state *ret_state,
                    struct buf *ret_cursor, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(
	        db, "SELECT uidvalidity, last_uid, cursor_text FROM named_folder WHERE folder_id = $1 AND source = $2",
	        DB_ARGS(DB_INT(folder_id), DB_TEXT(source)), &rows, err);

	if (r < 0)
		return r;
	r = db_next(rows, err);
	if (r < 0)
		return r;
	*ret_state = (struct names_state){0};
	if (r > 0) {
		*ret_state = (struct names_state){(uint32_t)db_col_int(rows, 0), (uint32_t)db_col_int(rows, 1)};
		if (ret_cursor)
			buf_add(ret_cursor, db_col_str(rows, 2));
	}
	return 0;
}

/* Seconds since 1970, as IMAP servers do: so that the numbers of a folder that was read by IMAP before, or will be, are
 * not taken for these. Above all before it, and in no row of the ledger. */
static int free_uidvalidity(struct db *db, int64_t folder_id, int64_t above, uint32_t *ret_value, struct error *err)
{
	int64_t value = MAX(clock_now_ms() / 1000, above + 1), n = 1;

	for (; n; value++) {
		int r;

		value = value > UINT32_MAX ? 1 : value;
		r = db_query_int(
		        db,
		        "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM ledger WHERE folder_id = $1 AND uidvalidity "
		        "= $2 LIMIT 1) l) + (SELECT COUNT(*) FROM folder WHERE id = $1 AND uidvalidity = $2)",
		        DB_ARGS(DB_INT(folder_id), DB_INT(value)), &n, err);
		if (r < 0)
			return r;
		*ret_value = (uint32_t)value;
	}
	return 0;
}

int names_state_begin(struct db *db, int64_t folder_id, const char *source, struct names_state *ret_state,
                      struct error *err)
{
	struct names_state state = {0};
	int64_t before = 0;
	int r = db_query_int(db, "SELECT uidvalidity FROM named_folder WHERE folder_id = $1",
	                     DB_ARGS(DB_INT(folder_id)), &before, err);

	if (r >= 0)
		r = free_uidvalidity(db, folder_id, before, &state.uidvalidity, err);
	if (r >= 0)
		r = db_exec(db, "DELETE FROM named WHERE folder_id = $1", DB_ARGS(DB_INT(folder_id)), err);
	if (r >= 0)
		r = db_exec(db, "DELETE FROM named_folder WHERE folder_id = $1", DB_ARGS(DB_INT(folder_id)), err);
	if (r >= 0)
		r = db_exec(db,
		            "INSERT INTO named_folder (folder_id, source, uidvalidity, last_uid, cursor_text) "
		            "VALUES ($1, $2, $3, 0, '')",
		            DB_ARGS(DB_INT(folder_id), DB_TEXT(source), DB_INT(state.uidvalidity)), err);
	if (r < 0)
		return r;
	*ret_state = state;
	return 0;
}

/* ---------------------------------------------------------------- writing a look down */

static int insert_one(struct db *db, int64_t folder_id, int64_t uid, struct str name, struct error *err)
{
	return db_exec(db, "INSERT INTO named (folder_id, uid, name) VALUES ($1, $2, $3)",
	               DB_ARGS(DB_INT(folder_id), DB_INT(uid), DB_STR(name)), err);
}

static int insert_fresh(struct db *db, const struct names_write *w, struct error *err)
{
	/* $3 is the first name, $52 the last: one statement for MANY rows. */
	static const char many[] =
	        "INSERT INTO named (folder_id, uid, name) VALUES "
	        "($1,$2+0,$3),($1,$2+1,$4),($1,$2+2,$5),($1,$2+3,$6),($1,$2+4,$7),($1,$2+5,$8),($1,$2+6,$9),"
	        "($1,$2+7,$10),($1,$2+8,$11),($1,$2+9,$12),($1,$2+10,$13),($1,$2+11,$14),($1,$2+12,$15),"
	        "($1,$2+13,$16),($1,$2+14,$17),($1,$2+15,$18),($1,$2+16,$19),($1,$2+17,$20),($1,$2+18,$21),"
	        "($1,$2+19,$22),($1,$2+20,$23),($1,$2+21,$24),($1,$2+22,$25),($1,$2+23,$26),($1,$2+24,$27),"
	        "($1,$2+25,$28),($1,$2+26,$29),($1,$2+27,$30),($1,$2+28,$31),($1,$2+29,$32),($1,$2+30,$33),"
	        "($1,$2+31,$34),($1,$2+32,$35),($1,$2+33,$36),($1,$2+34,$37),($1,$2+35,$38),($1,$2+36,$39),"
	        "($1,$2+37,$40),($1,$2+38,$41),($1,$2+39,$42),($1,$2+40,$43),($1,$2+41,$44),($1,$2+42,$45),"
	        "($1,$2+43,$46),($1,$2+44,$47),($1,$2+45,$48),($1,$2+46,$49),($1,$2+47,$50),($1,$2+48,$51),"
	        "($1,$2+49,$52)";
	int64_t uid = (int64_t)w->before.last_uid + 1;
	struct db_value values[MANY + 2] = {DB_INT(w->folder_id)};
	size_t at = 0;
	int r = 0;

	for (; r >= 0 && at + MANY <= w->fresh_count; at += MANY) {
		values[1] = DB_INT(uid + (int64_t)at);
		for (size_t i = 0; i < MANY; i++)
			values[2 + i] = DB_STR(w->fresh[at + i]);
		r = db_exec(db, many, values, MANY + 2, err);
	}
	for (; r >= 0 && at < w->fresh_count; at++)
		r = insert_one(db, w->folder_id, uid + (int64_t)at, w->fresh[at], err);
	return r;
}

/* clang-format off */
#define MANY_VALUES \
	"$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28,$29,$30,$31," \
	"$32,$33,$34,$35,$36,$37,$38,$39,$40,$41,$42,$43,$44,$45,$46,$47,$48,$49,$50,$51"
/* clang-format on */

/* Up to MANY numbers as $2 to $51; where there are fewer, the last is said again. */
static void fill_uids(struct db_value *values, const uint32_t *uids, size_t n)
{
	for (size_t i = 0; i < MANY; i++)
		values[1 + i] = DB_INT(uids[MIN(i, n - 1)]);
}

static int delete_gone(struct db *db, const struct names_write *w, struct error *err)
{
	struct db_value values[MANY + 1] = {DB_INT(w->folder_id)};
	int r = 0;

	for (size_t at = 0; r >= 0 && at < w->gone_count; at += MANY) {
		fill_uids(values, w->gone + at, MIN(MANY, w->gone_count - at));
		r = db_exec(db, "DELETE FROM named WHERE folder_id = $1 AND uid IN (" MANY_VALUES ")", values, MANY + 1,
		            err);
	}
	return r;
}

static int write_state(struct db *db, const struct names_write *w, struct names_state after, struct error *err)
{
	int64_t n = db_exec_count(
	        db,
	        "UPDATE named_folder SET uidvalidity = $4, last_uid = $5 WHERE folder_id = $1 AND uidvalidity = $2 AND "
	        "last_uid = $3",
	        DB_ARGS(DB_INT(w->folder_id), DB_INT(w->before.uidvalidity), DB_INT(w->before.last_uid),
	                DB_INT(after.uidvalidity), DB_INT(after.last_uid)),
	        err);

	if (n == 0)
		return fail_scope(err, SCOPE_FOLDER, E_CONFLICT, RETRY_NOW,
		                  "somebody else gave numbers to the folder's messages meanwhile");
	if (n < 0 || !w->cursor)
		return MIN((int)n, 0);
	return db_exec(db, "UPDATE named_folder SET cursor_text = $2 WHERE folder_id = $1",
	               DB_ARGS(DB_INT(w->folder_id), DB_TEXT(w->cursor)), err);
}

int names_write(struct db *db, const struct names_write *w, struct names_state *ret_after, struct error *err)
{
	struct names_state after = {w->before.uidvalidity, w->before.last_uid + (uint32_t)w->fresh_count};
	int r = w->is_renaming ? free_uidvalidity(db, w->folder_id, w->before.uidvalidity, &after.uidvalidity, err) : 0;

	if (r == 0)
		r = write_state(db, w, after, err);
	if (r >= 0)
		r = delete_gone(db, w, err);
	if (r >= 0)
		r = insert_fresh(db, w, err);
	if (r < 0)
		return r;
	*ret_after = after;
	return 0;
}

/* ---------------------------------------------------------------- asking */

static int tell_each(struct db_rows *rows, NAMES_EACH(each), void *ctx, struct error *err)
{
	int n = 0, r;

	while ((r = db_next(rows, err)) > 0) {
		each(ctx, (uint32_t)db_col_int(rows, 0), db_col_str(rows, 1));
		n++;
	}
	return r < 0 ? r : n;
}

int names_list(struct db *db, int64_t folder_id, uint32_t from, size_t max, NAMES_EACH(each), void *ctx,
               struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT uid, name FROM named WHERE folder_id = $1 AND uid > $2 ORDER BY uid LIMIT $3",
	                 DB_ARGS(DB_INT(folder_id), DB_INT(from), DB_INT(max)), &rows, err);

	return r < 0 ? r : tell_each(rows, each, ctx, err);
}

int names_find(struct db *db, int64_t folder_id, const struct str *names, size_t n, NAMES_EACH(each), void *ctx,
               struct error *err)
{
	struct db_value values[MANY + 1] = {DB_INT(folder_id)};
	int found = 0;

	for (size_t at = 0; at < n; at += MANY) {
		struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
		int r;

		for (size_t i = 0; i < MANY; i++)
			values[1 + i] = DB_STR(names[MIN(at + i, n - 1)]);
		r = db_query(db, "SELECT uid, name FROM named WHERE folder_id = $1 AND name IN (" MANY_VALUES ")",
		             values, MANY + 1, &rows, err);
		if (r >= 0)
			r = tell_each(rows, each, ctx, err);
		if (r < 0)
			return r;
		found += r;
	}
	return found;
}

int names_find_uids(struct db *db, int64_t folder_id, const uint32_t *uids, size_t n, NAMES_EACH(each), void *ctx,
                    struct error *err)
{
	struct db_value values[MANY + 1] = {DB_INT(folder_id)};
	int found = 0;

	for (size_t at = 0; at < n; at += MANY) {
		struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
		int r;

		fill_uids(values, uids + at, MIN(MANY, n - at));
		r = db_query(db,
		             "SELECT uid, name FROM named WHERE folder_id = $1 AND uid IN (" MANY_VALUES
		             ") ORDER BY uid",
		             values, MANY + 1, &rows, err);
		if (r >= 0)
			r = tell_each(rows, each, ctx, err);
		if (r < 0)
			return r;
		found += r;
	}
	return found;
}

int names_done_with(struct db *db, int64_t folder_id, uint32_t uidvalidity, int64_t *ret_count, struct error *err)
{
	return db_query_int(db,
	                    "SELECT COUNT(*) FROM named n JOIN ledger l ON l.folder_id = n.folder_id AND "
	                    "l.uidvalidity = $2 AND l.uid = n.uid WHERE n.folder_id = $1 AND (l.state = 'committed' OR "
	                    "l.state = 'acknowledged')",
	                    DB_ARGS(DB_INT(folder_id), DB_INT(uidvalidity)), ret_count, err);
}
