/* See outbox_runner.h. */
#include "send/outbox_runner.h"

#include "auth/connection.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "mime/bounce.h"
#include "send/budget.h"
#include "send/outbox_parts.h"
#include "send/sent_copy.h"
#include "store/cases.h"
#include "store/messages.h"
#include "store/status.h"
#include "store/suppressions.h"
#include "store/throttles.h"
#include "store/traffic.h"

#include <stdio.h>
#include <time.h>

#define BATCH       20
#define BATCH_BYTES MIB(8) /* no further letter is loaded beyond that */
#define MAX_AGE     HOURS_MS(24 * 5)
#define CONNECTIONS 1000 /* made anew in one go, where a server ends each after some letters */

#define RECORD_FIRST_MS   50
#define RECORD_LONGEST_MS SECONDS_MS(5)
#define RECORD_TRIES      10 /* … even where all is to stop */

int64_t outbox_next_try(int64_t created_at, int64_t tries, int64_t now)
{
	static const int minutes[] = {1, 5, 15, 30};
	int64_t delay = tries <= (int64_t)ARRAY_LEN(minutes) ? MINUTES_MS(minutes[MAX(tries, 1) - 1])
	                : tries <= 16                        ? HOURS_MS(1)
	                                                     : HOURS_MS(4);

	return now + delay > created_at + MAX_AGE ? 0 : now + delay;
}

/* ---------------------------------------------------------------- durable marks */

/* A batch on its way. */
struct post {
	const struct outbox_options *options;
	struct outbox_counts *counts;
	struct letter *letters;
	int n;
	const char *account;
	const struct provider *provider; /* NULL: none */
	struct budget budget;
	bool is_counted; /* the budget has limits */
	struct budget_left left;
	bool was_throttled; /* the last time, and works again or not */
};

/* Writes down what is known by now and, where `next` is set, that its final dot may leave: in one transaction, so that
 * a crash leaves one letter in doubt, however many were in the batch. */
struct mark {
	struct work work;
	struct post *post;
	const struct letter *next; /* NULL: none */
	int marked;                /* out */
};

static void settle_known(struct post *post)
{
	for (int i = 0; i < post->n; i++) {
		struct letter *letter = &post->letters[i];
		const struct outbox_row *row = &letter->row;
		char message[40];

		if (letter->is_settled || letter->outgoing.outcome == OUTCOME_PENDING)
			continue;
		letter_settle(letter, post->counts);
		letter->is_settled = true;
		snprintf(message, sizeof message, "outbox/%lld", (long long)row->id);
		log_set_message(message);
		if (letter->is_held)
			log_info("outbox", "row %lld to %s: %s", (long long)row->id, row->recipients[0].address,
			         row->reply);
		else if (strcmp(row->state, "sent") != 0 && !letter->has_more)
			log_warning("outbox", "row %lld to %s: %s: %lld %s", (long long)row->id,
			            row->recipient_count ? row->recipients[0].address : "nobody", row->state,
			            (long long)row->code, row->reply);
		log_set_message(NULL);
	}
}

/* An address that a server refused as unknown gets no more mail than one that came back as unknown. */
static int note_refusals(struct db *db, const struct letter *letter, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct outgoing *o = &letter->outgoing;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < o->recipient_count; i++) {
		const struct outbox_recipient *to = &letter->row.recipients[letter->positions[i]];
		struct bounce_recipient said;
		struct suppression_cause cause = {
		        .address = str_of(to->address),
		        .class = to->reason,
		        .status = to->status,
		        .note = to->reply,
		        .case_id = letter->row.case_id,
		        .at = clock_now_ms(),
		};

		if (strcmp(to->state, "failed") != 0 || o->recipients[i].code < 500)
			continue;
		said = bounce_of_answer(arena, o->recipients[i].code, str_of(to->reply), o->recipients[i].by_rcpt);
		if (bounce_verdict(&said) == ADDRESS_DEAD)
			r = suppression_hard_bounce(db, arena, &cause, err);
	}
	return MIN(r, 0);
}

/* What counts for the provider: whatever it took, and what it may have taken. */
static int count_traffic(struct post *post, struct db *db, const struct letter *letter, struct error *err)
{
	struct traffic more = {.bytes = (int64_t)letter->mime.n};
	const struct outgoing *o = &letter->outgoing;

	for (size_t i = 0; i < o->recipient_count; i++)
		more.recipients += o->recipients[i].outcome == OUTCOME_SENT || o->outcome == OUTCOME_UNCERTAIN;
	more.messages = more.recipients > 0;
	if (!post->is_counted || !more.messages)
		return 0;
	return traffic_add(db, post->account, &more, clock_now_ms(), err);
}

