/* Sending (RFC 5321 §3.3) with PIPELINING (RFC 2920). A transaction is asked for (MAIL, RCPT, DATA) and its answers are
 * read; then the mail goes out, its final dot in one group with what the next transaction asks for:
 *
 *	C: MAIL 1, RCPT 1, DATA              S: 250, 250, 354
 *	C: text 1 . MAIL 2, RCPT 2, DATA     S: 250 (the dot), 250, 250, 354
 *
 * Without PIPELINING the same steps wait one by one; and so they do for mail that goes in chunks (text.c): 354 is an
 * answer that no other command has, so a stray answer (some proxy's, or one said twice) can't be taken for another's.
 * BDAT has nothing like it: each of its answers has to be alone. */
#include "send/smtp/smtp.h"

#define MAX_GROUP                                                                                                     \
	50 /* RCPTs sent before their answers are read: a server that answers each at full length still fits a socket \
	      buffer */

/* ---------------------------------------------------------------- asking */

static int write_reset(struct smtp *smtp, struct error *err)
{
	return smtp->needs_reset ? stream_write(smtp->stream, STR("RSET\r\n"), err) : 0;
}

/* Can the whole envelope go out in one group? */
static bool goes_at_once(const struct smtp *smtp, const struct envelope *envelope)
{
	return smtp->capabilities & CAN_PIPELINE && envelope->asked <= MAX_GROUP && !envelope->chunks;
}

static int write_envelope(struct smtp *smtp, const struct envelope *envelope, struct error *err)
{
	const struct outgoing *item = envelope->item;
	int rc = write_reset(smtp, err);

	if (rc >= 0)
		rc = smtp_write_mail_command(smtp, envelope, err);
	for (size_t i = 0; rc >= 0 && i < item->recipient_count; i++)
		if (smtp_is_asked(&item->recipients[i]))
			rc = smtp_write_rcpt_command(smtp, envelope, &item->recipients[i], err);
	return rc < 0 ? rc : stream_write(smtp->stream, STR("DATA\r\n"), err);
}

/* ---------------------------------------------------------------- answers */

static int read_reset(struct smtp *smtp, struct error *err)
{
	struct reply reply;
	int rc;

	if (!smtp->needs_reset)
		return 0;
	rc = smtp_reply(smtp, "RSET", &reply, err);
	if (rc >= 0)
		rc = smtp_check_closing(&reply, "RSET", err);
	if (rc < 0)
		return rc;
	if (reply.code / 100 != 2)
		return smtp_out_of_step(&reply, "RSET", err);
	smtp->needs_reset = false;
	return 0;
}

/* RFC 5321 §4.1.1.11: MAIL's parameters are not known. A server behind a proxy may find DSN offered in its name. */
static bool is_unknown_parameter(const struct reply *reply)
{
	return reply->code == 555 ||
	       ((reply->code == 501 || reply->code == 504) && str_starts(reply->words, STR("5.5.4")));
}

static int read_mail_answer(struct smtp *smtp, struct envelope *envelope, struct error *err)
{
	struct outgoing *item = envelope->item;
	struct reply reply;
	int rc = smtp_reply(smtp, "MAIL", &reply, err);

	if (rc < 0)
		return rc;
	if (reply.code / 100 == 2) {
		smtp->needs_reset = true;
		return 0;
	}
	if (reply.code / 100 == 3)
		return smtp_out_of_step(&reply, "MAIL", err);
	/* A server that counts messages a connection says 421 to the first one too many; that one is worth a new
	 * connection at once. */
	if (reply.code == 421 && smtp->carried > 0)
		return smtp_check_closing(&reply, "MAIL", err);
	envelope->mail_refused = true;
	if (envelope->reports && is_unknown_parameter(&reply)) {
		smtp->capabilities &= ~(unsigned)CAN_DSN; /* the item stays pending: its next turn goes without */
		return 0;
	}
	rc = smtp_settle_throttled(item, &reply, "MAIL", err);
	if (rc < 0)
		return rc;
	/* 530: not this message but the account lacks something. */
	smtp_settle_all(item, reply.code == 530 ? OUTCOME_LATER : smtp_outcome(reply.code), reply.code, reply.words);
	smtp_conclude(item, reply.code, reply.words);
	if (reply.code == 530)
		return smtp_refused(&reply, E_AUTH, "MAIL", err);
	return smtp_check_closing(&reply, "MAIL", err);
}

