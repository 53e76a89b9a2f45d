/* One letter of a batch: who is asked this time, and what became of them. See outbox_parts.h. */
#include "send/outbox_parts.h"

#include "base/clock.h"
#include "mime/bounce.h"
#include "store/messages.h"
#include "store/suppressions.h"

#define MAX_MESSAGE MIB(256)
#define WARN_AGE    HOURS_MS(4)

/* ---------------------------------------------------------------- who is asked */

/* The recipient has no final answer yet. */
static bool is_waiting(const struct outbox_recipient *r)
{
	return strcmp(r->state, "queued") == 0 || strcmp(r->state, "later") == 0;
}

struct holding {
	struct letter *letter;
	struct arena *arena;
};

static void hold_recipient(void *ctx, size_t position, const struct suppression *s)
{
	const struct holding *holding = ctx;
	struct outbox_row *row = &holding->letter->row;
	struct outbox_recipient *r;

	if (position >= row->recipient_count || !is_waiting(&row->recipients[position]))
		return;
	r = &row->recipients[position];
	r->state = "suppressed";
	r->code = 0;
	r->reply = arena_printf(holding->arena, STR_FMT "; 'hauspost suppressions remove %s' ends it",
	                        STR_ARG(suppression_text(holding->arena, s)), s->address)
	                   .p;
	holding->letter->any_held = true;
}

/* What is suppressed is not sent. The letter may have nobody left then. */
static int hold_suppressed(struct db *db, struct arena *arena, struct letter *letter, struct error *err)
{
	struct holding holding = {letter, arena};
	const struct outbox_row *row = &letter->row;
	int r = suppression_of_row(db, row->id, row->account, clock_now_ms(), arena, hold_recipient, &holding, err);

	letter->is_held = letter->any_held;
	for (size_t i = 0; i < row->recipient_count; i++)
		letter->is_held &= !is_waiting(&row->recipients[i]);
	return MIN(r, 0);
}

static size_t count_recipients(const struct outbox_row *row, bool (*is_one)(const struct outbox_recipient *r))
{
	size_t n = 0;

	for (size_t i = 0; i < row->recipient_count; i++)
		n += is_one(&row->recipients[i]);
	return n;
}

/* Not asked yet, of those who are to be asked one after the other. */
static bool is_queued(const struct outbox_recipient *r)
{
	return strcmp(r->state, "queued") == 0;
}

/* All who wait. Where that is more than a message may have: so many of those whose turn hasn't been, so that some who
 * are put off don't keep the others from ever being asked. When all had their turn, the next try begins anew. */
static void choose_recipients(struct letter *letter, size_t most, struct arena *arena)
{
	struct outgoing *o = &letter->outgoing;
	bool splits = most && count_recipients(&letter->row, is_waiting) > most;
	bool goes_on = splits && count_recipients(&letter->row, is_queued) > 0;

	o->recipients = ARENA_ARRAY(arena, struct recipient, letter->row.recipient_count);
	letter->positions = ARENA_ARRAY(arena, size_t, letter->row.recipient_count);
	for (size_t i = 0; i < letter->row.recipient_count; i++) {
		struct outbox_recipient *r = &letter->row.recipients[i];

		if (!is_waiting(r) || (goes_on && !is_queued(r)))
			continue;
		if (splits && o->recipient_count == most) {
			r->state = "queued";
			letter->has_more = true;
			continue;
		}
		letter->positions[o->recipient_count] = i;
		o->recipients[o->recipient_count++] = (struct recipient){.address = r->address, .answer = ""};
	}
}

int letter_load(struct db *db, int64_t id, const struct provider *provider, struct arena *arena, struct letter *letter,
                struct error *err)
{
	int r = outbox_get(db, id, arena, &letter->row, err);

	if (r <= 0)
		return r;
	r = hold_suppressed(db, arena, letter, err);
	if (r < 0 || letter->is_held)
		return r < 0 ? r : 1;
	buf_init(&letter->mime, MAX_MESSAGE);
	r = raw_get(db, letter->row.message_id, &letter->mime, err);
	if (r <= 0)
		return r < 0 ? r
		             : fail_scope(err, SCOPE_MESSAGE, E_NOT_FOUND, RETRY_NEVER,
		                          "outbox row %lld: its mail is missing", (long long)id);
	r = provider_takes_size(provider, letter->mime.n, err);
	if (r < 0) {
		if (err)
			err->scope = SCOPE_MESSAGE;
		return r;
	}
	letter->outgoing = (struct outgoing){
	        .id = id,
	        .envelope_from = letter->row.envelope_from,
	        .envelope_id = letter->row.message_ident,
	        .mime = buf_str(&letter->mime),
	        .arena = arena,
	        .answer = "",
	};
	choose_recipients(letter, provider ? (size_t)provider->limits.recipients_per_message : 0, arena);
	return 1;
}

