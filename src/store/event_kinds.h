/* Every kind of event there is, and what its data holds: what docs/events.md and the API's schemas are made of. A kind
 * that is missing here is an event nobody can rely on. */
#ifndef STORE_EVENT_KINDS_H
#define STORE_EVENT_KINDS_H

#include "base/base.h"

#include <jansson.h>

struct event_field {
	const char *name;
	const char *type; /* JSON Schema's: "string", "integer", "boolean", "array" */
	const char *help;
};

struct event_kind {
	const char *name;    /* "case.created" */
	const char *help;    /* when it happens */
	const char *subject; /* what it is about: "case", "message" (by id), else the name of the field of its data
	                      * that names it; NULL: nothing */
	const struct event_field *data; /* beside what all have; ends with a name of NULL */
};

extern const struct event_kind event_kinds[];   /* ends with a name of NULL */
extern const struct event_field event_common[]; /* data that every event may have */

/* NULL where there is none. */
const struct event_kind *event_kind_find(const char *name);

/* Does a filter of a webhook or a stream name this kind? "case.created", "case.*", "*". */
bool event_kind_fits(const char *filter, const char *kind);

/* NULL, or what is wrong with a filter ("is not a kind of event (did you mean case.created? …)"). The answer lives
 * until the thread's next call. */
const char *event_filter_check(const char *filter);

/* JSON Schema of the data; the caller owns it. */
json_t *event_kind_schema(const struct event_kind *kind) NODISCARD;

#endif
