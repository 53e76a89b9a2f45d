/* Commands and their answers: see session.h. */
#include "receive/pop3/session.h"

#include "auth/throttle.h"

#include "base/cursor.h"

#include <stdarg.h>
#include <stdio.h>

int pop3_usable(const struct pop3 *pop3, struct error *err)
{
	if (pop3->broken.code) {
		if (err)
			*err = pop3->broken;
		return pop3->broken.code;
	}
	if (pop3->is_over)
		return fail(err, E_CLOSED, RETRY_NOW, "the POP3 session was ended to confirm deletions: connect anew");
	return 0;
}

int pop3_break(struct pop3 *pop3, struct error *err)
{
	err->scope = SCOPE_ACCOUNT;
	pop3->broken = *err;
	return err->code;
}

bool pop3_is_pipelined(const struct pop3 *pop3)
{
	return pop3->capabilities & POP3_CAP_PIPELINING;
}

/* ---------------------------------------------------------------- commands */

int pop3_send(struct pop3 *pop3, struct error *err, const char *fmt, ...)
{
	char text[100];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text - 2, fmt, ap);
	va_end(ap);
	must(n > 0 && (size_t)n < sizeof text - 2);
	memcpy(text + n, "\r\n", 2);
	return stream_write(pop3->stream, str_new(text, (size_t)n + 2), err) < 0 ? pop3_break(pop3, err) : 0;
}

/* ---------------------------------------------------------------- answers */

/* RFC 2449 §8: "[CODE] text". */
static void split_code(struct pop3_reply *reply)
{
	struct str rest = reply->text;
	ptrdiff_t end;

	if (!str_starts(rest, STR("[")))
		return;
	end = str_find_char(rest, ']');
	if (end < 0 || end > 64)
		return;
	reply->code = str_slice(rest, 1, (size_t)end);
	reply->text = str_trim(str_slice(rest, (size_t)end + 1, rest.n));
}

static int read_answer(struct pop3 *pop3, const char *step, bool challenge, struct pop3_reply *ret, struct error *err)
{
	struct pop3_reply reply = {0};
	struct cursor line;
	struct str text;

	stream_step(pop3->stream, step, pop3->options.step_timeout_ms);
	if (stream_read_line(pop3->stream, POP3_LINE_MAX, &text, err) < 0)
		return pop3_break(pop3, err);
	line = cursor_of(text);
	reply.ok = cursor_take_nocase(&line, STR("+OK"));
	reply.is_challenge = !reply.ok && challenge && cursor_take_char(&line, '+');
	if (!reply.ok && !reply.is_challenge && !cursor_take_nocase(&line, STR("-ERR"))) {
		fail(err, E_PROTOCOL, RETRY_LATER, "%s: an answer that is not POP3: " STR_FMT, step,
		     STR_ARG(str_slice(text, 0, 80)));
		return pop3_break(pop3, err);
	}
	reply.text = str_trim(cursor_rest(&line));
	if (!reply.is_challenge)
		split_code(&reply);
	*ret = reply;
	return 0;
}

int pop3_read_reply(struct pop3 *pop3, const char *step, struct pop3_reply *ret, struct error *err)
{
	return read_answer(pop3, step, false, ret, err);
}

int pop3_read_challenge(struct pop3 *pop3, struct pop3_reply *ret, struct error *err)
{
	return read_answer(pop3, "login", true, ret, err);
}

int pop3_expect_silence(struct pop3 *pop3, struct error *err)
{
	int r = stream_has_input(pop3->stream) ? 1 : stream_wait(pop3->stream, 0, err);

	if (r > 0)
		fail(err, E_PROTOCOL, RETRY_LATER, "the server answered more than it was asked");
	return r ? pop3_break(pop3, err) : 0;
}

int pop3_read_line(struct pop3 *pop3, struct str *ret_line, struct error *err)
{
	struct str line;

	if (stream_read_line(pop3->stream, POP3_LINE_MAX, &line, err) < 0)
		return pop3_break(pop3, err);
	if (str_starts(line, STR("."))) {
		if (line.n == 1)
			return 0;
		line = str_slice(line, 1, line.n);
	}
	*ret_line = line;
	return 1;
}

/* ---------------------------------------------------------------- refusals */

/* Response codes (RFC 2449 §8.1, RFC 3206) and what they say. */
static const struct {
	struct str word;
	int code;
	enum retry retry;
} code_words[] = {
        {STR_INIT("IN-USE"), E_IN_USE, RETRY_LATER},    {STR_INIT("LOGIN-DELAY"), E_THROTTLED, RETRY_LATER},
        {STR_INIT("SYS/TEMP"), E_REFUSED, RETRY_LATER}, {STR_INIT("SYS/PERM"), E_REFUSED, RETRY_NEVER},
        {STR_INIT("AUTH"), E_AUTH, RETRY_NEVER},
};

/* Servers without response codes say it in words: RFC 1939's own example is "maildrop already locked". */
static bool is_locked(struct str text)
{
	bool mailbox = str_find_nocase(text, STR("maildrop")) >= 0 || str_find_nocase(text, STR("mailbox")) >= 0;

	return mailbox && (str_find_nocase(text, STR("lock")) >= 0 || str_find_nocase(text, STR("in use")) >= 0 ||
	                   str_find_nocase(text, STR("busy")) >= 0);
}

int pop3_refused(const struct pop3_reply *reply, const char *step, enum scope scope, int code, enum retry retry,
                 struct error *err)
{
	bool known = false;

	for (size_t i = 0; i < ARRAY_LEN(code_words) && !known; i++)
		if (str_eq_nocase(reply->code, code_words[i].word)) {
			known = true;
			code = code_words[i].code;
			retry = code_words[i].retry;
		}
	if (!known && is_locked(reply->text)) {
		code = E_IN_USE;
		retry = RETRY_LATER;
	}
	fail_scope(err, scope, code, retry, "%s: the server says -ERR: %s" STR_FMT "%s" STR_FMT, step,
	           reply->code.n ? "[" : "", STR_ARG(reply->code), reply->code.n ? "] " : "",
	           STR_ARG(str_slice(reply->text, 0, 160)));
	return throttle_judge(0, reply->text, err) ? E_THROTTLED : code;
}

int pop3_check_passing(struct pop3 *pop3, const struct pop3_reply *reply, const char *step, struct error *err)
{
	struct error fault;

	if (reply->ok)
		return 0;
	pop3_refused(reply, step, SCOPE_ACCOUNT, E_REFUSED, RETRY_NEVER, &fault);
	if (fault.retry != RETRY_LATER)
		return 0;
	if (err)
		*err = fault;
	return pop3_break(pop3, err ? err : &fault);
}
