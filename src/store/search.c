/* See search.h. */
#include "store/search.h"

#include "base/buf.h"
#include "store/search_rank.h"

#define MATCH_MAX    KIB(256) /* of a query as the database gets it */
#define VECTOR_MAX   MIB(2)   /* of a document as PostgreSQL gets it */
#define POSITION_MAX 16383    /* of a tsvector */
#define GAP          20       /* positions between two texts: no phrase reaches over it */

static bool is_sqlite(const struct db *db)
{
	return db_kind(db) == DB_SQLITE;
}

/* ---------------------------------------------------------------- marks: what isn't a word of the text */

/* "xa" and the account's id in hexadecimal, "xc" and the case's, "xkcase": in a column of their own. */
static void add_account_mark(struct buf *out, const char *account)
{
	buf_add(out, STR("xa"));
	for (const char *p = account; *p; p++)
		buf_printf(out, "%02x", (unsigned char)*p);
}

static void make_marks(const struct search_doc *doc, struct buf *out)
{
	add_account_mark(out, doc->account);
	if (doc->case_id)
		buf_printf(out, " xc%lld", (long long)doc->case_id);
	if (doc->is_case)
		buf_add(out, STR(" xkcase"));
}

/* ---------------------------------------------------------------- writing */

/* 'word':7A for each word; `at` goes on. */
static void add_lexemes(struct buf *out, struct str text, char weight, size_t *at)
{
	struct str rest = text, word;

	while (rest.n && str_split(&rest, ' ', &word)) {
		++*at;
		if (word.n)
			buf_printf(out, "'" STR_FMT "':%zu%c ", STR_ARG(word), MIN(*at, (size_t)POSITION_MAX), weight);
	}
	*at += GAP;
}

/* A mark can't be a word: no word has an '='. */
static void add_mark_lexemes(struct buf *out, struct str marks)
{
	struct str rest = marks, mark;

	while (rest.n && str_split(&rest, ' ', &mark))
		buf_printf(out, "'=" STR_FMT "' ", STR_ARG(mark));
}

static struct str cut(struct str text)
{
	size_t n = MIN(text.n, SEARCH_TEXT_MAX);

	while (n && n < text.n && text.p[n] != ' ')
		n--;
	return str_slice(text, 0, n);
}

static int put_sqlite(struct db *db, const struct search_doc *doc, const char *sql, struct error *err)
{
	struct buf marks CLEANUP(buf_done) = BUF_INIT(KIB(2));

	make_marks(doc, &marks);
	return db_exec(db, sql,
	               DB_ARGS(DB_INT(doc->id), DB_STR(doc->subject), DB_STR(doc->sender), DB_STR(doc->recipients),
	                       DB_STR(cut(doc->body)), DB_STR(buf_str(&marks))),
	               err);
}

static int put_postgresql(struct db *db, const struct search_doc *doc, struct error *err)
{
	struct buf words CLEANUP(buf_done) = BUF_INIT(VECTOR_MAX), marks CLEANUP(buf_done) = BUF_INIT(KIB(2));
	size_t at = 0;

	make_marks(doc, &marks);
	add_mark_lexemes(&words, buf_str(&marks));
	add_lexemes(&words, doc->subject, 'A', &at);
	add_lexemes(&words, doc->sender, 'B', &at);
	add_lexemes(&words, doc->recipients, 'C', &at);
	add_lexemes(&words, cut(doc->body), 'D', &at);
	return db_exec(db,
	               "INSERT INTO search_doc (id, words) VALUES ($1, CAST($2 AS tsvector)) ON CONFLICT (id) DO "
	               "NOTHING",
	               DB_ARGS(DB_INT(doc->id), DB_STR(buf_str(&words))), err);
}

int search_has(struct db *db, int64_t id, struct error *err)
{
	int64_t found;

	if (is_sqlite(db))
		return db_query_int(db, "SELECT id FROM search_docsize WHERE id = $1", DB_ARGS(DB_INT(id)), &found,
		                    err);
	return db_query_int(db, "SELECT id FROM search_doc WHERE id = $1", DB_ARGS(DB_INT(id)), &found, err);
}

