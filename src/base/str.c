/* See str.h. */
#include "str.h"

#include "mem.h"

#define DISTANCE_MAX_NAME 64

struct str str_slice(struct str s, size_t from, size_t to)
{
	from = MIN(from, s.n);
	to = MIN(MAX(to, from), s.n);
	return str_new(s.p ? s.p + from : NULL, to - from);
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static bool same_nocase(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

bool str_eq_nocase(struct str a, struct str b)
{
	return a.n == b.n && same_nocase(a.p, b.p, a.n);
}

int str_distance(struct str a, struct str b)
{
	int row[DISTANCE_MAX_NAME + 1], above, left;

	if (a.n > DISTANCE_MAX_NAME || b.n > DISTANCE_MAX_NAME || (a.n > b.n ? a.n - b.n : b.n - a.n) > 4)
		return 5;
	for (size_t k = 0; k <= b.n; k++)
		row[k] = (int)k;
	for (size_t i = 1; i <= a.n; i++) {
		above = row[0];
		row[0] = (int)i;
		for (size_t k = 1; k <= b.n; k++) {
			left = above + (ascii_lower(a.p[i - 1]) != ascii_lower(b.p[k - 1]));
			above = row[k];
			row[k] = MIN(left, MIN(row[k], row[k - 1]) + 1);
		}
	}
	return MIN(row[b.n], 5);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_slice(s, 0, prefix.n), prefix);
}

bool str_starts_nocase(struct str s, struct str prefix)
{
	return s.n >= prefix.n && same_nocase(s.p, prefix.p, prefix.n);
}

bool str_ends_nocase(struct str s, struct str suffix)
{
	return s.n >= suffix.n && (suffix.n == 0 || same_nocase(s.p + s.n - suffix.n, suffix.p, suffix.n));
}

int str_cmp(struct str a, struct str b)
{
	size_t n = MIN(a.n, b.n);
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

ptrdiff_t str_find_char(struct str s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;

	return hit ? hit - s.p : -1;
}

ptrdiff_t str_find(struct str s, struct str needle)
{
	const char *hit;

	if (needle.n == 0)
		return 0;
	hit = s.n >= needle.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
	return hit ? hit - s.p : -1;
}

static size_t next_place(struct str s, size_t from, char c)
{
	const char *at = from < s.n ? memchr(s.p + from, c, s.n - from) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

/* From one place where the needle's first letter stands, small or capital, to the next. */
ptrdiff_t str_find_nocase(struct str s, struct str needle)
{
	char small, capital;
	size_t next_small, next_capital, at;

	if (!needle.n)
		return 0;
	small = ascii_lower(needle.p[0]);
	capital = is_alpha(small) ? (char)(small - 'a' + 'A') : small;
	next_small = next_place(s, 0, small);
	next_capital = next_place(s, 0, capital);
	while ((at = MIN(next_small, next_capital)) + needle.n <= s.n) {
		if (same_nocase(s.p + at, needle.p, needle.n))
			return (ptrdiff_t)at;
		if (next_small == at)
			next_small = next_place(s, at + 1, small);
		if (next_capital == at)
			next_capital = next_place(s, at + 1, capital);
	}
	return -1;
}

struct str str_trim(struct str s)
{
	while (s.n && is_space(s.p[0]))
		s = str_slice(s, 1, s.n);
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_split(struct str *rest, char sep, struct str *ret_piece)
{
	ptrdiff_t at;

	if (!rest->p)
		return false;
	at = str_find_char(*rest, sep);
	if (at < 0) {
		*ret_piece = *rest;
		*rest = STR_NULL;
	} else {
		*ret_piece = str_slice(*rest, 0, (size_t)at);
		*rest = str_slice(*rest, (size_t)at + 1, rest->n);
	}
	return true;
}

bool str_to_uint(struct str s, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'), &value) || value > max)
			return false;
	}
	*ret_value = value;
	return true;
}

bool str_to_int(struct str s, int64_t *ret_value)
{
	bool negative = s.n && s.p[0] == '-';
	uint64_t value;

	if (!str_to_uint(negative ? str_slice(s, 1, s.n) : s, INT64_MAX, &value))
		return false;
	*ret_value = negative ? -(int64_t)value : (int64_t)value;
	return true;
}

char *str_dup(struct str s)
{
	char *copy = mem_new(s.n + 1, 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	return copy;
}

bool str_is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 0x7f || s.p[i] == 0)
			return false;
	return true;
}

/* Length of the well-formed sequence at p (Unicode 15, table 3-7), 0 where it is ill-formed. */
static size_t utf8_sequence(const unsigned char *p, size_t n)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t length;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		length = 2;
	else if ((p[0] & 0xf0) == 0xe0)
		length = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (n < length || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

bool str_is_utf8(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;

	while (i < s.n) {
		uint64_t four[4], eight;
		size_t length;

		if (s.n - i >= sizeof four && (memcpy(four, p + i, sizeof four),
		                               ((four[0] | four[1] | four[2] | four[3]) & 0x8080808080808080u) == 0)) {
			i += sizeof four;
			continue;
		}
		if (s.n - i >= 8 && (memcpy(&eight, p + i, 8), (eight & 0x8080808080808080u) == 0)) {
			i += 8;
			continue;
		}
		length = utf8_sequence(p + i, s.n - i);
		if (!length)
			return false;
		i += length;
	}
	return true;
}

/* U+0080-9F, U+200E-F, U+2028-E, U+2066-9: C1 controls (terminals act on them), line separators, changes of direction.
 */
static bool acts_on_text(const unsigned char *p, size_t length)
{
	if (length == 2)
		return p[0] == 0xc2 && p[1] < 0xa0;
	if (length != 3 || p[0] != 0xe2)
		return false;
	return (p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae))) ||
	       (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
}

size_t str_make_printable(char *text, size_t n, bool lines)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t to = 0, length;

	for (size_t i = 0; i < n; i += length) {
		size_t whole = utf8_sequence(p + i, n - i);

		length = MAX(whole, 1);
		if (lines && p[i] == '\r' && i + 1 < n && p[i + 1] == '\n')
			continue;
		if (whole > 1 && !acts_on_text(p + i, whole)) {
			memmove(text + to, text + i, whole);
			to += whole;
		} else if (whole == 1 &&
		           ((p[i] >= 0x20 && p[i] != 0x7f) || (lines && (p[i] == '\n' || p[i] == '\t')))) {
			text[to++] = text[i];
		} else {
			text[to++] = '?';
		}
	}
	return to;
}
