/* The text of a stored mail, for pages: which part of it is new, and the rest folded. */
#ifndef CLI_MAIL_TEXT_H
#define CLI_MAIL_TEXT_H

#include "cli/page.h"
#include "mime/reply.h"
#include "store/messages.h"

/* From the mail as it came, as long as that is of a bearable size; else from the stored text. */
int mail_reply(struct db *db, const struct stored_message *message, struct arena *arena, struct reply *ret_reply,
               struct error *err) NODISCARD;

/* The text; what it quotes and signatures as "[… 14 quoted lines]", or with `is_full` dimmed. */
void mail_show_text(struct page *page, struct arena *arena, const struct reply *reply, int indent, bool is_full);

#endif
