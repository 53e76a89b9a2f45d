/* See openapi.h. */
#include "api/openapi.h"

#include "api/sign_in.h"
#include "base/mem.h"
#include "record/record_schema.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_TYPES    400
#define ETAG_PATTERN "^(\\*|(W/)?\"[0-9]+\")$"

struct described {
	const struct record_type *type;
	enum schema_form form;
	const char *name;
};

struct description {
	struct arena *arena;
	json_t *paths, *schemas, *tags;
	struct described types[MAX_TYPES];
	size_t type_count;
	const struct route *const *routes;
	size_t route_count;
};

/* ---------------------------------------------------------------- schemas */

const char *openapi_name(struct arena *arena, const char *kind)
{
	char *text = arena_cstr(arena, str_of(kind));
	size_t n = 0;

	for (size_t i = 0; kind[i]; i++) {
		bool begins = i == 0 || !(is_alpha(kind[i - 1]) || is_digit(kind[i - 1]));

		if (is_alpha(kind[i]) || is_digit(kind[i]))
			text[n++] = (char)(begins && kind[i] >= 'a' && kind[i] <= 'z' ? kind[i] - 'a' + 'A' : kind[i]);
	}
	text[n] = '\0';
	return text;
}

/* Two types of one kind: the second gets a number. */
static const char *free_name(struct description *d, const char *kind, const char *suffix)
{
	const char *base = openapi_name(d->arena, kind), *name = arena_printf(d->arena, "%s%s", base, suffix).p;

	for (int i = 2; json_object_get(d->schemas, name); i++)
		name = arena_printf(d->arena, "%s%d%s", base, i, suffix).p;
	return name;
}

/* {"$ref": …}, and the schema among the components. */
static json_t *reference(struct description *d, const struct record_type *type, enum schema_form form)
{
	const char *name = NULL;

	for (size_t i = 0; i < d->type_count && !name; i++)
		if (d->types[i].type == type && d->types[i].form == form)
			name = d->types[i].name;
	if (!name) {
		must(d->type_count < MAX_TYPES);
		name = free_name(d, type->kind, form == SCHEMA_INPUT ? "Input" : "");
		d->types[d->type_count++] = (struct described){type, form, name};
		json_object_set_new(d->schemas, name, record_schema(type, form));
	}
	return json_pack("{s:s}", "$ref", arena_printf(d->arena, "#/components/schemas/%s", name).p);
}

static json_t *problem_schema(void)
{
	return json_pack(
	        "{s:s, s:s, s:s, s:{s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s, s:s}, s:{s:s, s:[s, s, s]}, s:{s:s, s:s}},"
	        " s:[s, s, s, s, s]}",
	        "title", "Problem", "description", "What went wrong (RFC 9457)", "type", "object", "properties",
	        "title", "type", "string", "status", "type", "integer", "detail", "type", "string", "code", "type",
	        "string", "description", "The kind of fault: invalid, not-found, conflict …", "retry", "type", "string",
	        "enum", "never", "later", "now", "path", "type", "string", "description",
	        "Where in the record: accounts/support/send/port", "required", "title", "status", "detail", "code",
	        "retry");
}

/* ---------------------------------------------------------------- versions */

/* Whether what is at a path has an ETag, which a PUT there asks for: "/api/v1/accounts", "/{id}". */
static bool is_versioned(const struct description *d, const char *path, const char *rest)
{
	for (size_t i = 0; i < d->route_count; i++)
		if (d->routes[i]->needs_revision && str_starts(str_of(d->routes[i]->path), str_of(path)) &&
		    strcmp(d->routes[i]->path + strlen(path), rest) == 0)
			return true;
	return false;
}

static json_t *header_of(const char *help)
{
	return json_pack("{s:s, s:{s:s}}", "description", help, "schema", "type", "string");
}

static void add_headers(const struct description *d, const struct route *route, json_t *answer)
{
	bool makes = route->method == API_POST && is_versioned(d, route->path, "/{id}");
	json_t *headers;

	if (route->method == API_DELETE || (!makes && !is_versioned(d, route->path, "")))
		return;
	headers = json_pack("{s:o}", "ETag", header_of("Its version, for If-Match"));
	if (makes)
		json_object_set_new(headers, "Location", header_of("Where it is"));
	json_object_set_new(answer, "headers", headers);
}

