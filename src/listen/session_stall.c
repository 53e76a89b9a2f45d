/* A message at which the server hangs up or falls silent must not stand before all others. Where reading breaks off
 * at the same place again and again, the message there is asked for alone; where that breaks off, too, it is noted as
 * not had, and reading goes on behind it. See session.h. */
#include "listen/session_parts.h"

#include "base/log.h"
#include "base/mem.h"

#define SUSPECT_AT 3 /* breaks in a row with nothing had: the next session asks for that message alone */

bool session_broke_off(const struct error *err)
{
	return err && err->scope == SCOPE_ACCOUNT &&
	       (err->code == E_CLOSED || err->code == E_TIMEOUT || err->code == E_PROTOCOL || err->code == E_LIMIT);
}

static bool is_here(const struct session *s)
{
	const struct folder_stall *stall = &s->folder.stall;

	return stall->times > 0 && stall->uidvalidity == receiver_uidvalidity(s->receiver) &&
	       stall->uid == s->folder.uid;
}

struct note {
	struct work work;
	int64_t folder_id;
	struct folder_stall stall;
};

static int run_note(struct work *work, struct db *db, struct error *err)
{
	const struct note *note = (const struct note *)(const void *)work;

	return folder_note_stall(db, note->folder_id, &note->stall, err);
}

/* Where it can't be written the next session begins to count anew. */
static void write_down(struct session *s)
{
	struct note note = {.work = {.run = run_note}, .folder_id = s->folder.id, .stall = s->folder.stall};
	struct error err;

	if (store_do(s->options.store, &note.work, &err) < 0)
		log_debug("listen", "listener %s: that reading broke off isn't noted: %s", s->options.listener->id,
		          err.text);
}

void session_note_break(struct session *s, const struct error *err)
{
	struct folder_stall *stall = &s->folder.stall;

	if (!session_broke_off(err))
		return;
	if (!is_here(s))
		*stall = (struct folder_stall){receiver_uidvalidity(s->receiver), s->folder.uid, 0};
	stall->times++;
	write_down(s);
}

/* One that was not had: in its ledger row this is a try. Takes no connection. */
int session_submit_broken(struct session *s, struct intake_run *run, uint32_t uid, const struct error *cause,
                          struct error *err)
{
	struct incoming *incoming = mem_new(1, sizeof *incoming);

	incoming->kind = INCOMING_FAILED;
	incoming->uidvalidity = receiver_uidvalidity(s->receiver);
	incoming->uid = uid;
	incoming->fault = mem_new(1, sizeof *incoming->fault);
	fail_scope(incoming->fault, SCOPE_MESSAGE, E_CLOSED, RETRY_LATER,
	           "the connection breaks off whenever this message is fetched: %s", cause->text);
	return intake_submit(run, incoming, err);
}

bool session_note_broken_refetch(struct session *s, struct intake_run *run, uint32_t uid, const struct error *cause)
{
	struct error ignored;

	return session_broke_off(cause) && session_submit_broken(s, run, uid, cause, &ignored) == 0;
}

struct first {
	uint32_t after, uid;
};

static void find_first(void *ctx, uint32_t uid)
{
	struct first *first = ctx;

	if (uid > first->after && (!first->uid || uid < first->uid))
		first->uid = uid;
}

int session_find_stalled(struct session *s, const struct position *from, uint32_t *ret_uid, struct error *err)
{
	struct first first = {.after = from->uidvalidity == receiver_uidvalidity(s->receiver) ? from->uid : 0};
	int r;

	if (s->folder.stall.times < SUSPECT_AT || !is_here(s))
		return 0;
	r = receiver_list(s->receiver, find_first, &first, err);
	if (r < 0 || !first.uid)
		return MIN(r, 0);
	*ret_uid = first.uid;
	return 1;
}

static int give_up(struct session *s, uint32_t uid, struct intake_counts *counts, struct error *err)
{
	const struct error cause = {.text = "asked for it several times, the last time alone"};

	log_warning("listen", "listener %s: the connection breaks off whenever UID %u is fetched: going on behind it",
	            s->options.listener->id, uid);
	return session_submit_one_broken(s, uid, &cause, counts, err);
}

int session_pass_stalled(struct session *s, uint32_t uid, struct intake_counts *counts, struct error *err)
{
	struct folder_stall *stall = &s->folder.stall;
	int r;

	if (stall->times > SUSPECT_AT) {
		r = give_up(s, uid, counts, err);
		if (r >= 0)
			s->folder.uid = uid;
	} else {
		log_info("listen", "listener %s: reading broke off %lld times before UID %u: asking for it alone",
		         s->options.listener->id, (long long)stall->times, uid);
		r = receiver_scan_these(s->receiver, &uid, 1, err);
		if (r > 0)
			r = session_read_folder(s, r, false, counts, err);
	}
	if (r >= 0 && s->folder.uid == uid) {
		stall->times = 0;
		write_down(s);
	}
	return r;
}