int search_put(struct db *db, const struct search_doc *doc, struct error *err)
{
	int r;

	if (!is_sqlite(db))
		return put_postgresql(db, doc, err);
	r = search_has(db, doc->id, err);
	return r != 0 ? MIN(r, 0)
	              : put_sqlite(
	                        db, doc,
	                        "INSERT INTO search (rowid, subject, sender, recipients, body, marks) VALUES ($1, $2, "
	                        "$3, $4, $5, $6)",
	                        err);
}

int search_take(struct db *db, const struct search_doc *doc, struct error *err)
{
	int r;

	if (!is_sqlite(db))
		return db_exec(db, "DELETE FROM search_doc WHERE id = $1", DB_ARGS(DB_INT(doc->id)), err);
	r = search_has(db, doc->id, err);
	return r <= 0 ? r
	              : put_sqlite(
	                        db, doc,
	                        "INSERT INTO search (search, rowid, subject, sender, recipients, body, marks) VALUES "
	                        "('delete', $1, $2, $3, $4, $5, $6)",
	                        err);
}

int search_clear(struct db *db, struct error *err)
{
	return is_sqlite(db) ? db_exec(db, "INSERT INTO search (search) VALUES ('delete-all')", DB_NO_ARGS, err)
	                     : db_exec(db, "DELETE FROM search_doc", DB_NO_ARGS, err);
}

/* ---------------------------------------------------------------- what there is to do */

static int collect(struct db_rows *rows, int64_t *ret_ids, size_t max, size_t *n, struct error *err)
{
	int r = 0;

	while (*n < max && (r = db_next(rows, err)) > 0)
		ret_ids[(*n)++] = db_col_int(rows, 0);
	return r;
}

int search_missing(struct db *db, int64_t *ret_ids, size_t max, struct error *err)
{
	static const char *const sqlite[] = {"SELECT m.id FROM message m WHERE NOT EXISTS (SELECT 1 FROM "
	                                     "search_docsize d WHERE d.id = m.id) LIMIT $1",
	                                     "SELECT c.id FROM cases c WHERE NOT EXISTS (SELECT 1 FROM search_docsize "
	                                     "d WHERE d.id = c.id) LIMIT $1"};
	static const char *const postgresql[] = {
	        "SELECT m.id FROM message m WHERE NOT EXISTS (SELECT 1 FROM search_doc d WHERE d.id = m.id) LIMIT $1",
	        "SELECT c.id FROM cases c WHERE NOT EXISTS (SELECT 1 FROM search_doc d WHERE d.id = c.id) LIMIT $1"};
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < 2 && r >= 0 && n < max; i++) {
		struct db_rows *rows CLEANUP(db_rows_freep) = NULL;

		r = db_query(db, is_sqlite(db) ? sqlite[i] : postgresql[i], DB_ARGS(DB_INT(max - n)), &rows, err);
		if (r >= 0)
			r = collect(rows, ret_ids, max, &n, err);
	}
	return r < 0 ? r : (int)n;
}

int search_ids(struct db *db, int64_t after, int64_t upto, int64_t *ret_ids, size_t max, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	size_t n = 0;
	int r = db_query(db,
	                 "SELECT id FROM message WHERE id > $1 AND id <= $2 UNION ALL "
	                 "SELECT id FROM cases WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3",
	                 DB_ARGS(DB_INT(after), DB_INT(upto), DB_INT(max)), &rows, err);

	if (r >= 0)
		r = collect(rows, ret_ids, max, &n, err);
	return r < 0 ? r : (int)n;
}

int search_last_id(struct db *db, int64_t *ret_id, struct error *err)
{
	int64_t message = 0, c = 0;
	int r = db_query_int(db, "SELECT COALESCE(MAX(id), 0) FROM message", DB_NO_ARGS, &message, err);

	if (r >= 0)
		r = db_query_int(db, "SELECT COALESCE(MAX(id), 0) FROM cases", DB_NO_ARGS, &c, err);
	if (r < 0)
		return r;
	*ret_id = MAX(message, c);
	return 0;
}

