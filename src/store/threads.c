/* See threads.h. */
#include "store/threads.h"

#include "base/base64.h"
#include "base/mail_address.h"
#include "base/random.h"

/* ---------------------------------------------------------------- keys */

static int read_keys(struct str text, struct thread_keys *ret, struct error *err)
{
	struct thread_keys keys = {0};
	struct str word;

	while (str_split(&text, ' ', &word)) {
		struct buf key CLEANUP(buf_done) = BUF_INIT(64);

		if (!base64_decode(&key, word) || key.n != THREAD_KEY_BYTES)
			return fail(err, E_STORE, RETRY_NEVER,
			            "the store's thread keys (meta, thread-keys) are damaged");
		if (keys.count < THREAD_KEYS_MAX)
			memcpy(keys.keys[keys.count++], key.p, key.n);
	}
	*ret = keys;
	return 0;
}

/* 1 found, 0 none. */
static int find_keys(struct db *db, struct thread_keys *ret_keys, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT value FROM meta WHERE name = 'thread-keys'", DB_NO_ARGS, &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r <= 0)
		return r;
	r = read_keys(db_col_str(rows, 0), ret_keys, err);
	return r < 0 ? r : 1;
}

static void make_key(unsigned char key[THREAD_KEY_BYTES])
{
	random_bytes(key, THREAD_KEY_BYTES);
}

static void write_keys(const struct thread_keys *keys, struct buf *out)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (i)
			buf_add_char(out, ' ');
		base64_encode(out, str_new(keys->keys[i], THREAD_KEY_BYTES));
	}
}

/* Of two processes that make the first key at the same time one wins; the other reads the winner's. */
int thread_keys_get(struct db *db, struct thread_keys *ret_keys, struct error *err)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct thread_keys fresh = {.count = 1};
	int r = find_keys(db, ret_keys, err);

	if (r != 0)
		return MIN(r, 0);
	make_key(fresh.keys[0]);
	write_keys(&fresh, &text);
	r = db_exec(db, "INSERT INTO meta (name, value) VALUES ('thread-keys', $1) ON CONFLICT (name) DO NOTHING",
	            DB_ARGS(DB_STR(buf_str(&text))), err);
	if (r == 0)
		r = find_keys(db, ret_keys, err);
	if (r == 0)
		return fail(err, E_STORE, RETRY_LATER, "the store keeps no thread keys");
	return MIN(r, 0);
}

int thread_keys_add(struct db *db, struct error *err)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct thread_keys keys;
	int r = thread_keys_get(db, &keys, err);

	if (r < 0)
		return r;
	keys.count = MIN(keys.count + 1, (size_t)THREAD_KEYS_MAX);
	memmove(keys.keys[1], keys.keys[0], (keys.count - 1) * sizeof keys.keys[0]);
	make_key(keys.keys[0]);
	write_keys(&keys, &text);
	return db_exec(db, "UPDATE meta SET value = $1 WHERE name = 'thread-keys'", DB_ARGS(DB_STR(buf_str(&text))),
	               err);
}

/* ---------------------------------------------------------------- tokens and roots */

int thread_token_insert(struct db *db, struct str token, const struct stored_token *stored, struct error *err)
{
	char room[MAIL_ADDRESS_MAX];

	return db_exec(db, "INSERT INTO thread_token (token, case_id, message_id, address) VALUES ($1, $2, $3, $4)",
	               DB_ARGS(DB_STR(token), DB_INT(stored->case_id), DB_INT(stored->message_id),
	                       DB_STR(mail_address_key(stored->address, room))),
	               err);
}

int thread_token_find(struct db *db, struct str token, struct arena *arena, struct stored_token *ret_token,
                      struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT case_id, message_id, address FROM thread_token WHERE token = $1",
	                 DB_ARGS(DB_STR(token)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		*ret_token = (struct stored_token){.case_id = db_col_int(rows, 0),
		                                   .message_id = db_col_int(rows, 1),
		                                   .address = arena_str(arena, db_col_str(rows, 2))};
	return r;
}

int thread_root_insert(struct db *db, struct str root, int64_t case_id, int64_t previous_id, struct error *err)
{
	return db_exec(
	        db,
	        "INSERT INTO thread_root (root, case_id) VALUES ($1, $2) ON CONFLICT (root) DO UPDATE SET case_id "
	        "= excluded.case_id WHERE thread_root.case_id = $3",
	        DB_ARGS(DB_STR(root), DB_INT(case_id), DB_INT(previous_id)), err);
}

int thread_root_find(struct db *db, struct str root, int64_t *ret_case_id, struct error *err)
{
	return db_query_int(db, "SELECT case_id FROM thread_root WHERE root = $1", DB_ARGS(DB_STR(root)), ret_case_id,
	                    err);
}

/* ---------------------------------------------------------------- participants */

int case_add_participant(struct db *db, int64_t case_id, struct str address, struct error *err)
{
	char room[MAIL_ADDRESS_MAX];

	if (!address.n)
		return 0;
	return db_exec(db, "INSERT INTO case_participant (case_id, address) VALUES ($1, $2) ON CONFLICT DO NOTHING",
	               DB_ARGS(DB_INT(case_id), DB_STR(mail_address_key(address, room))), err);
}

int case_has_participant(struct db *db, int64_t case_id, struct str address, struct error *err)
{
	char room[MAIL_ADDRESS_MAX];
	int64_t n = 0;
	int r = db_query_int(
	        db,
	        "SELECT (SELECT COUNT(*) FROM case_participant WHERE case_id = $1 AND address = $2) + "
	        "(SELECT COUNT(*) FROM cases c JOIN contact_address a ON a.contact_id = c.contact_id WHERE "
	        "c.id = $1 AND a.address = $2)",
	        DB_ARGS(DB_INT(case_id), DB_STR(mail_address_key(address, room))), &n, err);

	return r < 0 ? r : n > 0;
}

int cases_of_participant(struct db *db, struct str address, int64_t since, size_t max, struct arena *arena,
                         struct participant_case **ret_cases, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct participant_case *list = ARENA_ARRAY(arena, struct participant_case, max);
	char room[MAIL_ADDRESS_MAX];
	size_t n = 0;
	int r = db_query(
	        db,
	        "SELECT c.id, c.subject FROM case_participant p JOIN cases c ON c.id = p.case_id WHERE p.address "
	        "= $1 AND c.resolved_at IS NULL AND c.updated_at > $2 ORDER BY p.case_id DESC LIMIT $3",
	        DB_ARGS(DB_STR(mail_address_key(address, room)), DB_INT(since), DB_INT(max)), &rows, err);

	if (r < 0)
		return r;
	while (n < max && (r = db_next(rows, err)) > 0)
		list[n++] = (struct participant_case){db_col_int(rows, 0), arena_str(arena, db_col_str(rows, 1))};
	if (r < 0)
		return r;
	*ret_cases = list;
	return (int)n;
}
