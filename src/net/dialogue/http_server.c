/* See http_server.h. Sockets block and give up after a minute; stopping shuts them down, which wakes their threads. */
#include "net/dialogue/http_server.h"

#include "base/buf.h"
#include "base/mem.h"
#include "net/dialogue/interrupted.h"

#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CONNECTIONS 64
#define MAX_REQUEST     MIB(8)
#define GIVE_UP_S       60

struct http_server {
	int listener, port;
	SSL_CTX *tls;
	http_answerer answer;
	void *ctx;
	pthread_t thread;
	pthread_mutex_t lock;
	struct http_saying *connections[MAX_CONNECTIONS]; /* under lock, as are the counts */
	int connection_count, request_count;
};

struct http_saying {
	struct http_server *server;
	pthread_t thread;
	int fd, number;
	SSL *ssl;
	struct buf in;
	bool ended;
};

/* ---------------------------------------------------------------- one connection */

static ssize_t receive(struct http_saying *c, char *to, size_t n)
{
	ssize_t got;

	do {
		errno = 0;
		got = c->ssl ? SSL_read(c->ssl, to, (int)n) : recv(c->fd, to, n, 0);
	} while (is_interrupted(got));
	return got;
}

static ssize_t say_some(struct http_saying *c, struct str bytes)
{
	ssize_t said;

	do {
		errno = 0;
		said = c->ssl ? SSL_write(c->ssl, bytes.p, (int)bytes.n) : send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
	} while (is_interrupted(said));
	return said;
}

bool http_say(struct http_saying *c, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = say_some(c, bytes);

		if (n <= 0) {
			c->ended = true;
			return false;
		}
		bytes = str_slice(bytes, (size_t)n, bytes.n);
	}
	return true;
}

void http_say_json(struct http_saying *c, int status, const char *json)
{
	struct buf answer CLEANUP(buf_done) = BUF_INIT(MIB(4));

	buf_printf(&answer, "HTTP/1.1 %d Whatever\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	           status, strlen(json), json);
	http_say(c, buf_str(&answer));
}

void http_say_close(struct http_saying *c)
{
	c->ended = true;
}

void http_say_nothing(struct http_saying *c)
{
	char byte;

	while (receive(c, &byte, 1) > 0)
		continue;
	c->ended = true;
}

static bool read_more(struct http_saying *c)
{
	char *room = buf_room(&c->in, KIB(16));
	ssize_t n = room ? receive(c, room, KIB(16)) : -1;

	if (n > 0)
		buf_added(&c->in, (size_t)n);
	return n > 0;
}

static size_t content_length(struct str head)
{
	ptrdiff_t at = str_find_nocase(head, STR("\r\ncontent-length:"));
	struct str line = at < 0 ? STR_NULL : str_slice(head, (size_t)at + 17, head.n);
	uint64_t n = 0;

	if (at < 0)
		return 0;
	line = str_trim(str_slice(line, 0, (size_t)str_find(line, STR("\r\n"))));
	must(str_to_uint(line, MAX_REQUEST, &n));
	return n;
}

static bool read_request(struct http_saying *c, struct http_asked *asked, size_t *ret_size)
{
	ptrdiff_t end;
	struct str rest;
	size_t length;

	while ((end = str_find(buf_str(&c->in), STR("\r\n\r\n"))) < 0)
		if (!read_more(c))
			return false;
	length = content_length(str_slice(buf_str(&c->in), 0, (size_t)end + 2));
	*ret_size = (size_t)end + 4 + length;
	while (c->in.n < *ret_size)
		if (!read_more(c))
			return false;
	asked->head = str_slice(buf_str(&c->in), 0, (size_t)end + 2);
	asked->body = str_slice(buf_str(&c->in), (size_t)end + 4, *ret_size);
	rest = asked->head;
	return str_split(&rest, ' ', &asked->method) && str_split(&rest, ' ', &asked->target);
}

static void answer_requests(struct http_saying *c)
{
	struct http_asked asked = {.connection = c->number};
	size_t size = 0;

	while (!c->ended && read_request(c, &asked, &size)) {
		pthread_mutex_lock(&c->server->lock);
		asked.number = ++c->server->request_count;
		pthread_mutex_unlock(&c->server->lock);
		c->server->answer(c->server->ctx, &asked, c);
		buf_consume(&c->in, size);
	}
}

static void block_pipe_signal(void)
{
	sigset_t pipe;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, NULL);
}

static void *serve_connection(void *arg)
{
	struct http_saying *c = arg;
	int ready;

	block_pipe_signal();
	if (c->server->tls) {
		c->ssl = SSL_new(c->server->tls);
		must(c->ssl && SSL_set_fd(c->ssl, c->fd) == 1);
	}
	do {
		errno = 0;
		ready = c->ssl ? SSL_accept(c->ssl) : 1;
	} while (is_interrupted(ready));
	if (ready == 1)
		answer_requests(c);
	if (c->ssl && c->ended)
		SSL_shutdown(c->ssl);
	shutdown(c->fd, SHUT_RDWR);
	return NULL;
}

static void connection_free(struct http_saying *c)
{
	pthread_join(c->thread, NULL);
	SSL_free(c->ssl);
	close(c->fd);
	buf_done(&c->in);
	free(c);
}

/* ---------------------------------------------------------------- the server */

static void take_connection(struct http_server *server, int fd)
{
	struct timeval give_up = {.tv_sec = GIVE_UP_S};
	struct http_saying *c = mem_new(1, sizeof *c);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &give_up, sizeof give_up);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &give_up, sizeof give_up);
	c->server = server;
	c->fd = fd;
	buf_init(&c->in, MAX_REQUEST + KIB(64));
	pthread_mutex_lock(&server->lock);
	must(server->connection_count < MAX_CONNECTIONS);
	server->connections[server->connection_count++] = c;
	c->number = server->connection_count;
	must(pthread_create(&c->thread, NULL, serve_connection, c) == 0);
	pthread_mutex_unlock(&server->lock);
}

static void *accept_connections(void *arg)
{
	struct http_server *server = arg;
	int fd;

	while ((fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		take_connection(server, fd);
	return NULL;
}

struct http_server *http_server_start(SSL_CTX *tls, http_answerer answer, void *ctx)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct http_server *server = mem_new(1, sizeof *server);
	socklen_t len = sizeof address;

	server->tls = tls;
	server->answer = answer;
	server->ctx = ctx;
	pthread_mutex_init(&server->lock, NULL);
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(bind(server->listener, (struct sockaddr *)&address, len) == 0 && listen(server->listener, 16) == 0);
	must(getsockname(server->listener, (struct sockaddr *)&address, &len) == 0);
	server->port = ntohs(address.sin_port);
	must(pthread_create(&server->thread, NULL, accept_connections, server) == 0);
	return server;
}

void http_server_stop(struct http_server *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
	for (int i = 0; i < server->connection_count; i++) {
		shutdown(server->connections[i]->fd, SHUT_RDWR);
		connection_free(server->connections[i]);
	}
	pthread_mutex_destroy(&server->lock);
	free(server);
}

int http_server_port(const struct http_server *server)
{
	return server->port;
}

int http_server_connections(struct http_server *server)
{
	int n;

	pthread_mutex_lock(&server->lock);
	n = server->connection_count;
	pthread_mutex_unlock(&server->lock);
	return n;
}
