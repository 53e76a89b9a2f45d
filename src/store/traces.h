/* What was said on the connections of a listener, an account or an inlet while a person had them traced: who wants it,
 * until when, and the newest of it. For all processes on this store.
 *
 * A transcript is a text whose bytes are counted from 0 at the trace's beginning; of a long one the oldest is dropped,
 * so that a reader says from where it wants more. It is forgotten a week after its end. */
#ifndef STORE_TRACES_H
#define STORE_TRACES_H

#include "base/arena.h"
#include "base/buf.h"
#include "store/db.h"

#define TRACE_PRESET_MINUTES 30
#define TRACE_MAX_MINUTES    (24 * 60)
#define TRACE_KEPT_BYTES     MIB(1)
#define TRACE_KEPT_MS        HOURS_MS(24 * 7) /* after its end */

enum trace_kind { TRACE_LISTENER, TRACE_ACCOUNT, TRACE_INLET, TRACE_KINDS };

struct trace {
	enum trace_kind kind;
	const char *id;
	const char *author;
	int64_t since, until_at; /* Unix ms; on while until_at lies ahead */
	int64_t size;            /* of the whole transcript, dropped parts included */
};

/* "listener", "account", "inlet". */
const char *trace_kind_word(enum trace_kind kind);

/* On for so long from now, or (0) off. What is on already goes on with its transcript; else a new one begins. Says so
 * in the audit trail, as of `author` at `address`. 1: changed; 0: it was off. In a transaction. */
int trace_set(struct db *db, enum trace_kind kind, const char *id, int64_t minutes, const char *author,
              const char *address, int64_t now, struct error *err) NODISCARD;

/* 1 and *ret_trace, with texts in the arena, where there ever was one that isn't forgotten; else 0. */
int trace_find(struct db *db, enum trace_kind kind, const char *id, struct arena *arena, struct trace *ret_trace,
               struct error *err) NODISCARD;

/* Those that are on, in the arena. Returns their number. */
int trace_list(struct db *db, int64_t now, struct arena *arena, struct trace **ret_traces, struct error *err) NODISCARD;

/* Adds whole lines (valid UTF-8) to a transcript, and drops its oldest beyond TRACE_KEPT_BYTES. Nothing where there is
 * no such trace. In a transaction. */
int trace_append(struct db *db, enum trace_kind kind, const char *id, struct str lines, struct error *err) NODISCARD;

/* Adds what lies behind byte *at of the transcript, `max` bytes and what is left of the part they end in, to *out and
 * moves *at behind it; where that was dropped, it begins with the oldest there is. */
int trace_read(struct db *db, enum trace_kind kind, const char *id, size_t max, int64_t *at, struct buf *out,
               struct error *err) NODISCARD;

/* Those whose time is long over. In a transaction. */
int trace_forget(struct db *db, int64_t now, struct error *err) NODISCARD;

#endif
