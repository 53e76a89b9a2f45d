/* SASLprep (RFC 4013): the one form of a text that a person may type in several. */
#include "auth/mechanism.h"

#include "base/mem.h"

#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/* RFC 3454, table B.1: commonly mapped to nothing. */
static bool vanishes(ucs4_t c)
{
	return c == 0x00ad || c == 0x034f || c == 0x1806 || (c >= 0x180b && c <= 0x180d) ||
	       (c >= 0x200b && c <= 0x200d) || c == 0x2060 || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff;
}

/* C.1.2 and C.2 to C.9: spaces that were not mapped, control and private characters, what isn't text. */
static bool is_prohibited(ucs4_t c)
{
	if (c < 0x80)
		return c < 0x20 || c == 0x7f;
	if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Co | UC_CATEGORY_MASK_Cs |
	                                                UC_CATEGORY_MASK_Zs | UC_CATEGORY_MASK_Zl |
	                                                UC_CATEGORY_MASK_Zp))
		return true;
	return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef) || c == 0x06dd || c == 0x070f || c == 0x180e ||
	       (c >= 0x200c && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2063) ||
	       (c >= 0x206a && c <= 0x206f) || (c >= 0xfff9 && c <= 0xfffd) || (c >= 0x2ff0 && c <= 0x2ffb) ||
	       c == 0x0340 || c == 0x0341 || (c >= 0x1d173 && c <= 0x1d17a) || (c >= 0xe0000 && c <= 0xe007f);
}

/* RFC 3454 §6: with letters from right to left, none from left to right, and one of them at either end. */
static bool mixes_directions(const uint8_t *text, size_t n)
{
	bool any = false, left = false, first = false, last = false;
	ucs4_t c;

	for (size_t at = 0; at < n;) {
		bool begins = at == 0;
		int direction;

		at += (size_t)u8_mbtouc(&c, text + at, n - at);
		direction = uc_bidi_class(c);
		last = direction == UC_BIDI_R || direction == UC_BIDI_AL;
		first |= begins && last;
		any |= last;
		left |= direction == UC_BIDI_L;
	}
	return any && (left || !first || !last);
}

/* RFC 4013 §2.1. The mapped text is never longer. */
static size_t map_characters(struct str text, uint8_t *to)
{
	size_t n = 0;
	ucs4_t c;

	for (size_t at = 0; at < text.n;) {
		at += (size_t)u8_mbtouc(&c, (const uint8_t *)text.p + at, text.n - at);
		if (vanishes(c))
			continue;
		if (c >= 0x80 && uc_is_general_category(c, UC_SPACE_SEPARATOR))
			c = ' ';
		n += (size_t)u8_uctomb(to + n, c, (ptrdiff_t)(text.n - n));
	}
	return n;
}

static bool is_acceptable(const uint8_t *text, size_t n)
{
	ucs4_t c;

	for (size_t at = 0; at < n;) {
		at += (size_t)u8_mbtouc(&c, text + at, n - at);
		if (is_prohibited(c))
			return false;
	}
	return !mixes_directions(text, n);
}

static bool prepare_unicode(struct str text, struct buf *out)
{
	uint8_t *mapped = mem_new(text.n + 1, 1), *normal;
	size_t mapped_n = map_characters(text, mapped), n = 0;
	bool ok;

	normal = u8_normalize(UNINORM_NFKC, mapped, mapped_n, NULL, &n);
	mem_wipe_free(mapped, text.n + 1);
	must(normal != NULL);
	ok = is_acceptable(normal, n) && n <= out->max - out->n;
	if (ok)
		buf_add(out, str_new(normal, n));
	mem_wipe_free(normal, n);
	return ok;
}

bool saslprep(struct str text, struct buf *out)
{
	if (!str_is_utf8(text) || text.n > SASL_SECRET_MAX)
		return false;
	if (!str_is_ascii(text))
		return prepare_unicode(text, out);
	for (size_t i = 0; i < text.n; i++)
		if (is_prohibited((unsigned char)text.p[i]))
			return false;
	buf_add(out, text);
	return !out->failed;
}

void sasl_put_name(struct buf *out, struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == ',')
			buf_add(out, STR("=2C"));
		else if (name.p[i] == '=')
			buf_add(out, STR("=3D"));
		else
			buf_add_char(out, name.p[i]);
	}
}
