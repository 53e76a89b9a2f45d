/* See traces.h. */
#include "store/traces.h"

#include "base/clock.h"
#include "store/audit.h"

#include <stdio.h>

#define PART_BYTES KIB(32) /* a part that has as much gets no more: the next begins */

static const char *const words[TRACE_KINDS] = {"listener", "account", "inlet"};

const char *trace_kind_word(enum trace_kind kind)
{
	return words[kind];
}

static enum trace_kind kind_of(struct str word)
{
	enum trace_kind kind = TRACE_LISTENER;

	while (kind < TRACE_KINDS - 1 && !str_eq(word, str_of(words[kind])))
		kind++;
	return kind;
}

/* ---------------------------------------------------------------- on and off */

static int tell(struct db *db, enum trace_kind kind, const char *id, int64_t minutes, const char *author,
                const char *address, int64_t now, struct error *err)
{
	char object[100], detail[60] = "";

	snprintf(object, sizeof object, "%ss/%.80s", words[kind], id);
	if (minutes)
		snprintf(detail, sizeof detail, "for %lld minutes", (long long)minutes);
	const struct audit_entry entry = {.at = now,
	                                  .author = author,
	                                  .action = minutes ? "trace.on" : "trace.off",
	                                  .object = object,
	                                  .detail = detail,
	                                  .address = address,
	                                  .agent = ""};
	return audit_add(db, &entry, err);
}

static int begin(struct db *db, enum trace_kind kind, const char *id, const char *author, int64_t now, int64_t until_at,
                 struct error *err)
{
	int r = db_exec(db, "DELETE FROM trace_part WHERE kind = $1 AND id = $2",
	                DB_ARGS(DB_TEXT(words[kind]), DB_TEXT(id)), err);

	if (r < 0)
		return r;
	return db_exec(db,
	               "INSERT INTO trace (kind, id, author, since, until_at, size) VALUES ($1, $2, $3, $4, $5, 0)"
	               " ON CONFLICT (kind, id) DO UPDATE SET author = excluded.author, since = excluded.since,"
	               " until_at = excluded.until_at, size = 0",
	               DB_ARGS(DB_TEXT(words[kind]), DB_TEXT(id), DB_TEXT(author), DB_INT(now), DB_INT(until_at)), err);
}

int trace_set(struct db *db, enum trace_kind kind, const char *id, int64_t minutes, const char *author,
              const char *address, int64_t now, struct error *err)
{
	int64_t until_at = now + MINUTES_MS(minutes);
	int64_t n = db_exec_count(db, "UPDATE trace SET until_at = $3 WHERE kind = $1 AND id = $2 AND until_at > $4",
	                          DB_ARGS(DB_TEXT(words[kind]), DB_TEXT(id), DB_INT(until_at), DB_INT(now)), err);
	int r = n < 0 ? (int)n : 0;

	if (n == 0 && !minutes)
		return 0;
	if (n == 0)
		r = begin(db, kind, id, author, now, until_at, err);
	if (r >= 0)
		r = tell(db, kind, id, minutes, author, address, now, err);
	return r < 0 ? r : 1;
}

static struct trace trace_of(struct db_rows *rows, struct arena *arena)
{
	return (struct trace){
	        .kind = kind_of(db_col_str(rows, 0)),
	        .id = arena_cstr(arena, db_col_str(rows, 1)),
	        .author = arena_cstr(arena, db_col_str(rows, 2)),
	        .since = db_col_int(rows, 3),
	        .until_at = db_col_int(rows, 4),
	        .size = db_col_int(rows, 5),
	};
}

int trace_find(struct db *db, enum trace_kind kind, const char *id, struct arena *arena, struct trace *ret_trace,
               struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT kind, id, author, since, until_at, size FROM trace WHERE kind = $1 AND id = $2",
	                 DB_ARGS(DB_TEXT(words[kind]), DB_TEXT(id)), &rows, err);

	r = r < 0 ? r : db_next(rows, err);
	if (r > 0)
		*ret_trace = trace_of(rows, arena);
	return r;
}

