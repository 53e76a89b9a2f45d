/* A change that a request makes: within one transaction of a committer, and waited for. */
#ifndef API_CHANGE_H
#define API_CHANGE_H

#include "api/route.h"

/* `run` may be called again after everything it wrote was undone: what it leaves in `ctx` is of its last call. */
int request_change(struct request *request,
                   int (*run)(const struct request *request, struct db *db, void *ctx, struct error *err), void *ctx,
                   struct error *err) NODISCARD;

/* Writes into the audit trail who asked, from where and with which program. `author` "": the caller. */
int request_audit(const struct request *request, struct db *db, const char *author, const char *action,
                  const char *object, const char *detail, struct error *err) NODISCARD;

#endif
