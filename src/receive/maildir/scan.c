/* What lies in `new`: see session.h. */
#include "receive/maildir/session.h"

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "receive/body.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE KIB(128)

/* ---------------------------------------------------------------- the folder's files */

struct files {
	char **names; /* owned, as their files are called; sorted: names begin with the time */
	size_t n, size;
	struct str *keys;   /* owned, with their bytes: what they are known by */
	struct map *by_key; /* … → name */
};

static void files_done(struct files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->names[i]);
	for (size_t i = 0; files->keys && i < files->n; i++)
		free((void *)(uintptr_t)files->keys[i].p);
	free(files->keys);
	free(files->names);
	map_free(files->by_key);
}

static struct str escape(const char *name, size_t length)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;
	char *out = mem_new(3 * length + 1, 1);

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c > ' ' && c < 0x7f && c != '%') {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '%';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	return str_new(out, n);
}

struct str maildir_escape(const char *name)
{
	const char *colon = strchr(name, ':');

	return escape(name, colon && colon > name ? (size_t)(colon - name) : strlen(name));
}

static int digit_of(char c)
{
	return is_digit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void maildir_unescape(struct str text, char ret_name[MAILDIR_NAME_ROOM])
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n + 1 < MAILDIR_NAME_ROOM; i++) {
		bool escaped = text.p[i] == '%' && i + 2 < text.n && digit_of(text.p[i + 1]) >= 0 &&
		               digit_of(text.p[i + 2]) >= 0;

		ret_name[n++] = escaped ? (char)(digit_of(text.p[i + 1]) * 16 + digit_of(text.p[i + 2])) : text.p[i];
		i += escaped ? 2 : 0;
	}
	ret_name[n] = '\0';
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool may_be_mail(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN);
}

static int read_folder(const struct maildir *m, struct files *files, struct error *err)
{
	int fd = openat(m->new_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	int fault;

	if (!dir) {
		fault = errno;
		fd_closep(&fd);
		return fail_errno(err, fault, "%s/new", m->path);
	}
	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0) {
		if (!may_be_mail(entry) || files->n == MAILDIR_MESSAGES_MAX)
			continue;
		ARRAY_ROOM(files->names, files->n, files->size);
		files->names[files->n++] = mem_strdup(entry->d_name);
	}
	fault = errno;
	closedir(dir);
	if (fault)
		return fail_errno(err, fault, "%s/new", m->path);
	if (files->n)
		qsort(files->names, files->n, sizeof *files->names, by_name);
	return 0;
}

/* Of two files with one name before the colon the second is known by its whole name, and stays so when the first has
 * gone: its base name would be that of a mail that was read. */
static void add_key(struct files *files, const struct map *wholes, size_t i)
{
	struct str whole = escape(files->names[i], strlen(files->names[i])), base = maildir_escape(files->names[i]);
	bool by_whole = map_get(wholes, whole) || map_get(files->by_key, base);

	files->keys[i] = by_whole ? whole : base;
	free((void *)(uintptr_t)(by_whole ? base : whole).p);
	map_set(files->by_key, files->keys[i], files->names[i]);
}

static int add_keys(struct maildir *m, struct files *files, struct error *err)
{
	struct map *wholes CLEANUP(map_freep) = map_new();
	struct named known[MAILDIR_PORTION];
	uint32_t from = 0;
	int n;

	while ((n = names_after(m->names, from, known, MAILDIR_PORTION, err)) > 0) {
		for (int i = 0; i < n; i++)
			if (str_find_char(known[i].name, ':') > 0)
				map_set(wholes, known[i].name, files);
		from = known[n - 1].uid;
	}
	files->by_key = map_new();
	files->keys = mem_new(MAX(files->n, 1), sizeof *files->keys);
	for (size_t i = 0; i < files->n; i++)
		add_key(files, wholes, i);
	return n;
}

/* ---------------------------------------------------------------- a look */

struct gone {
	struct str *names; /* owned, with their bytes */
	size_t n, size;
};

static void gone_done(struct gone *gone)
{
	for (size_t i = 0; i < gone->n; i++)
		free((void *)(uintptr_t)gone->names[i].p);
	free(gone->names);
}

/* Names that are known and whose files went away. */
static int find_gone(struct maildir *m, const struct files *files, struct gone *gone, struct error *err)
{
	struct named known[MAILDIR_PORTION];
	uint32_t from = 0;
	int n;

	while ((n = names_after(m->names, from, known, MAILDIR_PORTION, err)) > 0) {
		for (int i = 0; i < n; i++) {
			if (map_get(files->by_key, known[i].name))
				continue;
			ARRAY_ROOM(gone->names, gone->n, gone->size);
			gone->names[gone->n] = str_new(str_dup(known[i].name), known[i].name.n);
			gone->n++;
		}
		from = known[n - 1].uid;
	}
	return n;
}

/* The names there are, in the store. A folder that is emptied all the time was not renamed: what went is said one by
 * one, instead of calling the look complete. */
