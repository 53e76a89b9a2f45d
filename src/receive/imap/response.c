/* Commands and responses of a session: see session.h. */
#include "receive/imap/session.h"

#include "auth/throttle.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>

static const char *host_of(const struct imap *imap)
{
	return imap->options.stream.host ? imap->options.stream.host : "server";
}

/* ---------------------------------------------------------------- faults */

int imap_usable(const struct imap *imap, struct error *err)
{
	if (imap->broken.code == 0)
		return 0;
	if (err)
		*err = imap->broken;
	return imap->broken.code;
}

int imap_break(struct imap *imap, struct error *err)
{
	error_prefix(err, "%s", host_of(imap));
	imap->broken = *err;
	return err->code;
}

/* clang-format off */
static const struct {
	struct str word;
	enum imap_code code;
} code_words[] = {
	{STR_INIT("ALERT"), CODE_ALERT},
	{STR_INIT("ALREADYEXISTS"), CODE_ALREADYEXISTS},
	{STR_INIT("AUTHENTICATIONFAILED"), CODE_AUTHENTICATIONFAILED},
	{STR_INIT("AUTHORIZATIONFAILED"), CODE_AUTHORIZATIONFAILED},
	{STR_INIT("CAPABILITY"), CODE_CAPABILITY},
	{STR_INIT("CONTACTADMIN"), CODE_CONTACTADMIN},
	{STR_INIT("EXPIRED"), CODE_EXPIRED},
	{STR_INIT("EXPUNGEISSUED"), CODE_EXPUNGEISSUED},
	{STR_INIT("INUSE"), CODE_INUSE},
	{STR_INIT("LIMIT"), CODE_LIMIT},
	{STR_INIT("NONEXISTENT"), CODE_NONEXISTENT},
	{STR_INIT("NOPERM"), CODE_NOPERM},
	{STR_INIT("OVERQUOTA"), CODE_OVERQUOTA},
	{STR_INIT("PRIVACYREQUIRED"), CODE_PRIVACYREQUIRED},
	{STR_INIT("READ-ONLY"), CODE_READ_ONLY},
	{STR_INIT("READ-WRITE"), CODE_READ_WRITE},
	{STR_INIT("SERVERBUG"), CODE_SERVERBUG},
	{STR_INIT("THROTTLED"), CODE_THROTTLED},
	{STR_INIT("TRYCREATE"), CODE_TRYCREATE},
	{STR_INIT("UIDVALIDITY"), CODE_UIDVALIDITY},
	{STR_INIT("UNAVAILABLE"), CODE_UNAVAILABLE},
};
/* clang-format on */

static enum imap_code code_of(struct str word)
{
	if (word.n == 0)
		return CODE_NONE;
	for (size_t i = 0; i < ARRAY_LEN(code_words); i++)
		if (str_eq_nocase(word, code_words[i].word))
			return code_words[i].code;
	return CODE_OTHER;
}

/* What a response code says of a refusal; leaves both alone where it says nothing. */
static void judge_code(enum imap_code code, int *error_code, enum retry *retry)
{
	switch (code) {
	case CODE_AUTHENTICATIONFAILED:
	case CODE_AUTHORIZATIONFAILED:
	case CODE_EXPIRED:
		*error_code = E_AUTH;
		*retry = RETRY_NEVER;
		break;
	case CODE_PRIVACYREQUIRED:
		*error_code = E_INSECURE;
		*retry = RETRY_NEVER;
		break;
	case CODE_NOPERM:
	case CODE_READ_ONLY:
		*error_code = E_REFUSED;
		*retry = RETRY_NEVER;
		break;
	case CODE_NONEXISTENT:
	case CODE_TRYCREATE:
		*error_code = E_NOT_FOUND;
		*retry = RETRY_NEVER;
		break;
	case CODE_INUSE:
		*error_code = E_IN_USE;
		*retry = RETRY_LATER;
		break;
	case CODE_LIMIT:
	case CODE_THROTTLED:
		*error_code = E_THROTTLED;
		*retry = RETRY_LATER;
		break;
	case CODE_UNAVAILABLE:
	case CODE_SERVERBUG:
	case CODE_CONTACTADMIN:
	case CODE_OVERQUOTA:
	case CODE_EXPUNGEISSUED:
		*retry = RETRY_LATER;
		break;
	case CODE_NONE:
	case CODE_OTHER:
	case CODE_ALERT:
	case CODE_ALREADYEXISTS:
	case CODE_CAPABILITY:
	case CODE_READ_WRITE:
	case CODE_UIDVALIDITY:
		break;
	}
}

