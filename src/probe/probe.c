/* See probe.h: the two sides of an account. */
#include "probe/probe.h"

#include "auth/tokens.h"
#include "base/clock.h"
#include "base/random.h"
#include "mime/build.h"
#include "probe/track.h"
#include "receive/receiver.h"
#include "send/protect.h"
#include "send/sender.h"
#include "setup/signing.h"

#define MAX_FOLDERS   20
#define MAX_TEST_MAIL MIB(1) /* its signature has certificates with it */
#define MAX_WAIT_MS   20000  /* of one step: a person waits for it */

static const struct provider *provider_of(const struct probe_options *options)
{
	return setup_provider(options->setup, options->account->provider);
}

/* ---------------------------------------------------------------- receiver */

struct folder {
	const char *name;
	const struct listener *listener; /* NULL: INBOX that nobody listens to */
};

/* Those that listeners read; INBOX, which every mailbox has, where there is none. */
static size_t gather_folders(const struct probe_options *options, struct folder ret[MAX_FOLDERS])
{
	const void *const *listeners;
	size_t total = setup_list(options->setup, &listener_type, &listeners), n = 0;

	for (size_t i = 0; i < total && n < MAX_FOLDERS; i++) {
		const struct listener *listener = listeners[i];

		if (strcmp(listener->account, options->account->id) == 0)
			ret[n++] = (struct folder){listener->folder, listener};
	}
	if (n == 0)
		ret[n++] = (struct folder){"INBOX", NULL};
	return n;
}

static int open_folder(struct track *t, struct receiver_options *options, const struct receiver_ops *ops,
                       const struct folder *folder, struct error *err)
{
	struct receiver *receiver CLEANUP(receiver_closep) = NULL;

	t->at.folder = options->folder = folder->name;
	t->listener = folder->listener ? folder->listener->id : NULL;
	options->after = folder->listener ? (enum after)folder->listener->after : AFTER_LEAVE;
	options->after_folder = folder->listener ? folder->listener->after_folder : NULL;
	return receiver_open(ops, options, &receiver, err);
}

/* A folder that can't be opened says nothing of the others. */
static void open_folders(struct track *t, struct receiver_options *options, const struct receiver_ops *ops)
{
	struct folder folders[MAX_FOLDERS];
	size_t n = gather_folders(t->options, folders);
	struct error err;

	options->list_folders = track_folder;
	options->list_folders_ctx = t;
	for (size_t i = 0; i < n; i++) {
		if (open_folder(t, options, ops, &folders[i], &err) < 0) {
			track_failed(t, &err);
			if (err.scope != SCOPE_FOLDER || t->at.phase != PHASE_FOLDER)
				return;
		}
		options->list_folders = NULL;
		if (i + 1 < n)
			track_again(t);
	}
}

/* A profile's token takes the place of the password. */
static int take_tokens(struct track *t, const struct probe_options *options,
                       const struct account_connection *connection, struct login *login, struct error *err)
{
	login->transcript = track_transcript;
	login->transcript_ctx = t;
	if (options->store)
		return tokens_login(options->store, options->setup, connection, login, err);
	if (!*connection->profile)
		return 0;
	return fail(err, E_NOT_FOUND, RETRY_NEVER,
	            "authentication profile %s has no tokens before it is applied: 'hauspost apply' it first",
	            connection->profile);
}

bool probe_receiver(const struct probe_options *options, struct arena *arena, struct probe_result *ret_result)
{
	struct track *t = ARENA_NEW(arena, struct track);
	const struct receiver_ops *ops;
	struct receiver_options receiver;
	struct account_connection connection;
	struct error err;

	track_init(t, options, false, arena);
	if (account_receive_connection(options->account, provider_of(options), &connection, &err) < 0) {
		track_failed(t, &err);
	} else {
		ops = receiver_ops_of((enum receive_protocol)connection.protocol);
		connection.timeout_ms = MIN(connection.timeout_ms, MAX_WAIT_MS);
		receiver = receiver_options_of(&connection);
		receiver.stream.watch = &t->watch;
		receiver.transcript = track_transcript;
		receiver.transcript_ctx = t;
		if (take_tokens(t, options, &connection, &receiver.login, &err) < 0) {
			track_failed(t, &err);
		} else {
			track_connection(t, &connection, ops->name);
			open_folders(t, &receiver, ops);
		}
	}
	track_result(t, ret_result);
	track_done(t);
	return ret_result->ok;
}

/* ---------------------------------------------------------------- sender */

static int try_envelope(struct track *t, struct sender *sender, struct error *err)
{
	const char *address = t->options->account->send.address;
	int r = sender_try_envelope(sender, address, address, err);

	if (r == E_UNSUPPORTED)
		return 0;
	if (r == 0)
		track_step(t, "envelope", PROBE_OK,
		           arena_printf(t->arena, "from and to %s would be taken; nothing was sent", address));
	return r;
}

static int build_mail(const struct account *account, const char *to, struct buf *out, struct error *err)
{
	struct address recipient = {.address = str_of(to)};
	struct buf id CLEANUP(buf_done) = BUF_INIT(400);
	char token[RANDOM_TOKEN_LEN + 1];
	const char *at = strchr(account->send.address, '@');
	struct draft_header automatic = {"Auto-Submitted", STR("auto-generated")};
	struct draft draft = {
	        .from = {.name = str_of(account->send.display_name), .address = str_of(account->send.address)},
	        .to = &recipient,
	        .to_count = 1,
	        .subject = STR("Hauspost: test of the account"),
	        .date = clock_now_ms(),
	        .text = STR(
	                "This mail was sent by 'hauspost test' to try out an account. Nobody needs to answer it.\n"),
	        .headers = &automatic,
	        .header_count = 1,
	        .is_signed = account_signs(account),
	};

	random_token(token);
	buf_printf(&id, "%s%s", token, at ? at : "@localhost");
	draft.message_id = buf_str(&id);
	return draft_build(&draft, out, err);
}

