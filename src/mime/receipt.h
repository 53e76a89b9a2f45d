/* Receipts (RFC 8098, message disposition notifications): what became of a mail behind its delivery, as the reader's
 * program tells. */
#ifndef MIME_RECEIPT_H
#define MIME_RECEIPT_H

#include "mime/message.h"

struct receipt {
	bool found;
	bool is_displayed;      /* the reader's program showed it (or did more with it) */
	struct str disposition; /* lower case: "displayed", "deleted", "dispatched", "processed"; may be empty */
	struct str recipient;   /* Original-Recipient, else Final-Recipient, without type; empty where none */
	struct str original_message_id; /* without <>; empty where none */
};

/* The first message/disposition-notification part of `m`. */
struct receipt message_receipt(struct arena *arena, const struct message *m);

#endif
