/* Failures as problem+json (RFC 9457). See route.h. */
#include "api/route.h"

#include <stdio.h>

static const struct {
	int code, status;
} statuses[] = {
        /* clang-format off */
	{E_INVALID, 400}, {E_AUTH, 401}, {E_REFUSED, 403}, {E_NOT_FOUND, 404}, {E_CONFLICT, 409}, {E_IN_USE, 409},
	{E_LIMIT, 422}, {E_INSECURE, 422}, {E_THROTTLED, 429}, {E_UNSUPPORTED, 501}, {E_PROTOCOL, 502}, {E_TLS, 502},
	{E_CLOSED, 502}, {E_CONNECT, 502}, {E_UNCERTAIN, 502}, {E_STOPPED, 503}, {E_TIMEOUT, 504},
        /* clang-format on */
};

int problem_status(const struct error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		if (statuses[i].code == err->code)
			return statuses[i].status;
	return err->retry == RETRY_NEVER ? 500 : 503; /* the store, the system */
}

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
        /* clang-format off */
	{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"}, {303, "See Other"}, {304, "Not Modified"},
	{400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
	{408, "Request Timeout"}, {409, "Conflict"}, {410, "Gone"}, {411, "Length Required"}, {412, "Precondition Failed"},
	{413, "Content Too Large"}, {414, "URI Too Long"}, {415, "Unsupported Media Type"}, {421, "Misdirected Request"},
	{422, "Unprocessable Content"}, {428, "Precondition Required"}, {429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"}, {500, "Internal Server Error"}, {501, "Not Implemented"},
	{502, "Bad Gateway"}, {503, "Service Unavailable"}, {504, "Gateway Timeout"},
        /* clang-format on */
};

const char *status_phrase(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Error";
}

/* "receive/port: 70000 is not …" begins with the path of what is wrong; "there is no case SUP-1" with none. */
static struct str path_of(const struct error *err)
{
	struct str text = str_of(err->text);
	ptrdiff_t colon = str_find(text, STR(": "));
	struct str path = str_slice(text, 0, colon < 0 ? 0 : (size_t)colon);

	for (size_t i = 0; i < path.n; i++)
		if (!is_alpha(path.p[i]) && !is_digit(path.p[i]) && !strchr("_-./@", path.p[i]))
			return STR("");
	return path;
}

static const char *retry_word(enum retry retry)
{
	return retry == RETRY_NEVER ? "never" : retry == RETRY_LATER ? "later" : "now";
}

static json_t *problem_json(int status, const struct error *err)
{
	struct str path = err->code == E_INVALID || err->code == E_CONFLICT ? path_of(err) : STR("");
	json_t *problem =
	        json_pack("{s:s, s:i, s:s, s:s, s:s}", "title", status_phrase(status), "status", status, "detail",
	                  err->text, "code", error_word(err->code), "retry", retry_word(err->retry));

	must(problem);
	if (path.n > 0)
		json_object_set_new(problem, "path", json_stringn(path.p, path.n));
	return problem;
}

static void drop_content(struct answer *answer)
{
	size_t max = answer->body.max;

	answer_done(answer);
	answer->constant = STR_NULL;
	buf_init(&answer->body, max);
}

void answer_problem(struct answer *answer, const struct error *err)
{
	int status = answer->status ? answer->status : problem_status(err);

	drop_content(answer);
	if (err->retry_after_ms > 0 && !answer_header_value(answer, "Retry-After"))
		answer_header(answer, "Retry-After",
		              arena_printf(answer->arena, "%lld", (long long)(err->retry_after_ms + 999) / 1000).p);
	answer_json(answer, problem_json(status, err));
	answer->type = "application/problem+json";
	answer->status = status;
}
