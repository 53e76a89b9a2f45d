/* See session.h. */
#include "listen/session_parts.h"

#include "auth/connection.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "receive/names_lasting.h"
#include "store/ledger.h"
#include "store/status.h"
#include "store/throttles.h"

#include <stdio.h>

struct receiver *session_receiver(struct session *session)
{
	return session->receiver;
}

bool session_is_snapshot(const struct session *session)
{
	return receiver_is_snapshot(session->receiver);
}

void session_renew(struct session *session, const struct setup *setup, const struct listener *listener)
{
	session->options.setup = setup;
	session->options.listener = listener;
}

/* ---------------------------------------------------------------- opening */

/* The same mailbox on another server, or another's mailbox, has other names. */
static int open_names(struct session *s, const struct receiver_ops *ops, const struct account_connection *connection,
                      struct error *err)
{
	char source[1200];

	if (!ops->is_named)
		return 0;
	(void)snprintf(source, sizeof source, "%s %s@%s", ops->name, connection->user, connection->host);
	return names_lasting_new(s->options.store, s->folder.id, source, s->options.listener->after == AFTER_DELETE,
	                         &s->names, err);
}

static int open_receiver(struct session *s, struct error *err)
{
	const struct listener *l = s->options.listener;
	const struct receiver_ops *ops;
	const struct account *account = setup_account(s->options.setup, l->account);
	struct account_connection connection;
	struct receiver_options receiver;
	int r;

	if (l->source != SOURCE_MAILBOX)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "its mail is handed in (source: inlet): there is no mailbox to read");
	if (!account)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "listener %s: account %s is not set up", l->id, l->account);
	if (!account->receive.enabled)
		return fail(err, E_INVALID, RETRY_NEVER, "account %s: receiving is switched off (receive/enabled)",
		            account->id);
	r = account_receive_connection(account, setup_provider(s->options.setup, account->provider), &connection, err);
	ops = r < 0 ? NULL : receiver_ops_of((enum receive_protocol)connection.protocol);
	if (r >= 0)
		r = open_names(s, ops, &connection, err);
	if (r < 0)
		return r;
	receiver = receiver_options_of(&connection);
	receiver.names = s->names;
	r = tokens_login(s->options.store, s->options.setup, &connection, &receiver.login, err);
	if (r < 0)
		return r;
	receiver.folder = l->folder;
	receiver.after = (enum after)l->after;
	receiver.after_folder = l->after_folder;
	receiver.batch_count = (int)l->batch;
	receiver.max_message_bytes = (uint64_t)l->max_message_mb * 1024 * 1024;
	receiver.transcript = s->options.transcript;
	receiver.transcript_ctx = s->options.ctx;
	return receiver_open(ops, &receiver, &s->receiver, err);
}

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

struct open_folder {
	struct work work;
	struct session *session;
};

static int run_open_folder(struct work *work, struct db *db, struct error *err)
{
	struct session *s = ((struct open_folder *)(void *)work)->session;

	return folder_open(db, s->options.listener->account, s->options.listener->folder, &s->folder, err);
}

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

/* What was not acknowledged under the old numbers can't be any more. */
static int note_renumbering(struct session *s, struct error *err)
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

/* The server takes deletions at the end of a connection, all at once. */
static bool deletes_at_end(const struct session *s)
{
	return receiver_is_snapshot(s->receiver) && s->options.listener->after == AFTER_DELETE;
}

static int open_session(struct session *s, struct error *err)
{
	struct open_folder open = {.work = {.run = run_open_folder}, .session = s};
	int r = store_do(s->options.store, &open.work, err);

	if (r == 0)
		r = open_receiver(s, err);
	if (r < 0)
		return r;
	s->uidvalidity = s->folder.uidvalidity;
	r = note_renumbering(s, err);
	if (r < 0)
		return r;
	return deletes_at_end(s) ? 0 : session_acknowledge_leftovers(s, err);
}

/* A person's word, or a provider's, heard by whichever process: before a connection is made for nothing. */
static int check_halted(struct session *s, struct error *err)
{
	const struct listener *l = s->options.listener;
	struct db *db CLEANUP(db_closep) = NULL;
	int r = store_connect(s->options.store, &db, err);

	if (r == 0)
		r = pause_is(db, "listener", l->id, err);
	if (r > 0)
		return fail(err, E_STOPPED, RETRY_LATER, "paused: 'hauspost resume %s' lets it read", l->id);
	if (r == 0)
		r = pause_is(db, "account", l->account, err);
	if (r > 0)
		return fail(err, E_STOPPED, RETRY_LATER, "paused: 'hauspost resume --account %s' lets it read",
		            l->account);
	if (r == 0)
		r = throttle_check(db, l->account, err);
	s->was_throttled = r > 0;
	return r < 0 ? r : session_ask_allowance(s, db, err);
}

int session_tell_throttle(struct session *s, int r, struct error *err)
{
	const char *account = s->options.listener->account;

	if (r == E_THROTTLED && throttle_note(s->options.store, account, err) == 0)
		s->was_throttled = true;
	if (r >= 0 && s->was_throttled) {
		throttle_over(s->options.store, account);
		s->was_throttled = false;
	}
	return r;
}

int session_open(const struct session_options *options, struct session **ret_session, struct error *err)
{
	struct session *s CLEANUP(session_closep) = mem_new(1, sizeof *s);
	int r;

	s->options = *options;
	r = check_halted(s, err);
	if (r == 0) {
		r = open_session(s, err);
		if (r == E_THROTTLED)
			r = session_tell_throttle(s, r, err);
	}
	if (r < 0)
		return error_prefix(err, "listener %s", options->listener->id);
	*ret_session = take(s);
	return 0;
}

void session_close(struct session *session)
{
	if (!session)
		return;
	receiver_close(session->receiver);
	names_free(session->names);
	free(session);
}

/* ---------------------------------------------------------------- reading */

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
		if (s->refused || deletes_at_end(s))
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
	r = do_small(s, run_begin_at, (struct small_work){.uids = &from->uid, .n = 1}, err);
	if (r < 0)
		return r;
	r = note_renumbering(s, err); /* while the session still knows the number before */
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
	noted = note_renumbering(s, err);
	if (noted < 0 || r == 0)
		return noted < 0 || deletes_at_end(s) ? noted : session_acknowledge_leftovers(s, err);
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
	if (r >= 0 && deletes_at_end(s))
		r = session_acknowledge_at_end(s, err);
	if (was_careful && (r < 0 || session_is_stopped(s))) {
		/* A row written ahead may wait for its message: only a careful run looks for it. */
	} else if (r >= 0) {
		r = do_small(s, run_orderly_end, (struct small_work){.read_at = clock_now_ms()}, err);
		s->folder.careful = false;
	} else if (!is_store_fault_code(r) && do_small(s, run_careful, (struct small_work){0}, NULL) < 0) {
		/* The connection failed, not the process: no mail is suspected. Where this mark fails, too, the next
		 * run is careful without need. */
		log_debug("listen", "listener %s: the mark of an orderly end was not written", s->options.listener->id);
	}
	s->refused = false; /* the next read asks again */
	r = session_settle_allowance(s, r, err);
	r = session_tell_throttle(s, r, err);
	return r < 0 ? error_prefix(err, "listener %s", s->options.listener->id) : 0;
}
