/* See routes.h. */
#include "api/routes.h"

void routes_add_all(struct router *router)
{
	router_add(router, health_routes);
}
