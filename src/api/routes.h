/* The groups of routes, one file each. */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "api/router.h"

extern const struct route audit_routes[], event_routes[], health_routes[], metrics_routes[];
extern const struct route account_test_routes[], status_routes[], setup_routes[], consent_routes[], rules_try_routes[];

extern const struct route session_routes[], session_own_routes[], session_link_routes[], token_routes[],
        operator_routes[], oidc_routes[];

void routes_add_all(struct router *router);

#endif