/* ---------------------------------------------------------------- parameters */

static void add_parameter(json_t *list, const char *in, const char *name, const char *help, bool required,
                          json_t *schema)
{
	json_t *parameter =
	        json_pack("{s:s, s:s, s:b, s:o}", "name", name, "in", in, "required", (int)required, "schema", schema);

	if (help)
		json_object_set_new(parameter, "description", json_string(help));
	json_array_append_new(list, parameter);
}

static void add_path_parameters(struct description *d, json_t *list, const char *path)
{
	struct str rest = str_of(path), segment;

	while (str_split(&rest, '/', &segment))
		if (segment.n > 2 && segment.p[0] == '{')
			add_parameter(list, "path", arena_cstr(d->arena, str_slice(segment, 1, segment.n - 1)), NULL,
			              true, json_pack("{s:s}", "type", "string"));
}

static json_t *query_schema(const struct route_query *query)
{
	static const char *const types[] = {"string", "integer", "boolean", "string"};
	json_t *schema = json_pack("{s:s}", "type", types[query->kind]);
	json_t *words = json_array();

	if (query->kind == QUERY_TIME)
		json_object_set_new(schema, "format", json_string("date-time"));
	for (size_t i = 0; query->words && query->words[i]; i++)
		json_array_append_new(words, json_string(query->words[i]));
	if (query->words)
		json_object_set(schema, "enum", words);
	json_decref(words);
	return schema;
}

static json_t *parameters_of(struct description *d, const struct route *route)
{
	json_t *list = json_array();

	add_path_parameters(d, list, route->path);
	for (const struct route_query *query = route->query; query && query->name; query++)
		add_parameter(list, "query", query->name, query->help, false, query_schema(query));
	if (route->is_list) {
		add_parameter(list, "query", "limit", "How many at most", false,
		              json_pack("{s:s, s:i, s:i, s:i}", "type", "integer", "minimum", 1, "maximum", PAGE_MAX,
		                        "default", PAGE_DEFAULT));
		add_parameter(list, "query", "cursor", "\"next\" of the page before", false,
		              json_pack("{s:s}", "type", "string"));
	}
	if (route->needs_revision)
		add_parameter(list, "header", "If-Match", "The ETag of the version that was changed, or *", true,
		              json_pack("{s:s, s:s}", "type", "string", "pattern", ETAG_PATTERN));
	else if (route->method == API_DELETE && is_versioned(d, route->path, ""))
		add_parameter(list, "header", "If-Match", "Only this version: its ETag", false,
		              json_pack("{s:s, s:s}", "type", "string", "pattern", ETAG_PATTERN));
	return list;
}

/* ---------------------------------------------------------------- bodies and answers */

static void add_content(json_t *content, const char *type, json_t *schema)
{
	json_object_set_new(content, type, json_pack("{s:o}", "schema", schema));
}

/* Text, or bytes, which have no type in JSON. */
static json_t *plain_schema(const char *type)
{
	return str_starts(str_of(type), STR("text/")) ? json_pack("{s:s}", "type", "string") : json_object();
}

static json_t *body_of(struct description *d, const struct route *route)
{
	json_t *content = json_object();

	if (route->body)
		add_content(content, "application/json", reference(d, route->body, SCHEMA_INPUT));
	else
		add_content(content, route->body_type, plain_schema(route->body_type));
	return json_pack("{s:b, s:o}", "required", 1, "content", content);
}

static json_t *list_schema(json_t *items)
{
	return json_pack("{s:s, s:{s:{s:s, s:o}, s:{s:[s, s], s:s}}, s:[s, s], s:b}", "type", "object", "properties",
	                 "items", "type", "array", "items", items, "next", "type", "string", "null", "description",
	                 "The cursor of the next page; null on the last", "required", "items", "next",
	                 "additionalProperties", 0);
}

