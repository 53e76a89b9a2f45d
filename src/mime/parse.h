/* What the files of the parser share; nobody outside src/mime includes it. */
#ifndef MIME_PARSE_H
#define MIME_PARSE_H

#include "mime/message.h"

#define ADDRESSES_MAX 20000 /* that address_list_parse() gives */

/* One call of message_parse(): the limits it has used up so far, inner messages included. */
struct parser {
	struct arena *arena;
	struct message_limits limits; /* with the defaults filled in */
	size_t parts;                 /* created so far */
	size_t decode_left;           /* bytes that transfer-encoded inner messages and files may still take */
};

/* A message and the room in its growing arrays. */
struct message_work {
	struct message m; /* first: a struct message of the parser is one of these */
	size_t parts_size, notices_size;
	bool notices_full;
};

/* Adds a notice unless the same one is there or there are 50; the text is copied. */
void notice_add(struct arena *arena, struct message *m, const char *text);

/* part.c: builds the tree of `m->raw` and, for each message, calls message_finish() once its end is known. */
void message_scan(struct parser *parser, struct message_work *work, size_t depth);

/* message.c: reads the fields and walks the body of a message whose tree stands. */
void message_finish(struct parser *parser, struct message_work *work);

/* body.c: fills text_body, html_body, attachments, text, html (RFC 8621 §4.1.4). */
void body_walk(struct parser *parser, struct message *m);

/* embedded.c: the files inside a plain text (sets `embedded` and `text_left`) and inside a winmail.dat (`embedded`). */
void embedded_in_text(struct parser *parser, struct part *host);
void embedded_in_tnef(struct parser *parser, struct part *host);

/* header.c: the header block that begins at *at; sets part->headers and moves *at behind the empty line. `is_delimiter`
 * says whether a boundary line stands at a position: the block ends before it. */
struct header_source {
	struct arena *arena;
	struct message *m; /* for notices */
	struct str raw;
	char eol;      /* '\n', or '\r' in a mail that has no LF at all */
	bool is_inner; /* the block may be missing: a part, not a message */
	size_t max_headers;
	bool (*is_delimiter)(const void *ctx, size_t at);
	const void *ctx;
};

void header_block_parse(const struct header_source *source, size_t *at, struct part *part);

/* header.c: the value with its folds taken out and trimmed; `value` itself where there is no fold. Not checked for
 * UTF-8. */
struct str header_unfold(struct arena *arena, struct str value);

/* params.c: Content-Type, Content-Disposition, Content-Transfer-Encoding, Content-ID of a part. `fallback` is
 * "text/plain", or "message/rfc822" in a multipart/digest. */
void part_fields_read(struct arena *arena, struct part *part, bool in_digest);

/* params.c: the last component of a path, without what a file system could take amiss. */
struct str filename_clean(struct arena *arena, struct str name);

/* params.c: a copy in lower case, valid UTF-8. */
struct str str_lower(struct arena *arena, struct str s);

#endif