/* ---------------------------------------------------------------- a query for FTS5 */

static void fts_form(struct buf *out, const struct search_form *form, bool is_prefix)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < form->count; i++)
		buf_printf(out, "%s" STR_FMT, i ? " " : "", STR_ARG(form->words[i]));
	buf_add_cstr(out, is_prefix ? "\" *" : "\"");
}

static void fts_term(struct buf *out, const struct search_term *term)
{
	static const char *const columns[] = {[SEARCH_ANY] = "{subject sender recipients body}",
	                                      [SEARCH_SUBJECT] = "subject",
	                                      [SEARCH_SENDER] = "sender",
	                                      [SEARCH_RECIPIENTS] = "recipients"};

	if (term->case_id) {
		buf_printf(out, "marks : \"xc%lld\"", (long long)term->case_id);
		return;
	}
	buf_printf(out, "%s : (", columns[term->field]);
	for (size_t i = 0; i < term->form_count; i++) {
		buf_add_cstr(out, i ? " OR " : "");
		fts_form(out, &term->forms[i], term->is_prefix);
	}
	buf_add_char(out, ')');
}

/* (a AND b) NOT c NOT d */
static void fts_group(struct buf *out, const struct search_group *group)
{
	const char *before = "((";

	for (size_t i = 0; i < group->count; i++) {
		if (group->terms[i].is_not)
			continue;
		buf_add_cstr(out, before);
		fts_term(out, &group->terms[i]);
		before = " AND ";
	}
	buf_add_char(out, ')');
	for (size_t i = 0; i < group->count; i++) {
		if (!group->terms[i].is_not)
			continue;
		buf_add(out, STR(" NOT "));
		fts_term(out, &group->terms[i]);
	}
	buf_add_char(out, ')');
}

static void fts_match(struct buf *out, const struct search_wish *wish)
{
	buf_add_char(out, '(');
	for (size_t i = 0; i < wish->group_count; i++) {
		buf_add_cstr(out, i ? " OR " : "");
		fts_group(out, &wish->groups[i]);
	}
	buf_add_char(out, ')');
	if (wish->only_cases)
		buf_add(out, STR(" AND marks : \"xkcase\""));
	if (wish->all_accounts)
		return;
	for (size_t i = 0; i < wish->account_count; i++) {
		buf_add_cstr(out, i ? " OR \"" : " AND marks : (\"");
		add_account_mark(out, wish->accounts[i]);
		buf_add_char(out, '"');
	}
	buf_add_char(out, ')');
}

/* ---------------------------------------------------------------- the same for PostgreSQL */

static void ts_form(struct buf *out, const struct search_form *form, const char *weight, bool is_prefix)
{
	for (size_t i = 0; i < form->count; i++) {
		bool prefix = is_prefix && i + 1 == form->count;

		buf_printf(out, "%s'" STR_FMT "'", i ? " <-> " : "", STR_ARG(form->words[i]));
		if (prefix || *weight)
			buf_printf(out, ":%s%s", prefix ? "*" : "", weight);
	}
}

static void ts_term(struct buf *out, const struct search_term *term)
{
	static const char *const weights[] = {
	        [SEARCH_ANY] = "", [SEARCH_SUBJECT] = "A", [SEARCH_SENDER] = "B", [SEARCH_RECIPIENTS] = "C"};

	if (term->is_not)
		buf_add_char(out, '!');
	if (term->case_id) {
		buf_printf(out, "'=xc%lld'", (long long)term->case_id);
		return;
	}
	buf_add_char(out, '(');
	for (size_t i = 0; i < term->form_count; i++) {
		buf_add_cstr(out, i ? ") | (" : "(");
		ts_form(out, &term->forms[i], weights[term->field], term->is_prefix);
	}
	buf_add(out, STR("))"));
}

