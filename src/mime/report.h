/* Delivery reports (RFC 3464): what became of each recipient. */
#ifndef MIME_REPORT_H
#define MIME_REPORT_H

#include "mime/message.h"

struct report_recipient {
	struct str recipient;  /* Final-Recipient, else Original-Recipient: the address without its type */
	struct str action;     /* lower case: "failed", "delayed", "delivered", "relayed", "expanded" */
	struct str status;     /* "5.1.1"; empty where none */
	struct str diagnostic; /* without its type; unfolded */
	bool is_hard;          /* failed for good: the status is 5.x.x, but for a full mailbox or the like */
};

struct report {
	struct report_recipient *recipients;
	size_t count;
};

/* All message/delivery-status parts of `m`; empty where it has none. */
struct report message_report(struct arena *arena, const struct message *m);

#endif
