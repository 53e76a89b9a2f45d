/* The lines of a message (RFC 1939 §3): see session.h.
 *
 * Only CRLF ends a line here: where a bare LF did, a mail with "LF . CR LF" in it, which servers hand out as it is,
 * would end before its end, and the rest of it would speak in the server's name. */
#include "receive/pop3/session.h"

enum state {
	IN_TEXT,
	AFTER_CR,
	AT_LINE,      /* a line begins */
	AFTER_DOT,    /* … with a dot */
	AFTER_DOT_CR, /* … which CR follows */
	AT_END,
};

struct undoing {
	enum state state;
	void (*each)(void *ctx, struct str bytes);
	void *ctx;
};

/* Bytes within a line or between lines, up to a line that begins with a dot; returns how many were used. */
static size_t take_text(struct undoing *u, struct str bytes)
{
	const char *dot = memmem(bytes.p, bytes.n, "\r\n.", 3);
	size_t n = dot ? (size_t)(dot - bytes.p) + 2 : bytes.n;

	u->each(u->ctx, str_slice(bytes, 0, n));
	u->state = IN_TEXT;
	if (bytes.p[n - 1] == '\r')
		u->state = AFTER_CR;
	else if (n >= 2 && bytes.p[n - 1] == '\n' && bytes.p[n - 2] == '\r')
		u->state = AT_LINE;
	return n;
}

/* One byte where the state isn't IN_TEXT, or none: returns how many were used. */
static size_t take_edge(struct undoing *u, struct str bytes)
{
	char c = bytes.p[0];

	switch (u->state) {
	case AFTER_CR:
		u->state = c == '\n' ? AT_LINE : IN_TEXT;
		if (c == '\n')
			u->each(u->ctx, str_slice(bytes, 0, 1));
		return c == '\n';
	case AT_LINE:
		u->state = c == '.' ? AFTER_DOT : IN_TEXT;
		return c == '.';
	case AFTER_DOT:
		u->state = c == '\r' ? AFTER_DOT_CR : IN_TEXT;
		return c == '\r';
	case AFTER_DOT_CR:
		u->state = c == '\n' ? AT_END : AFTER_CR;
		if (c != '\n')
			u->each(u->ctx, STR("\r"));
		return c == '\n';
	case IN_TEXT:
	case AT_END:
		break;
	}
	return 0;
}

int pop3_read_data(struct pop3 *pop3, void (*each)(void *ctx, struct str bytes), void *ctx, struct error *err)
{
	uint64_t max = 4 * pop3->options.max_message_bytes + MIB(64), total = 0;
	struct undoing u = {AT_LINE, each, ctx};

	stream_step(pop3->stream, "message", 0); /* a large one may take its time as long as bytes come */
	while (u.state != AT_END) {
		struct str bytes, rest;

		if (stream_peek(pop3->stream, &bytes, err) < 0)
			return pop3_break(pop3, err);
		rest = bytes;
		while (rest.n && u.state != AT_END)
			rest = str_slice(rest, u.state == IN_TEXT ? take_text(&u, rest) : take_edge(&u, rest), rest.n);
		total += bytes.n - rest.n;
		stream_taken(pop3->stream, bytes.n - rest.n);
		if (total > max && u.state != AT_END) {
			fail(err, E_LIMIT, RETRY_LATER, "message: has no end within %llu bytes",
			     (unsigned long long)max);
			return pop3_break(pop3, err);
		}
	}
	return 0;
}
