/* Telling the server what has been handled, and what POP3 can't do: see session.h.
 *
 * DELE only marks; the server deletes when it gets QUIT, and says so in its answer (RFC 1939 §6). So _begin marks, _end
 * quits, and the session is over with it. A connection lost before that answer leaves open what happened: the names
 * tell the next one what is still there, and it marks that again. */
#include "receive/pop3/session.h"

#include "base/fault.h"
#include "base/mem.h"

static void note_deleted(struct pop3 *pop3, struct pop3_mail *mail)
{
	mail->is_deleted = true;
	ARRAY_ROOM(pop3->deleted, pop3->deleted_count, pop3->deleted_size);
	pop3->deleted[pop3->deleted_count++] = mail->name;
}

static int read_dele(struct pop3 *pop3, struct pop3_mail *mail, struct error *err)
{
	struct pop3_reply reply;
	int r = pop3_read_reply(pop3, "dele", &reply, err);

	if (r < 0)
		return r;
	if (reply.ok)
		note_deleted(pop3, mail);
	else if (!pop3->refusal.code)
		pop3_refused(&reply, "dele", SCOPE_FOLDER, E_REFUSED, RETRY_LATER, &pop3->refusal);
	return 0;
}

/* Marks those that are there and not marked yet; several commands on their way where the server allows it. */
static int mark(struct pop3 *pop3, const uint32_t *uids, size_t n, struct error *err)
{
	struct pop3_mail **ahead CLEANUP(freep) = mem_new(POP3_AHEAD_MAX, sizeof *ahead);
	size_t most = pop3_is_pipelined(pop3) ? POP3_AHEAD_MAX : 1, first = 0, count = 0, at = 0;
	int r = 0;

	while (r == 0 && (at < n || count)) {
		if (at < n && count < most) {
			struct pop3_mail *mail = pop3_find(pop3, uids[at++]);

			if (mail && !mail->is_deleted) {
				ahead[(first + count++) % POP3_AHEAD_MAX] = mail;
				r = pop3_send(pop3, err, "DELE %u", mail->number);
			}
		} else {
			r = read_dele(pop3, ahead[first], err);
			first = (first + 1) % POP3_AHEAD_MAX;
			count--;
		}
	}
	return r;
}

int pop3_acknowledge_begin(struct receiver *receiver, const uint32_t *uids, size_t n, struct error *err)
{
	struct pop3 *pop3 = (struct pop3 *)receiver;
	int r = pop3_usable(pop3, err);

	if (r < 0 || n == 0 || pop3->options.after != AFTER_DELETE)
		return r;
	r = pop3_read_over(pop3, err);
	if (r == 0)
		r = pop3_expect_silence(pop3, err);
	fault_step("pop3 delete: before");
	return r < 0 ? r : mark(pop3, uids, n, err);
}

/* The names of what is gone: so that their going isn't taken for a renaming. */
static int forget_deleted(struct pop3 *pop3, struct error *err)
{
	const struct names_look look = {.gone = pop3->deleted, .gone_count = pop3->deleted_count};
	int r = pop3->deleted_count ? names_look(pop3->names, &look, err) : 0;

	pop3->deleted_count = 0;
	return MIN(r, 0);
}

int pop3_acknowledge_end(struct receiver *receiver, struct error *err)
{
	struct pop3 *pop3 = (struct pop3 *)receiver;
	struct pop3_reply reply;
	int r = pop3_usable(pop3, err);

	if (r < 0 || (pop3->deleted_count == 0 && !pop3->refusal.code))
		return r;
	r = pop3_forget_scan(pop3, err);
	if (r == 0)
		r = pop3_expect_silence(pop3, err);
	fault_step("pop3 quit: before");
	if (r == 0)
		r = pop3_send(pop3, err, "QUIT");
	if (r == 0)
		r = pop3_read_reply(pop3, "quit", &reply, err);
	if (r < 0)
		return error_prefix(err,
		                    "whether the server deleted what was handled isn't known, so it is told again");
	fault_step("pop3 quit: after");
	pop3->is_over = true;
	if (!reply.ok)
		return pop3_refused(&reply, "quit", SCOPE_FOLDER, E_REFUSED, RETRY_LATER, err);
	r = forget_deleted(pop3, err);
	if (r == 0 && pop3->refusal.code) {
		if (err)
			*err = pop3->refusal;
		return pop3->refusal.code;
	}
	return r;
}

/* ---------------------------------------------------------------- what is there */

int pop3_list(struct receiver *receiver, void (*each)(void *ctx, uint32_t uid), void *ctx, struct error *err)
{
	struct pop3 *pop3 = (struct pop3 *)receiver;
	int r = pop3_usable(pop3, err), n = 0;

	if (r < 0)
		return r;
	for (size_t i = 0; i < pop3->mail_count; i++)
		if (!pop3->mails[i].is_deleted) {
			each(ctx, pop3->mails[i].uid);
			n++;
		}
	return n;
}

/* ---------------------------------------------------------------- what POP3 can't do */

int pop3_move(struct receiver *receiver, const uint32_t *uids UNUSED, size_t n, const char *folder UNUSED,
              struct error *err)
{
	int r = pop3_usable((struct pop3 *)receiver, err);

	if (r < 0 || n == 0)
		return r;
	return fail_scope(err, SCOPE_FOLDER, E_UNSUPPORTED, RETRY_NEVER, "POP3 has no folders to move mail to");
}

int pop3_idle_start(struct receiver *receiver, struct error *err)
{
	return pop3_forget_scan((struct pop3 *)receiver, err);
}

int pop3_no_idle(struct receiver *receiver, struct error *err)
{
	return pop3_usable((struct pop3 *)receiver, err);
}

int pop3_noop(struct receiver *receiver, struct error *err)
{
	struct pop3 *pop3 = (struct pop3 *)receiver;
	struct pop3_reply reply;
	int r = pop3_usable(pop3, err);

	if (r == 0)
		r = pop3_read_over(pop3, err);
	if (r == 0)
		r = pop3_send(pop3, err, "NOOP");
	return r < 0 ? r : pop3_read_reply(pop3, "noop", &reply, err);
}