/* RFC 5321 §4.5.3.1.10: 552 to RCPT is an old way to say 452, too many recipients; unless its status says what else it
 * means. */
static enum outcome outcome_of_rcpt(const struct reply *reply)
{
	if (reply->code == 552 && !str_starts(reply->words, STR("5.2.")) && !str_starts(reply->words, STR("5.3.")))
		return OUTCOME_LATER;
	return smtp_outcome(reply->code);
}

static int read_rcpt_answer(struct smtp *smtp, struct envelope *envelope, struct recipient *recipient,
                            struct error *err)
{
	struct reply reply;
	int rc = smtp_reply(smtp, "RCPT", &reply, err);

	if (rc < 0 || envelope->mail_refused)
		return rc < 0 ? rc : smtp_check_closing(&reply, "RCPT", err);
	if (reply.code / 100 == 3)
		return smtp_out_of_step(&reply, "RCPT", err);
	if (reply.code / 100 == 2) {
		recipient->code = reply.code;
		envelope->accepted++;
		return 0;
	}
	if (reply.code == 421) {
		smtp_settle_all(envelope->item, OUTCOME_LATER, reply.code, reply.words);
		smtp_conclude(envelope->item, reply.code, reply.words);
		return smtp_check_closing(&reply, "RCPT", err);
	}
	rc = smtp_settle_throttled(envelope->item, &reply, "RCPT", err);
	if (rc < 0)
		return rc;
	smtp_settle(envelope->item, recipient, outcome_of_rcpt(&reply), reply.code, reply.words);
	recipient->by_rcpt = true;
	if (!envelope->item->code) { /* what the item says where no recipient is accepted */
		envelope->item->code = reply.code;
		envelope->item->answer = arena_cstr(envelope->item->arena, reply.words);
	}
	return 0;
}

/* DATA was pipelined and accepted although nobody is to get the mail: an empty one ends it (RFC 2920 §3.1). */
static int end_for_nobody(struct smtp *smtp, struct error *err)
{
	struct reply reply;
	int rc = stream_write(smtp->stream, STR(".\r\n"), err);

	if (rc >= 0)
		rc = smtp_reply(smtp, "end of an empty mail", &reply, err);
	if (rc < 0)
		return rc;
	smtp->needs_reset = false;
	return smtp_check_closing(&reply, "end of an empty mail", err);
}

/* Nobody accepted it: the outcome stands already, but for the words of a MAIL that wasn't refused. */
static void conclude_without_recipients(struct envelope *envelope)
{
	struct outgoing *item = envelope->item;

	if (!envelope->mail_refused)
		smtp_conclude(item, item->code, str_of(item->answer));
}

/* 1: the mail may follow; 0: the item has its outcome. */
static int read_data_answer(struct smtp *smtp, struct envelope *envelope, struct error *err)
{
	struct outgoing *item = envelope->item;
	struct reply reply;
	int rc = smtp_reply(smtp, "DATA", &reply, err);

	if (rc < 0)
		return rc;
	if (!envelope->accepted) {
		conclude_without_recipients(envelope);
		return reply.code == 354 ? end_for_nobody(smtp, err) : smtp_check_closing(&reply, "DATA", err);
	}
	if (reply.code == 354)
		return 1;
	if (reply.code < 400)
		return smtp_out_of_step(&reply, "DATA", err);
	rc = smtp_settle_throttled(item, &reply, "DATA", err);
	if (rc < 0)
		return rc;
	smtp_settle_all(item, smtp_outcome(reply.code), reply.code, reply.words);
	smtp_conclude(item, reply.code, reply.words);
	return smtp_check_closing(&reply, "DATA", err);
}

/* The answers to write_envelope(). 1: the mail may follow; 0: the item has its outcome. */
static int read_envelope(struct smtp *smtp, struct envelope *envelope, struct error *err)
{
	struct outgoing *item = envelope->item;
	int rc = read_reset(smtp, err);

	if (rc >= 0)
		rc = read_mail_answer(smtp, envelope, err);
	if (rc >= 0 && envelope->mail_refused) { /* the rest is refused as well, but answered */
		for (size_t i = 0; rc >= 0 && i < envelope->asked; i++)
			rc = read_rcpt_answer(smtp, envelope, NULL, err);
		return rc < 0 ? rc : read_data_answer(smtp, envelope, err);
	}
	for (size_t i = 0; rc >= 0 && i < item->recipient_count; i++)
		if (smtp_is_asked(&item->recipients[i]))
			rc = read_rcpt_answer(smtp, envelope, &item->recipients[i], err);
	return rc < 0 ? rc : read_data_answer(smtp, envelope, err);
}

