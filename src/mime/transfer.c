/* See transfer.h. Each decoder is one loop that stores or only counts, so that both always agree. */
#include "transfer.h"

#include "base/cursor.h"

/* ---------------------------------------------------------------- base64 */

enum { B64_SKIP = 64, B64_PAD = 65 };

/* clang-format off */
static const uint8_t b64_value[256] = {
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64, 64, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 65, 64, 64,
	64,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 64,
	64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
};
/* clang-format on */

/* Is what follows a padding at `at` more base64 (some senders encode in padded pieces), rather than a footer that a
 * list appended? The next line that isn't empty decides: whole groups and nothing else. Returns its end, or 0 where it
 * is something else. */
static size_t base64_line_end(struct str body, size_t at)
{
	size_t start;

	while (at < body.n && (is_space(body.p[at]) || body.p[at] == '='))
		at++;
	start = at;
	while (at < body.n && b64_value[(uint8_t)body.p[at]] != B64_SKIP)
		at++;
	if (at == start || (at - start) % 4 != 0)
		return 0;
	while (at < body.n && (body.p[at] == ' ' || body.p[at] == '\t'))
		at++;
	return at == body.n || is_space(body.p[at]) ? at : 0;
}

#define RELEASE_BYTES MIB(1)

struct base64_state {
	uint32_t bits;
	unsigned have; /* characters of the group at hand */
	size_t n;      /* bytes so far */
};

/* What a group of two or three characters holds. */
static void base64_flush(struct base64_state *state, char *out)
{
	if (state->have >= 2) {
		if (out)
			out[state->n] = (char)(state->bits >> (state->have == 2 ? 4 : 10));
		state->n++;
	}
	if (state->have == 3) {
		if (out)
			out[state->n] = (char)(state->bits >> 2);
		state->n++;
	}
	state->have = 0;
	state->bits = 0;
}

#define B64_STRETCH 64

/* How many characters of base64 there are; -1 where there is a padding. Written so that compilers make a few vector
 * instructions of it. */
static int base64_stretch(const uint8_t p[B64_STRETCH])
{
	uint8_t count = 0, padded = 0;

	for (int i = 0; i < B64_STRETCH; i++) {
		uint8_t letter = (uint8_t)((p[i] | 0x20) - 'a'), digit = (uint8_t)(p[i] - '/');

		count += (uint8_t)((letter < 26) | (digit < 11) | (p[i] == '+')); /* '/' stands before '0' */
		padded |= p[i] == '=';
	}
	return padded ? -1 : count;
}

/* Who only counts needs no groups: what isn't base64 is passed over wherever it stands, up to a padding. Returns the
 * position behind what was counted. */
static size_t base64_count(struct str body, size_t i, struct base64_state *state)
{
	int count;

	while (body.n - i >= B64_STRETCH && (count = base64_stretch((const uint8_t *)body.p + i)) >= 0) {
		unsigned all = state->have + (unsigned)count;

		state->n += all / 4 * 3;
		state->have = all % 4;
		i += B64_STRETCH;
	}
	return i;
}

/* Whole groups without anything between them: the fast path. Returns the position behind them. */
static size_t base64_groups(struct str body, size_t i, struct base64_state *state, char *out)
{
	size_t n = state->n;

	while (body.n - i >= 4) {
		const unsigned char *p = (const unsigned char *)body.p + i;
		uint32_t a = b64_value[p[0]], b = b64_value[p[1]], c = b64_value[p[2]], d = b64_value[p[3]];
		uint32_t bits = a << 18 | b << 12 | c << 6 | d;

		if ((a | b | c | d) & 0xc0)
			break;
		out[n] = (char)(bits >> 16);
		out[n + 1] = (char)(bits >> 8);
		out[n + 2] = (char)bits;
		n += 3;
		i += 4;
	}
	state->n = n;
	return i;
}

/* Tells a reader of a mapped file, now and then, that what was counted is done with. */
struct release {
	void (*done_with)(void *ctx, const char *upto);
	void *ctx;
	size_t told; /* up to there */
};

static void release_upto(struct release *release, struct str body, size_t i)
{
	if (i - release->told < RELEASE_BYTES)
		return;
	release->done_with(release->ctx, body.p + i);
	release->told = i;
}

