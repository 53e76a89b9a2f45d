/* One request under way, shared by http.c, http_answer.c and http_transcript.c. Only the net folder uses this. */
#ifndef NET_HTTP_PARTS_H
#define NET_HTTP_PARTS_H

#include "base/buf.h"
#include "net/http.h"

#include <curl/curl.h>

#define MAX_HEAD_BYTES KIB(256) /* all header fields of an answer with its interim answers */

struct exchange {
	CURL *curl;
	const struct http_options *options;
	const struct http_request *request;
	const char *host, *port; /* for error texts */
	SSL_CTX *policy;         /* whose certificates are trusted; borrowed */

	struct buf head; /* of the answer that is being read: a final one follows interim ones */
	size_t head_bytes;
	int status;
	bool head_done;
	struct buf body;
	uint64_t body_bytes;

	bool started;          /* connected: the request goes out */
	size_t body_at;        /* of a request that goes out once: how much of its body has left */
	int64_t mark_at;       /* monotonic ms: since when the bytes below count as progress */
	curl_off_t mark_bytes; /* in both directions */
	bool mark_head;        /* the head was there */

	size_t sent_bulk, received_bulk; /* bytes that the transcript hasn't shown yet */
	struct error fault;              /* found by a callback; code 0: none */
};

/* Callbacks of curl that read the answer (http_answer.c); `ctx` is the exchange. */
size_t exchange_on_head(char *p, size_t size, size_t n, void *ctx);
size_t exchange_on_body(char *p, size_t size, size_t n, void *ctx);
int exchange_on_progress(void *ctx, curl_off_t total_in, curl_off_t in, curl_off_t total_out, curl_off_t out);

/* What the exchange read, in the arena. */
void exchange_answer(struct exchange *exchange, struct arena *arena, struct http_answer *ret_answer);

/* Callback of curl that shows what goes over the wire (http_transcript.c). */
int exchange_on_debug(CURL *curl, curl_infotype type, char *p, size_t n, void *ctx);
void exchange_show_rest(struct exchange *exchange);

#endif
