/* A mail's text, once its recipients are known: behind DATA with a dot at its end (RFC 5321 §4.1.1.4), or in chunks
 *whose size is told (RFC 3030):
 *
 *	C: BDAT 1048576, text, BDAT 1048576, text …  S: 250, 250 …
 *	C: BDAT 2000 LAST, text                      S: 250
 *
 * Chunks are for large mail. A server can refuse it early, no byte of it is looked at for dots, and until LAST nothing
 * is in doubt. Usual mail gains nothing: DATA in a pipeline costs as many round trips, and 354 keeps both sides in step
 * (transaction.c).
 *
 * The mark of sender.h is made before the dot, and before BDAT LAST: nobody has the mail without them. No answer is
 * outstanding then: whatever the server says there is not the answer to the end. */
#include "send/smtp/smtp.h"

#include "base/fault.h"

#define CHUNK            MIB(1) /* larger mail goes in chunks of that */
#define CHUNK_RECIPIENTS 10     /* more would wait longer for their answers, one by one, than chunks gain */

/* Where line ends are to be repaired, the size isn't known before: DATA's writer does that. */
bool smtp_goes_in_chunks(const struct smtp *smtp, const struct envelope *envelope)
{
	return smtp->capabilities & CAN_CHUNK && smtp->capabilities & CAN_PIPELINE && envelope->item->mime.n > CHUNK &&
	       !envelope->scan.bare_ends && envelope->asked <= CHUNK_RECIPIENTS;
}

/* ---------------------------------------------------------------- answers */

/* To what may take as long as the end of a mail. */
static int read_slow_reply(struct smtp *smtp, const char *step, struct reply *ret_reply, struct error *err)
{
	int rc;

	stream_set_io_timeout(smtp->stream, smtp->dot_timeout_ms);
	rc = smtp_read_reply(smtp, step, smtp->dot_timeout_ms, ret_reply, NULL, NULL, err);
	stream_set_io_timeout(smtp->stream, smtp->io_timeout_ms);
	return rc;
}

static int settle_by(struct outgoing *item, const struct reply *reply, const char *step, struct error *err)
{
	int rc = smtp_settle_throttled(item, reply, step, err);

	if (rc < 0)
		return rc;
	smtp_settle_all(item, reply->code / 100 == 2 ? OUTCOME_SENT : smtp_outcome(reply->code), reply->code,
	                reply->words);
	smtp_conclude(item, reply->code, reply->words);
	return smtp_check_closing(reply, step, err);
}

/* A server behind a proxy may find CHUNKING offered in its name. It takes the text for commands: away from here. */
static int check_known(struct outgoing *item, const struct reply *reply, struct error *err)
{
	if (reply->code != 500 && reply->code != 502)
		return 0;
	fail(err, E_PROTOCOL, RETRY_LATER,
	     "BDAT: the server offers CHUNKING and answers %d " STR_FMT
	     " (send/advanced: chunking: \"false\" does without)",
	     reply->code, STR_ARG(reply->words));
	smtp_settle_all(item, OUTCOME_LATER, reply->code, str_of(err->text));
	smtp_conclude(item, reply->code, str_of(err->text));
	return E_PROTOCOL;
}

/* ---------------------------------------------------------------- all but the end */

/* The server spoke or closed before the end: it refused this mail early, and no end must follow. */
static int check_quiet(struct smtp *smtp, struct envelope *envelope, struct error *err)
{
	struct outgoing *item = envelope->item;
	struct reply reply;
	int rc = stream_wait(smtp->stream, 0, err);

	if (rc <= 0)
		return rc;
	rc = smtp_reply(smtp, "message text", &reply, err);
	if (rc < 0)
		return rc;
	if (reply.code >= 400) {
		smtp_settle_all(item, smtp_outcome(reply.code), reply.code, reply.words);
		smtp_conclude(item, reply.code, reply.words);
	}
	return smtp_out_of_step(&reply, "message text, before its end", err);
}

/* One of those that are outstanding. 1: taken; 0: refused, the item has its outcome; the others are answered as well,
 * and the transaction is still there. */