/* The end of a letter is told once, when nobody waits any more; who is in doubt is told at once. */
static int tell_end(struct db *db, const struct letter *letter, struct error *err)
{
	const struct outbox_row *row = &letter->row;
	bool is_over = strcmp(row->state, "later") != 0;
	int r = 0;

	if (letter->outgoing.outcome == OUTCOME_UNCERTAIN)
		r = outbox_tell(db, row, "outbox.uncertain", "uncertain", err);
	if (r == 0 && is_over && outbox_any_is(row, OUTBOX_REACHED))
		r = outbox_tell(db, row, "outbox.sent", OUTBOX_REACHED, err);
	if (r == 0 && is_over && outbox_any_is(row, "failed"))
		r = outbox_tell(db, row, "outbox.failed", "failed", err);
	return r;
}

static int write_row(struct post *post, struct db *db, const struct letter *letter, struct error *err)
{
	const struct outbox_row *row = &letter->row;
	int r = outbox_finish(db, row, post->options->claim, err);

	if (r <= 0)
		return r;
	r = count_traffic(post, db, letter, err);
	if (r == 0)
		r = sent_copy_owe(post->options->setup, db, row, clock_now_ms(), err);
	if (r == 0)
		r = note_refusals(db, letter, err);
	if (r == 0 && letter->is_warning)
		r = outbox_tell(db, row, "outbox.delayed", "later", err);
	if (r == 0 && letter->any_held)
		r = outbox_tell(db, row, "outbox.suppressed", "suppressed", err);
	return r < 0 ? r : tell_end(db, letter, err);
}

/* Of those who are asked, RCPT may have refused some already: the mail doesn't leave for them. */
static int mark_next(const struct mark *mark, struct db *db, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct letter *letter = mark->next;
	const struct outgoing *o = &letter->outgoing;
	size_t *positions = ARENA_ARRAY(arena, size_t, o->recipient_count), n = 0;

	for (size_t i = 0; i < o->recipient_count; i++)
		if (o->recipients[i].outcome == OUTCOME_PENDING)
			positions[n++] = letter->positions[i];
	return outbox_mark_sending(db, &letter->row, positions, n, mark->post->options->claim, err);
}

static int run_mark(struct work *work, struct db *db, struct error *err)
{
	struct mark *mark = (struct mark *)(void *)work;
	int r = 0;

	for (int i = 0; i < mark->post->n && r == 0; i++) {
		const struct letter *letter = &mark->post->letters[i];

		if (letter->is_settled && !letter->is_recorded)
			r = write_row(mark->post, db, letter, err);
	}
	if (r == 0 && mark->next)
		r = mark->marked = mark_next(mark, db, err);
	return MIN(r, 0);
}

static int record(struct post *post, const struct letter *next, int *ret_marked, struct error *err)
{
	struct mark mark = {.work = {.run = run_mark}, .post = post, .next = next};
	bool any = next != NULL;
	int r;

	settle_known(post);
	for (int i = 0; i < post->n; i++)
		any |= post->letters[i].is_settled && !post->letters[i].is_recorded;
	if (!any)
		return 0;
	r = store_do(post->options->store, &mark.work, err);
	for (int i = 0; r == 0 && i < post->n; i++)
		post->letters[i].is_recorded = post->letters[i].is_settled;
	if (r == 0 && ret_marked)
		*ret_marked = mark.marked;
	return r;
}

static bool is_stopped(const struct post *post)
{
	const struct outbox_options *options = post->options;

	return options->stopped && options->stopped(options->ctx);
}

static void pause_ms(int64_t ms)
{
	const struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&ts, NULL);
}

/* What the server said is known only here: a store that is locked or restarts for a moment must not lose it. */
static int record_surely(struct post *post, struct error *err)
{
	int64_t wait = RECORD_FIRST_MS;
	struct error fault = {0};
	int r = record(post, NULL, NULL, &fault);

	for (int tries = 1; r < 0 && fault.retry == RETRY_LATER && (tries < RECORD_TRIES || !is_stopped(post));
	     tries++) {
		if (tries == 1)
			log_warning("outbox", "account %s: what was sent can't be noted, tried again: %s",
			            post->account, fault.text);
		pause_ms(wait);
		wait = MIN(wait * 2, RECORD_LONGEST_MS);
		r = record(post, NULL, NULL, &fault);
	}
	if (r < 0) {
		log_error("outbox", "account %s: what was sent isn't noted: %s", post->account, fault.text);
		if (err)
			*err = fault;
	}
	return r;
}

