/* One try to deliver an event to a webhook: the request as Standard Webhooks has it, and what came of it. Private to
 * this folder. */
#ifndef EVENTS_POST_H
#define EVENTS_POST_H

#include "net/http.h"
#include "setup/webhook.h"
#include "store/deliveries.h"

#define POST_ANSWER_KEPT 500     /* bytes of an answer that the log keeps */
#define POST_ANSWER_MAX  KIB(64) /* a longer answer is a failure */

/* Everything a try needs, owned: the set-up may change meanwhile. */
struct post {
	struct delivery delivery; /* texts in the arena */
	struct arena *arena;
	const char *url;
	struct str body; /* the CloudEvent */
	struct secret secrets[3];
	size_t secret_count;
	struct secret *headers; /* "Name: value" */
	size_t header_count;
	int timeout_ms;
	bool is_probe; /* of an endpoint that fails */
	struct post *next;
};

struct post *post_new(const struct webhook *webhook, const struct delivery *delivery, struct str body, int64_t now);
void post_free(struct post *post);
DEFINE_CLEANUP(struct post *, post_free)

enum post_outcome {
	POST_DELIVERED,
	POST_REFUSED, /* the endpoint lives, and doesn't want this one (4xx) */
	POST_FAILED,  /* no answer, 5xx, too many requests */
	POST_GONE,    /* 410: it wants none any more */
	POST_DROPPED, /* the event is kept no longer: nothing was sent */
	POST_STOPPED, /* given up, since the program stops: nobody knows what came of it */
};

struct post_result {
	enum post_outcome outcome;
	struct delivery_try attempt; /* texts in the post's arena */
	int64_t retry_after_ms;      /* 0: it didn't say */
};

/* Never fails: what goes wrong is the result. */
void post_send(struct post *post, struct http *http, struct post_result *ret_result);

#endif
