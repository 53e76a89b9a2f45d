/* See cases.h. */
#include "store/cases.h"

#include "base/mail_address.h"
#include "store/messages.h"

#define COLUMNS CASE_COLUMNS("")

int case_insert(struct db *db, const struct stored_case *c, struct error *err)
{
	return db_exec(db,
	               "INSERT INTO cases (" COLUMNS
	               ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
	               DB_ARGS(DB_INT(c->id), DB_TEXT(c->type), DB_TEXT(c->number), DB_TEXT(c->status),
	                       c->resolved_at ? DB_INT(c->resolved_at) : DB_NULL, DB_STR(c->subject),
	                       c->contact_id ? DB_INT(c->contact_id) : DB_NULL, DB_TEXT(c->account),
	                       c->previous_id ? DB_INT(c->previous_id) : DB_NULL, DB_STR(c->fields),
	                       DB_INT(c->created_at), DB_INT(c->updated_at), DB_INT(c->message_count),
	                       DB_TEXT(c->waits_for ? c->waits_for : CASE_WAITS_FOR_US)),
	               err);
}

struct stored_case case_row(struct db_rows *rows, struct arena *arena)
{
	return (struct stored_case){
	        .id = db_col_int(rows, 0),
	        .type = arena_cstr(arena, db_col_str(rows, 1)),
	        .number = arena_cstr(arena, db_col_str(rows, 2)),
	        .status = arena_cstr(arena, db_col_str(rows, 3)),
	        .resolved_at = db_col_int(rows, 4),
	        .subject = arena_str(arena, db_col_str(rows, 5)),
	        .contact_id = db_col_int(rows, 6),
	        .account = arena_cstr(arena, db_col_str(rows, 7)),
	        .previous_id = db_col_int(rows, 8),
	        .fields = arena_str(arena, db_col_str(rows, 9)),
	        .created_at = db_col_int(rows, 10),
	        .updated_at = db_col_int(rows, 11),
	        .message_count = db_col_int(rows, 12),
	        .waits_for = arena_cstr(arena, db_col_str(rows, 13)),
	};
}

static int read_case(struct db_rows *rows, struct arena *arena, struct stored_case *ret, struct error *err)
{
	int r = db_next(rows, err);

	if (r > 0)
		*ret = case_row(rows, arena);
	return r;
}

int case_updated_at(struct db *db, int64_t id, int64_t *ret_at, struct error *err)
{
	return db_query_int(db, "SELECT updated_at FROM cases WHERE id = $1", DB_ARGS(DB_INT(id)), ret_at, err);
}

int case_get(struct db *db, int64_t id, struct arena *arena, struct stored_case *ret_case, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " COLUMNS " FROM cases WHERE id = $1", DB_ARGS(DB_INT(id)), &rows, err);

	return r < 0 ? r : read_case(rows, arena, ret_case, err);
}

int case_find_number(struct db *db, struct str number, struct arena *arena, struct stored_case *ret_case,
                     struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " COLUMNS " FROM cases WHERE number = $1", DB_ARGS(DB_STR(number)), &rows, err);

	return r < 0 ? r : read_case(rows, arena, ret_case, err);
}

int case_find_message(struct db *db, struct str message_ident, int64_t *ret_case_id, bool *ret_is_ours,
                      struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 /* Ours ('out') first, then the newest: the order of the index, so that nothing is sorted. */
	                 "SELECT case_id, direction FROM message WHERE message_ident = $1 AND case_id IS NOT NULL "
	                 "ORDER BY direction DESC, id DESC LIMIT 1",
	                 DB_ARGS(DB_STR(message_ident_key(message_ident))), &rows, err);

	if (r < 0)
		return r;
	r = db_next(rows, err);
	if (r > 0) {
		*ret_case_id = db_col_int(rows, 0);
		*ret_is_ours = str_eq(db_col_str(rows, 1), STR("out"));
	}
	return r;
}

int case_touch(struct db *db, int64_t id, const char *status, const char *waits_for, int64_t at, struct error *err)
{
	struct db_value waits = waits_for ? DB_TEXT(waits_for) : DB_NULL;

	if (status)
		return db_exec(db,
		               "UPDATE cases SET status = $2, resolved_at = NULL, updated_at = $3, message_count = "
		               "message_count + 1, waits_for = COALESCE($4, waits_for) WHERE id = $1",
		               DB_ARGS(DB_INT(id), DB_TEXT(status), DB_INT(at), waits), err);
	return db_exec(db,
	               "UPDATE cases SET updated_at = $2, message_count = message_count + 1, waits_for = "
	               "COALESCE($3, waits_for) WHERE id = $1",
	               DB_ARGS(DB_INT(id), DB_INT(at), waits), err);
}

