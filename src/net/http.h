/* HTTP and HTTPS as a client (libcurl): one request after the other over connections that are kept. For token
 * endpoints, Microsoft Graph, autoconfig; one thread at a time.
 *
 *	http_new(&options, &http)
 *	http_do(http, &request, arena, &answer, err)     0: an answer came, whatever its status
 *
 * Where a request goes is checked after the name was looked up, and the connection made to that very address: loopback,
 * link-local, private and other special addresses (net/guard.h) are refused (E_INSECURE, RETRY_NEVER) unless allowed.
 * Redirects are never followed: an answer of 3xx comes as it is. No proxy is used, whatever the environment says. Only
 * TLS unless `allow_plain`. HTTP/1.1, uncompressed.
 *
 * Errors are those of stream.h: E_CONNECT, E_TIMEOUT, E_TLS, E_CLOSED …; E_LIMIT where an answer is larger than
 * permitted, E_PROTOCOL where it isn't HTTP, E_INVALID where the request can't be sent as it is. They name the host,
 * never a path, a query or a field. A request whose connection broke may have been carried out: the caller knows
 *whether it can be repeated. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/arena.h"
#include "base/error.h"
#include "base/secret.h"
#include "security/tls.h"

#include <stdatomic.h>

struct http;

struct http_options {
	struct tls_policy policy;
	bool allow_private;     /* servers in private networks, loopback: an administrator's word (or a test's) */
	bool allow_plain;       /* http: as well */
	int connect_timeout_ms; /* 0: 30,000 */
	int timeout_ms; /* from the request's last byte to the answer's head, and from there to the end of a body that
	                   is kept; in sending, and in a body that goes to a sink: as long with less than 1 KiB; 0:
	                   60,000 */
	const atomic_bool *stops; /* may be NULL. Once it is true, a request that is under way ends within a second or
	                             two (E_STOPPED), a look-up at its time-out */
	void (*transcript)(void *ctx, const char *line); /* may be NULL: request and status lines, header fields with
	                                                    secrets blanked, bodies as "<N bytes>" */
	void *transcript_ctx;
};

struct http_request {
	const char *method;        /* "GET" … */
	const char *url;           /* absolute, ASCII, without user and password */
	const char *const *fields; /* "Name: value", n of them; no line breaks */
	size_t field_count;
	const struct secret *bearer; /* Authorization: Bearer …; NULL: none */
	const char *basic_user;      /* with basic_password: HTTP Basic; NULL: none */
	const struct secret *basic_password;
	struct str body;     /* with its Content-Type among the fields; p NULL: none */
	uint64_t max_answer; /* bytes; 0: 1 MiB */
	int (*sink)(void *ctx, struct str piece,
	            struct error *err); /* takes the body of a 2xx instead of the answer; NULL */
	void *sink_ctx;
	bool once;         /* its body never goes out a second time by itself, as it otherwise may where a kept
	                      connection turns out to be dead: E_CLOSED instead */
	bool *ret_started; /* may be NULL. After a failure: false where nothing of the request has left */
};

struct http_answer {
	int status;
	struct str body;                   /* in the arena, NUL-terminated */
	struct str content_type, location; /* "" where there is none */
	int64_t date;                      /* the server's Date, Unix ms; 0: none, or not a date */
	int64_t retry_after_ms;            /* Retry-After, as seconds or as a date, at most a day; -1: none */
	struct str head;                   /* all header fields, for http_field() */
};

struct http *http_new(const struct http_options *options) NODISCARD;
void http_free(struct http *http);
DEFINE_CLEANUP(struct http *, http_free)

int http_do(struct http *http, const struct http_request *request, struct arena *arena, struct http_answer *ret_answer,
            struct error *err) NODISCARD;

/* The value of the answer's first field of that name, trimmed; "" where there is none. */
struct str http_field(const struct http_answer *answer, const char *name);

#endif
