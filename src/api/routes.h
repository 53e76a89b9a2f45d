/* The groups of routes, one file each. */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "api/router.h"

extern const struct route audit_routes[], event_routes[], metrics_routes[];

void routes_add_all(struct router *router);

#endif
