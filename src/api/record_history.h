/* Versions of records as they are told: who changed what and when, field by field, never a secret. */
#ifndef API_RECORD_HISTORY_H
#define API_RECORD_HISTORY_H

#include "api/record_routes.h"
#include "store/records.h"

enum version_action { VERSION_CREATED, VERSION_CHANGED, VERSION_DELETED };

extern const char *const version_actions[]; /* "created" … */

/* A version beside the one before it. */
struct version {
	const char *kind, *id, *author;
	int64_t revision, at;
	int action;               /* enum version_action */
	struct text_list changes; /* "send/port: 25 -> 587"; secrets as "(changed)" */
};

/* In the request's arena. *ret_is_visible: the caller may know of it. */
int version_describe(struct request *request, const struct record_type *type, const struct stored_record *stored,
                     struct version *ret_version, bool *ret_is_visible, struct error *err) NODISCARD;

#endif