static void ts_groups(struct buf *out, const struct search_wish *wish, bool positive_only)
{
	buf_add_char(out, '(');
	for (size_t i = 0; i < wish->group_count; i++) {
		const char *before = i ? ") | (" : "(";

		for (size_t j = 0; j < wish->groups[i].count; j++) {
			if (positive_only && wish->groups[i].terms[j].is_not)
				continue;
			buf_add_cstr(out, before);
			ts_term(out, &wish->groups[i].terms[j]);
			before = " & ";
		}
	}
	buf_add(out, STR("))"));
}

static void ts_match(struct buf *out, const struct search_wish *wish)
{
	ts_groups(out, wish, false);
	if (wish->only_cases)
		buf_add(out, STR(" & '=xkcase'"));
	if (wish->all_accounts)
		return;
	for (size_t i = 0; i < wish->account_count; i++) {
		buf_add_cstr(out, i ? " | '=" : " & ('=");
		add_account_mark(out, wish->accounts[i]);
		buf_add_char(out, '\'');
	}
	buf_add_char(out, ')');
}

/* ---------------------------------------------------------------- looking for */

static int find_sqlite(struct db *db, struct str match, size_t max, struct arena *arena, struct search_hit *hits,
                       struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct search_parts *parts = ARENA_ARRAY(arena, struct search_parts, max + 1);
	size_t n = 0;
	int r = db_query(db,
	                 "SELECT rowid, search_parts(search, 8.0, 4.0, 2.0, 1.0) FROM search WHERE search MATCH $1 "
	                 "ORDER BY rowid DESC LIMIT $2",
	                 DB_ARGS(DB_STR(match), DB_INT(max)), &rows, err);

	for (; r >= 0 && n < max && (r = db_next(rows, err)) > 0; n++) {
		hits[n].id = db_col_int(rows, 0);
		parts[n] = search_parts_read(arena, db_col_str(rows, 1));
	}
	if (r < 0)
		return r;
	search_rank(arena, hits, parts, n);
	return (int)n;
}

/* Ranked by what is in it alone: ts_rank() knows nothing to do with a `!`, nor with marks, which stand nowhere. */
static int find_postgresql(struct db *db, const struct search_wish *wish, struct str match, size_t max,
                           struct search_hit *hits, struct error *err)
{
	struct buf positive CLEANUP(buf_done) = BUF_INIT(MATCH_MAX);
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	size_t n = 0;
	int r;

	ts_groups(&positive, wish, true);
	r = db_query(db,
	             "SELECT id, CAST(1000000 * ts_rank(words, CAST($3 AS tsquery)) AS BIGINT) FROM (SELECT id, words "
	             "FROM search_doc WHERE words @@ CAST($1 AS tsquery) ORDER BY id DESC LIMIT $2) newest ORDER BY id "
	             "DESC",
	             DB_ARGS(DB_STR(match), DB_INT(max), DB_STR(buf_str(&positive))), &rows, err);

	while (r >= 0 && n < max && (r = db_next(rows, err)) > 0)
		hits[n++] = (struct search_hit){db_col_int(rows, 0), db_col_int(rows, 1)};
	return r < 0 ? r : (int)n;
}

int search_find(struct db *db, const struct search_wish *wish, size_t max, struct arena *arena,
                struct search_hit **ret_hits, struct error *err)
{
	struct buf match CLEANUP(buf_done) = BUF_INIT(MATCH_MAX);
	struct search_hit *hits = ARENA_ARRAY(arena, struct search_hit, max + 1);

	*ret_hits = hits;
	if (!wish->group_count || (!wish->all_accounts && !wish->account_count))
		return 0;
	(is_sqlite(db) ? fts_match : ts_match)(&match, wish);
	if (match.failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "q: is too long");
	return is_sqlite(db) ? find_sqlite(db, buf_str(&match), max, arena, hits, err)
	                     : find_postgresql(db, wish, buf_str(&match), max, hits, err);
}
