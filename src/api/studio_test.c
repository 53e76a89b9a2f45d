/* The files of src/api/studio_example, made into a table by tools/embed_studio.py as those of the Studio are. */
#include "api/studio.h"

#include "api/router.h"
#include "base/file.h"

#include <stdlib.h>
#include <strings.h>

#include "base/test.h"

struct call {
	struct arena *arena;
	struct answer answer;
	const char *accept, *if_none_match;
};

static const char *header_of(const struct request *request, const char *name)
{
	const struct call *call = request->connection;

	if (strcasecmp(name, "Accept-Encoding") == 0)
		return call->accept;
	return strcasecmp(name, "If-None-Match") == 0 ? call->if_none_match : NULL;
}

static void get(struct call *call, const char *path)
{
	struct request request = {
	        .route = &studio_route,
	        .caller = caller_nobody,
	        .caller_is_known = true,
	        .arena = call->arena,
	        .target = {.path = str_of(path)},
	        .header_of = header_of,
	        .connection = call,
	        .body_fd = -1,
	};

	answer_init(&call->answer, call->arena, NULL);
	route_run(&request, &call->answer);
}

static void files_are_as_they_were(void **state UNUSED)
{
	static const char *const names[] = {"index.html", "assets/app-0a1b2c3d.js", "robots.txt"};
	const char *folder = getenv("STUDIO_EXAMPLE");

	must(folder);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct call call = {.arena = arena_new()};
		struct buf file CLEANUP(buf_done) = BUF_INIT(KIB(64));
		struct error err;

		assert_ok(file_read(arena_printf(call.arena, "%s/%s", folder, names[i]).p, &file, &err), &err);
		get(&call, arena_printf(call.arena, "/%s", names[i]).p);
		assert_int_equal(call.answer.status, 200);
		assert_int_equal(call.answer.constant.n, file.n);
		assert_memory_equal(call.answer.constant.p, file.p, file.n);
		answer_done(&call.answer);
		arena_free(call.arena);
	}
}

static void paths_without_a_dot_are_pages(void **state UNUSED)
{
	static const struct {
		const char *path;
		int status;
		const char *type, *cache;
	} cases[] = {
	        {"/", 200, "text/html; charset=utf-8", "no-cache"},
	        {"/cases/SUP-1", 200, "text/html; charset=utf-8", "no-cache"},
	        {"/cases/v1.2/x", 200, "text/html; charset=utf-8", "no-cache"},
	        {"/assets/app-0a1b2c3d.js", 200, "text/javascript; charset=utf-8",
	         "public, max-age=31536000, immutable"},
	        {"/robots.txt", 200, "text/plain; charset=utf-8", "no-cache"},
	        {"/assets/app-ffffffff.js", 404, "application/problem+json", NULL},
	        {"/../robots.txt", 404, "application/problem+json", NULL},
	        {"/robots.txt/..", 404, "application/problem+json", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct call call = {.arena = arena_new()};
		const char *cache;

		get(&call, cases[i].path);
		assert_int_equal(call.answer.status, cases[i].status);
		assert_string_equal(call.answer.type, cases[i].type);
		cache = answer_header_value(&call.answer, "Cache-Control");
		assert_string_equal(cache ? cache : "", cases[i].cache ? cases[i].cache : "");
		if (cases[i].status == 200)
			assert_non_null(strstr(answer_header_value(&call.answer, "Content-Security-Policy"),
			                       "script-src 'self'"));
		answer_done(&call.answer);
		arena_free(call.arena);
	}
}

static void who_takes_gzip_gets_it(void **state UNUSED)
{
	static const struct {
		const char *path, *accept;
		bool gzip;
	} cases[] = {
	        {"/", "gzip, deflate, br", true}, {"/", "br;q=1, GZIP;q=0.5", true}, {"/", NULL, false},
	        {"/", "identity", false},         {"/", "gzip;q=0", false},          {"/", "gzip; q=0.000, br", false},
	        {"/", "x-gzip", false},           {"/robots.txt", "gzip", false}, /* it wouldn't be shorter */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct call call = {.arena = arena_new(), .accept = cases[i].accept};
		const char *coding;

		get(&call, cases[i].path);
		coding = answer_header_value(&call.answer, "Content-Encoding");
		assert_int_equal(coding != NULL, cases[i].gzip);
		assert_int_equal(call.answer.constant.p[0] == '\x1f', cases[i].gzip);
		answer_done(&call.answer);
		arena_free(call.arena);
	}
}

static void what_the_browser_has_is_not_sent_again(void **state UNUSED)
{
	struct call call = {.arena = arena_new()};

	get(&call, "/cases");
	call.if_none_match = answer_header_value(&call.answer, "ETag");
	assert_int_equal(call.answer.status, 200);
	answer_done(&call.answer);
	get(&call, "/");
	assert_int_equal(call.answer.status, 304);
	assert_int_equal(call.answer.constant.n, 0);
	answer_done(&call.answer);
	arena_free(call.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(files_are_as_they_were),
	        cmocka_unit_test(paths_without_a_dot_are_pages),
	        cmocka_unit_test(who_takes_gzip_gets_it),
	        cmocka_unit_test(what_the_browser_has_is_not_sent_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
