/* Builds a mail: RFC 5322 header, RFC 2047 and 2231 encoding, text, HTML, attachments, in the simplest structure that
 * holds them. Every value that could break out of its field (CR, LF, NUL) is refused. Lines end in CRLF and are at most
 * 998 octets; the content is 7-bit (quoted-printable or base64) unless `allow_8bit`. Domains are written in ASCII; an
 * address whose local part isn't ASCII stands in its field as it is (RFC 6532), which is the only thing that makes a
 * header 8-bit: such a mail is for servers with SMTPUTF8. */
#ifndef MIME_BUILD_H
#define MIME_BUILD_H

#include "base/buf.h"
#include "base/error.h"
#include "mime/message.h"

struct draft_attachment {
	struct str name, type, content; /* type "application/pdf" */
	struct str content_id;          /* not empty: inline, for HTML's cid: */
};

struct draft_header {
	const char *name;
	struct str value;
};

struct draft {
	struct address from;
	const struct address *to, *cc, *reply_to;
	size_t to_count, cc_count, reply_to_count;
	struct str subject;
	struct str message_id;        /* without <>; required */
	struct str in_reply_to;       /* without <>; empty: none */
	const struct str *references; /* without <>, oldest first; the middle is dropped above 20 */
	size_t reference_count;
	int64_t date;                       /* Unix ms */
	struct str text, html;              /* UTF-8; either may be empty */
	const struct draft_header *headers; /* further ones: Auto-Submitted … */
	size_t header_count;
	const struct draft_attachment *attachments;
	size_t attachment_count;
	bool allow_8bit;
	/* It will be signed: nothing that a relay may change stands in it unencoded (RFC 8551 §3.1.2, RFC 1847 §2.1),
	 * neither blanks at a line's end nor "From " at its beginning. Not together with allow_8bit. */
	bool is_signed;
};

int draft_build(const struct draft *draft, struct buf *out, struct error *err) NODISCARD;

#endif
