/* Requests as strangers write them: "METHOD TARGET", lines of headers, an empty line, a body. */
#include "api/cursor_token.h"
#include "api/proxies.h"
#include "api/router.h"
#include "api/site.h"
#include "base/cursor.h"

#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_HEADERS 20

struct call {
	struct answer_header headers[MAX_HEADERS];
	size_t count;
};

static const char *header_of(const struct request *request, const char *name)
{
	const struct call *call = request->connection;

	for (size_t i = 0; i < call->count; i++)
		if (strcasecmp(call->headers[i].name, name) == 0)
			return call->headers[i].value;
	return NULL;
}

/* ---------------------------------------------------------------- routes */

struct item {
	const char *id, *note;
	int64_t size, at;
	struct text_list words;
};

static const struct field item_fields[] = {
        FIELD_ID(struct item, id, "ID"),          FIELD_TEXT(struct item, note, "Note"),
        FIELD_INT(struct item, size, "Size"),     FIELD_TIME(struct item, at, "At"),
        FIELD_TEXTS(struct item, words, "Words"),
};
static const struct record_type item_type = RECORD_TYPE("item", "items", struct item, item_fields, "Item");

static int put_item(struct request *request, struct answer *answer, struct error *err)
{
	void *item;
	int r = request_record(request, &item, err);

	if (r < 0)
		return r;
	answer_etag(answer, request->if_revision);
	answer_disposition(answer, "attachment", request->parameters[0]);
	r = answer_record(answer, &item_type, item, err);
	record_done(&item_type, item);
	return r;
}

static int list_items(struct request *request, struct answer *answer, struct error *err)
{
	struct item item = {.id = "a", .note = ""};
	struct str text = STR("");
	int r = request_cursor(request, &item.size, &text, err);

	(void)request_query_time(request, "since", &item.at);
	if (r < 0)
		return r;
	answer_list_begin(answer);
	r = answer_list_add(answer, &item_type, &item, err);
	answer_list_end(answer, true, item.size, str_slice(text, 0, CURSOR_TEXT_MAX));
	return r;
}

static const char *const state_words[] = {"open", "closed", NULL};
static const struct route_query item_query[] = {
        {"state", QUERY_TEXT, "", state_words}, {"since", QUERY_TIME, "", NULL}, {"size", QUERY_INT, "", NULL},
        {"all", QUERY_BOOL, "", NULL},          {NULL, QUERY_TEXT, NULL, NULL},
};
static const struct route fuzz_routes[] = {
        /* clang-format off */
	{API_GET, "/i", "list", "T", "T", .right = RIGHT_NONE, .answer = &item_type, .is_list = true, .query = item_query,
	 .handle = list_items},
	{API_PUT, "/i/{id}", "put", "T", "T", .right = RIGHT_NONE, .body = &item_type, .answer = &item_type,
	 .needs_revision = true, .handle = put_item},
	{API_NONE},
        /* clang-format on */
};

/* ---------------------------------------------------------------- one request */

static void read_headers(struct str *rest, struct call *call, struct arena *arena)
{
	struct str line, name;

	while (str_split(rest, '\n', &line) && line.n > 0 && call->count < MAX_HEADERS) {
		if (!str_split(&line, ':', &name) || !line.p || str_find_char(line, '\0') >= 0)
			continue;
		call->headers[call->count].name = arena_cstr(arena, name);
		call->headers[call->count++].value = arena_cstr(arena, str_trim(line));
	}
}

static void check_answer(const struct answer *answer)
{
	must(answer->status >= 200 && answer->status < 600 && answer->status != 500);
	if (answer->body.n > 0) {
		json_t *json = json_loadb(answer->body.p, answer->body.n, JSON_REJECT_DUPLICATES, NULL);

		must(json);
		json_decref(json);
	}
}

static void check_names(const struct request *request)
{
	const char *host = request_header(request, "Host"), *origin = request_header(request, "Origin");
	const char *forwarded = request_header(request, "X-Forwarded-For");
	unsigned char peer[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};
	struct proxies proxies = {.count = 0};
	struct site site;
	struct error err;

	must(site_init(&site, "https://mail.example.com", &err) == 0);
	if (host)
		(void)site_knows_host(&site, host);
	if (host && site_init(&site, host, &err) == 0)
		must(site_knows_host(&site, site.host) || strchr(site.host, ':'));
	if (host && origin)
		(void)site_knows_origin(&site, origin, host);
	proxies_add_loopback(&proxies);
	must(*proxies_client(&proxies, peer, forwarded, request->arena));
	if (forwarded)
		(void)(proxies_parse(&proxies, forwarded, &err) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct router *router;
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str rest = str_new(data, size), line, method;
	struct call call = {.count = 0};
	struct request request = {.arena = arena, .caller_is_known = true, .header_of = header_of, .body_fd = -1};
	struct answer answer;
	const char *allow = NULL;
	struct error err;

	if (!router) {
		router = router_new();
		router_add(router, fuzz_routes);
	}
	if (!str_split(&rest, '\n', &line) || !str_split(&line, ' ', &method))
		return 0;
	read_headers(&rest, &call, arena);
	request.caller = caller_nobody;
	request.connection = &call;
	request.body = rest.p ? rest : STR("");
	check_names(&request);
	if (target_parse(line, arena, &request.target, &err) < 0 ||
	    router_find(router, api_method_find(method), request.target.path, arena, &request.route, request.parameters,
	                &allow, &err) < 0 ||
	    request.route < fuzz_routes || request.route >= fuzz_routes + ARRAY_LEN(fuzz_routes))
		return 0;
	answer_init(&answer, arena, NULL);
	route_run(&request, &answer);
	check_answer(&answer);
	answer_done(&answer);
	return 0;
}
