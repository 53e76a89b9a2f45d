/* See meta.h. */
#include "store/meta.h"

int meta_get(struct db *db, const char *name, struct buf *out, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT value FROM meta WHERE name = $1", DB_ARGS(DB_TEXT(name)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		buf_add(out, db_col_str(rows, 0));
	return r;
}

int meta_put_first(struct db *db, const char *name, struct str value, struct error *err)
{
	return db_exec(db, "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
	               DB_ARGS(DB_TEXT(name), DB_STR(value)), err);
}
