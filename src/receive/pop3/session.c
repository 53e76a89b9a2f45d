/* The life of a session, downwards: greet, secure, log in, list … say goodbye. See session.h.
 *
 * Round trips: CAPA once in clear and once behind STLS, none behind the log-in; where PIPELINING is offered, user and
 * password leave together, and so do LIST and UIDL. */
#include "receive/pop3/session.h"

#include "base/mem.h"
#include "receive/connect.h"
#include "receive/names_memory.h"

#include <stdio.h>

#define GOODBYE_MS 1000

/* ---------------------------------------------------------------- new and close */

static struct pop3 *pop3_new(struct stream *stream, const struct receiver_options *options)
{
	struct pop3 *pop3 = mem_new(1, sizeof *pop3);
	struct receiver_options *o = &pop3->options;

	pop3->receiver.ops = &pop3_receiver;
	pop3->stream = stream;
	*o = *options;
	o->stream = (struct stream_options){0};
	o->login = (struct login){0};
	o->folder = o->after_folder = NULL;
	o->batch_bytes = o->batch_bytes ? MIN(o->batch_bytes, MIB(64)) : MIB(2);
	o->batch_count = o->batch_count > 0 ? MIN(o->batch_count, 1000) : 100;
	o->max_message_bytes = o->max_message_bytes ? o->max_message_bytes : MIB(50);
	o->step_timeout_ms = o->step_timeout_ms > 0 ? o->step_timeout_ms : 60000;
	pop3->own_names = options->names ? NULL : names_memory_new();
	pop3->names = options->names ? options->names : pop3->own_names;
	pop3->texts = arena_new();
	if (options->transcript)
		stream_set_transcript(stream, options->transcript, options->transcript_ctx);
	return pop3;
}

/* The answer to QUIT is waited for, but not for long: until then some servers keep the mailbox locked, and the next
 * connection would find it so. Where messages are still on their way, hanging up is quicker for both. */
static void say_goodbye(struct pop3 *pop3)
{
	struct pop3_reply reply;
	struct error err;

	if (pop3->broken.code || pop3->is_over || !pop3->is_logged_in || pop3->answered < pop3->asked)
		return;
	pop3->options.step_timeout_ms = MIN(pop3->options.step_timeout_ms, GOODBYE_MS);
	if (pop3_send(pop3, &err, "QUIT") == 0 && pop3_read_reply(pop3, "quit", &reply, &err) < 0)
		return;
}

static void close_pop3(struct receiver *r)
{
	struct pop3 *pop3 = (struct pop3 *)r;

	say_goodbye(pop3);
	pop3_free_wanted(pop3);
	names_free(pop3->own_names);
	stream_close(pop3->stream);
	arena_free(pop3->texts);
	free(pop3->mails);
	free(pop3->deleted);
	free(pop3);
}

static void pop3_closep(struct pop3 **pop3)
{
	if (*pop3)
		close_pop3(&(*pop3)->receiver);
}

/* ---------------------------------------------------------------- what is asked of POP3 and can't be */

static int check_options(const struct receiver_options *options, struct error *err)
{
	if (options->folder && !str_eq_nocase(str_of(options->folder), STR("INBOX")))
		return fail_scope(err, SCOPE_FOLDER, E_NOT_FOUND, RETRY_NEVER,
		                  "folder %.100s: POP3 has no folders but INBOX", options->folder);
	if (options->after != AFTER_LEAVE && options->after != AFTER_DELETE)
		return fail_scope(err, SCOPE_FOLDER, E_UNSUPPORTED, RETRY_NEVER,
		                  "POP3 can't mark mail as seen or move it: after must be leave or delete");
	return 0;
}

/* ---------------------------------------------------------------- greeting and capabilities */

static int read_greeting(struct pop3 *pop3, struct error *err)
{
	struct pop3_reply reply;
	int r = pop3_read_reply(pop3, "greeting", &reply, err);

	if (r < 0 && err->code == E_PROTOCOL) {
		error_prefix(err, "no POP3 server answers here");
		pop3->broken = *err;
	}
	if (r == 0 && reply.ok)
		stream_tell(pop3->stream, WATCH_GREETED, reply.text);
	if (r < 0 || reply.ok)
		return r;
	pop3_refused(&reply, "greeting", SCOPE_ACCOUNT, E_REFUSED, RETRY_LATER, err);
	return pop3_break(pop3, err);
}

static void take_sasl(struct pop3 *pop3, struct str words)
{
	struct str word;

	while (words.n && str_split(&words, ' ', &word))
		sasl_offer_add(&pop3->offer, word);
}

static void take_capability(struct pop3 *pop3, struct str line)
{
	static const struct {
		struct str word;
		enum pop3_capability capability;
	} words[] = {
	        {STR_INIT("STLS"), POP3_CAP_STLS}, {STR_INIT("PIPELINING"), POP3_CAP_PIPELINING},
	        {STR_INIT("UIDL"), POP3_CAP_UIDL}, {STR_INIT("TOP"), POP3_CAP_TOP},
	        {STR_INIT("USER"), POP3_CAP_USER},
	};
	struct str rest = str_trim(line), word = STR_NULL, first;
	uint64_t seconds;

	str_split(&rest, ' ', &word);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_nocase(word, words[i].word))
			pop3->capabilities |= words[i].capability;
	if (str_eq_nocase(word, STR("SASL")))
		take_sasl(pop3, rest);
	else if (str_eq_nocase(word, STR("LOGIN-DELAY")) && str_split(&rest, ' ', &first) &&
	         str_to_uint(first, INT32_MAX, &seconds))
		pop3->login_delay_s = (int)MIN(seconds, 24 * 3600);
}

