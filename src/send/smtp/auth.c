/* Log-in (RFC 4954): AUTH PLAIN (RFC 4616), else AUTH LOGIN. The mechanisms are those offered after TLS. */
#include "send/smtp/smtp.h"

#include "base/base64.h"

#define MAX_CREDENTIAL KIB(4)
#define MAX_INITIAL \
	400 /* a longer first response goes on a line of its own: RFC 5321 lets servers cut commands at 512 */

/* A buffer that held a password. Its room is reserved at once, so that growing leaves no copy behind. */
static void wipe(struct buf *buf)
{
	if (buf->p)
		explicit_bzero(buf->p, buf->size);
	buf_done(buf);
}

static void wiped_init(struct buf *buf)
{
	buf_init(buf, 3 * MAX_CREDENTIAL);
	must(buf_room(buf, 3 * MAX_CREDENTIAL - 1) != NULL);
}

static int write_base64(struct smtp *smtp, struct str bytes, struct error *err)
{
	struct buf text CLEANUP(wipe) = {0};

	wiped_init(&text);
	base64_encode(&text, bytes);
	buf_add(&text, STR("\r\n"));
	must(!text.failed);
	return stream_write_secret(smtp->stream, buf_str(&text), err);
}

/* 5xx: a person must act. 4xx, as 454 from a server whose user database is away, passes. */
static int log_in_answer(const struct reply *reply, struct error *err)
{
	if (reply->code == 235)
		return 0;
	if (reply->code < 400)
		return fail(err, E_PROTOCOL, RETRY_LATER, "log-in: the server answers %d instead of 235", reply->code);
	return smtp_refused(reply, E_AUTH, "log-in", err);
}

/* ---------------------------------------------------------------- PLAIN */

static int log_in_plain(struct smtp *smtp, struct str user, struct str password, struct reply *ret_reply,
                        struct error *err)
{
	struct buf message CLEANUP(wipe) = {0};
	bool initial;
	int rc;

	wiped_init(&message);
	buf_add_char(&message, '\0');
	buf_add(&message, user);
	buf_add_char(&message, '\0');
	buf_add(&message, password);
	initial = message.n <= MAX_INITIAL * 3 / 4;
	rc = stream_write(smtp->stream, initial ? STR("AUTH PLAIN ") : STR("AUTH PLAIN\r\n"), err);
	if (rc >= 0 && initial)
		rc = write_base64(smtp, buf_str(&message), err);
	if (rc >= 0)
		rc = smtp_reply(smtp, "log-in", ret_reply, err);
	if (rc < 0 || ret_reply->code != 334) /* some ask although they were told already */
		return rc;
	rc = write_base64(smtp, buf_str(&message), err);
	return rc < 0 ? rc : smtp_reply(smtp, "log-in", ret_reply, err);
}

/* ---------------------------------------------------------------- LOGIN */

static int log_in_login(struct smtp *smtp, struct str user, struct str password, struct reply *ret_reply,
                        struct error *err)
{
	int rc = stream_write(smtp->stream, STR("AUTH LOGIN\r\n"), err);

	if (rc >= 0)
		rc = smtp_reply(smtp, "log-in", ret_reply, err);
	if (rc < 0 || ret_reply->code != 334)
		return rc;
	rc = write_base64(smtp, user, err);
	if (rc >= 0)
		rc = smtp_reply(smtp, "log-in", ret_reply, err);
	if (rc < 0 || ret_reply->code != 334)
		return rc;
	rc = write_base64(smtp, password, err);
	return rc < 0 ? rc : smtp_reply(smtp, "log-in", ret_reply, err);
}

/* ---------------------------------------------------------------- both */

static int check_credentials(const struct smtp *smtp, const struct sender_options *options, struct error *err)
{
	struct str user = str_of(options->login.user);
	struct str password = options->login.password ? secret_reveal(options->login.password) : STR_NULL;

	if (!password.p)
		return fail(err, E_AUTH, RETRY_NEVER, "log-in: user %.80s has no password set", options->login.user);
	if (user.n + password.n + 2 > MAX_CREDENTIAL || memchr(password.p, '\0', password.n))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "log-in: user and password can't be longer than %zu bytes or hold a NUL",
		            MAX_CREDENTIAL - 2);
	if (!stream_is_tls(smtp->stream) && !options->login.allow_insecure)
		return fail(err, E_INSECURE, RETRY_NEVER,
		            "log-in: the connection is not encrypted, so the password was not sent; set security to "
		            "starttls or tls");
	return 0;
}

static int no_mechanism(const struct smtp *smtp, struct error *err)
{
	if (smtp->capabilities & CAN_OTHER_AUTH)
		return fail(err, E_UNSUPPORTED, RETRY_NEVER,
		            "log-in: the server offers neither AUTH PLAIN nor AUTH LOGIN");
	if (!stream_is_tls(smtp->stream) && smtp->capabilities & CAN_STARTTLS)
		return fail(err, E_UNSUPPORTED, RETRY_NEVER,
		            "log-in: the server offers it only over TLS: set security to starttls");
	return fail(err, E_UNSUPPORTED, RETRY_NEVER,
	            "log-in: the server offers none on this port; is it the submission port (587 or 465)?");
}

int smtp_log_in(struct smtp *smtp, const struct sender_options *options, struct error *err)
{
	struct str user = str_of(options->login.user), password;
	struct reply reply = {0};
	int rc = check_credentials(smtp, options, err);

	if (rc < 0)
		return rc;
	password = secret_reveal(options->login.password);
	if (smtp->capabilities & CAN_PLAIN) {
		rc = log_in_plain(smtp, user, password, &reply, err);
		/* 504: announced, but not for this user */
		if (rc >= 0 && reply.code == 504 && smtp->capabilities & CAN_LOGIN)
			rc = log_in_login(smtp, user, password, &reply, err);
	} else if (smtp->capabilities & CAN_LOGIN) {
		rc = log_in_login(smtp, user, password, &reply, err);
	} else {
		return no_mechanism(smtp, err);
	}
	return rc < 0 ? rc : log_in_answer(&reply, err);
}
