/* HTTP and HTTPS as a client (libcurl): one request after the other over connections that are kept. For token
 * endpoints, Microsoft Graph, autoconfig; one thread at a time.
 *
 *	http_new(&options, &http)
 *	http_do(http, &request, arena, &answer, err)     0: an answer came, whatever its status
 *
 * Where a request goes is checked after the name was looked up, and the connection made to that very address: loopback,
 * link-local, private and other special addresses (net/guard.h) are refused (E_INSECURE, RETRY_NEVER) unless allowed.
 * Redirects are never followed: an answer of 3xx comes as it is. Only TLS unless `allow_plain`. Errors are those of
 * stream.h: E_CONNECT, E_TIMEOUT, E_TLS, E_CLOSED …; E_LIMIT where an answer is larger than permitted. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/arena.h"
#include "base/error.h"
#include "base/secret.h"
#include "security/tls.h"

struct http;

struct http_options {
	struct tls_policy policy;
	bool allow_private;     /* servers in private networks, loopback: an administrator's word (or a test's) */
	bool allow_plain;       /* http: as well */
	int connect_timeout_ms; /* 0: 30,000 */
	int timeout_ms; /* one request as a whole, but for its body; without progress in the body as long; 0: 60,000 */
	void (*transcript)(void *ctx, const char *line); /* may be NULL: request and status lines, header fields with
	                                                    secrets blanked, bodies as "<N bytes>" */
	void *transcript_ctx;
};

struct http_request {
	const char *method; /* "GET" … */
	const char *url;
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
};

struct http_answer {
	int status;
	struct str body; /* in the arena, NUL-terminated */
	struct str content_type;
	struct str location;
	int64_t retry_after_ms; /* Retry-After, as seconds or as a date; -1: none */
};

struct http *http_new(const struct http_options *options) NODISCARD;
void http_free(struct http *http);
DEFINE_CLEANUP(struct http *, http_free)

int http_do(struct http *http, const struct http_request *request, struct arena *arena, struct http_answer *ret_answer,
            struct error *err) NODISCARD;

#endif
