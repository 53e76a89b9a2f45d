/* Providers as accounts may name them, and their logos. */
#ifndef API_PROVIDER_ROUTES_H
#define API_PROVIDER_ROUTES_H

#include "api/route.h"

/* As record_routes(): made at the first call, not by several threads at once. */
const struct route *provider_routes(void);

#endif
