/* What a JSON text may cost before it is parsed: a byte of it can become a hundred bytes of memory. */
#ifndef API_JSON_BOUND_H
#define API_JSON_BOUND_H

#include "base/error.h"
#include "base/str.h"

#include <jansson.h>

#define JSON_MAX_DEPTH  64
#define JSON_MAX_VALUES 100000

/* One value; no key twice, no NUL. E_INVALID with line and column; the caller owns *ret_json. */
int json_parse_bounded(struct str text, json_t **ret_json, struct error *err) NODISCARD;

#endif
