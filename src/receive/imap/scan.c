/* What is new, and the messages themselves: see session.h.
 *
 * The scan asks for UIDs and sizes only. The messages then come in batches, each one UID FETCH of neighbours,
 * several of them on their way at a time, so that neither a distant server nor we wait for each other; what isn't
 * read yet stays in the socket. A batch has a slot for each message. Messages are handed out in the order of their
 * slots, whatever order they come in; a slot that is still empty when its batch has been answered is asked for once
 * more before the message counts as gone. */
#include "receive/imap/session.h"

#include "base/mem.h"

#include <stdio.h>

enum {
	BATCHES_AHEAD_MAX = 8,
	BATCHES_AHEAD_MIN = 2,
	BATCH_BYTES_AHEAD = 4, /* times batch_bytes */
	BATCH_MESSAGES_MAX = 1000,
	HEADER_COST = 16 * 1024, /* what a header is counted as against bytes ahead */
};

enum slot_state { SLOT_WAITING, SLOT_HAS_MESSAGE, SLOT_FAILED };

struct slot {
	uint32_t uid, size;
	enum slot_state state;
	bool asked_again;
	bool was_empty;            /* NIL or "" came for a message that isn't */
	struct incoming *incoming; /* owned, with SLOT_HAS_MESSAGE */
	struct error *err;         /* owned, with SLOT_FAILED */
};

struct imap_batch {
	struct imap_batch *next;
	struct imap_command command;
	bool header_only;
	bool singly; /* it was refused as a whole */
	size_t n, at;
	struct slot slots[];
};

/* ---------------------------------------------------------------- scan */

static int compare_candidates(const void *a, const void *b)
{
	const struct imap_candidate *x = a, *y = b;

	if (x->uid != y->uid)
		return x->uid < y->uid ? -1 : 1;
	return x->size < y->size ? -1 : x->size > y->size;
}

/* Servers may answer in any order and twice; of two answers the one with the size counts. */
static void put_in_order(struct imap *imap)
{
	struct imap_candidate *c = imap->candidates;
	bool ordered = true;
	size_t n = 0;

	for (size_t i = 1; i < imap->candidates_n && ordered; i++)
		ordered = c[i - 1].uid < c[i].uid;
	if (ordered)
		return;
	qsort(c, imap->candidates_n, sizeof *c, compare_candidates);
	for (size_t i = 0; i < imap->candidates_n; i++)
		if (i + 1 == imap->candidates_n || c[i].uid != c[i + 1].uid)
			c[n++] = c[i];
	imap->candidates_n = n;
}

static int add_candidate(struct imap *imap, const struct imap_fetched *fetched, struct error *err)
{
	if (fetched->uid == 0) {
		imap->answers_without_uid += fetched->has_size;
		return 0;
	}
	if (fetched->uid < imap->scan_from) /* "n:*" always names the last message, however old */
		return 0;
	if (imap->candidates_n >= IMAP_MESSAGES_MAX)
		return fail(err, E_LIMIT, RETRY_LATER, "the folder has more than %d messages", IMAP_MESSAGES_MAX);
	ARRAY_ROOM(imap->candidates, imap->candidates_n, imap->candidates_size);
	imap->candidates[imap->candidates_n++] =
	        (struct imap_candidate){fetched->uid, (uint32_t)MIN(fetched->size, (uint64_t)UINT32_MAX)};
	return 0;
}

static void free_candidates(struct imap *imap)
{
	free(imap->candidates);
	imap->candidates = NULL;
	imap->candidates_n = imap->candidates_size = imap->candidates_at = 0;
}

static int ask_what_is_new(struct imap *imap, struct imap_command *command, struct error *err)
{
	char text[64];

	snprintf(text, sizeof text, "UID FETCH %u:* (UID RFC822.SIZE)", imap->scan_from);
	imap->news = false;
	imap->answers_without_uid = 0;
	int r = imap_send_plain(imap, text, command, err);
	imap->scanning = true;
	if (r == 0)
		r = imap_finish(imap, command, "scan", err);
	imap->scanning = false;
	return r;
}

