/* See test_api.h. */
#include "api/test_api.h"

#include "base/cursor.h"
#include "base/file.h"
#include "base/mem.h"
#include "setup/setup.h"
#include "store/test_store.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/test.h"

#define MAX_HEADERS 16

const struct caller test_administrator = {
        .kind = CALLER_OPERATOR,
        .operator_id = "anna",
        .author = "anna",
        .rights = RIGHT_BIT(RIGHT_COUNT) - 1,
        .all_accounts = true,
};

const struct caller *test_caller_init(struct test_caller *test, const char *operator_id, uint64_t rights,
                                      const char *account, enum account_right right)
{
	test->account = (struct caller_account){account, right != ACCOUNT_READ, right == ACCOUNT_MANAGE};
	test->caller = (struct caller){
	        .kind = CALLER_OPERATOR,
	        .operator_id = operator_id,
	        .author = operator_id,
	        .rights = rights | RIGHT_BIT(RIGHT_NONE) | RIGHT_BIT(RIGHT_SIGNED),
	        .accounts = &test->account,
	        .account_count = *account ? 1 : 0,
	};
	return &test->caller;
}

struct test_api {
	struct store *store;
	struct db *db;
	struct router *router;
};

struct test_api *test_api_new(struct store *store)
{
	struct test_api *api = mem_new(1, sizeof *api);
	struct error err;

	api->store = store;
	api->router = router_new();
	assert_ok(store_connect(store, &api->db, &err), &err);
	return api;
}

void test_api_free(struct test_api *api)
{
	if (!api)
		return;
	router_free(api->router);
	db_close(api->db);
	free(api);
}

void test_api_add(struct test_api *api, const struct route *routes)
{
	router_add(api->router, routes);
}

struct db *test_api_db(struct test_api *api)
{
	return api->db;
}

const struct router *test_api_router(const struct test_api *api)
{
	return api->router;
}

/* ---------------------------------------------------------------- one call */

struct call {
	struct test_answer shown; /* first: what the test sees */
	struct arena *arena;
	struct setup *setup;
	struct answer answer;
	struct buf content;
	struct {
		const char *name, *value;
	} headers[MAX_HEADERS];
	size_t header_count;
	struct stream_wake wake;
	pthread_mutex_t lock;
	pthread_cond_t woken;
	bool is_awake; /* guarded by lock */
};

static const char *header_of(const struct request *request, const char *name)
{
	const struct call *call = request->connection;

	for (size_t i = 0; i < call->header_count; i++)
		if (strcasecmp(call->headers[i].name, name) == 0)
			return call->headers[i].value;
	return NULL;
}

static void add_header(struct call *call, const char *line)
{
	struct str rest = str_of(line), name;

	must(str_split(&rest, ':', &name) && rest.p && call->header_count < MAX_HEADERS);
	call->headers[call->header_count].name = arena_cstr(call->arena, name);
	call->headers[call->header_count++].value = arena_cstr(call->arena, str_trim(rest));
}

static void give_body(struct request *request, const char *body)
{
	struct error err;

	request->body_fd = -1;
	request->body_size = body ? strlen(body) : 0;
	if (!request->route->spools) {
		request->body = str_of(body);
		return;
	}
	request->body_fd = file_temporary(&err);
	must(request->body_fd >= 0);
	must(write(request->body_fd, body ? body : "", request->body_size) == (ssize_t)request->body_size);
	must(lseek(request->body_fd, 0, SEEK_SET) == 0);
}

/* With the caller that the test gives, what comes before the caller is known is left out. */
static void run(struct request *request, const struct caller *caller, struct answer *answer)
{
	if (caller) {
		request->caller = *caller;
		request->caller_is_known = true;
		request->by_cookie = request_header(request, "Cookie") != NULL;
	}
	route_run(request, answer);
	fd_closep(&request->body_fd);
}

static void find_and_run(struct test_api *api, struct call *call, const struct caller *caller, const char *what,
                         const char *body)
{
	struct str rest = str_of(what), method;
	struct request request = {
	        .arena = call->arena,
	        .db = api->db,
	        .store = api->store,
	        .sealer = &plain_sealer,
	        .setup = call->setup,
	        .url = "https://mail.example.com",
	        .header_of = header_of,
	        .connection = call,
	        .is_secure = true,
	};
	const char *allow = NULL;
	struct error err;
	int r;

	must(str_split(&rest, ' ', &method));
	request.client = header_of(&request, "X-Forwarded-For");
	request.client = request.client ? request.client : "192.0.2.1";
	r = target_parse(rest, call->arena, &request.target, &err);
	if (r == 0)
		r = router_find(api->router, api_method_find(method), request.target.path, call->arena, &request.route,
		                request.parameters, &allow, &err);
	if (r < 0) {
		call->answer.status = allow ? 405 : 0;
		answer_problem(&call->answer, &err);
		return;
	}
	give_body(&request, body);
	run(&request, caller, &call->answer);
}

