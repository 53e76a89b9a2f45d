/* See sent_folder.h. */
#include "listen/sent_folder.h"

#include "auth/tokens.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "receive/receiver.h"
#include "store/event_data.h"
#include "store/messages.h"
#include "store/sent_copies.h"
#include "store/status.h"
#include "store/throttles.h"

#define BATCH       20
#define MAX_TRIES   12
#define MAX_MESSAGE MIB(256)
#define LONGEST_MS  HOURS_MS(4)

struct filing {
	const struct sent_folder_options *options;
	const char *account_id;
	const struct account *account; /* NULL: there is none any more */
	struct account_sent_copy where;
	struct receiver *receiver; /* owned; NULL: not open */
	struct error broken; /* code 0 while the mailbox may be tried: one that can't be reached isn't for each copy */
	int count;
};

static void filing_done(struct filing *f)
{
	receiver_close(f->receiver);
}

/* ---------------------------------------------------------------- what is written down */

struct note {
	struct work work;
	struct sent_copy copy;
	int64_t next_try_at;
	bool is_given_up;
};

static int run_note(struct work *work, struct db *db, struct error *err)
{
	struct note *note = (struct note *)(void *)work;
	const struct new_event given_up = {
	        .kind = "outbox.copy-failed", .message_id = note->copy.message_id, .at = clock_now_ms()};
	int r = sent_copy_write(db, &note->copy, note->next_try_at, err);

	if (r == 0 && note->is_given_up)
		r = event_add_data(db, &given_up, json_pack("{s:I}", "outbox", (json_int_t)note->copy.outbox_id), err);
	return r;
}

static int write_state(const struct filing *f, struct sent_copy *copy, const char *state, int64_t next_try_at,
                       struct error *err)
{
	struct note note = {.work = {.run = run_note}, .next_try_at = next_try_at};

	copy->state = state;
	note.copy = *copy;
	note.is_given_up = strcmp(state, "failed") == 0;
	return store_do(f->options->store, &note.work, err);
}

/* `state`: "due" where the server surely has nothing, "filing" where it may. */
static int write_failure(const struct filing *f, struct sent_copy *copy, const char *state, const struct error *fault,
                         struct error *err)
{
	/* The account's own pauses count then (gate.h), and not for ever longer for this copy. */
	bool is_account = fault->scope == SCOPE_ACCOUNT && (fault->code == E_AUTH || fault->code == E_THROTTLED);
	int64_t wait = is_account ? MAX(MINUTES_MS(1), fault->retry_after_ms)
	                          : MIN(MINUTES_MS(1) << MIN(copy->tries, (int64_t)10), LONGEST_MS);

	copy->tries++;
	copy->reason = fault->text;
	if ((copy->tries >= MAX_TRIES && !is_account) || (fault->retry == RETRY_NEVER && fault->scope == SCOPE_FOLDER))
		state = "failed";
	if (copy->tries == 1 || strcmp(state, "failed") == 0)
		log_warning("outbox", "account %s: the copy of outbox row %lld is not in the Sent folder%s: %s",
		            f->account->id, (long long)copy->outbox_id,
		            strcmp(state, "failed") == 0 ? ", and is given up" : " yet", fault->text);
	return write_state(f, copy, state, clock_now_ms() + wait, err);
}

/* ---------------------------------------------------------------- one copy */

static int open_mailbox(struct filing *f, struct error *err)
{
	const struct setup *setup = f->options->setup;
	struct account_connection connection;
	struct receiver_options options;
	int r = account_receive_connection(f->account, setup_provider(setup, f->account->provider), &connection, err);

	if (f->receiver || r < 0)
		return r;
	options = receiver_options_of(&connection);
	options.folder = "INBOX";
	options.transcript = f->options->transcript;
	options.transcript_ctx = f->options->transcript_ctx;
	options.login.transcript = options.transcript;
	options.login.transcript_ctx = options.transcript_ctx;
	r = tokens_login(f->options->store, setup, &connection, &options.login, err);
	if (r < 0)
		return r;
	return receiver_open(receiver_ops_of((enum receive_protocol)connection.protocol), &options, &f->receiver, err);
}

/* The durable mark, then the copy. Negative with *ret_state "due" where it surely didn't leave. */
static int file_one(struct filing *f, struct sent_copy *copy, struct str mime, const char **ret_state,
                    struct error *err)
{
	const struct receiver_append append = {.folder = f->where.folder,
	                                       .hint = f->where.hint,
	                                       .mime = mime,
	                                       .message_ident = copy->message_ident,
	                                       .look_first = strcmp(copy->state, "filing") == 0};
	int r;

