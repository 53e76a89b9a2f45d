/* A sender hands messages to a provider over one connection, several in a row.
 *
 *	sender_open(&options, &s, err)       connect, secure, log in
 *	sender_send(s, items, n, err)        each item gets its outcome, each recipient its answer
 *	sender_close(s)
 *
 * The one danger of sending is sending twice. Before the final dot of a message goes out, `before_dot` is called (the
 * outbox makes a durable mark there); when the connection is lost after it and before the answer, the outcome is
 * OUTCOME_UNCERTAIN, never LATER. */
#ifndef SEND_SENDER_H
#define SEND_SENDER_H

#include "auth/login.h"
#include "base/arena.h"
#include "base/error.h"
#include "net/stream.h"
#include "setup/account.h"

enum outcome {
	OUTCOME_PENDING,   /* not tried (the connection went before its turn): try again at once elsewhere */
	OUTCOME_SENT,      /* every recipient accepted, or at least one and the others have final answers */
	OUTCOME_LATER,     /* 4xx or a connection fault before the final dot: back off */
	OUTCOME_FAILED,    /* 5xx for the message or for every recipient */
	OUTCOME_UNCERTAIN, /* connection lost after the final dot */
};

struct recipient {
	const char *address;
	enum outcome
	        outcome; /* SENT, LATER, FAILED, PENDING; UNCERTAIN follows the message. One that is SENT or FAILED when
	                  * sender_send() is called has its answer from an earlier try and is not asked for again */
	int code;        /* SMTP reply code; 0 where none came */
	const char *answer; /* the server's words with enhanced status, one line, in the item's arena; "" where none */
	bool by_rcpt;       /* it is RCPT that was answered so, not the mail as a whole */
};

struct outgoing {
	int64_t id;                /* the outbox row */
	const char *envelope_from; /* "" is the null reverse-path */
	const char *envelope_id;   /* what a report on this mail names it by (RFC 3461 ENVID); NULL or "": none */
	struct recipient *recipients;
	size_t recipient_count;
	struct str mime;     /* CRLF line ends, as built; dot-stuffing is the sender's work */
	struct arena *arena; /* for answers */
	/* set by sender_send: */
	enum outcome outcome;
	int code;
	const char *answer; /* to the final dot, or what ended it earlier */
};

struct sender_options {
	struct stream_options stream;
	enum security security;
	struct login login;
	const char *helo_name; /* "": "localhost"-style address literal of our side */
	bool no_pipelining;    /* each command waits for its answer, whatever the server offers */
	bool no_chunking;      /* DATA, whatever the server offers */
	int step_timeout_ms;   /* one command's answer; 0: 40,000 (PR4) */
	int dot_timeout_ms;    /* the answer to the final dot; 0: 600,000 (RFC 5321 §4.5.3.2.6) */
	void (*transcript)(void *ctx, const char *line);
	void *transcript_ctx;
	/* Called once per item right before its final dot may leave; non-zero stops the sending of this item
	 * (OUTCOME_LATER; OUTCOME_PENDING where the error is E_STOPPED or E_CONFLICT) and ends the connection. May be
	 * NULL. */
	int (*before_dot)(void *ctx, struct outgoing *item, struct error *err);
	void *before_dot_ctx;
};

struct sender {
	const struct sender_ops *ops;
};

struct sender_ops {
	const char *name; /* "smtp" */
	int (*open)(const struct sender_options *options, struct sender **ret, struct error *err);
	int (*send)(struct sender *s, struct outgoing *const *items, size_t n, struct error *err);
	/* NULL: whatever it is given */
	int (*can_carry)(const struct outgoing *item, struct error *err);
	/* NULL: the protocol can't do it without sending */
	int (*try_envelope)(struct sender *s, const char *from, const char *to, struct error *err);
	bool (*is_alive)(struct sender *s);
	void (*close)(struct sender *s);
};

/* What an account's connection says; the rest is left at 0. Strings are borrowed from it. */
struct sender_options sender_options_of(const struct account_connection *connection);

/* Connects, secures (STARTTLS asked for and not offered: E_INSECURE, no password, no mail leaves), logs in. */
int sender_open(const struct sender_ops *ops, const struct sender_options *options, struct sender **ret_sender,
                struct error *err) NODISCARD;

/* Sends the items in order. 0: every item has its outcome, but for one whose reports the server offered and refused: it
 * is OUTCOME_PENDING, and goes without them when it is given to the same connection again. Negative: the connection is
 * gone; items that were not reached are OUTCOME_PENDING, the others have theirs. A message that needs SMTPUTF8,
 * 8BITMIME or more SIZE than the server offers is OUTCOME_FAILED (8-bit content is the builder's to avoid: it makes
 * quoted-printable) with the reason in `answer`. Where some recipients were accepted and others are to be asked again,
 * the item is OUTCOME_LATER and each recipient says which it is. An address that can't be written in a command (CR, LF,
 * NUL, a space outside quotes) is refused before anything is sent: FAILED, code 0. */
int sender_send(struct sender *s, struct outgoing *const *items, size_t n, struct error *err) NODISCARD;

/* Is this a mail that the protocol can carry, whatever the server? Without a connection. E_LIMIT says why not. */
int sender_can_carry(const struct sender_ops *ops, const struct outgoing *item, struct error *err) NODISCARD;

/* Asks whether a mail of `from` to `to` would be taken, and takes it back: nothing is sent. A refusal (E_REFUSED with
 * the server's words: 4xx RETRY_LATER, 5xx RETRY_NEVER) leaves the connection usable. E_UNSUPPORTED where the protocol
 * has no such question. */
int sender_try_envelope(struct sender *s, const char *from, const char *to, struct error *err) NODISCARD;

/* False where the idle connection was closed by the server: open another. Costs no round trip. */
bool sender_is_alive(struct sender *s);

void sender_close(struct sender *s); /* QUIT without waiting; NULL is fine */
DEFINE_CLEANUP(struct sender *, sender_close)

extern const struct sender_ops smtp_sender;
extern const struct sender_ops graph_sender;

/* For senders: an item's outcome by those of its recipients. What is to be done decides: an uncertain one before one to
 * be tried again before those that are done. FAILED where there is none. */
enum outcome sender_outcome_of(const struct outgoing *item);

const struct sender_ops *sender_ops_of(enum send_protocol protocol);

#endif
