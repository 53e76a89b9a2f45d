/* The request line and the header, before anybody is asked who may. See server.h. */
#include "api/server.h"
#include "api/studio.h"

#include <stdio.h>
#include <strings.h>

void exchange_refuse(struct exchange *exchange, int status, int code, const char *text)
{
	struct error err;

	fail(&err, code, status == 503 ? RETRY_LATER : RETRY_NEVER, "%s", text);
	exchange->answer.status = status;
	answer_problem(&exchange->answer, &err);
}

static void refuse_with(struct exchange *exchange, const struct error *err)
{
	answer_problem(&exchange->answer, err);
}

/* ---------------------------------------------------------------- the header as a whole */

struct header_look {
	int hosts, lengths, encodings;
	bool is_chunked;
	struct buf forwarded; /* X-Forwarded-For, all lines: some proxies add one, others append */
};

static enum MHD_Result look_at_header(void *ctx, enum MHD_ValueKind kind UNUSED, const char *name, const char *value)
{
	struct header_look *look = ctx;

	if (!value)
		return MHD_YES;
	if (strcasecmp(name, "Host") == 0)
		look->hosts++;
	if (strcasecmp(name, "Content-Length") == 0)
		look->lengths++;
	if (strcasecmp(name, "Transfer-Encoding") == 0) {
		look->encodings++;
		look->is_chunked = strcasecmp(value, "chunked") == 0;
	}
	if (strcasecmp(name, "X-Forwarded-For") == 0)
		buf_printf(&look->forwarded, "%s%s", look->forwarded.n ? ", " : "", value);
	return MHD_YES;
}

/* What two servers in a row could read differently (RFC 9112 §6.3, §11.2) is read by none. */
static bool is_ambiguous(const struct header_look *look)
{
	return look->hosts > 1 || look->lengths + look->encodings > 1 || (look->encodings && !look->is_chunked);
}

static bool has_body(const struct exchange *exchange, const struct header_look *look)
{
	const char *length = request_header(&exchange->request, "Content-Length");

	return look->encodings > 0 || (length && strspn(length, "0") != strlen(length));
}

static void find_client(struct exchange *exchange, const struct header_look *look)
{
	struct request *request = &exchange->request;
	bool is_proxied = proxies_trust(&exchange->api->proxies, exchange->peer->address);
	const char *scheme = is_proxied ? request_header(request, "X-Forwarded-Proto") : NULL;

	request->client = proxies_client(&exchange->api->proxies, exchange->peer->address, buf_cstr(&look->forwarded),
	                                 exchange->arena);
	request->is_secure = scheme ? strcasecmp(scheme, "https") == 0 : exchange->api->site.is_https;
}

static bool read_header(struct exchange *exchange)
{
	struct header_look look = {.forwarded = BUF_INIT(KIB(32))};
	bool is_clear;

	MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, look_at_header, &look);
	is_clear = !is_ambiguous(&look);
	exchange->is_ambiguous = !is_clear;
	exchange->has_body = has_body(exchange, &look);
	find_client(exchange, &look);
	buf_done(&look.forwarded);
	if (!is_clear)
		exchange_refuse(exchange, 400, E_INVALID,
		                "the header is ambiguous: more than one Host, Content-Length or Transfer-Encoding");
	return is_clear;
}

/* ---------------------------------------------------------------- whose page it comes from */

/* A token is no browser's to send by itself: who has one may call us what they like. */
static bool check_host(struct exchange *exchange)
{
	const struct request *request = &exchange->request;
	const char *host = request_header(request, "Host");
	struct error err;

	if (!host || site_knows_host(&exchange->api->site, host) || request_header(request, "Authorization"))
		return true;
	fail(&err, E_REFUSED, RETRY_NEVER,
	     "Host: '%.80s' is no name of this server; if it should be, start it with --url", host);
	exchange->answer.status = 421;
	refuse_with(exchange, &err);
	return false;
}

/* Browsers say from which page a request comes that changes something. */
static bool check_origin(struct exchange *exchange, enum api_method method)
{
	const struct request *request = &exchange->request;
	const char *origin = request_header(request, "Origin"), *host = request_header(request, "Host");
	const char *fetched_from = request_header(request, "Sec-Fetch-Site");

	if (method == API_GET || request_header(request, "Authorization"))
		return true;
	if ((!origin || site_knows_origin(&exchange->api->site, origin, host ? host : "")) &&
	    (!fetched_from || strcasecmp(fetched_from, "cross-site") != 0))
		return true;
	exchange_refuse(exchange, 403, E_REFUSED, "Origin: a page of another site may not change anything here");
	return false;
}

/* ---------------------------------------------------------------- what is asked for */

static void answer_options(struct exchange *exchange, const char *allow)
{
	answer_header(&exchange->answer, "Allow", allow);
	exchange->answer.status = 204;
}

static bool is_api_path(struct str path)
{
	return str_eq(path, STR("/api")) || str_starts(path, STR("/api/"));
}

/* False: answered. What is no route of ours may be a page of the Studio. */
static bool find_route(struct exchange *exchange, const char *method, enum api_method known)
{
	struct request *request = &exchange->request;
	const char *allow = NULL;
	struct error err;

	if (router_find(exchange->api->router, known, request->target.path, exchange->arena, &request->route,
	                request->parameters, &allow, &err) == 0)
		return true;
	if (!allow && known == API_GET && !is_api_path(request->target.path)) {
		request->route = &studio_route;
		return true;
	}
	if (allow && strcmp(method, "OPTIONS") == 0) {
		answer_options(exchange, allow);
		return false;
	}
	if (allow)
		answer_header(&exchange->answer, "Allow", allow);
	exchange->answer.status = allow ? 405 : 0;
	refuse_with(exchange, &err);
	return false;
}

bool exchange_begin(struct exchange *exchange, const char *method)
{
	struct request *request = &exchange->request;
	enum api_method known;
	struct error err;

	exchange->is_head = strcmp(method, "HEAD") == 0;
	known = exchange->is_head ? API_GET : api_method_find(str_of(method));
	if (!read_header(exchange))
		return false;
	if (target_parse(exchange->uri, exchange->arena, &request->target, &err) < 0) {
		refuse_with(exchange, &err);
		return false;
	}
	return check_host(exchange) && check_origin(exchange, known) && find_route(exchange, method, known);
}
