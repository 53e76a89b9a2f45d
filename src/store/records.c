/* See records.h. */
#include "store/records.h"

#define COLUMNS "kind, id, revision, document, author, at"

static int read_records(struct db_rows *rows, struct arena *arena, struct stored_record **ret_records,
                        struct error *err)
{
	struct stored_record *records = NULL;
	size_t n = 0, size = 0;
	int r;

	while ((r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, records, n, size);
		records[n++] = (struct stored_record){
		        .kind = arena_cstr(arena, db_col_str(rows, 0)),
		        .id = arena_cstr(arena, db_col_str(rows, 1)),
		        .revision = db_col_int(rows, 2),
		        .document = arena_str(arena, db_col_str(rows, 3)),
		        .author = arena_cstr(arena, db_col_str(rows, 4)),
		        .at = db_col_int(rows, 5),
		};
	}
	if (r < 0)
		return r;
	*ret_records = records;
	return (int)n;
}

int records_list(struct db *db, const char *kind, struct arena *arena, struct stored_record **ret_records,
                 struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r;

	if (kind)
		r = db_query(db, "SELECT " COLUMNS " FROM record WHERE is_current = 1 AND document <> '' AND kind = $1",
		             DB_ARGS(DB_TEXT(kind)), &rows, err);
	else
		r = db_query(db, "SELECT " COLUMNS " FROM record WHERE is_current = 1 AND document <> ''", DB_NO_ARGS,
		             &rows, err);
	return r < 0 ? r : read_records(rows, arena, ret_records, err);
}

int records_newest(struct db *db, const char *kind, const char *id, struct arena *arena,
                   struct stored_record *ret_record, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct stored_record *found;
	int r = db_query(db, "SELECT " COLUMNS " FROM record WHERE kind = $1 AND id = $2 AND is_current = 1",
	                 DB_ARGS(DB_TEXT(kind), DB_TEXT(id)), &rows, err);

	if (r >= 0)
		r = read_records(rows, arena, &found, err);
	if (r > 0)
		*ret_record = found[0];
	return r;
}

int records_version(struct db *db, const char *kind, const char *id, int64_t *ret_revision, struct error *err)
{
	int64_t revision = 0;
	int r = db_query_int(db, "SELECT revision FROM record WHERE kind = $1 AND id = $2 AND is_current = 1",
	                     DB_ARGS(DB_TEXT(kind), DB_TEXT(id)), &revision, err);

	if (r < 0)
		return r;
	*ret_revision = revision;
	return 0;
}

int records_history(struct db *db, const char *kind, const char *id, struct arena *arena,
                    struct stored_record **ret_records, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " COLUMNS " FROM record WHERE kind = $1 AND id = $2 ORDER BY revision DESC",
	                 DB_ARGS(DB_TEXT(kind), DB_TEXT(id)), &rows, err);

	return r < 0 ? r : read_records(rows, arena, ret_records, err);
}

/* By its primary key, however much else was changed. */
static int search_one(struct db *db, const struct record_search *search, size_t max, struct db_rows **ret_rows,
                      struct error *err)
{
	return db_query(db,
	                "SELECT " COLUMNS " FROM record WHERE kind = $1 AND id = $2 AND revision < $3"
	                " AND ($4 = '' OR author = $4) AND at >= $5 AND at < $6 ORDER BY revision DESC LIMIT $7",
	                DB_ARGS(DB_TEXT(search->kind), DB_TEXT(search->id),
	                        DB_INT(search->after ? search->after->revision : INT64_MAX),
	                        DB_TEXT(search->author ? search->author : ""), DB_INT(search->from_at),
	                        DB_INT(search->until_at ? search->until_at : INT64_MAX), DB_INT(max)),
	                ret_rows, err);
}

static int search_all(struct db *db, const struct record_search *search, size_t max, struct db_rows **ret_rows,
                      struct error *err)
{
	static const struct stored_record newest = {.kind = "", .id = "", .at = INT64_MAX};
	const struct stored_record *after = search->after ? search->after : &newest;