static const struct letter *letter_of(const struct post *post, const struct outgoing *item)
{
	for (int i = 0; i < post->n; i++)
		if (&post->letters[i].outgoing == item)
			return &post->letters[i];
	must(false);
	return NULL;
}

/* sender.h's before_dot. */
static int mark_sending(void *ctx, struct outgoing *item, struct error *err)
{
	int marked = 0, r;

	if (is_stopped(ctx))
		return fail(err, E_STOPPED, RETRY_LATER, "stopped before the mail was sent");
	r = record(ctx, letter_of(ctx, item), &marked, err);
	if (r < 0)
		return r;
	if (!marked)
		return fail(err, E_CONFLICT, RETRY_NEVER, "outbox row %lld is not queued any more",
		            (long long)item->id);
	fault_step("dot-before");
	return 0;
}

/* ---------------------------------------------------------------- a batch as a whole */

/* A letter that can't be made ready fails alone; only a fault of the store stops the batch. *n is lowered where the
 * letters so far are enough to have in memory. */
static int load_batch(struct post *post, struct db *db, const int64_t *ids, int *n, struct arena *arena,
                      struct letter *letters, struct outgoing **items, struct error *err)
{
	size_t bytes = 0;
	int64_t recipients = 0;
	int ready = 0;

	for (int i = 0; i < *n; i++) {
		struct error fault = {0};
		int r = letter_load(db, ids[i], post->provider, arena, &letters[i], &fault);

		if (r < 0 && fault.scope != SCOPE_MESSAGE) {
			if (err)
				*err = fault;
			return r;
		}
		if (r > 0 && letters[i].is_held) {
			letters[i].outgoing.outcome = OUTCOME_FAILED;
			letters[i].outgoing.answer = letters[i].row.recipients[0].reply;
			continue;
		}
		if (r > 0) {
			items[ready++] = &letters[i].outgoing;
			bytes += letters[i].mime.n;
			recipients += (int64_t)letters[i].outgoing.recipient_count;
			if (bytes > BATCH_BYTES || recipients >= post->left.recipients ||
			    (int64_t)bytes >= post->left.bytes)
				*n = i + 1;
			continue;
		}
		letters[i].is_lost = r < 0;
		letters[i].outgoing.outcome = r < 0 ? OUTCOME_FAILED : OUTCOME_PENDING;
		letters[i].outgoing.answer = r < 0 ? arena_cstr(arena, str_of(fault.text)) : "";
	}
	return ready;
}

/* Where the provider's allowance is used up, what is due waits: E_LIMIT with the time. */
static int ask_budget(struct post *post, struct db *db, struct error *err)
{
	int64_t now = clock_now_ms();
	char at[32];
	int r = post->is_counted ? budget_ask(db, post->account, &post->budget, now, &post->left, err) : 0;

	if (r < 0 || post->left.messages > 0)
		return r;
	clock_format_iso(post->left.send_at, at);
	fail(err, E_LIMIT, RETRY_LATER, "what the provider allows is used up (limits/%s): mail waits until %s",
	     post->left.spent, at);
	if (err)
		err->retry_after_ms = MAX(post->left.send_at - now, 1000);
	return E_LIMIT;
}

/* All that may go at once: nothing is said of recipients and bytes while a message may go. */
static size_t batch_size(const struct post *post)
{
	return (size_t)MIN(post->left.messages, BATCH);
}

/* Sends up to BATCH letters; returns how many were due. */
static int send_batch(struct post *post, struct db *db, struct sender *sender, const char *account_id,
                      struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct letter letters[BATCH] = {0};
	struct outgoing *items[BATCH];
	int64_t ids[BATCH];
	int n = outbox_due(db, account_id, clock_now_ms(), ids, BATCH, err), ready, sent;

	if (n > 0) {
		int r = ask_budget(post, db, err);

		n = r < 0 ? r : MIN(n, (int)batch_size(post));
	}
	if (n <= 0)
		return n;
	post->letters = letters;
	ready = load_batch(post, db, ids, &n, arena, letters, items, err);
	post->n = n;
	sent = ready <= 0 ? ready : sender_send(sender, items, (size_t)ready, err);
	if (ready >= 0) {
		int recorded;

		fault_step("dot-after");
		recorded = record_surely(post, sent < 0 ? NULL : err);
		sent = sent < 0 ? sent : recorded;
	}
	for (int i = 0; i < BATCH; i++)
		buf_done(&letters[i].mime);
	return sent < 0 ? sent : n;
}

