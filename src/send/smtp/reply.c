/* Answers (RFC 5321 §4.2): "250 words", or several lines of "250-words" of which the last decides. */
#include "send/smtp/smtp.h"

#include "auth/throttle.h"

#include "base/cursor.h"

#define MAX_LINE  4096 /* RFC 5321 allows 512; EHLO lists and chatty servers exceed it */
#define MAX_LINES 256

struct reply_line {
	int code;
	bool last;
	struct str words;
};

static bool parse_line(struct str line, struct reply_line *ret)
{
	uint64_t code = 0;
	int after;

	if (line.n < 3 || !str_to_uint(str_slice(line, 0, 3), 599, &code) || code < 200)
		return false;
	after = line.n > 3 ? line.p[3] : ' ';
	if (after != ' ' && after != '-')
		return false;
	ret->code = (int)code;
	ret->last = after == ' ';
	ret->words = str_trim(str_slice(line, 4, line.n));
	return true;
}

/* "5.1.1" at the beginning (RFC 3463); nothing where there is none. */
static struct str enhanced_status(struct str words)
{
	struct cursor c = cursor_of(words);
	int dots = 0;

	while (is_digit((char)cursor_peek(&c)) || cursor_peek(&c) == '.')
		dots += cursor_next(&c) == '.';
	return dots == 2 && (cursor_end(&c) || cursor_peek(&c) == ' ') ? str_slice(words, 0, c.at) : STR_NULL;
}

/* As many whole characters as fit. */
static struct str cut(struct str words, size_t max)
{
	if (words.n <= max)
		return words;
	while (max > 0 && ((unsigned char)words.p[max] & 0xc0) == 0x80)
		max--;
	return str_slice(words, 0, max);
}

/* Joins the lines to one; a status that each of them repeats is kept once. What exceeds the buffer is dropped, and so
 * is what is neither printable nor UTF-8. */
static void add_words(struct buf *out, struct str words)
{
	struct str status = enhanced_status(words), before = enhanced_status(buf_str(out));
	bool utf8 = str_is_utf8(words);

	if (out->n && status.n && str_eq(status, before))
		words = str_trim(str_slice(words, status.n, words.n));
	if (!words.n || out->n + 1 >= out->max)
		return;
	if (out->n)
		buf_add_char(out, ' ');
	words = cut(words, out->max - out->n);
	for (size_t i = 0; i < words.n; i++) {
		unsigned char c = (unsigned char)words.p[i];

		buf_add_char(out, c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8) ? '?' : words.p[i]);
	}
}

static int not_smtp(const char *step, struct str line, struct error *err)
{
	return fail(err, E_PROTOCOL, RETRY_LATER, "%s: the answer is no SMTP: \"%.*s\"", step,
	            (int)MIN(line.n, (size_t)100), line.p ? line.p : "");
}

int smtp_read_reply(struct smtp *smtp, const char *step, int timeout_ms, struct reply *ret_reply,
                    void (*each)(void *ctx, struct str words), void *ctx, struct error *err)
{
	struct reply_line line = {0};
	struct str text;
	int count = 0, rc;

	stream_step(smtp->stream, step, timeout_ms);
	buf_clear(&smtp->words);
	do {
		rc = stream_read_line(smtp->stream, MAX_LINE, &text, err);
		if (rc < 0)
			return rc;
		if (!parse_line(text, &line))
			return not_smtp(step, text, err);
		if (++count > MAX_LINES)
			return fail(err, E_LIMIT, RETRY_LATER, "%s: an answer of more than %d lines", step, MAX_LINES);
		add_words(&smtp->words, line.words);
		if (each)
			each(ctx, line.words);
	} while (!line.last);
	stream_step(smtp->stream, step, 0);
	*ret_reply = (struct reply){line.code, buf_str(&smtp->words)};
	return 0;
}

int smtp_reply(struct smtp *smtp, const char *step, struct reply *ret_reply, struct error *err)
{
	return smtp_read_reply(smtp, step, smtp->step_timeout_ms, ret_reply, NULL, NULL, err);
}

int smtp_refused(const struct reply *reply, int code, const char *step, struct error *err)
{
	fail(err, code, reply->code >= 500 ? RETRY_NEVER : RETRY_LATER, "%s: the server answers %d " STR_FMT, step,
	     reply->code, STR_ARG(reply->words));
	return throttle_judge(reply->code, reply->words, err) ? E_THROTTLED : code;
}

int smtp_out_of_step(const struct reply *reply, const char *step, struct error *err)
{
	return fail(err, E_PROTOCOL, RETRY_LATER, "%s: the server answers %d " STR_FMT, step, reply->code,
	            STR_ARG(reply->words));
}

int smtp_check_closing(const struct reply *reply, const char *step, struct error *err)
{
	if (reply->code != 421)
		return 0;
	fail(err, E_CLOSED, RETRY_LATER, "%s: the server ends the session: 421 " STR_FMT, step, STR_ARG(reply->words));
	return throttle_judge(reply->code, reply->words, err) ? E_THROTTLED : E_CLOSED;
}

int smtp_check_throttled(const struct reply *reply, const char *step, struct error *err)
{
	int64_t wait_ms;

	if (reply->code < 400 || !throttle_recognise(reply->code, reply->words, &wait_ms))
		return 0;
	return smtp_refused(reply, E_THROTTLED, step, err);
}
