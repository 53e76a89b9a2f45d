/* Amazon SES' notifications (https://docs.aws.amazon.com/ses/, "Contents of notifications"), as SNS mails them: JSON
 * in JSON. For the bounce_*.c files only. */
#ifndef MIME_BOUNCE_JSON_H
#define MIME_BOUNCE_JSON_H

#include "mime/bounce.h"

enum notification_kind { NOTIFICATION_NONE, NOTIFICATION_BOUNCE, NOTIFICATION_COMPLAINT, NOTIFICATION_DELIVERY };

struct notification_recipient {
	struct str address, action, status, diagnostic;
};

struct notification {
	enum notification_kind kind;
	bool is_transient;
	struct notification_recipient *recipients;
	size_t count;
	struct str reporting_mta, message_id, from, to, subject;
};

/* NOTIFICATION_NONE where `text` is something else. */
struct notification notification_read(struct arena *arena, struct str text);

#endif
