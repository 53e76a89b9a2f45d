/* What every route must say of itself, and the description that is made of it. */
#include "api/openapi.h"

#include "base/map.h"

#include <stdio.h>

#include "base/test.h"

static const json_t *get(const json_t *json, const char *path)
{
	struct str rest = str_of(path), piece;
	char name[128];

	while (json && str_split(&rest, '>', &piece)) {
		snprintf(name, sizeof name, STR_FMT, STR_ARG(piece));
		json = json_is_array(json) ? json_array_get(json, (size_t)(name[0] - '0'))
		                           : json_object_get(json, name);
	}
	return json;
}

static const char *text(const json_t *json, const char *path)
{
	const char *value = json_string_value(get(json, path));

	if (!value)
		FAIL_CASE("no text at %s\n", path);
	return value ? value : "";
}

static void every_route_says_what_it_does(void **state UNUSED)
{
	struct router *router CLEANUP(router_freep) = router_new();
	struct map *ids CLEANUP(map_freep) = map_new();
	const struct route *const *routes;
	size_t n = router_routes(router, &routes);

	assert_true(n > 60);
	for (size_t i = 0; i < n; i++) {
		const struct route *r = routes[i];

		if (!str_starts(str_of(r->path), STR("/api/")))
			continue;
		if (!r->id || !r->summary || !r->tag || r->right >= RIGHT_COUNT)
			FAIL_CASE("%s %s lacks id, summary, tag or right\n", api_method_name(r->method), r->path);
		if (map_set(ids, str_of(r->id), (void *)(uintptr_t)r))
			FAIL_CASE("%s is the id of two routes\n", r->id);
		if (r->method == API_GET && (r->body || r->body_type))
			FAIL_CASE("%s: a GET has no body\n", r->id);
		if (r->is_list && !r->answer)
			FAIL_CASE("%s: a list of what?\n", r->id);
	}
}

static void the_description_is_made_of_routes_and_types(void **state UNUSED)
{
	struct router *router CLEANUP(router_freep) = router_new();
	json_t *d CLEANUP(json_decrefp) = openapi_document(router);

	assert_non_null(d);
	assert_string_equal(text(d, "openapi"), "3.1.0");
	assert_string_equal(text(d, "paths>/api/v1/accounts>get>operationId"), "listAccounts");
	assert_string_equal(text(d, "paths>/api/v1/accounts>get>x-right"), "accounts.read");
	assert_string_equal(text(d, "paths>/api/v1/accounts>get>tags>0"), "Accounts");
	assert_string_equal(text(d, "paths>/api/v1/accounts>get>responses>200>content>application/"
	                            "json>schema>properties>items>items>$ref"),
	                    "#/components/schemas/Account");
	assert_string_equal(text(d, "paths>/api/v1/accounts/{id}>put>requestBody>content>application/json>schema>$ref"),
	                    "#/components/schemas/AccountInput");
	assert_string_equal(text(d, "paths>/api/v1/accounts/{id}>put>parameters>1>name"), "If-Match");
	assert_string_equal(text(d, "paths>/api/v1/accounts/{id}>put>responses>200>headers>ETag>schema>type"),
	                    "string");
	assert_string_equal(text(d, "paths>/api/v1/accounts>post>responses>201>headers>Location>schema>type"),
	                    "string");
	assert_string_equal(text(d, "paths>/api/v1/accounts/{id}>put>responses>412>$ref"),
	                    "#/components/responses/Changed");
	assert_null(get(d, "paths>/api/v1/accounts>get>responses>412"));
	assert_string_equal(text(d, "components>schemas>AccountInput>examples>0>id"), "support");
	assert_string_equal(text(d, "components>schemas>AlertInput>properties>to>examples>0>0"), "admin@example.com");
	assert_string_equal(text(d, "paths>/api/v1/accounts/{id}>delete>responses>204>description"), "Done");
	assert_null(get(d, "paths>/api/v1/accounts/{id}>delete>responses>204>content"));
	assert_string_equal(text(d, "paths>/api/v1/authentication_profiles/{id}/history>get>operationId"),
	                    "getAuthenticationProfileHistory");
	assert_int_equal(json_array_size(get(d, "paths>/api/v1/openapi.json>get>security")), 0);
	assert_string_equal(text(d, "components>schemas>AccountInput>properties>name>title"), "Account name");
	assert_string_equal(text(d, "components>responses>NotFound>content>application/problem+json>schema>$ref"),
	                    "#/components/schemas/Problem");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_route_says_what_it_does),
	        cmocka_unit_test(the_description_is_made_of_routes_and_types),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