int trace_list(struct db *db, int64_t now, struct arena *arena, struct trace **ret_traces, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	struct trace *traces = NULL;
	int64_t count = 0;
	int n = 0,
	    r = db_query_int(db, "SELECT COUNT(*) FROM trace WHERE until_at > $1", DB_ARGS(DB_INT(now)), &count, err);

	*ret_traces = NULL;
	if (r < 0 || !count)
		return MIN(r, 0);
	traces = ARENA_ARRAY(arena, struct trace, (size_t)count);
	r = db_query(db,
	             "SELECT kind, id, author, since, until_at, size FROM trace WHERE until_at > $1"
	             " ORDER BY kind, id",
	             DB_ARGS(DB_INT(now)), &rows, err);
	while (r >= 0 && n < count && (r = db_next(rows, err)) > 0)
		traces[n++] = trace_of(rows, arena);
	*ret_traces = traces;
	return r < 0 ? r : n;
}

/* ---------------------------------------------------------------- the transcript */

/* Behind the last part, or to it where that is small: what comes second for second mustn't make as many rows. */
static int write_part(struct db *db, const char *kind, const char *id, int64_t at, struct str lines, struct error *err)
{
	int64_t n = db_exec_count(
	        db,
	        "UPDATE trace_part SET body = body || $3, bytes = bytes + $4"
	        " WHERE kind = $1 AND id = $2 AND begins_at + bytes = $5 AND bytes < $6",
	        DB_ARGS(DB_TEXT(kind), DB_TEXT(id), DB_STR(lines), DB_INT(lines.n), DB_INT(at), DB_INT(PART_BYTES)),
	        err);

	if (n != 0)
		return (int)MIN(n, 0);
	return db_exec(db, "INSERT INTO trace_part (kind, id, begins_at, bytes, body) VALUES ($1, $2, $3, $4, $5)",
	               DB_ARGS(DB_TEXT(kind), DB_TEXT(id), DB_INT(at), DB_INT(lines.n), DB_STR(lines)), err);
}

int trace_append(struct db *db, enum trace_kind kind, const char *id, struct str lines, struct error *err)
{
	const char *word = words[kind];
	int64_t size = 0, n;
	int r;

	if (!lines.n)
		return 0;
	/* First, so that processes that write to the same one wait for each other. */
	n = db_exec_count(db, "UPDATE trace SET size = size + $3 WHERE kind = $1 AND id = $2",
	                  DB_ARGS(DB_TEXT(word), DB_TEXT(id), DB_INT(lines.n)), err);
	if (n <= 0)
		return (int)n;
	r = db_query_int(db, "SELECT size FROM trace WHERE kind = $1 AND id = $2", DB_ARGS(DB_TEXT(word), DB_TEXT(id)),
	                 &size, err);
	if (r >= 0)
		r = write_part(db, word, id, size - (int64_t)lines.n, lines, err);
	if (r < 0)
		return r;
	return db_exec(db, "DELETE FROM trace_part WHERE kind = $1 AND id = $2 AND begins_at + bytes <= $3",
	               DB_ARGS(DB_TEXT(word), DB_TEXT(id), DB_INT(size - TRACE_KEPT_BYTES)), err);
}

int trace_read(struct db *db, enum trace_kind kind, const char *id, size_t max, int64_t *at, struct buf *out,
               struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	size_t before = out->n;
	int r = db_query(db,
	                 "SELECT begins_at, body FROM trace_part WHERE kind = $1 AND id = $2"
	                 " AND begins_at + bytes > $3 ORDER BY begins_at",
	                 DB_ARGS(DB_TEXT(words[kind]), DB_TEXT(id), DB_INT(*at)), &rows, err);

	while (r >= 0 && out->n - before < max && (r = db_next(rows, err)) > 0) {
		int64_t begins_at = db_col_int(rows, 0);
		struct str body = db_col_str(rows, 1);
		size_t known = (size_t)MAX(*at - begins_at, 0);

		buf_add(out, str_slice(body, known, body.n));
		*at = begins_at + (int64_t)body.n;
	}
	return MIN(r, 0);
}

/* ---------------------------------------------------------------- its end */

int trace_forget(struct db *db, int64_t now, struct error *err)
{
	int64_t before = now - TRACE_KEPT_MS;
	int r = db_exec(db,
	                "DELETE FROM trace_part WHERE EXISTS (SELECT 1 FROM trace WHERE trace.kind = trace_part.kind"
	                " AND trace.id = trace_part.id AND trace.until_at < $1)",
	                DB_ARGS(DB_INT(before)), err);

	return r < 0 ? r : db_exec(db, "DELETE FROM trace WHERE until_at < $1", DB_ARGS(DB_INT(before)), err);
}
