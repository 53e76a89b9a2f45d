/* All routes, and finding one. Built once at start, then only read. */
#ifndef API_ROUTER_H
#define API_ROUTER_H

#include "api/route.h"

struct router;

/* With every route of the program (routes.c). */
struct router *router_new(void) NODISCARD;
void router_free(struct router *router);
DEFINE_CLEANUP(struct router *, router_free)

/* `routes` ends with an API_NONE and must outlive the router. */
void router_add(struct router *router, const struct route *routes);

size_t router_routes(const struct router *router, const struct route *const **ret_routes);

/* Finds the route for a path and fills in parameters (decoded into the arena). E_NOT_FOUND; E_REFUSED where the path
 * knows other methods only (*ret_allow: "GET, PUT"). */
int router_find(const struct router *router, enum api_method method, struct str path, struct arena *arena,
                const struct route **ret_route, struct str ret_parameters[ROUTE_MAX_PARAMETERS], const char **ret_allow,
                struct error *err) NODISCARD;

/* The whole of a request once its body is there: right, CSRF, query, body, handler; a failure becomes a problem. The
 * answer is complete after it. `request->caller`, connections and header_of are set by who calls. */
void route_run(struct request *request, struct answer *answer);

#endif
