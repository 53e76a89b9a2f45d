/* RFC 4648 §4 base64 for protocols and tokens: strict. (Mail bodies have a tolerant decoder of their own in mime.) */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "buf.h"

/* Appends, padded, without line breaks. */
void base64_encode(struct buf *out, struct str bytes);

/* Appends the decoded bytes; false (out unchanged in length) on anything but padded canonical base64. */
bool base64_decode(struct buf *out, struct str text) NODISCARD;

#endif
