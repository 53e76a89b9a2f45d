/* The server is told of what was committed before, and may refuse. See session_parts.h. */
#include "listen/session_parts.h"

#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/ledger.h"

#define HOPELESS_REFUSALS 3      /* of single messages, with nothing taken: the server takes none */
#define AT_END            100000 /* at most so many where they are told at the connection's end */

/* A refusal harms neither the connection nor what is committed. */
int session_note_refusal(struct session *s, int r, const struct error *err)
{
	if (err->scope != SCOPE_FOLDER)
		return r;
	log_warning("listen", "listener %s: the server takes no acknowledgements: %s", s->options.listener->id,
	            err->text);
	s->refused = true;
	return 0;
}

/* One message that the server won't have marked is left alone as long as the session lasts. A server that takes none is
 * not asked for each. */
static int note_single_refusal(struct session *s, uint32_t uid, int r, const struct error *err)
{
	s->refused_uids[s->refused_count++] = uid;
	if (!s->has_confirmed && s->refused_count >= HOPELESS_REFUSALS)
		return session_note_refusal(s, r, err);
	log_warning("listen", "listener %s: the server takes no acknowledgement of UID %u: %s", s->options.listener->id,
	            uid, err->text);
	return 0;
}

/* A load that is refused is told in halves: one message must not keep the others from being marked. */
static int tell(struct session *s, const uint32_t *uids, size_t n, struct error *err)
{
	int r = s->refused ? 0 : receiver_acknowledge(s->receiver, uids, n, err);

	if (s->refused)
		return 0;
	if (r == 0) {
		s->has_confirmed = true;
		return session_record_acknowledged(s, uids, n, err);
	}
	if (err->scope != SCOPE_FOLDER || s->refused_count == MAX_REFUSED)
		return session_note_refusal(s, r, err);
	if (n == 1)
		return note_single_refusal(s, uids[0], r, err);
	r = tell(s, uids, n / 2, err);
	return r < 0 ? r : tell(s, uids + n / 2, n - n / 2, err);
}

static size_t leave_out_refused(const struct session *s, uint32_t *uids, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		bool refused = false;

		for (size_t k = 0; k < s->refused_count; k++)
			refused = refused || s->refused_uids[k] == uids[i];
		if (!refused)
			uids[kept++] = uids[i];
	}
	return kept;
}

/* What was committed before the connection or the process went, and what a retry from the store brought to its end: the
 * server hears of it now. One that takes no acknowledgements (a read-only folder) is read all the same. */
int session_acknowledge_leftovers(struct session *s, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	uint32_t uids[ACKNOWLEDGE_AT + MAX_REFUSED];
	int r = s->refused ? 0 : store_connect(s->options.store, &db, err);

	while (r >= 0 && !s->refused) {
		size_t n;

		r = ledger_unacknowledged(db, s->folder.id, receiver_uidvalidity(s->receiver), uids, ARRAY_LEN(uids),
		                          err);
		n = r > 0 ? leave_out_refused(s, uids, (size_t)r) : 0;
		if (n == 0)
			return MIN(r, 0);
		r = tell(s, uids, MIN(n, (size_t)ACKNOWLEDGE_AT), err);
	}
	return r;
}

/* All that is committed, whenever it was, in one: the server confirms it when the connection ends. What is more than
 * AT_END is told at the next one's end. */
int session_acknowledge_at_end(struct session *s, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	uint32_t *uids CLEANUP(freep) = mem_new(AT_END, sizeof *uids);
	int n, r = store_connect(s->options.store, &db, err);

	if (r < 0)
		return r;
	n = ledger_unacknowledged(db, s->folder.id, receiver_uidvalidity(s->receiver), uids, fault_batch(AT_END), err);
	if (n <= 0)
		return n;
	fault_step("acknowledge-before");
	r = receiver_acknowledge(s->receiver, uids, (size_t)n, err);
	if (r < 0)
		return session_note_refusal(s, r, err);
	fault_step("acknowledge-after");
	return session_record_acknowledged(s, uids, (size_t)n, err);
}