static int look_for_new(struct imap *imap, struct position from, struct error *err)
{
	struct imap_command command CLEANUP(imap_command_done) = {0};
	uint32_t last = from.uidvalidity == imap->uidvalidity ? from.uid : 0;
	int r = imap_forget_scan(imap, err);

	if (r == 0 && imap->exists == 0) /* some servers refuse to look at an empty folder; has something come? */
		r = imap_noop(&imap->receiver, err);
	if (r < 0)
		return r;
	if (imap->exists == 0 || last == UINT32_MAX)
		return 0;
	imap->scan_from = last + 1;
	r = ask_what_is_new(imap, &command, err);
	if (r < 0)
		return r;
	if (command.status != STATUS_OK)
		return imap_refused(imap, &command, "scan", SCOPE_FOLDER, E_REFUSED, RETRY_LATER, err);
	if (imap->answers_without_uid)
		return fail_scope(err, SCOPE_FOLDER, E_PROTOCOL, RETRY_LATER,
		                  "scan: the server left out the UIDs of %zu messages", imap->answers_without_uid);
	put_in_order(imap);
	return (int)imap->candidates_n;
}

/* Of a look that failed nothing is read: it is neither whole nor in order. */
static int complete(struct imap *imap, int r)
{
	if (r < 0)
		free_candidates(imap);
	return r;
}

int imap_scan(struct receiver *receiver, struct position from, struct error *err)
{
	struct imap *imap = (struct imap *)receiver;

	return complete(imap, look_for_new(imap, from, err));
}

/* A server may tell of the flags of any message in between: what wasn't asked for would be read before its turn. */
static void keep_asked(struct imap *imap, const uint32_t *uids, size_t n)
{
	struct imap_candidate *c = imap->candidates;
	size_t kept = 0, at = 0;

	for (size_t i = 0; i < imap->candidates_n; i++) {
		while (at < n && uids[at] < c[i].uid)
			at++;
		if (at < n && uids[at] == c[i].uid)
			c[kept++] = c[i];
	}
	imap->candidates_n = kept;
}

/* Those the server doesn't name any more are candidates as well: fetching them shows that they are gone. */
static void add_missing(struct imap *imap, const uint32_t *uids, size_t n)
{
	size_t known = imap->candidates_n, at = 0;

	for (size_t i = 0; i < n; i++) {
		while (at < known && imap->candidates[at].uid < uids[i])
			at++;
		if (at < known && imap->candidates[at].uid == uids[i])
			continue;
		ARRAY_ROOM(imap->candidates, imap->candidates_n, imap->candidates_size);
		imap->candidates[imap->candidates_n++] = (struct imap_candidate){.uid = uids[i]};
	}
	put_in_order(imap);
}

static int ask_sizes(struct imap *imap, const uint32_t *uids, size_t *n, struct error *err)
{
	struct imap_command command CLEANUP(imap_command_done) = {0};
	struct buf out CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);
	int r;

	imap_begin(imap, &out);
	buf_add(&out, STR("UID FETCH "));
	*n = imap_put_set(&out, uids, *n, IMAP_COMMAND_MAX - 100);
	buf_add(&out, STR(" (UID RFC822.SIZE)"));
	imap->scanning = true;
	r = imap_send(imap, &out, &command, err);
	if (r == 0)
		r = imap_finish(imap, &command, "scan", err);
	imap->scanning = false;
	if (r == 0 && command.status != STATUS_OK)
		r = imap_refused(imap, &command, "scan", SCOPE_FOLDER, E_REFUSED, RETRY_LATER, err);
	return r;
}

int imap_scan_these(struct receiver *receiver, const uint32_t *uids, size_t n, struct error *err)
{
	struct imap *imap = (struct imap *)receiver;
	int r = imap_forget_scan(imap, err);

	imap->scan_from = 1;
	imap->answers_without_uid = 0;
	for (size_t at = 0, step; r == 0 && at < n; at += step) {
		step = n - at;
		r = ask_sizes(imap, uids + at, &step, err);
	}
	if (r < 0)
		return complete(imap, r);
	put_in_order(imap);
	keep_asked(imap, uids, n);
	add_missing(imap, uids, n);
	return (int)imap->candidates_n;
}

