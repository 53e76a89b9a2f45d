/* What the files of the Graph client share; nobody else includes it. */
#ifndef AUTH_GRAPH_PRIVATE_H
#define AUTH_GRAPH_PRIVATE_H

#include "auth/graph.h"

struct graph {
	char *host, *user, *base; /* base: "https://HOST[:PORT]/v1.0" */
	char *truststore;         /* behind the policy */
	struct token_source *tokens;
	struct secret token;
	int64_t token_at;     /* when it was given, monotonic ms */
	struct http *http;    /* NULL where `perform` does it */
	struct http *uploads; /* without transcript: their addresses are secrets; NULL until needed */
	struct http_options http_options;
	int (*perform)(void *ctx, const struct http_request *request, struct arena *arena,
	               struct http_answer *ret_answer, struct error *err);
	void *perform_ctx;
};

#endif
