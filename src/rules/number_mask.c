/* See number_mask.h. */
#include "rules/number_mask.h"

#include "base/buf.h"
#include "base/clock.h"
#include "setup/mask.h"

const char *number_mask_check(const char *mask)
{
	return mask_check(mask);
}

/* ---------------------------------------------------------------- writing */

struct mask_date {
	char year[5], month[3]; /* UTC */
};

static struct mask_date date_at(int64_t at_ms)
{
	struct mask_date date = {0};
	char iso[32];

	clock_format_iso(at_ms, iso);
	memcpy(date.year, iso, 4);
	memcpy(date.month, iso + 5, 2);
	return date;
}

/* Appends a mask with everything filled in, up to {number} where `number` is negative. */
static void fill_mask(struct buf *out, const char *mask, const struct mask_date *date, int64_t number)
{
	struct cursor c = cursor_of(str_of(mask));
	struct mask_piece piece;
	const char *wrong;

	while (mask_next(&c, &piece, &wrong)) {
		if (piece.kind == MASK_TEXT)
			buf_add(out, piece.text);
		else if (piece.kind == MASK_YEAR)
			buf_add_cstr(out, date->year);
		else if (piece.kind == MASK_MONTH)
			buf_add_cstr(out, date->month);
		else if (number < 0)
			return;
		else
			buf_printf(out, "%0*lld", piece.width, (long long)number);
	}
}

static struct str filled(struct arena *arena, const char *mask, const struct mask_date *date, int64_t number)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(2));

	fill_mask(&text, mask, date, number);
	return arena_str(arena, buf_str(&text));
}

struct str number_mask_sequence(struct arena *arena, const char *mask, int64_t at_ms)
{
	struct mask_date date = date_at(at_ms);

	return filled(arena, mask, &date, -1);
}

struct str number_mask_format(struct arena *arena, const char *mask, int64_t at_ms, int64_t number)
{
	struct mask_date date = date_at(at_ms);

	must(number >= 0);
	return filled(arena, mask, &date, number);
}

/* ---------------------------------------------------------------- finding */

static bool is_word(int c)
{
	return c >= 0 && c < 0x80 && (is_alpha((char)c) || is_digit((char)c));
}

/* Signs that join words and numbers to longer ones: "A-SUP-1" isn't SUP-1, "SUP-2026-1" isn't SUP-2026. */
static bool is_joint(int c)
{
	return c > 0 && c < 0x80 && strchr("-_./", c) != NULL;
}

static int byte_at(struct str s, size_t at)
{
	return at < s.n ? (unsigned char)s.p[at] : -1;
}

static bool begins_free(struct str s, size_t at)
{
	if (at == 0)
		return true;
	int before = byte_at(s, at - 1);
	return !is_word(before) && !(is_joint(before) && at >= 2 && is_word(byte_at(s, at - 2)));
}

static bool ends_free(struct str s, size_t at)
{
	int next = byte_at(s, at), after = byte_at(s, at + 1);

	return !is_word(next) && !(is_joint(next) && after >= 0 && after < 0x80 && is_digit((char)after));
}

/* Exactly `n` digits. */
static bool take_digits(struct cursor *c, size_t n, char *ret_digits)
{
	struct str digits;
	uint64_t value;

	if (!cursor_bytes(c, n, &digits) || !str_to_uint(digits, UINT64_MAX, &value))
		return false;
	memcpy(ret_digits, digits.p, n);
	return true;
}

static bool take_number(struct cursor *c, int64_t *ret_number)
{
	struct str rest = cursor_rest(c);
	size_t n = 0;
	uint64_t value;

	while (n < rest.n && n < 20 && is_digit(rest.p[n]))
		n++;
	if (!str_to_uint(str_slice(rest, 0, n), 999999999999999, &value))
		return false;
	cursor_skip(c, n);
	*ret_number = (int64_t)value;
	return true;
}

static bool match_mask(const char *mask, struct cursor *subject, struct mask_date *date, int64_t *number)
{
	struct cursor c = cursor_of(str_of(mask));
	struct mask_piece piece;
	const char *wrong;

	while (mask_next(&c, &piece, &wrong)) {
		bool fits = false;
		if (piece.kind == MASK_TEXT)
			fits = cursor_take_nocase(subject, piece.text);
		else if (piece.kind == MASK_YEAR)
			fits = take_digits(subject, 4, date->year);
		else if (piece.kind == MASK_MONTH)
			fits = take_digits(subject, 2, date->month);
		else
			fits = take_number(subject, number);
		if (!fits)
			return false;
	}
	return wrong == NULL;
}

bool number_mask_find(struct arena *arena, const char *mask, struct str subject, size_t *at, struct str *ret_number)
{
	for (size_t i = *at; i < subject.n; i++) {
		struct cursor c = {subject.p, subject.n, i};
		struct mask_date date = {0};
		int64_t number = -1;

		if (!begins_free(subject, i) || !match_mask(mask, &c, &date, &number) || !ends_free(subject, c.at) ||
		    number < 0)
			continue;
		*at = c.at;
		*ret_number = filled(arena, mask, &date, number);
		return true;
	}
	*at = MAX(*at, subject.n);
	return false;
}
