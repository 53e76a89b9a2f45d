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

/* Keystores and authentication profiles: what accounts use together. */
bool record_is_shared(const struct record_type *type);

/* Such a one that is used, and by accounts alone that the caller may not read. */
bool record_is_others(const struct request *request, const struct setup *setup, const struct record_type *type,
                      const char *id);

/* Whether the caller may read the record that a place of the set-up is in ("accounts/support/send/profile"). */
bool record_may_see_place(const struct request *request, struct str place);

/* The same of a part that runs: a "listener", a "sender" (by its account), or what belongs to no account. What is gone
 * is shown to those alone who may see everything: nobody can say any more whose it was. */
bool record_may_see_part(const struct request *request, const char *kind, const char *id);

/* Whether the caller may change each account that uses it. One that none uses yet is for who wrote it, and for who may
 * make accounts. E_REFUSED. */
int record_check_users(const struct request *request, const struct setup *setup, const struct record_type *type,
                       const char *id, struct error *err) NODISCARD;

/* Whether `after` may refer to what `before` (may be NULL) didn't, and take what both refer to to another server or
 * mailbox: what another account uses is not to be borrowed. E_REFUSED names the path. */
int record_check_references(const struct request *request, const struct setup *setup, const struct record_type *type,
                            const void *before, const void *after, struct error *err) NODISCARD;

/* For struct edit's `may`; ctx is the request. What accounts use together (keystores, authentication profiles) is
 * changed by those who may change each of these accounts. */
int record_check_change(void *ctx, const struct setup *setup, const struct record_type *type, const void *before,
                        const void *after, struct error *err) NODISCARD;

/* E_INVALID for a document (of kinds, of records by id) with a sealed secret: who has one could send it to a server of
 * theirs. That is for who has the key file, and 'hauspost apply'. */
int record_check_unsealed(struct arena *arena, const json_t *document, struct error *err) NODISCARD;
int record_check_one_unsealed(struct arena *arena, const struct record_type *type, const char *id, const json_t *json,
                              struct error *err) NODISCARD;

/* What lets an operator in is changed by those alone who may do as much: else it would be a way to become him. */
int record_check_operator(const struct request *request, const struct operator_record *op, struct error *err) NODISCARD;

#endif
