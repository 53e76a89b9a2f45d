/* What a request asks for, "/api/v1/cases?status=open&limit=20": its path and the values of its query (RFC 3986; a '+'
 * in the query is a space, as forms send it). */
#ifndef API_TARGET_H
#define API_TARGET_H

#include "base/arena.h"
#include "base/error.h"

#define TARGET_MAX_VALUES 40

struct query_value {
	const char *name, *value; /* decoded UTF-8 without NUL */
};

struct target {
	struct str path; /* as sent */
	const struct query_value *values;
	size_t count;
};

/* Decodes %XX; false where that is not UTF-8 or has a NUL, or a '%' without two digits. The copy ends with a NUL. */
bool target_decode(struct str text, bool plus_is_space, struct arena *arena, struct str *ret) NODISCARD;

/* E_INVALID names the parameter; a name twice, more than TARGET_MAX_VALUES, and control characters in a name are
 * refused. Everything lives in the arena. */
int target_parse(struct str text, struct arena *arena, struct target *ret_target, struct error *err) NODISCARD;

/* A time of RFC 3339, or a day ("2026-11-21": its begin in UTC). A '+' that came as a space is one again. */
bool target_time(const char *value, int64_t *ret_ms) NODISCARD;

/* NULL where there is no such value. */
const char *target_value(const struct target *target, const char *name);

#endif