/* Codes by which the account as a whole is told to wait: where log-in or connection is refused, more of them than where
 * one folder is. */
static bool is_throttling(enum imap_code code, enum scope scope)
{
	if (code == CODE_THROTTLED)
		return true;
	return scope == SCOPE_ACCOUNT &&
	       (code == CODE_LIMIT || code == CODE_UNAVAILABLE || code == CODE_INUSE || code == CODE_OVERQUOTA);
}

/* The words say more than the code: for how long, and that it is the account which is meant. */
static int judge_throttling(enum imap_code code, const char *text, struct error *err)
{
	if (throttle_judge(0, str_of(text), err) || !err || !is_throttling(code, err->scope))
		return err ? err->code : E_THROTTLED;
	err->code = E_THROTTLED;
	err->retry = RETRY_LATER;
	err->scope = SCOPE_ACCOUNT;
	err->retry_after_ms = throttle_wait_in_words(str_of(text));
	return err->code;
}

int imap_refusal(const struct imap_command *command, const char *step, enum scope scope, int code, enum retry retry,
                 struct error *err)
{
	const char *text = command->text ? command->text : "";

	judge_code(command->code, &code, &retry);
	fail_scope(err, scope, code, retry, "%s: the server says %s: %s", step,
	           command->status == STATUS_BAD ? "BAD" : "NO", text);
	return judge_throttling(command->code, text, err);
}

int imap_refused(const struct imap *imap, const struct imap_command *command, const char *step, enum scope scope,
                 int code, enum retry retry, struct error *err)
{
	imap_refusal(command, step, scope, code, retry, err);
	return error_prefix(err, "%s", host_of(imap));
}

/* ---------------------------------------------------------------- commands */

void imap_begin(struct imap *imap, struct buf *out)
{
	buf_printf(out, "H%u ", imap->last_tag + 1);
}

void imap_command_done(struct imap_command *command)
{
	if (command->imap)
		for (struct imap_command **at = &command->imap->in_flight; *at; at = &(*at)->next)
			if (*at == command) {
				*at = command->next;
				break;
			}
	free(command->text);
	*command = (struct imap_command){0};
}

int imap_send_open(struct imap *imap, const struct buf *out, struct imap_command *command, struct error *err)
{
	must(!out->failed && !command->imap);
	int r = stream_write(imap->stream, buf_str(out), err);
	if (r < 0)
		return imap_break(imap, err);
	*command = (struct imap_command){.imap = imap, .tag = ++imap->last_tag, .next = imap->in_flight};
	imap->in_flight = command;
	return 0;
}

int imap_send(struct imap *imap, struct buf *out, struct imap_command *command, struct error *err)
{
	buf_add(out, STR("\r\n"));
	return imap_send_open(imap, out, command, err);
}

int imap_send_plain(struct imap *imap, const char *text, struct imap_command *command, struct error *err)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);

	imap_begin(imap, &out);
	buf_add_cstr(&out, text);
	return imap_send(imap, &out, command, err);
}

/* Answered: out of flight. NULL where no command has that tag. */
static struct imap_command *land(struct imap *imap, uint64_t tag)
{
	for (struct imap_command **at = &imap->in_flight; *at; at = &(*at)->next)
		if ((*at)->tag == tag) {
			struct imap_command *command = *at;

			*at = command->next;
			command->next = NULL;
			return command;
		}
	return NULL;
}

int imap_finish(struct imap *imap, const struct imap_command *command, const char *step, struct error *err)
{
	int r = imap_usable(imap, err);

	while (r == 0 && command->status == STATUS_PENDING)
		r = imap_read(imap, step, err);
	return r;
}

/* ---------------------------------------------------------------- status responses */

/* clang-format off */
static const struct {
	struct str word;
	enum imap_capability capability;
} capability_words[] = {
	{STR_INIT("IMAP4rev1"), CAP_IMAP4REV1},
	{STR_INIT("IMAP4rev2"), CAP_IMAP4REV2},
	{STR_INIT("STARTTLS"), CAP_STARTTLS},
	{STR_INIT("LOGINDISABLED"), CAP_LOGINDISABLED},
	{STR_INIT("SASL-IR"), CAP_SASL_IR},
	{STR_INIT("LITERAL+"), CAP_LITERAL_PLUS},
	{STR_INIT("LITERAL-"), CAP_LITERAL_PLUS},
	{STR_INIT("UIDPLUS"), CAP_UIDPLUS},
	{STR_INIT("MOVE"), CAP_MOVE},
	{STR_INIT("IDLE"), CAP_IDLE},
	{STR_INIT("ENABLE"), CAP_ENABLE},
	{STR_INIT("UTF8=ACCEPT"), CAP_UTF8_ACCEPT},
	{STR_INIT("UTF8=ONLY"), CAP_UTF8_ACCEPT},
	{STR_INIT("ESEARCH"), CAP_ESEARCH},
	{STR_INIT("SPECIAL-USE"), CAP_SPECIAL_USE},
	{STR_INIT("NAMESPACE"), CAP_NAMESPACE},
};
/* clang-format on */

