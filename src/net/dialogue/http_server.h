/* An HTTP server for tests: a function of the test's answers each request with whatever bytes it likes, sound or not.
 *
 *	static void answer(void *ctx, const struct http_asked *asked, struct http_saying *saying)
 *	{
 *		http_say_json(saying, 200, "{\"access_token\":\"t\"}");
 *	}
 *	server = http_server_start(NULL, answer, NULL);
 *	snprintf(url, sizeof url, "http://127.0.0.1:%d/token", http_server_port(server));
 *
 * Each connection has its own thread and is kept for further requests; `answer` may run on several at once. */
#ifndef NET_DIALOGUE_HTTP_SERVER_H
#define NET_DIALOGUE_HTTP_SERVER_H

#include "base/str.h"

#include <openssl/ssl.h>

struct http_server;
struct http_saying;

struct http_asked {
	struct str method, target;
	struct str head; /* from the request line to the empty line */
	struct str body;
	int number;     /* of the server's requests, from 1 */
	int connection; /* of the server's connections, from 1 */
};

typedef void (*http_answerer)(void *ctx, const struct http_asked *asked, struct http_saying *saying);

/* On 127.0.0.1; with `tls` (borrowed; certificates_context()) over TLS. Aborts on failure. */
struct http_server *http_server_start(SSL_CTX *tls, http_answerer answer, void *ctx) NODISCARD;
void http_server_stop(struct http_server *server); /* ends all connections, joins, frees */
int http_server_port(const struct http_server *server);
int http_server_connections(struct http_server *server); /* how many there were */

/* Sends bytes; false where the client has gone. */
bool http_say(struct http_saying *saying, struct str bytes);

/* A whole answer; the texts are NUL-terminated. */
void http_say_json(struct http_saying *saying, int status, const char *json);

/* Ends the connection behind this answer. */
void http_say_close(struct http_saying *saying);

/* Waits until the client closes (at most 5 s) and ends the connection. */
void http_say_nothing(struct http_saying *saying);

#endif