/* ---------------------------------------------------------------- asking */

static const char whole_items[] = " (UID FLAGS INTERNALDATE BODY.PEEK[])";
static const char header_items[] = " (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])";

static bool is_too_large(const struct imap *imap, const struct imap_candidate *candidate)
{
	return candidate->size > imap->options.max_message_bytes;
}

/* How many of the next candidates go into one batch: of one kind, and within the bounds of count and bytes. */
static size_t next_batch_size(const struct imap *imap)
{
	const struct imap_candidate *first = &imap->candidates[imap->candidates_at];
	size_t left = imap->candidates_n - imap->candidates_at, n = 0;
	uint64_t bytes = 0;

	while (n < left && n < (size_t)imap->options.batch_count &&
	       is_too_large(imap, &first[n]) == is_too_large(imap, first)) {
		bytes += is_too_large(imap, first) ? HEADER_COST : first[n].size;
		if (n > 0 && bytes > imap->options.batch_bytes)
			break;
		n++;
	}
	return n;
}

/* Sends one UID FETCH; *n is lowered to as many as fit into a command. */
static int send_fetch(struct imap *imap, const uint32_t *uids, size_t *n, bool header_only,
                      struct imap_command *command, struct error *err)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);

	imap_begin(imap, &out);
	buf_add(&out, STR("UID FETCH "));
	*n = imap_put_set(&out, uids, *n, IMAP_COMMAND_MAX - sizeof header_items - 2);
	buf_add_cstr(&out, header_only ? header_items : whole_items);
	return imap_send(imap, &out, command, err);
}

static uint64_t cost_of(const struct imap_batch *batch, const struct slot *slot)
{
	return batch->header_only ? HEADER_COST : slot->size;
}

static void append_batch(struct imap *imap, struct imap_batch *batch)
{
	if (imap->batches_last)
		imap->batches_last->next = batch;
	else
		imap->batches = batch;
	imap->batches_last = batch;
	imap->batches_n++;
}

static int send_batch(struct imap *imap, struct error *err)
{
	const struct imap_candidate *first = &imap->candidates[imap->candidates_at];
	size_t n = next_batch_size(imap);
	struct imap_batch *batch = mem_new(1, sizeof *batch + n * sizeof *batch->slots);
	uint32_t uids[BATCH_MESSAGES_MAX];

	for (size_t i = 0; i < n; i++)
		uids[i] = first[i].uid;
	batch->header_only = is_too_large(imap, first);
	int r = send_fetch(imap, uids, &n, batch->header_only, &batch->command, err);
	if (r < 0) {
		free(batch);
		return r;
	}
	batch->n = n;
	for (size_t i = 0; i < n; i++) {
		batch->slots[i] = (struct slot){.uid = first[i].uid, .size = first[i].size};
		imap->bytes_ahead += cost_of(batch, &batch->slots[i]);
	}
	append_batch(imap, batch);
	imap->candidates_at += n;
	return 0;
}

