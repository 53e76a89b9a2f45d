/* What was found of a mail's S/MIME, for programs and for people. */
#ifndef INTAKE_SMIME_TEXT_H
#define INTAKE_SMIME_TEXT_H

#include "intake/smime.h"

#include <jansson.h>

const char *smime_verdict_word(enum smime_verdict verdict); /* "unsigned", "good", "other-address" … */

/* One line: "signed by anna@example.org, vouched for by CN=Example CA; encrypted with AES-256-CBC, opened with key
 * support". */
struct str smime_summary(struct arena *arena, const struct smime_report *report);

/* {"verdict", "summary", "encrypted", "opened", "hides_subject", "layers": […]}, from outside to inside; the caller
 * owns it. */
json_t *smime_json(const struct smime_report *report) NODISCARD;

/* The same as a text in the arena. */
struct str smime_text(struct arena *arena, const struct smime_report *report);

/* Appends the section of a page for people: each structure, its signers, its recipients. */
void smime_page(const struct smime_report *report, struct buf *out);

#endif
