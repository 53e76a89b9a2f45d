/* What the files of serve share: serve.c (threads, begin and end), watch.c (one listener's stretch of work), changes.c
 * (a changed set-up, a pause). Nobody outside uses this. */
#ifndef LISTEN_SERVE_PARTS_H
#define LISTEN_SERVE_PARTS_H

#include "base/map.h"
#include "listen/gate.h"
#include "listen/park.h"
#include "listen/serve.h"
#include "listen/session.h"
#include "listen/states.h"
#include "listen/tracing.h"
#include "setup/setup_share.h"

#include <pthread.h>
#include <stdatomic.h>

enum watch_state { WATCH_CLOSED, WATCH_IDLING, WATCH_POLLED };

/* A listener being watched. Owned by whoever runs it: the park, the ready queue, or a worker. */
struct watch {
	struct parked parked; /* first */
	struct watch *next;   /* in the ready queue */
	struct serve *serve;
	char *listener_id, *account;
	struct shared_setup *shared; /* while a worker has it: what is parked keeps no snapshot alive */
	struct session *session;
	struct tap *tap;      /* the session's transcript; NULL: nobody traces it */
	int64_t traced_since; /* as it was when the watch began: where that changes, another takes its place; 0: not */
	bool has_entered;     /* the session counts among the account's (gate_enter) */
	enum watch_state state;
	_Atomic enum gate_state gate_state; /* what it was told when it last asked */
	enum park_reason reason;
	int pause_s;        /* the server wants at least so long between log-ins */
	int failures;       /* in a row */
	bool has_more;      /* the last run stopped at messages_per_run: there may be more to read */
	bool is_reported;   /* … and the log has it */
	int64_t hurried_at; /* when a lost connection was last made again at once; 0: never */
	atomic_bool leave;  /* the listener is gone or was changed: end it */
	bool replace;       /* … and start it anew (guarded by serve->lock) */
};

struct serve {
	struct serve_options options;
	struct park *park;
	atomic_bool stopping;

	pthread_mutex_t lock;
	/* One condition for each kind of sleeper: a signal meant for a worker must not wake another. */
	pthread_cond_t ready;     /* the workers': something is in the queue, or all is over */
	pthread_cond_t housework; /* the housekeeper's: outbox_hint, or stopping */
	pthread_cond_t gone;      /* serve_run()'s, when it stops: a watch ended */
	/* guarded by lock */
	struct watch *ready_first, *ready_last;
	struct map *watches; /* by listener id */
	struct gate *gate;
	struct states *states;
	struct setup_share *share;
	struct tracing *tracing;
	struct shared_setup *shared;
	bool outbox_hint; /* an answer was queued */
	struct indexer *indexer;

	int64_t refused_revision; /* the housekeeper's: a set-up that couldn't be used, said once */
	pthread_t *workers, housekeeper;
	int worker_count;
};

/* ---------------------------------------------------------------- serve.c */

struct shared_setup *serve_current_setup(struct serve *serve);

/* Lock held, as in all functions called …_locked. */
void serve_enqueue_locked(struct serve *serve, struct watch *watch);
void serve_begin_watch_locked(struct serve *serve, const struct listener *listener);
/* It has a mailbox to be read, and may. */
bool serve_is_watched(const struct listener *listener);
void serve_hint_outbox(struct serve *serve);

/* ---------------------------------------------------------------- watch.c */

/* One stretch of work on a worker: runs the session until it idles, and parks it. */
void watch_run(struct watch *watch);

/* To be taken up at `due_at` (monotonic ms), or at once where the gate opened or closed since the watch last asked it.
 * False where it was told to leave meanwhile. */
bool watch_park(struct watch *watch, int64_t due_at) NODISCARD;

/* ---------------------------------------------------------------- changes.c */

/* Takes up a changed set-up, pauses and throttles. Fails where the store does: not for what stands in it. */
int serve_look_for_changes(struct serve *serve, struct db *db, struct error *err) NODISCARD;

#endif