static json_t *answer_of(struct description *d, const struct route *route)
{
	json_t *content = json_object(), *answer = json_pack("{s:s}", "description", "Done");

	add_headers(d, route, answer);
	if (route->answer && route->is_list)
		add_content(content, "application/json", list_schema(reference(d, route->answer, SCHEMA_OUTPUT)));
	else if (route->answer)
		add_content(content, route->answer_type ? route->answer_type : "application/json",
		            reference(d, route->answer, SCHEMA_OUTPUT));
	if (route->answer_type && (!route->answer || route->is_list))
		add_content(content, route->answer_type, plain_schema(route->answer_type));
	if (json_object_size(content))
		json_object_set(answer, "content", content);
	json_decref(content);
	return answer;
}

static int status_of(const struct route *route)
{
	return route->status ? route->status : route->answer || route->answer_type ? 200 : 204;
}

/* How requests fail; all are problems. A row without a number is for all that have none. */
static const struct problem_words {
	const char *status, *name, *help;
	int code;
} problem_words[] = {
        /* clang-format off */
	{"400", "Invalid", "Something in the request is wrong: `path` names the field or parameter, `detail` says what is expected", 400},
	{"401", "NotSignedIn", "Nobody is signed in, or the session or token has ended", 401},
	{"403", "NotAllowed", "It takes a right that the caller hasn't (x-right), or the CSRF header is missing", 403},
	{"404", "NotFound", "It isn't there, or isn't the caller's to see", 404},
	{"412", "Changed", "It was changed since the version of If-Match: read it again", 412},
	{"413", "TooLarge", "The body is larger than this takes", 413},
	{"415", "WrongMediaType", "Content-Type is missing, or not what this takes", 415},
	{"428", "NoVersion", "If-Match is missing", 428},
	{"4XX", "Refused", "It didn't happen, and won't when it is sent again: 409 conflicts with what is there, 429 comes too often", 0},
	{"5XX", "Failed", "Something failed here or with another server; `retry` says whether it is worth another try", 0},
        /* clang-format on */
};

/* Whether a request to the route can fail like that. */
static bool can_fail(const struct route *route, int status)
{
	bool has_body = route->body || route->body_type;

	switch (status) {
	case 400:
		return !route->others_query;
	case 401:
	case 403:
		return route->right != RIGHT_NONE;
	case 404:
		return strchr(route->path, '{');
	case 412:
	case 428:
		return route->needs_revision;
	case 413:
	case 415:
		return has_body;
	default:
		return true;
	}
}

static json_t *answers_of(struct description *d, const struct route *route)
{
	json_t *answers = json_object();
	char status[16];

	snprintf(status, sizeof status, "%d", status_of(route));
	json_object_set_new(answers, status, answer_of(d, route));
	for (size_t i = 0; i < ARRAY_LEN(problem_words); i++)
		if (can_fail(route, problem_words[i].code))
			json_object_set_new(
			        answers, problem_words[i].status,
			        json_pack("{s:s+}", "$ref", "#/components/responses/", problem_words[i].name));
	return answers;
}

/* ---------------------------------------------------------------- operations */

static void add_tag(struct description *d, const char *tag)
{
	const json_t *known;
	size_t i;

	json_array_foreach (d->tags, i, known)
		if (strcmp(json_string_value(json_object_get(known, "name")), tag) == 0)
			return;
	json_array_append_new(d->tags, json_pack("{s:s}", "name", tag));
}

static json_t *rights_of(uint64_t rights)
{
	json_t *list = json_array();

	for (int right = RIGHT_SIGNED + 1; right < RIGHT_COUNT; right++)
		if (rights & RIGHT_BIT(right))
			json_array_append_new(list, json_string(right_name((enum right)right)));
	return list;
}

static json_t *operation_of(struct description *d, const struct route *route)
{
	json_t *operation = json_pack("{s:s, s:s, s:[s], s:s}", "operationId", route->id, "summary", route->summary,
	                              "tags", route->tag, "x-right", right_name(route->right));
	json_t *parameters = parameters_of(d, route);

	if (route->own_rights)
		json_object_set_new(operation, "x-own-rights", rights_of(route->own_rights));
	if (route->description)
		json_object_set_new(operation, "description", json_string(route->description));
	if (json_array_size(parameters))
		json_object_set(operation, "parameters", parameters);
	json_decref(parameters);
	if (route->body || route->body_type)
		json_object_set_new(operation, "requestBody", body_of(d, route));
	json_object_set_new(operation, "responses", answers_of(d, route));
	if (route->right == RIGHT_NONE)
		json_object_set_new(operation, "security", json_array());
	return operation;
}