	*ret_state = copy->state;
	r = open_mailbox(f, err);
	if (r < 0)
		return r;
	r = write_state(f, copy, "filing", clock_now_ms(), err);
	if (r < 0)
		return r;
	*ret_state = "filing";
	fault_step("copy-before");
	r = receiver_append(f->receiver, &append, err);
	fault_step("copy-after");
	if (r < 0 && err->scope == SCOPE_FOLDER && !append.look_first)
		*ret_state = "due"; /* the server said no, and no earlier try is in doubt */
	return MIN(r, 0);
}

/* It isn't tried for the other copies. */
static void note_broken(struct filing *f, struct error *fault)
{
	const struct sent_folder_options *o = f->options;

	if (fault->code == E_THROTTLED && throttle_note(o->store, f->account_id, fault) < 0)
		log_debug("outbox", "account %s is asked again", f->account_id);
	f->broken = *fault;
	if (o->mailbox_failed)
		o->mailbox_failed(o->ctx, fault);
}

/* 1: filed. A fault of the mailbox is noted: 0, and the connection is given up. */
static int file_or_note(struct filing *f, struct db *db, struct sent_copy *copy, struct error *err)
{
	struct buf mime CLEANUP(buf_done) = BUF_INIT(MAX_MESSAGE);
	const char *state = copy->state;
	struct error fault = {0};
	struct error lost = {0};
	int r;

	if (f->broken.code)
		return write_failure(f, copy, state, &f->broken, err);
	r = raw_get(db, copy->message_id, &mime, &lost);
	if (r < 0 && lost.scope != SCOPE_MESSAGE) {
		*err = lost;
		return r;
	}
	if (r < 0) {
		r = fail_scope(&fault, SCOPE_FOLDER, E_NOT_FOUND, RETRY_NEVER, "its mail can't be read: %s", lost.text);
	} else if (r == 0) {
		r = fail_scope(&fault, SCOPE_FOLDER, E_NOT_FOUND, RETRY_NEVER, "its mail is missing");
	} else {
		r = file_one(f, copy, buf_str(&mime), &state, &fault);
	}
	if (r == 0) {
		r = write_state(f, copy, "done", 0, err);
		return r < 0 ? r : 1;
	}
	receiver_close(f->receiver);
	f->receiver = NULL;
	if (fault.scope == SCOPE_ACCOUNT)
		note_broken(f, &fault);
	return write_failure(f, copy, state, &fault, err);
}

/* ---------------------------------------------------------------- an account */

/* What is due and not wanted any more (the set-up changed) is over. */
static int drop_all(const struct filing *f, struct sent_copy *copies, int n, struct error *err)
{
	int r = 0;

	for (int i = 0; i < n && r == 0; i++) {
		copies[i].reason = "not wanted any more";
		r = write_state(f, &copies[i], "done", 0, err);
	}
	return r;
}

static bool is_stopped(const struct filing *f)
{
	return f->options->stopped && f->options->stopped(f->options->ctx);
}

/* Returns how many were due; those that fail aren't any more. */
static int file_batch(struct filing *f, struct db *db, bool is_wanted, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct sent_copy *copies;
	int r, n = sent_copies_due(db, f->account_id, clock_now_ms(), BATCH, arena, &copies, err);

	if (n <= 0)
		return n;
	if (!is_wanted)
		return drop_all(f, copies, n, err) < 0 ? err->code : n;
	for (int i = 0; i < n && !is_stopped(f); i++) {
		r = file_or_note(f, db, &copies[i], err);
		if (r < 0)
			return r;
		f->count += r;
	}
	return n;
}

/* Paused, or its provider asked for less. */
static int is_halted(struct db *db, const char *account_id, struct error *err)
{
	int64_t now = clock_now_ms(), until_at;
	int r = pause_is(db, "account", account_id, err);

	if (r == 0)
		r = throttle_until(db, account_id, now, &until_at, err);
	else
		return r;
	return r < 0 ? r : r > 0 && until_at > now;
}

int sent_folder_file(const struct sent_folder_options *options, const char *account_id, struct error *err)
{
	struct filing f CLEANUP(filing_done) = {
	        .options = options, .account_id = account_id, .account = setup_account(options->setup, account_id)};
	struct db *db CLEANUP(db_closep) = NULL;
	bool is_wanted;
	int r;

	is_wanted = f.account &&
	            account_sent_copy(f.account, setup_provider(options->setup, f.account->provider), &f.where);
	r = store_connect(options->store, &db, err);
	if (r == 0)
		r = is_halted(db, account_id, err);
	if (r != 0)
		return MIN(r, 0);
	do {
		r = file_batch(&f, db, is_wanted, err);
	} while (r == BATCH && !is_stopped(&f));
	return r < 0 ? r : f.count;
}
