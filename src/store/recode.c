/* See recode.h. */
#include "store/recode.h"

#include "base/cursor.h"

#include <endian.h>
#include <pthread.h>

#define LEAST_GROUPS 15 /* of four characters: mail programs write lines of 60 to 76 */
#define MOST_GROUPS  UINT8_MAX
#define LEAST_LINES  8 /* fewer aren't worth a header */

/* How the lines of a run look. */
struct shape {
	size_t groups; /* of four characters, three bytes */
	size_t ending; /* 1: LF; 2: CRLF */
};

static size_t line_length(const struct shape *shape)
{
	return shape->groups * 4 + shape->ending;
}

struct header {
	uint32_t text, lines;
	uint8_t groups, ending;
} __attribute__((packed));

/* ---------------------------------------------------------------- lines */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#define FOREIGN (UINT32_C(1) << 24)

/* What a character adds to the three bytes of its group, by its place there; the first byte lowest. */
static uint32_t share[4][256];

static void fill_shares(void)
{
	for (int place = 0; place < 4; place++)
		for (int c = 0; c < 256; c++)
			share[place][c] = FOREIGN;
	for (uint32_t value = 0; value < 64; value++)
		for (int place = 0; place < 4; place++) {
			uint32_t bits = value << (18 - 6 * place);

			share[place][(uint8_t)letters[value]] = bits >> 16 | (bits & 0xff00) | (bits & 0xff) << 16;
		}
}

/* A line's bytes into `out`, which has room for one more; false where something else stands in it. */
static bool read_line(const uint8_t *line, size_t groups, char *out)
{
	uint32_t seen = 0;

	for (size_t i = 0; i < groups; i++, line += 4, out += 3) {
		uint32_t bytes = share[0][line[0]] | share[1][line[1]] | share[2][line[2]] | share[3][line[3]];

		seen |= bytes;
		bytes = htole32(bytes);
		memcpy(out, &bytes, sizeof bytes);
	}
	return seen < FOREIGN;
}

static bool has_ending(struct str text, size_t at, const struct shape *shape)
{
	size_t end = at + shape->groups * 4;

	return shape->ending == 1 ? text.p[end] == '\n' : text.p[end] == '\r' && text.p[end + 1] == '\n';
}

/* The lines of a run from the position on, at most so many. */
static size_t read_lines(struct str text, size_t at, const struct shape *shape, size_t most, char *out)
{
	size_t n = line_length(shape), lines = 0;

	while (lines < most && text.n - at >= n && has_ending(text, at, shape) &&
	       read_line((const uint8_t *)text.p + at, shape->groups, out)) {
		lines++;
		at += n;
		out += shape->groups * 3;
	}
	return lines;
}

static bool has_run(struct str text, size_t at, const struct shape *shape)
{
	char probe[LEAST_LINES * MOST_GROUPS * 3 + 1];

	return read_lines(text, at, shape, LEAST_LINES, probe) == LEAST_LINES;
}

/* Does a run begin here, with this line of `n` characters and its LF? */
static bool begins_run(struct str text, size_t at, size_t n, struct shape *ret_shape)
{
	bool is_crlf = n >= 2 && text.p[at + n - 2] == '\r';
	struct shape shape = {.groups = (n - 1 - is_crlf) / 4, .ending = 1 + is_crlf};

	if ((n - shape.ending) % 4 != 0 || shape.groups < LEAST_GROUPS || shape.groups > MOST_GROUPS ||
	    !has_run(text, at, &shape))
		return false;
	*ret_shape = shape;
	return true;
}

/* ---------------------------------------------------------------- stretches */

/* The text from `from` up to `at`, and the run that begins there; returns the position behind it. Takes less room than
 * what it stands for: the run saves more than the header takes. */
static size_t add_stretch(struct str mail, size_t from, size_t at, const struct shape *shape, struct buf *out)
{
	struct header header = {.text = htole32((uint32_t)(at - from)),
	                        .groups = (uint8_t)shape->groups,
	                        .ending = (uint8_t)shape->ending};
	char *room = buf_room(out, sizeof header + mail.n - from);
	size_t lines;

	must(room != NULL);
	memcpy(room + sizeof header, mail.p + from, at - from);
	lines = shape->groups ? read_lines(mail, at, shape, SIZE_MAX, room + sizeof header + (at - from)) : 0;
	header.lines = htole32((uint32_t)lines);
	memcpy(room, &header, sizeof header);
	buf_added(out, sizeof header + (at - from) + lines * shape->groups * 3);
	return at + lines * line_length(shape);
}

bool recode(struct str mail, struct buf *out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	size_t from = 0, at = 0, before = out->n;
	struct shape shape;

	pthread_once(&once, fill_shares);
	if (mail.n > UINT32_MAX || out->max - out->n < mail.n + 2 * sizeof(struct header))
		return false;
	while (at < mail.n) {
		const char *end = memchr(mail.p + at, '\n', mail.n - at);
		size_t n = end ? (size_t)(end - mail.p) + 1 - at : mail.n - at;

		if (end && begins_run(mail, at, n, &shape))
			at = from = add_stretch(mail, from, at, &shape, out);
		else
			at += n;
	}
	if (out->n == before)
		return false;
	add_stretch(mail, from, at, &(struct shape){0}, out);
	return true;
}

static void write_line(const uint8_t *bytes, const struct shape *shape, char *out)
{
	for (size_t i = 0; i < shape->groups; i++, bytes += 3, out += 4) {
		uint32_t bits = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];

		out[0] = letters[bits >> 18];
		out[1] = letters[bits >> 12 & 63];
		out[2] = letters[bits >> 6 & 63];
		out[3] = letters[bits & 63];
	}
	memcpy(out, shape->ending == 1 ? "\n" : "\r\n", shape->ending);
}

static bool undo_stretch(struct cursor *in, struct buf *out)
{
	struct header header;
	struct shape shape;
	size_t text, lines;
	struct str bytes;
	char *room;

	if (cursor_left(in) < sizeof header)
		return false;
	memcpy(&header, in->p + in->at, sizeof header);
	cursor_skip(in, sizeof header);
	shape = (struct shape){header.groups, header.ending};
	text = le32toh(header.text);
	lines = le32toh(header.lines);
	if (shape.ending > 2 || (lines && (!shape.ending || !shape.groups)) || text > cursor_left(in) ||
	    lines * shape.groups * 3 > cursor_left(in) - text)
		return false;
	buf_add(out, str_new(in->p + in->at, text));
	cursor_skip(in, text);
	bytes = str_new(in->p + in->at, lines * shape.groups * 3);
	cursor_skip(in, bytes.n);
	room = buf_room(out, lines * line_length(&shape));
	if (!room || out->failed)
		return false;
	for (size_t i = 0; i < lines; i++)
		write_line((const uint8_t *)bytes.p + i * shape.groups * 3, &shape, room + i * line_length(&shape));
	buf_added(out, lines * line_length(&shape));
	return true;
}

bool recode_undo(struct str recoded, struct buf *out)
{
	struct cursor in = cursor_of(recoded);

	while (!cursor_end(&in))
		if (!undo_stretch(&in, out))
			return false;
	return true;
}
