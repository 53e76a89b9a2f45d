/* What is the same for every request: who may, whether it is in order, and what a failure looks like. See router.h. */
#include "api/json_bound.h"
#include "api/router.h"
#include "api/sign_in.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/log.h"

#include <stdio.h>

/* ---------------------------------------------------------------- refusals */

/* What the store or the system says may name hosts and files: it goes to the log, and to those who look after them. */
static void hide_inside(const struct request *request, struct error *err)
{
	if (problem_status(err) != 500 && err->code != E_STORE)
		return;
	log_error("api", "%s: %s", request->route->id, err->text);
	if (!caller_may(&request->caller, RIGHT_LISTENERS_READ))
		snprintf(err->text, sizeof err->text, "something failed here; the log of Hauspost says what");
}

void route_fail(const struct request *request, struct answer *answer, struct error *err)
{
	if (!answer->status || answer->status >= 500)
		hide_inside(request, err);
	answer_problem(answer, err);
	if (answer->status == 401 && !answer_header_value(answer, "WWW-Authenticate"))
		answer_header(answer, "WWW-Authenticate", "Bearer realm=\"Hauspost\"");
}

/* ---------------------------------------------------------------- before the body */

/* A wrong cookie or token is no hindrance where nobody has to be signed in. */
static int find_caller(struct request *request, struct error *err)
{
	int r = request->caller_is_known ? 0 : sign_in_caller(request, err);

	if (r == E_AUTH && request->route->right == RIGHT_NONE) {
		request->caller = caller_nobody;
		return 0;
	}
	return r;
}

static int check_right(const struct request *request, struct answer *answer, struct error *err)
{
	enum right right = request->route->right;

	if (caller_may(&request->caller, right) || (request->caller.rights & request->route->own_rights))
		return 0;
	if (request->caller.kind == CALLER_NOBODY) {
		answer->status = 401;
		return fail(err, E_AUTH, RETRY_NEVER, "sign in first, or send a token (Authorization: Bearer …)");
	}
	return fail(err, E_REFUSED, RETRY_NEVER, "%s may not do that: it takes the right %s", request->caller.author,
	            right_name(right));
}

/* Browsers send cookies along with what other sites make them send; they can't make them send a header. */
static int check_csrf(const struct request *request, struct error *err)
{
	const struct route *route = request->route;

	if (!request->by_cookie || route->method == API_GET || route->without_csrf || sign_in_has_csrf(request))
		return 0;
	return fail(err, E_REFUSED, RETRY_NEVER,
	            "the header %s is missing or not this session's: it has the csrf token of GET /api/v1/session",
	            CSRF_HEADER);
}

/* "7" in quotes, also as the weak tag that a compressing proxy makes of it; or a star. */
static int read_if_match(struct request *request, struct answer *answer, struct error *err)
{
	const char *value = request_header(request, "If-Match");
	struct str tag = str_trim(str_of(value));

	request->if_revision = -1;
	if (!value && !request->route->needs_revision)
		return 0;
	if (!value) {
		answer->status = 428;
		return fail(err, E_INVALID, RETRY_NEVER,
		            "If-Match is missing: send the ETag of the version that you changed, or \"*\"");
	}
	if (str_eq(tag, STR("*"))) {
		request->if_revision = -2;
		return 0;
	}
	if (str_starts(tag, STR("W/")))
		tag = str_slice(tag, 2, tag.n);
	if (tag.n < 3 || tag.p[0] != '"' || tag.p[tag.n - 1] != '"' ||
	    !str_to_int(str_slice(tag, 1, tag.n - 1), &request->if_revision) || request->if_revision < 0)
		return fail(err, E_INVALID, RETRY_NEVER, "If-Match is not an ETag of ours (\"7\") and not *");
	return 0;
}

/* "application/json; charset=utf-8" without its parameters. */
static struct str media_type(const struct request *request)
{
	struct str value = str_of(request_header(request, "Content-Type")), type;

	return str_split(&value, ';', &type) ? str_trim(type) : STR("");
}

static int check_body_type(const struct request *request, struct answer *answer, struct error *err)
{
	const struct route *route = request->route;
	struct str type = media_type(request);
	const char *want = route->body ? "application/json" : route->body_type;

	if (!want || strcmp(want, "*/*") == 0 || str_eq_nocase(type, str_of(want)))
		return 0;
	if (route->body && str_starts_nocase(type, STR("application/")) && str_ends_nocase(type, STR("+json")))
		return 0;
	answer->status = 415;
	return fail(err, E_INVALID, RETRY_NEVER, "Content-Type: this takes %s, not '" STR_FMT "'", want,
	            STR_ARG(str_slice(type, 0, 80)));
}

/* ---------------------------------------------------------------- the query */

static const char *word_expected(const char *const *words, const char *value, struct arena *arena)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(200);

	for (size_t i = 0; words[i]; i++) {
		if (strcmp(words[i], value) == 0)
			return NULL;
		buf_printf(&text, "%s%s", i ? ", " : "is not one of ", words[i]);
	}
	return arena_cstr(arena, buf_str(&text));
}

