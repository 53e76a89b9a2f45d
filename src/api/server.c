/* What libmicrohttpd calls, and how it is started. See server_start.h. */
#include "api/server_start.h"

#include "base/log.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKET_THREADS  2
#define SPARE_S         10      /* our own deadlines come first: they drop what waits to be sent */
#define OWN_HEADER_ROOM KIB(16) /* of a connection's memory: for the answer's header, pieces of bodies, bookkeeping */

/* ---------------------------------------------------------------- connections */

static enum MHD_Result may_come(void *ctx, const struct sockaddr *address, socklen_t len UNUSED)
{
	const struct api *api = ctx;
	unsigned char bytes[16];

	address_bytes(address, bytes);
	return peers_may_come(api->peers, bytes) ? MHD_YES : MHD_NO;
}

/* A client that vanished without a word is noticed. */
static void set_up_socket(const struct api *api, int fd)
{
	int on = 1, idle_s = 60, patience_ms = api->limits.idle_ms;

	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms);
}

static void connection_begins(struct api *api, struct MHD_Connection *connection, void **socket_context)
{
	const union MHD_ConnectionInfo *fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *address =
	        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	unsigned char bytes[16];
	struct peer *peer;

	must(fd && address);
	address_bytes(address->client_addr, bytes);
	set_up_socket(api, fd->connect_fd);
	peer = peers_add(api->peers, fd->connect_fd, bytes);
	peer_give(peer, api->limits.header_ms);
	*socket_context = peer;
}

static void on_connection(void *ctx, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
	struct api *api = ctx;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		connection_begins(api, connection, socket_context);
	} else if (*socket_context) {
		peers_remove(api->peers, *socket_context);
		*socket_context = NULL;
	}
}

/* ---------------------------------------------------------------- requests */

static void *on_request_line(void *ctx, const char *uri, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return exchange_new(ctx, connection, info->socket_context, uri);
}

static enum MHD_Result on_request(void *ctx UNUSED, struct MHD_Connection *connection UNUSED, const char *url UNUSED,
                                  const char *method, const char *version UNUSED, const char *data, size_t *size,
                                  void **request)
{
	return exchange_step(*request, method, data, size);
}

static void on_request_done(void *ctx, struct MHD_Connection *connection UNUSED, void **request,
                            enum MHD_RequestTerminationCode code UNUSED)
{
	const struct api *api = ctx;
	struct exchange *exchange = *request;

	if (!exchange)
		return;
	peer_give(exchange->peer, api->limits.idle_ms);
	exchange_free(exchange);
	*request = NULL;
}

/* We decode by ourselves, segment by segment. */
static size_t keep_as_sent(void *ctx UNUSED, struct MHD_Connection *connection UNUSED, char *text)
{
	return strlen(text);
}

static void log_inside(void *ctx UNUSED, const char *format, va_list args) PRINTF(2, 0);
static void log_inside(void *ctx UNUSED, const char *format, va_list args)
{
	char text[300];
	int n = vsnprintf(text, sizeof text, format, args);

	if (n > 0)
		log_debug("api", "%s", text);
}

/* ---------------------------------------------------------------- begin, end */

int server_start(struct api *api, int fd, struct error *err)
{
	const struct api_limits *limits = &api->limits;
	const struct MHD_OptionItem options[] = {
	        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)log_inside, NULL}, /* first: it hears of the others' faults */
	        {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
	        {MHD_OPTION_THREAD_POOL_SIZE, SOCKET_THREADS, NULL},
	        {MHD_OPTION_CONNECTION_LIMIT, limits->connections, NULL},
	        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)((size_t)limits->header_bytes + OWN_HEADER_ROOM), NULL},
	        {MHD_OPTION_CONNECTION_TIMEOUT, limits->idle_ms / 1000 + SPARE_S, NULL},
	        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
	        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, api},
	        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_request_line, api},
	        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_request_done, api},
	        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_as_sent, NULL},
	        {MHD_OPTION_END, 0, NULL},
	};

	api->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNALLY | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0,
	                               may_come, api, on_request, api, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	if (!api->daemon)
		return fail(err, E_LIMIT, RETRY_LATER, "the HTTP server could not be started: too few descriptors?");
	return 0;
}

void server_quiesce(struct api *api)
{
	int fd = MHD_quiesce_daemon(api->daemon);

	if (fd >= 0)
		close(fd);
}

void server_stop(struct api *api)
{
	MHD_stop_daemon(api->daemon);
	api->daemon = NULL;
}
