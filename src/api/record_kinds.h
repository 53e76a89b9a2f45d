/* The kinds of the set-up as resources: where they are, who may see and change them, and whose they are. */
#ifndef API_RECORD_KINDS_H
#define API_RECORD_KINDS_H

#include "api/route.h"
#include "setup/setup.h"

struct record_kind {
	const struct record_type *type;
	const struct route_query
	        *queries;   /* of the list: q, sort, and what a field of the record may be compared with */
	enum right read;    /* RIGHT_SIGNED: also_read says more */
	uint64_t also_read; /* bits of rights, one of which suffices; 0: `read` alone */
	enum right manage;
};

/* One for each of setup_types; made at the first call, not by several threads at once. Returns their number. */
size_t record_kinds(const struct record_kind **ret_kinds);

/* A list's filters and sort, those of the queries above. */
bool record_fits(const struct record_kind *kind, const struct request *request, const void *record);

/* The account that a record is part of (an account itself, a listener's): whose right is asked besides the kind's. NULL
 * where it is nobody's in particular. */
const char *record_account(const struct record_type *type, const void *record);

/* E_NOT_FOUND where it isn't the caller's to know of. */
int record_check_read(const struct request *request, const struct record_kind *kind, const void *record,
                      struct error *err) NODISCARD;
bool record_may_read(const struct request *request, const struct record_type *type, const void *record);

/* For struct edit's `may`; ctx is the request. What accounts use together (keystores, authentication profiles) is
 * changed by those who may change each of these accounts. */
int record_check_change(void *ctx, const struct setup *setup, const struct record_type *type, const void *before,
                        const void *after, struct error *err) NODISCARD;

/* What lets an operator in is changed by those alone who may do as much: else it would be a way to become him. */
int record_check_operator(const struct request *request, const struct operator_record *op, struct error *err) NODISCARD;

#endif
