/* What was found of S/MIME, as it stands on a stored message. */
#ifndef CLI_SMIME_LINE_H
#define CLI_SMIME_LINE_H

#include "cli/page.h"
#include "store/messages.h"

#include <jansson.h>

/* The object of intake/smime_text.h, or null; the caller owns it. */
json_t *message_smime(const struct stored_message *message) NODISCARD;

/* Adds "    S/MIME: good: signed by …"; nothing where the mail has none. */
void show_smime(const struct stored_message *message, struct page *page);

#endif
