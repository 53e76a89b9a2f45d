/* See folders.h. */
#include "store/folders.h"

int folder_find(struct db *db, const char *account, const char *name, struct folder *ret_folder, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT id, uidvalidity, uid, read_at, careful, stall_uidvalidity, stall_uid, stall_times "
	                 "FROM folder WHERE account = $1 AND name = $2",
	                 DB_ARGS(DB_TEXT(account), DB_TEXT(name)), &rows, err);

	if (r < 0)
		return r;
	r = db_next(rows, err);
	if (r > 0)
		*ret_folder = (struct folder){
		        .id = db_col_int(rows, 0),
		        .uidvalidity = (uint32_t)db_col_int(rows, 1),
		        .uid = (uint32_t)db_col_int(rows, 2),
		        .read_at = db_col_int(rows, 3),
		        .careful = db_col_int(rows, 4) != 0,
		        .stall = {(uint32_t)db_col_int(rows, 5), (uint32_t)db_col_int(rows, 6), db_col_int(rows, 7)},
		};
	return r;
}

int folder_open(struct db *db, const char *account, const char *name, struct folder *ret_folder, struct error *err)
{
	int64_t id;
	int r = folder_find(db, account, name, ret_folder, err);

	if (r != 0)
		return r < 0 ? r : 0;
	r = db_new_id(db, &id, err);
	if (r < 0)
		return r;
	r = db_exec(db,
	            "INSERT INTO folder (id, account, name) VALUES ($1, $2, $3) ON CONFLICT (account, name) DO NOTHING",
	            DB_ARGS(DB_INT(id), DB_TEXT(account), DB_TEXT(name)), err);
	if (r < 0)
		return r;
	r = folder_find(db, account, name, ret_folder, err);
	return r < 0 ? r : 0;
}

int folder_advance(struct db *db, int64_t folder_id, uint32_t uidvalidity, uint32_t uid, struct error *err)
{
	return db_exec(db,
	               "UPDATE folder SET uidvalidity = $2, uid = $3 WHERE id = $1 AND (uidvalidity <> $2 OR uid < $3)",
	               DB_ARGS(DB_INT(folder_id), DB_INT(uidvalidity), DB_INT(uid)), err);
}

int folder_set_careful(struct db *db, int64_t folder_id, bool careful, int64_t read_at, struct error *err)
{
	return db_exec(
	        db, "UPDATE folder SET careful = $2, read_at = CASE WHEN $3 = 0 THEN read_at ELSE $3 END WHERE id = $1",
	        DB_ARGS(DB_INT(folder_id), DB_INT(careful), DB_INT(read_at)), err);
}

int folder_note_stall(struct db *db, int64_t folder_id, const struct folder_stall *stall, struct error *err)
{
	return db_exec(db, "UPDATE folder SET stall_uidvalidity = $2, stall_uid = $3, stall_times = $4 WHERE id = $1",
	               DB_ARGS(DB_INT(folder_id), DB_INT(stall->uidvalidity), DB_INT(stall->uid), DB_INT(stall->times)),
	               err);
}
