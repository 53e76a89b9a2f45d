/* See messages.h. */
#include "store/messages.h"

#include "base/mem.h"
#include "store/recode.h"

#include <pthread.h>
#include <zstd.h>

#define PIECE_MOST MIB(1) /* of mail; what is stored already has pieces as large */
#define ZSTD_LEVEL 1
#define QUICK_LEVEL                                                                                          \
	(-1) /* of small mail, where building tables costs more than they spare, and of attachments, most of \
	        which are compressed already */
#define SMALL_BYTES KIB(4)
#define STORED_LEVEL                                                                                                 \
	(-1000) /* of tiny mail, our own answers mostly: zstd finds nothing then, and keeps it as it is. To compress \
	           it would cost a tenth of all that is done for such mail, and spare a kilobyte at most. */
#define TINY_BYTES KIB(3)

/* A piece is a zstd frame, of the mail or, behind this byte (with which no frame begins), of what recode() made of it.
 */
#define RECODED 'B'

/* An entry of PostgreSQL's indexes takes no more than 2,700 bytes; a line of a header (RFC 5322 §2.1.1) is 998. */
#define MESSAGE_IDENT_MAX 998

#define MESSAGE_COLUMNS                                                                                                \
	"id, direction, case_id, account, message_ident, from_address, from_name, to_text, subject, automatic, date, " \
	"created_at, size, evidence, body_text, smime"

struct str message_ident_key(struct str ident)
{
	size_t n = MIN(ident.n, (size_t)MESSAGE_IDENT_MAX);

	while (n && n < ident.n && ((unsigned char)ident.p[n] & 0xc0) == 0x80)
		n--;
	return str_slice(ident, 0, n);
}

int message_insert(struct db *db, const struct stored_message *m, struct error *err)
{
	return db_exec(db,
	               "INSERT INTO message (" MESSAGE_COLUMNS
	               ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
	               DB_ARGS(DB_INT(m->id), DB_TEXT(m->direction), m->case_id ? DB_INT(m->case_id) : DB_NULL,
	                       DB_TEXT(m->account), DB_STR(message_ident_key(m->message_ident)),
	                       DB_STR(m->from_address), DB_STR(m->from_name), DB_STR(m->to_text), DB_STR(m->subject),
	                       DB_TEXT(m->automatic), DB_INT(m->date), DB_INT(m->created_at), DB_INT(m->size),
	                       DB_STR(m->evidence), DB_STR(m->body_text), DB_STR(m->smime)),
	               err);
}

static void read_message(struct db_rows *rows, struct arena *arena, struct stored_message *ret)
{
	*ret = (struct stored_message){
	        .id = db_col_int(rows, 0),
	        .direction = arena_cstr(arena, db_col_str(rows, 1)),
	        .case_id = db_col_int(rows, 2),
	        .account = arena_cstr(arena, db_col_str(rows, 3)),
	        .message_ident = arena_str(arena, db_col_str(rows, 4)),
	        .from_address = arena_str(arena, db_col_str(rows, 5)),
	        .from_name = arena_str(arena, db_col_str(rows, 6)),
	        .to_text = arena_str(arena, db_col_str(rows, 7)),
	        .subject = arena_str(arena, db_col_str(rows, 8)),
	        .automatic = arena_cstr(arena, db_col_str(rows, 9)),
	        .date = db_col_int(rows, 10),
	        .created_at = db_col_int(rows, 11),
	        .size = (uint64_t)db_col_int(rows, 12),
	        .evidence = arena_str(arena, db_col_str(rows, 13)),
	        .body_text = arena_str(arena, db_col_str(rows, 14)),
	        .smime = arena_str(arena, db_col_str(rows, 15)),
	};
}

int message_get(struct db *db, int64_t id, struct arena *arena, struct stored_message *ret_message, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " MESSAGE_COLUMNS " FROM message WHERE id = $1", DB_ARGS(DB_INT(id)), &rows, err);

	if (r < 0)
		return r;
	r = db_next(rows, err);
	if (r > 0)
		read_message(rows, arena, ret_message);
	return r;
}

int message_list(struct db *db, int64_t case_id, struct arena *arena, struct stored_message **ret_messages,
                 struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct stored_message *list = NULL;
	size_t n = 0, size = 0;
	int r = db_query(db, "SELECT " MESSAGE_COLUMNS " FROM message WHERE case_id = $1 ORDER BY id",
	                 DB_ARGS(DB_INT(case_id)), &rows, err);

	if (r < 0)
		return r;
	while ((r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, list, n, size);
		read_message(rows, arena, &list[n++]);
	}
	if (r < 0)
		return r;
	*ret_messages = list;
	return (int)n;
}

