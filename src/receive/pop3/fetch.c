/* receiver_scan and receiver_next: see session.h.
 *
 * With PIPELINING several RETR are on their way, bounded by count and bytes; without it the next is asked for as soon
 * as the one before has been read, so that the server works while the caller does. */
#include "receive/pop3/session.h"

#include "base/mem.h"

#define BYTES_AHEAD 4 /* times batch_bytes */
#define HEADER_COST KIB(16)

/* ---------------------------------------------------------------- scan */

void pop3_free_wanted(struct pop3 *pop3)
{
	for (size_t i = pop3->taken; i < pop3->answered; i++)
		incoming_free(pop3->wanted[i].incoming);
	free(pop3->wanted);
	pop3->wanted = NULL;
	pop3->wanted_count = pop3->taken = pop3->answered = pop3->asked = 0;
	pop3->bytes_ahead = 0;
}

int pop3_forget_scan(struct pop3 *pop3, struct error *err)
{
	int r = pop3_usable(pop3, err);

	if (r == 0)
		r = pop3_read_over(pop3, err);
	pop3_free_wanted(pop3);
	return r;
}

int pop3_scan(struct receiver *receiver, struct position from, struct error *err)
{
	struct pop3 *pop3 = (struct pop3 *)receiver;
	uint32_t above = from.uidvalidity == names_uidvalidity(pop3->names) ? from.uid : 0;
	int r = pop3_forget_scan(pop3, err);

	if (r < 0)
		return r;
	pop3->wanted = mem_new(MAX(pop3->mail_count, 1), sizeof *pop3->wanted);
	for (size_t i = 0; i < pop3->mail_count; i++) {
		struct pop3_mail *mail = &pop3->mails[i];

		if (mail->uid > above && !mail->is_deleted)
			pop3->wanted[pop3->wanted_count++] = (struct pop3_wanted){.uid = mail->uid, .mail = mail};
	}
	return (int)pop3->wanted_count;
}

int pop3_scan_these(struct receiver *receiver, const uint32_t *uids, size_t n, struct error *err)
{
	struct pop3 *pop3 = (struct pop3 *)receiver;
	int r = pop3_forget_scan(pop3, err);

	if (r < 0)
		return r;
	pop3->wanted = mem_new(MAX(n, 1), sizeof *pop3->wanted);
	for (size_t i = 0; i < n; i++)
		pop3->wanted[pop3->wanted_count++] =
		        (struct pop3_wanted){.uid = uids[i], .mail = pop3_find(pop3, uids[i])};
	return (int)n;
}

/* ---------------------------------------------------------------- asking ahead */

static bool is_too_large(const struct pop3 *pop3, const struct pop3_mail *mail)
{
	return mail->size > pop3->options.max_message_bytes;
}

static bool is_there(const struct pop3_wanted *wanted)
{
	return wanted->mail && !wanted->mail->is_deleted;
}

static uint64_t cost_of(const struct pop3 *pop3, const struct pop3_wanted *wanted)
{
	if (!is_there(wanted))
		return 0;
	return is_too_large(pop3, wanted->mail) ? HEADER_COST : wanted->mail->size;
}

static bool may_ask(const struct pop3 *pop3)
{
	size_t on_way = pop3->asked - pop3->answered, most = pop3_is_pipelined(pop3) ? POP3_AHEAD_MAX : 1;
	uint64_t bytes = (uint64_t)pop3->options.batch_bytes * BYTES_AHEAD;

	if (pop3->asked >= pop3->wanted_count || on_way >= MIN(most, (size_t)pop3->options.batch_count * 2))
		return false;
	return on_way == 0 || pop3->bytes_ahead + cost_of(pop3, &pop3->wanted[pop3->asked]) <= bytes;
}

/* RFC 2449 §6.6 lets us send what we like; but our commands must not fill the server's buffer while it fills ours. At
 * POP3_AHEAD_MAX short lines that can't be. */
static int ask_ahead(struct pop3 *pop3, struct error *err)
{
	bool any = false;
	int r = 0;

	while (r == 0 && may_ask(pop3)) {
		const struct pop3_wanted *wanted = &pop3->wanted[pop3->asked];

		pop3->bytes_ahead += cost_of(pop3, wanted);
		pop3->asked++;
		if (!is_there(wanted))
			continue;
		any = true;
		if (is_too_large(pop3, wanted->mail))
			r = pop3_send(pop3, err, "TOP %u 0", wanted->mail->number);
		else
			r = pop3_send(pop3, err, "RETR %u", wanted->mail->number);
	}
	if (r == 0 && any && stream_flush(pop3->stream, err) < 0)
		return pop3_break(pop3, err);
	return r;
}

/* ---------------------------------------------------------------- one message */

static struct incoming *not_had(const struct pop3_wanted *wanted, const struct error *fault)
{
	struct incoming *in = mem_new(1, sizeof *in);

	in->kind = fault ? INCOMING_FAILED : INCOMING_GONE;
	in->size = wanted->mail ? wanted->mail->size : 0;
	if (fault) {
		in->fault = mem_new(1, sizeof *in->fault);
		*in->fault = *fault;
		in->fault->scope = SCOPE_MESSAGE;
		error_prefix(in->fault, "message %u", wanted->mail->number);
	}
	return in;
}

