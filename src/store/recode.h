/* Mail without its base64. Attachments travel as lines of base64, which take a third more than the bytes that they
 * stand for and hide from compression what could be compressed. Here whole lines of one length are turned into their
 * bytes, where writing those again gives the same characters; what else there is stays as it is. It is undone to the
 * byte.
 *
 * The result is a row of stretches: a header (text bytes and lines as 32 bits, groups of four characters in a line and
 * bytes of its ending as 8 bits each; the numbers little-endian), the text, the bytes that the lines stood for. */
#ifndef STORE_RECODE_H
#define STORE_RECODE_H

#include "base/buf.h"

/* Appends; false (nothing appended) where there is no such base64, or `out` too small. Linear time; mail below 4 GiB.
 */
bool recode(struct str mail, struct buf *out) NODISCARD;

/* Appends the mail; false where the bytes are damaged or `out` can't take it. */
bool recode_undo(struct str recoded, struct buf *out) NODISCARD;

#endif
