/* See diagnose.h: what the failure alone tells, phase by phase. What can be found out besides is in advise.c. */
#include "probe/diagnose.h"

#include "probe/words.h"

#include <errno.h>

static bool error_says(const struct failure *f, const char *words)
{
	return str_find_nocase(str_of(f->err.text), str_of(words)) >= 0;
}

/* ---------------------------------------------------------------- the way to the server */

static enum cause settings_cause(const struct failure *f)
{
	if (error_says(f, "authentication profile"))
		return CAUSE_NO_TOKEN;
	return error_says(f, "truststore") ? CAUSE_TRUSTSTORE : CAUSE_SETTING_MISSING;
}

static enum cause look_up_cause(const struct failure *f)
{
	if (f->err.code == E_INVALID)
		return settings_cause(f);
	if (error_says(f, "no such name"))
		return CAUSE_NAME_NOT_FOUND;
	return error_says(f, "no address") ? CAUSE_NO_ADDRESS : CAUSE_DNS_FAILURE;
}

static enum cause connection_cause(const struct failure *f)
{
	if (f->err.code == E_TIMEOUT || f->errnum == ETIMEDOUT)
		return CAUSE_NO_ANSWER;
	switch (f->errnum) {
	case ECONNREFUSED:
		return CAUSE_CONNECTION_REFUSED;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EADDRNOTAVAIL:
	case EACCES:
	case EPERM:
		return CAUSE_NO_ROUTE;
	default:
		return CAUSE_UNKNOWN;
	}
}

static enum cause tls_cause(const struct failure *f)
{
	static const enum cause causes[] = {
	        [TLS_PROBLEM_OTHER] = CAUSE_TLS_FAILED,
	        [TLS_PROBLEM_NOT_TLS] = CAUSE_TLS_NOT_SPOKEN,
	        [TLS_PROBLEM_EXPIRED] = CAUSE_CERTIFICATE_EXPIRED,
	        [TLS_PROBLEM_NOT_YET_VALID] = CAUSE_CERTIFICATE_NOT_YET_VALID,
	        [TLS_PROBLEM_WRONG_NAME] = CAUSE_WRONG_NAME,
	        [TLS_PROBLEM_SELF_SIGNED] = CAUSE_SELF_SIGNED,
	        [TLS_PROBLEM_UNKNOWN_CA] = CAUSE_UNKNOWN_CA,
	        [TLS_PROBLEM_CERTIFICATE] = CAUSE_CERTIFICATE_UNUSABLE,
	        [TLS_PROBLEM_VERSION] = CAUSE_TLS_TOO_OLD,
	        [TLS_PROBLEM_NOTHING_IN_COMMON] = CAUSE_TLS_NOTHING_IN_COMMON,
	        [TLS_PROBLEM_CLIENT_CERTIFICATE] = CAUSE_CLIENT_CERTIFICATE,
	};

	if (f->err.code == E_INVALID)
		return settings_cause(f);
	if (f->err.code == E_TIMEOUT)
		return CAUSE_SILENT_SERVER;
	return causes[f->tls];
}

/* ---------------------------------------------------------------- greeting and STARTTLS */

/* SMTP's code; 0 where there is none. */
static int code_of(const struct failure *f)
{
	uint64_t code;

	if (f->protocol == SPEAKS_SMTP && f->said.n >= 3 && str_to_uint(str_slice(f->said, 0, 3), 599, &code))
		return (int)code;
	return 0;
}

/* What ended the connection, where no words tell. */
static enum cause ended_cause(const struct failure *f)
{
	switch (f->err.code) {
	case E_TIMEOUT:
		return CAUSE_SILENT_SERVER;
	case E_CLOSED:
		return CAUSE_CONNECTION_CLOSED;
	case E_THROTTLED:
		return CAUSE_THROTTLED;
	case E_TLS:
		/* with TLS 1.3 the demand comes after the handshake */
		return error_says(f, "certificate required") ? CAUSE_CLIENT_CERTIFICATE : CAUSE_TLS_FAILED;
	default:
		return CAUSE_UNKNOWN;
	}
}

static enum cause greeting_cause(const struct failure *f)
{
	enum sniff_speaks speaks = sniff_greeting(f->said);
	enum cause cause;

	if (f->said.n && speaks != f->protocol && speaks != SPEAKS_NOTHING)
		return CAUSE_WRONG_PROTOCOL;
	cause = f->said.n ? words_cause(WORDS_GREETING, code_of(f), f->said) : CAUSE_UNKNOWN;
	if (cause != CAUSE_UNKNOWN)
		return cause;
	if (f->said.n && f->err.code == E_CLOSED) /* BYE, -ERR */
		return CAUSE_SERVER_BUSY;
	return f->err.code == E_LIMIT || f->err.code == E_PROTOCOL ? CAUSE_WRONG_PROTOCOL : ended_cause(f);
}

static enum cause abilities_cause(const struct failure *f)
{
	enum cause cause;

	if (f->greeting.n && sniff_greeting(f->greeting) != f->protocol)
		return CAUSE_WRONG_PROTOCOL;
	if (f->err.code == E_INSECURE && error_says(f, "behind the answer"))
		return CAUSE_STARTTLS_INJECTION;
	if (f->starttls_sent && !f->secured && (f->err.code == E_INSECURE || f->err.code == E_TLS))
		return CAUSE_STARTTLS_REFUSED;
	if (f->err.code == E_INSECURE)
		return CAUSE_STARTTLS_MISSING;
	cause = f->said.n ? words_cause(WORDS_GREETING, code_of(f), f->said) : CAUSE_UNKNOWN;
	return cause == CAUSE_UNKNOWN ? ended_cause(f) : cause;
}

