#include "api/router.h"

#include "api/cursor_token.h"
#include "api/json_bound.h"

#include "base/test.h"

static int handle_nothing(struct request *request UNUSED, struct answer *answer UNUSED, struct error *err UNUSED)
{
	return 0;
}

static const struct route test_routes[] = {
        /* clang-format off */
	{API_GET, "/t/{kind}/{id}", "any", .handle = handle_nothing},
	{API_PUT, "/t/{kind}/{id}", "anyPut", .handle = handle_nothing},
	{API_POST, "/t/cases/new", "newCase", .handle = handle_nothing},
	{API_GET, "/t/cases/{id}", "case", .handle = handle_nothing},
	{API_GET, "/t/cases/{id}/files/{name}", "file", .handle = handle_nothing},
	{API_NONE},
        /* clang-format on */
};

static void the_most_literal_route_is_found(void **state UNUSED)
{
	static const struct {
		enum api_method method;
		const char *path, *id, *first, *second;
	} cases[] = {
	        /* clang-format off */
		{API_GET, "/t/accounts/7", "any", "accounts", "7"},
		{API_GET, "/t/cases/7", "case", "7", NULL},
		{API_GET, "/t/cases/new", "case", "new", NULL},
		{API_POST, "/t/cases/new", "newCase", NULL, NULL},
		{API_PUT, "/t/cases/new", "anyPut", "cases", "new"},
		{API_GET, "/t/cases/a%2Fb/files/%C3%A4%20.txt", "file", "a/b", "ä .txt"},
	        /* clang-format on */
	};
	struct router *router CLEANUP(router_freep) = router_new();

	router_add(router, test_routes);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str parameters[ROUTE_MAX_PARAMETERS] = {{NULL, 0}};
		const struct route *route;
		const char *allow;
		struct error err;

		assert_ok(router_find(router, cases[i].method, str_of(cases[i].path), arena, &route, parameters, &allow,
		                      &err),
		          &err);
		assert_string_equal(route->id, cases[i].id);
		assert_str(parameters[0], cases[i].first ? cases[i].first : "");
		assert_str(parameters[1], cases[i].second ? cases[i].second : "");
	}
}

static void other_paths_are_not_found(void **state UNUSED)
{
	static const char *const paths[] = {
	        "",         "t",          "//",          "/t",
	        "/t/",      "/t/cases/",  "/t//7",       "/t/cases/%",
	        "/t/a/%zz", "/t/a/%00",   "/t/a/%ff",    "/t/a/b/c",
	        "/t/a/b/",  "/T/cases/7", "/t/cases/%4", "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a",
	};
	struct router *router CLEANUP(router_freep) = router_new();
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	router_add(router, test_routes);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct str parameters[ROUTE_MAX_PARAMETERS];
		const struct route *route;
		const char *allow = NULL;
		struct error err;

		assert_int_equal(
		        router_find(router, API_GET, str_of(paths[i]), arena, &route, parameters, &allow, &err),
		        E_NOT_FOUND);
		assert_null(allow);
	}
}

static void another_method_is_told_which_there_are(void **state UNUSED)
{
	struct router *router CLEANUP(router_freep) = router_new();
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str parameters[ROUTE_MAX_PARAMETERS];
	const struct route *route;
	const char *allow = NULL;
	struct error err;

	router_add(router, test_routes);
	assert_int_equal(router_find(router, API_DELETE, STR("/t/cases/new"), arena, &route, parameters, &allow, &err),
	                 E_REFUSED);
	assert_string_equal(allow, "GET, POST, PUT, HEAD, OPTIONS");
}

static void all_routes_of_the_program_are_in_order(void **state UNUSED)
{
	struct router *router CLEANUP(router_freep) = router_new();
	const struct route *const *routes;
	size_t count = router_routes(router, &routes);

	for (size_t i = 0; i < count; i++) {
		const struct route *route = routes[i];

		if (!route->id || !route->tag || !route->summary || !(route->path[0] == '/'))
			FAIL_CASE("%s lacks an id, a tag or a summary\n", route->path);
		if (route->right < RIGHT_NONE || route->right >= RIGHT_COUNT || route->status > 399)
			FAIL_CASE("%s: %s has no right or an odd status\n", route->id, route->path);
		for (size_t k = 0; k < i; k++)
			if (strcmp(routes[k]->id, route->id) == 0)
				FAIL_CASE("two routes are called %s\n", route->id);
	}
}

/* ---------------------------------------------------------------- target, cursor, JSON */

static void a_target_is_taken_apart(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct target target;
	struct error err;

	assert_ok(target_parse(STR("/a/%20b?x=1&name=J%C3%BCrgen+M&&flag&y="), arena, &target, &err), &err);
	assert_str(target.path, "/a/%20b");
	assert_int_equal(target.count, 4);
	assert_string_equal(target_value(&target, "name"), "Jürgen M");
	assert_string_equal(target_value(&target, "flag"), "");
	assert_string_equal(target_value(&target, "y"), "");
	assert_null(target_value(&target, "z"));
}

