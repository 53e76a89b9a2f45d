/* See tracing.h. */
#include "listen/tracing.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/traces.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define MAX_WAITING KIB(256)
#define MAX_LINE    1200

/* A listener, an account or an inlet that is traced. */
struct subject {
	enum trace_kind kind;
	char *id;
	int64_t since;
	bool is_on, is_seen; /* not on: it goes with its last lines */
	struct buf lines;    /* not written down yet */
	int64_t lost;        /* lines for which there was no room */
};

struct tracing {
	pthread_mutex_t lock;
	/* guarded by lock */
	struct map *subjects[TRACE_KINDS]; /* by kind, by id */
	atomic_int connections;
};

struct tap {
	struct tracing *tracing;
	char *ids[TRACE_KINDS]; /* owned; NULL: none */
	char name[100];
};

struct tracing *tracing_new(void)
{
	struct tracing *t = mem_new(1, sizeof *t);

	for (size_t i = 0; i < ARRAY_LEN(t->subjects); i++)
		t->subjects[i] = map_new();
	pthread_mutex_init(&t->lock, NULL);
	return t;
}

static void free_subject(void *ctx UNUSED, struct str id UNUSED, void *value)
{
	struct subject *subject = value;

	buf_done(&subject->lines);
	free(subject->id);
	free(subject);
}

void tracing_free(struct tracing *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < ARRAY_LEN(t->subjects); i++) {
		map_each(t->subjects[i], free_subject, NULL);
		map_free(t->subjects[i]);
	}
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* ---------------------------------------------------------------- who is traced */

static void forget_seen(void *ctx UNUSED, struct str id UNUSED, void *value)
{
	((struct subject *)value)->is_seen = false;
}

static bool see(struct tracing *t, const struct trace *trace)
{
	struct map *subjects = t->subjects[trace->kind];
	struct subject *subject = map_get(subjects, str_of(trace->id));
	bool changed;

	if (!subject) {
		subject = mem_new(1, sizeof *subject);
		subject->kind = trace->kind;
		subject->id = mem_strdup(trace->id);
		buf_init(&subject->lines, MAX_WAITING);
		map_set(subjects, str_of(trace->id), subject);
	}
	changed = !subject->is_on || subject->since != trace->since;
	subject->is_on = subject->is_seen = true;
	subject->since = trace->since;
	return changed;
}

static void end_unseen(void *ctx, struct str id UNUSED, void *value)
{
	bool *changed = ctx;
	struct subject *subject = value;

	*changed |= subject->is_on && !subject->is_seen;
	subject->is_on = subject->is_seen;
}

int tracing_refresh(struct tracing *t, struct db *db, bool *ret_changed, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct trace *traces;
	bool changed = false;
	int n = trace_list(db, clock_now_ms(), arena, &traces, err);

	if (n < 0)
		return n;
	pthread_mutex_lock(&t->lock);
	for (size_t i = 0; i < ARRAY_LEN(t->subjects); i++)
		map_each(t->subjects[i], forget_seen, NULL);
	for (int i = 0; i < n; i++)
		changed |= see(t, &traces[i]);
	for (size_t i = 0; i < ARRAY_LEN(t->subjects); i++)
		map_each(t->subjects[i], end_unseen, &changed);
	pthread_mutex_unlock(&t->lock);
	*ret_changed = changed;
	return 0;
}

/* Lock held; NULL where it isn't on. */
static struct subject *find_on(const struct tracing *t, enum trace_kind kind, const char *id)
{
	struct subject *subject = id ? map_get(t->subjects[kind], str_of(id)) : NULL;

	return subject && subject->is_on ? subject : NULL;
}

static const char *id_of(const struct tap_of *of, enum trace_kind kind)
{
	return kind == TRACE_ACCOUNT ? of->account : kind == TRACE_LISTENER ? of->listener : of->inlet;
}

int64_t tracing_since(struct tracing *t, const struct tap_of *of)
{
	int64_t since = 0;

	pthread_mutex_lock(&t->lock);
	for (enum trace_kind kind = 0; kind < TRACE_KINDS; kind++) {
		const struct subject *subject = find_on(t, kind, id_of(of, kind));

		since = MAX(since, subject ? subject->since : 0);
	}
	pthread_mutex_unlock(&t->lock);
	return since;
}

/* ---------------------------------------------------------------- a connection */

static void add_to(struct subject *subject, struct str line)
{
	if (!subject)
		return;
	if (subject->lines.n + line.n > MAX_WAITING)
		subject->lost++;
	else
		buf_add(&subject->lines, line);
}