/* ---------------------------------------------------------------- the log-in */

static bool offers(const struct failure *f, const char *word)
{
	return str_find_nocase(f->abilities, str_of(word)) >= 0;
}

/* We saw no way to log in, and didn't try. */
static enum cause not_offered_cause(const struct failure *f)
{
	if (!f->secured && (offers(f, "STARTTLS") || offers(f, "STLS") || offers(f, "LOGINDISABLED")))
		return CAUSE_LOGIN_NEEDS_TLS;
	return f->protocol == SPEAKS_SMTP && !offers(f, "AUTH") ? CAUSE_LOGIN_NOT_OFFERED : CAUSE_NO_MECHANISM;
}

static enum cause password_cause(const struct failure *f)
{
	const struct provider_words *provider = words_provider(str_of(f->host), str_of(f->user));

	if (f->by_token)
		return CAUSE_TOKEN_REFUSED;
	return provider && provider->app_passwords ? CAUSE_APP_PASSWORD : CAUSE_PASSWORD_REFUSED;
}

/* There is no token to begin with: refused, or its endpoint is out of reach. */
static enum cause token_cause(const struct failure *f)
{
	switch (f->err.code) {
	case E_CONNECT:
	case E_TIMEOUT:
	case E_TLS:
	case E_CLOSED:
	case E_PROTOCOL:
	case E_REFUSED:
	case E_INSECURE:
		return error_says(f, "authentication profile") ? CAUSE_TOKEN_ENDPOINT : CAUSE_NO_TOKEN;
	default:
		return CAUSE_NO_TOKEN;
	}
}

static enum cause login_cause(const struct failure *f)
{
	enum cause cause = CAUSE_UNKNOWN;

	if (f->by_token && !f->said.n) /* nothing was sent yet */
		return token_cause(f);
	switch (f->err.code) {
	case E_INVALID:
		return CAUSE_SETTING_MISSING;
	case E_UNSUPPORTED:
		return not_offered_cause(f);
	case E_INSECURE:
		return offers(f, "LOGINDISABLED") || error_says(f, "PRIVACYREQUIRED") ? CAUSE_LOGIN_NEEDS_TLS
		                                                                      : CAUSE_PASSWORD_IN_CLEAR;
	default:
		break;
	}
	if (f->said.n)
		cause = words_cause(WORDS_LOGIN, code_of(f), f->said);
	if (cause == CAUSE_UNKNOWN)
		cause = words_cause(WORDS_LOGIN, 0, str_of(f->err.text));
	if (cause == CAUSE_PASSWORD_REFUSED || (cause == CAUSE_UNKNOWN && f->err.code == E_AUTH))
		return password_cause(f);
	if (cause == CAUSE_UNKNOWN && f->err.code == E_TIMEOUT)
		return CAUSE_LOGIN_UNAVAILABLE;
	return cause == CAUSE_UNKNOWN ? ended_cause(f) : cause;
}

/* ---------------------------------------------------------------- folder and envelope */

static enum cause folder_cause(const struct failure *f)
{
	enum cause cause = words_cause(WORDS_FOLDER, 0, f->said);

	if (f->err.code == E_UNSUPPORTED)
		return CAUSE_AFTER_IMPOSSIBLE;
	if (error_says(f, "can only be read"))
		return CAUSE_FOLDER_READ_ONLY;
	if (cause != CAUSE_UNKNOWN)
		return cause;
	return f->err.code == E_NOT_FOUND ? CAUSE_FOLDER_MISSING : ended_cause(f);
}

static enum cause envelope_cause(const struct failure *f)
{
	enum cause cause = words_cause(f->phase == PHASE_SENDER ? WORDS_SENDER : WORDS_RECIPIENT, code_of(f), f->said);

	if ((cause == CAUSE_SENDER_REFUSED || cause == CAUSE_RECIPIENT_REFUSED) && !*f->user && offers(f, "AUTH") &&
	    str_find(f->said, STR(" 5.7.")) >= 0) /* for reasons of policy, and there would be a log-in */
		return CAUSE_LOGIN_REQUIRED;
	return cause == CAUSE_UNKNOWN ? ended_cause(f) : cause;
}

enum cause diagnose_cause(const struct failure *f)
{
	if (f->err.scope == SCOPE_FOLDER)
		return folder_cause(f);
	if (f->by_token && f->phase != PHASE_SETTINGS && error_says(f, "authentication profile"))
		return token_cause(f); /* Graph's first request needs one */
	switch (f->phase) {
	case PHASE_SETTINGS:
		return settings_cause(f);
	case PHASE_LOOK_UP:
		return look_up_cause(f);
	case PHASE_CONNECTION:
		return connection_cause(f);
	case PHASE_TLS:
		return tls_cause(f);
	case PHASE_GREETING:
		return greeting_cause(f);
	case PHASE_ABILITIES:
		return abilities_cause(f);
	case PHASE_LOGIN:
		return login_cause(f);
	case PHASE_FOLDER:
		return folder_cause(f);
	case PHASE_SENDER:
	case PHASE_RECIPIENT:
		return envelope_cause(f);
	}
	return CAUSE_UNKNOWN;
}
