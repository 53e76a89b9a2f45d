/* See words.h. Runs of adjacent words in one charset are decoded as bytes first and converted together, because senders
 * split characters across words. */
#include "words.h"

#include "growing.h"
#include "mime/charset.h"
#include "transfer.h"

#define TEXT_MAX MIB(8)

struct decoder {
	struct arena *arena;
	struct str text;
	size_t closing;     /* where the next "?=" was last found, so that it isn't searched for again and again */
	struct growing out; /* UTF-8 */
	struct growing run; /* bytes of the words at hand */
	struct str charset; /* of the run */
	struct str open;    /* what stands behind the last whole group of four at the run's end */
};

struct word {
	struct str charset, text;
	char encoding; /* 'b' or 'q' */
	size_t end;
};

/* The position of the first "?=" at or behind `from`; text.n where there is none. */
static size_t closing_after(struct decoder *d, size_t from)
{
	ptrdiff_t found;

	if (d->closing >= from)
		return d->closing;
	found = str_find(str_slice(d->text, from, d->text.n), STR("?="));
	d->closing = found < 0 ? d->text.n : from + (size_t)found;
	return d->closing;
}

/* What a word holds that was never closed: it has no blank inside (RFC 2047 §2), and what is left of its last escape is
 * nothing to read. */
static struct str unclosed_text(struct str text, char encoding)
{
	size_t n = 0;

	while (n < text.n && !is_space(text.p[n]))
		n++;
	if (n && text.p[n - 1] == '?')
		n--;
	if (encoding == 'q' && n && text.p[n - 1] == '=')
		n--;
	else if (encoding == 'q' && n > 1 && text.p[n - 2] == '=')
		n -= 2;
	return str_slice(text, 0, n);
}

/* An encoded word at `at`, which holds "=?". Spaces inside the text are let pass. */
static bool word_at(struct decoder *d, size_t at, struct word *ret)
{
	struct str rest = str_slice(d->text, at + 2, at + 2 + 64);
	ptrdiff_t mark = str_find_char(rest, '?');
	size_t start, end;
	ptrdiff_t language;

	if (mark < 0 || (size_t)mark + 2 >= rest.n || rest.p[mark + 2] != '?')
		return false;
	ret->encoding = ascii_lower(rest.p[mark + 1]);
	if (ret->encoding != 'b' && ret->encoding != 'q')
		return false;
	start = at + 2 + (size_t)mark + 3;
	end = closing_after(d, start);
	if (end == d->text.n || str_find(str_slice(d->text, start, end), STR("=?")) >= 0) {
		ret->text = unclosed_text(str_slice(d->text, start, d->text.n), ret->encoding);
		ret->end = start + ret->text.n;
		while (ret->end < d->text.n && !is_space(d->text.p[ret->end]))
			ret->end++;
	} else {
		ret->text = str_slice(d->text, start, end);
		ret->end = end + 2;
	}
	ret->charset = str_slice(rest, 0, (size_t)mark);
	language = str_find_char(ret->charset, '*'); /* RFC 2231 §5 */
	if (language >= 0)
		ret->charset = str_slice(ret->charset, 0, (size_t)language);
	return str_find_char(ret->charset, ' ') < 0;
}

static size_t base64_letters(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += is_alpha(text.p[i]) || is_digit(text.p[i]) || text.p[i] == '+' || text.p[i] == '/' ||
		     text.p[i] == '=';
	return n;
}

/* Some senders cut base64 into words anywhere: a group that begins in one word and ends in the next. */
static struct str joined(struct decoder *d, struct str text)
{
	size_t letters = base64_letters(text);
	struct str open = d->open;

	d->open = str_find_char(text, '=') < 0 ? str_slice(text, text.n - letters % 4, text.n) : STR_NULL;
	if (!open.n || letters % 4 == 0 || (open.n + letters) % 4 != 0)
		return text;
	d->run.n -= open.n - 1; /* the bytes that its beginning gave */
	return arena_printf(d->arena, STR_FMT STR_FMT, STR_ARG(open), STR_ARG(text));
}

static void run_add(struct decoder *d, const struct word *word)
{
	struct str text = word->encoding == 'b' ? joined(d, word->text) : word->text;
	char *room = growing_room(&d->run, text.n + 4);

	d->run.n += word->encoding == 'b' ? base64_run(text, room) : q_word_run(text, room);
}

static void run_flush(struct decoder *d)
{
	if (d->run.n)
		growing_add(&d->out, charset_to_utf8(d->arena, d->charset, growing_str(&d->run)));
	d->run.n = 0;
	d->charset = d->open = STR_NULL;
}

static void plain_add(struct decoder *d, size_t from, size_t to)
{
	if (from < to)
		growing_add(&d->out, charset_guess_utf8(d->arena, str_slice(d->text, from, to)));
}

static bool is_blank(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_space(s.p[i]))
			return false;
	return true;
}

static void decode_all(struct decoder *d)
{
	size_t plain = 0; /* where the plain text at hand begins */
	size_t at = 0;
	bool after_word = false;

	while (at < d->text.n) {
		const char *mark = memchr(d->text.p + at, '=', d->text.n - at);
		struct word word;

		at = mark ? (size_t)(mark - d->text.p) : d->text.n;
		if (at + 1 >= d->text.n)
			break;
		if (d->text.p[at + 1] != '?' || !word_at(d, at, &word)) {
			at++;
			continue;
		}
		/* White space between two words belongs to neither (RFC 2047 §6.2). */
		if (!after_word || !is_blank(str_slice(d->text, plain, at))) {
			run_flush(d);
			plain_add(d, plain, at);
		}
		if (!str_eq_nocase(word.charset, d->charset))
			run_flush(d);
		d->charset = word.charset;
		run_add(d, &word);
		at = plain = word.end;
		after_word = true;
	}
	run_flush(d);
	plain_add(d, plain, d->text.n);
}

/* Control characters would let a subject or a name play tricks in logs and on terminals. */
static struct str without_controls(struct arena *arena, struct str s)
{
	char *out = arena_bytes(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '\t' || c == '\n' || c == '\r')
			out[n++] = ' ';
		else if (c >= ' ' && c != 0x7f)
			out[n++] = (char)c;
	}
	out[n] = '\0';
	return str_new(out, n);
}

struct str words_decode(struct arena *arena, struct str text)
{
	struct decoder d = {
	        .arena = arena, .text = str_slice(text, 0, TEXT_MAX), .out = {.arena = arena}, .run = {.arena = arena}};

	if (str_find(d.text, STR("=?")) < 0)
		return without_controls(arena, charset_guess_utf8(arena, d.text));
	decode_all(&d);
	return without_controls(arena, str_trim(growing_str(&d.out)));
}