	return db_query(db,
	                "SELECT " COLUMNS " FROM record WHERE ($1 = '' OR kind = $1) AND ($2 = '' OR id = $2)"
	                " AND ($3 = '' OR author = $3) AND at >= $4 AND at < $5"
	                " AND (at, kind, id, revision) < ($6, $7, $8, $9)"
	                " ORDER BY at DESC, kind DESC, id DESC, revision DESC LIMIT $10",
	                DB_ARGS(DB_TEXT(search->kind ? search->kind : ""), DB_TEXT(search->id ? search->id : ""),
	                        DB_TEXT(search->author ? search->author : ""), DB_INT(search->from_at),
	                        DB_INT(search->until_at ? search->until_at : INT64_MAX), DB_INT(after->at),
	                        DB_TEXT(after->kind), DB_TEXT(after->id), DB_INT(after->revision), DB_INT(max)),
	                ret_rows, err);
}

int records_search(struct db *db, const struct record_search *search, size_t max, struct arena *arena,
                   struct stored_record **ret_records, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	bool one = search->kind && *search->kind && search->id && *search->id;
	int r = one ? search_one(db, search, max, &rows, err) : search_all(db, search, max, &rows, err);

	return r < 0 ? r : read_records(rows, arena, ret_records, err);
}

int records_get_version(struct db *db, const char *kind, const char *id, int64_t revision, struct arena *arena,
                        struct stored_record *ret_record, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct stored_record *found;
	int r = db_query(db, "SELECT " COLUMNS " FROM record WHERE kind = $1 AND id = $2 AND revision = $3",
	                 DB_ARGS(DB_TEXT(kind), DB_TEXT(id), DB_INT(revision)), &rows, err);

	if (r >= 0)
		r = read_records(rows, arena, &found, err);
	if (r > 0)
		*ret_record = found[0];
	return r;
}

int records_versions(struct db *db, struct arena *arena, struct stored_record **ret_records, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " COLUMNS " FROM record WHERE document <> ''", DB_NO_ARGS, &rows, err);

	return r < 0 ? r : read_records(rows, arena, ret_records, err);
}

int records_rewrite(struct db *db, const struct stored_record *version, struct str document, struct error *err)
{
	return db_exec(
	        db, "UPDATE record SET document = $4 WHERE kind = $1 AND id = $2 AND revision = $3",
	        DB_ARGS(DB_TEXT(version->kind), DB_TEXT(version->id), DB_INT(version->revision), DB_STR(document)),
	        err);
}

int records_put(struct db *db, const char *kind, const char *id, struct str document, const char *author, int64_t at,
                struct error *err)
{
	int64_t revision = 0;
	int r = db_query_int(db, "SELECT MAX(revision) FROM record WHERE kind = $1 AND id = $2",
	                     DB_ARGS(DB_TEXT(kind), DB_TEXT(id)), &revision, err);

	if (r < 0)
		return r;
	r = db_exec(db, "UPDATE record SET is_current = 0 WHERE kind = $1 AND id = $2 AND is_current = 1",
	            DB_ARGS(DB_TEXT(kind), DB_TEXT(id)), err);
	if (r < 0)
		return r;
	struct str text = document.n ? document : STR("");
	return db_exec(
	        db, "INSERT INTO record (" COLUMNS ", is_current) VALUES ($1, $2, $3, $4, $5, $6, 1)",
	        DB_ARGS(DB_TEXT(kind), DB_TEXT(id), DB_INT(revision + 1), DB_STR(text), DB_TEXT(author), DB_INT(at)),
	        err);
}

/* The row of the counter is locked by PostgreSQL until the transaction ends; SQLite has one writer anyway. */
int records_begin_change(struct db *db, int64_t *ret_revision, struct error *err)
{
	return db_next_number(db, STR("setup"), ret_revision, err);
}

int records_revision(struct db *db, int64_t *ret_revision, struct error *err)
{
	int64_t revision = 0;
	int r = db_query_int(db, "SELECT value FROM counter WHERE name = $1", DB_ARGS(DB_TEXT("setup")), &revision,
	                     err);

	if (r < 0)
		return r;
	*ret_revision = revision;
	return 0;
}

int records_any(struct db *db, struct error *err)
{
	int64_t n = 0;
	int r = db_query_int(db, "SELECT COUNT(*) FROM record", DB_NO_ARGS, &n, err);

	return r < 0 ? r : n > 0;
}