static size_t base64_walk(struct str body, char *out, struct release *release)
{
	struct base64_state state = {0};
	size_t i = 0, known = 0; /* up to there it is base64 for sure: no line is looked at twice */
	size_t counted = 0;      /* up to there each character is looked at */

	while (i < body.n) {
		uint8_t value;

		if (release)
			release_upto(release, body, i);
		if (!out && i >= counted) {
			i = base64_count(str_slice(body, 0, i + RELEASE_BYTES), i, &state);
			counted = i + B64_STRETCH;
		} else if (out && state.have == 0) {
			i = base64_groups(body, i, &state, out);
		}
		if (i >= body.n)
			break;
		value = b64_value[(uint8_t)body.p[i++]];
		if (value == B64_SKIP)
			continue;
		if (value == B64_PAD) {
			bool was_group = state.have >= 2;

			base64_flush(&state, out);
			if (was_group && i > known && (known = base64_line_end(body, i)) == 0)
				return state.n;
			continue;
		}
		state.bits = state.bits << 6 | value;
		if (++state.have == 4) {
			if (out) {
				out[state.n] = (char)(state.bits >> 16);
				out[state.n + 1] = (char)(state.bits >> 8);
				out[state.n + 2] = (char)state.bits;
			}
			state.n += 3;
			state.have = 0;
			state.bits = 0;
		}
	}
	base64_flush(&state, out);
	return state.n;
}

size_t base64_run(struct str body, char *out)
{
	return base64_walk(body, out, NULL);
}

size_t base64_size(struct str body, void (*done_with)(void *ctx, const char *upto), void *ctx)
{
	struct release release = {done_with, ctx, 0};

	return base64_walk(body, NULL, done_with ? &release : NULL);
}

bool is_like_base64(struct str body)
{
	struct str line = str_trim(str_slice(body, 0, 1000));

	size_t foreign = 0, i;

	for (i = 0; i < line.n; i++) {
		char c = line.p[i];

		/* What stands behind a padding is the decoder's business; lines that were joined by blanks are long. */
		if (c == '=' && i == 0)
			return false;
		if (c == '=' || c == '\r' || c == '\n')
			break;
		if ((c == ' ' || c == '\t') && i < 20)
			return false;
		if (is_space(c))
			break;
		foreign += b64_value[(uint8_t)c] == B64_SKIP;
	}
	return foreign * 20 <= i; /* a little damage is passed over */
}

/* ---------------------------------------------------------------- quoted-printable */

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t put(char *out, size_t n, struct str s)
{
	if (out && s.n)
		memcpy(out + n, s.p, s.n);
	return n + s.n;
}

/* One line without its end. */
static size_t qp_line(struct str line, char *out, size_t n)
{
	while (line.n) {
		const char *escape = memchr(line.p, '=', line.n);
		size_t plain = escape ? (size_t)(escape - line.p) : line.n;
		int high, low;

		n = put(out, n, str_slice(line, 0, plain));
		line = str_slice(line, plain, line.n);
		if (!line.n)
			break;
		high = line.n >= 3 ? hex_value(line.p[1]) : -1;
		low = line.n >= 3 ? hex_value(line.p[2]) : -1;
		if (high < 0 || low < 0) {
			n = put(out, n, str_slice(line, 0, 1)); /* not an escape: as it stands */
			line = str_slice(line, 1, line.n);
			continue;
		}
		if (out)
			out[n] = (char)(high << 4 | low);
		n++;
		line = str_slice(line, 3, line.n);
	}
	return n;
}

size_t qp_run(struct str body, char *out)
{
	size_t n = 0, at = 0;

	while (at < body.n) {
		const char *eol = memchr(body.p + at, '\n', body.n - at);
		size_t end = eol ? (size_t)(eol - body.p) : body.n;
		size_t next = eol ? end + 1 : end;
		size_t text_end, trimmed;

		text_end = end;
		while (text_end > at && body.p[text_end - 1] == '\r')
			text_end--;
		/* White space at a line's end was added on the way (RFC 2045 §6.7 rule 3). */
		trimmed = text_end;
		while (trimmed > at && (body.p[trimmed - 1] == ' ' || body.p[trimmed - 1] == '\t'))
			trimmed--;
		if (trimmed > at && body.p[trimmed - 1] == '=') {
			n = qp_line(str_slice(body, at, trimmed - 1), out, n);
		} else {
			n = qp_line(str_slice(body, at, trimmed), out, n);
			n = put(out, n, str_slice(body, text_end, next));
		}
		at = next;
	}
	return n;
}

