/* See der.h. */
#include "security/der.h"

#define CONSTRUCTED  0x20
#define OCTET_STRING 0x04
#define DEPTH_MAX    40

/* ---------------------------------------------------------------- a header */

struct header {
	unsigned tag;
	bool indefinite;
	size_t length; /* of the content, where it is definite */
};

/* Lengths that don't fit what is left are refused, so that no sum of them overflows. */
static bool length_read(struct cursor *c, struct header *h)
{
	int first = cursor_next(c);
	size_t n = 0;

	h->indefinite = first == 0x80;
	if (first < 0 || first == 0xff)
		return false;
	if (first < 0x80)
		n = (size_t)first;
	for (int i = first & 0x7f; first > 0x80 && i > 0; i--) {
		int byte = cursor_next(c);

		if (byte < 0 || n > SIZE_MAX >> 9)
			return false;
		n = n << 8 | (size_t)byte;
	}
	h->length = n;
	return n <= cursor_left(c);
}

static bool header_read(struct cursor *c, struct header *h)
{
	int tag = cursor_next(c);

	if (tag < 0 || (tag & 0x1f) == 0x1f)
		return false;
	h->tag = (unsigned)tag;
	return length_read(c, h) && (!h->indefinite || (h->tag & CONSTRUCTED));
}

static bool is_end_mark(const struct header *h)
{
	return h->tag == 0 && h->length == 0 && !h->indefinite;
}

/* ---------------------------------------------------------------- one element */

/* Behind the header of an element of indefinite length: to the end of its content. */
static bool skip_to_end_mark(struct cursor *c, size_t *ret_end)
{
	size_t open = 1;

	while (open) {
		struct header h;

		*ret_end = c->at;
		if (!header_read(c, &h))
			return false;
		if (is_end_mark(&h))
			open--;
		else if (h.indefinite)
			open++;
		else
			cursor_skip(c, h.length);
	}
	return true;
}

bool der_next(struct cursor *c, struct der_element *ret_element)
{
	struct str all = str_new(c->p, c->n);
	struct cursor inner = *c;
	struct header h;
	size_t start, end;

	if (!header_read(&inner, &h) || is_end_mark(&h))
		return false;
	start = inner.at;
	end = start + h.length;
	if (!h.indefinite)
		cursor_skip(&inner, h.length);
	else if (!skip_to_end_mark(&inner, &end))
		return false;
	ret_element->tag = h.tag;
	ret_element->whole = str_slice(all, c->at, inner.at);
	ret_element->content = str_slice(all, start, end);
	c->at = inner.at;
	return true;
}

/* ---------------------------------------------------------------- the whole */

struct level {
	size_t end; /* of its content; SIZE_MAX: an end mark ends it */
	unsigned tag;
};

static bool is_piece(const struct header *h, unsigned parent)
{
	return h->tag == OCTET_STRING && (parent == (OCTET_STRING | CONSTRUCTED) || parent == 0xa0);
}

static int cut_short(size_t at, struct error *err)
{
	return fail(err, E_INVALID, RETRY_NEVER, "the structure is damaged or cut short at byte %zu", at);
}

int der_check(struct str bytes, size_t max_elements, struct error *err)
{
	struct cursor c = cursor_of(bytes);
	struct level levels[DEPTH_MAX + 1];
	size_t depth = 0, elements = 0;

	do {
		struct level *level = depth ? &levels[depth - 1] : NULL;
		size_t at = c.at;
		struct header h;

		if (!header_read(&c, &h) || (level && level->end != SIZE_MAX && c.at + h.length > level->end))
			return cut_short(at, err);
		if (is_end_mark(&h)) {
			if (!level || level->end != SIZE_MAX)
				return cut_short(at, err);
			depth--;
		} else if (h.tag & CONSTRUCTED) {
			if (depth == DEPTH_MAX)
				return fail(err, E_LIMIT, RETRY_NEVER, "the structure has more than %d levels",
				            DEPTH_MAX);
			levels[depth++] = (struct level){h.indefinite ? SIZE_MAX : c.at + h.length, h.tag};
		} else {
			cursor_skip(&c, h.length);
		}
		if (!is_piece(&h, level ? level->tag : 0) && ++elements > max_elements)
			return fail(err, E_LIMIT, RETRY_NEVER, "the structure has more than %zu elements",
			            max_elements);
		while (depth && levels[depth - 1].end <= c.at)
			depth--;
	} while (depth);
	return 0;
}
