/* The log-in: see session.h.
 *
 * APOP (RFC 1939 §7) isn't used: its MD5 has been broken for just this use since 2007, within TLS it is needless, and
 * servers greet with its time stamp though they can't do it, so that trying it costs a failed log-in. */
#include "receive/pop3/session.h"

#include "base/mem.h"

static void wipe_bufp(struct buf *buf)
{
	mem_wipe_free(buf->p, buf->size);
}

/* "USER name" or "PASS word": the rest of the line is the text, spaces included. */
static int send_text(struct pop3 *pop3, struct str word, struct str text, struct error *err)
{
	struct buf line CLEANUP(wipe_bufp) = BUF_INIT(POP3_COMMAND_MAX);

	if (!buf_room(&line, word.n + text.n + 2)) /* all at once: no growing leaves a copy behind */
		return fail(err, E_INVALID, RETRY_NEVER, "user name or password is too long");
	buf_add(&line, word);
	buf_add(&line, text);
	buf_add(&line, STR("\r\n"));
	return stream_write_secret(pop3->stream, buf_str(&line), err);
}

static int check_credentials(const struct receiver_options *options, struct error *err)
{
	struct str password;

	if (!options->login.user || !*options->login.user || !options->login.password ||
	    !secret_is_set(options->login.password))
		return fail(err, E_INVALID, RETRY_NEVER, "user name or password is missing");
	password = secret_reveal(options->login.password);
	if (strpbrk(options->login.user, "\r\n") || str_find_char(password, '\r') >= 0 ||
	    str_find_char(password, '\n') >= 0 || str_find_char(password, '\0') >= 0)
		return fail(err, E_INVALID, RETRY_NEVER, "user name or password has a line break or NUL in it");
	return 0;
}

static int refused(struct pop3 *pop3, const struct pop3_reply *reply, struct error *err)
{
	pop3_refused(reply, "login", SCOPE_ACCOUNT, E_AUTH, RETRY_NEVER, err);
	return pop3_break(pop3, err);
}

/* With PIPELINING both lines leave together. */
static int user_and_pass(struct pop3 *pop3, const struct receiver_options *options, struct error *err)
{
	struct pop3_reply user, pass;
	int r = send_text(pop3, STR("USER "), str_of(options->login.user), err);

	if (r >= 0 && pop3_is_pipelined(pop3))
		r = send_text(pop3, STR("PASS "), secret_reveal(options->login.password), err);
	if (r < 0)
		return pop3_break(pop3, err);
	r = pop3_read_reply(pop3, "login", &user, err);
	if (r < 0)
		return r;
	if (!user.ok)
		return refused(pop3, &user, err);
	if (!pop3_is_pipelined(pop3) &&
	    send_text(pop3, STR("PASS "), secret_reveal(options->login.password), err) < 0)
		return pop3_break(pop3, err);
	r = pop3_read_reply(pop3, "login", &pass, err);
	return r < 0 ? r : pass.ok ? 0 : refused(pop3, &pass, err);
}

int pop3_log_in(struct pop3 *pop3, const struct receiver_options *options, struct error *err)
{
	int r = check_credentials(options, err);

	if (r < 0)
		return pop3_break(pop3, err);
	if (!stream_is_tls(pop3->stream) && !options->login.allow_insecure) {
		fail(err, E_INSECURE, RETRY_NEVER,
		     "the connection is not encrypted: no password was sent (choose TLS or STARTTLS, or allow an "
		     "insecure login)");
		return pop3_break(pop3, err);
	}
	return user_and_pass(pop3, options, err);
}
