/* The bodies of requests: into memory or a file, never more than the route takes, and never more than there is room for
 * all of them together. See server.h. */
#include "api/server.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define DRAIN_BYTES MIB(16) /* of a body that isn't wanted, or beyond the limit */

static uint64_t body_max(const struct exchange *exchange)
{
	const struct route *route = exchange->request.route;

	return route->body_max ? route->body_max : ROUTE_BODY_MAX;
}

static void refuse_long(struct exchange *exchange)
{
	struct error err;

	fail(&err, E_LIMIT, RETRY_NEVER, "the body is longer than the %llu bytes that are taken here",
	     (unsigned long long)body_max(exchange));
	exchange->answer.status = 413;
	answer_problem(&exchange->answer, &err);
}

static bool open_spool(struct exchange *exchange)
{
	struct error err;

	if (atomic_fetch_add(&exchange->api->spools, 1) >= (size_t)exchange->api->limits.spools) {
		atomic_fetch_sub(&exchange->api->spools, 1);
		exchange_refuse(exchange, 503, E_LIMIT, "too many uploads at once: try again in a moment");
		return false;
	}
	exchange->has_spool = true;
	exchange->request.body_fd = file_temporary(&err);
	if (exchange->request.body_fd >= 0)
		return true;
	answer_problem(&exchange->answer, &err);
	return false;
}

bool upload_begin(struct exchange *exchange)
{
	const char *text = request_header(&exchange->request, "Content-Length");
	uint64_t length = 0;

	if (text && (!str_to_uint(str_of(text), UINT64_MAX, &length) || length > body_max(exchange))) {
		refuse_long(exchange);
		return false;
	}
	buf_init(&exchange->body, body_max(exchange));
	exchange->reading_since = clock_mono_ms();
	peer_give(exchange->peer, exchange->api->limits.grace_ms);
	return !exchange->request.route->spools || open_spool(exchange);
}

/* Whoever sends at a decent rate may go on. */
static void extend_deadline(struct exchange *exchange)
{
	const struct api_limits *limits = &exchange->api->limits;
	int64_t until = exchange->reading_since + limits->grace_ms +
	                (int64_t)(exchange->received * 1000 / (uint64_t)limits->bytes_per_s);

	peer_give(exchange->peer, MAX(until - clock_mono_ms(), 1));
}

static bool write_all(int fd, struct str data)
{
	while (data.n > 0) {
		ssize_t n = write(fd, data.p, data.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data = str_slice(data, (size_t)n, data.n);
	}
	return true;
}

static void keep_in_memory(struct exchange *exchange, struct str data)
{
	struct api *api = exchange->api;

	if (atomic_fetch_add(&api->body_bytes, data.n) + data.n > api->limits.bodies_bytes) {
		atomic_fetch_sub(&api->body_bytes, data.n);
		exchange->is_refused = true;
		exchange_refuse(exchange, 503, E_LIMIT, "too much is being uploaded at once: try again in a moment");
		return;
	}
	exchange->counted += data.n;
	buf_add(&exchange->body, data);
}

static void keep_in_file(struct exchange *exchange, struct str data)
{
	struct error err;

	if (write_all(exchange->request.body_fd, data))
		return;
	fail_errno(&err, errno, "the upload can't be kept");
	exchange->is_refused = true;
	answer_problem(&exchange->answer, &err);
}

bool upload_take(struct exchange *exchange, const char *data, size_t size)
{
	exchange->received += size;
	extend_deadline(exchange);
	if (exchange->received > body_max(exchange))
		return exchange->received <= body_max(exchange) + DRAIN_BYTES;
	if (exchange->is_refused)
		return true;
	if (exchange->request.route->spools)
		keep_in_file(exchange, str_new(data, size));
	else
		keep_in_memory(exchange, str_new(data, size));
	return true;
}

bool upload_end(struct exchange *exchange)
{
	if (exchange->received > body_max(exchange)) {
		refuse_long(exchange);
		return false;
	}
	if (exchange->is_refused)
		return false;
	exchange->request.body_size = exchange->received;
	exchange->request.body = buf_str(&exchange->body);
	if (exchange->request.body_fd >= 0)
		must(lseek(exchange->request.body_fd, 0, SEEK_SET) == 0);
	return true;
}

bool drain_begin(struct exchange *exchange)
{
	const char *text = request_header(&exchange->request, "Content-Length");
	uint64_t length = 0;

	if (request_header(&exchange->request, "Expect") || (text && !str_to_uint(str_of(text), DRAIN_BYTES, &length)))
		return false;
	exchange->received = 0;
	exchange->reading_since = clock_mono_ms();
	peer_give(exchange->peer, exchange->api->limits.grace_ms);
	return true;
}

bool drain_take(struct exchange *exchange, size_t size)
{
	exchange->received += size;
	extend_deadline(exchange);
	return exchange->received <= DRAIN_BYTES;
}

void upload_free(struct exchange *exchange)
{
	atomic_fetch_sub(&exchange->api->body_bytes, exchange->counted);
	exchange->counted = 0;
	if (exchange->has_spool)
		atomic_fetch_sub(&exchange->api->spools, 1);
	exchange->has_spool = false;
	fd_closep(&exchange->request.body_fd);
	exchange->request.body_fd = -1;
	buf_done(&exchange->body);
}