int message_page(struct db *db, int64_t case_id, int64_t after_id, bool newest_first, size_t max, struct arena *arena,
                 struct stored_message **ret_messages, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct stored_message *list = ARENA_ARRAY(arena, struct stored_message, max);
	size_t n = 0;
	int r = newest_first ? db_query(db,
	                                "SELECT " MESSAGE_COLUMNS " FROM message WHERE case_id = $1 AND id < $2 "
	                                "ORDER BY id DESC LIMIT $3",
	                                DB_ARGS(DB_INT(case_id), DB_INT(after_id ? after_id : INT64_MAX), DB_INT(max)),
	                                &rows, err)
	                     : db_query(db,
	                                "SELECT " MESSAGE_COLUMNS " FROM message WHERE case_id = $1 AND id > $2 "
	                                "ORDER BY id LIMIT $3",
	                                DB_ARGS(DB_INT(case_id), DB_INT(after_id), DB_INT(max)), &rows, err);

	while (r >= 0 && n < max && (r = db_next(rows, err)) > 0)
		read_message(rows, arena, &list[n++]);
	if (r < 0)
		return r;
	*ret_messages = list;
	return (int)n;
}

int attachment_insert(struct db *db, int64_t message_id, int64_t position, const struct stored_attachment *a,
                      struct error *err)
{
	return db_exec(
	        db,
	        "INSERT INTO attachment (message_id, position, part, name, type, size, content_ident, disposition) "
	        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	        DB_ARGS(DB_INT(message_id), DB_INT(position), DB_STR(a->part), DB_STR(a->name), DB_STR(a->type),
	                DB_INT(a->size), DB_STR(a->content_ident), DB_STR(a->disposition)),
	        err);
}

int message_first(struct db *db, int64_t case_id, int64_t *ret_id, struct error *err)
{
	return db_query_int(db, "SELECT MIN(id) FROM message WHERE case_id = $1", DB_ARGS(DB_INT(case_id)), ret_id,
	                    err);
}

int message_to_answer(struct db *db, int64_t case_id, int64_t *ret_id, struct error *err)
{
	int r = db_query_int(db,
	                     "SELECT id FROM message WHERE case_id = $1 AND direction = 'in' ORDER BY id DESC LIMIT 1",
	                     DB_ARGS(DB_INT(case_id)), ret_id, err);

	if (r == 0)
		r = db_query_int(db, "SELECT id FROM message WHERE case_id = $1 ORDER BY id DESC LIMIT 1",
		                 DB_ARGS(DB_INT(case_id)), ret_id, err);
	return r;
}

int message_last_sent(struct db *db, int64_t case_id, struct arena *arena, struct str *ret_subject,
                      struct str *ret_text, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT subject, body_text FROM message WHERE direction = 'out' AND case_id = $1 "
	                 "ORDER BY id DESC LIMIT 1",
	                 DB_ARGS(DB_INT(case_id)), &rows, err);

	if (r >= 0)
		r = db_next(rows, err);
	if (r > 0) {
		*ret_subject = arena_str(arena, db_col_str(rows, 0));
		*ret_text = arena_str(arena, db_col_str(rows, 1));
	}
	return r;
}

int message_case_hides_subject(struct db *db, int64_t case_id, bool *ret_hides, struct error *err)
{
	int64_t found;
	int r = db_query_int(db,
	                     "SELECT m.id FROM message m JOIN cases c ON c.id = m.case_id WHERE m.case_id = $1 AND "
	                     "m.direction = 'in' AND m.subject = c.subject AND m.smime LIKE "
	                     "'%\"hides_subject\":true%' LIMIT 1",
	                     DB_ARGS(DB_INT(case_id)), &found, err);

	if (r < 0)
		return r;
	*ret_hides = r > 0;
	return 0;
}

int attachments_forget(struct db *db, int64_t message_id, struct error *err)
{
	return db_exec(db, "DELETE FROM attachment WHERE message_id = $1", DB_ARGS(DB_INT(message_id)), err);
}

int message_rewrite(struct db *db, int64_t id, struct str subject, struct str body_text, struct str smime,
                    struct error *err)
{
	return db_exec(db, "UPDATE message SET subject = $2, body_text = $3, smime = $4 WHERE id = $1",
	               DB_ARGS(DB_INT(id), DB_STR(subject), DB_STR(body_text), DB_STR(smime)), err);
}

/* zstd contexts are large (up to 1 MB) and kept: as many as threads ever packed at the same moment, which is far fewer
 * than there are threads. */
struct compressor {
	ZSTD_CCtx *context;
	struct compressor *next;
};

static pthread_mutex_t compressors_lock = PTHREAD_MUTEX_INITIALIZER;
static struct compressor *idle_compressors; /* under compressors_lock */

static struct compressor *compressor_take(void)
{
	struct compressor *one;

