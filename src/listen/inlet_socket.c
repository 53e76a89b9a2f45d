/* See inlet_socket.h. */
#include "listen/inlet_socket.h"

#include "base/file.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128

static int new_socket(int family, struct error *err)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? fail_errno(err, errno, "socket") : fd;
}

/* ---------------------------------------------------------------- a unix socket */

static bool somebody_listens(const struct sockaddr_un *sun)
{
	int fd CLEANUP(fd_closep) = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && connect(fd, (const struct sockaddr *)sun, sizeof *sun) == 0;
}

/* "660" as chmod reads it. */
static mode_t mode_of(int64_t digits)
{
	return (mode_t)(digits / 100 % 10 * 64 + digits / 10 % 10 * 8 + digits % 10);
}

static int clear_the_way(const struct sockaddr_un *sun, struct error *err)
{
	struct stat st;

	if (lstat(sun->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : fail_errno(err, errno, "%s", sun->sun_path);
	if (!S_ISSOCK(st.st_mode))
		return fail(err, E_IN_USE, RETRY_LATER, "%s is there already, and is no socket", sun->sun_path);
	if (somebody_listens(sun))
		return fail(err, E_IN_USE, RETRY_LATER, "%s: another process listens there", sun->sun_path);
	return unlink(sun->sun_path) < 0 ? fail_errno(err, errno, "%s", sun->sun_path) : 0;
}

/* A socket that is found there is one that takes connections, with its mode: it is made beside its place, unless the
 * longer name has no room. */
static int listen_unix(const struct inlet *inlet, const char *path, struct error *err)
{
	int fd CLEANUP(fd_closep) = new_socket(AF_UNIX, err);
	struct sockaddr_un place = {.sun_family = AF_UNIX}, made = {.sun_family = AF_UNIX};
	bool is_beside = strlen(path) + sizeof ".new" <= sizeof made.sun_path;
	int r;

	if (fd < 0)
		return fd;
	snprintf(place.sun_path, sizeof place.sun_path, "%s", path);
	snprintf(made.sun_path, sizeof made.sun_path, "%s%s", path, is_beside ? ".new" : "");
	r = clear_the_way(&place, err);
	if (r == 0)
		r = clear_the_way(&made, err);
	if (r < 0)
		return r;
	if (bind(fd, (const struct sockaddr *)&made, sizeof made) < 0 ||
	    chmod(made.sun_path, mode_of(inlet->socket_mode)) < 0 || listen(fd, BACKLOG) < 0 ||
	    rename(made.sun_path, path) < 0)
		return fail_errno(err, errno, "%s", path);
	r = fd;
	fd = -1;
	return r;
}

void inlet_unlink(const char *listen)
{
	const char *path;
	char host[64];
	int port;

	if (inlet_place(listen, &path, host, &port) && path && unlink(path) < 0 && errno != ENOENT)
		(void)errno; /* the next start replaces it */
}

/* ---------------------------------------------------------------- a port */

static int bind_port(int fd, const char *host, int port)
{
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

	if (inet_pton(AF_INET, host, &four.sin_addr) == 1)
		return bind(fd, (const struct sockaddr *)&four, sizeof four);
	inet_pton(AF_INET6, host, &six.sin6_addr);
	return bind(fd, (const struct sockaddr *)&six, sizeof six);
}

static int listen_port(const char *host, int port, struct error *err)
{
	int fd CLEANUP(fd_closep) = new_socket(strchr(host, ':') ? AF_INET6 : AF_INET, err);
	int on = 1, r;

	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 || bind_port(fd, host, port) < 0 ||
	    listen(fd, BACKLOG) < 0)
		return fail_errno(err, errno, "%s port %d", host, port);
	r = fd;
	fd = -1;
	return r;
}

int inlet_listen(const struct inlet *inlet, struct error *err)
{
	const char *path;
	char host[64];
	int port, r;

	if (!inlet_place(inlet->listen, &path, host, &port))
		return fail(err, E_INVALID, RETRY_NEVER, "inlet %s: listen: \"%s\" is no place", inlet->id,
		            inlet->listen);
	r = path ? listen_unix(inlet, path, err) : listen_port(host, port, err);
	return r < 0 ? error_prefix(err, "inlet %s", inlet->id) : r;
}