static const char *expected(const struct route_query *query, const char *value, struct arena *arena)
{
	int64_t number;

	switch (query->kind) {
	case QUERY_TEXT:
		return query->words ? word_expected(query->words, value, arena) : NULL;
	case QUERY_INT:
		return str_to_int(str_of(value), &number) ? NULL : "is not a whole number";
	case QUERY_BOOL:
		return strcmp(value, "true") == 0 || strcmp(value, "false") == 0 || strcmp(value, "1") == 0 ||
		                       strcmp(value, "0") == 0
		               ? NULL
		               : "is neither true nor false";
	case QUERY_TIME:
		return target_time(value, &number) ? NULL
		                                   : "is not a time (2026-11-21T08:00:00Z) or a day (2026-11-21)";
	}
	return NULL;
}

static int read_limit(struct request *request, const char *value, struct error *err)
{
	uint64_t limit;

	if (!str_to_uint(str_of(value), PAGE_MAX, &limit) || limit == 0)
		return fail(err, E_INVALID, RETRY_NEVER, "limit: is not a number from 1 to %d", PAGE_MAX);
	request->limit = limit;
	return 0;
}

/* What isn't known is refused: without a misspelled filter everything would be shown, without `dry-run` it would be
 * done. What asks for health or metrics may add what it likes. */
static bool takes_unknown(const struct route *route)
{
	return route->others_query || !route->id; /* the Studio's files */
}

static int check_value(struct request *request, const struct query_value *value, struct error *err)
{
	const struct route *route = request->route;
	const struct route_query *query = route->query;
	const char *wrong;

	while (query && query->name && strcmp(query->name, value->name) != 0)
		query++;
	if (query && query->name) {
		wrong = *value->value ? expected(query, value->value, request->arena) : NULL; /* "": as if absent */
		return wrong ? fail(err, E_INVALID, RETRY_NEVER, "%s: %s", value->name, wrong) : 0;
	}
	if (route->is_list && strcmp(value->name, "limit") == 0)
		return read_limit(request, value->value, err);
	if ((route->is_list && strcmp(value->name, "cursor") == 0) || takes_unknown(route))
		return 0; /* the handler reads it */
	return fail(err, E_INVALID, RETRY_NEVER, "%.80s: there is no such parameter here", value->name);
}

static int check_query(struct request *request, struct error *err)
{
	request->limit = PAGE_DEFAULT;
	for (size_t i = 0; i < request->target.count; i++)
		if (check_value(request, &request->target.values[i], err) < 0)
			return err->code;
	return 0;
}

bool route_admit(struct request *request, struct answer *answer)
{
	struct error err;

	if (find_caller(request, &err) < 0 || check_right(request, answer, &err) < 0 || check_csrf(request, &err) < 0 ||
	    check_query(request, &err) < 0 || read_if_match(request, answer, &err) < 0 ||
	    check_body_type(request, answer, &err) < 0) {
		route_fail(request, answer, &err);
		return false;
	}
	return true;
}

/* ---------------------------------------------------------------- with the body */

static int parse_body(struct request *request, struct error *err)
{
	if (!request->route->body)
		return 0;
	return json_parse_bounded(request->body, &request->json, err);
}

/* One of "7", W/"7", … in If-None-Match (RFC 9110 §13.1.2: compared weakly), or a star. */
static bool is_known_already(const struct request *request, const char *etag)
{
	struct str list = str_of(request_header(request, "If-None-Match")), tag;

	while (str_split(&list, ',', &tag)) {
		tag = str_trim(tag);
		if (str_starts(tag, STR("W/")))
			tag = str_slice(tag, 2, tag.n);
		if (str_eq(tag, str_of(etag)) || str_eq(tag, STR("*")))
			return true;
	}
	return false;
}

static void answer_not_modified(const struct request *request, struct answer *answer)
{
	const char *etag = answer_header_value(answer, "ETag");

	if (request->route->method != API_GET || answer->status != 200 || !etag || !is_known_already(request, etag))
		return;
	answer_done(answer);
	answer->constant = STR_NULL;
	answer->type = NULL;
	answer->status = 304;
}

static void settle_status(const struct route *route, struct answer *answer)
{
	bool is_empty = !answer->stream && answer->fd < 0 && answer->body.n == 0 && answer->constant.n == 0;

	if (!answer->status)
		answer->status = route->status ? route->status : is_empty && !answer->type ? 204 : 200;
}

void route_handle(struct request *request, struct answer *answer)
{
	int64_t began = clock_mono_ms();
	struct error err;
	int r = parse_body(request, &err);

	if (r == 0)
		r = request->route->handle(request, answer, &err);
	metric_observe(METRIC_HTTP_DURATION, clock_mono_ms() - began, request->route->path);
	if (r >= 0 && answer->body.failed)
		r = fail(&err, E_LIMIT, RETRY_NEVER, "the answer would be longer than %zu MiB",
		         answer->body.max / MIB(1));
	json_decref(request->json);
	request->json = NULL;
	if (r < 0) {
		route_fail(request, answer, &err);
		return;
	}
	settle_status(request->route, answer);
	answer_not_modified(request, answer);
}

void route_run(struct request *request, struct answer *answer)
{
	if (route_admit(request, answer))
		route_handle(request, answer);
}
