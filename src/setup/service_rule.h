/* A service rule (FEATURES RU1, RU4, RU5, RU7): branches tried from the top; the first whose conditions all hold
 * gives the service activity and the mapping; then the responses, of which the first that fits the activity's
 * result is sent. */
#ifndef SETUP_SERVICE_RULE_H
#define SETUP_SERVICE_RULE_H

#include "record/record.h"

enum condition_operator {
	OPERATOR_IS, /* equal, letters' case ignored */
	OPERATOR_CONTAINS,
	OPERATOR_STARTS_WITH,
	OPERATOR_ENDS_WITH,
	OPERATOR_MATCHES, /* PCRE2, with match limits */
	OPERATOR_EXISTS,  /* the value isn't empty */
};                        /* "is", "contains", "starts-with", "ends-with", "matches", "exists" */

struct condition {
	const char *field; /* a source, as in `mapping` below: "subject", "from", "header:X-Priority" … */
	int operator_kind; /* "operator" in records */
	const char *value;
	bool negate; /* "not" in records */
};

enum activity {
	ACTIVITY_CREATE_CASE,
	ACTIVITY_FILE,
	ACTIVITY_DISCARD
}; /* "create-case" (joins an existing case where the mail belongs to one), "file", "discard" */

/* One case field and where its value comes from. Sources: "from", "from-name", "from-domain", "to", "cc",
 * "reply-to", "subject", "date", "message-id", "thread-topic", "body", "reply" (the body without quotes and
 * signatures), "attachments" (names, comma separated), "size", "header:NAME", "regex:SOURCE:PATTERN" (first group, or
 * the whole match), "text:CONSTANT". */
struct mapping {
	const char *target; /* a field of the case type */
	const char *source;
	bool required; /* an empty value is a mapping error */
};

struct branch {
	const char *name;
	struct record_list conditions; /* "when"; of struct condition; empty: always */
	int activity;                  /* enum activity */
	const char *case_type;         /* id; for create-case */
	struct record_list map;        /* of struct mapping */
};

enum response_when {
	WHEN_CREATED,
	WHEN_UPDATED,
	WHEN_MAPPING_ERROR,
	WHEN_SECURITY_ERROR,
	WHEN_SERVICE_ERROR,
	WHEN_DEFAULT,
}; /* "created", "updated", "mapping-error", "security-error", "service-error", "default" */

struct response {
	int when;                /* enum response_when */
	const char *template_id; /* "template" in records; "": nothing is sent, and the search ends */
};

struct service_rule {
	const char *id, *name;
	struct record_list branches;  /* of struct branch */
	struct record_list responses; /* of struct response; first match wins; none: no answer */
};

extern const struct record_type service_rule_type;

#endif