	pthread_mutex_lock(&compressors_lock);
	one = idle_compressors;
	if (one)
		idle_compressors = one->next;
	pthread_mutex_unlock(&compressors_lock);
	if (!one) {
		one = mem_new(1, sizeof *one);
		one->context = ZSTD_createCCtx();
		must(one->context != NULL);
	}
	return one;
}

static void compressor_give_back(struct compressor *one)
{
	pthread_mutex_lock(&compressors_lock);
	one->next = idle_compressors;
	idle_compressors = one;
	pthread_mutex_unlock(&compressors_lock);
}

static int level_for(size_t n, bool is_recoded)
{
	return n < TINY_BYTES ? STORED_LEVEL : is_recoded || n < SMALL_BYTES ? QUICK_LEVEL : ZSTD_LEVEL;
}

static void compress_piece(struct packed_piece *piece, struct str bytes, bool is_recoded)
{
	struct compressor *compressor = compressor_take();
	size_t mark = is_recoded ? 1 : 0, room = ZSTD_compressBound(bytes.n), n;

	piece->p = mem_resize(NULL, mark + room, 1);
	if (is_recoded)
		piece->p[0] = RECODED;
	n = ZSTD_compressCCtx(compressor->context, piece->p + mark, room, bytes.p, bytes.n,
	                      level_for(bytes.n, is_recoded));
	compressor_give_back(compressor);
	must(!ZSTD_isError(n)); /* the room suffices: there is no other fault */
	piece->n = mark + n;
	piece->p = mem_resize(piece->p, piece->n, 1);
}

static void pack_piece(struct packed_piece *piece, struct str raw)
{
	struct buf recoded CLEANUP(buf_done) = BUF_INIT(2 * RAW_PIECE_BYTES);
	bool is_recoded = recode(raw, &recoded);

	compress_piece(piece, is_recoded ? buf_str(&recoded) : raw, is_recoded);
}

void packed_make_mapped(struct packed *packed, struct str raw, void (*done_with)(void *ctx, const char *upto),
                        void *ctx)
{
	packed->count = raw.n ? (raw.n + RAW_PIECE_BYTES - 1) / RAW_PIECE_BYTES : 1;
	packed->pieces = mem_new(packed->count, sizeof *packed->pieces);
	for (size_t i = 0; i < packed->count; i++) {
		struct str piece = str_slice(raw, i * RAW_PIECE_BYTES, (i + 1) * RAW_PIECE_BYTES);

		pack_piece(&packed->pieces[i], piece);
		if (done_with)
			done_with(ctx, piece.p + piece.n);
	}
}

void packed_make(struct packed *packed, struct str raw)
{
	packed_make_mapped(packed, raw, NULL, NULL);
}

void packed_done(struct packed *packed)
{
	for (size_t i = 0; i < packed->count; i++)
		free(packed->pieces[i].p);
	free(packed->pieces);
	*packed = (struct packed){0};
}

int raw_insert_piece(struct db *db, int64_t message_id, size_t piece, size_t pieces, struct str data, struct error *err)
{
	if (piece == 0)
		return db_exec(db, "INSERT INTO raw (message_id, pieces, data) VALUES ($1, $2, $3)",
		               DB_ARGS(DB_INT(message_id), DB_INT(pieces), DB_BLOB(data)), err);
	return db_exec(db, "INSERT INTO raw_piece (message_id, piece, data) VALUES ($1, $2, $3)",
	               DB_ARGS(DB_INT(message_id), DB_INT(piece), DB_BLOB(data)), err);
}

