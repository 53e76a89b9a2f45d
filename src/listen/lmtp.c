/* See lmtp.h. */
#include "listen/lmtp.h"

#include "base/clock.h"
#include "base/cursor.h"
#include "base/mem.h"
#include "listen/lmtp_text.h"

#include <stdarg.h>
#include <stdio.h>

#define MAX_LINE     4096 /* RFC 5321 §4.5.3.1.4 asks for 512, extensions for more */
#define MAX_PATH     1000
#define MAX_MISTAKES 20
#define MAX_TEXT_MS  HOURS_MS(1) /* one mail's text as a whole */
#define MAX_OVERRUN  4           /* so many times the largest mail are read over before the connection is ended */

struct lmtp {
	struct stream *stream;
	const struct lmtp_options *options;
	char *client;                      /* of LHLO; NULL: it didn't come yet */
	char *from;                        /* NULL: no transaction */
	struct lmtp_recipient *recipients; /* max_recipients of them */
	struct lmtp_answer *answers;
	size_t recipient_count;
	struct spool spool;
	bool in_chunks; /* BDAT has begun */
	int mistakes;
	bool ended;
};

void lmtp_answer(struct lmtp_answer *answer, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	answer->code = code;
	vsnprintf(answer->text, sizeof answer->text, fmt, ap);
	va_end(ap);
	for (char *p = answer->text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
}

static int say(struct lmtp *l, struct error *err, const char *line)
{
	return stream_printf(l->stream, err, "%s\r\n", line);
}

/* A client that makes nothing but mistakes is a mistake itself. */
static int refuse(struct lmtp *l, struct error *err, const char *line)
{
	if (++l->mistakes < MAX_MISTAKES)
		return say(l, err, line);
	l->ended = true;
	return say(l, err, "421 4.7.0 too many errors");
}

static int say_answer(struct lmtp *l, const struct lmtp_answer *answer, struct error *err)
{
	return stream_printf(l->stream, err, "%d %s\r\n", answer->code, answer->text);
}

/* ---------------------------------------------------------------- a transaction's begin and end */

static void forget_transaction(struct lmtp *l)
{
	free(take(l->from));
	for (size_t i = 0; i < l->recipient_count; i++)
		free(take(l->recipients[i].address));
	l->recipient_count = 0;
	l->in_chunks = false;
	spool_clear(&l->spool);
}

/* RFC 5321 §4.4: what stands above a mail's own header. */
static void begin_text(struct lmtp *l)
{
	struct buf head CLEANUP(buf_done) = BUF_INIT(KIB(16));
	char date[40];

	clock_format_rfc5322(clock_now_ms(), date);
	buf_printf(&head, "Return-Path: <%s>\r\nReceived: from %s by %s with LMTP", l->from, l->client,
	           l->options->name);
	if (l->recipient_count == 1)
		buf_printf(&head, "\r\n\tfor <%s>", l->recipients[0].address);
	buf_printf(&head, "; %s\r\n", date);
	spool_clear(&l->spool);
	l->spool.max = l->options->max_message_bytes + head.n;
	spool_add(&l->spool, buf_str(&head));
}

/* ---------------------------------------------------------------- LHLO */

static int hello(struct lmtp *l, struct str name, struct error *err)
{
	struct str trimmed = str_trim(name);

	if (!trimmed.n || trimmed.n > 255 || !str_is_ascii(trimmed) || str_find_char(trimmed, ' ') >= 0)
		return refuse(l, err, "501 5.5.4 LHLO needs a name");
	forget_transaction(l);
	free(take(l->client));
	l->client = str_dup(trimmed);
	for (char *p = l->client; *p; p++)
		if (*p < ' ' || *p == '(' || *p == ';')
			*p = '?';
	return stream_printf(l->stream, err,
	                     "250-%s\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
	                     "250-CHUNKING\r\n250 SIZE %llu\r\n",
	                     l->options->name, (unsigned long long)l->options->max_message_bytes);
}

/* ---------------------------------------------------------------- MAIL and RCPT */

/* Between < and >, with quoted strings; a source route before the address is dropped (RFC 5321 §4.1.1.3). */
static bool take_path(struct cursor *in, struct str *ret_path)
{
	struct str path;
	size_t from;
	bool quoted = false;
	ptrdiff_t colon;

	while (cursor_take_char(in, ' '))
		;
	if (!cursor_take_char(in, '<'))
		return false;
	from = in->at;
	for (int c; (c = cursor_peek(in)) >= 0 && (quoted || c != '>'); cursor_next(in)) {
		if (c < 0x20 || c == 0x7f || (!quoted && (c == '<' || c == ' ')))
			return false;
		if (c == '"')
			quoted = !quoted;
		if (c == '\\' && quoted)
			cursor_next(in);
	}
	path = str_new(in->p + from, in->at - from);
	if (!cursor_take_char(in, '>') || path.n > MAX_PATH || !str_is_utf8(path))
		return false;
	colon = path.n && path.p[0] == '@' ? str_find_char(path, ':') : -1;
	*ret_path = colon >= 0 ? str_slice(path, (size_t)colon + 1, path.n) : path;
	return true;
}

/* NULL, or the refusal. */
static const char *mail_parameter(struct lmtp *l, struct str word)
{
	struct str rest = word, key = STR_NULL;
	uint64_t size;

	str_split(&rest, '=', &key);
	if (str_eq_nocase(key, STR("SIZE"))) {
		if (!str_to_uint(rest, UINT64_MAX, &size))
			return "501 5.5.4 SIZE is a number";
		return size > l->options->max_message_bytes ? "552 5.3.4 the message is too large" : NULL;
	}
	if (str_eq_nocase(key, STR("BODY")))
		return str_eq_nocase(rest, STR("7BIT")) || str_eq_nocase(rest, STR("8BITMIME"))
		               ? NULL
		               : "501 5.5.4 BODY is 7BIT or 8BITMIME";
	if (str_eq_nocase(word, STR("SMTPUTF8")))
		return NULL;
	return "555 5.5.4 a parameter that isn't known";
}

static int mail(struct lmtp *l, struct cursor *in, struct error *err)
{
	struct str path, rest, word;

	if (!l->client)
		return refuse(l, err, "503 5.5.1 LHLO first");
	if (l->from)
		return refuse(l, err, "503 5.5.1 a mail is under way already");
	if (!cursor_take_nocase(in, STR("FROM:")) || !take_path(in, &path))
		return refuse(l, err, "501 5.5.4 MAIL FROM:<address>");
	rest = cursor_rest(in);
	while (str_split(&rest, ' ', &word)) {
		const char *refusal = word.n ? mail_parameter(l, word) : NULL;

		if (refusal)
			return refuse(l, err, refusal);
	}
	l->from = str_dup(path);
	return say(l, err, "250 2.1.0 ok");
}

static int rcpt(struct lmtp *l, struct cursor *in, struct error *err)
{
	struct lmtp_recipient *r = &l->recipients[l->recipient_count];
	struct lmtp_answer refusal = {.code = 550, .text = "5.1.1 nobody here has this address"};
	struct str path;

	if (!l->from)
		return refuse(l, err, "503 5.5.1 MAIL first");
	if (l->in_chunks)
		return refuse(l, err, "503 5.5.1 the mail's text has begun");
	if (!cursor_take_nocase(in, STR("TO:")) || !take_path(in, &path) || !path.n)
		return refuse(l, err, "501 5.1.3 RCPT TO:<address>");
	if (str_trim(cursor_rest(in)).n)
		return refuse(l, err, "555 5.5.4 RCPT takes no parameters here");
	if (l->recipient_count == l->options->max_recipients)
		return say(l, err, "452 4.5.3 too many recipients");
	if (!l->options->recipient(l->options->ctx, path, r->to, &refusal))
		return say_answer(l, &refusal, err);
	r->address = str_dup(path);
	l->recipient_count++;
	return say(l, err, "250 2.1.5 ok");
}

/* ---------------------------------------------------------------- the text */

/* RFC 2033 §4.2: an answer for each recipient, in their order. */
static int deliver(struct lmtp *l, struct error *err)
{
	const struct lmtp_mail mail = {str_of(l->from), &l->spool, l->recipients, l->recipient_count};
	size_t n = l->recipient_count;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		if (l->spool.too_large)
			lmtp_answer(&l->answers[i], 552, "5.3.4 the message is larger than %llu bytes",
			            (unsigned long long)l->options->max_message_bytes);
		else if (l->spool.failed)
			lmtp_answer(&l->answers[i], 452, "4.3.1 no room for the message here");
		else
			lmtp_answer(&l->answers[i], 451, "4.3.0 not stored");
	if (!l->spool.too_large && !l->spool.failed)
		l->options->deliver(l->options->ctx, &mail, l->answers);
	for (size_t i = 0; i < n && r >= 0; i++)
		r = say_answer(l, &l->answers[i], err);
	forget_transaction(l);
	return r;
}

static void add_text(void *ctx, struct str bytes)
{
	spool_add(&((struct lmtp *)ctx)->spool, bytes);
}

static int check_overrun(const struct lmtp *l, struct error *err)
{
	if (l->spool.size / MAX_OVERRUN <= l->spool.max)
		return 0;
	return fail(err, E_LIMIT, RETRY_LATER, "a mail of more than %llu bytes: the connection was ended",
	            (unsigned long long)l->spool.size);
}

static int read_text(struct lmtp *l, struct error *err)
{
	struct lmtp_text text = {.add = add_text, .ctx = l};
	int r = 0;

	while (r >= 0 && text.state != TEXT_END) {
		struct str bytes;

		r = stream_peek(l->stream, &bytes, err);
		if (r > 0) /* what follows the end is the next command */
			stream_taken(l->stream, lmtp_text_take(&text, bytes));
		if (r > 0)
			r = check_overrun(l, err);
	}
	return r;
}

static int data(struct lmtp *l, struct error *err)
{
	int r;

	if (!l->from)
		return refuse(l, err, "503 5.5.1 MAIL first");
	if (!l->recipient_count)
		return refuse(l, err, "503 5.5.1 no valid recipients");
	if (l->in_chunks)
		return refuse(l, err, "503 5.5.1 BDAT has begun");
	begin_text(l);
	r = say(l, err, "354 the text, then a line with a dot");
	if (r < 0)
		return r;
	stream_step(l->stream, "a mail's text", (int)MAX_TEXT_MS);
	r = read_text(l, err);
	return r < 0 ? r : deliver(l, err);
}

/* RFC 3030 §2: so many octets follow, whatever we think of it. */
static int read_chunk(struct lmtp *l, uint64_t size, bool keep, struct error *err)
{
	int r = 0;

	stream_step(l->stream, "a mail's text", (int)MAX_TEXT_MS);
	while (size && r >= 0) {
		struct str bytes;

		r = stream_read_some(l->stream, (size_t)MIN(size, (uint64_t)KIB(64)), &bytes, err);
		if (r < 0)
			return r;
		size -= bytes.n;
		if (keep)
			spool_add(&l->spool, bytes);
		r = keep ? check_overrun(l, err) : 0;
	}
	return MIN(r, 0);
}

static int bdat(struct lmtp *l, struct str arguments, struct error *err)
{
	struct str rest = str_trim(arguments), number = STR_NULL;
	bool last, good = l->from && l->recipient_count;
	uint64_t size;
	int r;

	str_split(&rest, ' ', &number);
	last = str_eq_nocase(str_trim(rest), STR("LAST"));
	if (!str_to_uint(number, INT64_MAX, &size) || (!last && str_trim(rest).n)) {
		l->ended = true; /* what follows can't be told from commands */
		return say(l, err, "501 5.5.4 BDAT size [LAST]");
	}
	if (size / MAX_OVERRUN > l->options->max_message_bytes)
		return fail(err, E_LIMIT, RETRY_LATER, "a piece of %llu bytes: the connection was ended",
		            (unsigned long long)size);
	if (good && !l->in_chunks)
		begin_text(l);
	l->in_chunks = good;
	r = read_chunk(l, size, good, err);
	if (r < 0)
		return r;
	if (!good)
		return refuse(l, err, "503 5.5.1 no valid recipients");
	return last ? deliver(l, err)
	            : stream_printf(l->stream, err, "250 2.0.0 %llu octets\r\n", (unsigned long long)size);
}

/* ---------------------------------------------------------------- commands */

static int command(struct lmtp *l, struct str line, struct error *err)
{
	struct cursor in = cursor_of(line);

	if (cursor_take_nocase(&in, STR("LHLO ")))
		return hello(l, cursor_rest(&in), err);
	if (cursor_take_nocase(&in, STR("MAIL ")))
		return mail(l, &in, err);
	if (cursor_take_nocase(&in, STR("RCPT ")))
		return rcpt(l, &in, err);
	if (str_eq_nocase(str_trim(line), STR("DATA")))
		return data(l, err);
	if (cursor_take_nocase(&in, STR("BDAT ")))
		return bdat(l, cursor_rest(&in), err);
	if (str_eq_nocase(str_trim(line), STR("RSET"))) {
		forget_transaction(l);
		return say(l, err, "250 2.0.0 ok");
	}
	if (str_starts_nocase(line, STR("NOOP")))
		return say(l, err, "250 2.0.0 ok");
	if (str_starts_nocase(line, STR("VRFY")))
		return say(l, err, "252 2.5.0 give it a try");
	if (str_eq_nocase(str_trim(line), STR("QUIT"))) {
		l->ended = true;
		return say(l, err, "221 2.0.0 bye");
	}
	if (str_starts_nocase(line, STR("HELO")) || str_starts_nocase(line, STR("EHLO")))
		return refuse(l, err, "500 5.5.1 this is LMTP: LHLO");
	return refuse(l, err, "500 5.5.1 a command that isn't known");
}

static int converse(struct lmtp *l, struct error *err)
{
	const struct lmtp_options *o = l->options;
	int r = stream_printf(l->stream, err, "220 %s LMTP hauspost\r\n", o->name);

	while (r >= 0 && !l->ended) {
		struct str line;

		if (o->stopped && o->stopped(o->ctx)) {
			l->ended = true;
			r = say(l, err, "421 4.3.2 shutting down");
			break;
		}
		stream_step(l->stream, "command", o->timeout_ms);
		r = stream_read_line(l->stream, MAX_LINE, &line, err);
		if (r > 0) {
			char *copy CLEANUP(freep) = str_dup(line); /* a read ends its view */

			r = command(l, str_new(copy, line.n), err);
		}
	}
	return r < 0 ? r : stream_flush(l->stream, err);
}

int lmtp_serve(struct stream *stream, const struct lmtp_options *options, struct error *err)
{
	struct lmtp l = {.stream = stream, .options = options};
	struct error fault = {0};
	bool begun;
	int r;

	l.recipients = mem_new(options->max_recipients, sizeof *l.recipients);
	l.answers = mem_new(options->max_recipients, sizeof *l.answers);
	spool_init(&l.spool, options->max_message_bytes);
	stream_set_io_timeout(stream, options->timeout_ms);
	r = converse(&l, &fault);
	begun = l.from != NULL;
	forget_transaction(&l);
	spool_done(&l.spool);
	free(l.recipients);
	free(l.answers);
	free(l.client);
	if (r >= 0 || (fault.code == E_CLOSED && !begun))
		return 0;
	if (err)
		*err = fault;
	return r;
}
