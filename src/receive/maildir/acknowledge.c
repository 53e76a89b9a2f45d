/* What happens to a file when its mail is committed: see session.h. */
#include "receive/maildir/session.h"

#include "base/fault.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int folder_fault(struct error *err, int errnum, const char *what, const char *path)
{
	int code = fail_errno(err, errnum, "%s %s", what, path);

	if (err)
		err->scope = SCOPE_FOLDER;
	return code;
}

/* The folder with new, cur and tmp, made where it is missing; returns its `cur`. */
static int open_target(const struct maildir *m, const char *folder, struct error *err)
{
	static const char *const parts[] = {"", "/tmp", "/new", "/cur"};
	char *path CLEANUP(freep) = NULL;
	struct buf part CLEANUP(buf_done) = BUF_INIT(4096);
	int fd, r = maildir_folder(m, folder, &path, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		buf_clear(&part);
		buf_printf(&part, "%s%s", path, parts[i]);
		if (mkdir(buf_cstr(&part), 0700) < 0 && errno != EEXIST)
			return folder_fault(err, errno, "can't make", buf_cstr(&part));
	}
	fd = open(buf_cstr(&part), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? folder_fault(err, errno, "can't open", buf_cstr(&part)) : fd;
}

/* The name that a file has in `cur`; the flags that it may have already stay. */
static void seen_name(const char *name, char *ret, size_t size)
{
	const char *colon = strchr(name, ':');
	bool has_flags = colon && strncmp(colon, ":2,", 3) == 0;

	if (has_flags && strchr(colon, 'S'))
		(void)snprintf(ret, size, "%s", name);
	else if (has_flags)
		(void)snprintf(ret, size, "%sS", name);
	else
		(void)snprintf(ret, size, "%.*s:2,S", (int)(colon ? colon - name : (ptrdiff_t)strlen(name)), name);
}

static int by_uid(const void *uid, const void *file)
{
	uint32_t a = *(const uint32_t *)uid, b = ((const struct named_file *)file)->uid;

	return a < b ? -1 : a > b;
}

/* The file of a message: as it was scanned, else as its name says; "" where it isn't known any more. */
static int name_of(struct maildir *m, uint32_t uid, char ret[MAILDIR_NAME_ROOM], struct error *err)
{
	const struct named_file *file =
	        m->file_count ? bsearch(&uid, m->files, m->file_count, sizeof *m->files, by_uid) : NULL;
	struct named named;
	int r;

	ret[0] = '\0';
	if (file) {
		(void)snprintf(ret, MAILDIR_NAME_ROOM, "%s", file->name);
		return 0;
	}
	r = names_these(m->names, &uid, 1, &named, err);
	if (r > 0)
		maildir_unescape(named.name, ret);
	return MIN(r, 0);
}

/* Two files of one name before the colon would be one as seen: no file takes another's place. File systems that know no
 * such renaming (EINVAL) have to do without. */
static int rename_beside(const struct maildir *m, const char *name, int to_fd, const char *to)
{
	int r = renameat2(m->new_fd, name, to_fd, to, RENAME_NOREPLACE);

	return r < 0 && (errno == EINVAL || errno == ENOSYS) ? renameat(m->new_fd, name, to_fd, to) : r;
}

/* Gone is done: another has moved it, or we had, and were stopped before we noted it. */
static int put_file(const struct maildir *m, const char *name, int to_fd, struct error *err)
{
	char seen[MAILDIR_NAME_ROOM + 8];
	int r;

	seen_name(name, seen, sizeof seen);
	r = to_fd < 0 ? unlinkat(m->new_fd, name, 0) : rename_beside(m, name, to_fd, seen);
	if (r < 0 && (errno == ENAMETOOLONG || (errno == EEXIST && to_fd >= 0)))
		r = rename_beside(m, name, to_fd, name);
	return r < 0 && errno != ENOENT ? folder_fault(err, errno, to_fd < 0 ? "can't delete" : "can't move", name) : 0;
}

/* to_fd -1: they are deleted. Returns when it would outlast a power failure. */
static int put_files(struct maildir *m, const uint32_t *uids, size_t n, int to_fd, struct error *err)
{
	int r = 0;

	fault_step("maildir acknowledge: before");
	for (size_t i = 0; i < n && r == 0; i++) {
		char name[MAILDIR_NAME_ROOM];

		r = name_of(m, uids[i], name, err);
		if (r == 0 && name[0])
			r = put_file(m, name, to_fd, err);
	}
	if (r < 0)
		return r;
	if (fsync(m->new_fd) < 0 || (to_fd >= 0 && fsync(to_fd) < 0))
		return folder_fault(err, errno, "can't flush", m->path);
	fault_step("maildir acknowledge: after");
	return 0;
}

int maildir_move(struct receiver *r, const uint32_t *uids, size_t n, const char *folder, struct error *err)
{
	struct maildir *m = (struct maildir *)r;
	int fd CLEANUP(fd_closep) = open_target(m, folder, err);

	return fd < 0 ? fd : put_files(m, uids, n, fd, err);
}

int maildir_acknowledge_begin(struct receiver *r, const uint32_t *uids, size_t n, struct error *err)
{
	struct maildir *m = (struct maildir *)r;

	switch (m->after) {
	case AFTER_LEAVE:
		return 0;
	case AFTER_SEEN:
		return put_files(m, uids, n, m->cur_fd, err);
	case AFTER_DELETE:
		return put_files(m, uids, n, -1, err);
	case AFTER_MOVE:
		if (m->after_folder)
			return maildir_move(r, uids, n, m->after_folder, err);
		break;
	}
	return fail_scope(err, SCOPE_FOLDER, E_INVALID, RETRY_NEVER, "no folder is set to move messages to");
}

int maildir_acknowledge_end(struct receiver *r UNUSED, struct error *err UNUSED)
{
	return 0;
}
