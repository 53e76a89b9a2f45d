/* What handlers ask of a request. See route.h. */
#include "api/cursor_token.h"
#include "api/route.h"

#include <strings.h>

static const char *const method_names[] = {
        [API_NONE] = "",   [API_GET] = "GET",     [API_POST] = "POST",
        [API_PUT] = "PUT", [API_PATCH] = "PATCH", [API_DELETE] = "DELETE",
};

const char *api_method_name(enum api_method method)
{
	return method_names[method];
}

enum api_method api_method_find(struct str name)
{
	for (size_t i = API_GET; i < ARRAY_LEN(method_names); i++)
		if (str_eq(name, str_of(method_names[i])))
			return (enum api_method)i;
	return API_NONE;
}

const char *request_header(const struct request *request, const char *name)
{
	return request->header_of ? request->header_of(request, name) : NULL;
}

const char *request_query(const struct request *request, const char *name)
{
	return target_value(&request->target, name);
}

bool request_query_int(const struct request *request, const char *name, int64_t *ret)
{
	const char *value = request_query(request, name);

	return value && *value && str_to_int(str_of(value), ret);
}

bool request_query_bool(const struct request *request, const char *name)
{
	const char *value = request_query(request, name);

	return value && (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

bool request_query_time(const struct request *request, const char *name, int64_t *ret_ms)
{
	const char *value = request_query(request, name);

	return value && *value && target_time(value, ret_ms);
}

int request_id(const struct request *request, int parameter, const char *what, int64_t *ret_id, struct error *err)
{
	struct str text = request->parameters[parameter];
	uint64_t id;

	if (!str_to_uint(text, INT64_MAX, &id) || id == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s %.80s", what, text.p ? text.p : "");
	*ret_id = (int64_t)id;
	return 0;
}

int request_record(struct request *request, void **ret_record, struct error *err)
{
	return record_read(request->route->body, request->json, "", NULL, request->arena, ret_record, err);
}

int request_cursor(const struct request *request, int64_t *ret_number, struct str *ret_text, struct error *err)
{
	const char *token = request_query(request, "cursor");

	if (!token || !*token)
		return 0;
	if (!cursor_token_read(str_of(token), request->arena, ret_number, ret_text))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "cursor: is not one that a list gave as its \"next\"; leave it out for the first page");
	return 0;
}

int request_page(const struct request *request, struct list_page *ret_page, struct error *err)
{
	struct str text;
	int64_t first = 0;
	int r = request_cursor(request, &first, &text, err);

	if (r < 0)
		return r;
	*ret_page = (struct list_page){.first = MAX(first, 0), .limit = (int64_t)request->limit};
	return 0;
}

bool page_takes(struct list_page *page)
{
	int64_t at = page->seen++;

	return at >= page->first && at - page->first < page->limit;
}

void answer_page_end(struct answer *answer, const struct list_page *page)
{
	bool has_more = page->seen > page->first && page->seen - page->first > page->limit;

	answer_list_end(answer, has_more, has_more ? page->first + page->limit : 0, STR(""));
}
