/* One SMTP session as the files of this folder share it: session.c opens it, auth.c logs in, transaction.c sends,
 * text.c carries a mail's text, data.c writes it dot-stuffed, reply.c reads answers. Nobody outside uses this. */
#ifndef SEND_SMTP_SMTP_H
#define SEND_SMTP_SMTP_H

#include "auth/sasl.h"
#include "send/sender.h"

enum capability {
	CAN_STARTTLS = 1 << 0,
	CAN_PIPELINE = 1 << 1, /* RFC 2920 */
	CAN_8BIT = 1 << 2,     /* RFC 6152 */
	CAN_UTF8 = 1 << 3,     /* RFC 6531 */
	CAN_SIZE = 1 << 4,     /* RFC 1870 */
	CAN_DSN = 1 << 5,      /* RFC 3461 */
	CAN_CHUNK = 1 << 6,    /* RFC 3030 */
};

struct smtp {
	struct sender base;    /* first: a sender is its smtp */
	struct stream *stream; /* owned */
	unsigned capabilities; /* of the last EHLO */
	struct sasl_offer offer;
	uint64_t max_bytes; /* SIZE; 0: none said */
	struct buf words;   /* the last answer's text */
	bool broken;        /* no command may follow: the connection is lost or in the middle of a mail */
	bool needs_reset;   /* a transaction is open on the server */
	uint64_t carried;   /* messages tried on this connection */
	int step_timeout_ms, dot_timeout_ms, io_timeout_ms;
	int (*before_dot)(void *ctx, struct outgoing *item, struct error *err);
	void *before_dot_ctx;
};

/* ---------------------------------------------------------------- reply.c */

struct reply {
	int code;         /* 200…599: of the last line */
	struct str words; /* its lines joined to one, without the code; valid until the next answer; control characters
	                     are '?' */
};

/* The next answer. `step` is static text for errors. `line`, unless NULL, gets each line's words. An answer that isn't
 * SMTP is E_PROTOCOL. */
int smtp_read_reply(struct smtp *smtp, const char *step, int timeout_ms, struct reply *ret_reply,
                    void (*line)(void *ctx, struct str words), void *ctx, struct error *err) NODISCARD;

/* As that, with the timeout of a command. */
int smtp_reply(struct smtp *smtp, const char *step, struct reply *ret_reply, struct error *err) NODISCARD;

/* Fails with the server's words: 4xx RETRY_LATER, 5xx RETRY_NEVER; E_THROTTLED where they ask to slow down. */
int smtp_refused(const struct reply *reply, int code, const char *step, struct error *err);

/* E_THROTTLED where the answer asks the account to slow down; 0 otherwise. */
int smtp_check_throttled(const struct reply *reply, const char *step, struct error *err) NODISCARD;

/* Fails since the answer fits no command: client and server are out of step, nothing after it could be trusted. */
int smtp_out_of_step(const struct reply *reply, const char *step, struct error *err);

/* Fails where the server ends the session with this answer (421), after which no other comes. */
int smtp_check_closing(const struct reply *reply, const char *step, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- session.c */

/* The session over a stream that is there (owned from now on, also on failure): greeting, EHLO, STARTTLS, log-in. */
int smtp_begin(const struct sender_options *options, struct stream *stream, struct sender **ret_sender,
               struct error *err) NODISCARD;

/* ---------------------------------------------------------------- auth.c */

int smtp_log_in(struct smtp *smtp, const struct sender_options *options, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- data.c */

/* What a mail's text asks for, found in one pass. */
struct mail_scan {
	uint64_t bytes; /* as sent: CRLF line ends, one at the end; without dot-stuffing (RFC 1870 §6.1) */
	bool eight_bit; /* a byte above 0x7f anywhere */
	bool eight_bit_header;
	bool bare_ends; /* CR or LF alone: to be repaired on the way */
};

void smtp_scan(struct str mime, struct mail_scan *ret_scan);

/* Writes the text without the final dot: dot-stuffed, every line ended by CRLF, whatever ended it before. */
int smtp_write_mail(struct stream *stream, struct str mime, const struct mail_scan *scan, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- envelope.c */

/* An item on its way through one transaction. Recipients that are still asked for are PENDING; code 2xx says that RCPT
 * was accepted. */
struct envelope {
	struct outgoing *item;
	struct mail_scan scan;
	bool utf8;         /* MAIL asks for SMTPUTF8 */
	bool reports;      /* delivery reports are asked for (RFC 3461) */
	bool chunks;       /* its text goes by BDAT (text.c says when) */
	struct str rest;   /* of its text, not sent yet: the last chunk */
	bool mail_refused; /* by the answer to MAIL */
	size_t asked;      /* recipients of this transaction */
	size_t accepted;   /* of them, by RCPT */
};

/* Forgets what an earlier try left (final answers stay), checks addresses and what the server can't do. True where
 * there is something to send; otherwise the item has its outcome. */
bool smtp_prepare(const struct smtp *smtp, struct outgoing *item, struct envelope *ret_envelope);

/* Is this recipient part of the transaction and not refused yet? */
bool smtp_is_asked(const struct recipient *recipient);

int smtp_write_mail_command(struct smtp *smtp, const struct envelope *envelope, struct error *err) NODISCARD;
int smtp_write_rcpt_command(struct smtp *smtp, const struct envelope *envelope, const struct recipient *recipient,
                            struct error *err) NODISCARD;

/* The outcome that a 4xx or 5xx means. */
enum outcome smtp_outcome(int code);

/* Gives one recipient, or all that are still asked for, an outcome and the words for it. */
void smtp_settle(struct outgoing *item, struct recipient *recipient, enum outcome outcome, int code, struct str words);
void smtp_settle_all(struct outgoing *item, enum outcome outcome, int code, struct str words);

/* Sets the item's code and answer; its outcome follows from its recipients. */
void smtp_conclude(struct outgoing *item, int code, struct str words);

/* Fails where the account is to slow down: this mail waits as the others do, whatever class the answer is of (Gmail
 * says 550), and the connection is given up. */
int smtp_settle_throttled(struct outgoing *item, const struct reply *reply, const char *step,
                          struct error *err) NODISCARD;

/* ---------------------------------------------------------------- text.c */

/* Does this mail's text go in chunks? */
bool smtp_goes_in_chunks(const struct smtp *smtp, const struct envelope *envelope);

/* Writes all but the end of the text, then the mark is made (before_dot). 1: the end may follow; 0: the server refused
 * the mail, which has its outcome, and the transaction is still open. */
int smtp_write_text(struct smtp *smtp, struct envelope *envelope, struct error *err) NODISCARD;

/* Writes the end; from here on the server may have the mail. Where it fails, *ret_surely_not says that it can't have
 * it. */
int smtp_end_text(struct smtp *smtp, const struct envelope *envelope, bool *ret_surely_not,
                  struct error *err) NODISCARD;

/* What the server says of the mail: the item has its outcome. */
int smtp_read_end(struct smtp *smtp, struct envelope *envelope, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- transaction.c */

int smtp_send(struct sender *s, struct outgoing *const *items, size_t n, struct error *err);

/* ---------------------------------------------------------------- try.c */

int smtp_try_envelope(struct sender *s, const char *from, const char *to, struct error *err);

#endif