static int look(struct maildir *m, struct files *files, struct error *err)
{
	struct gone gone CLEANUP(gone_done) = {0};
	struct names_look seen;
	int r = read_folder(m, files, err);

	if (r == 0)
		r = add_keys(m, files, err);
	if (r == 0)
		r = find_gone(m, files, &gone, err);
	if (r < 0)
		return r;
	seen = (struct names_look){.names = files->keys, .count = files->n, .gone = gone.names, .gone_count = gone.n};
	return names_look(m->names, &seen, err);
}

static void add_file(struct maildir *m, uint32_t uid, const char *name)
{
	ARRAY_ROOM(m->files, m->file_count, m->file_size);
	m->files[m->file_count++] = (struct named_file){uid, mem_strdup(name)};
}

int maildir_scan(struct receiver *r, struct position from, struct error *err)
{
	struct maildir *m = (struct maildir *)r;
	struct files files CLEANUP(files_done) = {0};
	struct named named[MAILDIR_PORTION];
	uint32_t after;
	int n, rc;

	maildir_forget_scan(m);
	rc = look(m, &files, err);
	if (rc < 0)
		return rc;
	after = from.uidvalidity == names_uidvalidity(m->names) ? from.uid : 0;
	while ((n = names_after(m->names, after, named, MAILDIR_PORTION, err)) > 0) {
		for (int i = 0; i < n; i++) {
			const char *name = map_get(files.by_key, named[i].name);

			if (name)
				add_file(m, named[i].uid, name);
		}
		after = named[n - 1].uid;
	}
	return n < 0 ? n : (int)m->file_count;
}

int maildir_scan_these(struct receiver *r, const uint32_t *uids, size_t n, struct error *err)
{
	struct maildir *m = (struct maildir *)r;
	struct files files CLEANUP(files_done) = {0};

	maildir_forget_scan(m);
	if (look(m, &files, err) < 0)
		return err ? err->code : E_STORE;
	for (size_t i = 0; i < n; i++) {
		struct named named;
		int found = names_these(m->names, &uids[i], 1, &named, err);
		const char *name = found > 0 ? map_get(files.by_key, named.name) : NULL;

		if (found < 0)
			return found;
		add_file(m, uids[i], name ? name : "");
	}
	return (int)m->file_count;
}

int maildir_list(struct receiver *r, void (*each)(void *ctx, uint32_t uid), void *ctx, struct error *err)
{
	struct maildir *m = (struct maildir *)r;
	int n = maildir_scan(r, (struct position){0}, err);

	for (size_t i = 0; i < m->file_count && n >= 0; i++)
		each(ctx, m->files[i].uid);
	maildir_forget_scan(m);
	return n;
}

void maildir_forget_scan(struct maildir *m)
{
	for (size_t i = 0; i < m->file_count; i++)
		free(m->files[i].name);
	free(take(m->files));
	m->file_count = m->file_at = m->file_size = 0;
}

/* ---------------------------------------------------------------- one message */

static int read_file(int fd, struct body *body, struct error *err)
{
	char *piece CLEANUP(freep) = mem_resize(NULL, PIECE, 1);
	ssize_t n;

	while ((n = read(fd, piece, PIECE)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_errno(err, errno, "can't be read");
		body_add(body, str_new(piece, (size_t)n));
	}
	return 0;
}

/* 1 the message, 0 it is gone, negative: it can't be had. */
static int open_message(const struct maildir *m, const char *name, struct incoming **ret, struct error *err)
{
	int fd CLEANUP(fd_closep) = openat(m->new_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct body body;
	struct stat st;
	int r;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_errno(err, errno, "can't be opened");
	if (!S_ISREG(st.st_mode))
		return fail(err, E_INVALID, RETRY_NEVER, "is no regular file");
	body_begin(&body, (uint64_t)st.st_size, m->max_message_bytes);
	r = read_file(fd, &body, err);
	if (r < 0)
		body_done(&body);
	else
		r = body_end(&body, ret, err);
	if (r < 0)
		return r;
	(*ret)->received_at = (int64_t)st.st_mtim.tv_sec * 1000;
	return 1;
}

int maildir_next(struct receiver *receiver, struct incoming **ret, struct error *err UNUSED)
{
	struct maildir *m = (struct maildir *)receiver;
	const struct named_file *file = &m->files[m->file_at];
	struct incoming *in = NULL;
	struct error fault;
	int r;

	if (m->file_at == m->file_count)
		return 0;
	m->file_at++;
	r = *file->name ? open_message(m, file->name, &in, &fault) : 0;
	if (r <= 0) {
		in = mem_new(1, sizeof *in);
		in->kind = r < 0 ? INCOMING_FAILED : INCOMING_GONE;
	}
	if (r < 0) {
		in->fault = mem_new(1, sizeof *in->fault);
		*in->fault = fault;
		in->fault->scope = SCOPE_MESSAGE;
		error_prefix(in->fault, "%s/new/%.100s", m->path, file->name);
	}
	in->uid = file->uid;
	in->uidvalidity = names_uidvalidity(m->names);
	*ret = in;
	return 1;
}
