/* See error.h. */
#define BASE_ERROR_IMPLEMENTATION
#include "error.h"

#include "str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A character that the limit of the text has cut is dropped. */
static void end_on_character(char *text)
{
	size_t n = strlen(text);

	if (str_is_utf8(str_new(text, n)))
		return;
	for (size_t cut = 1; cut <= 3 && cut <= n; cut++)
		if (str_is_utf8(str_new(text, n - cut))) {
			text[n - cut] = '\0';
			return;
		}
}

/* Text from outside may have found its way into the message: one line, no terminal escapes, and UTF-8, as JSON wants
 * it. */
static void make_printable(char *text)
{
	end_on_character(text);
	text[str_make_printable(text, strlen(text), false)] = '\0';
}

PRINTF(5, 0)
static void write_error(struct error *err, enum scope scope, int code, enum retry retry, const char *fmt, va_list ap)
{
	err->code = code;
	err->retry = retry;
	err->scope = scope;
	err->retry_after_ms = 0;
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	make_printable(err->text);
}

int fail(struct error *err, int code, enum retry retry, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (err)
		write_error(err, SCOPE_ACCOUNT, code, retry, fmt, ap);
	va_end(ap);
	return code;
}

int fail_scope(struct error *err, enum scope scope, int code, enum retry retry, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (err)
		write_error(err, scope, code, retry, fmt, ap);
	va_end(ap);
	return code;
}

static bool may_pass(int errnum)
{
	return errnum == ENOSPC || errnum == EDQUOT || errnum == EAGAIN || errnum == ENOMEM || errnum == EINTR ||
	       errnum == EMFILE || errnum == ENFILE;
}

int fail_errno(struct error *err, int errnum, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	must(errnum > 0);
	va_start(ap, fmt);
	if (err) {
		write_error(err, SCOPE_ACCOUNT, -errnum, may_pass(errnum) ? RETRY_LATER : RETRY_NEVER, fmt, ap);
		n = strlen(err->text);
		snprintf(err->text + n, sizeof err->text - n, ": %s", strerrordesc_np(errnum));
	}
	va_end(ap);
	return -errnum;
}

int error_prefix(struct error *err, const char *fmt, ...)
{
	char before[sizeof err->text], whole[2 * sizeof err->text + 2];
	va_list ap;

	if (!err)
		return E_INVALID;
	va_start(ap, fmt);
	vsnprintf(before, sizeof before, fmt, ap);
	va_end(ap);
	snprintf(whole, sizeof whole, "%s: %s", before, err->text);
	memcpy(err->text, whole, sizeof err->text - 1);
	err->text[sizeof err->text - 1] = '\0';
	make_printable(err->text);
	return err->code;
}

const char *error_word(int code)
{
	switch (code) {
	case E_INVALID:
		return "invalid";
	case E_PROTOCOL:
		return "protocol";
	case E_REFUSED:
		return "refused";
	case E_LIMIT:
		return "limit";
	case E_AUTH:
		return "auth";
	case E_TLS:
		return "tls";
	case E_TIMEOUT:
		return "timeout";
	case E_CLOSED:
		return "closed";
	case E_CONNECT:
		return "connect";
	case E_NOT_FOUND:
		return "not-found";
	case E_CONFLICT:
		return "conflict";
	case E_STORE:
		return "store";
	case E_IN_USE:
		return "in-use";
	case E_UNSUPPORTED:
		return "unsupported";
	case E_UNCERTAIN:
		return "uncertain";
	case E_INSECURE:
		return "insecure";
	case E_THROTTLED:
		return "throttled";
	case E_STOPPED:
		return "stopped";
	default:
		return "system";
	}
}
