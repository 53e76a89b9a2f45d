/* Set-up records over REST: /api/v1/accounts, /api/v1/accounts/{id}, its history … for every kind of setup_types. */
#ifndef API_RECORD_ROUTES_H
#define API_RECORD_ROUTES_H

#include "api/record_kinds.h"

/* Of all kinds; made at the first call, not by several threads at once. Ends with an API_NONE. */
const struct route *record_routes(void);

/* The kind of a route of these, and the record's id in its path. */
const struct record_kind *record_kind_of(const struct request *request);
const char *record_id_of(const struct request *request);

/* The stored record by its newest version: a secret that can't be opened is no hindrance. E_NOT_FOUND. record_done() is
 * the caller's. */
int record_newest(struct request *request, const struct record_kind *kind, const char *id, void **ret_record,
                  int64_t *ret_revision, struct error *err) NODISCARD;

/* As that, for who may see it. */
int record_stored(struct request *request, const struct record_kind *kind, const char *id, void **ret_record,
                  int64_t *ret_revision, struct error *err) NODISCARD;

/* The handlers: record_routes.c reads, record_change.c changes, record_history.c tells what was. */
int list_records(struct request *request, struct answer *answer, struct error *err) NODISCARD;
int get_record(struct request *request, struct answer *answer, struct error *err) NODISCARD;
int create_record(struct request *request, struct answer *answer, struct error *err) NODISCARD;
int replace_record(struct request *request, struct answer *answer, struct error *err) NODISCARD;
int delete_record(struct request *request, struct answer *answer, struct error *err) NODISCARD;
int list_versions(struct request *request, struct answer *answer, struct error *err) NODISCARD;

extern const struct record_type version_type; /* record_history.c */

#endif
