/* Runs a service rule over a message: which branch, which values, with a trace of why. Pure: nothing is stored or
 * sent. */
#ifndef RULES_RULE_H
#define RULES_RULE_H

#include "base/arena.h"
#include "base/error.h"
#include "mime/message.h"
#include "setup/case_type.h"
#include "setup/service_rule.h"

struct field_value {
	const char *target;
	struct str value;
	const char *source;
};

struct rule_result {
	const struct branch *branch; /* NULL: no branch's conditions held; the mail is filed */
	struct field_value *values;
	size_t value_count;
	struct str mapping_error; /* empty: none; else one line: "field amount: \"abc\" is not a number" */
	struct str *trace;        /* one line per condition looked at and value found */
	size_t trace_count;
};

/* The branch for this message, and its values checked against the case type. `case_types` finds a case type by id
 * (NULL where unknown: a mapping error). */
struct rule_result rule_run(struct arena *arena, const struct service_rule *rule, const struct message *message,
                            const struct case_type *(*case_types)(void *ctx, const char *id), void *ctx);

/* A source's value, "" where it has none. */
struct str rule_source(struct arena *arena, const struct message *message, const char *source);

/* Is the source written correctly ("header:" needs a name, "regex:" must compile)? NULL, or what is wrong; for the
 * record table. */
const char *rule_source_check(const char *source);

#endif