/* As daily mail is. Without a store nobody's certificate is known. */
static int protect_mail(const struct probe_options *options, struct buf *mime, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct account account = *options->account;
	const struct str recipient = str_of(options->send_to);
	struct protect_options protect = {.setup = options->setup,
	                                  .account = &account,
	                                  .recipients = &recipient,
	                                  .recipient_count = 1,
	                                  .at = clock_now_ms()};

	if (!options->store && account_encrypts(&account) && account.send.smime.encrypt == ENCRYPT_REQUIRED)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "account %s sends encrypted mail only, and certificates are known once it is applied: "
		            "'hauspost apply' it first",
		            account.id);
	if (!options->store)
		account.send.smime.encrypt = ENCRYPT_NEVER;
	else if (store_connect(options->store, &db, err) < 0)
		return err->code;
	protect.db = db;
	return mail_protect_is_needed(&account) ? mail_protect(&protect, mime, err) : 0;
}

static int send_mail(struct track *t, struct sender *sender, struct error *err)
{
	struct buf mime CLEANUP(buf_done) = BUF_INIT(MAX_TEST_MAIL);
	struct recipient recipient = {.address = t->options->send_to, .outcome = OUTCOME_PENDING};
	struct outgoing item = {
	        .envelope_from = t->options->account->send.address,
	        .recipients = &recipient,
	        .recipient_count = 1,
	        .arena = t->arena,
	};
	struct outgoing *items[] = {&item};
	int r = build_mail(t->options->account, t->options->send_to, &mime, err);

	if (r == 0)
		r = protect_mail(t->options, &mime, err);
	if (r < 0)
		return r;
	item.mime = buf_str(&mime);
	t->at.phase = PHASE_SENDER;
	r = sender_send(sender, items, 1, err);
	if (r < 0)
		return r;
	if (item.outcome != OUTCOME_SENT) {
		/* not what came to the commands behind it */
		buf_clear(&t->said);
		buf_printf(&t->said, "%d %s", recipient.code, recipient.answer ? recipient.answer : "");
		return fail(err, E_REFUSED, item.outcome == OUTCOME_FAILED ? RETRY_NEVER : RETRY_LATER, "mail: %d %s",
		            recipient.code, recipient.answer ? recipient.answer : "");
	}
	track_step(t, "mail", PROBE_OK,
	           arena_printf(t->arena, "sent to %s: %d %s", recipient.address, recipient.code,
	                        recipient.answer ? recipient.answer : ""));
	return 0;
}

/* What daily mail will meet and this test can't show. */
static void tell_limits(struct track *t, const struct sender_ops *ops)
{
	const struct account *account = t->options->account;

	if (ops == &graph_sender && (account_signs(account) || account_encrypts(account)))
		track_step(t, "size", PROBE_WARNING,
		           STR("signed or encrypted mail goes up to 3 MB, files encoded: Microsoft Graph takes no "
		               "more, and "
		               "a larger one is refused when it is written"));
}

static int use_sender(struct track *t, const struct sender_ops *ops, const struct sender_options *options,
                      struct error *err)
{
	struct sender *sender CLEANUP(sender_closep) = NULL;
	int r = sender_open(ops, options, &sender, err);

	if (r < 0)
		return r;
	t->at.phase = PHASE_SENDER;
	r = t->options->send_to ? send_mail(t, sender, err) : try_envelope(t, sender, err);
	if (r < 0)
		track_failed(t, err); /* before QUIT */
	else
		tell_limits(t, ops);
	return 0;
}

bool probe_sender(const struct probe_options *options, struct arena *arena, struct probe_result *ret_result)
{
	struct track *t = ARENA_NEW(arena, struct track);
	const struct sender_ops *ops;
	struct sender_options sender;
	struct account_connection connection;
	struct error err;

	track_init(t, options, true, arena);
	if (account_send_connection(options->account, provider_of(options), &connection, &err) < 0) {
		track_failed(t, &err);
	} else {
		ops = sender_ops_of((enum send_protocol)connection.protocol);
		connection.timeout_ms = MIN(connection.timeout_ms, MAX_WAIT_MS);
		sender = sender_options_of(&connection);
		sender.stream.watch = &t->watch;
		sender.transcript = track_transcript;
		sender.transcript_ctx = t;
		if (take_tokens(t, options, &connection, &sender.login, &err) < 0) {
			track_failed(t, &err);
		} else {
			track_connection(t, &connection, ops->name);
			if (use_sender(t, ops, &sender, &err) < 0)
				track_failed(t, &err);
		}
	}
	track_result(t, ret_result);
	track_done(t);
	return ret_result->ok;
}

/* ---------------------------------------------------------------- what there is */

bool probe_has_sender(const struct account *account)
{
	return account->send.enabled && account->send.address[0];
}

bool probe_has_receiver(const struct setup *setup, const struct account *account)
{
	const void *const *listeners;
	size_t n = setup_list(setup, &listener_type, &listeners);

	if (!account->receive.enabled)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(((const struct listener *)listeners[i])->account, account->id) == 0)
			return true;
	return account->receive.host[0] || account->receive.profile[0] || secret_is_stored(&account->receive.password);
}
