/* See throttle.h. */
#include "auth/throttle.h"

#include "auth/throttle_words.h"
#include "base/clock.h"
#include "base/cursor.h"

#define LONGEST_MS HOURS_MS(24)
#define LOOK_AT    1000 /* bytes of an answer */

/* ---------------------------------------------------------------- a time in words */

static const struct {
	struct str word;
	int64_t ms;
} units[] = {
        {STR_INIT("milliseconds"), 1},        {STR_INIT("millisecond"), 1},        {STR_INIT("ms"), 1},
        {STR_INIT("seconds"), SECONDS_MS(1)}, {STR_INIT("second"), SECONDS_MS(1)}, {STR_INIT("secs"), SECONDS_MS(1)},
        {STR_INIT("sec"), SECONDS_MS(1)},     {STR_INIT("s"), SECONDS_MS(1)},      {STR_INIT("minutes"), MINUTES_MS(1)},
        {STR_INIT("minute"), MINUTES_MS(1)},  {STR_INIT("mins"), MINUTES_MS(1)},   {STR_INIT("min"), MINUTES_MS(1)},
        {STR_INIT("hours"), HOURS_MS(1)},     {STR_INIT("hour"), HOURS_MS(1)},     {STR_INIT("h"), HOURS_MS(1)},
};

/* "12h3-" and "5s-x" are names of something. */
static bool goes_on(const struct cursor *in)
{
	int c = cursor_peek(in);

	return c >= 0 && (is_digit((char)c) || c == '-');
}

/* The word at the cursor as a unit; 0 where it is none. */
static int64_t take_unit(struct cursor *in)
{
	size_t from = in->at;
	struct str word;

	while (cursor_peek(in) >= 0 && is_alpha((char)cursor_peek(in)))
		cursor_next(in);
	word = str_new(in->p + from, in->at - from);
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_eq_nocase(word, units[i].word) && !goes_on(in))
			return units[i].ms;
	return 0;
}

/* Digits, at most LONGEST_MS whatever their number. */
static int64_t take_number(struct cursor *in)
{
	int64_t n = 0;

	while (cursor_peek(in) >= 0 && is_digit((char)cursor_peek(in))) {
		n = n * 10 + cursor_next(in) - '0';
		n = MIN(n, LONGEST_MS);
	}
	return n;
}

int64_t throttle_wait_in_words(struct str words)
{
	struct cursor in = cursor_of(str_slice(words, 0, LOOK_AT));
	bool in_word = false; /* "x5s", "4.7.5 h" and "answer/5 h" name no time */

	while (!cursor_end(&in)) {
		char c = (char)cursor_peek(&in);
		int64_t n, unit;

		if (in_word || !is_digit(c)) {
			in_word = is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == '/';
			cursor_next(&in);
			continue;
		}
		n = take_number(&in);
		cursor_take_char(&in, ' ');
		unit = take_unit(&in);
		if (unit && n)
			return n > LONGEST_MS / unit ? LONGEST_MS : n * unit;
		in_word = true;
	}
	return 0;
}

/* ---------------------------------------------------------------- the words */

static bool is_digit_at(struct str words, size_t at)
{
	return at < words.n && is_digit(words.p[at]);
}

/* A status code ("5.1.90") must not be a piece of a longer number, nor of an address ("85.1.90.12"). */
static bool stands_alone(struct str words, size_t at, size_t end)
{
	if (at > 0 && (is_digit_at(words, at - 1) || words.p[at - 1] == '.'))
		return false;
	return !is_digit_at(words, end) && !(end < words.n && words.p[end] == '.' && is_digit_at(words, end + 1));
}

static bool has_word(struct str words, struct str word)
{
	size_t from = 0;
	ptrdiff_t at;

	while ((at = str_find_nocase(str_slice(words, from, words.n), word)) >= 0) {
		size_t begin = from + (size_t)at;

		if (!is_digit(word.p[0]) || stands_alone(words, begin, begin + word.n))
			return true;
		from = begin + 1;
	}
	return false;
}

static bool fits(const struct throttle_words *w, int code, struct str words)
{
	if (w->low && (code < w->low || code > w->high))
		return false;
	return has_word(words, w->word);
}

bool throttle_recognise(int code, struct str words, int64_t *ret_wait_ms)
{
	words = str_slice(words, 0, LOOK_AT);
	for (size_t i = 0; i < throttle_words_count; i++) {
		const struct throttle_words *w = &throttle_words[i];
		int64_t said;

		if (!fits(w, code, words))
			continue;
		if (w->is_other)
			return false;
		said = throttle_wait_in_words(words);
		*ret_wait_ms = said ? said : SECONDS_MS(w->wait_s);
		return true;
	}
	return false;
}

bool throttle_judge(int code, struct str words, struct error *err)
{
	int64_t wait_ms;

	if (!throttle_recognise(code, words, &wait_ms))
		return false;
	if (err) {
		err->code = E_THROTTLED;
		err->retry = RETRY_LATER;
		err->scope = SCOPE_ACCOUNT;
		err->retry_after_ms = wait_ms;
	}
	return true;
}
