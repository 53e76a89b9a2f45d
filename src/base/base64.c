/* See base64.h. */
#include "base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *out, struct str bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	size_t length = (bytes.n + 2) / 3 * 4;
	char *to = buf_room(out, length);

	if (!to)
		return;
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		unsigned v =
		        (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);

		*to++ = digits[v >> 18];
		*to++ = digits[v >> 12 & 63];
		*to++ = left > 1 ? digits[v >> 6 & 63] : '=';
		*to++ = left > 2 ? digits[v & 63] : '=';
	}
	buf_added(out, length);
}

static int digit_value(char c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

bool base64_decode(struct buf *out, struct str text)
{
	size_t padding, length;
	char *to;

	if (text.n % 4)
		return false;
	padding = text.n && text.p[text.n - 1] == '=' ? (text.p[text.n - 2] == '=' ? 2 : 1) : 0;
	length = text.n / 4 * 3 - padding;
	to = buf_room(out, length);
	if (!to)
		return false;
	for (size_t i = 0, done = 0; i < text.n; i += 4) {
		unsigned v = 0;

		for (size_t k = 0; k < 4; k++) {
			bool pad = i + k >= text.n - padding;
			int d = pad ? 0 : digit_value(text.p[i + k]);

			if (d < 0)
				return false;
			v = v << 6 | (unsigned)d;
		}
		for (int shift = 16; shift >= 0 && done < length; shift -= 8)
			to[done++] = (char)(v >> shift);
		if (i + 4 == text.n && ((padding == 1 && (v & 0xff)) || (padding == 2 && (v & 0xffff))))
			return false;
	}
	buf_added(out, length);
	return true;
}
