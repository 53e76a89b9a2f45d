/* See connect.h. */
#include "net/connect.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define HEAD_START_MS 250 /* RFC 8305 §8: connection attempt delay */

struct race {
	const struct address *addresses;
	size_t n, started, failed;
	struct pollfd sockets[MAX_ADDRESSES]; /* fd -1 once failed */
	int64_t next_at;                      /* monotonic ms: when the next address has its turn */
	int errnum;                           /* the first failure: what the preferred address said */
	const struct stream_watch *watch;     /* may be NULL */
};

static void tune(int fd)
{
	static const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

static void address_text(const struct address *address, char ret_text[NI_MAXHOST])
{
	snprintf(ret_text, NI_MAXHOST, "?");
	getnameinfo((const struct sockaddr *)&address->sa, address->len, ret_text, NI_MAXHOST, NULL, 0, NI_NUMERICHOST);
}

static void tell(const struct race *race, enum watch_kind kind, size_t i, int errnum)
{
	char text[NI_MAXHOST];

	if (!race->watch)
		return;
	address_text(&race->addresses[i], text);
	race->watch->event(race->watch->ctx,
	                   &(struct watch_event){.kind = kind, .text = str_of(text), .errnum = errnum});
}

static void attempt_failed(struct race *race, size_t i, int errnum)
{
	tell(race, WATCH_ATTEMPT, i, errnum);
	if (race->sockets[i].fd >= 0)
		close(race->sockets[i].fd);
	race->sockets[i].fd = -1;
	race->failed++;
	if (!race->errnum)
		race->errnum = errnum;
	race->next_at = 0; /* no need to wait: the next one starts at once */
}

static void start_next(struct race *race)
{
	const struct address *address = &race->addresses[race->started];
	size_t i = race->started++;
	int fd = socket(address->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	race->sockets[i] = (struct pollfd){.fd = fd, .events = POLLOUT};
	race->next_at = clock_mono_ms() + HEAD_START_MS;
	if (fd < 0) {
		attempt_failed(race, i, errno);
		return;
	}
	tune(fd);
	if (connect(fd, (const struct sockaddr *)&address->sa, address->len) < 0 && errno != EINPROGRESS)
		attempt_failed(race, i, errno);
}

/* Looks at what poll() reported: the first socket that is connected wins. */
static int take_winner(struct race *race)
{
	for (size_t i = 0; i < race->started; i++) {
		int fd = race->sockets[i].fd, errnum = 0;
		socklen_t len = sizeof errnum;

		if (fd < 0 || !race->sockets[i].revents)
			continue;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &errnum, &len) < 0)
			errnum = errno;
		if (errnum == 0) {
			race->sockets[i].fd = -1;
			tell(race, WATCH_CONNECTED, i, 0);
			return fd;
		}
		attempt_failed(race, i, errnum);
	}
	return -1;
}

static void race_done(struct race *race)
{
	for (size_t i = 0; i < race->started; i++)
		if (race->sockets[i].fd >= 0)
			close(race->sockets[i].fd);
}

static int nobody_answered(const struct race *race, struct error *err)
{
	char where[NI_MAXHOST];

	address_text(&race->addresses[0], where);
	if (race->n == 1)
		return fail(err, E_CONNECT, RETRY_LATER, "%s: %s", where, strerrordesc_np(race->errnum));
	return fail(err, E_CONNECT, RETRY_LATER, "%s: %s (and %zu more addresses failed)", where,
	            strerrordesc_np(race->errnum), race->n - 1);
}

static int run_race(struct race *race, int64_t deadline_ms, int *ret_fd, struct error *err)
{
	while (race->failed < race->n) {
		int64_t now = clock_mono_ms(), until = deadline_ms;
		int fd;

		if (now >= deadline_ms)
			return fail(err, E_TIMEOUT, RETRY_LATER, "no answer to the connection attempt");
		if (race->started < race->n && now >= race->next_at) {
			start_next(race);
			continue;
		}
		if (race->started < race->n)
			until = MIN(until, race->next_at);
		if (poll(race->sockets, race->started, (int)(until - now)) < 0 && errno != EINTR)
			return fail_errno(err, errno, "poll");
		fd = take_winner(race);
		if (fd >= 0) {
			*ret_fd = fd;
			return 0;
		}
	}
	return nobody_answered(race, err);
}

int connect_addresses(const struct address *addresses, size_t n, int64_t deadline_ms, int *ret_fd, struct error *err)
{
	struct race race CLEANUP(race_done) = {.addresses = addresses, .n = n};

	must(n > 0 && n <= MAX_ADDRESSES);
	return run_race(&race, deadline_ms, ret_fd, err);
}

static void tell_resolved(const struct stream_watch *watch, const struct address *addresses, size_t n)
{
	struct buf list CLEANUP(buf_done) = BUF_INIT(KIB(2));
	char text[NI_MAXHOST];

	for (size_t i = 0; i < n; i++) {
		address_text(&addresses[i], text);
		buf_printf(&list, "%s%s", i ? ", " : "", text);
	}
	watch_tell(watch, WATCH_RESOLVED, buf_str(&list));
}

int connect_host(const char *host, int port, int64_t deadline_ms, const struct stream_watch *watch, int *ret_fd,
                 struct error *err)
{
	struct address addresses[MAX_ADDRESSES];
	struct race race CLEANUP(race_done) = {.addresses = addresses, .watch = watch};
	int n = resolve_host(host, port, deadline_ms, addresses, err);

	if (n < 0)
		return n;
	if (watch)
		tell_resolved(watch, addresses, (size_t)n);
	race.n = (size_t)n;
	return run_race(&race, deadline_ms, ret_fd, err);
}
