/* See file.h. */
#include "file.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void fd_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int read_all(int fd, const char *path, struct buf *out, struct error *err)
{
	for (;;) {
		char piece[KIB(32)];
		ssize_t got = read(fd, piece, sizeof piece);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_errno(err, errno, "can't read %s", path);
		if (got == 0)
			return 0;
		buf_add(out, str_new(piece, (size_t)got));
		if (out->failed)
			return fail(err, E_LIMIT, RETRY_NEVER, "%s is larger than %zu bytes", path, out->max);
	}
}

int file_read(const char *path, struct buf *out, struct error *err)
{
	int fd CLEANUP(fd_closep) = -1;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", out, err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(err, errno, "can't open %s", path);
	return read_all(fd, path, out, err);
}

static int write_all(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t put = write(fd, bytes.p, bytes.n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes = str_slice(bytes, (size_t)put, bytes.n);
	}
	return 0;
}

/* The name of a file is safe on disk once its folder is. */
static int sync_folder_of(const char *path)
{
	char *folder CLEANUP(freep) = mem_strdup(path);
	char *slash = strrchr(folder, '/');
	int fd CLEANUP(fd_closep) = -1;

	if (slash)
		slash[slash == folder] = '\0';
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int file_write(const char *path, struct str bytes, mode_t mode, struct error *err)
{
	struct buf beside CLEANUP(buf_done) = BUF_INIT(4096);
	int fd CLEANUP(fd_closep) = -1;
	int r;

	buf_printf(&beside, "%s.new", path);
	if (beside.failed)
		return fail(err, E_INVALID, RETRY_NEVER, "path is too long");
	unlink(beside.p);
	fd = open(beside.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return fail_errno(err, errno, "can't create %s", beside.p);
	r = write_all(fd, bytes);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && rename(beside.p, path) < 0)
		r = -errno;
	if (r == 0)
		r = sync_folder_of(path);
	if (r < 0) {
		unlink(beside.p);
		return fail_errno(err, -r, "can't write %s", path);
	}
	return 0;
}

int file_make_folder(const char *path, struct error *err)
{
	char *part CLEANUP(freep) = mem_strdup(path);

	for (char *p = part + 1;; p++) {
		if (*p && *p != '/')
			continue;
		char keep = *p;
		*p = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return fail_errno(err, errno, "can't create folder %s", part);
		*p = keep;
		if (!keep)
			return 0;
	}
}

int file_temporary(struct error *err)
{
	const char *folder = getenv("TMPDIR");
	int fd = open(folder && *folder ? folder : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail_errno(err, errno, "can't create a temporary file in %s", folder ? folder : "/tmp");
	return fd;
}
