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

/* A request in two steps; in both a failure becomes a problem, and the answer is complete. What the server gives
 * (connections, target, header_of) is set before by who calls.
 *
 * Before its body is read: who calls (sign_in.h), right, CSRF, If-Match, media type of the body, query. False:
 * answered.
 */
bool route_admit(struct request *request, struct answer *answer) NODISCARD;

/* Once the body is there: JSON, the handler, If-None-Match. */
void route_handle(struct request *request, struct answer *answer);

/* Answers with the failure as a problem; what is ours to know goes to the log instead. */
void route_fail(const struct request *request, struct answer *answer, struct error *err);

/* Both, for who has the body already. */
void route_run(struct request *request, struct answer *answer);

#endif