static void add_bytes(void *ctx, struct str bytes)
{
	body_add(ctx, bytes);
}

/* TOP hands out the header of what is too large; some servers send more than that. */
static void cut_to_header(struct incoming *in, uint64_t size)
{
	in->kind = INCOMING_TOO_LARGE;
	in->raw = body_header(in->raw);
	in->size = size;
}

/* LIST may lie about a size. But a message that isn't as large as told, and just as large as the one before, is the one
 * before, sent twice: what follows would be one off. */
static int check_octets(struct pop3 *pop3, const struct pop3_mail *mail, uint64_t octets, struct error *err)
{
	bool is_as_told = octets == mail->size;

	if (!is_as_told && octets && octets == pop3->last_octets) {
		fail(err, E_PROTOCOL, RETRY_LATER,
		     "retr: message %u has %llu octets, as the one before, and not %llu as told", mail->number,
		     (unsigned long long)octets, (unsigned long long)mail->size);
		return pop3_break(pop3, err);
	}
	pop3->last_octets = is_as_told ? octets : 0;
	return 0;
}

static int read_body(struct pop3 *pop3, struct pop3_wanted *wanted, struct error *err)
{
	bool header_only = is_too_large(pop3, wanted->mail);
	struct body body CLEANUP(body_done) = {.fd = -1};
	struct error fault;
	int r;

	body_begin(&body, header_only ? HEADER_COST : wanted->mail->size, pop3->options.max_message_bytes);
	r = pop3_read_data(pop3, add_bytes, &body, err);
	if (r == 0 && !header_only)
		r = check_octets(pop3, wanted->mail, body.total, err);
	if (r < 0)
		return r;
	if (!header_only && body.total == 0 && wanted->mail->size > 0) {
		fail(&fault, E_PROTOCOL, RETRY_LATER, "retr: the server hands out nothing, and LIST said %llu octets",
		     (unsigned long long)wanted->mail->size);
		wanted->incoming = not_had(wanted, &fault);
	} else if (body_end(&body, &wanted->incoming, &fault) < 0)
		wanted->incoming = not_had(wanted, &fault);
	else if (header_only)
		cut_to_header(wanted->incoming, wanted->mail->size);
	return 0;
}

/* TOP is optional: without it, what is too large comes without its header. */
static void take_refused_top(struct pop3_wanted *wanted)
{
	wanted->incoming = mem_new(1, sizeof *wanted->incoming);
	wanted->incoming->memory = mem_new(1, 1);
	wanted->incoming->raw = str_new(wanted->incoming->memory, 0);
	cut_to_header(wanted->incoming, wanted->mail->size);
}

/* A server that asks to slow down is no fault of the message: negative. */
static int take_refused(struct pop3 *pop3, struct pop3_wanted *wanted, const struct pop3_reply *reply,
                        struct error *err)
{
	struct error fault;

	if (pop3_refused(reply, "retr", SCOPE_MESSAGE, E_REFUSED, RETRY_LATER, &fault) == E_THROTTLED)
		return pop3_check_passing(pop3, reply, "retr", err);
	if (is_too_large(pop3, wanted->mail))
		take_refused_top(wanted);
	else
		wanted->incoming = not_had(wanted, &fault);
	return 0;
}

/* The answer to the oldest command on its way. */
static int read_answer(struct pop3 *pop3, struct error *err)
{
	struct pop3_wanted *wanted = &pop3->wanted[pop3->answered];
	struct pop3_reply reply;
	int r = 0;

	if (!is_there(wanted)) {
		wanted->incoming = not_had(wanted, NULL);
	} else {
		r = pop3_read_reply(pop3, "retr", &reply, err);
		if (r == 0 && reply.ok)
			r = read_body(pop3, wanted, err);
		else if (r == 0)
			r = take_refused(pop3, wanted, &reply, err);
	}
	if (r < 0)
		return r;
	wanted->incoming->uid = wanted->uid;
	wanted->incoming->uidvalidity = names_uidvalidity(pop3->names);
	pop3->answered++;
	return 0;
}

int pop3_read_over(struct pop3 *pop3, struct error *err)
{
	int r = 0;

	while (r == 0 && pop3->answered < pop3->asked)
		r = read_answer(pop3, err);
	return r;
}

int pop3_next(struct receiver *receiver, struct incoming **ret, struct error *err)
{
	struct pop3 *pop3 = (struct pop3 *)receiver;
	struct error later;
	int r = pop3_usable(pop3, err);

	if (r == 0)
		r = ask_ahead(pop3, err);
	if (r == 0 && pop3->taken == pop3->answered && pop3->answered < pop3->asked)
		r = read_answer(pop3, err);
	if (r < 0)
		return r;
	if (pop3->taken == pop3->answered) {
		pop3_free_wanted(pop3);
		return 0;
	}
	pop3->bytes_ahead -= MIN(pop3->bytes_ahead, cost_of(pop3, &pop3->wanted[pop3->taken]));
	*ret = take(pop3->wanted[pop3->taken].incoming);
	pop3->taken++;
	ask_ahead(pop3, &later); /* a failure is said by the next call: this message is whole */
	return 1;
}
