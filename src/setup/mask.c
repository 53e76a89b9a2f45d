/* See mask.h. */
#include "setup/mask.h"

static bool take_width(struct str digits, int *ret_width)
{
	uint64_t width;

	if (!str_to_uint(digits, 12, &width) || width < 1)
		return false;
	*ret_width = (int)width;
	return true;
}

/* What stands between { and }. */
static const char *read_placeholder(struct str name, struct mask_piece *piece)
{
	*piece = (struct mask_piece){.kind = MASK_NUMBER, .width = 1};
	if (str_eq(name, STR("year")))
		piece->kind = MASK_YEAR;
	else if (str_eq(name, STR("month")))
		piece->kind = MASK_MONTH;
	else if (str_starts(name, STR("number:")) && !take_width(str_slice(name, 7, name.n), &piece->width))
		return "has a width that isn't 1 to 12: \"{number:5}\"";
	else if (!str_eq(name, STR("number")) && !str_starts(name, STR("number:")))
		return "has an unknown placeholder (known are {year}, {month}, {number}, {number:5})";
	return NULL;
}

bool mask_next(struct cursor *c, struct mask_piece *ret_piece, const char **ret_wrong)
{
	struct str rest = cursor_rest(c);

	*ret_wrong = NULL;
	if (cursor_end(c))
		return false;
	if (cursor_take_char(c, '{')) {
		ptrdiff_t close = str_find_char(cursor_rest(c), '}');
		if (close < 0) {
			*ret_wrong = "has a { without }";
			return false;
		}
		struct str name = STR_NULL;
		if (cursor_bytes(c, (size_t)close, &name))
			*ret_wrong = read_placeholder(name, ret_piece);
		cursor_skip(c, 1);
		return *ret_wrong == NULL;
	}
	ptrdiff_t open = str_find_char(rest, '{');
	*ret_piece = (struct mask_piece){.kind = MASK_TEXT, .text = open < 0 ? rest : str_slice(rest, 0, (size_t)open)};
	cursor_skip(c, ret_piece->text.n);
	return true;
}

/* Printable ASCII that no mail program changes in a subject. */
static const char *check_text(struct str text, bool *has_letter)
{
	for (size_t i = 0; i < text.n; i++) {
		*has_letter |= is_alpha(text.p[i]);
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f || text.p[i] == '}')
			return "may have letters, digits and signs, no spaces, no other characters";
	}
	return NULL;
}

const char *mask_check(const char *mask)
{
	struct cursor c = cursor_of(str_of(mask));
	struct mask_piece piece;
	const char *wrong;
	bool has_letter = false, after_number = false;
	int numbers = 0;

	while (mask_next(&c, &piece, &wrong)) {
		bool digits_follow = piece.kind == MASK_TEXT ? is_digit(piece.text.p[0]) : true;
		if (after_number && digits_follow)
			return "has digits right behind {number}";
		after_number = piece.kind == MASK_NUMBER;
		if (piece.kind == MASK_TEXT) {
			wrong = check_text(piece.text, &has_letter);
			if (wrong)
				return wrong;
		}
		if (piece.kind == MASK_NUMBER && ++numbers == 1 && !has_letter)
			return "needs a letter before {number}, so that other numbers aren't taken for a case's";
	}
	if (wrong)
		return wrong;
	return numbers == 1 ? NULL : "needs exactly one {number}: \"SUP-{year}-{number:5}\"";
}

struct str mask_prefix(const char *mask)
{
	ptrdiff_t number = str_find(str_of(mask), STR("{number"));

	return number < 0 ? str_of(mask) : str_slice(str_of(mask), 0, (size_t)number);
}
