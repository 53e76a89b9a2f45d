/* See session.h. How a session reads: what is new, what could not be had before, and how each mail gets to the intake.
 */
#include "listen/session_parts.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/ledger.h"

/* Acknowledgements on their way: one load is with the server while the next gathers. */
struct acknowledging {
	uint32_t ready[ACKNOWLEDGE_AT], begun[ACKNOWLEDGE_AT];
	size_t ready_count, begun_count;
};

static int settle(struct session *s, struct acknowledging *a, int r, struct error *err)
{
	if (r < 0)
		a->begun_count = 0;
	return r < 0 ? session_note_refusal(s, r, err) : r;
}

static int end_acknowledgement(struct session *s, struct intake_run *run, struct acknowledging *a, struct error *err)
{
	int r = a->begun_count ? settle(s, a, receiver_acknowledge_end(s->receiver, err), err) : 0;

	if (r < 0)
		return r;
	if (a->begun_count) {
		fault_step("acknowledge-after");
		intake_acknowledged(run, a->begun, a->begun_count);
		a->begun_count = 0;
	}
	return 0;
}

/* Collects what is committed; a full load (or with `all` any) is sent, once the one before is confirmed. */
static int acknowledge_ready(struct session *s, struct intake_run *run, struct acknowledging *a, bool all,
                             struct error *err)
{
	size_t load = fault_batch(ACKNOWLEDGE_AT);

	for (;;) {
		int r;

		a->ready_count += intake_collect(run, a->ready + a->ready_count, load - a->ready_count);
		if (s->refused || session_deletes_at_end(s))
			a->ready_count = 0;
		if (a->ready_count == 0 || (a->ready_count < load && !all))
			return all ? end_acknowledgement(s, run, a, err) : 0;
		r = end_acknowledgement(s, run, a, err);
		if (r < 0)
			return r;
		fault_step("acknowledge-before");
		memcpy(a->begun, a->ready, a->ready_count * sizeof *a->ready);
		a->begun_count = a->ready_count;
		a->ready_count = 0;
		r = settle(s, a, receiver_acknowledge_begin(s->receiver, a->begun, a->begun_count, err), err);
		if (r < 0)
			return r;
	}
}

bool session_is_stopped(const struct session *s)
{
	return s->allowance.left <= 0 || (s->options.stopped && s->options.stopped(s->options.ctx));
}

static void show_progress(const struct session *s, const struct intake_run *run, int64_t done, int64_t total)
{
	struct intake_counts counts;

	if (!s->options.progress)
		return;
	counts = intake_run_counts(run);
	s->options.progress(s->options.ctx, done, total, &counts);
}

/* Message after message into the intake; a message the server won't give is looked for again next time. */
static int read_messages(struct session *s, struct intake_run *run, int total, bool refetch, struct error *err)
{
	struct acknowledging acknowledging = {0};
	int64_t done = 0, most = refetch ? 0 : s->options.listener->messages_per_run;
	int r = 0;

	while (r >= 0 && !session_is_stopped(s) && (!most || done < most)) {
		struct incoming *incoming;

		r = receiver_next(s->receiver, &incoming, err);
		if (r < 0 && refetch && s->asked_alone)
			(void)session_note_broken_refetch(s, run, s->asked_alone, err);
		else if (r < 0 && !refetch)
			session_note_break(s, err);
		if (r <= 0)
			break;
		s->folder.uid = incoming->uid;
		session_count_fetched(s, incoming->raw.n);
		r = intake_submit(run, incoming, err);
		if (r >= 0)
			r = acknowledge_ready(s, run, &acknowledging, false, err);
		show_progress(s, run, ++done, total);
	}
	if (r >= 0)
		r = intake_finish(run, err);
	if (r >= 0)
		r = acknowledge_ready(s, run, &acknowledging, true, err);
	return r;
}

static void add_counts(struct intake_counts *sum, const struct intake_counts *more)
{
	sum->messages += more->messages;
	sum->created += more->created;
	sum->updated += more->updated;
	sum->reopened += more->reopened;
	sum->filed += more->filed;
	sum->discarded += more->discarded;
	sum->duplicates += more->duplicates;
	sum->seen_before += more->seen_before;
	sum->failed += more->failed;
	sum->parked += more->parked;
	sum->held += more->held;
	sum->answers += more->answers;
	sum->bytes += more->bytes;
}

static int new_run(struct session *s, bool refetch, struct intake_run **ret_run, struct error *err)
{
	const struct intake_options options = {
	        .store = s->options.store,
	        .setup = s->options.setup,
	        .listener = s->options.listener,
	        .folder_id = s->folder.id,
	        .uidvalidity = receiver_uidvalidity(s->receiver),
	        .careful = s->folder.careful,
	        .refetch = refetch,
	};

	return intake_run_new(&options, ret_run, err);
}

int session_submit_one_broken(struct session *s, uint32_t uid, const struct error *cause, struct intake_counts *counts,
                              struct error *err)
{
	struct intake_run *run CLEANUP(intake_run_freep) = NULL;
	struct intake_counts here;
	int r = new_run(s, false, &run, err);

	if (r >= 0)
		r = session_submit_broken(s, run, uid, cause, err);
	if (r >= 0)
		r = intake_finish(run, err);
	if (r < 0)
		return r;
	here = intake_run_counts(run);
	add_counts(counts, &here);
	return 0;
}

int session_read_folder(struct session *s, int total, bool refetch, struct intake_counts *counts, struct error *err)
{
	struct intake_run *run CLEANUP(intake_run_freep) = NULL;
	struct intake_counts here;
	int r = new_run(s, refetch, &run, err);

	if (r < 0)
		return r;
	r = read_messages(s, run, total, refetch, err);
	here = intake_run_counts(run);
	add_counts(counts, &here);
	return r;
}

