/* A mail, understood: header fields, addresses, the tree of its parts, its body for people, its attachments.
 *
 *	struct arena *arena CLEANUP(arena_freep) = arena_new();
 *	const struct message *m = message_parse(arena, raw, NULL);
 *	printf("%s: %s\n", m->from.address.p, m->subject.p);
 *	struct str text = message_body_text(arena, m);
 *
 * Parsing never fails and never copies the body: whatever the bytes, there is a message, and what was odd about it
 *stands in `notices`. `raw` must outlive the message; everything else lives in the arena. Linear time, bounded memory:
 *the limits are named in message_limits, reaching one is a notice. All text is valid UTF-8 and NUL-terminated (the NUL
 *doesn't count in n). */
#ifndef MIME_MESSAGE_H
#define MIME_MESSAGE_H

#include "base/arena.h"
#include "base/buf.h"

/* RFC 5322 §3.4. A group's members are listed singly; an empty group ("undisclosed-recipients:;") gives nothing. */
struct address {
	struct str name;    /* decoded display name; empty where none */
	struct str address; /* local@domain, as written (quotes kept where needed), letters beyond ASCII in NFC; empty:
	                       none */
};

struct address_list {
	struct address *items;
	size_t count;
};

/* One header field, unfolded on demand. */
struct header {
	struct str name;  /* as written, in raw */
	struct str value; /* as written with its folds, in raw, without the final line end */
};

enum transfer_encoding {
	ENCODING_7BIT,
	ENCODING_8BIT,
	ENCODING_BINARY,
	ENCODING_QP,
	ENCODING_BASE64,
	ENCODING_UUENCODE,
	ENCODING_YENC /* only of files embedded in a text */
};

struct part {
	struct part *parent, *first_child, *next; /* the tree; next is the following sibling */
	int index;                                /* of the part in the message, in order, root is 0 */
	struct header *headers;
	size_t header_count;
	struct str raw;           /* header and body, in the raw message */
	struct str body;          /* as transferred; for a multipart everything between header and end */
	struct str type, subtype; /* lower case; text/plain where nothing valid was declared */
	struct str charset;       /* lower case, as declared; empty where none */
	struct str boundary;      /* multipart only */
	struct str filename;      /* decoded (RFC 2231, 2047), path stripped, no control characters; empty where none */
	struct str content_id;    /* without <> */
	struct str disposition;   /* lower case; "inline", "attachment" or what was written; empty where none */
	enum transfer_encoding encoding;
	struct message *inner; /* message/rfc822 and message/global: the message inside; NULL elsewhere and beyond the
	                          depth limit */
	struct part
	        *embedded;    /* first of the files that stand inside a plain text (uuencode, yEnc) or a winmail.dat,
	                         linked by next; their parent is this part. They are attachments of the message but not
	                         among its parts[]; their raw and body may lie in the arena instead of the raw message */
	struct str text_left; /* where a text has such files: its decoded bytes without them */
	bool truncated;       /* the closing boundary never came */
	bool is_mislabelled;  /* a text that declares base64 and isn't: `encoding` says what it is */
};

struct message_limits {
	size_t max_parts;   /* 0: 10,000 */
	size_t max_depth;   /* of multiparts and inner messages; 0: 50 */
	size_t max_headers; /* of one part; 0: 10,000 */
	size_t max_text;    /* bytes of body text or HTML decoded for people; 0: 10 MiB */
	/* Called when the parser is done with the raw bytes before `upto`, so that a mapped file's pages can be given
	 * back. May be NULL. */
	void (*done_with)(void *ctx, const char *upto);
	void *ctx;
};

struct message {
	struct str raw;
	struct part *root;
	struct part **parts; /* all of this message's parts in order, not those of inner messages; parts[0] is root */
	size_t part_count;

	struct address from; /* the first of From, else Sender; empty where none */
	struct address_list from_list, sender, to, cc, bcc, reply_to;
	struct str return_path; /* address in Return-Path; see has_null_return_path for <> */
	bool has_null_return_path;
	bool hides_subject;      /* it stood inside of what S/MIME opened: not to be shown in clear mail */
	struct str subject;      /* decoded, unfolded */
	struct str message_id;   /* without <>, cleaned of white space; empty where none */
	struct str *in_reply_to; /* ids without <> */
	size_t in_reply_to_count;
	struct str *references; /* oldest first */
	size_t reference_count;
	int64_t date; /* Unix ms; 0 where absent or nonsense */

	struct part *text, *html; /* the first body parts of each kind after RFC 8621 §4.1.4; either may be NULL */
	struct part *
	        *text_body; /* RFC 8621 textBody, htmlBody, attachments; media inside a body are attachments as well */
	size_t text_body_count;
	struct part **html_body;
	size_t html_body_count;
	struct part **attachments;
	size_t attachment_count; /* with embedded files; a winmail.dat that could be read is replaced by its files */

	struct str *notices; /* what was odd, in words: "boundary missing", "base64 cut short" */
	size_t notice_count;
	struct message_limits limits;
};

struct message *message_parse(struct arena *arena, struct str raw, const struct message_limits *limits) NODISCARD;

/* The first field of that name (any case); NULL where absent. */
const struct header *message_header(const struct message *m, const char *name);
const struct header *part_header(const struct part *part, const char *name);

/* Its value: unfolded, RFC 2047 words decoded, raw 8-bit made UTF-8, trimmed. */
struct str header_text(struct arena *arena, const struct header *header);

/* Its value unfolded and trimmed, nothing decoded but made valid UTF-8. */
struct str header_raw_text(struct arena *arena, const struct header *header);

/* Parses an address list (RFC 5322 §3.4, tolerant); used for envelope checks as well. */
struct address_list address_list_parse(struct arena *arena, struct str value);

/* The body for people as plain text: all textBody parts, decoded to UTF-8, line ends LF; HTML turned into text where
 * there is no plain part. */
struct str message_body_text(struct arena *arena, const struct message *m);

/* The body as HTML (UTF-8), empty where the message has no HTML part. Not sanitised. */
struct str message_body_html(struct arena *arena, const struct message *m);

/* "text/plain" */
struct str part_type(struct arena *arena, const struct part *part);

/* Appends the decoded bytes (transfer encoding undone, charset untouched); false where `out` reached its maximum. */
bool part_decode(const struct part *part, struct buf *out) NODISCARD;

/* Number of decoded bytes, without storing them. */
uint64_t part_decoded_size(const struct part *part);

/* The same for a part of `m`, with its limits' done_with called as it goes: for large mapped mail. */
uint64_t message_part_size(const struct message *m, const struct part *part);

/* A text part's content as UTF-8 with LF line ends. */
struct str part_text(struct arena *arena, const struct message *m, const struct part *part);

/* Part number as IMAP counts ("1.2"), "" for a root that isn't a multipart. */
struct str part_number(struct arena *arena, const struct part *part);

#endif
