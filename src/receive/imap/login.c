/* Log-in: the lines of AUTHENTICATE (RFC 3501 §6.2.2, RFC 4959), what goes into them being auth/sasl.h's; and the LOGIN
 * command. */
#include "receive/imap/session.h"

/* One log-in: the command of the try that runs. */
struct attempt {
	struct imap *imap;
	struct imap_command command;
};

static void attempt_donep(struct attempt *attempt)
{
	imap_command_done(&attempt->command);
}

/* Waits for "+"; returns 1 when it came, 0 when the command was answered instead. */
static int await_continuation(struct imap *imap, const struct imap_command *command, const char *step,
                              struct error *err)
{
	imap->continued = false;
	while (!imap->continued && command->status == STATUS_PENDING) {
		int r = imap_read(imap, step, err);
		if (r < 0)
			return r;
	}
	return imap->continued;
}

static int send_secret(struct imap *imap, struct str text, struct error *err)
{
	int r = stream_write_secret(imap->stream, text, err);

	return r < 0 ? imap_break(imap, err) : 0;
}

/* BAD: it says it could, and can't. NO is an answer to who we are, unless Cyrus has it: for a message that it can't do
 * anything with (a kind of channel binding that it doesn't know) it says NO and this. */
static bool is_unable(const struct imap_command *command)
{
	return command->status == STATUS_BAD ||
	       (command->code == CODE_NONE && str_starts_nocase(str_of(command->text), STR("bad protocol")));
}

static void take_status(const struct attempt *attempt, struct sasl_answer *ret)
{
	ret->kind = attempt->command.status == STATUS_OK ? SASL_DONE
	            : is_unable(&attempt->command)       ? SASL_CANNOT
	                                                 : SASL_REFUSED;
	if (ret->kind != SASL_DONE)
		imap_refusal(&attempt->command, "login", SCOPE_ACCOUNT, E_AUTH, RETRY_NEVER, &ret->fault);
}

/* ---------------------------------------------------------------- AUTHENTICATE */

static int begin(void *ctx, const char *name, struct str initial, struct error *err)
{
	struct attempt *attempt = ctx;
	struct imap *imap = attempt->imap;
	struct buf out CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);
	int r;

	imap_command_done(&attempt->command);
	imap_begin(imap, &out);
	buf_printf(&out, "AUTHENTICATE %s", name);
	if (!initial.p)
		return imap_send(imap, &out, &attempt->command, err);
	buf_add_char(&out, ' ');
	r = imap_send_open(imap, &out, &attempt->command, err);
	if (r == 0)
		r = send_secret(imap, initial, err);
	return r < 0 ? r : send_secret(imap, STR("\r\n"), err);
}

static int respond(void *ctx, struct str line, struct error *err)
{
	struct attempt *attempt = ctx;
	int r = send_secret(attempt->imap, line, err);

	return r < 0 ? r : send_secret(attempt->imap, STR("\r\n"), err);
}

static int read_answer(void *ctx, struct sasl_answer *ret, struct error *err)
{
	struct attempt *attempt = ctx;
	int r = await_continuation(attempt->imap, &attempt->command, "login", err);

	if (r < 0)
		return r;
	if (r == 1) {
		ret->kind = SASL_CHALLENGE;
		ret->text = imap_text(&attempt->imap->reader);
	} else {
		take_status(attempt, ret);
	}
	return 0;
}

/* ---------------------------------------------------------------- LOGIN */

/* An astring within a command: quoted, else a literal. Returns 0 where the server answered instead of taking it. */
static int send_astring(struct imap *imap, const struct imap_command *command, struct str text, const char *behind,
                        struct error *err)
{
	struct buf out CLEANUP(buf_wipe) = BUF_INIT(IMAP_COMMAND_MAX);
	bool plus = imap->capabilities & CAP_LITERAL_PLUS;
	int r;

	if (!buf_room(&out, 2 * text.n + 16))
		return fail(err, E_INVALID, RETRY_NEVER, "user name or password is too long");
	if (imap_is_quotable(text, false)) {
		r = imap_put_quoted(&out, text, false, err);
	} else {
		r = imap_put_literal_head(&out, text, plus, err);
		if (r == 0 && !plus) {
			r = send_secret(imap, buf_str(&out), err);
			if (r == 0)
				r = await_continuation(imap, command, "login", err);
			if (r <= 0)
				return r;
			buf_clear(&out);
		}
		buf_add(&out, text);
	}
	if (r < 0)
		return r;
	buf_add_cstr(&out, behind);
	r = send_secret(imap, buf_str(&out), err);
	return r < 0 ? r : 1;
}

static int log_in_by_command(void *ctx, struct str user, struct str password, struct sasl_answer *ret,
                             struct error *err)
{
	struct attempt *attempt = ctx;
	struct imap *imap = attempt->imap;
	struct buf out CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);
	int r;

	imap_command_done(&attempt->command);
	imap_begin(imap, &out);
	buf_add(&out, STR("LOGIN "));
	r = imap_send_open(imap, &out, &attempt->command, err);
	if (r == 0)
		r = send_astring(imap, &attempt->command, user, " ", err);
	if (r > 0)
		r = send_astring(imap, &attempt->command, password, "\r\n", err);
	if (r >= 0)
		r = imap_finish(imap, &attempt->command, "login", err);
	if (r < 0)
		return r;
	take_status(attempt, ret);
	return 0;
}

/* ---------------------------------------------------------------- both */

static int no_way_to_log_in(struct imap *imap, struct error *err)
{
	if (!stream_is_tls(imap->stream))
		return fail(err, E_INSECURE, RETRY_NEVER,
		            "the server takes no password over an unencrypted connection (LOGINDISABLED): set the "
		            "account's security to STARTTLS or TLS");
	return fail(err, E_UNSUPPORTED, RETRY_NEVER,
	            "the server offers no way to log in at all (LOGINDISABLED and no AUTH=)");
}

static bool is_quotable(const struct login *login)
{
	return imap_is_quotable(str_of(login->user), false) &&
	       (!login->password || imap_is_quotable(secret_reveal(login->password), false));
}

/* AUTHENTICATE with its initial response costs one round trip and takes any character; so does LOGIN where both texts
 * are plain. */
static int log_in(struct imap *imap, const struct receiver_options *options, struct error *err)
{
	static const struct sasl_peer peer = {
	        .begin = begin, .respond = respond, .read = read_answer, .command = log_in_by_command};
	struct attempt attempt CLEANUP(attempt_donep) = {.imap = imap};
	struct sasl_offer offer = imap->offer;
	bool initial = imap->capabilities & CAP_SASL_IR;
	const struct sasl_options sasl = {
	        .login = &options->login,
	        .stream = imap->stream,
	        .host = options->stream.host,
	        .port = options->stream.port,
	        .offer = &offer,
	        .command_first = !initial && is_quotable(&options->login),
	        .max_initial = initial ? IMAP_COMMAND_MAX - 64 : 0,
	        .peer = &peer,
	        .ctx = &attempt,
	};

	if (!(imap->capabilities & CAP_LOGINDISABLED))
		offer.mechanisms |= SASL_BIT(SASL_COMMAND);
	if (!offer.mechanisms && !*offer.other)
		return no_way_to_log_in(imap, err);
	imap->capabilities_told = false; /* they change with the login; many servers tell the new ones with its OK */
	return sasl_log_in(&sasl, err);
}

int imap_log_in(struct imap *imap, const struct receiver_options *options, struct error *err)
{
	int r = log_in(imap, options, err);

	return r < 0 && !imap->broken.code ? imap_break(imap, err) : r;
}