/* Mail that could not be had when its turn was: one by one, so that where the connection breaks off, this is a try of
 * the message that was asked for. */
static int read_unfetched(struct session *s, struct intake_counts *counts, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	uint32_t uids[ACKNOWLEDGE_AT], position = s->folder.uid;
	int n, r = store_connect(s->options.store, &db, err);

	if (r < 0)
		return r;
	n = ledger_unfetched(db, s->folder.id, receiver_uidvalidity(s->receiver), clock_now_ms(), uids, ACKNOWLEDGE_AT,
	                     err);
	if (n <= 0)
		return n;
	r = session_mark_careful(s, err);
	for (int i = 0; i < n && r >= 0 && !session_is_stopped(s); i++) {
		r = receiver_scan_these(s->receiver, &uids[i], 1, err);
		s->asked_alone = uids[i];
		if (r > 0)
			r = session_read_folder(s, r, true, counts, err);
	}
	s->asked_alone = 0;
	s->folder.uid = position;
	return r;
}

struct window {
	uint32_t first, last;
};

static void widen(void *ctx, uint32_t uid)
{
	struct window *w = ctx;

	w->first = w->first ? MIN(w->first, uid) : uid;
	w->last = MAX(w->last, uid);
}

/* A folder that is read for the first time (or was renumbered) begins where `since` says. */
static int begin_at_since(struct session *s, struct position *from, struct error *err)
{
	struct window window = {0}, all = {0};
	int64_t since;
	int r;

	if (from->uidvalidity == receiver_uidvalidity(s->receiver) ||
	    !clock_parse_day(s->options.listener->since, &since))
		return 0;
	r = receiver_search_days(s->receiver, since, 0, widen, &window, err);
	/* Mostly that is all. Where nothing came since then, it begins behind the folder's end; in this order: what
	 * arrives in between is found by the search, or lies behind the list's end. */
	if (r >= 0 && !window.first)
		r = receiver_list(s->receiver, widen, &all, err);
	if (r >= 0 && all.last)
		r = receiver_search_days(s->receiver, since, 0, widen, &window, err);
	if (r < 0)
		return r;
	from->uidvalidity = receiver_uidvalidity(s->receiver);
	from->uid = window.first ? window.first - 1 : all.last;
	log_info("listen", "listener %s: mail before %s isn't read: beginning behind UID %u", s->options.listener->id,
	         s->options.listener->since, from->uid);
	r = session_begin_behind(s, from->uid, err);
	if (r < 0)
		return r;
	r = session_note_renumbering(s, err); /* while the session still knows the number before */
	s->folder.uidvalidity = from->uidvalidity;
	s->folder.uid = from->uid;
	return r;
}

/* New mail, behind a message that can't be had. */
static int read_new(struct session *s, struct position from, struct intake_counts *counts, struct error *err)
{
	uint32_t stalled;
	int noted, r = session_find_stalled(s, &from, &stalled, err);

	if (r > 0) {
		r = session_mark_careful(s, err);
		if (r >= 0)
			r = session_pass_stalled(s, stalled, counts, err);
		if (r >= 0 && s->folder.uid == stalled) {
			s->folder.uidvalidity = receiver_uidvalidity(s->receiver);
			from = (struct position){s->folder.uidvalidity, stalled};
		}
	}
	if (r >= 0)
		r = receiver_scan(s->receiver, from, err);
	if (r < 0)
		return r;
	noted = session_note_renumbering(s, err);
	if (noted < 0 || r == 0)
		return noted < 0 || session_deletes_at_end(s) ? noted : session_acknowledge_leftovers(s, err);
	noted = session_mark_careful(s, err);
	if (noted < 0)
		return noted;
	s->folder.uidvalidity = receiver_uidvalidity(s->receiver);
	return session_read_folder(s, r, false, counts, err);
}

static bool is_store_fault_code(int code)
{
	return code == E_STORE || code == E_IN_USE;
}

int session_read(struct session *s, struct intake_counts *counts, struct error *err)
{
	struct position from = {s->folder.uidvalidity, s->folder.uid};
	bool was_careful = s->folder.careful;
	int r;

	s->is_marked = false;
	r = session_ask_allowance_again(s, err);
	if (r < 0)
		return error_prefix(err, "listener %s", s->options.listener->id);
	r = begin_at_since(s, &from, err);
	if (r >= 0)
		r = read_new(s, from, counts, err);
	if (r >= 0)
		r = session_move_parked(s, err);
	if (r >= 0)
		r = read_unfetched(s, counts, err);
	if (r >= 0)
		r = session_move_parked(s, err);
	if (r >= 0 && session_deletes_at_end(s))
		r = session_acknowledge_at_end(s, err);
	if (was_careful && (r < 0 || session_is_stopped(s))) {
		/* A row written ahead may wait for its message: only a careful run looks for it. */
	} else if (r >= 0) {
		r = session_end_in_order(s, err);
		s->folder.careful = false;
	} else if (!is_store_fault_code(r) && session_clear_careful(s) < 0) {
		/* The connection failed, not the process: no mail is suspected. Where this mark fails, too, the next
		 * run is careful without need. */
		log_debug("listen", "listener %s: the mark of an orderly end was not written", s->options.listener->id);
	}
	s->refused = false; /* the next read asks again */
	r = session_settle_allowance(s, r, err);
	r = session_tell_throttle(s, r, err);
	return r < 0 ? error_prefix(err, "listener %s", s->options.listener->id) : 0;
}
