/* See body.h. */
#include "receive/body.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEAP_BYTES   MIB(1)
#define HEADER_BYTES KIB(256) /* kept of a message that is too large, to find its header in */

/* ---------------------------------------------------------------- pieces */

struct str body_header(struct str text)
{
	ptrdiff_t crlf = str_find(text, STR("\r\n\r\n")), lf = str_find(text, STR("\n\n"));

	if (crlf >= 0 && (lf < 0 || crlf < lf))
		return str_slice(text, 0, (size_t)crlf + 4);
	return lf >= 0 ? str_slice(text, 0, (size_t)lf + 2) : text;
}

int body_write(int fd, struct str bytes, struct error *err)
{
	while (bytes.n) {
		ssize_t put = write(fd, bytes.p, bytes.n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return fail_errno(err, errno, "can't write a large message to a temporary file");
		bytes = str_slice(bytes, (size_t)put, bytes.n);
	}
	return 0;
}

int body_map(int fd, size_t n, struct incoming **ret, struct error *err)
{
	void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED)
		return fail_errno(err, errno, "can't map a large message of %zu bytes", n);
	*ret = mem_new(1, sizeof **ret);
	(*ret)->raw = str_new(p, n);
	(*ret)->mapped = n;
	return 0;
}

/* ---------------------------------------------------------------- gathering */

void body_begin(struct body *body, uint64_t expected, uint64_t max)
{
	*body = (struct body){.fd = -1, .max = max};
	body->size = (size_t)MIN(expected, (uint64_t)HEAP_BYTES - 2) + 2;
	body->heap = mem_resize(NULL, body->size, 1);
}

static void keep(struct body *body, struct str bytes)
{
	if (body->kept + bytes.n > body->size) {
		body->size = MIN(MAX(body->size * 2, body->kept + bytes.n), HEAP_BYTES);
		body->heap = mem_resize(body->heap, body->size, 1);
	}
	memcpy(body->heap + body->kept, bytes.p, bytes.n);
	body->kept += bytes.n;
}

/* The heap is full: what is in it goes to the file first, and again each time. */
static void spill(struct body *body)
{
	if (body->fd < 0)
		body->fd = file_temporary(&body->err);
	body->failed = body->fd < 0 || body_write(body->fd, str_new(body->heap, body->kept), &body->err) < 0;
	body->kept = 0;
}

void body_add(struct body *body, struct str bytes)
{
	body->total += bytes.n;
	if (body->failed)
		return;
	if (body->total > body->max) { /* as much as a header may need, where it is still there */
		if (body->fd < 0 && body->kept < HEADER_BYTES && bytes.n)
			keep(body, str_slice(bytes, 0, HEADER_BYTES - body->kept));
		return;
	}
	while (bytes.n && !body->failed) {
		size_t n = MIN(bytes.n, HEAP_BYTES - body->kept);

		keep(body, str_slice(bytes, 0, n));
		bytes = str_slice(bytes, n, bytes.n);
		if (bytes.n)
			spill(body);
	}
}

/* ---------------------------------------------------------------- the end */

static int end_too_large(struct body *body, struct incoming **ret, struct error *err)
{
	struct incoming *in;
	ssize_t n = (ssize_t)MIN(body->kept, HEADER_BYTES);

	if (body->fd >= 0)
		n = pread(body->fd, body->heap, HEADER_BYTES, 0); /* a heap that was spilled has 1 MiB */
	if (n < 0)
		return fail_errno(err, errno, "can't read a large message from its temporary file");
	in = mem_new(1, sizeof *in);
	in->kind = INCOMING_TOO_LARGE;
	in->raw = body_header(str_new(body->heap, (size_t)n));
	in->memory = take(body->heap);
	*ret = in;
	return 0;
}

static int end_in_file(struct body *body, struct incoming **ret, struct error *err)
{
	int r = body_write(body->fd, str_new(body->heap, body->kept), err);

	return r < 0 ? r : body_map(body->fd, (size_t)body->total, ret, err);
}

static void end_on_heap(struct body *body, struct incoming **ret)
{
	struct incoming *in = mem_new(1, sizeof *in);

	in->raw = str_new(body->heap, body->kept);
	in->memory = take(body->heap);
	*ret = in;
}

int body_end(struct body *body, struct incoming **ret, struct error *err)
{
	int r = 0;

	if (body->failed) {
		if (err)
			*err = body->err;
		r = body->err.code;
	} else if (body->total > body->max)
		r = end_too_large(body, ret, err);
	else if (body->fd >= 0)
		r = end_in_file(body, ret, err);
	else
		end_on_heap(body, ret);
	if (r < 0 && err)
		err->scope = SCOPE_MESSAGE;
	if (r == 0)
		(*ret)->size = body->total;
	body_done(body);
	return r;
}

void body_done(struct body *body)
{
	free(take(body->heap));
	fd_closep(&body->fd);
}