/* ---------------------------------------------------------------- asking step by step */

/* RCPTs from *next on: as many as may be outstanding, then their answers. */
static int ask_some_recipients(struct smtp *smtp, struct envelope *envelope, size_t *next, struct error *err)
{
	size_t group = smtp->capabilities & CAN_PIPELINE && !envelope->chunks ? MAX_GROUP : 1, from = *next, to = from,
	       written = 0;
	struct outgoing *item = envelope->item;
	int rc = 0;

	for (; rc >= 0 && to < item->recipient_count && written < group; to++)
		if (smtp_is_asked(&item->recipients[to])) {
			rc = smtp_write_rcpt_command(smtp, envelope, &item->recipients[to], err);
			written++;
		}
	for (size_t i = from; rc >= 0 && i < to; i++)
		if (smtp_is_asked(&item->recipients[i]))
			rc = read_rcpt_answer(smtp, envelope, &item->recipients[i], err);
	*next = to;
	return rc;
}

/* Every command of a mail in chunks has its answer alone: none may be there before it was asked for. */
static int check_alone(struct smtp *smtp, const struct envelope *envelope, struct error *err)
{
	struct reply reply;
	int rc = envelope->chunks ? stream_wait(smtp->stream, 0, err) : 0;

	if (rc <= 0)
		return rc;
	rc = smtp_reply(smtp, "answer that nobody asked for", &reply, err);
	if (rc == 0)
		rc = smtp_check_closing(&reply, "answer that nobody asked for", err);
	return rc < 0 ? rc : smtp_out_of_step(&reply, "answer that nobody asked for", err);
}

static int ask_for_mail(struct smtp *smtp, struct envelope *envelope, struct error *err)
{
	int rc = write_reset(smtp, err);

	if (rc >= 0)
		rc = read_reset(smtp, err);
	if (rc >= 0)
		rc = check_alone(smtp, envelope, err);
	if (rc >= 0)
		rc = smtp_write_mail_command(smtp, envelope, err);
	return rc < 0 ? rc : read_mail_answer(smtp, envelope, err);
}

/* Without PIPELINING, with more recipients than one group takes, or in chunks. 1: the mail may follow; 0: the item has
 * its outcome. */
static int ask_in_steps(struct smtp *smtp, struct envelope *envelope, struct error *err)
{
	size_t next = 0;
	int rc = ask_for_mail(smtp, envelope, err);

	if (rc < 0 || envelope->mail_refused)
		return rc;
	while (rc >= 0 && next < envelope->item->recipient_count) {
		rc = check_alone(smtp, envelope, err);
		if (rc >= 0)
			rc = ask_some_recipients(smtp, envelope, &next, err);
	}
	if (rc < 0)
		return rc;
	if (!envelope->accepted) {
		conclude_without_recipients(envelope);
		return 0;
	}
	if (envelope->chunks) {
		rc = check_alone(smtp, envelope, err);
		return rc < 0 ? rc : 1;
	}
	rc = stream_write(smtp->stream, STR("DATA\r\n"), err);
	return rc < 0 ? rc : read_data_answer(smtp, envelope, err);
}

/* ---------------------------------------------------------------- the loop over items */

/* The connection is gone while this item was under way: what it has no answer for ends so. */
static void lose(struct smtp *smtp, struct envelope *envelope, enum outcome outcome, const struct error *err)
{
	struct outgoing *item = envelope->item;

	smtp->broken = true;
	if (item->outcome != OUTCOME_PENDING)
		return;
	if (outcome == OUTCOME_PENDING && item->code)
		outcome = OUTCOME_LATER; /* it was answered already */
	if (outcome == OUTCOME_PENDING)
		return;
	smtp_settle_all(item, outcome, 0, str_of(err->text));
	smtp_conclude(item, 0, str_of(err->text));
}

/* Before it might follow: an item of a connection that has carried others may just have met the server's limit.
 */
