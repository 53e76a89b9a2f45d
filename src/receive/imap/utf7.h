/* Folder names on the wire: UTF-8 to modified UTF-7 and back (RFC 3501 §5.1.3). */
#ifndef RECEIVE_IMAP_UTF7_H
#define RECEIVE_IMAP_UTF7_H

#include "base/buf.h"

/* Appends; false where `utf8` isn't valid UTF-8. */
bool utf7_encode(struct buf *out, struct str utf8) NODISCARD;

/* Appends UTF-8; false (out may have grown) where it isn't modified UTF-7. 8-bit bytes, which some servers send, are
 * passed on. */
bool utf7_decode(struct buf *out, struct str utf7) NODISCARD;

#endif
