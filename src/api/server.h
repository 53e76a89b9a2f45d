/* The inside of the HTTP server, for the files that make it up: api.c (start and stop), server.c (what libmicrohttpd
 * calls), exchange.c (one request from its first line to its answer), reply.c (the answer as libmicrohttpd wants it),
 * streaming.c (answers that come bit by bit).
 *
 * Threads: libmicrohttpd's few read and write sockets and never wait for anything; handlers run on the workers, while
 * their connection is suspended; one watches deadlines. An exchange belongs to one thread at a time: to the socket's,
 * and from its suspension until it is resumed to the worker's. */
#ifndef API_SERVER_H
#define API_SERVER_H

#include "api/api.h"
#include "api/peers.h"
#include "api/router.h"
#include "setup/setup_share.h"
#include "api/site.h"
#include "api/workers.h"

#include <microhttpd.h>
#include <pthread.h>

struct exchange;

struct api {
	struct store *store;
	const struct sealer *sealer;
	struct serve *_Atomic serve;
	struct api_limits limits;
	struct site site;
	struct proxies proxies;
	int port;
	struct router *router;
	struct setup_share *setup;
	struct workers *workers;
	struct peers *peers;
	struct MHD_Daemon *daemon;
	atomic_bool stopping;
	atomic_size_t exchanges;  /* requests that aren't answered to the end */
	atomic_size_t body_bytes; /* of bodies in memory, all requests together */
	atomic_size_t spools;     /* bodies in files */
	pthread_mutex_t streams_lock;
	struct exchange *streams; /* those that answer with one; guarded by streams_lock */
};

enum exchange_state {
	EXCHANGE_NEW,       /* its header is there */
	EXCHANGE_WHOLE,     /* there is no body */
	EXCHANGE_ADMITTING, /* a worker finds out who it is and whether they may */
	EXCHANGE_READING,   /* the body */
	EXCHANGE_HANDLING,  /* a worker runs the handler */
	EXCHANGE_DRAINING,  /* refused; the body is read and dropped, so that the client comes to read why */
	EXCHANGE_ANSWERED,  /* `answer` is complete */
	EXCHANGE_QUEUED,    /* libmicrohttpd has it */
};

struct exchange {
	struct job job; /* first: a worker's way back */
	struct api *api;
	struct MHD_Connection *connection;
	struct peer *peer;
	struct arena *arena;
	struct str uri; /* as sent */
	enum exchange_state state;
	bool has_body, is_refused;
	bool is_head;      /* asked for the header alone */
	bool is_ambiguous; /* nobody knows where it ends: nothing more is read from this connection */
	struct request request;
	struct shared_setup *shared;
	struct answer answer;
	struct buf body;
	size_t counted; /* of the body, in api->body_bytes */
	bool has_spool; /* counted in api->spools */
	uint64_t received;
	int64_t reading_since;
	/* Answering bit by bit. */
	struct stream_wake wake;
	struct exchange *next_stream, *previous_stream; /* guarded by api->streams_lock */
	bool is_listed;                                 /* the socket thread's */
	pthread_mutex_t wake_lock;
	bool is_suspended, is_woken, is_over; /* guarded by wake_lock */
};

/* ---------------------------------------------------------------- exchange.c */

struct exchange *exchange_new(struct api *api, struct MHD_Connection *connection, struct peer *peer, const char *uri);
void exchange_free(struct exchange *exchange);

/* Called by libmicrohttpd again and again, until the answer is queued. */
enum MHD_Result exchange_step(struct exchange *exchange, const char *method, const char *data, size_t *size);

/* ---------------------------------------------------------------- admission.c */

/* Looks at the request line and the header: what is asked for, by whom it was passed on, whether we are meant. False:
 * answered. */
bool exchange_begin(struct exchange *exchange, const char *method) NODISCARD;

/* Answers with a problem of this status. */
void exchange_refuse(struct exchange *exchange, int status, int code, const char *text);

/* ---------------------------------------------------------------- body.c */

/* Whether a body of this length, as far as it is said, is taken. False: answered. */
bool upload_begin(struct exchange *exchange) NODISCARD;

/* Takes bytes. False: the connection is to be closed, the client goes on and on. */
bool upload_take(struct exchange *exchange, const char *data, size_t size) NODISCARD;

/* All is there. False: answered (it was too long, or couldn't be kept). */
bool upload_end(struct exchange *exchange) NODISCARD;
void upload_free(struct exchange *exchange);

/* For a body that nobody wants: whether it is short enough to be read and dropped. Closing the connection before would
 * reset it, and with it the answer on its way. */
bool drain_begin(struct exchange *exchange) NODISCARD;
bool drain_take(struct exchange *exchange, size_t size) NODISCARD; /* false: it is too long after all */

/* ---------------------------------------------------------------- reply.c */

enum MHD_Result reply_queue(struct exchange *exchange);

/* ---------------------------------------------------------------- streaming.c */

/* For the exchange's stream; the response doesn't own it. */
struct MHD_Response *streaming_response(struct exchange *exchange);
void streaming_end(struct exchange *exchange); /* the connection is done with it */

/* Ends streams whose client has left, or all. */
void streaming_drop_gone(struct api *api);
void streaming_drop_all(struct api *api);
void streaming_wake(struct stream_wake *wake);

#endif
