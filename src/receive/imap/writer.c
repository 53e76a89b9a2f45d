/* See writer.h. */
#include "receive/imap/writer.h"

#include "receive/imap/utf7.h"

static bool has_line_break_or_nul(struct str text)
{
	return str_find_char(text, '\r') >= 0 || str_find_char(text, '\n') >= 0 || str_find_char(text, '\0') >= 0;
}

static bool is_atom_char(char c)
{
	return (unsigned char)c > 0x20 && (unsigned char)c < 0x7f && !strchr("(){%*\"\\]", c);
}

int imap_put_atom(struct buf *out, struct str atom, struct error *err)
{
	for (size_t i = 0; i < atom.n; i++)
		if (!is_atom_char(atom.p[i]))
			return fail(err, E_INVALID, RETRY_NEVER, "byte 0x%02x can't stand in an IMAP atom",
			            (unsigned char)atom.p[i]);
	if (atom.n == 0)
		return fail(err, E_INVALID, RETRY_NEVER, "an IMAP atom can't be empty");
	buf_add(out, atom);
	return 0;
}

bool imap_is_quotable(struct str text, bool utf8)
{
	if (has_line_break_or_nul(text) || text.n > 1000)
		return false;
	return utf8 ? str_is_utf8(text) : str_is_ascii(text);
}

int imap_put_quoted(struct buf *out, struct str text, bool utf8, struct error *err)
{
	if (!imap_is_quotable(text, utf8))
		return fail(
		        err, E_INVALID, RETRY_NEVER,
		        "a text for the IMAP server has a line break, NUL, or more than 1,000 or foreign characters");
	buf_add_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, text.p[i]);
	}
	buf_add_char(out, '"');
	return 0;
}

int imap_put_literal_head(struct buf *out, struct str text, bool plus, struct error *err)
{
	if (has_line_break_or_nul(text))
		return fail(err, E_INVALID, RETRY_NEVER, "a text for the IMAP server has a line break or NUL");
	buf_printf(out, "{%zu%s}\r\n", text.n, plus ? "+" : "");
	return 0;
}

int imap_put_folder(struct buf *out, const char *folder, bool utf8, struct error *err)
{
	struct buf name CLEANUP(buf_done) = BUF_INIT(4096);

	if (has_line_break_or_nul(str_of(folder)))
		return fail_scope(err, SCOPE_FOLDER, E_INVALID, RETRY_NEVER, "the folder's name has a line break");
	if (utf8)
		return imap_put_quoted(out, str_of(folder), true, err);
	if (!utf7_encode(&name, str_of(folder)))
		return fail_scope(err, SCOPE_FOLDER, E_INVALID, RETRY_NEVER,
		                  "the folder's name is not valid UTF-8, or too long");
	return imap_put_quoted(out, buf_str(&name), false, err);
}

size_t imap_put_set(struct buf *out, const uint32_t *uids, size_t n, size_t max_bytes)
{
	size_t i = 0;

	while (i < n && out->n + sizeof ",4294967295:4294967295" <= max_bytes) {
		size_t last = i;

		while (last + 1 < n && uids[last + 1] - uids[last] <= 1)
			last++;
		buf_printf(out, i == 0 ? "%u" : ",%u", uids[i]);
		if (uids[last] != uids[i])
			buf_printf(out, ":%u", uids[last]);
		i = last + 1;
	}
	return i;
}