/* ---------------------------------------------------------------- what became of it */

static const char *state_of(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_PENDING:
		return "queued";
	case OUTCOME_SENT:
		return "sent";
	case OUTCOME_LATER:
		return "later";
	case OUTCOME_FAILED:
		return "failed";
	case OUTCOME_UNCERTAIN:
		return "uncertain";
	}
	return "queued";
}

/* The row's state follows from its recipients (outbox_reports.h): while one may still be reached it stays in the queue.
 */
static const char *state_of_row(const struct outbox_row *row)
{
	if (outbox_any_is(row, "queued later"))
		return "later";
	if (outbox_any_is(row, "uncertain"))
		return "uncertain";
	if (outbox_any_is(row, OUTBOX_REACHED))
		return "sent";
	if (outbox_any_is(row, "bounced"))
		return "bounced";
	return outbox_any_is(row, "suppressed") && !outbox_any_is(row, "failed") ? "suppressed" : "failed";
}

/* What an answer says of the address, for the row and for the list of suppressions. */
static void judge(struct arena *arena, struct outbox_recipient *r, const struct recipient *asked)
{
	struct bounce_recipient said;

	if (asked->code < 400)
		return;
	said = bounce_of_answer(arena, asked->code, str_of(r->reply), asked->by_rcpt);
	r->status = said.status.p;
	r->reason = bounce_reason_word(said.reason);
}

static void take_answers(struct letter *letter)
{
	struct outgoing *o = &letter->outgoing;

	for (size_t i = 0; i < o->recipient_count; i++) {
		struct outbox_recipient *r = &letter->row.recipients[letter->positions[i]];
		enum outcome outcome = o->recipients[i].outcome;

		if (outcome == OUTCOME_PENDING)
			outcome = o->outcome;
		r->state = state_of(outcome);
		r->code = o->recipients[i].code;
		r->reply = o->recipients[i].answer ? o->recipients[i].answer : "";
		judge(o->arena, r, &o->recipients[i]);
	}
}

static void give_up(struct outbox_row *row)
{
	for (size_t i = 0; i < row->recipient_count; i++)
		if (is_waiting(&row->recipients[i]))
			row->recipients[i].state = "failed";
}

static void count(const struct outbox_row *row, struct outbox_counts *counts)
{
	int64_t *which = strcmp(row->state, "sent") == 0         ? &counts->sent
	                 : strcmp(row->state, "later") == 0      ? &counts->later
	                 : strcmp(row->state, "uncertain") == 0  ? &counts->uncertain
	                 : strcmp(row->state, "suppressed") == 0 ? &counts->suppressed
	                                                         : &counts->failed;

	++*which;
}

static bool reaches_anyone(const struct outgoing *o)
{
	for (size_t i = 0; i < o->recipient_count; i++)
		if (o->recipients[i].outcome == OUTCOME_SENT)
			return true;
	return false;
}

/* Outcome → row. */
void letter_settle(struct letter *letter, struct outbox_counts *counts)
{
	struct outbox_row *row = &letter->row;
	int64_t now = clock_now_ms();

	row->code = letter->outgoing.code;
	row->reply = letter->outgoing.answer ? letter->outgoing.answer : "";
	row->tries++;
	take_answers(letter);
	if (letter->is_lost)
		give_up(row);
	if (letter->has_more) { /* the others' turn is at once, whatever became of these */
		row->state = "later";
		row->next_try_at = now;
		row->tries--;
		counts->parts += reaches_anyone(&letter->outgoing);
		return;
	}
	row->state = state_of_row(row);
	if (strcmp(row->state, "later") == 0) {
		row->next_try_at = outbox_next_try(row->created_at, row->tries, now);
		if (!row->next_try_at) {
			give_up(row);
			row->state = state_of_row(row);
		}
	}
	if (strcmp(row->state, "sent") == 0)
		row->sent_at = now;
	letter->is_warning = strcmp(row->state, "later") == 0 && !row->warned_at && now - row->created_at >= WARN_AGE;
	if (letter->is_warning)
		row->warned_at = now;
	count(row, counts);
}
