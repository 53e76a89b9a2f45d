/* Looking up and connecting: the race of addresses and its deadline. */
#include "net/connect.h"

#include "base/clock.h"
#include "base/str.h"

#include "base/test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#define PATIENCE_MS 30000 /* for what comes at once where nothing else runs */

enum listening { LISTENS, REFUSES, HANGS };

struct server {
	int listener;
	int fillers[8]; /* connections that keep the backlog full, so that further ones get no answer */
	struct address address;
};

static struct address loopback(int family, in_port_t port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = port, .sin6_addr = in6addr_loopback};
	struct address address = {.len = family == AF_INET ? sizeof v4 : sizeof v6};

	if (family == AF_INET)
		memcpy(&address.sa, &v4, sizeof v4);
	else
		memcpy(&address.sa, &v6, sizeof v6);
	return address;
}

static void server_start(struct server *server, int family, enum listening how)
{
	server->address = loopback(family, 0);
	server->listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	for (size_t i = 0; i < ARRAY_LEN(server->fillers); i++)
		server->fillers[i] = -1;
	assert_int_equal(bind(server->listener, (struct sockaddr *)&server->address.sa, server->address.len), 0);
	assert_int_equal(getsockname(server->listener, (struct sockaddr *)&server->address.sa, &server->address.len),
	                 0);
	if (how == REFUSES)
		return;
	assert_int_equal(listen(server->listener, how == HANGS ? 0 : 8), 0);
	for (size_t i = 0; how == HANGS && i < ARRAY_LEN(server->fillers); i++) {
		server->fillers[i] = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		must(connect(server->fillers[i], (struct sockaddr *)&server->address.sa, server->address.len) == 0 ||
		     errno == EINPROGRESS);
	}
}

static void server_stop(struct server *server)
{
	for (size_t i = 0; i < ARRAY_LEN(server->fillers); i++)
		if (server->fillers[i] >= 0)
			close(server->fillers[i]);
	close(server->listener);
}

static bool has_ipv6(void)
{
	struct address address = loopback(AF_INET6, 0);
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool works = fd >= 0 && bind(fd, (struct sockaddr *)&address.sa, address.len) == 0;

	if (fd >= 0)
		close(fd);
	return works;
}

/* The first address as given, the second listens; how long the connection took. */
static int64_t fall_back(enum listening first_does)
{
	int first_family = has_ipv6() ? AF_INET6 : AF_INET;
	int64_t began = clock_mono_ms();
	struct sockaddr_storage peer;
	socklen_t len = sizeof peer;
	struct address addresses[2];
	struct server first, second;
	struct error err;
	int fd = -1;

	server_start(&first, first_family, first_does);
	server_start(&second, AF_INET, LISTENS);
	addresses[0] = first.address;
	addresses[1] = second.address;
	assert_ok(connect_addresses(addresses, 2, began + PATIENCE_MS, &fd, &err), &err);
	assert_int_equal(getpeername(fd, (struct sockaddr *)&peer, &len), 0);
	assert_memory_equal(&peer, &second.address.sa, len);
	close(fd);
	server_stop(&first);
	server_stop(&second);
	return clock_mono_ms() - began;
}

static void an_address_without_answer_is_overtaken_after_its_head_start(void **state UNUSED)
{
	int64_t took = fall_back(HANGS);

	assert_true(took >= 240 && took < PATIENCE_MS / 2);
}

/* The head start is never waited for; a machine that stalls may take as long, but not each time. */
static void a_refused_address_is_left_at_once(void **state UNUSED)
{
	int tries = 20;

	while (fall_back(REFUSES) >= 240)
		assert_true(--tries > 0);
}

static void no_answer_at_all_ends_at_the_deadline(void **state UNUSED)
{
	int64_t began = clock_mono_ms();
	struct server server;
	struct error err;
	int fd = -1;

	server_start(&server, AF_INET, HANGS);
	assert_int_equal(connect_addresses(&server.address, 1, began + 40, &fd, &err), E_TIMEOUT);
	assert_int_equal(fd, -1);
	assert_true(clock_mono_ms() - began < PATIENCE_MS);
	server_stop(&server);
}

static void a_refused_connection_names_the_address(void **state UNUSED)
{
	struct server server;
	struct error err;
	int fd = -1;

	server_start(&server, AF_INET, REFUSES);
	assert_int_equal(connect_addresses(&server.address, 1, clock_mono_ms() + PATIENCE_MS, &fd, &err), E_CONNECT);
	assert_string_equal(err.text, "127.0.0.1: Connection refused");
	assert_int_equal(err.retry, RETRY_LATER);
	server_stop(&server);
}

static void sockets_are_tuned(void **state UNUSED)
{
	struct server server;
	struct error err;
	socklen_t len = sizeof(int);
	int fd = -1, value = 0;

	server_start(&server, AF_INET, LISTENS);
	assert_ok(connect_addresses(&server.address, 1, clock_mono_ms() + PATIENCE_MS, &fd, &err), &err);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &len), 0);
	assert_true(value != 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, &len), 0);
	assert_true(value != 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	close(fd);
	server_stop(&server);
}

static void names_and_numbers_are_resolved(void **state UNUSED)
{
	static const struct {
		const char *host;
		int family; /* of the first; 0: any */
	} cases[] = {{"127.0.0.1", AF_INET}, {"::1", AF_INET6}, {"localhost", 0}};
	struct address addresses[MAX_ADDRESSES];
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_ok(resolve_host(cases[i].host, 25, clock_mono_ms() + PATIENCE_MS, addresses, &err), &err);
		if (cases[i].family)
			assert_int_equal(addresses[0].sa.ss_family, cases[i].family);
	}
}

static void a_look_up_ends_at_its_deadline(void **state UNUSED)
{
	struct address addresses[MAX_ADDRESSES];
	struct error err;

	assert_int_equal(resolve_host("localhost", 25, clock_mono_ms() - 1, addresses, &err), E_TIMEOUT);
	assert_non_null(strstr(err.text, "look-up took too long"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_address_without_answer_is_overtaken_after_its_head_start),
	        cmocka_unit_test(a_refused_address_is_left_at_once),
	        cmocka_unit_test(no_answer_at_all_ends_at_the_deadline),
	        cmocka_unit_test(a_refused_connection_names_the_address),
	        cmocka_unit_test(sockets_are_tuned),
	        cmocka_unit_test(names_and_numbers_are_resolved),
	        cmocka_unit_test(a_look_up_ends_at_its_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
