/* The groups of routes, one file each. */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "api/router.h"

extern const struct route account_test_routes[], alert_routes[], audit_routes[], case_routes[], consent_routes[],
        desk_routes[], event_routes[], expiring_routes[], health_routes[], ledger_routes[], letter_routes[],
        mailbox_routes[], message_routes[], metrics_routes[], oidc_routes[], operator_routes[], outbox_routes[],
        rules_try_routes[], search_routes[], session_link_routes[], session_own_routes[], session_routes[],
        setup_routes[], statistics_routes[], status_routes[], token_routes[], trace_routes[], webhook_routes[];

void routes_add_all(struct router *router);

#endif
