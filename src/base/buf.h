/* A growing buffer with a maximum. Adding beyond it sets `failed` and drops what doesn't fit whole; the writer adds
 *piece after piece and looks once at the end:
 *
 *	struct buf buf CLEANUP(buf_done) = BUF_INIT(MIB(1));
 *	buf_add(&buf, STR("EHLO "));
 *	buf_add(&buf, name);
 *	if (buf.failed)
 *		return fail(err, E_LIMIT, …);
 *
 * The bytes are always followed by a NUL that does not count. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "str.h"

struct buf {
	char *p;     /* owned; NULL until something is added */
	size_t n;    /* bytes in it */
	size_t size; /* bytes allocated */
	size_t max;  /* n never exceeds it */
	bool failed; /* something did not fit; sticky until buf_clear() */
};

#define BUF_INIT(maximum)        \
	{                        \
		.max = (maximum) \
	}

void buf_init(struct buf *buf, size_t max);
void buf_done(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory */
void buf_wipe(
        struct buf *buf); /* as buf_done(), for what held a secret: reserve its room first, growing leaves copies */

void buf_add(struct buf *buf, struct str s);
void buf_add_char(struct buf *buf, char c);
void buf_add_cstr(struct buf *buf, const char *s);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF(2, 3);

/* Room for `n` more bytes at the end, to be filled and then counted with buf_added(); NULL where the maximum forbids
 * it. */
char *buf_room(struct buf *buf, size_t n) NODISCARD;
void buf_added(struct buf *buf, size_t n);

/* Drops the first `n` bytes, moving the rest up. */
void buf_consume(struct buf *buf, size_t n);

static inline struct str buf_str(const struct buf *buf)
{
	return str_new(buf->p, buf->n);
}

/* The text as a C string; "" where nothing was added. */
const char *buf_cstr(const struct buf *buf);

/* Hands the memory on (to be freed with free()) and leaves the buffer empty. Never NULL. */
char *buf_take(struct buf *buf) NODISCARD;

#endif