/* "08:00:00.123 support#2 C: A1 NOOP" */
static void add(struct tap *tap, const char *mark, const char *text)
{
	char line[MAX_LINE + 1], at[32];
	size_t n;

	clock_format_iso(clock_now_ms(), at); /* 2026-11-21T08:00:00.123Z */
	n = (size_t)snprintf(line, MAX_LINE, "%.12s %s %s%s", at + 11, tap->name, mark, text);
	n = str_make_printable(line, MIN(n, (size_t)MAX_LINE - 1), false);
	line[n++] = '\n';
	pthread_mutex_lock(&tap->tracing->lock);
	for (enum trace_kind kind = 0; kind < TRACE_KINDS; kind++)
		add_to(find_on(tap->tracing, kind, tap->ids[kind]), str_new(line, n));
	pthread_mutex_unlock(&tap->tracing->lock);
}

void tap_line(void *tap, const char *line)
{
	add(tap, "", line);
}

void tap_note(struct tap *tap, const char *text)
{
	if (tap)
		add(tap, "-- ", text);
}

struct tap *tap_open(struct tracing *t, const struct tap_of *of, const char *name)
{
	struct tap *tap;
	char at[32], note[60];

	if (!t || !tracing_since(t, of))
		return NULL;
	tap = mem_new(1, sizeof *tap);
	tap->tracing = t;
	for (enum trace_kind kind = 0; kind < TRACE_KINDS; kind++)
		tap->ids[kind] = id_of(of, kind) ? mem_strdup(id_of(of, kind)) : NULL;
	snprintf(tap->name, sizeof tap->name, "%.80s#%d", name, atomic_fetch_add(&t->connections, 1) + 1);
	clock_format_iso(clock_now_ms(), at);
	snprintf(note, sizeof note, "a connection is made, %.10s UTC", at);
	tap_note(tap, note);
	return tap;
}

void tap_close(struct tap *tap)
{
	if (!tap)
		return;
	tap_note(tap, "the connection is closed");
	for (enum trace_kind kind = 0; kind < TRACE_KINDS; kind++)
		free(tap->ids[kind]);
	free(tap);
}

/* ---------------------------------------------------------------- written down */

struct piece {
	struct piece *next;
	enum trace_kind kind;
	char *id;
	struct buf lines;
};

struct flush {
	struct work work;
	struct piece *pieces;
	struct subject *ended; /* the first met that is to go */
};

static int run_flush(struct work *work, struct db *db, struct error *err)
{
	const struct flush *flush = (struct flush *)work;
	int r = 0;

	for (const struct piece *piece = flush->pieces; r >= 0 && piece; piece = piece->next)
		r = trace_append(db, piece->kind, piece->id, buf_str(&piece->lines), err);
	return r;
}

static void take_lines(void *ctx, struct str id UNUSED, void *value)
{
	struct flush *flush = ctx;
	struct subject *subject = value;
	struct piece *piece;

	if (!subject->is_on)
		flush->ended = subject;
	if (!subject->lines.n)
		return;
	piece = mem_new(1, sizeof *piece);
	piece->kind = subject->kind;
	piece->id = mem_strdup(subject->id);
	piece->lines = subject->lines;
	if (subject->lost) {
		piece->lines.max += 100;
		buf_printf(&piece->lines, "-- %lld more lines came too fast to be written down\n",
		           (long long)subject->lost);
	}
	piece->next = flush->pieces;
	flush->pieces = piece;
	buf_init(&subject->lines, MAX_WAITING);
	subject->lost = 0;
}

static void take_all(struct tracing *t, struct flush *flush)
{
	pthread_mutex_lock(&t->lock);
	for (size_t i = 0; i < ARRAY_LEN(t->subjects); i++) {
		flush->ended = NULL;
		map_each(t->subjects[i], take_lines, flush);
		if (flush->ended) { /* one each time: their number is small */
			map_set(t->subjects[i], str_of(flush->ended->id), NULL);
			free_subject(NULL, STR_NULL, flush->ended);
		}
	}
	pthread_mutex_unlock(&t->lock);
}

int tracing_flush(struct tracing *t, struct store *store, struct error *err)
{
	struct flush flush = {.work = {.run = run_flush}};
	int r;

	take_all(t, &flush);
	r = flush.pieces ? store_do(store, &flush.work, err) : 0;
	for (struct piece *piece = flush.pieces, *next; piece; piece = next) {
		next = piece->next;
		buf_done(&piece->lines);
		free(piece->id);
		free(piece);
	}
	return r;
}

static int run_forget(struct work *work UNUSED, struct db *db, struct error *err)
{
	return trace_forget(db, clock_now_ms(), err);
}

int tracing_forget(struct store *store, struct error *err)
{
	struct work work = {.run = run_forget};

	return store_do(store, &work, err);
}