static enum outcome outcome_when_asked(const struct smtp *smtp, const struct envelope *envelope)
{
	return smtp->carried > 0 && !envelope->accepted ? OUTCOME_PENDING : OUTCOME_LATER;
}

/* The next item that is to be sent; those with nothing to send get their outcome on the way. */
static bool next_envelope(struct smtp *smtp, struct outgoing *const *items, size_t n, size_t *at, struct envelope *ret)
{
	while (*at < n)
		if (smtp_prepare(smtp, items[(*at)++], ret))
			return true;
	return false;
}

/* Asks for a transaction that isn't in the pipeline yet. */
static int ask(struct smtp *smtp, struct envelope *envelope, struct error *err)
{
	int rc;

	if (!goes_at_once(smtp, envelope))
		return ask_in_steps(smtp, envelope, err);
	rc = write_envelope(smtp, envelope, err);
	return rc < 0 ? rc : read_envelope(smtp, envelope, err);
}

/* The end of the mail, and in the same group the envelope of the next one; then what the server says of this one. */
static int end_one(struct smtp *smtp, struct envelope *envelope, struct envelope *next, struct error *err)
{
	bool surely_not = false;
	int rc;

	smtp->needs_reset = false; /* the end is the transaction's, too */
	rc = smtp_end_text(smtp, envelope, &surely_not, err);
	if (rc >= 0 && next)
		rc = write_envelope(smtp, next, err);
	if (rc >= 0)
		rc = smtp_read_end(smtp, envelope, err);
	if (rc < 0)
		lose(smtp, envelope, surely_not ? OUTCOME_LATER : OUTCOME_UNCERTAIN, err);
	else if (envelope->chunks)
		smtp->needs_reset = envelope->item->outcome != OUTCOME_SENT; /* RFC 3030 §2 */
	return rc;
}

/* One mail that may follow. *ret_go says of the next what ask() would. */
static int send_one(struct smtp *smtp, struct envelope *envelope, struct envelope *next, int *ret_go, struct error *err)
{
	bool together = next && !envelope->chunks && goes_at_once(smtp, next);
	int rc = smtp_write_text(smtp, envelope, err);

	if (rc == E_STOPPED || rc == E_CONFLICT) {
		smtp->broken = true; /* ours to decide, no try of this mail: it stays as it was */
		return rc;
	}
	if (rc < 0) {
		lose(smtp, envelope, OUTCOME_LATER, err);
		return rc;
	}
	if (rc > 0)
		rc = end_one(smtp, envelope, together ? next : NULL, err);
	if (rc < 0)
		return rc;
	if (next)
		*ret_go = together ? read_envelope(smtp, next, err) : ask(smtp, next, err);
	if (next && *ret_go < 0)
		lose(smtp, next, outcome_when_asked(smtp, next), err);
	return next ? MIN(*ret_go, 0) : 0;
}

static int send_items(struct smtp *smtp, struct outgoing *const *items, size_t n, struct error *err)
{
	struct envelope current, next = {0};
	size_t at = 0;
	bool more = next_envelope(smtp, items, n, &at, &current);
	int go = 0, rc = 0;

	while (more && rc >= 0) {
		if (!go) {
			go = rc = ask(smtp, &current, err);
			if (rc < 0)
				lose(smtp, &current, outcome_when_asked(smtp, &current), err);
			else if (rc == 0)
				more = next_envelope(smtp, items, n, &at, &current);
			continue;
		}
		more = next_envelope(smtp, items, n, &at, &next);
		go = 0;
		rc = send_one(smtp, &current, more ? &next : NULL, &go, err);
		if (more && rc >= 0 && !go) /* the next was refused and has its outcome */
			more = next_envelope(smtp, items, n, &at, &next);
		current = next;
	}
	return MIN(rc, 0);
}

int smtp_send(struct sender *s, struct outgoing *const *items, size_t n, struct error *err)
{
	struct smtp *smtp = (struct smtp *)s;
	struct error fault = {0};
	int rc;

	for (size_t i = 0; i < n; i++)
		items[i]->outcome = OUTCOME_PENDING;
	if (smtp->broken)
		return fail(err, E_CLOSED, RETRY_NOW, "the connection was ended before");
	rc = send_items(smtp, items, n, &fault);
	if (rc < 0 && err)
		*err = fault;
	return rc;
}
