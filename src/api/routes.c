/* See routes.h. */
#include "api/routes.h"

void routes_add_all(struct router *router)
{
	router_add(router, event_routes);
	router_add(router, metrics_routes);
}
