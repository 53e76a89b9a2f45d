/* A mailbox at Microsoft Graph (v1.0), as the receiver and the sender share it: where requests go, the token they
 * carry, what answers mean.
 *
 *	graph_open(&options, &graph, err)                                 takes a token; no request yet
 *	graph_url(graph, &url); buf_add(&url, STR("/mailFolders/")); graph_add_segment(&url, id);
 *	graph_do(graph, &(struct graph_request){.method = "GET", .url = buf_cstr(&url)}, arena, &answer, err)
 *	if (answer.status != 200)
 *		return graph_refused(graph, &answer, "folder Inbox", err);
 *
 * The mailbox is named by its user principal name, with application permissions as with a delegated token (for one's
 *own mailbox that is what /me would be). The token goes to the host of the options alone and only over TLS. Ids are
 *asked for as immutable ones, which a move leaves as they are. One thread at a time. */
#ifndef AUTH_GRAPH_H
#define AUTH_GRAPH_H

#include "auth/login.h"
#include "base/arena.h"
#include "base/buf.h"
#include "net/http.h"
#include "net/stream.h"

#define GRAPH_HOST        "graph.microsoft.com"
#define GRAPH_URL_MAX     KIB(16) /* links of the server among them: a delta token is long */
#define GRAPH_ANSWER_MAX  MIB(8)  /* a page, a batch's answers */
#define GRAPH_BATCH_COUNT 20      /* requests of one $batch */

struct graph;

struct graph_options {
	const struct stream_options *stream; /* host, port, TLS policy and timeouts */
	const struct login *login;           /* user: the principal name; tokens: required */
	int timeout_ms;                      /* of a request; 0: 60,000 */
	void (*transcript)(void *ctx, const char *line);
	void *transcript_ctx;
	/* Does requests instead of the network: tests. As http_do(); NULL: the network. */
	int (*perform)(void *ctx, const struct http_request *request, struct arena *arena,
	               struct http_answer *ret_answer, struct error *err);
	void *perform_ctx;
};

/* Everything is copied but what stands behind login->tokens. Without tokens: E_INVALID. */
int graph_open(const struct graph_options *options, struct graph **ret_graph, struct error *err) NODISCARD;
void graph_close(struct graph *graph);
DEFINE_CLEANUP(struct graph *, graph_close)

/* ---------------------------------------------------------------- addresses */

/* Appends "https://HOST/v1.0/users/USER". */
void graph_url(const struct graph *graph, struct buf *out);

/* Appends "/users/USER": how a request within a $batch begins. */
void graph_user_path(const struct graph *graph, struct buf *out);

/* Appends "https://HOST/v1.0/$batch". */
void graph_batch_url(const struct graph *graph, struct buf *out);

/* Appends text as one segment of a path, or one value of a query: all but unreserved characters become %XX. */
void graph_add_segment(struct buf *out, struct str text);

/* Appends an OData string: quoted, a quote within it doubled, then percent-encoded. */
void graph_add_literal(struct buf *out, struct str text);

/* A link that the server gave (@odata.nextLink, @odata.deltaLink) may be followed: it leads to the very host, port and
 * version that we ask. Otherwise E_INSECURE: the token must not go anywhere else. */
int graph_check_link(const struct graph *graph, struct str link, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- requests */

struct graph_request {
	const char *method, *url;
	const char *content_type; /* of the body */
	struct str body;
	int page_size;       /* Prefer: odata.maxpagesize; 0: not said */
	uint64_t max_answer; /* 0: GRAPH_ANSWER_MAX */
	bool once;           /* it must never reach the server twice (http.h) */
	bool *ret_started;   /* as in http.h */
	int (*sink)(void *ctx, struct str piece, struct error *err);
	void *sink_ctx;
};

/* 0: an answer came, whatever its status. Where the token is refused (401) a new one is taken and the request is made
 * once more. */
int graph_do(struct graph *graph, const struct graph_request *request, struct arena *arena,
             struct http_answer *ret_answer, struct error *err) NODISCARD;

/* A PUT to an address that carries its own permission (an upload session's): without our token, and its query string
 * never in the transcript. `range`: "bytes 0-327679/900000". */
int graph_upload(struct graph *graph, const char *url, const char *range, struct str bytes, struct arena *arena,
                 struct http_answer *ret_answer, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- answers */

/* The error that an answer's body names: {"error": {"code", "message"}}; empty where it names none. */
struct graph_fault {
	struct str code, message;
};

struct graph_fault graph_fault_of(struct str body, struct arena *arena);

/* Fails with what the answer means: E_THROTTLED with retry_after_ms (429, and 503 and 504 that say how long to wait),
 * E_AUTH (401, 403) and E_NOT_FOUND (404), RETRY_NEVER, with what an administrator has to do; else E_REFUSED. */
int graph_refused(const struct graph *graph, const struct http_answer *answer, const char *step, struct error *err);

/* As that for one answer of a batch, or another whose fault is known. */
int graph_refused_as(const struct graph *graph, int status, int64_t retry_after_ms, const struct graph_fault *fault,
                     const char *step, struct error *err);

/* 404 says either that the thing isn't there or that there is no such mailbox at all. */
bool graph_is_no_mailbox(const struct graph_fault *fault);

/* The server asks to wait, or is away for a moment: 429, 503, 504, 509, or a code that says as much. */
bool graph_is_busy(int status, const struct graph_fault *fault);

#endif