/* A server that doesn't know CAPA is of the time before it: USER and PASS, and TOP and UIDL may be there. */
static int ask_capabilities(struct pop3 *pop3, struct error *err)
{
	struct buf offered CLEANUP(buf_done) = BUF_INIT(KIB(2)); /* for who watches */
	struct pop3_reply reply;
	struct str line;
	int r = pop3_send(pop3, err, "CAPA"), lines = 0;

	pop3->capabilities = 0;
	pop3->offer = (struct sasl_offer){0};
	if (r == 0)
		r = pop3_read_reply(pop3, "capabilities", &reply, err);
	if (r < 0)
		return r;
	pop3->has_capabilities = reply.ok;
	if (!reply.ok)
		return 0;
	while ((r = pop3_read_line(pop3, &line, err)) > 0) {
		if (++lines > 1000) {
			fail(err, E_LIMIT, RETRY_LATER, "capabilities: more than 1000 lines arrived");
			return pop3_break(pop3, err);
		}
		take_capability(pop3, line);
		buf_printf(&offered, "%s" STR_FMT, offered.n ? ", " : "", STR_ARG(line));
	}
	if (r == 0)
		stream_tell(pop3->stream, WATCH_CAPABLE, buf_str(&offered));
	return r;
}

/* ---------------------------------------------------------------- STLS */

static int stripped(struct pop3 *pop3, const char *why, struct error *err)
{
	fail(err, E_INSECURE, RETRY_NEVER,
	     "STARTTLS is demanded, but %s; no password was sent (wrong port, or somebody in between strips it)", why);
	return pop3_break(pop3, err);
}

static int secure(struct pop3 *pop3, const struct receiver_options *options, struct error *err)
{
	struct pop3_reply reply;
	int r;

	if (options->security != SECURITY_STARTTLS || stream_is_tls(pop3->stream))
		return 0;
	if (!(pop3->capabilities & POP3_CAP_STLS))
		return stripped(pop3, "the server doesn't offer it (STLS)", err);
	r = pop3_send(pop3, err, "STLS");
	if (r == 0)
		r = pop3_read_reply(pop3, "starttls", &reply, err);
	if (r < 0)
		return r;
	if (!reply.ok)
		return stripped(pop3, "the server refuses it", err);
	if (stream_starttls(pop3->stream, &options->stream, err) < 0)
		return pop3_break(pop3, err);
	return ask_capabilities(pop3, err); /* what was said in clear counts for nothing */
}

/* ---------------------------------------------------------------- open */

static void tell_listed(const struct pop3 *pop3)
{
	char text[80];

	snprintf(text, sizeof text, "%zu message%s, is polled (POP3)", pop3->mail_count,
	         pop3->mail_count == 1 ? "" : "s");
	stream_tell(pop3->stream, WATCH_SELECTED, str_of(text));
}

int pop3_open_on(struct stream *stream, const struct receiver_options *options, struct receiver **ret,
                 struct error *err)
{
	struct pop3 *pop3 CLEANUP(pop3_closep) = pop3_new(stream, options);
	int r = check_options(options, err);

	if (r == 0)
		r = read_greeting(pop3, err);
	if (r == 0)
		r = ask_capabilities(pop3, err);
	if (r == 0)
		r = secure(pop3, options, err);
	if (r == 0) {
		stream_tell(stream, WATCH_LOGGING_IN, STR(""));
		r = pop3_log_in(pop3, options, err);
	}
	if (r < 0)
		return r;
	pop3->is_logged_in = true;
	stream_tell(stream, WATCH_LOGGED_IN, STR(""));
	r = pop3_list_mailbox(pop3, err);
	if (r < 0)
		return r;
	tell_listed(pop3);
	*ret = &take(pop3)->receiver;
	return 0;
}

static int open_pop3(const struct receiver_options *options, struct receiver **ret, struct error *err)
{
	return receiver_connect(options, pop3_open_on, ret, err);
}

static uint32_t uidvalidity_of(const struct receiver *r)
{
	return names_uidvalidity(((const struct pop3 *)r)->names);
}

static int fd_of(const struct receiver *r)
{
	return stream_fd(((const struct pop3 *)r)->stream);
}

static int pause_of(const struct receiver *r)
{
	return ((const struct pop3 *)r)->login_delay_s;
}

const struct receiver_ops pop3_receiver = {
        .name = "pop3",
        .is_named = true,
        .is_snapshot = true,
        .open = open_pop3,
        .scan = pop3_scan,
        .scan_these = pop3_scan_these,
        .next = pop3_next,
        .acknowledge_begin = pop3_acknowledge_begin,
        .acknowledge_end = pop3_acknowledge_end,
        .move = pop3_move,
        .list = pop3_list,
        .search_days = pop3_search_days,
        .idle_start = pop3_idle_start,
        .idle_ready = pop3_no_idle,
        .idle_stop = pop3_no_idle,
        .noop = pop3_noop,
        .uidvalidity = uidvalidity_of,
        .fd = fd_of,
        .pause_s = pause_of,
        .close = close_pop3,
};
