/* Delivery reports (RFC 3464, RFC 6533): what became of each recipient, read as sloppily as they are written. */
#ifndef MIME_REPORT_H
#define MIME_REPORT_H

#include "mime/message.h"

struct report_recipient {
	struct str recipient;  /* Final-Recipient, else Original-Recipient: the address without its type */
	struct str original;   /* Original-Recipient; empty where none */
	struct str action;     /* lower case: "failed", "delayed", "delivered", "relayed", "expanded" */
	struct str status;     /* "5.1.1"; empty where none */
	struct str comment;    /* what stands behind the status: "(mailbox disabled)" */
	struct str diagnostic; /* without its type; unfolded */
	struct str remote_mta; /* without its type */
	bool is_hard;          /* failed for good: the status is 5.x.x, but for a full mailbox or the like */
};

struct report {
	struct report_recipient *recipients;
	size_t count;
	struct str reporting_mta; /* without its type; empty where none */
	struct str envelope_id;   /* Original-Envelope-Id: the sender's own name for the mail; empty where none */
	bool found;               /* there was such a part, even one that names nobody */
};

/* All message/delivery-status parts of `m`; empty where it has none. */
struct report message_report(struct arena *arena, const struct message *m);

/* The same from text that holds such fields among other lines: a report whose MIME structure was lost. At most 1 MiB
 * is read. */
struct report report_of_text(struct arena *arena, struct str text);

#endif
