/* The description of the API (OpenAPI 3.1), made of what the program does by: the routes and the record types that they
 * take and answer. What it says is therefore what is done.
 *
 * An operation is a route: its right is "x-right". A type is the schema "Account" as an answer and "AccountInput" as a
 * body (record/record_schema.h). An answer of another media type that has a record, too, is lines of such records
 * ("application/x-ndjson"); a list with one can be had either way. */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "api/router.h"

/* The caller owns it. */
json_t *openapi_document(const struct router *router) NODISCARD;

/* "Account", "AuthenticationProfile": the name of a type's schema, for `kind`. In the arena. */
const char *openapi_name(struct arena *arena, const char *kind);

extern const struct route openapi_routes[];

#endif
