/* See post.h. */
#include "events/post.h"

#include "base/clock.h"
#include "base/mem.h"
#include "security/webhook_sign.h"

#include <stdio.h>

#define MAX_FIELDS 32

static void take_secret(struct post *post, const struct secret *secret)
{
	if (secret_is_set(secret))
		secret_copy(&post->secrets[post->secret_count++], secret);
}

struct post *post_new(const struct webhook *w, const struct delivery *delivery, struct str body, int64_t now)
{
	struct post *post = mem_new(1, sizeof *post);
	const struct webhook_header *headers = w->headers.items;

	post->arena = arena_new();
	post->delivery = *delivery;
	post->delivery.webhook = arena_cstr(post->arena, str_of(delivery->webhook));
	post->delivery.event_kind = arena_cstr(post->arena, str_of(delivery->event_kind));
	post->delivery.state = "sending";
	post->delivery.reason = "";
	post->url = arena_cstr(post->arena, str_of(w->url));
	post->body = arena_str(post->arena, body);
	post->timeout_ms = (int)SECONDS_MS(w->timeout_s);
	take_secret(post, &w->secret);
	if (now - w->rotated_at < WEBHOOK_OLD_SECRET_MS)
		take_secret(post, &w->old_secret);
	take_secret(post, &w->private_key);
	post->headers = mem_new(w->headers.count, sizeof *post->headers);
	for (size_t i = 0; i < w->headers.count; i++) {
		struct buf line CLEANUP(buf_wipe) = BUF_INIT(KIB(8));

		must(buf_room(&line, KIB(5)));
		buf_printf(&line, "%s: ", headers[i].name);
		buf_add(&line, secret_reveal(&headers[i].value));
		secret_set(&post->headers[post->header_count++], buf_str(&line));
	}
	return post;
}

void post_free(struct post *post)
{
	for (size_t i = 0; i < post->secret_count; i++)
		secret_done(&post->secrets[i]);
	for (size_t i = 0; i < post->header_count; i++)
		secret_done(&post->headers[i]);
	free(post->headers);
	arena_free(post->arena);
	free(post);
}

/* ---------------------------------------------------------------- the request */

static int sign(const struct post *post, const char *id, int64_t at_s, const char **ret_field, struct error *err)
{
	struct buf signatures CLEANUP(buf_done) = BUF_INIT(KIB(1));
	int r = post->secret_count ? 0
	                           : fail(err, E_INVALID, RETRY_NEVER,
	                                  "its secret can't be opened: it was sealed with another key");

	for (size_t i = 0; i < post->secret_count && r == 0; i++)
		r = webhook_sign(secret_reveal(&post->secrets[i]), id, at_s, post->body, &signatures, err);
	if (r == 0)
		*ret_field = arena_printf(post->arena, "webhook-signature: %s", buf_cstr(&signatures)).p;
	return r;
}

static int send_it(struct post *post, struct http *http, struct http_answer *ret_answer, struct error *err)
{
	const char *id = arena_printf(post->arena, "evt_%lld", (long long)post->delivery.event_number).p;
	int64_t at_s = clock_now_ms() / 1000;
	const char *fields[MAX_FIELDS] = {
	        "Content-Type: application/cloudevents+json; charset=utf-8",
	        "User-Agent: Hauspost/" HAUSPOST_VERSION,
	        arena_printf(post->arena, "webhook-id: %s", id).p,
	        arena_printf(post->arena, "webhook-timestamp: %lld", (long long)at_s).p,
	};
	struct http_request request = {
	        .method = "POST",
	        .url = post->url,
	        .fields = fields,
	        .field_count = 5,
	        .body = post->body,
	        .max_answer = POST_ANSWER_MAX,
	};
	int r = sign(post, id, at_s, &fields[4], err);

	for (size_t i = 0; i < post->header_count && request.field_count < MAX_FIELDS; i++)
		fields[request.field_count++] = secret_reveal(&post->headers[i]).p;
	return r < 0 ? r : http_do(http, &request, post->arena, ret_answer, err);
}

/* ---------------------------------------------------------------- what came of it */

static const char *printable(struct arena *arena, struct str text)
{
	char *copy = arena_cstr(arena, str_slice(text, 0, POST_ANSWER_KEPT));

	copy[str_make_printable(copy, MIN(text.n, (size_t)POST_ANSWER_KEPT), true)] = '\0';
	return copy;
}

static enum post_outcome outcome_of(int status)
{
	if (status >= 200 && status < 300)
		return POST_DELIVERED;
	if (status == 410)
		return POST_GONE;
	return status >= 400 && status < 500 && status != 429 && status != 408 ? POST_REFUSED : POST_FAILED;
}

static const char *reason_of(const struct post *post, int status)
{
	if (status >= 300 && status < 400)
		return arena_printf(post->arena, "it answers %d: redirects aren't followed", status).p;
	return arena_printf(post->arena, "it answers %d", status).p;
}

void post_send(struct post *post, struct http *http, struct post_result *ret)
{
	struct http_answer answer;
	int64_t began = clock_mono_ms();
	struct error err;
	int r;

	*ret = (struct post_result){.outcome = POST_FAILED,
	                            .attempt = {.at = clock_now_ms(), .reason = "", .answer = ""}};
	r = send_it(post, http, &answer, &err);
	ret->attempt.duration_ms = clock_mono_ms() - began;
	if (r < 0) {
		ret->outcome = err.code == E_STOPPED ? POST_STOPPED : POST_FAILED;
		ret->attempt.reason = arena_cstr(post->arena, str_of(err.text));
		ret->retry_after_ms = err.retry_after_ms;
		return;
	}
	ret->outcome = outcome_of(answer.status);
	ret->attempt.status = answer.status;
	ret->attempt.answer = printable(post->arena, answer.body);
	ret->retry_after_ms = MAX(answer.retry_after_ms, 0);
	if (ret->outcome != POST_DELIVERED)
		ret->attempt.reason = reason_of(post, answer.status);
}
