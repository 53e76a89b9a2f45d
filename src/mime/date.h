/* Date fields (RFC 5322 §3.3 and §4.3, RFC 850, asctime), tolerant. */
#ifndef MIME_DATE_H
#define MIME_DATE_H

#include "base/str.h"

/* Unix ms; 0 where there is no date in it. */
int64_t date_parse(struct str text);

/* When a server took the mail: of a Received field's value (RFC 5321 §4.4), the date behind its last semicolon. Unix
 * ms; 0 where there is none. */
int64_t date_of_received(struct str value);

#endif
