/* Is this mail written by a person? RFC 3834 and what the field's products check. */
#ifndef MIME_CLASSIFY_H
#define MIME_CLASSIFY_H

#include "mime/bounce.h"
#include "mime/message.h"

enum auto_kind {
	AUTO_NONE, /* a person, as far as anybody can tell */
	AUTO_REPLY,
	AUTO_OUT_OF_OFFICE,
	AUTO_DELIVERY_REPORT, /* bounce or delay, RFC 3464 or a vendor's form */
	AUTO_READ_RECEIPT,    /* RFC 8098 */
	AUTO_COMPLAINT,       /* RFC 5965 */
	AUTO_LIST,            /* a mailing list */
	AUTO_NEWSLETTER,
	AUTO_GENERATED, /* any other machine */
	AUTO_LOOP,      /* it went round, or through a program that marks what it saw */
	AUTO_OWN,       /* ours, come back: message_classify() can't know, the intake does */
};

#define CLASSIFY_MAX_SIGNS 8

struct classification {
	enum auto_kind kind;
	bool answer_allowed;                  /* may an automatic answer go out to it? */
	struct str evidence;                  /* "Auto-Submitted: auto-replied"; empty for AUTO_NONE */
	struct str signs[CLASSIFY_MAX_SIGNS]; /* all that told, the evidence first */
	size_t sign_count;
};

struct classification message_classify(struct arena *arena, const struct message *m);

/* The same for who knows what message_bounces() found already. */
struct classification message_classify_with(struct arena *arena, const struct message *m,
                                            const struct bounces *bounces);

const char *auto_kind_word(enum auto_kind kind); /* "none", "auto-reply", "out-of-office", "delivery-report" … */

#endif
