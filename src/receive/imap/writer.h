/* What we say to an IMAP server: typed pieces of a command, appended to a buffer that is sent when whole. Pieces
 * that could break out of their place (CR, LF, NUL) are refused with E_INVALID, so that no name, password or flag
 * from outside becomes a command. */
#ifndef RECEIVE_IMAP_WRITER_H
#define RECEIVE_IMAP_WRITER_H

#include "base/buf.h"
#include "base/error.h"

enum {
	IMAP_COMMAND_MAX = 8000, /* bytes of a command line; RFC 7162 §4 asks for at least 8,192 to be taken */
};

/* Letters, digits and what else an atom may hold (RFC 3501 §9 ATOM-CHAR), at least one. */
int imap_put_atom(struct buf *out, struct str atom, struct error *err) NODISCARD;

/* May `text` stand between quotes? 8-bit bytes only with `utf8` (UTF8=ACCEPT is enabled); the rest needs a literal. */
bool imap_is_quotable(struct str text, bool utf8);

/* "text" with its quotes and backslashes escaped. */
int imap_put_quoted(struct buf *out, struct str text, bool utf8, struct error *err) NODISCARD;

/* "{n}" or, with `plus` (LITERAL+, RFC 7888), "{n+}", and CRLF; the caller sends the text behind it when the server
 * lets it. */
int imap_put_literal_head(struct buf *out, struct str text, bool plus, struct error *err) NODISCARD;

/* A folder's name: quoted, as UTF-8 with `utf8`, else in modified UTF-7. */
int imap_put_folder(struct buf *out, const char *folder, bool utf8, struct error *err) NODISCARD;

/* A UID set such as "1:5,7" of ascending `uids`, as many of the `n` as fit below `max_bytes` of the buffer's length;
 * returns how many. */
size_t imap_put_set(struct buf *out, const uint32_t *uids, size_t n, size_t max_bytes);

#endif
