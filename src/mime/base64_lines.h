/* Base64 as a body's transfer encoding (RFC 2045 §6.8): 76 columns, CRLF. */
#ifndef MIME_BASE64_LINES_H
#define MIME_BASE64_LINES_H

#include "base/buf.h"

void base64_lines_encode(struct buf *out, struct str bytes);

#endif
