/* What a person changes about a case. */
#ifndef CASES_CASE_CHANGE_H
#define CASES_CASE_CHANGE_H

#include "setup/setup.h"
#include "store/cases.h"
#include "store/store.h"

/* Sets a status of the case's type, with an event. `if_updated_at`: the case must not have changed since (Unix ms;
 * negative: whatever it is now), else E_CONFLICT. E_INVALID names the statuses that there are. *c becomes as it is
 * then. */
int case_change_status(struct store *store, const struct setup *setup, struct stored_case *c, const char *status,
                       int64_t if_updated_at, const char *author, struct error *err) NODISCARD;

#endif
