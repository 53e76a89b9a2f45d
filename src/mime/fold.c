/* See fold.h. */
#include "mime/fold.h"

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/* Letters that no decomposition takes apart. */
static const char *spelled(ucs4_t c)
{
	static const struct {
		ucs4_t c;
		const char *text;
	} letters[] = {{0xdf, "ss"}, {0x1e9e, "ss"}, {0xe6, "ae"}, {0x153, "oe"}, {0xf8, "o"}, {0x142, "l"},
	               {0x111, "d"}, {0xf0, "d"},    {0xfe, "th"}, {0x131, "i"},  {0x17f, "s"}};

	for (size_t i = 0; i < ARRAY_LEN(letters); i++)
		if (letters[i].c == c)
			return letters[i].text;
	return NULL;
}

static bool stands_alone(ucs4_t c)
{
	return (c >= 0x3041 && c <= 0x30ff && c != 0x30fb) || (c >= 0x3400 && c <= 0x9fff) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

static bool is_accent(ucs4_t c)
{
	return c >= 0x300 && c <= 0x36f;
}

static bool is_word(ucs4_t c)
{
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_M);
}

static void put(struct fold *fold, ucs4_t c)
{
	uint8_t bytes[6];
	int n = u8_uctomb(bytes, c, sizeof bytes);

	if (n > 0 && fold->word.n + (size_t)n <= FOLD_WORD_MAX) {
		memcpy(fold->room + fold->word.n, bytes, (size_t)n);
		fold->word.n += (size_t)n;
	}
}

/* Without its accents: the first character of each step of its decomposition. */
static void put_folded(struct fold *fold, ucs4_t c)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	const char *text;

	c = uc_tolower(c);
	for (int depth = 0; depth < 4 && !stands_alone(c) && uc_canonical_decomposition(c, parts) > 0; depth++) {
		if (c >= 0xac00 && c <= 0xd7a3) /* Hangul stays whole */
			break;
		c = parts[0];
	}
	text = spelled(c);
	for (; text && *text; text++)
		put(fold, (unsigned char)*text);
	if (!spelled(c))
		put(fold, c);
}

static int next_character(const struct fold *fold, ucs4_t *ret)
{
	int n = u8_mbtouc(ret, (const uint8_t *)fold->text.p + fold->at, fold->text.n - fold->at);

	return n > 0 ? n : 1;
}

static bool is_ascii_word(char c)
{
	return is_alpha(c) || is_digit(c);
}

bool fold_next(struct fold *fold)
{
	fold->word = str_new(fold->room, 0);
	while (fold->at < fold->text.n) {
		char byte = fold->text.p[fold->at];
		ucs4_t c;
		int n = 1;
		bool alone = false, in_word;

		if ((unsigned char)byte < 0x80) {
			in_word = is_ascii_word(byte);
			c = (unsigned char)ascii_lower(byte);
		} else {
			n = next_character(fold, &c);
			alone = stands_alone(c);
			in_word = alone || is_word(c);
		}
		if ((!in_word || alone) && fold->word.n) /* the word before ends here */
			return true;
		fold->at += (size_t)n;
		if (!in_word)
			continue;
		if (!fold->word.n)
			fold->from = fold->at - (size_t)n;
		fold->to = fold->at;
		if (c < 0x80)
			put(fold, c);
		else if (!is_accent(c))
			put_folded(fold, c);
		if (alone)
			return true;
	}
	return fold->word.n > 0;
}

bool fold_text(struct str text, struct buf *out)
{
	struct fold fold = {.text = text};

	while (!out->failed && fold_next(&fold)) {
		if (out->n)
			buf_add_char(out, ' ');
		buf_add(out, fold.word);
	}
	return !out->failed;
}
