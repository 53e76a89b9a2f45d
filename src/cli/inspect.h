/* `hauspost inspect`: what the parser understands of a mail, for people and as JSON lines. */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "base/buf.h"
#include "base/error.h"

/* Appends one JSON object and a line end. A part's "size" is in decoded bytes; its "sha1" is of the decoded content
 * (text: as UTF-8) without its white space. `file` is shown as its "file". Fails only where `out` is full. */
int inspect_message(struct str raw, const char *file, struct buf *out, struct error *err) NODISCARD;

/* Appends a page: who, subject, date, what it is and why, the tree of parts, the body, attachments, notices. */
int inspect_for_people(struct str raw, const char *file, struct buf *out, struct error *err) NODISCARD;

#endif