static void add_route(struct description *d, const struct route *route)
{
	json_t *path = json_object_get(d->paths, route->path);
	char method[16] = "";

	if (!route->tag || !route->summary || !route->id) /* the Studio's files */
		return;
	for (size_t i = 0; api_method_name(route->method)[i] && i < sizeof method - 1; i++)
		method[i] = ascii_lower(api_method_name(route->method)[i]);
	if (!path) {
		path = json_object();
		json_object_set_new(d->paths, route->path, path);
	}
	add_tag(d, route->tag);
	json_object_set_new(path, method, operation_of(d, route));
}

/* ---------------------------------------------------------------- the document */

static json_t *security_schemes(void)
{
	return json_pack(
	        "{s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s}}", "session", "type", "apiKey", "in", "cookie", "name",
	        SESSION_COOKIE, "description",
	        "Of POST /api/v1/session; over TLS its name begins with __Host-. What changes something also needs "
	        "the header " CSRF_HEADER " with the csrf token of GET /api/v1/session",
	        "token", "type", "http", "scheme", "bearer", "description", "Of POST /api/v1/tokens");
}

static json_t *components_of(struct description *d)
{
	json_t *responses = json_object();

	json_object_set_new(d->schemas, "Problem", problem_schema());
	for (size_t i = 0; i < ARRAY_LEN(problem_words); i++)
		json_object_set_new(responses, problem_words[i].name,
		                    json_pack("{s:s, s:{s:{s:{s:s}}}}", "description", problem_words[i].help, "content",
		                              "application/problem+json", "schema", "$ref",
		                              "#/components/schemas/Problem"));
	return json_pack("{s:o, s:o, s:o}", "schemas", d->schemas, "responses", responses, "securitySchemes",
	                 security_schemes());
}

json_t *openapi_document(const struct router *router)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct description *d = ARENA_NEW(arena, struct description);
	const struct route *const *routes;
	size_t n = router_routes(router, &routes);

	*d = (struct description){
	        .arena = arena, .paths = json_object(), .schemas = json_object(), .tags = json_array()};
	d->routes = routes;
	d->route_count = n;
	for (size_t i = 0; i < n; i++)
		add_route(d, routes[i]);
	return json_pack(
	        "{s:s, s:{s:s, s:s, s:s}, s:[{s:s}], s:[{s:[]}, {s:[]}], s:o, s:o, s:o}", "openapi", "3.1.0", "info",
	        "title", "Hauspost", "version", HAUSPOST_VERSION, "description",
	        "Mailboxes, cases, answers. Times are RFC 3339 in UTC; a list has items and next; a failure is "
	        "a problem (RFC 9457) with the path of the record's field that is wrong.",
	        "servers", "url", "/", "security", "session", "token", "tags", d->tags, "paths", d->paths, "components",
	        components_of(d));
}

/* ---------------------------------------------------------------- served */

static struct {
	pthread_once_t once;
	char *text; /* until the process ends */
	int64_t revision;
} served = {.once = PTHREAD_ONCE_INIT};

static void make_served(void)
{
	struct router *router CLEANUP(router_freep) = router_new();
	json_t *document CLEANUP(json_decrefp) = openapi_document(router);
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a: a name for this text */

	served.text = json_dumps(document, JSON_COMPACT);
	must(served.text);
	for (const char *p = served.text; *p; p++)
		hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	served.revision = (int64_t)(hash >> 12);
}

static int get_openapi(struct request *request UNUSED, struct answer *answer, struct error *err UNUSED)
{
	pthread_once(&served.once, make_served);
	answer_text(answer, "application/json", str_of(served.text));
	answer_etag(answer, served.revision);
	return 0;
}

const struct route openapi_routes[] = {
        {.method = API_GET,
         .path = "/api/v1/openapi.json",
         .id = "getOpenapi",
         .tag = "Description",
         .summary = "This description of the API",
         .right = RIGHT_NONE,
         .answer_type = "application/json",
         .handle = get_openapi},
        {0},
};
