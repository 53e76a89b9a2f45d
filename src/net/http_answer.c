/* See http_parts.h. The answer as it comes in: head, body, and whether it comes fast enough. A callback that returns
 * another count than it was given ends the request; `fault` says why. */
#include "net/http_parts.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>

#define DEFAULT_MAX_ANSWER MIB(1)
#define PROGRESS_BYTES     1024 /* fewer in a whole time-out are none */
#define MAX_RETRY_AFTER_MS HOURS_MS(24)

/* ---------------------------------------------------------------- head */

size_t exchange_on_head(char *p, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	struct str line = str_new(p, size * n);
	long status = 0;

	x->head_bytes += line.n;
	if (x->head_bytes > MAX_HEAD_BYTES) {
		fail(&x->fault, E_LIMIT, RETRY_LATER, "%s answers with more than %zu bytes of header fields", x->host,
		     MAX_HEAD_BYTES);
		return 0;
	}
	if (x->head_done)
		return line.n; /* a chunked body's trailer */
	if (str_starts_nocase(line, STR("HTTP/"))) {
		buf_clear(&x->head);
		curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
		x->status = (int)status;
	} else {
		buf_add(&x->head, line);
	}
	x->head_done = !str_trim(line).n && x->status >= 200;
	return line.n;
}

struct str http_field(const struct http_answer *answer, const char *name)
{
	struct str rest = answer->head, line;

	while (str_split(&rest, '\n', &line)) {
		ptrdiff_t colon = str_find_char(line, ':');

		if (colon > 0 && str_eq_nocase(str_slice(line, 0, (size_t)colon), str_of(name)))
			return str_trim(str_slice(line, (size_t)colon + 1, line.n));
	}
	return STR("");
}

/* ---------------------------------------------------------------- body */

static bool to_sink(const struct exchange *x)
{
	return x->request->sink && x->status / 100 == 2;
}

size_t exchange_on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	struct str piece = str_new(p, size * n);
	uint64_t max = x->request->max_answer ? x->request->max_answer : DEFAULT_MAX_ANSWER;

	if (to_sink(x)) /* which alone knows how much is too much */
		return x->request->sink(x->request->sink_ctx, piece, &x->fault) < 0 ? 0 : piece.n;
	x->body_bytes += piece.n;
	if (x->body_bytes > max) {
		fail(&x->fault, E_LIMIT, RETRY_LATER, "%s answers with more than the %" PRIu64 " bytes permitted",
		     x->host, max);
		return 0;
	}
	buf_add(&x->body, piece);
	return piece.n;
}

/* ---------------------------------------------------------------- time */

int exchange_on_progress(void *ctx, curl_off_t total_in, curl_off_t in, curl_off_t total_out, curl_off_t out)
{
	struct exchange *x = ctx;
	int64_t now = clock_mono_ms();
	bool flows = out < (curl_off_t)x->request->body.n || (x->head_done && to_sink(x));

	(void)total_in;
	(void)total_out;
	if (x->options->stops && atomic_load(x->options->stops)) {
		fail(&x->fault, E_STOPPED, RETRY_LATER, "%s: given up, since Hauspost is being stopped", x->host);
		return 1;
	}
	if (!x->started)
		return 0; /* connecting has a time-out of its own */
	if (x->head_done != x->mark_head || (flows && in + out - x->mark_bytes >= PROGRESS_BYTES)) {
		x->mark_at = now;
		x->mark_bytes = in + out;
		x->mark_head = x->head_done;
	}
	if (now - x->mark_at < x->options->timeout_ms)
		return 0;
	fail(&x->fault, E_TIMEOUT, RETRY_LATER, "%s: %s took longer than %d ms", x->host,
	     x->head_done ? "the answer's body" : "the answer", x->options->timeout_ms);
	return 1;
}

/* ---------------------------------------------------------------- the whole */

static int64_t retry_after(CURL *curl, const struct http_answer *answer)
{
	curl_off_t seconds = 0;

	if (!http_field(answer, "Retry-After").n)
		return -1;
	curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds);
	return MIN(SECONDS_MS(MIN((int64_t)seconds, MAX_RETRY_AFTER_MS)), MAX_RETRY_AFTER_MS);
}

static int64_t date_of(const struct http_answer *answer)
{
	char text[60];
	struct str date = http_field(answer, "Date");

	snprintf(text, sizeof text, STR_FMT, STR_ARG(date));
	return date.n && date.n < sizeof text ? SECONDS_MS(MAX(curl_getdate(text, NULL), 0)) : 0;
}

void exchange_answer(struct exchange *x, struct arena *arena, struct http_answer *ret_answer)
{
	struct http_answer answer = {.status = x->status};

	answer.head = arena_str(arena, buf_str(&x->head));
	answer.body = arena_str(arena, buf_str(&x->body));
	answer.content_type = arena_str(arena, http_field(&answer, "Content-Type"));
	answer.location = arena_str(arena, http_field(&answer, "Location"));
	answer.date = date_of(&answer);
	answer.retry_after_ms = retry_after(x->curl, &answer);
	*ret_answer = answer;
}
