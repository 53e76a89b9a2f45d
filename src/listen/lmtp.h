/* The server's side of LMTP (RFC 2033) for one connection, with PIPELINING, ENHANCEDSTATUSCODES, 8BITMIME, SMTPUTF8,
 * SIZE and CHUNKING (RFC 2920, 2034, 6152, 6531, 1870, 3030). Straight-line and blocking with deadlines. Who a
 * recipient is, and what becomes of a mail, is the caller's business; each recipient gets an answer of its own behind
 * the final dot, and only after `deliver` returned. */
#ifndef LISTEN_LMTP_H
#define LISTEN_LMTP_H

#include "intake/spool.h"
#include "net/stream.h"

struct lmtp_answer {
	int code;       /* 250, 451, 550 … */
	char text[200]; /* begins with the enhanced status: "5.1.1 nobody here has this address"; printable ASCII */
};

struct lmtp_recipient {
	char *address; /* owned by the session */
	char to[65];   /* what `recipient` made of it: an id */
};

struct lmtp_mail {
	struct str from; /* "" is the null reverse-path */
	const struct spool *spool;
	const struct lmtp_recipient *recipients;
	size_t count;
};

struct lmtp_options {
	const char *name; /* ours, in the greeting */
	uint64_t max_message_bytes;
	size_t max_recipients;
	int timeout_ms; /* for a command, and for progress of a mail's text */
	/* Whose is it? True and ret_to; or false and the refusal. */
	bool (*recipient)(void *ctx, struct str address, char ret_to[65], struct lmtp_answer *ret_refusal);
	/* The mail is whole: what became of it for each recipient. Must not return 2xx for what isn't stored. */
	void (*deliver)(void *ctx, const struct lmtp_mail *mail, struct lmtp_answer *ret_answers);
	bool (*stopped)(void *ctx); /* asked between commands */
	void *ctx;
};

/* Serves until the client quits or goes (0), or the connection fails or is ended for misuse (negative). */
int lmtp_serve(struct stream *stream, const struct lmtp_options *options, struct error *err) NODISCARD;

void lmtp_answer(struct lmtp_answer *answer, int code, const char *fmt, ...) PRINTF(3, 4);

#endif
