/* Authentication-Results (RFC 8601): what a mail server found out about a message's sender, and which of these fields
 * may be believed.
 *
 * Anybody can write such a field. One counts only where its authserv-id is that of a server named by the set-up, and of
 * these only the topmost one and those that stand directly with it: a server puts its own above what it was given, and
 * takes out those that claim to be its own (RFC 8601 §5). */
#ifndef MIME_AUTH_RESULTS_H
#define MIME_AUTH_RESULTS_H

#include "mime/message.h"

#define AUTH_RESULTS_MAX 8 /* fields that are taken together */

struct auth_property {
	struct str name;  /* "header.d", "smtp.mailfrom": lower case */
	struct str value; /* without quotes */
};

struct auth_result {
	struct str method;  /* "dkim", "spf", "dmarc": lower case */
	struct str result;  /* "pass", "fail" …: lower case */
	struct str reason;  /* empty where none is given */
	struct str comment; /* what stands in parentheses behind the result; empty where nothing does */
	struct auth_property *properties;
	size_t property_count;
};

struct auth_results {
	struct str authserv_id; /* as written */
	struct auth_result *results;
	size_t count;
};

/* Reads one field's unfolded value. False where it isn't one of the standard (results that can't be read are left out,
 * those before them stay). Everything lives in the arena or in `value`. */
bool auth_results_parse(struct arena *arena, struct str value, struct auth_results *ret);

/* The fields of `m` that may be believed, given the ids of trusted servers; returns their number. */
size_t auth_results_trusted(struct arena *arena, const struct message *m, const char *const *ids, size_t id_count,
                            struct auth_results ret[AUTH_RESULTS_MAX]);

/* The value of a property ("header.d"); empty where there is none. */
struct str auth_result_property(const struct auth_result *result, const char *name);

#endif
