/* See session.h. How a session is opened and closed; session.c reads. */
#include "listen/session_parts.h"

#include "auth/connection.h"
#include "auth/tokens.h"
#include "base/mem.h"
#include "receive/names_lasting.h"
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

struct open_folder {
	struct work work;
	struct session *session;
	const char *name;
};

static int run_open_folder(struct work *work, struct db *db, struct error *err)
{
	const struct open_folder *open = (struct open_folder *)(void *)work;
	struct session *s = open->session;

	return folder_open(db, s->options.listener->account, open->name, &s->folder, err);
}

static int open_folder(struct session *s, const char *name, struct error *err)
{
	struct open_folder open = {.work = {.run = run_open_folder}, .session = s, .name = name};

	return store_do(s->options.store, &open.work, err);
}

/* The same mailbox on another server, or another's mailbox, has other names. They belong to the folder's row, which is
 * needed before the connection then. */
static int open_names(struct session *s, const struct receiver_ops *ops, const struct account_connection *connection,
                      struct error *err)
{
	char source[1200];
	int r;

	if (!ops->is_named)
		return 0;
	r = open_folder(s, s->options.listener->folder, err);
	if (r < 0)
		return r;
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
	receiver.transcript_ctx = s->options.transcript_ctx;
	receiver.login.transcript = receiver.transcript;
	receiver.login.transcript_ctx = receiver.transcript_ctx;
	return receiver_open(ops, &receiver, &s->receiver, err);
}

bool session_deletes_at_end(const struct session *s)
{
	return receiver_is_snapshot(s->receiver) && s->options.listener->after == AFTER_DELETE;
}

static int open_session(struct session *s, struct error *err)
{
	int r = open_receiver(s, err);

	if (r == 0)
		r = session_claim_folder(s, err);
	if (r == 0 && !s->names)
		r = open_folder(s, receiver_folder(s->receiver, s->options.listener->folder), err);
	if (r < 0)
		return r;
	s->uidvalidity = s->folder.uidvalidity;
	r = session_note_renumbering(s, err);
	if (r < 0)
		return r;
	return session_deletes_at_end(s) ? 0 : session_acknowledge_leftovers(s, err);
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
	session_free_claim(session);
	free(session);
}