int case_count_message(struct db *db, int64_t id, struct error *err)
{
	return db_exec(db, "UPDATE cases SET message_count = message_count + 1 WHERE id = $1", DB_ARGS(DB_INT(id)),
	               err);
}

int case_set_status(struct db *db, int64_t id, const char *status, int64_t resolved_at, int64_t at, struct error *err)
{
	return db_exec(db, "UPDATE cases SET status = $2, resolved_at = $3, updated_at = $4 WHERE id = $1",
	               DB_ARGS(DB_INT(id), DB_TEXT(status), resolved_at ? DB_INT(resolved_at) : DB_NULL, DB_INT(at)),
	               err);
}

int case_tell_status(struct db *db, int64_t id, const char *status, bool resolved, const char *author, int64_t at,
                     struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	/* A status is an id: it needs no escaping. */
	return event_add(db,
	                 &(struct new_event){
	                         .kind = "case.status",
	                         .author = author,
	                         .case_id = id,
	                         .data = arena_printf(arena, "{\"status\":\"%s\",\"resolved\":%s}", status,
	                                              resolved ? "true" : "false"),
	                         .at = at,
	                 },
	                 err);
}

int case_list(struct db *db, int64_t before_id, size_t max, struct arena *arena, struct stored_case **ret_cases,
              struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct stored_case *list = ARENA_ARRAY(arena, struct stored_case, max);
	size_t n = 0;
	int r = db_query(db, "SELECT " COLUMNS " FROM cases WHERE id < $1 ORDER BY id DESC LIMIT $2",
	                 DB_ARGS(DB_INT(before_id ? before_id : INT64_MAX), DB_INT(max)), &rows, err);

	if (r < 0)
		return r;
	while (n < max && (r = read_case(rows, arena, &list[n], err)) > 0)
		n++;
	if (r < 0)
		return r;
	*ret_cases = list;
	return (int)n;
}

int contact_for(struct db *db, struct str address, struct str name, int64_t at, int64_t *ret_contact_id,
                struct error *err)
{
	char room[MAIL_ADDRESS_MAX];
	struct str key = mail_address_key(address, room);
	int64_t id, inserted;
	int r = db_query_int(db, "SELECT contact_id FROM contact_address WHERE address = $1", DB_ARGS(DB_STR(key)),
	                     ret_contact_id, err);

	if (r != 0)
		return r < 0 ? r : 0;
	r = db_new_id(db, &id, err);
	if (r == 0)
		r = db_exec(db, "INSERT INTO contact (id, name, created_at) VALUES ($1, $2, $3)",
		            DB_ARGS(DB_INT(id), DB_STR(name), DB_INT(at)), err);
	if (r < 0)
		return r;
	inserted = db_exec_count(
	        db,
	        "INSERT INTO contact_address (address, contact_id) VALUES ($1, $2) ON CONFLICT (address) DO NOTHING",
	        DB_ARGS(DB_STR(key), DB_INT(id)), err);
	if (inserted < 0)
		return (int)inserted;
	if (inserted > 0) {
		*ret_contact_id = id;
		return 0;
	}
	/* Another process made it in this very moment. */
	r = db_exec(db, "DELETE FROM contact WHERE id = $1", DB_ARGS(DB_INT(id)), err);
	if (r == 0)
		r = db_query_int(db, "SELECT contact_id FROM contact_address WHERE address = $1", DB_ARGS(DB_STR(key)),
		                 ret_contact_id, err);
	return MIN(r, 0);
}

int contact_get(struct db *db, int64_t id, struct arena *arena, struct str *ret_address, struct str *ret_name,
                struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(
	        db,
	        "SELECT a.address, c.name FROM contact c JOIN contact_address a ON a.contact_id = c.id WHERE c.id = $1 "
	        "ORDER BY a.address LIMIT 1",
	        DB_ARGS(DB_INT(id)), &rows, err);

	if (r < 0)
		return r;
	r = db_next(rows, err);
	if (r > 0) {
		*ret_address = arena_str(arena, db_col_str(rows, 0));
		*ret_name = arena_str(arena, db_col_str(rows, 1));
	}
	return r;
}
