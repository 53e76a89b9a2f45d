/* See body.h. */
#include "receive/graph/body.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEAP_BYTES   MIB(1)
#define PIECE_BYTES  KIB(128) /* gathered before they are written */
#define HEADER_BYTES KIB(256) /* kept of a message that is too large */

void incoming_body_init(struct incoming_body *body, uint64_t max)
{
	*body = (struct incoming_body){.fd = -1, .max = max};
	buf_init(&body->memory, HEAP_BYTES);
}

void incoming_body_done(struct incoming_body *body)
{
	buf_done(&body->memory);
	fd_closep(&body->fd);
	body->fd = -1;
}

static int write_whole(int fd, struct str bytes, struct error *err)
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

static int flush(struct incoming_body *body, struct error *err)
{
	int r = 0;

	if (body->fd < 0) {
		body->fd = file_temporary(err);
		r = MIN(body->fd, 0);
	}
	if (r == 0)
		r = write_whole(body->fd, buf_str(&body->memory), err);
	buf_clear(&body->memory);
	if (r < 0 && err)
		err->scope = SCOPE_MESSAGE;
	return r;
}

/* The header is needed from a body that went to the file already, too. */
static void keep_beginning(struct incoming_body *body, struct str piece)
{
	body->too_large = true;
	if (body->fd < 0) {
		buf_add(&body->memory, str_slice(piece, 0, HEADER_BYTES - MIN(body->memory.n, HEADER_BYTES)));
		return;
	}
	buf_clear(&body->memory);
	char *room = buf_room(&body->memory, HEADER_BYTES);
	ssize_t got = pread(body->fd, room, HEADER_BYTES, 0);
	buf_added(&body->memory, got > 0 ? (size_t)got : 0);
	fd_closep(&body->fd);
	body->fd = -1;
}

int incoming_body_add(struct incoming_body *body, struct str piece, struct error *err)
{
	body->size += piece.n;
	if (body->too_large || body->size > body->max) {
		if (!body->too_large)
			keep_beginning(body, piece);
		return fail_scope(err, SCOPE_MESSAGE, E_LIMIT, RETRY_NEVER, "the message has more than %llu bytes",
		                  (unsigned long long)body->max);
	}
	while (piece.n) {
		size_t limit = body->fd >= 0 ? PIECE_BYTES : HEAP_BYTES;
		size_t n = MIN(piece.n, limit - MIN(limit, body->memory.n));

		buf_add(&body->memory, str_slice(piece, 0, n));
		piece = str_slice(piece, n, piece.n);
		if (piece.n) {
			int r = flush(body, err);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* The header section with its blank line; all of it where there is none. */
static size_t header_length(struct str text)
{
	ptrdiff_t crlf = str_find(text, STR("\r\n\r\n")), lf = str_find(text, STR("\n\n"));

	if (crlf >= 0 && (lf < 0 || crlf < lf))
		return (size_t)crlf + 4;
	return lf >= 0 ? (size_t)lf + 2 : MIN(text.n, HEADER_BYTES);
}

static struct incoming *from_memory(struct incoming_body *body)
{
	struct incoming *in = mem_new(1, sizeof *in);
	size_t n = body->too_large ? header_length(buf_str(&body->memory)) : body->memory.n;

	in->kind = body->too_large ? INCOMING_TOO_LARGE : INCOMING_WHOLE;
	in->size = body->size;
	in->memory = buf_take(&body->memory);
	in->raw = str_new(in->memory, n);
	return in;
}

int incoming_body_finish(struct incoming_body *body, struct incoming **ret_incoming, struct error *err)
{
	if (body->fd < 0) {
		*ret_incoming = from_memory(body);
		return 0;
	}
	int r = flush(body, err);
	if (r < 0)
		return r;
	void *p = mmap(NULL, (size_t)body->size, PROT_READ, MAP_PRIVATE, body->fd, 0);
	if (p == MAP_FAILED) {
		r = fail_errno(err, errno, "can't map a large message of %llu bytes", (unsigned long long)body->size);
		if (err)
			err->scope = SCOPE_MESSAGE;
		return r;
	}
	struct incoming *in = mem_new(1, sizeof *in);
	in->raw = str_new(p, (size_t)body->size);
	in->mapped = (size_t)body->size;
	in->size = body->size;
	*ret_incoming = in;
	incoming_body_done(body);
	return 0;
}
