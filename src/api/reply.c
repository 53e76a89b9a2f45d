/* An answer as libmicrohttpd wants it, with what every answer carries. See server.h. */
#include "api/server.h"

#include "base/metrics.h"

#include <stdio.h>
#include <strings.h>
#include <unistd.h>

/* Where the handler says nothing else. */
static const struct answer_header always[] = {
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cache-Control", "no-store"},
};

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
	must(MHD_add_response_header(response, name, value) == MHD_YES);
}

static void add_headers(const struct exchange *exchange, struct MHD_Response *response)
{
	const struct answer *answer = &exchange->answer;

	for (size_t i = 0; i < answer->header_count; i++)
		add_header(response, answer->headers[i].name, answer->headers[i].value);
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		if (!answer_header_value(answer, always[i].name))
			add_header(response, always[i].name, always[i].value);
	if (!answer_header_value(answer, "Content-Security-Policy")) /* for browsers that know no frame-ancestors */
		add_header(response, "X-Frame-Options", "DENY");
	if (exchange->api->site.is_https)
		add_header(response, "Strict-Transport-Security", "max-age=31536000");
	if (answer->type)
		add_header(response, "Content-Type", answer->type);
}

static void count(const struct exchange *exchange)
{
	const struct route *route = exchange->request.route;
	char status[8];

	snprintf(status, sizeof status, "%d", exchange->answer.status);
	metric_count(METRIC_HTTP_REQUESTS, 1, route ? route->path : "", route ? api_method_name(route->method) : "",
	             status);
}

/* Takes body and file over. */
static struct MHD_Response *make_response(struct exchange *exchange)
{
	struct answer *answer = &exchange->answer;
	struct MHD_Response *response;
	size_t n = answer->body.n;

	count(exchange);
	if (answer->stream)
		return streaming_response(exchange);
	if (answer->fd >= 0) {
		response = MHD_create_response_from_fd64(answer->fd_size, answer->fd);
		if (response)
			answer->fd = -1;
		return response;
	}
	if (answer->constant.n > 0)
		return MHD_create_response_from_buffer(answer->constant.n, (void *)(uintptr_t)answer->constant.p,
		                                       MHD_RESPMEM_PERSISTENT);
	return MHD_create_response_from_buffer(n, buf_take(&answer->body), MHD_RESPMEM_MUST_FREE);
}

/* How long the client may take to read it. */
static int64_t time_for(const struct exchange *exchange)
{
	const struct api_limits *limits = &exchange->api->limits;
	const struct answer *answer = &exchange->answer;
	uint64_t size = answer->fd >= 0 ? answer->fd_size : answer->body.n + answer->constant.n;

	return answer->stream ? 0 : limits->grace_ms + (int64_t)(size / (uint64_t)limits->bytes_per_s * 1000);
}

enum MHD_Result reply_queue(struct exchange *exchange)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	peer_give(exchange->peer, time_for(exchange));
	response = make_response(exchange);
	if (!response)
		return MHD_NO;
	add_headers(exchange, response);
	exchange->state = EXCHANGE_QUEUED;
	result = MHD_queue_response(exchange->connection, (unsigned)exchange->answer.status, response);
	MHD_destroy_response(response);
	return result;
}
