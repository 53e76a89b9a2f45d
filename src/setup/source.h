/* Where a value of a mail comes from, as service rules write it: "subject", "header:X-Priority",
 * "regex:subject:order ([0-9]+)", "text:constant". The words are listed in service_rule.h; src/rules looks the
 * values up. */
#ifndef SETUP_SOURCE_H
#define SETUP_SOURCE_H

#include "base/str.h"

enum source_kind {
	SOURCE_FROM,
	SOURCE_FROM_NAME,
	SOURCE_FROM_DOMAIN,
	SOURCE_TO,
	SOURCE_CC,
	SOURCE_REPLY_TO,
	SOURCE_SUBJECT,
	SOURCE_DATE,
	SOURCE_MESSAGE_ID,
	SOURCE_THREAD_TOPIC,
	SOURCE_BODY,
	SOURCE_REPLY, /* the body without what it quotes and without signatures */
	SOURCE_ATTACHMENTS,
	SOURCE_SIZE,
	SOURCE_HEADER, /* `argument` is the field's name */
	SOURCE_TEXT,   /* `argument` is the constant */
};

struct source {
	enum source_kind kind;
	struct str argument; /* a view into the text, NUL-terminated only where it is at its end */
	bool has_pattern;
	const char *pattern; /* the rest of the text behind "regex:SOURCE:" */
};

/* NULL, or what is wrong. The pattern isn't compiled. */
const char *source_parse(const char *text, struct source *ret_source) NODISCARD;

/* As above, and the pattern must compile: the check of the record table. The answer lives until the thread's next
 * call. */
const char *source_check(const char *text);

#endif
