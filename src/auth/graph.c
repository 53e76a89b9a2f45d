/* Opening, tokens, requests: see graph.h. */
#include "auth/graph_private.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>

#define TOKEN_HELD_MS SECONDS_MS(50) /* one that was given is good for a minute at least */

/* ---------------------------------------------------------------- opening */

static char *base_of(const struct stream_options *stream)
{
	struct buf base CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	bool is_v6 = strchr(stream->host, ':') != NULL;

	buf_printf(&base, is_v6 ? "https://[%s]" : "https://%s", stream->host);
	if (stream->port && stream->port != 443)
		buf_printf(&base, ":%d", stream->port);
	buf_add(&base, STR("/v1.0"));
	return buf_take(&base);
}

static struct http_options http_options_of(const struct graph *graph, const struct graph_options *options)
{
	struct http_options http = {
	        .policy = options->stream->policy,
	        /* Another host than Microsoft's own was named by an administrator, and may well be inside. */
	        .allow_private = strcmp(graph->host, GRAPH_HOST) != 0,
	        .connect_timeout_ms = options->stream->connect_timeout_ms,
	        .timeout_ms = options->timeout_ms,
	        .transcript = options->transcript,
	        .transcript_ctx = options->transcript_ctx,
	};

	http.policy.truststore = graph->truststore;
	return http;
}

static int take_token(struct graph *graph, bool refused, struct error *err)
{
	const struct token_wish wish = {refused, graph->http_options.transcript, graph->http_options.transcript_ctx};
	int64_t now = clock_mono_ms();

	if (!refused && secret_is_set(&graph->token) && now - graph->token_at < TOKEN_HELD_MS)
		return 0;
	secret_done(&graph->token);
	graph->token = (struct secret){0};
	int r = graph->tokens->get(graph->tokens, &wish, &graph->token, err);
	if (r < 0)
		return error_prefix(err, "%s", graph->user);
	graph->token_at = now;
	return 0;
}

int graph_open(const struct graph_options *options, struct graph **ret_graph, struct error *err)
{
	const struct login *login = options->login;
	struct graph *graph CLEANUP(graph_closep) = mem_new(1, sizeof *graph);

	if (!login->tokens)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "Microsoft Graph takes no password: the account needs an authentication profile");
	if (!login->user || !*login->user)
		return fail(err, E_INVALID, RETRY_NEVER, "the user principal name of the mailbox is missing");
	graph->host = mem_strdup(options->stream->host);
	graph->user = mem_strdup(login->user);
	graph->truststore = mem_strdup(options->stream->policy.truststore);
	graph->base = base_of(options->stream);
	graph->tokens = login->tokens;
	graph->perform = options->perform;
	graph->perform_ctx = options->perform_ctx;
	graph->http_options = http_options_of(graph, options);
	if (!graph->perform)
		graph->http = http_new(&graph->http_options);
	int r = take_token(graph, false, err);
	if (r < 0)
		return r;
	*ret_graph = take(graph);
	return 0;
}

void graph_close(struct graph *graph)
{
	if (!graph)
		return;
	http_free(graph->http);
	http_free(graph->uploads);
	secret_done(&graph->token);
	free(graph->host);
	free(graph->user);
	free(graph->truststore);
	free(graph->base);
	free(graph);
}

/* ---------------------------------------------------------------- requests */

static int perform(struct graph *graph, struct http *http, const struct http_request *request, struct arena *arena,
                   struct http_answer *ret_answer, struct error *err)
{
	if (graph->perform)
		return graph->perform(graph->perform_ctx, request, arena, ret_answer, err);
	return http_do(http, request, arena, ret_answer, err);
}

int graph_do(struct graph *graph, const struct graph_request *request, struct arena *arena,
             struct http_answer *ret_answer, struct error *err)
{
	char content_type[128], page_size[64];
	const char *fields[4] = {"Prefer: IdType=\"ImmutableId\""};
	struct http_request http = {
	        .method = request->method,
	        .url = request->url,
	        .fields = fields,
	        .field_count = 1,
	        .bearer = &graph->token,
	        .body = request->body,
	        .max_answer = request->max_answer ? request->max_answer : GRAPH_ANSWER_MAX,
	        .sink = request->sink,
	        .sink_ctx = request->sink_ctx,
	        .once = request->once,
	        .ret_started = request->ret_started,
	};

	if (request->content_type) {
		snprintf(content_type, sizeof content_type, "Content-Type: %s", request->content_type);
		fields[http.field_count++] = content_type;
	}
	if (request->page_size) {
		snprintf(page_size, sizeof page_size, "Prefer: odata.maxpagesize=%d", request->page_size);
		fields[http.field_count++] = page_size;
	}
	if (request->ret_started)
		*request->ret_started = false;
	int r = take_token(graph, false, err);
	if (r == 0)
		r = perform(graph, graph->http, &http, arena, ret_answer, err);
	if (r < 0 || ret_answer->status != 401)
		return r;
	if (request->ret_started) /* what was refused has done nothing */
		*request->ret_started = false;
	r = take_token(graph, true, err);
	return r < 0 ? r : perform(graph, graph->http, &http, arena, ret_answer, err);
}

int graph_upload(struct graph *graph, const char *url, const char *range, struct str bytes, struct arena *arena,
                 struct http_answer *ret_answer, struct error *err)
{
	char content_range[96];
	const char *fields[] = {"Content-Type: application/octet-stream", content_range};
	const struct http_request http = {
	        .method = "PUT",
	        .url = url,
	        .fields = fields,
	        .field_count = ARRAY_LEN(fields),
	        .body = bytes,
	        .max_answer = GRAPH_ANSWER_MAX,
	};

	snprintf(content_range, sizeof content_range, "Content-Range: %s", range);
	if (!graph->perform && !graph->uploads) {
		struct http_options options = graph->http_options;

		options.transcript = NULL;
		graph->uploads = http_new(&options);
	}
	if (graph->http_options.transcript) {
		char line[160];

		snprintf(line, sizeof line, "C: PUT <upload session> %s", range);
		graph->http_options.transcript(graph->http_options.transcript_ctx, line);
	}
	return perform(graph, graph->uploads, &http, arena, ret_answer, err);
}