void imap_take_capabilities(struct imap *imap, struct str words)
{
	struct str word;

	stream_tell(imap->stream, WATCH_CAPABLE, words);
	imap->capabilities = 0;
	imap->offer = (struct sasl_offer){0};
	imap->capabilities_told = true;
	while (str_split(&words, ' ', &word)) {
		if (str_starts_nocase(word, STR("AUTH=")))
			sasl_offer_add(&imap->offer, str_slice(word, 5, word.n));
		for (size_t i = 0; i < ARRAY_LEN(capability_words); i++)
			if (str_eq_nocase(word, capability_words[i].word))
				imap->capabilities |= capability_words[i].capability;
	}
	/* RFC 9051 has these built in */
	if (imap->capabilities & CAP_IMAP4REV2)
		imap->capabilities |=
		        CAP_UIDPLUS | CAP_MOVE | CAP_IDLE | CAP_ENABLE | CAP_ESEARCH | CAP_SASL_IR | CAP_LITERAL_PLUS;
}

/* The folder was made anew under our feet: UIDs mean other messages from here on. */
static int take_uidvalidity(struct imap *imap, struct str arguments, struct error *err)
{
	uint64_t value;

	if (!str_to_uint(str_trim(arguments), UINT32_MAX, &value))
		return 0;
	if (imap->selected && value != imap->uidvalidity)
		return fail(err, E_CONFLICT, RETRY_NOW,
		            "the folder's UIDVALIDITY changed from %u to %u while it was open", imap->uidvalidity,
		            (unsigned)value);
	imap->uidvalidity = (uint32_t)value;
	return 0;
}

/* "[CODE arguments] text" behind OK, NO, BAD, BYE. */
static int read_code(struct imap *imap, enum imap_code *ret_code, struct error *err)
{
	struct str word, arguments;

	imap_response_code(&imap->reader, &word, &arguments);
	*ret_code = code_of(word);
	if (*ret_code == CODE_CAPABILITY)
		imap_take_capabilities(imap, arguments);
	if (*ret_code == CODE_UIDVALIDITY)
		return take_uidvalidity(imap, arguments, err);
	if (*ret_code == CODE_READ_ONLY)
		imap->read_only = true;
	if (*ret_code == CODE_READ_WRITE)
		imap->read_only = false;
	if (*ret_code == CODE_ALERT)
		log_warning("imap", "%s: the server alerts: " STR_FMT, host_of(imap),
		            STR_ARG(imap_text(&imap->reader)));
	return 0;
}

static int read_bye(struct imap *imap, struct error *err)
{
	enum imap_code code;
	int error_code = E_CLOSED;
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const char *text;
	enum retry retry = imap->idling ? RETRY_NOW : RETRY_LATER;
	int r = read_code(imap, &code, err);

	if (r < 0)
		return r;
	judge_code(code, &error_code, &retry);
	text = arena_cstr(arena, imap_text(&imap->reader));
	fail(err, error_code, retry, "the server says goodbye: %s", text);
	/* on an idle connection [UNAVAILABLE] is a server that goes down: another may answer at once */
	return imap->idling && code == CODE_UNAVAILABLE ? error_code : judge_throttling(code, text, err);
}

/* The folder's number of messages. Growth is news; what shrinks is told by EXPUNGE. */
static void take_exists(struct imap *imap, uint32_t exists)
{
	if (imap->selected && exists > imap->exists)
		imap->news = true;
	imap->exists = exists;
}

/* ---------------------------------------------------------------- responses */

static int read_numbered(struct imap *imap, uint32_t number, struct error *err)
{
	struct imap_token word;
	int r = imap_token(&imap->reader, &word, err);

	if (r < 0)
		return r;
	if (imap_token_is(&word, STR("FETCH")))
		return imap_read_fetch(imap, err);
	if (imap_token_is(&word, STR("EXISTS")))
		take_exists(imap, number);
	else if (imap_token_is(&word, STR("EXPUNGE")) && imap->exists > 0)
		imap->exists--;
	return imap_skip_rest(&imap->reader, err);
}

