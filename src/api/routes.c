/* See routes.h. */
#include "api/routes.h"

#include "api/openapi.h"
#include "api/provider_routes.h"
#include "api/record_routes.h"

void routes_add_all(struct router *router)
{
	router_add(router, health_routes);
	router_add(router, record_routes());
	router_add(router, audit_routes);
	router_add(router, openapi_routes);
	router_add(router, event_routes);
	router_add(router, metrics_routes);
	router_add(router, webhook_routes);
	router_add(router, statistics_routes);
	router_add(router, session_routes);
	router_add(router, session_own_routes);
	router_add(router, session_link_routes);
	router_add(router, token_routes);
	router_add(router, operator_routes);
	router_add(router, oidc_routes);
	router_add(router, mailbox_routes);
	router_add(router, account_test_routes);
	router_add(router, status_routes);
	router_add(router, setup_routes);
	router_add(router, provider_routes());
	router_add(router, consent_routes);
	router_add(router, rules_try_routes);
	router_add(router, case_routes);
	router_add(router, letter_routes);
	router_add(router, message_routes);
	router_add(router, outbox_routes);
	router_add(router, ledger_routes);
	router_add(router, search_routes);
	router_add(router, trace_routes);
	router_add(router, desk_routes);
	router_add(router, expiring_routes);
	router_add(router, alert_routes);
}