/* A file's bytes come into the body. */
static void read_file(struct call *call)
{
	char piece[4096];
	ssize_t n;

	while (call->answer.fd >= 0 && (n = read(call->answer.fd, piece, sizeof piece)) > 0)
		buf_add(&call->content, str_new(piece, (size_t)n));
}

static void show(struct call *call)
{
	struct test_answer *shown = &call->shown;

	read_file(call);
	shown->answer = &call->answer;
	shown->status = call->answer.status;
	shown->type = call->answer.type ? call->answer.type : "";
	shown->body = call->answer.fd >= 0          ? buf_str(&call->content)
	              : call->answer.constant.n > 0 ? call->answer.constant
	                                            : buf_str(&call->answer.body);
	if (strstr(shown->type, "json") && shown->body.n > 0 && !call->answer.stream) {
		shown->json = json_loadb(shown->body.p, shown->body.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
		must(shown->json);
	}
}

static void wake_call(struct stream_wake *wake)
{
	struct call *call = (struct call *)((char *)wake - offsetof(struct call, wake));

	pthread_mutex_lock(&call->lock);
	call->is_awake = true;
	pthread_cond_signal(&call->woken);
	pthread_mutex_unlock(&call->lock);
}

static struct call *call_new(void)
{
	struct call *call = mem_new(1, sizeof *call);

	call->arena = arena_new();
	answer_init(&call->answer, call->arena, &call->wake);
	buf_init(&call->content, MIB(64));
	call->wake.wake = wake_call;
	must(pthread_mutex_init(&call->lock, NULL) == 0 && pthread_cond_init(&call->woken, NULL) == 0);
	return call;
}

struct test_answer *test_api_call_with(struct test_api *api, const struct caller *caller, const char *what,
                                       const char *body, ...)
{
	struct call *call = call_new();
	struct error err;
	const char *line;
	va_list args;

	va_start(args, body);
	while ((line = va_arg(args, const char *)))
		add_header(call, line);
	va_end(args);
	if (body && !header_of(&(struct request){.connection = call}, "Content-Type"))
		add_header(call, "Content-Type: application/json");
	assert_ok(setup_load(api->db, &plain_sealer, &call->setup, &err), &err);
	find_and_run(api, call, caller, what, body);
	show(call);
	return &call->shown;
}

void test_answer_free(struct test_answer *answer)
{
	struct call *call = (struct call *)answer;

	if (!call)
		return;
	answer_done(&call->answer);
	json_decref(call->shown.json);
	buf_done(&call->content);
	setup_free(call->setup);
	pthread_cond_destroy(&call->woken);
	pthread_mutex_destroy(&call->lock);
	arena_free(call->arena);
	free(call);
}

const char *test_header(const struct test_answer *answer, const char *name)
{
	return answer_header_value(answer->answer, name);
}

/* ---------------------------------------------------------------- streams */

static bool wait_for_wake(struct call *call, const struct timespec *until)
{
	int r = 0;

	pthread_mutex_lock(&call->lock);
	while (!call->is_awake && r == 0)
		r = pthread_cond_timedwait(&call->woken, &call->lock, until);
	call->is_awake = false;
	pthread_mutex_unlock(&call->lock);
	return r == 0;
}

bool test_stream_wait(struct test_answer *answer, const char *text)
{
	struct call *call = (struct call *)answer;
	struct timespec until;
	char room[4096];
	ssize_t n;

	must(call->answer.stream);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 30;
	for (;;) {
		if (text && str_find(buf_str(&call->content), str_of(text)) >= 0)
			return true;
		n = call->answer.stream->read(call->answer.stream, room, sizeof room);
		if (n < 0)
			return !text;
		buf_add(&call->content, str_new(room, (size_t)n));
		answer->body = buf_str(&call->content);
		if (n == 0 && !wait_for_wake(call, &until))
			return false;
	}
}

/* ---------------------------------------------------------------- looking into JSON */

static json_t *find_json(const struct test_answer *answer, const char *path)
{
	struct str rest = str_of(path), name;
	json_t *json = answer->json;
	uint64_t index;

	while (json && rest.n > 0 && str_split(&rest, '/', &name)) {
		if (!json_is_array(json))
			json = json_object_getn(json, name.p, name.n);
		else
			json = str_to_uint(name, 100000, &index) ? json_array_get(json, index) : NULL;
	}
	return json;
}

json_t *test_json(const struct test_answer *answer, const char *path)
{
	json_t *json = find_json(answer, path);

	if (!json)
		FAIL_CASE("the answer %d has no %s: " STR_FMT "\n", answer->status, path, STR_ARG(answer->body));
	return json;
}

const char *test_text(const struct test_answer *answer, const char *path)
{
	json_t *json = test_json(answer, path);

	assert_true(json_is_string(json));
	return json_string_value(json);
}

int64_t test_number(const struct test_answer *answer, const char *path)
{
	json_t *json = test_json(answer, path);

	assert_true(json_is_integer(json));
	return json_integer_value(json);
}

bool test_has(const struct test_answer *answer, const char *path)
{
	json_t *json = find_json(answer, path);

	return json && !json_is_null(json);
}
