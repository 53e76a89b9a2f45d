/* What a session writes down, each in a small transaction of its own: what the server was told, marks, positions. See
 * session_parts.h. */
#include "listen/session_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/ledger.h"

/* A small transaction of the session's own, through the committer. */
struct small_work {
	struct work work;
	struct session *session;
	const uint32_t *uids;
	size_t n;
	bool careful;
	int64_t read_at;
};

static int run_forget_older(struct work *work, struct db *db, struct error *err)
{
	struct small_work *w = (struct small_work *)(void *)work;

	return ledger_forget_older(db, w->session->folder.id, receiver_uidvalidity(w->session->receiver),
	                           clock_now_ms(), err);
}

static int run_acknowledge(struct work *work, struct db *db, struct error *err)
{
	struct small_work *w = (struct small_work *)(void *)work;

	return ledger_acknowledge(db, w->session->folder.id, receiver_uidvalidity(w->session->receiver), w->uids, w->n,
	                          clock_now_ms(), err);
}

static int run_moved(struct work *work, struct db *db, struct error *err)
{
	struct small_work *w = (struct small_work *)(void *)work;

	return ledger_moved(db, w->session->folder.id, receiver_uidvalidity(w->session->receiver), w->uids, w->n,
	                    clock_now_ms(), err);
}

static int run_careful(struct work *work, struct db *db, struct error *err)
{
	struct small_work *w = (struct small_work *)(void *)work;

	return folder_set_careful(db, w->session->folder.id, w->careful, w->read_at, err);
}

/* After a careful run to the end: rows written ahead that met no mail any more. */
static int run_orderly_end(struct work *work, struct db *db, struct error *err)
{
	struct small_work *w = (struct small_work *)(void *)work;
	const struct session *s = w->session;
	bool to_the_end = s->options.listener->messages_per_run == 0;
	int r = 0;

	if (s->folder.careful)
		r = ledger_park_vanished(db, s->folder.id, receiver_uidvalidity(s->receiver),
		                         to_the_end ? UINT32_MAX : s->folder.uid, w->read_at, err);
	return r < 0 ? r : run_careful(work, db, err);
}

/* All up to this UID counts as handled, though it has no rows. */
static int run_begin_at(struct work *work, struct db *db, struct error *err)
{
	struct small_work *w = (struct small_work *)(void *)work;

	return folder_advance(db, w->session->folder.id, receiver_uidvalidity(w->session->receiver), w->uids[0], err);
}

static int do_small(struct session *s, int (*run)(struct work *, struct db *, struct error *), struct small_work w,
                    struct error *err)
{
	w.work = (struct work){.run = run, .lane = (uint64_t)s->folder.id};
	w.session = s;
	return store_do(s->options.store, &w.work, err);
}

/* ---------------------------------------------------------------- what the server was told */

int session_record_acknowledged(struct session *s, const uint32_t *uids, size_t n, struct error *err)
{
	return do_small(s, run_acknowledge, (struct small_work){.uids = uids, .n = n}, err);
}

/* Parked mail goes to the listener's folder for it, so that whoever looks into the mailbox sees it. A server that
 * refuses keeps it where it is. */
int session_move_parked(struct session *s, struct error *err)
{
	const char *folder = s->options.listener->failed_folder;
	struct db *db CLEANUP(db_closep) = NULL;
	uint32_t uids[ACKNOWLEDGE_AT];
	int n, r = folder[0] ? store_connect(s->options.store, &db, err) : 0;

	if (r < 0 || !folder[0])
		return r;
	while ((n = ledger_unmoved(db, s->folder.id, receiver_uidvalidity(s->receiver), uids, ACKNOWLEDGE_AT, err)) >
	       0) {
		r = receiver_move(s->receiver, uids, (size_t)n, folder, err);
		if (r < 0 && err->scope == SCOPE_FOLDER) {
			log_warning("listen", "listener %s: parked mail stays in %s: %s", s->options.listener->id,
			            s->options.listener->folder, err->text);
			return 0;
		}
		if (r == 0)
			r = do_small(s, run_moved, (struct small_work){.uids = uids, .n = (size_t)n}, err);
		if (r < 0)
			return r;
	}
	return n;
}

/* ---------------------------------------------------------------- where reading stands */

int session_note_renumbering(struct session *s, struct error *err)
{
	uint32_t before = s->uidvalidity, now = receiver_uidvalidity(s->receiver);

	s->uidvalidity = now;
	if (!before || before == now)
		return 0;
	log_warning("listen",
	            "listener %s: the server renumbered %s (UIDVALIDITY %u, was %u); looking through it again",
	            s->options.listener->id, s->options.listener->folder, now, before);
	return do_small(s, run_forget_older, (struct small_work){0}, err);
}

int session_begin_behind(struct session *s, uint32_t uid, struct error *err)
{
	return do_small(s, run_begin_at, (struct small_work){.uids = &uid, .n = 1}, err);
}

/* ---------------------------------------------------------------- the careful mark */

int session_mark_careful(struct session *s, struct error *err)
{
	int r = s->folder.careful || s->is_marked ? 0
	                                          : do_small(s, run_careful, (struct small_work){.careful = true}, err);

	s->is_marked = s->is_marked || r >= 0;
	return r;
}

int session_unmark_careful(struct session *s, struct error *err)
{
	int r = s->folder.careful || !s->is_marked ? 0 : do_small(s, run_careful, (struct small_work){0}, err);

	s->is_marked = false;
	return r;
}

int session_clear_careful(struct session *s)
{
	return do_small(s, run_careful, (struct small_work){0}, NULL);
}

int session_end_in_order(struct session *s, struct error *err)
{
	return do_small(s, run_orderly_end, (struct small_work){.read_at = clock_now_ms()}, err);
}