int raw_insert(struct db *db, int64_t message_id, const struct packed *packed, struct error *err)
{
	for (size_t i = 0; i < packed->count; i++) {
		struct str data = str_new(packed->pieces[i].p, packed->pieces[i].n);
		int r = raw_insert_piece(db, message_id, i, packed->count, data, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* One mail's misfortune, not the store's. */
static int damaged(int64_t message_id, struct error *err)
{
	return fail_scope(err, SCOPE_MESSAGE, E_STORE, RETRY_NEVER,
	                  "message %lld: the stored mail is damaged: restore it from a backup", (long long)message_id);
}

static int decompress(struct str frame, int64_t message_id, struct buf *out, struct error *err)
{
	unsigned long long n = ZSTD_getFrameContentSize(frame.p, frame.n);
	char *room;

	if (n > PIECE_MOST) /* covers both error values, too */
		return damaged(message_id, err);
	room = buf_room(out, (size_t)n);
	if (!room)
		return fail_scope(err, SCOPE_MESSAGE, E_LIMIT, RETRY_NEVER, "message %lld is larger than %zu bytes",
		                  (long long)message_id, out->max);
	if (ZSTD_decompress(room, (size_t)n, frame.p, frame.n) != (size_t)n)
		return damaged(message_id, err);
	buf_added(out, (size_t)n);
	return 0;
}

static int unpack(struct str piece, int64_t message_id, struct buf *out, struct error *err)
{
	struct buf recoded CLEANUP(buf_done) = BUF_INIT(PIECE_MOST);
	int r;

	if (!piece.n || piece.p[0] != RECODED)
		return decompress(piece, message_id, out, err);
	r = decompress(str_slice(piece, 1, piece.n), message_id, &recoded, err);
	return r < 0 || recode_undo(buf_str(&recoded), out) ? r : damaged(message_id, err);
}

struct piece_reader {
	int64_t message_id;
	struct buf room; /* one piece */
	int (*each)(void *ctx, struct str piece, struct error *err);
	void *ctx;
	size_t most, given; /* bytes of mail: those behind aren't read */
};

static int give_piece(struct piece_reader *reader, struct str packed, struct error *err)
{
	int r;

	buf_clear(&reader->room);
	r = unpack(packed, reader->message_id, &reader->room, err);
	reader->given += reader->room.n;
	return r < 0 ? r : reader->each(reader->ctx, buf_str(&reader->room), err);
}

/* 1 and the number of pieces, 0: there is no such mail. */
static int give_first(struct db *db, struct piece_reader *reader, int64_t *ret_pieces, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT pieces, data FROM raw WHERE message_id = $1", DB_ARGS(DB_INT(reader->message_id)),
	                 &rows, err);

	if (r < 0)
		return r;
	r = db_next(rows, err);
	if (r <= 0)
		return r;
	*ret_pieces = db_col_int(rows, 0);
	r = give_piece(reader, db_col_str(rows, 1), err);
	return r < 0 ? r : 1;
}

static int give_more(struct db *db, struct piece_reader *reader, int64_t pieces, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	size_t needed = MIN((size_t)pieces, reader->most / RAW_PIECE_BYTES);
	int r = db_query(db, "SELECT data FROM raw_piece WHERE message_id = $1 ORDER BY piece LIMIT $2",
	                 DB_ARGS(DB_INT(reader->message_id), DB_INT(needed)), &rows, err);
	int64_t found = 1; /* the first is in the other table */

	if (r < 0)
		return r;
	while (reader->given < reader->most && (r = db_next(rows, err)) > 0) {
		r = give_piece(reader, db_col_str(rows, 0), err);
		if (r < 0)
			return r;
		found++;
	}
	if (r < 0)
		return r;
	return reader->given < reader->most && found != pieces ? damaged(reader->message_id, err) : 0;
}

static int give_pieces(struct db *db, struct piece_reader *reader, struct error *err)
{
	int64_t pieces = 0;
	int r = give_first(db, reader, &pieces, err);

	if (r > 0 && pieces > 1)
		r = give_more(db, reader, pieces, err) < 0 ? err->code : 1;
	buf_done(&reader->room);
	return r;
}

int raw_each_piece(struct db *db, int64_t message_id, int (*each)(void *ctx, struct str piece, struct error *err),
                   void *ctx, struct error *err)
{
	struct piece_reader reader = {message_id, BUF_INIT(PIECE_MOST), each, ctx, .most = SIZE_MAX};

	return give_pieces(db, &reader, err);
}

static int add_piece(void *ctx, struct str piece, struct error *err)
{
	struct buf *out = ctx;

	buf_add(out, piece);
	return out->failed ? fail_scope(err, SCOPE_MESSAGE, E_LIMIT, RETRY_NEVER,
	                                "the stored mail is larger than %zu bytes", out->max)
	                   : 0;
}

int raw_get(struct db *db, int64_t message_id, struct buf *out, struct error *err)
{
	return raw_each_piece(db, message_id, add_piece, out, err);
}

int raw_get_first(struct db *db, int64_t message_id, struct buf *out, struct error *err)
{
	struct piece_reader reader = {message_id, BUF_INIT(PIECE_MOST), add_piece, out, .most = RAW_FIRST_BYTES};

	return give_pieces(db, &reader, err);
}

int messages_closed(struct db *db, int64_t after, int64_t *ret_ids, size_t max, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	size_t n = 0;
	int r = db_query(db,
	                 "SELECT id FROM message WHERE id > $1 AND direction = 'in' AND smime LIKE "
	                 "'%\"encrypted\":true,\"opened\":false%' ORDER BY id LIMIT $2",
	                 DB_ARGS(DB_INT(after), DB_INT(max)), &rows, err);

	while (r >= 0 && n < max && (r = db_next(rows, err)) > 0)
		ret_ids[n++] = db_col_int(rows, 0);
	return r < 0 ? r : (int)n;
}