static void an_odd_query_is_refused(void **state UNUSED)
{
	static const char *const targets[] = {"/?a=1&a=2", "/?a=%", "/?a=%00", "/?%ff=1", "/?a=%e2%28"};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf many CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct target target;
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		assert_int_equal(target_parse(str_of(targets[i]), arena, &target, &err), E_INVALID);
	buf_add(&many, STR("/?"));
	for (int i = 0; i <= TARGET_MAX_VALUES; i++)
		buf_printf(&many, "a%d=1&", i);
	assert_int_equal(target_parse(buf_str(&many), arena, &target, &err), E_INVALID);
}

static void a_cursor_comes_back(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	static const char *const texts[] = {"", "a", "2026:x/y", "Grüße, \"7\""};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *token = cursor_token(-7 + (int64_t)i * 1000000007, str_of(texts[i]), arena);
		int64_t number;
		struct str text;

		assert_int_equal(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
		                 strlen(token));
		assert_true(cursor_token_read(str_of(token), arena, &number, &text));
		assert_int_equal(number, -7 + (int64_t)i * 1000000007);
		assert_str(text, texts[i]);
	}
}

/* A letter changed, one missing, one more: never another page. */
static void a_damaged_cursor_is_refused(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const char *token = cursor_token(4711, STR("key"), arena);
	size_t n = strlen(token);
	int64_t number;
	struct str text;

	for (size_t i = 0; i < n; i++) {
		char *bad = arena_cstr(arena, str_of(token));

		bad[i] = bad[i] == 'B' ? 'C' : 'B';
		assert_false(cursor_token_read(str_of(bad), arena, &number, &text));
		assert_false(cursor_token_read(str_new(token, i), arena, &number, &text));
	}
	assert_false(cursor_token_read(arena_printf(arena, "%sA", token), arena, &number, &text));
	assert_false(cursor_token_read(STR("===="), arena, &number, &text));
	assert_false(cursor_token_read(STR("\"; DROP"), arena, &number, &text));
}

static void json_that_would_cost_much_is_refused(void **state UNUSED)
{
	struct buf deep CLEANUP(buf_done) = BUF_INIT(MIB(1)), wide CLEANUP(buf_done) = BUF_INIT(MIB(1));
	json_t *json CLEANUP(json_decrefp) = NULL;
	struct error err;

	for (int i = 0; i <= JSON_MAX_DEPTH; i++)
		buf_add_char(&deep, '[');
	for (int i = 0; i <= JSON_MAX_DEPTH; i++)
		buf_add_char(&deep, ']');
	assert_int_equal(json_parse_bounded(buf_str(&deep), &json, &err), E_INVALID);
	assert_ok(json_parse_bounded(str_slice(buf_str(&deep), 1, deep.n - 1), &json, &err), &err);
	buf_add(&wide, STR("[0"));
	for (int i = 0; i < JSON_MAX_VALUES; i++)
		buf_add(&wide, STR(",0"));
	buf_add_char(&wide, ']');
	assert_int_equal(json_parse_bounded(buf_str(&wide), &json, &err), E_INVALID);
	assert_non_null(strstr(err.text, "100000"));
}

static void brackets_in_strings_count_nothing(void **state UNUSED)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(4));
	json_t *json CLEANUP(json_decrefp) = NULL;
	struct error err;

	buf_add(&text, STR("{\"a\\\\\": \"\\\""));
	for (int i = 0; i < 200; i++)
		buf_add_char(&text, '[');
	buf_add(&text, STR("\"}"));
	assert_ok(json_parse_bounded(buf_str(&text), &json, &err), &err);
}

static void what_is_not_json_is_refused(void **state UNUSED)
{
	static const char *const texts[] = {"",      "{",   "{\"a\":1,\"a\":2}", "[1]x",       "{\"a\":\"\\u0000\"}",
	                                    "\"abc", "nul", "[\"\xff\"]",        "\"\\\\\\\"", "{}{}"};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		json_t *json = NULL;
		struct error err;

		assert_int_equal(json_parse_bounded(str_of(texts[i]), &json, &err), E_INVALID);
		assert_null(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_most_literal_route_is_found),
	        cmocka_unit_test(other_paths_are_not_found),
	        cmocka_unit_test(another_method_is_told_which_there_are),
	        cmocka_unit_test(all_routes_of_the_program_are_in_order),
	        cmocka_unit_test(a_target_is_taken_apart),
	        cmocka_unit_test(an_odd_query_is_refused),
	        cmocka_unit_test(a_cursor_comes_back),
	        cmocka_unit_test(a_damaged_cursor_is_refused),
	        cmocka_unit_test(json_that_would_cost_much_is_refused),
	        cmocka_unit_test(brackets_in_strings_count_nothing),
	        cmocka_unit_test(what_is_not_json_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
