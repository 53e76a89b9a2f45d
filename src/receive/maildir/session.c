/* See session.h. */
#include "receive/maildir/session.h"

#include "base/file.h"
#include "base/mem.h"
#include "receive/names_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

static void close_maildir(struct receiver *r)
{
	struct maildir *m = (struct maildir *)r;

	maildir_forget_scan(m);
	names_free(m->own_names);
	fd_closep(&m->new_fd);
	fd_closep(&m->cur_fd);
	fd_closep(&m->watch_fd);
	free(m->top);
	free(m->path);
	free(m->after_folder);
	free(m);
}

/* ---------------------------------------------------------------- opening */

int maildir_folder(const struct maildir *m, const char *folder, char **ret_path, struct error *err)
{
	struct buf path CLEANUP(buf_done) = BUF_INIT(4000);

	if (str_eq_nocase(str_of(folder), STR("INBOX"))) {
		*ret_path = mem_strdup(m->top);
		return 0;
	}
	if (!*folder || folder[0] == '.' || strchr(folder, '/') || strlen(folder) > 200)
		return fail_scope(err, SCOPE_FOLDER, E_INVALID, RETRY_NEVER,
		                  "folder \"%.100s\": is no name of a folder in a Maildir (no slash, no dot in front)",
		                  folder);
	buf_printf(&path, "%s/.%s", m->top, folder);
	if (path.failed)
		return fail_scope(err, SCOPE_FOLDER, E_INVALID, RETRY_NEVER, "folder \"%.100s\": the path is too long",
		                  folder);
	*ret_path = buf_take(&path);
	return 0;
}

static int open_folder(const char *path, const char *name, struct error *err)
{
	struct buf whole CLEANUP(buf_done) = BUF_INIT(4096);
	int fd, fault;

	buf_printf(&whole, "%s/%s", path, name);
	fd = open(buf_cstr(&whole), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fault = errno;
	if (fd >= 0)
		return fd;
	if (fault == ENOENT || fault == ENOTDIR)
		return fail_scope(err, SCOPE_FOLDER, E_NOT_FOUND, RETRY_NEVER, "%s: is no folder of a Maildir",
		                  buf_cstr(&whole));
	fail_errno(err, fault, "%s", buf_cstr(&whole));
	if (err)
		err->scope = SCOPE_FOLDER;
	return -fault;
}

/* Mail comes to `new` by rename or link. What can't be watched is polled. */
static void watch(struct maildir *m)
{
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", m->new_fd);
	m->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (m->watch_fd >= 0 && inotify_add_watch(m->watch_fd, path, IN_MOVED_TO | IN_CREATE) < 0)
		fd_closep(&m->watch_fd);
}

static int open_both(struct maildir *m, struct error *err)
{
	m->new_fd = open_folder(m->path, "new", err);
	if (m->new_fd < 0)
		return m->new_fd;
	m->cur_fd = open_folder(m->path, "cur", err);
	return MIN(m->cur_fd, 0);
}

static int open_maildir(const struct receiver_options *options, struct receiver **ret, struct error *err)
{
	struct maildir *m = mem_new(1, sizeof *m);
	int r;

	m->receiver.ops = &maildir_receiver;
	m->new_fd = m->cur_fd = m->watch_fd = -1;
	m->top = mem_strdup(options->stream.host);
	m->after = options->after;
	m->after_folder = options->after_folder && *options->after_folder ? mem_strdup(options->after_folder) : NULL;
	m->max_message_bytes = options->max_message_bytes ? options->max_message_bytes : MIB(50);
	m->own_names = options->names ? NULL : names_memory_new();
	m->names = options->names ? options->names : m->own_names;
	r = maildir_folder(m, options->folder, &m->path, err);
	if (r == 0)
		r = open_both(m, err);
	if (r < 0) {
		close_maildir(&m->receiver);
		return r;
	}
	watch(m); /* before the first look, so that nothing comes in between unseen */
	*ret = &m->receiver;
	return 0;
}

/* ---------------------------------------------------------------- news */

/* What the system has noted since the last time: 1 something came. */
static int drain(struct maildir *m)
{
	_Alignas(struct inotify_event) char events[KIB(4)];
	bool any = false;

	while (m->watch_fd >= 0 && read(m->watch_fd, events, sizeof events) > 0)
		any = true;
	return any;
}

static int start_idling(struct receiver *r, struct error *err UNUSED)
{
	struct maildir *m = (struct maildir *)r;

	maildir_forget_scan(m);
	if (m->watch_fd < 0)
		return 0;
	return drain(m) ? 2 : 1;
}

static int look_for_news(struct receiver *r, struct error *err UNUSED)
{
	return drain((struct maildir *)r);
}

static int no_news(struct receiver *r, struct error *err UNUSED)
{
	return drain((struct maildir *)r) || true; /* polled: looking is as cheap as asking */
}

static uint32_t uidvalidity_of(const struct receiver *r)
{
	const struct maildir *m = (const struct maildir *)r;

	return names_uidvalidity(m->names);
}

static int fd_of(const struct receiver *r)
{
	return ((const struct maildir *)r)->watch_fd;
}

const struct receiver_ops maildir_receiver = {
        .name = "maildir",
        .is_named = true,
        .open = open_maildir,
        .scan = maildir_scan,
        .scan_these = maildir_scan_these,
        .next = maildir_next,
        .acknowledge_begin = maildir_acknowledge_begin,
        .acknowledge_end = maildir_acknowledge_end,
        .move = maildir_move,
        .list = maildir_list,
        .idle_start = start_idling,
        .idle_ready = look_for_news,
        .idle_stop = look_for_news,
        .noop = no_news,
        .uidvalidity = uidvalidity_of,
        .fd = fd_of,
        .close = close_maildir,
};
