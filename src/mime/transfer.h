/* Content-Transfer-Encoding undone: base64, quoted-printable (RFC 2045 §6), uuencode; tolerant of everything. */
#ifndef MIME_TRANSFER_H
#define MIME_TRANSFER_H

#include "mime/message.h"

/* Appends; false (nothing appended) where it doesn't fit. */
bool transfer_decode(enum transfer_encoding encoding, struct str body, struct buf *out) NODISCARD;

/* What transfer_decode() would append, in bytes. */
size_t transfer_size(enum transfer_encoding encoding, struct str body);

/* The number of bytes base64_run() would give, with message_limits' done_with called as it goes (NULL: not). */
size_t base64_size(struct str body, void (*done_with)(void *ctx, const char *upto), void *ctx);

/* Does the body's first line look like base64? Some gateways declare it and send the text as it is. */
bool is_like_base64(struct str body);

/* Decode into `out`, which has room for body.n bytes; with NULL they only count. Return the number of bytes. */
size_t transfer_run(enum transfer_encoding encoding, struct str body, char *out);
size_t base64_run(struct str body, char *out);
size_t qp_run(struct str body, char *out);
size_t uu_run(struct str body, char *out);

/* The Q encoding of RFC 2047 §4.2; `out` has room for text.n bytes. */
size_t q_word_run(struct str text, char *out);

#endif
