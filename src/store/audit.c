/* See audit.h. */
#include "store/audit.h"

#define COLUMNS "id, at, author, action, object, detail, address, agent"

/* Some of it comes from outside: cut, and printable. */
static struct db_value text(struct arena *arena, const char *value)
{
	struct str s = arena_str(arena, str_slice(str_of(value), 0, AUDIT_MAX_TEXT));

	s.n = str_make_printable((char *)(uintptr_t)s.p, s.n, false);
	return DB_STR(s);
}

int audit_add(struct db *db, const struct audit_entry *e, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	int64_t id;
	int r = db_new_id(db, &id, err);

	return r < 0 ? r
	             : db_exec(db, "INSERT INTO audit (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	                       DB_ARGS(DB_INT(id), DB_INT(e->at), text(arena, e->author), text(arena, e->action),
	                               text(arena, e->object), text(arena, e->detail), text(arena, e->address),
	                               text(arena, e->agent)),
	                       err);
}

static int read_entries(struct db_rows *rows, size_t max, struct arena *arena, struct audit_entry **ret_entries,
                        struct error *err)
{
	struct audit_entry *entries = ARENA_ARRAY(arena, struct audit_entry, max);
	int n = 0, r;

	while ((r = db_next(rows, err)) > 0)
		entries[n++] = (struct audit_entry){.id = db_col_int(rows, 0),
		                                    .at = db_col_int(rows, 1),
		                                    .author = arena_cstr(arena, db_col_str(rows, 2)),
		                                    .action = arena_cstr(arena, db_col_str(rows, 3)),
		                                    .object = arena_cstr(arena, db_col_str(rows, 4)),
		                                    .detail = arena_cstr(arena, db_col_str(rows, 5)),
		                                    .address = arena_cstr(arena, db_col_str(rows, 6)),
		                                    .agent = arena_cstr(arena, db_col_str(rows, 7))};
	if (r < 0)
		return r;
	*ret_entries = entries;
	return n;
}

#define FIND(whose)                                                                         \
	"SELECT " COLUMNS " FROM audit WHERE " whose                                        \
	" AND ($2 = '' OR SUBSTR(object, 1, LENGTH($2)) = $2) AND ($3 = '' OR author = $3)" \
	" AND at >= $4 AND at < $5 AND (at, id) < ($6, $7) ORDER BY at DESC, id DESC LIMIT $8"

int audit_find(struct db *db, const struct audit_search *search, size_t max, struct arena *arena,
               struct audit_entry **ret_entries, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct str object = str_of(search->object);
	bool all_of_kind = object.n && object.p[object.n - 1] == '/';
	int r = db_query(db, object.n && !all_of_kind ? FIND("object = $1") : FIND("$1 = ''"),
	                 DB_ARGS(DB_TEXT(all_of_kind ? "" : search->object), DB_TEXT(all_of_kind ? search->object : ""),
	                         DB_TEXT(search->author), DB_INT(search->from_at),
	                         DB_INT(search->until_at ? search->until_at : INT64_MAX),
	                         DB_INT(search->before_at ? search->before_at : INT64_MAX), DB_INT(search->before_id),
	                         DB_INT(max)),
	                 &rows, err);

	return r < 0 ? r : read_entries(rows, max, arena, ret_entries, err);
}

int audit_list(struct db *db, const char *object, int64_t before_at, int64_t before_id, size_t max, struct arena *arena,
               struct audit_entry **ret_entries, struct error *err)
{
	const struct audit_search search = {
	        .object = object, .author = "", .before_at = before_at, .before_id = before_id};

	return audit_find(db, &search, max, arena, ret_entries, err);
}
