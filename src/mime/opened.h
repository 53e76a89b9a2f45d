/* A message of which parts were opened (decrypted, or taken out of their signature) by somebody who can: what it shows
 * then. This folder knows nothing of keys; see src/intake/smime.h. */
#ifndef MIME_OPENED_H
#define MIME_OPENED_H

#include "mime/message.h"

struct opened {
	struct part *part;      /* of the message, or of the `inside` of an earlier entry */
	struct message *inside; /* message_parse() of what it held; NULL: nothing, it only is no file for people (a
	                           signature) */
	bool is_whole;          /* it was all there was: what is inside is what the message says */
};

/* A copy of `m`, whose tree stays as it was received, with other bodies and attachments. What stood alone takes the
 * place of the body; its subject counts where the outer one only hides it ("...", RFC 9788). What stood among other
 * parts is never mixed with them: it becomes an attachment of its own, a message/rfc822. The opened trees hang below
 * their part (part_number() goes on counting there). `m` and what is inside must outlive the copy. */
const struct message *message_opened(struct arena *arena, const struct message *m, const struct opened *opened,
                                     size_t count) NODISCARD;

#endif
