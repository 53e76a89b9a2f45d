/* Reading outside bytes without pointer arithmetic: a view and a position that can't leave it. Every reader returns
 * false (and moves nothing) where the bytes aren't what was asked for. */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include "str.h"

struct cursor {
	const char *p;
	size_t n, at;
};

static inline struct cursor cursor_of(struct str s)
{
	return (struct cursor){s.p, s.n, 0};
}

static inline bool cursor_end(const struct cursor *c)
{
	return c->at >= c->n;
}

static inline size_t cursor_left(const struct cursor *c)
{
	return c->n - c->at;
}

/* The byte at the position as 0…255, -1 at the end. */
static inline int cursor_peek(const struct cursor *c)
{
	return c->at < c->n ? (unsigned char)c->p[c->at] : -1;
}

static inline int cursor_next(struct cursor *c)
{
	return c->at < c->n ? (unsigned char)c->p[c->at++] : -1;
}

/* Moves at most `n` on. */
static inline void cursor_skip(struct cursor *c, size_t n)
{
	c->at += MIN(n, c->n - c->at);
}

static inline bool cursor_take_char(struct cursor *c, char want)
{
	if (c->at >= c->n || c->p[c->at] != want)
		return false;
	c->at++;
	return true;
}

static inline bool cursor_take(struct cursor *c, struct str want)
{
	if (c->n - c->at < want.n || memcmp(c->p + c->at, want.p, want.n) != 0)
		return false;
	c->at += want.n;
	return true;
}

static inline bool cursor_take_nocase(struct cursor *c, struct str want)
{
	if (c->n - c->at < want.n || !str_eq_nocase(str_new(c->p + c->at, want.n), want))
		return false;
	c->at += want.n;
	return true;
}

/* Exactly `n` bytes. */
static inline bool cursor_bytes(struct cursor *c, size_t n, struct str *ret)
{
	if (c->n - c->at < n)
		return false;
	*ret = str_new(c->p + c->at, n);
	c->at += n;
	return true;
}

/* Everything that is left. */
static inline struct str cursor_rest(const struct cursor *c)
{
	return str_new(c->p ? c->p + c->at : NULL, c->n - c->at);
}

#endif
