/* `hauspost inspect`: what the parser understands of a mail, for people and as JSON lines. */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "base/buf.h"
#include "base/error.h"

/* Appends one JSON object and a line end. Its "smime" is null, or what was found of S/MIME (intake/smime_text.h); what
 * that opened is described like any other content. A part's "size" is in decoded bytes; its "sha1" is of the decoded
 * content (text: as UTF-8) without its white space. `file` is shown as its "file". Fails only where `out` is full. */
int inspect_message(struct str raw, const char *file, struct buf *out, struct error *err) NODISCARD;

/* Appends a page: who, subject, date, what it is and why, the tree of parts, the body, attachments, notices. */
int inspect_for_people(struct str raw, const char *file, struct buf *out, struct error *err) NODISCARD;

/* A body without its message, text or HTML: one JSON object with "file", "reply_text", "reply_evidence" and a line end,
 * or a page with the reply and why it ends there. A message (it has a MIME-Version or a Message-ID field) is read as
 * one. */
int inspect_body(struct str bytes, const char *file, bool as_json, struct buf *out, struct error *err) NODISCARD;

#endif