size_t q_word_run(struct str text, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		int high = -1, low = -1;

		if (text.p[i] == '=' && i + 2 < text.n) {
			high = hex_value(text.p[i + 1]);
			low = hex_value(text.p[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			out[n++] = (char)(high << 4 | low);
			i += 2;
		} else {
			out[n++] = text.p[i] == '_' ? ' ' : text.p[i];
		}
	}
	return n;
}

/* ---------------------------------------------------------------- uuencode */

static struct str next_line(struct cursor *c)
{
	struct str rest = cursor_rest(c);
	ptrdiff_t eol = str_find_char(rest, '\n');
	struct str line = str_slice(rest, 0, eol < 0 ? rest.n : (size_t)eol);

	cursor_skip(c, eol < 0 ? rest.n : (size_t)eol + 1);
	while (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static size_t uu_line(struct str line, char *out, size_t n)
{
	size_t want = ((size_t)(uint8_t)line.p[0] - 32) & 63;
	size_t have = 0;

	for (size_t i = 1; have < want && i + 1 < line.n; i += 4) {
		uint8_t v[4];

		for (size_t k = 0; k < 4; k++)
			v[k] = i + k < line.n ? ((uint8_t)line.p[i + k] - 32) & 63 : 0;
		uint8_t bytes[3] = {(uint8_t)(v[0] << 2 | v[1] >> 4), (uint8_t)(v[1] << 4 | v[2] >> 2),
		                    (uint8_t)(v[2] << 6 | v[3])};
		for (size_t k = 0; k < 3 && have < want; k++, have++)
			n = put(out, n, str_new(&bytes[k], 1));
	}
	return n;
}

/* Nothing is decoded before a "begin" line; a body without one gives nothing. */
size_t uu_run(struct str body, char *out)
{
	struct cursor c = cursor_of(body);
	bool inside = false;
	size_t n = 0;

	while (!cursor_end(&c)) {
		struct str line = next_line(&c);

		if (!inside)
			inside = str_starts(line, STR("begin "));
		else if (!line.n || str_eq(str_trim(line), STR("end")))
			break;
		else
			n = uu_line(line, out, n);
	}
	return n;
}

/* ---------------------------------------------------------------- yEnc */

/* Every byte has 42 added; '=' goes before those that a line couldn't hold, with 64 more. Lines that begin "=y" are
 * yEnc's own. */
static size_t yenc_run(struct str body, char *out)
{
	struct cursor c = cursor_of(body);
	size_t n = 0;

	while (!cursor_end(&c)) {
		struct str line = next_line(&c);

		if (str_starts(line, STR("=yend")))
			break;
		if (str_starts(line, STR("=y")))
			continue;
		for (size_t i = 0; i < line.n; i++) {
			unsigned shift = 42;

			if (line.p[i] == '=' && i + 1 < line.n) {
				i++;
				shift = 42 + 64;
			}
			if (out)
				out[n] = (char)((unsigned char)line.p[i] - shift);
			n++;
		}
	}
	return n;
}

/* ---------------------------------------------------------------- all of them */

size_t transfer_run(enum transfer_encoding encoding, struct str body, char *out)
{
	switch (encoding) {
	case ENCODING_BASE64:
		return base64_run(body, out);
	case ENCODING_QP:
		return qp_run(body, out);
	case ENCODING_UUENCODE:
		return uu_run(body, out);
	case ENCODING_YENC:
		return yenc_run(body, out);
	case ENCODING_7BIT:
	case ENCODING_8BIT:
	case ENCODING_BINARY:
		break;
	}
	return put(out, 0, body);
}

size_t transfer_size(enum transfer_encoding encoding, struct str body)
{
	return transfer_run(encoding, body, NULL);
}

bool transfer_decode(enum transfer_encoding encoding, struct str body, struct buf *out)
{
	size_t n = transfer_size(encoding, body);
	char *room = buf_room(out, n);

	if (!room)
		return false;
	buf_added(out, transfer_run(encoding, body, room));
	return true;
}