static int read_untagged(struct imap *imap, struct error *err)
{
	struct imap_reader *rd = &imap->reader;
	struct imap_token word;
	enum imap_code code;
	uint64_t number;
	int r = imap_token(rd, &word, err);

	if (r < 0)
		return r;
	if (word.kind == TOKEN_ATOM && str_to_uint(word.text, UINT32_MAX, &number))
		return read_numbered(imap, (uint32_t)number, err);
	if (imap_token_is(&word, STR("BYE")))
		return read_bye(imap, err);
	if (imap_token_is(&word, STR("OK")) || imap_token_is(&word, STR("NO")) || imap_token_is(&word, STR("BAD")))
		return read_code(imap, &code, err); /* words for people; the line is done */
	if (imap_token_is(&word, STR("CAPABILITY"))) {
		imap_take_capabilities(imap, imap_text(rd));
		return 0;
	}
	if (imap_token_is(&word, STR("ENABLED")) && str_find_nocase(imap_text(rd), STR("UTF8=ACCEPT")) >= 0)
		imap->utf8 = true;
	if (imap->folders && imap_token_is(&word, STR("LIST")))
		return imap_read_folder(imap, err);
	if (imap->asks_spaces && imap_token_is(&word, STR("NAMESPACE")))
		return imap_read_namespace(imap, err);
	if (word.kind != TOKEN_ATOM)
		return fail(err, E_PROTOCOL, RETRY_LATER, "an answer that is not IMAP: * " STR_FMT,
		            STR_ARG(str_slice(imap_text(rd), 0, 80)));
	return imap_skip_rest(rd, err); /* LIST, FLAGS, VANISHED …, or something of the future */
}

static bool read_status(struct imap_reader *rd, enum imap_status *ret, struct error *err)
{
	struct imap_token word;

	if (imap_token(rd, &word, err) < 0)
		return false;
	if (imap_token_is(&word, STR("OK")))
		*ret = STATUS_OK;
	else if (imap_token_is(&word, STR("NO")))
		*ret = STATUS_NO;
	else if (imap_token_is(&word, STR("BAD")))
		*ret = STATUS_BAD;
	else
		return false;
	return true;
}

/* "H12 OK …": the answer to a command of ours, whichever is meant; servers may finish them in another order. */
static int read_tagged(struct imap *imap, struct str tag, struct str line, struct error *err)
{
	struct imap_command *command = NULL;
	enum imap_status status;
	uint64_t number;

	if (tag.n > 1 && tag.p[0] == 'H' && str_to_uint(str_slice(tag, 1, tag.n), UINT32_MAX, &number) &&
	    read_status(&imap->reader, &status, err))
		command = land(imap, number);
	if (!command)
		return fail(err, E_PROTOCOL, RETRY_LATER,
		            "an answer that is not IMAP, or to no command of ours: " STR_FMT,
		            STR_ARG(str_slice(line, 0, 80)));
	int r = read_code(imap, &command->code, err);
	if (r < 0)
		return r;
	command->status = status;
	if (status != STATUS_OK)
		command->text = str_dup(str_slice(imap_text(&imap->reader), 0, 160));
	return 0;
}

int imap_file_response(struct imap *imap, struct error *err)
{
	struct str line = cursor_rest(&imap->reader.line);
	struct imap_token first;
	int r = imap_token(&imap->reader, &first, err);

	if (r < 0)
		return r;
	if (imap_token_is(&first, STR("*")))
		return read_untagged(imap, err);
	if (first.kind == TOKEN_ATOM && str_starts(first.text, STR("+"))) {
		imap->continued = true;
		return 0;
	}
	if (first.kind == TOKEN_ATOM)
		return read_tagged(imap, first.text, line, err);
	if (first.kind == TOKEN_END) /* an empty line, which some servers send behind a literal */
		return 0;
	return fail(err, E_PROTOCOL, RETRY_LATER, "an answer that is not IMAP: " STR_FMT,
	            STR_ARG(str_slice(line, 0, 80)));
}

int imap_read(struct imap *imap, const char *step, struct error *err)
{
	int r = imap_usable(imap, err);

	if (r < 0)
		return r;
	stream_step(imap->stream, step, imap->options.step_timeout_ms);
	r = imap_reader_next(&imap->reader, err);
	if (r == 0)
		r = imap_file_response(imap, err);
	if (r < 0)
		return imap_break(imap, err);
	return 0;
}
