/* The one error type. A function that can fail takes `struct error *err` last, returns 0 (or a count) on success and a
 * negative code on failure, and writes *err on failure only:
 *
 *	if (port > 65535)
 *		return fail(err, E_INVALID, RETRY_NEVER, "port: %ld is not between 1 and 65535", port);
 *
 * Whoever understands the fault decides `retry` and `scope`; schedulers read those two and never the text. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base.h"

/* House codes; below -1000, so that they never collide with -errno. */
enum {
	E_INVALID = -1001,     /* input, setting or argument that can't be right */
	E_PROTOCOL = -1002,    /* the other side broke its protocol */
	E_REFUSED = -1003,     /* the other side said no to this one request */
	E_LIMIT = -1004,       /* a limit of ours was reached */
	E_AUTH = -1005,        /* user, password or token was refused */
	E_TLS = -1006,         /* handshake, certificate or TLS policy */
	E_TIMEOUT = -1007,     /* a deadline passed */
	E_CLOSED = -1008,      /* the other side closed or reset the connection */
	E_CONNECT = -1009,     /* name not found, nobody listens, no route */
	E_NOT_FOUND = -1010,   /* no such record, folder, message */
	E_CONFLICT = -1011,    /* revision or uniqueness */
	E_STORE = -1012,       /* the store failed (disk, SQL, connection to PostgreSQL) */
	E_IN_USE = -1013,      /* somebody else holds it */
	E_UNSUPPORTED = -1014, /* the other side (or this build) can't do it */
	E_UNCERTAIN = -1015,   /* it may or may not have happened: never repeat blindly */
	E_INSECURE = -1016,    /* going on would give away a secret or the mail */
	E_THROTTLED = -1017,   /* asked to slow down */
	E_STOPPED = -1018,     /* the process is shutting down */
};

enum retry {
	RETRY_NEVER, /* the same try fails the same way until a person changes something */
	RETRY_LATER, /* a passing fault: back off first */
	RETRY_NOW,   /* reconnect and go on at once (bounded by the caller) */
};

/* How far the damage reaches: a scheduler skips exactly that much. */
enum scope {
	SCOPE_ACCOUNT, /* the connection or the account as a whole */
	SCOPE_FOLDER,
	SCOPE_MESSAGE, /* everything else goes on */
};

struct error {
	int code;
	enum retry retry;
	enum scope scope;       /* SCOPE_ACCOUNT unless fail_scope() said otherwise */
	char text[240];         /* for the operator; never a secret; one line */
	int64_t retry_after_ms; /* not before so long, as the other side says; 0: it doesn't */
};

/* Writes *err (unless NULL) and returns code. Control characters in the text, and bytes that aren't UTF-8, become '?'.
 */
int fail(struct error *err, int code, enum retry retry, const char *fmt, ...) PRINTF(4, 5);

/* As fail(), with the scope of damage said. */
int fail_scope(struct error *err, enum scope scope, int code, enum retry retry, const char *fmt, ...) PRINTF(5, 6);

/* As fail() with code -errnum; ": " and the system's words are added. ENOSPC, EDQUOT, EAGAIN, ENOMEM and EINTR may
 * pass: RETRY_LATER. */
int fail_errno(struct error *err, int errnum, const char *fmt, ...) PRINTF(3, 4);

/* Puts "prefix: " before the text on the way up; returns err->code. */
int error_prefix(struct error *err, const char *fmt, ...) PRINTF(2, 3);

/* The analyser doesn't see into error.c: without this it believes that a failed call may have returned 0 and left its
 * ret_x unwritten. */
#if defined(__clang_analyzer__) && !defined(BASE_ERROR_IMPLEMENTATION)
#define fail(...)         ((void)fail(__VA_ARGS__), -1)
#define fail_scope(...)   ((void)fail_scope(__VA_ARGS__), -1)
#define fail_errno(...)   ((void)fail_errno(__VA_ARGS__), -1)
#define error_prefix(...) ((void)error_prefix(__VA_ARGS__), -1)
#endif

/* "auth", "tls", "timeout" …: a word for logs, the ledger's category and --json. */
const char *error_word(int code);

#endif