/* ---------------------------------------------------------------- one account */

static int open_sender(struct post *post, const struct account *account, struct sender **ret_sender, struct error *err)
{
	const struct outbox_options *options = post->options;
	struct account_connection connection;
	struct sender_options sender;
	int r = account_send_connection(account, setup_provider(options->setup, account->provider), &connection, err);

	if (r < 0)
		return r;
	sender = sender_options_of(&connection);
	r = tokens_login(options->store, options->setup, &connection, &sender.login, err);
	if (r < 0)
		return r;
	sender.transcript = options->transcript;
	sender.transcript_ctx = options->transcript_ctx;
	sender.login.transcript = sender.transcript;
	sender.login.transcript_ctx = sender.transcript_ctx;
	sender.before_dot = mark_sending;
	sender.before_dot_ctx = post;
	return sender_open(sender_ops_of((enum send_protocol)connection.protocol), &sender, ret_sender, err);
}

static void prepare_budget(struct post *post, const struct account *account)
{
	const struct budget none = {0};

	post->account = account->id;
	post->provider = setup_provider(post->options->setup, account->provider);
	post->budget = budget_of(post->provider);
	post->is_counted = memcmp(&post->budget, &none, sizeof none) != 0;
	post->left = (struct budget_left){INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, 0, 0, NULL};
}

/* Before a connection is made for nothing: paused, throttled, or over its budget. */
static int check_halted(struct post *post, struct db *db, struct error *err)
{
	int r = pause_is(db, "account", post->account, err);

	if (r > 0)
		return fail(err, E_STOPPED, RETRY_LATER, "paused: 'hauspost resume --account %s' lets it send",
		            post->account);
	if (r == 0)
		r = throttle_check(db, post->account, err);
	post->was_throttled = r > 0;
	return r < 0 ? r : ask_budget(post, db, err);
}

/* Over one connection. 1: it is over, and what waits is worth another one at once: a server that ends it after some
 * letters, or a letter that was taken back in the middle of its text. */
static int send_once(struct post *post, const struct account *account, struct db *db, struct error *err)
{
	struct sender *sender CLEANUP(sender_closep) = NULL;
	int64_t before = post->counts->sent + post->counts->parts;
	struct error fault = {0};
	int r = open_sender(post, account, &sender, &fault);
	bool is_open = r >= 0;

	while (r >= 0 && !is_stopped(post)) {
		r = send_batch(post, db, sender, account->id, &fault);
		if (r <= 0)
			break;
		if (post->was_throttled)
			throttle_over(post->options->store, account->id);
		post->was_throttled = false;
	}
	if (r >= 0 || (is_open && r == E_STOPPED))
		return 0;
	if (is_open && (r == E_CONFLICT || (r == E_CLOSED && post->counts->sent + post->counts->parts > before)))
		return 1;
	if (err)
		*err = fault;
	return r;
}

static int send_all(struct post *post, const struct account *account, struct db *db, struct error *err)
{
	int r = send_once(post, account, db, err);

	for (int i = 1; r > 0 && i < CONNECTIONS && !is_stopped(post); i++) {
		int64_t id;

		r = outbox_due(db, account->id, clock_now_ms(), &id, 1, err);
		if (r > 0)
			r = send_once(post, account, db, err);
	}
	return MIN(r, 0);
}

int outbox_send_account(const struct outbox_options *options, const char *account_id, struct outbox_counts *counts,
                        struct error *err)
{
	const struct account *account = setup_account(options->setup, account_id);
	struct post post = {.options = options, .counts = counts};
	struct db *db CLEANUP(db_closep) = NULL;
	int r;

	if (!account)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "account %s: no such account; its mail waits in the outbox",
		            account_id);
	if (!account->send.enabled)
		return fail(err, E_INVALID, RETRY_NEVER, "account %s: sending is switched off (send/enabled)",
		            account_id);
	prepare_budget(&post, account);
	r = store_connect(options->store, &db, err);
	if (r == 0)
		r = outbox_recover_own(options, account_id, err);
	if (r == 0)
		r = check_halted(&post, db, err);
	if (r == 0) {
		struct error fault = {0};

		r = send_all(&post, account, db, &fault);
		if (r == E_THROTTLED && throttle_note(options->store, account_id, &fault) < 0)
			log_debug("outbox", "account %s is asked again", account_id);
		if (r < 0 && err)
			*err = fault;
	}
	return r < 0 ? error_prefix(err, "account %s", account_id) : 0;
}
