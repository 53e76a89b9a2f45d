/* See likeness.h. */
#include "intake/likeness.h"

#include "base/cursor.h"

#define TEXT_MAX KIB(16)

/* FNV-1a with the finish of MurmurHash3: good enough to draw lots with. An attacker who aims at collisions gains no
 * more than an answer that doesn't go out. */
static uint32_t hash(struct str bytes, uint32_t seed)
{
	uint32_t h = 2166136261u ^ seed;

	for (size_t i = 0; i < bytes.n; i++)
		h = (h ^ (unsigned char)ascii_lower(bytes.p[i])) * 16777619u;
	h = (h ^ (h >> 16)) * 0x85ebca6bu;
	h = (h ^ (h >> 13)) * 0xc2b2ae35u;
	return h ^ (h >> 16);
}

/* Keeps the smallest hashes. */
static void add_mark(struct likeness *l, uint32_t mark)
{
	size_t at = l->count;

	if (l->count == LIKENESS_MARKS && mark >= l->marks[LIKENESS_MARKS - 1])
		return;
	while (at > 0 && l->marks[at - 1] > mark)
		at--;
	if (at > 0 && l->marks[at - 1] == mark)
		return;
	if (l->count < LIKENESS_MARKS)
		l->count++;
	memmove(&l->marks[at + 1], &l->marks[at], (l->count - 1 - at) * sizeof mark);
	l->marks[at] = mark;
}

/* ---------------------------------------------------------------- words */

/* A lead byte of three or four: scripts without spaces (Chinese, Japanese …) count letter by letter. */
static size_t wide_letter(struct str s, size_t at)
{
	unsigned char c = (unsigned char)s.p[at];
	size_t n = c >= 0xf0 ? 4 : c >= 0xe3 ? 3 : 0;

	return at + n <= s.n ? n : 0;
}

/* What belongs to one piece between blanks: an address or a link must be seen whole to be left out. */
static bool is_blank(char c)
{
	switch (c) {
	case '<':
	case '>':
	case '(':
	case ')':
	case '[':
	case ']':
	case '{':
	case '}':
	case '"':
	case '|':
	case '*':
	case ';':
	case '\0':
		return true;
	default:
		return is_space(c);
	}
}

static bool is_word_char(char c)
{
	return is_alpha(c) || is_digit(c) || (unsigned char)c >= 0x80;
}

struct words {
	struct likeness *likeness;
	uint32_t before; /* the hash of the word before */
};

static void add_word(struct words *words, struct str word)
{
	uint32_t h = hash(word, 0);

	add_mark(words->likeness, h);
	add_mark(words->likeness, hash(word, words->before));
	words->before = h;
}

/* Changes from letter to letter: numbers and what holds them, addresses, links. */
static bool is_changing(struct str piece)
{
	for (size_t i = 0; i < piece.n; i++)
		if (is_digit(piece.p[i]) || piece.p[i] == '@' ||
		    (piece.p[i] == ':' && str_starts(str_slice(piece, i, piece.n), STR("://"))))
			return true;
	return false;
}

static void add_piece(struct words *words, struct str piece)
{
	for (size_t at = 0; at < piece.n;) {
		size_t end = at, wide = wide_letter(piece, at);

		if (wide) {
			add_word(words, str_slice(piece, at, at + wide));
			at += wide;
			continue;
		}
		while (end < piece.n && is_word_char(piece.p[end]) && !wide_letter(piece, end))
			end++;
		if (end > at)
			add_word(words, str_slice(piece, at, end));
		at = MAX(end, at + 1);
	}
}

struct likeness likeness_of(struct str text)
{
	struct likeness likeness = {0};
	struct words words = {.likeness = &likeness, .before = 1};

	text = str_slice(text, 0, TEXT_MAX);
	for (size_t at = 0; at < text.n;) {
		size_t end = at;

		while (end < text.n && !is_blank(text.p[end]))
			end++;
		if (end > at && !is_changing(str_slice(text, at, end)))
			add_piece(&words, str_slice(text, at, end));
		at = end + 1;
	}
	return likeness;
}

/* ---------------------------------------------------------------- comparing */

/* Of the smallest hashes of both together, the share that both have. */
int likeness_compare(const struct likeness *a, const struct likeness *b)
{
	size_t i = 0, k = 0, both = 0, all = 0;

	if (a->count == 0 || b->count == 0)
		return a->count == b->count ? 100 : 0;
	for (; all < LIKENESS_MARKS && (i < a->count || k < b->count); all++) {
		bool take_a = k == b->count || (i < a->count && a->marks[i] <= b->marks[k]);
		bool take_b = i == a->count || (k < b->count && b->marks[k] <= a->marks[i]);

		both += take_a && take_b;
		i += take_a;
		k += take_b;
	}
	return (int)(both * 100 / all);
}

/* ---------------------------------------------------------------- as text */

void likeness_write(const struct likeness *likeness, struct buf *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < likeness->count; i++) {
		char text[8];

		for (size_t k = 0; k < sizeof text; k++)
			text[k] = digits[likeness->marks[i] >> (28 - 4 * k) & 15];
		buf_add(out, str_new(text, sizeof text));
	}
}

static bool read_mark(struct cursor *in, uint32_t *ret)
{
	uint32_t value = 0;

	for (int i = 0; i < 8; i++) {
		int c = cursor_next(in);

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	*ret = value;
	return true;
}

bool likeness_read(struct str text, struct likeness *ret)
{
	struct likeness likeness = {0};
	struct cursor in = cursor_of(text);

	while (!cursor_end(&in)) {
		if (likeness.count == LIKENESS_MARKS || !read_mark(&in, &likeness.marks[likeness.count]))
			return false;
		if (likeness.count && likeness.marks[likeness.count - 1] >= likeness.marks[likeness.count])
			return false;
		likeness.count++;
	}
	*ret = likeness;
	return true;
}
