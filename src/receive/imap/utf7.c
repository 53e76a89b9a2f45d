/* See utf7.h. */
#include "receive/imap/utf7.h"

#include "base/cursor.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/* ---------------------------------------------------------------- encoding */

/* One code point of valid UTF-8. */
static uint32_t next_code_point(struct cursor *c)
{
	uint32_t first = (uint32_t)cursor_next(c);
	int more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	uint32_t value = more == 0 ? first : first & (0x3fu >> more);

	while (more-- > 0)
		value = value << 6 | ((uint32_t)cursor_next(c) & 0x3f);
	return value;
}

/* Bits waiting to become base64 characters: at most 5 + 16. */
struct bits {
	uint32_t value;
	int n;
};

static void add_unit(struct buf *out, struct bits *bits, uint32_t unit)
{
	bits->value = bits->value << 16 | unit;
	bits->n += 16;
	while (bits->n >= 6) {
		bits->n -= 6;
		buf_add_char(out, alphabet[bits->value >> bits->n & 0x3f]);
	}
	bits->value &= 0x3f;
}

static void end_shift(struct buf *out, const struct bits *bits)
{
	if (bits->n)
		buf_add_char(out, alphabet[bits->value << (6 - bits->n) & 0x3f]);
	buf_add_char(out, '-');
}

static bool stands_for_itself(int c)
{
	return c >= 0x20 && c <= 0x7e;
}

bool utf7_encode(struct buf *out, struct str utf8)
{
	struct cursor c = cursor_of(utf8);

	if (!str_is_utf8(utf8))
		return false;
	while (!cursor_end(&c)) {
		struct bits bits = {0};

		if (stands_for_itself(cursor_peek(&c))) {
			int ch = cursor_next(&c);

			buf_add_char(out, (char)ch);
			if (ch == '&')
				buf_add_char(out, '-');
			continue;
		}
		buf_add_char(out, '&');
		while (!cursor_end(&c) && !stands_for_itself(cursor_peek(&c))) {
			uint32_t code = next_code_point(&c);

			if (code >= 0x10000) {
				add_unit(out, &bits, 0xd800 + ((code - 0x10000) >> 10));
				code = 0xdc00 + ((code - 0x10000) & 0x3ff);
			}
			add_unit(out, &bits, code);
		}
		end_shift(out, &bits);
	}
	return !out->failed;
}

/* ---------------------------------------------------------------- decoding */

static void add_utf8(struct buf *out, uint32_t code)
{
	if (code < 0x80) {
		buf_add_char(out, (char)code);
	} else if (code < 0x800) {
		buf_add_char(out, (char)(0xc0 | code >> 6));
		buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		buf_add_char(out, (char)(0xe0 | code >> 12));
		buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	} else {
		buf_add_char(out, (char)(0xf0 | code >> 18));
		buf_add_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
		buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	}
}

/* UTF-16 units become code points; *high is a first half that waits for its second. */
static bool take_unit(struct buf *out, uint32_t *high, uint32_t unit)
{
	if (*high) {
		if (unit < 0xdc00 || unit > 0xdfff)
			return false;
		add_utf8(out, 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00));
		*high = 0;
		return true;
	}
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return false;
	if (unit >= 0xd800 && unit <= 0xdbff)
		*high = unit;
	else
		add_utf8(out, unit);
	return true;
}

static bool decode_shifted(struct buf *out, struct cursor *c)
{
	struct bits bits = {0};
	uint32_t high = 0;
	int ch;

	while ((ch = cursor_next(c)) >= 0 && ch != '-') {
		const char *at = memchr(alphabet, ch, sizeof alphabet - 1);

		if (!at)
			return false;
		bits.value = (bits.value << 6 | (uint32_t)(at - alphabet)) & 0x3fffff;
		bits.n += 6;
		if (bits.n < 16)
			continue;
		bits.n -= 16;
		if (!take_unit(out, &high, bits.value >> bits.n & 0xffff))
			return false;
	}
	return ch == '-' && !high && bits.n < 6;
}

bool utf7_decode(struct buf *out, struct str utf7)
{
	struct cursor c = cursor_of(utf7);

	while (!cursor_end(&c)) {
		int ch = cursor_next(&c);

		if (ch != '&')
			buf_add_char(out, (char)ch);
		else if (cursor_take_char(&c, '-'))
			buf_add_char(out, '&');
		else if (!decode_shifted(out, &c))
			return false;
	}
	return !out->failed;
}
