/* A record type as JSON Schema 2020-12, the dialect of OpenAPI 3.1: what a form, a client or a checker of answers knows
 * of it. Labels are titles, help is the description,
 * examples are examples. Keywords of ours: "x-refers-to" (the kind of record whose id this
 * is), "x-multiline", "x-secret". */
#ifndef RECORD_SCHEMA_H
#define RECORD_SCHEMA_H

#include "record/record.h"

enum schema_form {
	SCHEMA_INPUT,  /* what record_read() takes: limits, defaults, what is required, secrets write-only */
	SCHEMA_OUTPUT, /* what record_write() makes of it, whole and with secrets masked: every field is there */
};

/* Self-contained (no $ref). The caller owns it. */
json_t *record_schema(const struct record_type *type, enum schema_form form) NODISCARD;

#endif
