/* For tests: a conversation with Graph that is written down, instead of the network.
 *
 *	static const struct graph_line lines[] = {
 *		{"GET", "/mailFolders/inbox", .status = 200, .answer = "{\"id\":\"F1\"}"},
 *	};
 *	struct graph_script script = GRAPH_SCRIPT(lines);
 *	struct graph *graph = graph_script_open(&script);
 *
 * Each request must be the next line's: its method, how its URL ends, and what stands in its body. */
#ifndef AUTH_TEST_GRAPH_H
#define AUTH_TEST_GRAPH_H

#include "auth/graph.h"
#include "base/test.h"

#include <stdio.h>

struct graph_line {
	const char *method, *url_end; /* of the URL behind "…/users/ann%40b.test", or of all of it */
	const char *body;             /* what the request's body must contain; NULL: anything */
	int status;                   /* 0: the connection is lost with this error */
	int code;
	const char *answer; /* NULL: empty */
	int64_t retry_after_ms;
	bool not_started; /* of a lost connection: nothing had left */
};

struct graph_script {
	const struct graph_line *lines;
	size_t n, at;
	struct token_source tokens;
	int tokens_given, tokens_refused;
	bool token_fails;
};

#define GRAPH_SCRIPT(l)                           \
	{                                         \
		.lines = (l), .n = ARRAY_LEN((l)) \
	}

static inline int graph_script_token(struct token_source *source, const struct token_wish *wish,
                                     struct secret *ret_token, struct error *err)
{
	struct graph_script *s =
	        (struct graph_script *)(void *)((char *)source - offsetof(struct graph_script, tokens));

	s->tokens_given++;
	s->tokens_refused += wish->refused;
	if (s->token_fails)
		return fail(err, E_AUTH, RETRY_NEVER, "no token");
	secret_set(ret_token, wish->refused ? STR("token-2") : STR("token-1"));
	return 0;
}

static inline int graph_script_perform(void *ctx, const struct http_request *request, struct arena *arena,
                                       struct http_answer *ret_answer, struct error *err)
{
	struct graph_script *s = ctx;
	const struct graph_line *line = &s->lines[s->at];

	if (s->at >= s->n)
		print_error("nothing more was expected: %s %s\n", request->method, request->url);
	assert_true(s->at < s->n);
	if (strcmp(request->method, line->method) != 0 || !str_ends_nocase(str_of(request->url), str_of(line->url_end)))
		print_error("line %zu: %s %s\n", s->at + 1, request->method, request->url);
	assert_string_equal(request->method, line->method);
	assert_true(str_ends_nocase(str_of(request->url), str_of(line->url_end)));
	if (line->body && str_find(request->body, str_of(line->body)) < 0)
		print_error("line %zu: body " STR_FMT "\n", s->at + 1, STR_ARG(request->body));
	assert_true(!line->body || str_find(request->body, str_of(line->body)) >= 0);
	s->at++;
	if (request->ret_started)
		*request->ret_started = !line->not_started;
	if (!line->status)
		return fail(err, line->code, RETRY_LATER, "the connection is lost");
	if (request->sink && line->status / 100 == 2 && line->answer) {
		int r = request->sink(request->sink_ctx, str_of(line->answer), err);

		if (r < 0)
			return r;
	}
	*ret_answer = (struct http_answer){
	        .status = line->status,
	        .body = arena_str(arena, str_of(request->sink && line->status / 100 == 2 ? "" : line->answer)),
	        .retry_after_ms = line->retry_after_ms ? line->retry_after_ms : -1,
	};
	return 0;
}

static inline struct graph *graph_script_open(struct graph_script *s)
{
	const struct stream_options stream = {.host = GRAPH_HOST, .port = 443};
	const struct login login = {.user = "ann@b.test", .tokens = &s->tokens};
	const struct graph_options options = {
	        .stream = &stream, .login = &login, .perform = graph_script_perform, .perform_ctx = s};
	struct graph *graph;
	struct error err = {0};

	s->tokens.get = graph_script_token;
	assert_ok(graph_open(&options, &graph, &err), &err);
	return graph;
}

#endif
