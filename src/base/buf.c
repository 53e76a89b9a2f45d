/* See buf.h. */
#include "buf.h"

#include "mem.h"

#include <stdarg.h>
#include <stdio.h>

void buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf)BUF_INIT(max);
}

void buf_done(struct buf *buf)
{
	if (!buf)
		return;
	free(buf->p);
	buf->p = NULL;
	buf->n = buf->size = 0;
}

void buf_wipe(struct buf *buf)
{
	if (buf->p)
		explicit_bzero(buf->p, buf->size);
	buf_done(buf);
}

void buf_clear(struct buf *buf)
{
	buf->n = 0;
	buf->failed = false;
	if (buf->p)
		buf->p[0] = '\0';
}

char *buf_room(struct buf *buf, size_t n)
{
	if (n > buf->max || buf->n > buf->max - n) {
		buf->failed = true;
		return NULL;
	}
	if (buf->n + n + 1 > buf->size) {
		buf->size = MAX(MAX(buf->size + buf->size / 2, (size_t)64), buf->n + n + 1);
		buf->p = mem_resize(buf->p, buf->size, 1);
	}
	return buf->p + buf->n;
}

void buf_added(struct buf *buf, size_t n)
{
	must(buf->n + n < buf->size);
	buf->n += n;
	buf->p[buf->n] = '\0';
}

void buf_add(struct buf *buf, struct str s)
{
	char *room = buf_room(buf, s.n);

	if (!room)
		return;
	if (s.n)
		memcpy(room, s.p, s.n);
	buf_added(buf, s.n);
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, str_new(&c, 1));
}

void buf_add_cstr(struct buf *buf, const char *s)
{
	buf_add(buf, str_of(s));
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;
	char brief[256], *room; /* most texts are brief: formatted once then */
	int n;

	va_start(ap, fmt);
	n = vsnprintf(brief, sizeof brief, fmt, ap);
	va_end(ap);
	must(n >= 0);
	if ((size_t)n < sizeof brief) {
		buf_add(buf, str_new(brief, (size_t)n));
		return;
	}
	room = buf_room(buf, (size_t)n);
	if (!room)
		return;
	va_start(ap, fmt);
	vsnprintf(room, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf_added(buf, (size_t)n);
}

void buf_consume(struct buf *buf, size_t n)
{
	must(n <= buf->n);
	if (n == 0)
		return;
	memmove(buf->p, buf->p + n, buf->n - n + 1);
	buf->n -= n;
}

const char *buf_cstr(const struct buf *buf)
{
	return buf->p ? buf->p : "";
}

char *buf_take(struct buf *buf)
{
	char *p = buf->p ? buf->p : mem_new(1, 1);

	*buf = (struct buf)BUF_INIT(buf->max);
	return p;
}
