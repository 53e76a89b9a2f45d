/* `hauspost inspect`: what is understood of a mail, for people and as JSON lines. */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "base/error.h"
#include "cli/page.h"
#include "intake/smime_text.h"
#include "mime/bounce.h"
#include "mime/classify.h"
#include "mime/reply.h"
#include "mime/sanitise.h"

#include <jansson.h>

/* A mail with all that is found out about it; in the arena it was read into. */
struct inspected {
	struct arena *arena;
	const char *file;
	struct str raw;
	const struct message *received;
	const struct smime_report *smime; /* NULL: the mail has none */
	const struct message *message;    /* as received, or what S/MIME opened */
	struct classification kind;
	struct reply reply;
	struct bounces bounces;
	struct sanitised html; /* safe to show; empty where the mail has no HTML */
	bool is_full;          /* for the page: quotes aren't folded */
	/* Of a stored mail; else NULL and empty. */
	const char *case_number; /* "" without a case */
	struct str why;          /* the findings that led to the case, one a line */
};

struct inspected inspect_read(struct arena *arena, struct str raw, const char *file);

/* Appends one JSON object and a line end. Its "smime" is null, or what was found of S/MIME (intake/smime_text.h); what
 * that opened is described like any other content. A part's "size" is in decoded bytes; its "sha1" is of the decoded
 * content (text: as UTF-8) without its white space. Fails only where `out` is full. */
int inspect_json(const struct inspected *mail, struct buf *out, struct error *err) NODISCARD;

/* Appends a page: who, to whom, subject and date; what the mail is and why; the bounce it reports; its text; where the
 * reply was cut; attachments; HTML; the tree of parts; notices. Fails only where page->out is full. */
int inspect_page(const struct inspected *mail, struct page *page, struct error *err) NODISCARD;

/* A body without its message, text or HTML: one JSON object with "file", "reply_text", "reply_evidence" and a line end,
 * or a page with the reply and why it ends there. A message (it has a MIME-Version or a Message-ID field) is read as
 * one. */
int inspect_body_json(struct str bytes, const char *file, struct buf *out, struct error *err) NODISCARD;
int inspect_body_page(struct str bytes, const char *file, struct page *page, struct error *err) NODISCARD;

/* For the files of inspect. inspect_dump() appends `object`, which it takes, and a line end. */
int inspect_dump(json_t *object, const char *file, struct buf *out, struct error *err) NODISCARD;
void inspect_add_reply(json_t *object, const struct reply *reply);

/* Parts of a page: the name of the file and its size; a text with its quotes folded or dimmed; where the reply was cut;
 * E_LIMIT where the page was longer than its buffer. */
void inspect_show_file(struct page *page, const char *file, size_t bytes);
void inspect_show_text(struct page *page, struct arena *arena, const struct reply *reply, bool is_full);
void inspect_show_cut(struct page *page, const struct reply *reply);
int inspect_page_end(struct page *page, const char *file, struct error *err) NODISCARD;

#endif
