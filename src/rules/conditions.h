/* Does a condition hold? */
#ifndef RULES_CONDITIONS_H
#define RULES_CONDITIONS_H

#include "rules/sources.h"
#include "setup/service_rule.h"

/* A text without differences of case (Unicode full folding), for comparing byte by byte. */
struct str fold_case(struct arena *arena, struct str text);

/* A condition holds where any of its source's values fits (with `not`: where none does). One that gives up never
 * holds, either way. `*ret_trace` is one line: "subject contains \"order\": yes, it is \"My order\"". */
bool condition_holds(struct source_reader *reader, const struct condition *condition, struct str *ret_trace);

/* A value for a trace or an error: in quotes, on one line, cut. */
struct str quote_value(struct arena *arena, struct str value);

#endif
