/* See alive.h. */
#include "base/alive.h"

#include "base/random.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define PLACE_SIZE 100

/* The file's first bytes as text; 0 where it can't be read. */
static size_t read_some(const char *path, char *room, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, room, size - 1);

	if (fd >= 0)
		close(fd);
	room[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* "BOOT NAMESPACE": where process numbers mean the same; "" where it isn't known. */
static void place(char ret[PLACE_SIZE])
{
	char boot[64], space[32];
	size_t n = read_some("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
	ssize_t length = readlink("/proc/self/ns/pid", space, sizeof space - 1);
	struct str id = str_trim(str_new(boot, n));

	ret[0] = '\0';
	if (!id.n || length <= 0)
		return;
	space[length] = '\0';
	snprintf(ret, PLACE_SIZE, STR_FMT " %s", STR_ARG(id), space);
}

/* Field 22 of /proc/PID/stat, behind the command, which may hold anything; false where it can't be read. *ret_ended: it
 * waits only for its parent to notice (proc(5)). */
static bool read_start(int64_t pid, uint64_t *ret_start, bool *ret_ended)
{
	char path[40], text[1024];
	const char *end;
	struct str rest, piece = STR_NULL;

	snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
	if (!read_some(path, text, sizeof text) || !(end = strrchr(text, ')')) || end[1] != ' ')
		return false;
	rest = str_of(end + 2);
	*ret_ended = rest.n && (rest.p[0] == 'Z' || rest.p[0] == 'X');
	for (int field = 3; field <= 22; field++)
		if (!str_split(&rest, ' ', &piece))
			return false;
	return str_to_uint(piece, UINT64_MAX, ret_start);
}

void alive_name(char ret_name[ALIVE_NAME_SIZE])
{
	char token[RANDOM_TOKEN_LEN + 1], here[PLACE_SIZE];
	uint64_t start = 0;
	bool ended;

	random_token(token);
	place(here);
	if (!here[0] || !read_start(getpid(), &start, &ended))
		snprintf(ret_name, ALIVE_NAME_SIZE, "%s", token);
	else
		snprintf(ret_name, ALIVE_NAME_SIZE, "%s %lld %llu %.8s", here, (long long)getpid(),
		         (unsigned long long)start, token);
}

bool alive_is_gone(const char *name)
{
	struct str rest = str_of(name), boot, space, number, started;
	uint64_t pid, start, now_start;
	char here[PLACE_SIZE];
	bool ended;

	place(here);
	if (!here[0] || !str_starts(rest, str_of(here)))
		return false;
	if (!str_split(&rest, ' ', &boot) || !str_split(&rest, ' ', &space) || !str_split(&rest, ' ', &number) ||
	    !str_split(&rest, ' ', &started) || !str_to_uint(number, INT32_MAX, &pid) || !pid ||
	    !str_to_uint(started, UINT64_MAX, &start))
		return false;
	if (kill((pid_t)pid, 0) < 0)
		return errno == ESRCH;
	return read_start((int64_t)pid, &now_start, &ended) && (ended || now_start != start);
}