int imap_ask_ahead(struct imap *imap, struct error *err)
{
	uint64_t enough = (uint64_t)imap->options.batch_bytes * BATCH_BYTES_AHEAD;

	while (imap->candidates_at < imap->candidates_n && imap->batches_n < BATCHES_AHEAD_MAX &&
	       (imap->batches_n < BATCHES_AHEAD_MIN || imap->bytes_ahead < enough)) {
		int r = send_batch(imap, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---------------------------------------------------------------- filing what comes */

bool imap_wants_bodies(const struct imap *imap)
{
	return imap->batches && !imap->discarding;
}

static struct slot *find_slot(struct imap_batch *batch, uint32_t uid)
{
	size_t low = batch->at, high = batch->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (batch->slots[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < batch->n && batch->slots[low].uid == uid ? &batch->slots[low] : NULL;
}

static void fill_slot(struct imap *imap, struct slot *slot, struct imap_fetched *fetched)
{
	struct incoming *in = fetched->incoming;

	if (fetched->failed) {
		slot->state = SLOT_FAILED;
		slot->err = mem_new(1, sizeof *slot->err);
		*slot->err = fetched->err;
		return;
	}
	if (fetched->is_empty && slot->size > 0) {
		slot->was_empty = true;
		return;
	}
	if (in->kind != INCOMING_TOO_LARGE)
		in->size = fetched->has_size ? fetched->size : slot->size;
	if (fetched->is_header)
		in->kind = INCOMING_TOO_LARGE;
	if (in->size == 0)
		in->size = in->raw.n;
	in->uidvalidity = imap->uidvalidity;
	in->uid = slot->uid;
	in->seen = fetched->seen;
	in->received_at = fetched->received_at;
	slot->incoming = take(fetched->incoming);
	slot->state = SLOT_HAS_MESSAGE;
}

int imap_file_fetched(struct imap *imap, struct imap_fetched *fetched, struct error *err)
{
	struct incoming *owned CLEANUP(incoming_freep) = NULL;
	int r = imap->scanning ? add_candidate(imap, fetched, err) : 0;

	if (fetched->has_body && fetched->uid == 0)
		imap->answers_without_uid++;
	for (struct imap_batch *batch = imap->batches; batch && fetched->has_body; batch = batch->next) {
		struct slot *slot = find_slot(batch, fetched->uid);

		if (!slot)
			continue;
		if (slot->state == SLOT_WAITING && fetched->is_header == batch->header_only)
			fill_slot(imap, slot, fetched);
		break;
	}
	owned = fetched->incoming; /* nobody's: unasked, a second time, or of a message that was given up */
	return r;
}

/* ---------------------------------------------------------------- asking again */

/* The batch was answered and its next slot is empty. The empty ones are asked for once more, together; or alone, where
 * the server refused them together, so that one message it can't give doesn't stand for all. */
static int ask_again(struct imap *imap, struct imap_batch *batch, struct error *err)
{
	uint32_t uids[BATCH_MESSAGES_MAX];
	size_t n = 0;

	batch->singly = batch->singly || batch->command.status != STATUS_OK;
	for (size_t i = batch->at; i < batch->n && (n == 0 || !batch->singly); i++)
		if (batch->slots[i].state == SLOT_WAITING && !batch->slots[i].asked_again)
			uids[n++] = batch->slots[i].uid;
	imap_command_done(&batch->command);
	int r = send_fetch(imap, uids, &n, batch->header_only, &batch->command, err);
	if (r < 0 || n == 0)
		return r;
	for (size_t i = batch->at; i < batch->n; i++)
		if (batch->slots[i].uid <= uids[n - 1] && (!batch->singly || batch->slots[i].uid == uids[0]))
			batch->slots[i].asked_again = true;
	return 0;
}

static int hand_out_gone(struct imap *imap, const struct slot *slot, struct incoming **ret)
{
	struct incoming *in = mem_new(1, sizeof *in);

	in->kind = INCOMING_GONE;
	in->uidvalidity = imap->uidvalidity;
	in->uid = slot->uid;
	*ret = in;
	return 1;
}

/* Asked for twice, and not there: gone only where the server said OK to that and made no nonsense. */
static int judge_missing(struct imap *imap, const struct imap_batch *batch, const struct slot *slot,
                         struct incoming **ret, struct error *err)
{
	const struct imap_command *command = &batch->command;
	char step[64];

	snprintf(step, sizeof step, "message with UID %u", slot->uid);
	if (command->status != STATUS_OK)
		return imap_refused(imap, command, step, SCOPE_MESSAGE, E_REFUSED, RETRY_LATER, err);
	if (slot->was_empty)
		return fail_scope(err, SCOPE_MESSAGE, E_PROTOCOL, RETRY_LATER,
		                  "%s: the server says it has %u bytes and gives none", step, slot->size);
	if (imap->answers_without_uid)
		return fail_scope(err, SCOPE_MESSAGE, E_PROTOCOL, RETRY_LATER, "%s: the server answers without UIDs",
		                  step);
	return hand_out_gone(imap, slot, ret);
}

/* ---------------------------------------------------------------- handing out */

static void free_batch(struct imap_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		incoming_free(batch->slots[i].incoming);
		free(batch->slots[i].err);
	}
	imap_command_done(&batch->command);
	free(batch);
}

static void drop_first_batch(struct imap *imap)
{
	struct imap_batch *batch = imap->batches;

	imap->batches = batch->next;
	if (!imap->batches)
		imap->batches_last = NULL;
	imap->batches_n--;
	free_batch(batch);
}

static int hand_out_failed(struct imap *imap, const struct slot *slot, const struct error *fault, struct incoming **ret)
{
	struct incoming *in = mem_new(1, sizeof *in);

	in->kind = INCOMING_FAILED;
	in->uidvalidity = imap->uidvalidity;
	in->uid = slot->uid;
	in->size = slot->size;
	in->fault = mem_new(1, sizeof *in->fault);
	*in->fault = *fault;
	*ret = in;
	return 1;
}

/* A refusal that isn't about the message: the server asks to slow down, or (RFC 5530) something in it is away or
 * locked. Where it says that of one message steadily, that stands before the others only until listen/session_stall.c
 * passes it over. */
static bool concerns_all(const struct imap_command *command, struct error *fault)
{
	if (fault->code == E_THROTTLED && fault->scope == SCOPE_ACCOUNT)
		return true;
	if (command->status != STATUS_NO || (command->code != CODE_UNAVAILABLE && command->code != CODE_INUSE))
		return false;
	fault->code = E_CLOSED; /* by us */
	fault->scope = SCOPE_ACCOUNT;
	return true;
}

/* The slot's time has come: 1 with its message, or with what is wrong with it. What concerns all: negative. */
static int hand_out(struct imap *imap, struct imap_batch *batch, struct incoming **ret, struct error *err)
{
	struct slot *slot = &batch->slots[batch->at++];
	struct error fault;

	imap->bytes_ahead -= cost_of(batch, slot);
	if (slot->state == SLOT_HAS_MESSAGE) {
		*ret = take(slot->incoming);
		return 1;
	}
	if (slot->state == SLOT_WAITING) {
		if (judge_missing(imap, batch, slot, ret, &fault) > 0)
			return 1;
		if (concerns_all(&batch->command, &fault)) {
			if (err)
				*err = fault;
			return imap_break(imap, err ? err : &fault);
		}
	} else {
		fault = *slot->err;
		error_prefix(&fault, "message with UID %u", slot->uid);
	}
	return hand_out_failed(imap, slot, &fault, ret);
}

int imap_next(struct receiver *receiver, struct incoming **ret, struct error *err)
{
	struct imap *imap = (struct imap *)receiver;
	int r = imap_usable(imap, err);

	while (r == 0) {
		struct imap_batch *batch;

		r = imap_ask_ahead(imap, err);
		batch = imap->batches;
		if (r < 0 || !batch)
			break;
		if (batch->at == batch->n && batch->command.status != STATUS_PENDING)
			drop_first_batch(imap);
		else if (batch->at < batch->n && batch->slots[batch->at].state != SLOT_WAITING)
			return hand_out(imap, batch, ret, err);
		else if (batch->command.status == STATUS_PENDING)
			r = imap_read(imap, "fetch", err);
		else if (!batch->slots[batch->at].asked_again)
			r = ask_again(imap, batch, err);
		else
			return hand_out(imap, batch, ret, err);
	}
	if (r == 0)
		free_candidates(imap);
	return r;
}

/* ---------------------------------------------------------------- giving up */

void imap_free_batches(struct imap *imap)
{
	while (imap->batches)
		drop_first_batch(imap);
	imap->bytes_ahead = 0;
}

int imap_forget_scan(struct imap *imap, struct error *err)
{
	int r = imap_usable(imap, err);

	imap->discarding = true;
	for (struct imap_batch *batch = imap->batches; batch && r == 0; batch = batch->next)
		r = imap_finish(imap, &batch->command, "fetch", err);
	imap->discarding = false;
	imap_free_batches(imap);
	free_candidates(imap);
	return r;
}
