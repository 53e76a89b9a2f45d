/* A mail's text on its way into DATA: one pass to learn what it asks for, one to write it. Line ends are made CRLF
 * without exception: a bare CR or LF that one server takes as a line end and the next doesn't would let a sender
 * smuggle a second mail behind ".\n". */
#include "send/smtp/smtp.h"

/* ---------------------------------------------------------------- scanning */

static bool has_high_bit(struct str s)
{
	uint64_t all = 0, word;
	size_t i = 0;

	for (; i + sizeof word <= s.n; i += sizeof word) {
		memcpy(&word, s.p + i, sizeof word);
		all |= word;
	}
	for (; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return (all & UINT64_C(0x8080808080808080)) != 0;
}

/* Header and body meet at the first empty line. */
static struct str header_of(struct str mime)
{
	ptrdiff_t end = str_find(mime, STR("\r\n\r\n"));

	return end < 0 ? mime : str_slice(mime, 0, (size_t)end);
}

/* How many line ends lack one of their two bytes. */
static uint64_t count_bare_ends(struct str mime)
{
	uint64_t count = 0;
	const char *end = mime.p + mime.n;

	for (const char *p = mime.n ? memchr(mime.p, '\n', mime.n) : NULL; p;
	     p = p + 1 < end ? memchr(p + 1, '\n', (size_t)(end - p - 1)) : NULL)
		count += p == mime.p || p[-1] != '\r';
	for (const char *p = mime.n ? memchr(mime.p, '\r', mime.n) : NULL; p;
	     p = p + 1 < end ? memchr(p + 1, '\r', (size_t)(end - p - 1)) : NULL)
		count += p + 1 == end || p[1] != '\n';
	return count;
}

void smtp_scan(struct str mime, struct mail_scan *ret_scan)
{
	uint64_t bare = count_bare_ends(mime);
	bool ended = mime.n && (mime.p[mime.n - 1] == '\n' || mime.p[mime.n - 1] == '\r');

	ret_scan->bytes = mime.n + bare + (ended || !mime.n ? 0 : 2);
	ret_scan->bare_ends = bare > 0;
	ret_scan->eight_bit = has_high_bit(mime);
	ret_scan->eight_bit_header = ret_scan->eight_bit && has_high_bit(header_of(mime));
}

/* ---------------------------------------------------------------- writing */

/* All line ends are CRLF: whole stretches between lines that begin with a dot go out as they lie. */
static int write_clean(struct stream *stream, struct str mime, struct error *err)
{
	int rc = 0;

	if (str_starts(mime, STR(".")))
		rc = stream_write_bulk(stream, STR("."), err);
	while (rc >= 0 && mime.n) {
		ptrdiff_t dot = str_find(mime, STR("\r\n."));
		size_t n = dot < 0 ? mime.n : (size_t)dot + 3;

		rc = stream_write_bulk(stream, str_slice(mime, 0, n), err);
		if (rc >= 0 && dot >= 0)
			rc = stream_write_bulk(stream, STR("."), err); /* the second of the two dots */
		mime = str_slice(mime, n, mime.n);
	}
	return rc;
}

/* The length of the first line, without what ends it. One pass for both bytes: a text full of CR without LF must not be
 * searched to its end for each line. */
static size_t line_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '\r' && s.p[n] != '\n')
		n++;
	return n;
}

static int write_repaired(struct stream *stream, struct str mime, struct error *err)
{
	int rc = 0;

	while (rc >= 0 && mime.n) {
		size_t n = line_length(mime), end = n;

		if (end < mime.n && mime.p[end] == '\r')
			end++;
		if (end < mime.n && mime.p[end] == '\n')
			end++;
		if (*mime.p == '.')
			rc = stream_write_bulk(stream, STR("."), err);
		if (rc >= 0)
			rc = stream_write_bulk(stream, str_slice(mime, 0, n), err);
		if (rc >= 0)
			rc = stream_write_bulk(stream, STR("\r\n"), err);
		mime = str_slice(mime, end, mime.n);
	}
	return rc;
}

int smtp_write_mail(struct stream *stream, struct str mime, const struct mail_scan *scan, struct error *err)
{
	int rc;

	if (scan->bare_ends)
		return write_repaired(stream, mime, err);
	rc = write_clean(stream, mime, err);
	if (rc >= 0 && mime.n && mime.p[mime.n - 1] != '\n')
		rc = stream_write_bulk(stream, STR("\r\n"), err);
	return rc;
}
