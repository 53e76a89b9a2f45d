/* See detect_fetch.h. */
#include "auth/detect_fetch.h"

#include "base/buf.h"
#include "base/clock.h"
#include "net/http.h"
#include "setup/xml.h"

#define MAX_REDIRECTS 3

struct body {
	struct buf bytes;
	int64_t deadline_ms;
};

static void body_done(struct body *body)
{
	buf_done(&body->bytes);
}

/* A server that sends a byte now and then would hold us for ever. */
static int take_piece(void *ctx, struct str piece, struct error *err)
{
	struct body *body = ctx;

	if (clock_mono_ms() > body->deadline_ms)
		return fail(err, E_TIMEOUT, RETRY_LATER, "the document takes too long");
	buf_add(&body->bytes, piece);
	if (body->bytes.failed)
		return fail(err, E_INVALID, RETRY_NEVER, "the document is longer than %zu KiB", XML_MAX_BYTES / 1024);
	return 0;
}

static int get(struct http *http, const char *url, int64_t deadline_ms, struct arena *arena, struct body *body,
               struct http_answer *answer, struct error *err)
{
	const struct http_request request = {
	        .method = "GET", .url = url, .max_answer = XML_MAX_BYTES, .sink = take_piece, .sink_ctx = body};

	buf_clear(&body->bytes);
	body->deadline_ms = deadline_ms;
	if (clock_mono_ms() >= deadline_ms)
		return fail(err, E_TIMEOUT, RETRY_LATER, "no answer in time");
	return http_do(http, &request, arena, answer, err);
}

/* "host:port" as it stands in the URL, but for the default port. */
static struct str authority_of(const char *url)
{
	struct str text = str_of(url);
	size_t n = 0;

	if (!str_starts_nocase(text, STR("https://")))
		return STR("");
	text = str_slice(text, 8, text.n);
	while (n < text.n && !strchr("/?#", text.p[n]))
		n++;
	text = str_slice(text, 0, n);
	return str_ends_nocase(text, STR(":443")) ? str_slice(text, 0, text.n - 4) : text;
}

/* Only the first URL's server may be one inside: where it leads to was named by nobody here. */
static int follow(struct http *http, struct http *guarded, const char *url, int64_t deadline_ms, struct arena *arena,
                  struct body *body, struct error *err)
{
	struct str first = authority_of(url);
	struct http_answer answer;
	int r = 0;

	for (int i = 0; i <= MAX_REDIRECTS && r == 0; i++) {
		r = get(i == 0 || str_eq_nocase(authority_of(url), first) ? http : guarded, url, deadline_ms, arena,
		        body, &answer, err);
		if (r < 0 || answer.status == 200)
			return r;
		if (answer.status < 300 || answer.status > 399)
			return fail(err, E_NOT_FOUND, RETRY_NEVER, "HTTP status %d", answer.status);
		if (!str_starts_nocase(answer.location, STR("https://")))
			return fail(err, E_NOT_FOUND, RETRY_NEVER,
			            "HTTP status %d leads to " STR_FMT ": only https: is followed", answer.status,
			            STR_ARG(str_slice(answer.location, 0, 100)));
		url = arena_cstr(arena, answer.location);
	}
	return fail(err, E_NOT_FOUND, RETRY_NEVER, "more than %d redirects", MAX_REDIRECTS);
}

int detect_fetch(void *ctx, const char *url, int64_t deadline_ms, struct arena *arena, struct str *ret_body,
                 struct error *err)
{
	const struct detect_fetch *how = ctx;
	int left = (int)MAX(deadline_ms - clock_mono_ms(), (int64_t)1);
	struct http_options options = {.policy = {.lowest = TLS_1_2, .truststore = how->truststore},
	                               .allow_private = how->allow_private,
	                               .connect_timeout_ms = MIN(left, 4000),
	                               .timeout_ms = left};
	struct http *http CLEANUP(http_freep) = http_new(&options), *guarded CLEANUP(http_freep) = NULL;
	struct body body CLEANUP(body_done) = {.deadline_ms = deadline_ms};
	int r;

	options.allow_private = false;
	guarded = http_new(&options);
	buf_init(&body.bytes, XML_MAX_BYTES);
	r = follow(http, guarded, url, deadline_ms, arena, &body, err);
	if (r < 0)
		return r;
	*ret_body = arena_str(arena, buf_str(&body.bytes));
	return 0;
}