static int read_chunk_answer(struct smtp *smtp, struct envelope *envelope, size_t *outstanding, struct error *err)
{
	struct reply reply;
	int rc = read_slow_reply(smtp, "BDAT", &reply, err);

	--*outstanding;
	if (rc < 0 || reply.code / 100 == 2)
		return rc < 0 ? rc : 1;
	if (reply.code / 100 == 3)
		return smtp_out_of_step(&reply, "BDAT", err);
	rc = check_known(envelope->item, &reply, err);
	if (rc == 0)
		rc = settle_by(envelope->item, &reply, "BDAT", err);
	for (; rc >= 0 && *outstanding > 0; --*outstanding) {
		rc = read_slow_reply(smtp, "BDAT", &reply, err);
		if (rc >= 0)
			rc = smtp_check_closing(&reply, "BDAT", err);
	}
	return rc;
}

static int write_chunk(struct smtp *smtp, struct str text, const char *last, struct error *err)
{
	int rc = stream_printf(smtp->stream, err, "BDAT %zu%s\r\n", text.n, last);

	return rc < 0 ? rc : stream_write_bulk(smtp->stream, text, err);
}

/* Chunks until one is left, as far as nothing is refused; that one may go when all of them are taken. */
static int write_chunks(struct smtp *smtp, struct envelope *envelope, struct error *err)
{
	size_t outstanding = 0;
	int rc = 1;

	envelope->rest = envelope->item->mime;
	while (rc > 0 && envelope->rest.n > CHUNK) {
		rc = write_chunk(smtp, str_slice(envelope->rest, 0, CHUNK), "", err);
		envelope->rest = str_slice(envelope->rest, CHUNK, envelope->rest.n);
		outstanding++;
		while (rc >= 0 && (rc = stream_wait(smtp->stream, 0, err)) > 0 && outstanding > 0) {
			rc = read_chunk_answer(smtp, envelope, &outstanding, err);
			if (rc <= 0)
				return rc;
		}
		if (rc >= 0)
			rc = 1;
	}
	while (rc > 0 && outstanding > 0)
		rc = read_chunk_answer(smtp, envelope, &outstanding, err);
	return rc;
}

int smtp_write_text(struct smtp *smtp, struct envelope *envelope, struct error *err)
{
	struct outgoing *item = envelope->item;
	int rc;

	stream_step(smtp->stream, "message text", 0);
	rc = envelope->chunks ? write_chunks(smtp, envelope, err)
	                      : smtp_write_mail(smtp->stream, item->mime, &envelope->scan, err);
	if (rc < 0 || (rc == 0 && envelope->chunks))
		return rc;
	rc = check_quiet(smtp, envelope, err);
	if (rc >= 0 && smtp->before_dot && smtp->before_dot(smtp->before_dot_ctx, item, err) != 0)
		rc = err->code < 0 ? err->code : fail(err, E_STOPPED, RETRY_LATER, "stopped before the final dot");
	return rc < 0 ? rc : 1;
}

/* ---------------------------------------------------------------- the end */

/* What hasn't left to its last byte, the server can't take. */
static int write_last_chunk(struct smtp *smtp, const struct envelope *envelope, struct error *err)
{
	static const struct str line_end = STR_INIT("\r\n");
	struct str text = envelope->rest;
	bool ended = text.p[text.n - 1] == '\n';
	int rc = stream_printf(smtp->stream, err, "BDAT %zu LAST\r\n", text.n + (ended ? 0 : line_end.n));

	if (rc >= 0)
		rc = stream_write_bulk(smtp->stream, text, err);
	return rc < 0 || ended ? rc : stream_write_bulk(smtp->stream, line_end, err);
}

int smtp_end_text(struct smtp *smtp, const struct envelope *envelope, bool *ret_surely_not, struct error *err)
{
	int rc;

	fault_step("smtp before the final dot");
	smtp->carried++;
	if (!envelope->chunks)
		return stream_write(smtp->stream, STR(".\r\n"), err);
	rc = write_last_chunk(smtp, envelope, err);
	*ret_surely_not = rc < 0;
	return rc;
}

int smtp_read_end(struct smtp *smtp, struct envelope *envelope, struct error *err)
{
	const char *step = envelope->chunks ? "BDAT LAST" : "final dot";
	struct reply reply;
	int rc = read_slow_reply(smtp, step, &reply, err);

	if (rc < 0)
		return rc;
	if (reply.code / 100 == 3)
		return smtp_out_of_step(&reply, step, err);
	fault_step("smtp after the final dot");
	if (envelope->chunks)
		rc = check_known(envelope->item, &reply, err);
	return rc < 0 ? rc : settle_by(envelope->item, &reply, step, err);
}
