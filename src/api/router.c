/* See router.h. Routes stand in an array, the most literal first, so that the first that fits is the right one: a few
 * hundred of them are compared faster than a request is read. */
#include "api/router.h"

#include "api/routes.h"
#include "api/target.h"
#include "base/mem.h"

#define MAX_SEGMENTS 12

struct entry {
	struct str segments[MAX_SEGMENTS]; /* of the path; "{name}" for a parameter */
	size_t count;
	uint32_t literal; /* bit 31 for the first segment, and so on: larger is more literal */
};

struct router {
	const struct route **routes; /* as `entries` */
	struct entry *entries;
	size_t count, size;
};

struct router *router_new(void)
{
	struct router *router = mem_new(1, sizeof *router);

	routes_add_all(router);
	return router;
}

void router_free(struct router *router)
{
	if (!router)
		return;
	free(router->routes);
	free(router->entries);
	free(router);
}

/* ---------------------------------------------------------------- building */

static bool is_parameter(struct str segment)
{
	return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

/* Into its segments, at most `max`; -1 where there are more or it doesn't begin with a slash. */
static int split_path(struct str path, struct str *segments, size_t max)
{
	struct str rest = str_slice(path, 1, path.n), piece;
	size_t n = 0;

	if (path.n == 0 || path.p[0] != '/')
		return -1;
	if (rest.n == 0)
		return 0;
	while (str_split(&rest, '/', &piece)) {
		if (n == max)
			return -1;
		segments[n++] = piece;
	}
	if (path.p[path.n - 1] == '/') /* "…/" has an empty segment at its end */
		return -1;
	return (int)n;
}

static struct entry make_entry(const struct route *route)
{
	struct entry entry = {.literal = 0};
	int n = split_path(str_of(route->path), entry.segments, MAX_SEGMENTS), parameters = 0;

	must(n >= 0 && route->handle);
	entry.count = (size_t)n;
	for (size_t i = 0; i < entry.count; i++) {
		if (is_parameter(entry.segments[i]))
			parameters++;
		else
			entry.literal |= UINT32_C(1) << (31 - i);
	}
	must(parameters <= ROUTE_MAX_PARAMETERS);
	return entry;
}

static bool is_same_path(const struct entry *a, const struct entry *b)
{
	if (a->count != b->count || a->literal != b->literal)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!is_parameter(a->segments[i]) && !str_eq(a->segments[i], b->segments[i]))
			return false;
	return true;
}

static void add_one(struct router *router, const struct route *route)
{
	struct entry entry = make_entry(route);
	size_t at = router->count;

	if (router->count == router->size) {
		router->size = router->size ? router->size * 2 : 64;
		router->routes = mem_resize(router->routes, router->size, sizeof *router->routes);
		router->entries = mem_resize(router->entries, router->size, sizeof *router->entries);
	}
	for (size_t i = 0; i < router->count; i++) /* the same method and path twice is a mistake of ours */
		must(router->routes[i]->method != route->method || !is_same_path(&router->entries[i], &entry));
	for (; at > 0 && router->entries[at - 1].literal < entry.literal; at--) {
		router->routes[at] = router->routes[at - 1];
		router->entries[at] = router->entries[at - 1];
	}
	router->routes[at] = route;
	router->entries[at] = entry;
	router->count++;
}

void router_add(struct router *router, const struct route *routes)
{
	for (; routes->method != API_NONE; routes++)
		add_one(router, routes);
}

size_t router_routes(const struct router *router, const struct route *const **ret_routes)
{
	*ret_routes = router->routes;
	return router->count;
}

/* ---------------------------------------------------------------- finding */

static bool fits(const struct entry *entry, const struct str *segments, size_t count)
{
	if (entry->count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (is_parameter(entry->segments[i]) ? segments[i].n == 0 : !str_eq(entry->segments[i], segments[i]))
			return false;
	}
	return true;
}

/* "GET, HEAD, PUT, OPTIONS" of a bit for each method. */
static const char *allowed(unsigned methods, struct arena *arena)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(80);

	for (int method = API_GET; method <= API_DELETE; method++)
		if (methods & 1U << method)
			buf_printf(&text, "%s, ", api_method_name((enum api_method)method));
	if (methods & 1U << API_GET)
		buf_add(&text, STR("HEAD, "));
	buf_add(&text, STR("OPTIONS"));
	return arena_cstr(arena, buf_str(&text));
}

/* False where a parameter isn't text, percent-encoded rightly. */
static bool decode_parameters(const struct entry *entry, const struct str *segments, struct arena *arena,
                              struct str ret_parameters[ROUTE_MAX_PARAMETERS])
{
	size_t n = 0;

	for (size_t i = 0; i < entry->count; i++)
		if (is_parameter(entry->segments[i]) && !target_decode(segments[i], false, arena, &ret_parameters[n++]))
			return false;
	return true;
}

static int no_such_path(struct error *err)
{
	return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is nothing at this path");
}

int router_find(const struct router *router, enum api_method method, struct str path, struct arena *arena,
                const struct route **ret_route, struct str ret_parameters[ROUTE_MAX_PARAMETERS], const char **ret_allow,
                struct error *err)
{
	struct str segments[MAX_SEGMENTS];
	int count = split_path(path, segments, MAX_SEGMENTS);
	unsigned methods = 0;

	for (size_t i = 0; count >= 0 && i < router->count; i++) {
		if (!fits(&router->entries[i], segments, (size_t)count))
			continue;
		methods |= 1U << router->routes[i]->method;
		if (router->routes[i]->method != method)
			continue;
		if (!decode_parameters(&router->entries[i], segments, arena, ret_parameters))
			return no_such_path(err);
		*ret_route = router->routes[i];
		return 0;
	}
	if (!methods)
		return no_such_path(err);
	*ret_allow = allowed(methods, arena);
	return fail(err, E_REFUSED, RETRY_NEVER, "this path takes %s only", *ret_allow);
}
