/* The writing side of RFC 2045, 2047 and 2231: header fields folded at 76 columns, encoded words, parameters, bodies.
 */
#ifndef MIME_ENCODE_H
#define MIME_ENCODE_H

#include "base/buf.h"
#include "mime/base64_lines.h"

/* One header field under construction: pieces are put on lines of at most 76 columns where their length allows. */
struct field {
	struct buf *out;
	size_t column;
	bool has_piece;
};

void field_start(struct field *field, struct buf *out, struct str name);

/* A piece that must not be broken, behind a blank or a fold. */
void field_piece(struct field *field, struct str piece);

/* Right behind the last piece ("," or ";"), never folded. */
void field_glue(struct field *field, struct str text);
void field_end(struct field *field);

/* Text as RFC 5322 unstructured: words as they are, or encoded words where it holds anything else. */
void field_text(struct field *field, struct str text);

/* A display name: atoms, a quoted string, or encoded words. */
void field_phrase(struct field *field, struct str name);

/* name="value", or RFC 2231's name*0*=… where it isn't plain ASCII or too long for a line. */
void field_param(struct field *field, const char *name, struct str value);

void quoted_printable_encode(struct buf *out, struct str text);

#endif
