/* What a session is asked beside reading: is anything missing, and what of former days is. See session.h. */
#include "listen/session_parts.h"
#include "store/ledger.h"

#include "base/clock.h"
#include "base/mem.h"

/* ---------------------------------------------------------------- a window of the past */

struct backfill {
	struct db *db;
	struct session *session;
	struct backfill_counts counts;
	uint32_t *uids; /* owned: missing ones */
	size_t n, size;
	int result;
	struct error error;
};

static int is_in_ledger(struct session *s, struct db *db, uint32_t uid, struct error *err)
{
	return ledger_has_uid(db, s->folder.id, receiver_uidvalidity(s->receiver), uid, err);
}

static void weigh_uid(void *ctx, uint32_t uid)
{
	struct backfill *b = ctx;
	int r = b->result < 0 || uid > b->session->folder.uid ? 0 : is_in_ledger(b->session, b->db, uid, &b->error);

	b->counts.in_window++;
	if (r < 0) {
		b->result = r;
	} else if (r > 0) {
		b->counts.known++;
	} else if (uid > b->session->folder.uid) {
		b->counts.unread++;
	} else {
		b->counts.missing++;
		ARRAY_ROOM(b->uids, b->n, b->size);
		b->uids[b->n++] = uid;
	}
}

static int read_missing(struct session *s, const struct backfill *b, size_t load, struct intake_counts *counts,
                        struct error *err)
{
	uint32_t position = s->folder.uid;
	int unmarked, r = b->n ? session_mark_careful(s, err) : 0;

	for (size_t at = 0; at < b->n && r >= 0 && !session_is_stopped(s); at += load) {
		r = receiver_scan_these(s->receiver, b->uids + at, MIN(b->n - at, load), err);
		s->asked_alone = load == 1 ? b->uids[at] : 0;
		if (r > 0)
			r = session_read_folder(s, (int)b->n, true, counts, err);
	}
	s->asked_alone = 0;
	s->folder.uid = position;
	if (r < 0) {
		(void)!session_unmark_careful(s, NULL); /* the connection failed, not the process */
		return r;
	}
	unmarked = session_unmark_careful(s, err);
	if (unmarked < 0)
		return unmarked;
	r = session_move_parked(s, err);
	return r >= 0 && b->n && session_deletes_at_end(s) ? session_acknowledge_at_end(s, err) : r;
}

static int check_read(const struct session *s, struct error *err)
{
	if (s->folder.uidvalidity == receiver_uidvalidity(s->receiver))
		return 0;
	return fail(err, E_CONFLICT, RETRY_NEVER,
	            "its folder was never read (or renumbered since): 'hauspost run %s --once' first",
	            s->options.listener->id);
}

int session_backfill(struct session *s, const struct backfill_window *window, struct backfill_counts *ret_backfill,
                     struct intake_counts *counts, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct backfill b = {.session = s};
	int r = store_connect(s->options.store, &db, err);

	b.db = db;
	if (r == 0)
		r = check_read(s, err);
	if (r == 0)
		r = receiver_search_days(s->receiver, window->since, window->before, weigh_uid, &b, err);
	if (r >= 0)
		r = check_read(s, err); /* a look at a server that numbers nothing may have renumbered all */
	if (r >= 0 && b.result < 0) {
		r = b.result;
		if (err)
			*err = b.error;
	}
	if (r >= 0 && !window->dry_run)
		r = read_missing(s, &b, window->one_by_one ? 1 : ACKNOWLEDGE_AT, counts, err);
	free(b.uids);
	r = session_settle_allowance(s, r, err);
	r = session_tell_throttle(s, r, err);
	if (r >= 0 || session_broke_off(err))
		*ret_backfill = b.counts;
	return r < 0 ? error_prefix(err, "listener %s", s->options.listener->id) : 0;
}

/* ---------------------------------------------------------------- verifying */

struct verify {
	struct db *db;
	struct session *session;
	struct arena *arena;
	void (*gap)(void *ctx, uint32_t uid);
	void *ctx;
	struct verify_counts counts;
	int result;
	struct error error;
};

static void verify_uid(void *ctx, uint32_t uid)
{
	struct verify *v = ctx;
	int r;

	if (v->result < 0)
		return;
	v->counts.on_server++;
	if (uid > v->session->folder.uid ||
	    receiver_uidvalidity(v->session->receiver) != v->session->folder.uidvalidity) {
		v->counts.unread++;
		return;
	}
	r = is_in_ledger(v->session, v->db, uid, &v->error);
	if (r < 0)
		v->result = r;
	else if (r == 0) {
		v->counts.gaps++;
		if (v->gap)
			v->gap(v->ctx, uid);
	}
}

int session_verify(struct session *s, void (*gap)(void *ctx, uint32_t uid), void *ctx, struct verify_counts *ret_counts,
                   struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct verify v = {.session = s, .gap = gap, .ctx = ctx};
	int64_t since;
	int r = store_connect(s->options.store, &db, err);

	if (r < 0)
		return r;
	v.db = db;
	/* what lies before the listener's begin was passed over on purpose */
	r = clock_parse_day(s->options.listener->since, &since)
	            ? receiver_search_days(s->receiver, since, 0, verify_uid, &v, err)
	            : receiver_list(s->receiver, verify_uid, &v, err);
	if (r >= 0 && v.result < 0) {
		if (err)
			*err = v.error;
		r = v.result;
	}
	if (r < 0)
		return error_prefix(err, "listener %s", s->options.listener->id);
	*ret_counts = v.counts;
	return 0;
}
