/* Answers that come bit by bit. While there is nothing to send the connection is suspended and costs no thread; it goes
 * on when it is woken. See server.h. */
#include "api/server.h"

#include "base/mem.h"

#include <poll.h>

#define BLOCK       KIB(8)
#define READ_AGAINS 16 /* in a row, for a stream that is woken all the time */

static struct exchange *exchange_of(struct stream_wake *wake)
{
	return (struct exchange *)((char *)wake - offsetof(struct exchange, wake));
}

static void go_on_locked(struct exchange *exchange)
{
	if (!exchange->is_suspended)
		return;
	exchange->is_suspended = false;
	MHD_resume_connection(exchange->connection);
}

void streaming_wake(struct stream_wake *wake)
{
	struct exchange *exchange = exchange_of(wake);

	pthread_mutex_lock(&exchange->wake_lock);
	exchange->is_woken = true;
	go_on_locked(exchange);
	pthread_mutex_unlock(&exchange->wake_lock);
}

/* True: it is over. */
static bool begin_read(struct exchange *exchange)
{
	bool is_over;

	pthread_mutex_lock(&exchange->wake_lock);
	exchange->is_woken = false;
	is_over = exchange->is_over;
	pthread_mutex_unlock(&exchange->wake_lock);
	return is_over;
}

/* False: there was a wake meanwhile, read again. */
static bool suspend(struct exchange *exchange)
{
	bool may;

	pthread_mutex_lock(&exchange->wake_lock);
	may = !exchange->is_woken && !exchange->is_over;
	if (may) {
		exchange->is_suspended = true;
		MHD_suspend_connection(exchange->connection);
	}
	pthread_mutex_unlock(&exchange->wake_lock);
	return may;
}

static ssize_t read_more(void *ctx, uint64_t at UNUSED, char *room, size_t size)
{
	struct exchange *exchange = ctx;
	struct stream_body *stream = exchange->answer.stream;

	for (int i = 0; i < READ_AGAINS; i++) {
		ssize_t n;

		if (begin_read(exchange))
			return MHD_CONTENT_READER_END_OF_STREAM;
		n = stream->read(stream, room, size);
		peer_give(exchange->peer, n == 0 ? 0 : exchange->api->limits.idle_ms); /* until it is asked for more */
		if (n != 0)
			return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
		if (suspend(exchange))
			return 0;
	}
	return 0; /* asked again at once, after other connections */
}

static void drop(struct exchange *exchange)
{
	pthread_mutex_lock(&exchange->wake_lock);
	exchange->is_over = true;
	go_on_locked(exchange);
	pthread_mutex_unlock(&exchange->wake_lock);
}

struct MHD_Response *streaming_response(struct exchange *exchange)
{
	struct api *api = exchange->api;
	struct MHD_Response *response;

	pthread_mutex_lock(&api->streams_lock);
	exchange->next_stream = api->streams;
	if (api->streams)
		api->streams->previous_stream = exchange;
	api->streams = exchange;
	exchange->is_listed = true;
	pthread_mutex_unlock(&api->streams_lock);
	if (atomic_load(&api->stopping))
		drop(exchange);
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_more, exchange, NULL);
	/* libmicrohttpd ends even the body that HEAD doesn't get, with a last chunk: it would stand before the
	 * connection's next answer. Without chunks the connection's end is that of the answer. */
	if (response && exchange->is_head)
		must(MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END) == MHD_YES);
	return response;
}

void streaming_end(struct exchange *exchange)
{
	struct api *api = exchange->api;

	if (!exchange->is_listed)
		return;
	pthread_mutex_lock(&api->streams_lock);
	if (exchange->previous_stream)
		exchange->previous_stream->next_stream = exchange->next_stream;
	else
		api->streams = exchange->next_stream;
	if (exchange->next_stream)
		exchange->next_stream->previous_stream = exchange->previous_stream;
	exchange->is_listed = false;
	pthread_mutex_unlock(&api->streams_lock);
}

/* ---------------------------------------------------------------- those that end */

/* Suspended connections aren't looked at by libmicrohttpd: who left would be noticed at the next event only. */
static bool has_left(const struct exchange *exchange)
{
	struct pollfd fd = {.fd = exchange->peer->fd, .events = POLLRDHUP};

	return poll(&fd, 1, 0) > 0;
}

void streaming_drop_gone(struct api *api)
{
	pthread_mutex_lock(&api->streams_lock);
	for (struct exchange *exchange = api->streams; exchange; exchange = exchange->next_stream)
		if (has_left(exchange))
			drop(exchange);
	pthread_mutex_unlock(&api->streams_lock);
}

void streaming_drop_all(struct api *api)
{
	pthread_mutex_lock(&api->streams_lock);
	for (struct exchange *exchange = api->streams; exchange; exchange = exchange->next_stream)
		drop(exchange);
	pthread_mutex_unlock(&api->streams_lock);
}
