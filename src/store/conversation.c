/* See conversation.h. */
#include "store/conversation.h"

/* Where a mail was shown several times, the first row counts: it comes last. */
int conversation_fates(struct db *db, int64_t case_id, struct arena *arena, struct message_fate **ret_fates,
                       struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct message_fate *list = NULL;
	size_t n = 0, size = 0;
	int r = db_query(db,
	                 "SELECT m.id, l.outcome, l.answer, l.answer_code FROM message m LEFT JOIN ledger l ON "
	                 "l.message_id = m.id "
	                 "WHERE m.case_id = $1 ORDER BY m.id, l.id DESC",
	                 DB_ARGS(DB_INT(case_id)), &rows, err);

	if (r < 0)
		return r;
	while ((r = db_next(rows, err)) > 0) {
		if (!n || list[n - 1].message_id != db_col_int(rows, 0)) {
			ARENA_ROOM(arena, list, n, size);
			n++;
		}
		list[n - 1] = (struct message_fate){
		        .message_id = db_col_int(rows, 0),
		        .outcome = arena_cstr(arena, db_col_str(rows, 1)),
		        .answer = arena_cstr(arena, db_col_str(rows, 2)),
		        .answer_code = arena_cstr(arena, db_col_str(rows, 3)),
		};
	}
	if (r < 0)
		return r;
	*ret_fates = list;
	return (int)n;
}

int conversation_fate(struct db *db, int64_t message_id, struct arena *arena, struct message_fate *ret_fate,
                      struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT outcome, answer, answer_code FROM ledger WHERE message_id = $1 ORDER BY id LIMIT 1",
	                 DB_ARGS(DB_INT(message_id)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r < 0)
		return r;
	*ret_fate = (struct message_fate){.message_id = message_id, .outcome = "", .answer = "", .answer_code = ""};
	if (r > 0) {
		ret_fate->outcome = arena_cstr(arena, db_col_str(rows, 0));
		ret_fate->answer = arena_cstr(arena, db_col_str(rows, 1));
		ret_fate->answer_code = arena_cstr(arena, db_col_str(rows, 2));
	}
	return r;
}

int attachment_list(struct db *db, int64_t message_id, struct arena *arena, struct stored_attachment **ret_attachments,
                    struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct stored_attachment *list = NULL;
	size_t n = 0, size = 0;
	int r = db_query(db,
	                 "SELECT part, name, type, content_ident, disposition, size FROM attachment "
	                 "WHERE message_id = $1 ORDER BY position",
	                 DB_ARGS(DB_INT(message_id)), &rows, err);

	if (r < 0)
		return r;
	while ((r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, list, n, size);
		list[n++] = (struct stored_attachment){
		        .part = arena_str(arena, db_col_str(rows, 0)),
		        .name = arena_str(arena, db_col_str(rows, 1)),
		        .type = arena_str(arena, db_col_str(rows, 2)),
		        .content_ident = arena_str(arena, db_col_str(rows, 3)),
		        .disposition = arena_str(arena, db_col_str(rows, 4)),
		        .size = (uint64_t)db_col_int(rows, 5),
		};
	}
	if (r < 0)
		return r;
	*ret_attachments = list;
	return (int)n;
}
